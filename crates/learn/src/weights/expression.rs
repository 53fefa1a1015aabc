//! Weights by an expression of one's own.

use expr::{Csr, CsrOperand, CsrPrepared, Expr, Norm, Scalar, View};
use jobs::Run;
use sprs::{CsMatI, CsMatViewI};

use super::doc_freq::{DocFreqWeight, doc_freqs};
use crate::{Error, Real};

/// What an expression may name.
const NAMES: [&str; 6] = ["tf", "df", "idf", "n_docs", "dl", "avgdl"];

/// An expression that makes weights of counts, in the spelling of the crate `expr`; each row is
/// then brought to Euclidean length 1.
///
/// | name | what it is |
/// |---|---|
/// | `tf` | how often the term occurs in the document |
/// | `df` | how many documents of the corpus hold the term |
/// | `idf` | `ln((1 + n_docs) / (1 + df)) + 1` |
/// | `n_docs` | documents of the corpus |
/// | `dl` | terms of the document, repeated ones counted again |
/// | `avgdl` | the mean of `dl` over the corpus |
///
/// ```
/// use jobs::Run;
/// use learn::WeightExpression;
/// use sprs::CsMatI;
///
/// let counts = CsMatI::<u32, u32, usize>::new((2, 2), vec![0, 2, 3], vec![0, 1, 1], vec![3, 1, 2]);
/// let weights = WeightExpression::parse("(1 + log(tf)) * idf")?.fit(counts.view());
/// let x = weights.transform::<f32, _>(counts.view(), &Run::serial())?;
/// assert_eq!(x.get(1, 1), Some(&1.0));
/// assert!(WeightExpression::parse("tf * idff").is_err());
/// # Ok::<(), learn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightExpression {
    text: String,
}

impl WeightExpression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`Error::Expression`] for what is none, and for sums and the like, which have no meaning for
    /// single counts; [`Error::WeightName`] for a name that is not in the table.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let expression = Self { text: text.to_owned() };
        for name in expression.prepared()?.names() {
            if !NAMES.contains(&name) {
                let (text, name) = (text.to_owned(), name.to_owned());
                return Err(Error::WeightName { text, name, known: NAMES.join(", ") });
            }
        }
        Ok(expression)
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Learns what the names stand for from `counts`, CSR, (n_docs, n_terms), non-negative. Cost:
    /// linear in the non-zeros.
    #[must_use]
    pub fn fit<V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
    ) -> ExpressionWeights {
        let total: f64 = counts.data().iter().map(|&count| count.into()).sum();
        ExpressionWeights {
            expression: self.clone(),
            doc_freqs: doc_freqs(counts),
            n_docs: counts.rows(),
            mean_length: if counts.rows() > 0 { total / counts.rows() as f64 } else { 0.0 },
        }
    }

    fn prepared(&self) -> Result<CsrPrepared, Error> {
        Expr::parse(&self.text)
            .and_then(|expr| CsrPrepared::new(&expr, Norm::L2))
            .map_err(|source| self.wrong(source))
    }

    fn wrong(&self, source: expr::Error) -> Error {
        Error::Expression { text: self.text.clone(), source: Box::new(source) }
    }
}

/// An expression with what its names stand for in a corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionWeights {
    expression: WeightExpression,
    doc_freqs: Vec<u32>,
    n_docs: usize,
    mean_length: f64,
}

impl ExpressionWeights {
    /// Weights from their parts, as the functions below give them.
    #[must_use]
    pub fn from_parts(
        expression: WeightExpression,
        (doc_freqs, n_docs): (Vec<u32>, usize),
        mean_length: f64,
    ) -> Self {
        Self { expression, doc_freqs, n_docs, mean_length }
    }

    /// The expression.
    #[must_use]
    pub fn expression(&self) -> &WeightExpression {
        &self.expression
    }

    /// For every term how many documents hold it, and how many documents there were.
    #[must_use]
    pub fn doc_freqs(&self) -> (&[u32], usize) {
        (&self.doc_freqs, self.n_docs)
    }

    /// The mean sum of a fitted row of counts.
    #[must_use]
    pub fn mean_length(&self) -> f64 {
        self.mean_length
    }

    /// The weights of `counts`, CSR, (n_docs, n_terms). A row does not depend on the others; a
    /// document whose every weight is 0 stays a row of zeros. The same bytes for any number of threads.
    ///
    /// # Errors
    /// [`Error::Columns`] for other columns than the fitted matrix had, [`Error::Expression`] for an
    /// expression that cannot be computed, and [`Error::Value`] for a weight that is negative or
    /// not finite.
    pub fn transform<F: Real, V: Copy + Into<f64>>(
        &self,
        counts: CsMatViewI<'_, V, u32, usize>,
        run: &Run,
    ) -> Result<CsMatI<F, u32, usize>, Error> {
        if counts.cols() != self.doc_freqs.len() {
            return Err(Error::Columns { expected: self.doc_freqs.len(), got: counts.cols() });
        }
        let prepared = self.expression.prepared()?;
        // A view of some rows of a matrix has pointers that do not begin at 0.
        let indptr = counts.proper_indptr().to_vec();
        let tf: Vec<f64> = counts.data().iter().map(|&count| count.into()).collect();
        let dl: Vec<f64> =
            indptr.windows(2).map(|ends| tf[ends[0]..ends[1]].iter().sum()).collect();
        let df: Vec<f64> = self.doc_freqs.iter().map(|&df| f64::from(df)).collect();
        let idf = DocFreqWeight::smooth(&self.doc_freqs, self.n_docs);
        let (tf, dl) = (View::from(&tf[..]), View::from(&dl[..]));
        let (df, idf) = (View::from(&df[..]), View::from(&idf[..]));
        let operands: Vec<CsrOperand<'_>> = prepared
            .names()
            .into_iter()
            .map(|name| match name {
                "tf" => CsrOperand::Values(tf.operand()),
                "df" => CsrOperand::Columns(df.operand()),
                "idf" => CsrOperand::Columns(idf.operand()),
                "dl" => CsrOperand::Rows(dl.operand()),
                "n_docs" => CsrOperand::One(Scalar::from(self.n_docs as f64)),
                _ => CsrOperand::One(Scalar::from(self.mean_length)),
            })
            .collect();
        let weights = Csr::new(&indptr, counts.indices(), counts.cols())
            .and_then(|csr| prepared.evaluate(&csr, &operands, run))
            .map_err(|source| self.expression.wrong(source))?;
        let data: Vec<F> =
            weights.scalars().iter().map(|weight| F::from_f64(weight.to_f64())).collect();
        let x = CsMatI::new(counts.shape(), indptr, counts.indices().to_vec(), data);
        crate::nmf::check_values(x.view())?;
        Ok(x)
    }
}

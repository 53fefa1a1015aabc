//! Expressions over non-zeros are those over dense arrays, row by row.

use std::num::NonZeroUsize;

use expr::{
    Csr, CsrOperand, CsrPrepared, Error, Expr, Norm, Operand, Prepared, Scalar, View, ViewMut,
};
use jobs::Run;
use proptest::prelude::*;

/// A matrix of rows of these lengths, with values that are not all apart from zero.
struct Matrix {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    tf: Vec<f64>,
    length: Vec<f64>,
    idf: Vec<f64>,
}

fn matrix(row_lengths: &[usize], n_columns: usize) -> Matrix {
    let mut indptr = vec![0];
    for len in row_lengths {
        indptr.push(indptr[indptr.len() - 1] + len);
    }
    let nnz = indptr[indptr.len() - 1];
    Matrix {
        indices: (0..nnz).map(|j| (j * 7919 % n_columns) as u32).collect(),
        tf: (0..nnz).map(|j| (j % 7) as f64 + 0.25).collect(),
        length: row_lengths.iter().map(|len| *len as f64 + 1.0).collect(),
        idf: (0..n_columns).map(|c| (c % 5) as f64 * 0.5).collect(),
        indptr,
    }
}

impl Matrix {
    fn csr(&self) -> Csr<'_> {
        Csr::new(&self.indptr, &self.indices, self.idf.len()).expect("a matrix")
    }

    /// The weights by plain loops.
    fn plain(&self, norm: Norm, f: impl Fn(f64, f64, f64) -> f64) -> Vec<f64> {
        let mut all = Vec::new();
        for row in 0..self.length.len() {
            let places = self.indptr[row]..self.indptr[row + 1];
            let values: Vec<f64> = places
                .map(|j| f(self.tf[j], self.idf[self.indices[j] as usize], self.length[row]))
                .collect();
            let size = match norm {
                Norm::None => 1.0,
                Norm::L1 => values.iter().map(|x| x.abs()).sum(),
                Norm::L2 => values.iter().map(|x| x * x).sum::<f64>().sqrt(),
                Norm::Max => values.iter().fold(0.0, |most: f64, x| most.max(x.abs())),
            };
            all.extend(values.iter().map(|x| if size == 0.0 { *x } else { x / size }));
        }
        all
    }
}

/// The weights of `text`, whose names are tf, idf and length.
fn weights(matrix: &Matrix, text: &str, norm: Norm, run: &Run) -> Result<Vec<f64>, Error> {
    let weigh = CsrPrepared::new(&Expr::parse(text)?, norm)?;
    let (tf, idf) = (View::from(&matrix.tf[..]), View::from(&matrix.idf[..]));
    let length = View::from(&matrix.length[..]);
    let find = |name: &&str| match *name {
        "tf" => CsrOperand::Values(tf.operand()),
        "idf" => CsrOperand::Columns(idf.operand()),
        "length" => CsrOperand::Rows(length.operand()),
        _ => CsrOperand::One(Scalar::F64(2.0)),
    };
    let operands: Vec<_> = weigh.names().iter().map(find).collect();
    let value = weigh.evaluate(&matrix.csr(), &operands, run)?;
    Ok(value.scalars().iter().map(|x| x.to_f64()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn non_zeros_are_what_plain_loops_make_of_them(
        lengths in prop::collection::vec(
            prop_oneof![Just(0_usize), 0..40_usize, Just(1024), Just(1025), 2000..5000_usize],
            0..40,
        ),
        norm in prop::sample::select(vec![Norm::None, Norm::L1, Norm::L2, Norm::Max]),
    ) {
        let matrix = matrix(&lengths, 97);
        let expected = matrix.plain(norm, |tf, idf, length| {
            if idf == 0.0 { 0.0 } else { tf * idf / length - 2.0 }
        });
        let text = "where(idf == 0, 0, tf * idf / length - two)";
        let got = weights(&matrix, text, norm, &Run::serial()).expect("weights");
        prop_assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(&expected) {
            // Sums are kept in lanes; each of at most 5000 terms rounds once.
            prop_assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{got} {expected}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let lengths: Vec<usize> = (0..4000).map(|row| row * 7919 % 211).collect();
    let matrix = matrix(&lengths, 1009);
    let text = "log(tf + 1) * idf / length";
    let one = weights(&matrix, text, Norm::L2, &Run::serial()).expect("weights");
    for threads in [2, 3] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let several = weights(&matrix, text, Norm::L2, &run).expect("weights");
        assert!(one.iter().zip(&several).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn a_constant_is_everywhere() {
    let matrix = matrix(&[2, 0, 1], 5);
    assert_eq!(weights(&matrix, "3", Norm::None, &Run::serial()).unwrap(), [3.0; 3]);
    assert_eq!(weights(&matrix, "two + 1", Norm::L1, &Run::serial()).unwrap(), [0.5, 0.5, 1.0]);
}

#[test]
fn an_output_may_be_the_values_themselves_and_of_another_type() {
    let matrix = matrix(&[3, 1500, 2], 11);
    let weigh = CsrPrepared::new(&Expr::parse("tf * idf").unwrap(), Norm::L2).unwrap();
    let idf = View::from(&matrix.idf[..]);
    let tf = View::from(&matrix.tf[..]);
    let operands = [CsrOperand::Values(tf.operand()), CsrOperand::Columns(idf.operand())];
    let mut narrow = vec![0.0_f32; matrix.tf.len()];
    let run = Run::serial();
    weigh.call(&matrix.csr(), &operands, ViewMut::from(&mut narrow[..]).output(), &run).unwrap();
    let expected = matrix.plain(Norm::L2, |tf, idf, _| tf * idf);
    for (got, expected) in narrow.iter().zip(&expected) {
        assert!((f64::from(*got) - expected).abs() <= 2e-7 * expected.abs());
    }
    let mut whole = vec![0_i64; matrix.tf.len()];
    let refused =
        weigh.call(&matrix.csr(), &operands, ViewMut::from(&mut whole[..]).output(), &run);
    assert!(matches!(refused, Err(Error::OutputType { .. })), "{refused:?}");
}

#[test]
fn what_does_not_fit_is_named() {
    let error = Csr::new(&[0, 3, 2], &[0, 0], 1).unwrap_err();
    assert!(error.to_string().contains("must rise from 0 to 2"), "{error}");
    assert!(Csr::new(&[], &[], 1).is_err() && Csr::new(&[1, 2], &[0, 0], 1).is_err());
    for text in ["sum(tf)", "tf[tf]", "tf / max(tf)"] {
        let error = CsrPrepared::new(&Expr::parse(text).unwrap(), Norm::None).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{text}: {error}");
    }
    let two = CsrPrepared::new(&Expr::parse("tf, idf").unwrap(), Norm::None).unwrap_err();
    assert!(matches!(two, Error::Count { expected: 1, got: 2, .. }), "{two}");
    let mut matrix = matrix(&[2, 1], 5);
    matrix.indices[2] = 5;
    let error = weights(&matrix, "tf * idf", Norm::None, &Run::serial()).unwrap_err();
    assert_eq!(error.to_string(), "a non-zero is in column 5, there are 5");
    let weigh = CsrPrepared::new(&Expr::parse("tf").unwrap(), Norm::None).unwrap();
    let rows = View::from(&matrix.length[..]);
    let values = [CsrOperand::Values(rows.operand())];
    let error = weigh.evaluate(&matrix.csr(), &values, &Run::serial()).unwrap_err();
    assert!(
        error.to_string().contains("tf has shape (2,), an operand of non-zeros has (3,)"),
        "{error}"
    );
    let scalar = [CsrOperand::Rows(Operand::scalar(1.0))];
    assert!(weigh.evaluate(&matrix.csr(), &scalar, &Run::serial()).is_err());
}

#[test]
fn non_zeros_are_those_of_the_expression_over_dense_arrays() {
    let matrix = matrix(&[500, 700], 31);
    let text = "sqrt(tf) * 3 - exp(-tf)";
    let got = weights(&matrix, text, Norm::None, &Run::serial()).unwrap();
    let view = View::from(&matrix.tf[..]);
    let dense = Prepared::new(&Expr::parse(text).unwrap());
    let dense = dense.evaluate(&[view.operand()], &Run::serial()).unwrap();
    let dense: Vec<u64> = dense[0].scalars().iter().map(|x| x.to_f64().to_bits()).collect();
    assert_eq!(got.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), dense);
}

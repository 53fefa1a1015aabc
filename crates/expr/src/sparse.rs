//! Expressions over the non-zeros of matrices in compressed sparse rows.
#![allow(unsafe_code, reason = "threads write to parts of one output")]

use jobs::Run;

use crate::error::{Error, Shape};
use crate::expression::Expr;
use crate::layout::{self, Overlap};
use crate::operand::{Operand, Output};
use crate::prepared::Prepared;
use crate::types::{Scalar, Type};
use crate::value::Value;

/// Non-zeros that are computed at once; all that is known of them stays in the first cache.
const BLOCK: usize = 1024;
/// Non-zeros of the parts that threads work on; a part ends with a row. They do not depend on the
/// number of threads.
const PART: usize = 1 << 16;
/// Sums of squares that are kept side by side.
const LANES: usize = 8;

/// Where the non-zeros of a matrix are: compressed sparse rows, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Csr<'a> {
    indptr: &'a [usize],
    indices: &'a [u32],
    n_columns: usize,
}

impl<'a> Csr<'a> {
    /// The non-zeros of row `i` are those from `indptr[i]` up to `indptr[i + 1]`, and non-zero `j`
    /// is in column `indices[j]`, of `n_columns`. The order within a row is free. Costs a look at
    /// each row; columns are checked when they are read.
    ///
    /// # Errors
    /// [`Error::Matrix`] when `indptr` does not rise from 0 to the number of indices.
    pub fn new(indptr: &'a [usize], indices: &'a [u32], n_columns: usize) -> Result<Self, Error> {
        let ends = (indptr.first().copied(), indptr.last().copied());
        if ends != (Some(0), Some(indices.len())) || !indptr.is_sorted() {
            let nnz = indices.len();
            let what = format!("the ends of the rows must rise from 0 to {nnz}, the non-zeros");
            return Err(Error::Matrix { what });
        }
        Ok(Self { indptr, indices, n_columns })
    }

    /// How many rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }

    /// How many columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// How many non-zeros.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }
}

/// What a name stands for in an expression over non-zeros: arrays of one dense axis, aligned.
#[derive(Debug, Clone, Copy)]
pub enum CsrOperand<'a> {
    /// A value for each non-zero, such as the term frequency: `(nnz,)`.
    Values(Operand<'a>),
    /// A value for each row, which its non-zeros share, such as the length of a document:
    /// `(n_rows,)`.
    Rows(Operand<'a>),
    /// A value for each column, which its non-zeros share, such as the document frequency:
    /// `(n_columns,)`.
    Columns(Operand<'a>),
    /// One value for all.
    One(Scalar),
}

/// What the values of each row are divided by after the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Norm {
    /// Nothing.
    #[default]
    None,
    /// The sum of their absolute values.
    L1,
    /// The root of the sum of their squares.
    L2,
    /// The greatest absolute value.
    Max,
}

/// An expression of one result, to be computed for the non-zeros of matrices.
///
/// Operands of rows and columns are looked up for the non-zeros of a block, the expression runs
/// over the block, and rows are divided by their norm while they are in the first cache: one pass
/// over the non-zeros, with no memory that grows with them. Rows whose norm is 0 stay as they are.
/// Sums of a norm are kept in `f64`. The result is the same bytes for any number of threads.
///
/// ```
/// use expr::{Csr, CsrOperand, CsrPrepared, Expr, Norm, Value, View};
/// use jobs::Run;
///
/// // [[1, 0, 2], [0, 4, 0]]
/// let (indptr, indices, tf) = ([0, 2, 3], [0, 2, 1], [1.0, 2.0, 4.0]);
/// let idf = [1.5, 0.25, 1.0];
/// let weigh = CsrPrepared::new(&Expr::parse("tf * idf")?, Norm::L2)?;
/// assert_eq!(weigh.names(), ["tf", "idf"]);
/// let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
/// let operands = [CsrOperand::Values(tf.operand()), CsrOperand::Columns(idf.operand())];
/// let csr = Csr::new(&indptr, &indices, 3)?;
/// let weights = weigh.evaluate(&csr, &operands, &Run::serial())?;
/// let weights: Vec<f64> = weights.scalars().iter().map(|x| x.to_f64()).collect();
/// assert_eq!(weights, [0.6, 0.8, 1.0]);
/// # Ok::<(), expr::Error>(())
/// ```
#[derive(Debug)]
pub struct CsrPrepared {
    prepared: Prepared,
    norm: Norm,
}

impl CsrPrepared {
    /// Prepares `expr`. Reductions have no meaning in it: a block is no whole.
    ///
    /// # Errors
    /// [`Error::Count`] unless it has one result; [`Error::Unsupported`] for reductions and
    /// indices.
    pub fn new(expr: &Expr, norm: Norm) -> Result<Self, Error> {
        if expr.len() != 1 {
            return Err(Error::Count { what: "results", expected: 1, got: expr.len() });
        }
        expr.refuse_reductions(
            "a reduction or an index over non-zeros: each is computed by itself",
        )?;
        Ok(Self { prepared: Prepared::new(expr), norm })
    }

    /// The names of the operands, in the order in which [`call`](Self::call) takes them.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.prepared.names()
    }

    /// Computes the result into memory of its own, `(nnz,)`.
    ///
    /// # Errors
    /// Those of [`call`](Self::call), and [`Error::Memory`].
    pub fn evaluate(
        &self,
        csr: &Csr<'_>,
        operands: &[CsrOperand<'_>],
        run: &Run,
    ) -> Result<Value, Error> {
        self.check(csr, operands)?;
        let one_value = [1];
        let ones: Vec<Operand<'_>> = operands
            .iter()
            .map(|operand| match operand {
                CsrOperand::One(value) => Operand::scalar(*value),
                CsrOperand::Values(of) | CsrOperand::Rows(of) | CsrOperand::Columns(of) => {
                    Operand { shape: &one_value, ..*of }
                }
            })
            .collect();
        let mut ty = self.prepared.results(&ones)?[0].0;
        if self.norm != Norm::None && !ty.is_float() {
            ty = Type::F64;
        }
        let mut value = Value::zeros(ty, &[csr.nnz()])?;
        let mut view = value.view_mut();
        self.call(csr, operands, view.output(), run)?;
        drop(view);
        Ok(value)
    }

    /// Computes the result into `output`, dense and aligned, `(nnz,)`, which may be one of the
    /// operands of values. Two threads and more work on parts of at least 65,536 non-zeros.
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::Matrix`] and [`Error::Types`] when operands do not fit the
    /// expression or the matrix; [`Error::OutputShape`], [`Error::OutputType`] (a norm needs
    /// floats) and [`Error::Output`] when the output does not; those of [`Prepared::call`] for
    /// values. After an error of values, or a column that there is not, the output may be written
    /// in part.
    pub fn call(
        &self,
        csr: &Csr<'_>,
        operands: &[CsrOperand<'_>],
        output: Output<'_>,
        run: &Run,
    ) -> Result<(), Error> {
        self.check(csr, operands)?;
        self.check_output(csr, operands, &output)?;
        let ends: Vec<usize> = part_ends(csr);
        let output = &output;
        let found = run.share(ends.len() - 1, |part| {
            self.rows(csr, operands, output, (ends[part], ends[part + 1]))
        })?;
        found.into_iter().collect()
    }

    fn check(&self, csr: &Csr<'_>, operands: &[CsrOperand<'_>]) -> Result<(), Error> {
        let names = self.names();
        if operands.len() != names.len() {
            let (expected, got) = (names.len(), operands.len());
            return Err(Error::Count { what: "operands", expected, got });
        }
        for (name, operand) in names.iter().zip(operands) {
            let (of, len, each) = match operand {
                CsrOperand::One(_) => continue,
                CsrOperand::Values(of) => (of, csr.nnz(), "non-zeros"),
                CsrOperand::Rows(of) => (of, csr.n_rows(), "rows"),
                CsrOperand::Columns(of) => (of, csr.n_columns, "columns"),
            };
            if of.ty == Type::Text {
                let what = format!("{name} holds texts, an operand of {each} holds numbers");
                return Err(Error::Matrix { what });
            }
            let dense = of.shape == [0]
                || of.shape.len() == 1
                    && layout::is_contiguous(of.shape, of.strides, of.ty.size())
                    && layout::is_aligned(of.data, of.ty.size());
            if !dense || of.shape[0] != len || of.scalar.is_some() {
                let shape = Shape(of.shape.to_vec());
                let what = format!(
                    "{name} has shape {shape}{}, an operand of {each} has ({len},), dense and \
                     aligned",
                    if dense { "" } else { " and is not dense" }
                );
                return Err(Error::Matrix { what });
            }
        }
        Ok(())
    }

    fn check_output(
        &self,
        csr: &Csr<'_>,
        operands: &[CsrOperand<'_>],
        output: &Output<'_>,
    ) -> Result<(), Error> {
        let size = output.ty.size();
        if output.shape != [csr.nnz()] {
            let (expected, got) = (Shape(vec![csr.nnz()]), Shape(output.shape.to_vec()));
            return Err(Error::OutputShape { expected, got });
        }
        let dense = layout::is_contiguous(output.shape, output.strides, size)
            && layout::is_aligned(output.data, size);
        if !dense && csr.nnz() > 0 {
            return Err(Error::Output { why: "its elements must be dense and aligned" });
        }
        if self.norm != Norm::None && !output.ty.is_float() {
            return Err(Error::OutputType { result: Type::F64, output: output.ty });
        }
        let shared = operands.iter().any(|operand| match operand {
            CsrOperand::One(_) => false,
            CsrOperand::Values(of) => layout::overlap(output, of) == Overlap::Some,
            CsrOperand::Rows(of) | CsrOperand::Columns(of) => {
                layout::overlap(output, of) != Overlap::None
            }
        });
        if shared {
            return Err(Error::Output { why: "it shares memory with an operand at an offset" });
        }
        Ok(())
    }

    /// Computes the rows `first..end`.
    fn rows(
        &self,
        csr: &Csr<'_>,
        operands: &[CsrOperand<'_>],
        output: &Output<'_>,
        (first, end): (usize, usize),
    ) -> Result<(), Error> {
        let mut buffers: Vec<Buffer> = operands.iter().map(Buffer::of).collect();
        let mut row = first;
        while row < end {
            let start = csr.indptr[row];
            // As many whole rows as fit a block, or pieces of one that is longer.
            let fit = csr.indptr[row + 1..=end].partition_point(|to| to - start <= BLOCK);
            let next = row + fit.max(1);
            let stop = csr.indptr[next];
            let mut at = start;
            while at < stop {
                let to = stop.min(at + BLOCK);
                self.block(csr, operands, &mut buffers, (output, (at, to), row))?;
                at = to;
            }
            if self.norm != Norm::None {
                for row in row..next {
                    let (start, stop) = (csr.indptr[row], csr.indptr[row + 1]);
                    let shape = [stop - start];
                    // SAFETY: rows share no values, and no other thread has this one.
                    let mut values = unsafe { output.part(start, &shape) };
                    if let Some(values) = values.as_mut_slice::<f64>() {
                        normalise_f64(values, self.norm);
                    } else if let Some(values) = values.as_mut_slice::<f32>() {
                        normalise_f32(values, self.norm);
                    }
                }
            }
            row = next;
        }
        Ok(())
    }

    /// Computes the non-zeros `at..to`; the first of them is in row `row` or after it.
    fn block(
        &self,
        csr: &Csr<'_>,
        operands: &[CsrOperand<'_>],
        buffers: &mut [Buffer],
        (output, (at, to), row): (&Output<'_>, (usize, usize), usize),
    ) -> Result<(), Error> {
        let columns = &csr.indices[at..to];
        for (operand, buffer) in operands.iter().zip(buffers.iter_mut()) {
            match operand {
                CsrOperand::Columns(of) => {
                    if !buffer.gather(of, columns) {
                        let last = columns.iter().max().copied().unwrap_or_default();
                        let what =
                            format!("a non-zero is in column {last}, there are {}", csr.n_columns);
                        return Err(Error::Matrix { what });
                    }
                }
                CsrOperand::Rows(of) => buffer.spread(of, csr.indptr, (at, to), row),
                CsrOperand::Values(_) | CsrOperand::One(_) => {}
            }
        }
        let shape = [to - at];
        let mut few = [Operand::scalar(0_i64); 8];
        let mut many;
        let here = if operands.len() <= few.len() {
            &mut few[..operands.len()]
        } else {
            many = vec![Operand::scalar(0_i64); operands.len()];
            &mut many[..]
        };
        for ((here, operand), buffer) in here.iter_mut().zip(operands).zip(&*buffers) {
            *here = match operand {
                CsrOperand::Values(of) => of.rows(at, &shape),
                CsrOperand::One(value) => Operand::scalar(*value),
                CsrOperand::Rows(_) | CsrOperand::Columns(_) => buffer.operand(&shape),
            };
        }
        // SAFETY: blocks share no values, and no other thread has this one.
        let part = unsafe { output.part(at, &shape) };
        if here.iter().all(|operand| operand.shape.is_empty()) {
            // Nothing says how many there are: the one value is everywhere.
            let values = self.prepared.evaluate(here, &Run::serial())?;
            let view = values[0].view();
            let everywhere = Operand { shape: &shape, strides: &[0], ..view.operand() };
            return Prepared::identity().call(&[everywhere], &mut [part], &Run::serial());
        }
        self.prepared.call(here, &mut [part], &Run::serial())
    }
}

/// Ends of the parts, as rows: every part but the last has at least [`PART`] non-zeros.
fn part_ends(csr: &Csr<'_>) -> Vec<usize> {
    let mut ends = vec![0];
    while ends[ends.len() - 1] < csr.n_rows() {
        let row = ends[ends.len() - 1];
        let start = csr.indptr[row];
        let more = csr.indptr[row + 1..].partition_point(|to| to - start < PART);
        ends.push((row + more + 1).min(csr.n_rows()));
    }
    ends
}

/// `Σ f(x)`, in lanes that are added up in one order.
#[inline]
fn sum_by_lanes<T: Copy>(values: &[T], f: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += f(*x);
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += f(*x);
    }
    lanes.iter().sum()
}

macro_rules! normalise {
    ($name:ident, $ty:ty) => {
        fn $name(values: &mut [$ty], norm: Norm) {
            let norm = match norm {
                Norm::None => return,
                Norm::L1 => sum_by_lanes(values, |x| f64::from(x).abs()),
                Norm::L2 => sum_by_lanes(values, |x| f64::from(x) * f64::from(x)).sqrt(),
                Norm::Max => values.iter().fold(0.0, |most, x| f64::from(x.abs()).max(most)),
            };
            if norm != 0.0 {
                for x in values {
                    *x = (f64::from(*x) / norm) as $ty;
                }
            }
        }
    };
}
normalise!(normalise_f64, f64);
normalise!(normalise_f32, f32);

macro_rules! buffers {
    ($($name:ident $ty:ty),*) => {
        /// What the non-zeros of a block have of their rows or columns.
        enum Buffer {
            /// The operand is read where it is.
            None,
            $($name(Vec<$ty>),)*
        }

        impl Buffer {
            fn of(operand: &CsrOperand<'_>) -> Self {
                match operand {
                    CsrOperand::Values(_) | CsrOperand::One(_) => Self::None,
                    CsrOperand::Rows(of) | CsrOperand::Columns(of) => match of.ty {
                        $(Type::$name => Self::$name(Vec::with_capacity(BLOCK)),)*
                        Type::Text => Self::None,
                    },
                }
            }

            /// Takes the value of each of `columns`; says no when there is one that there is not.
            fn gather(&mut self, of: &Operand<'_>, columns: &[u32]) -> bool {
                match self {
                    Self::None => true,
                    $(Self::$name(values) => {
                        let table = of.as_slice::<$ty>().unwrap_or_default();
                        let mut all = true;
                        values.clear();
                        values.extend(columns.iter().map(|column| {
                            let value = table.get(*column as usize);
                            all &= value.is_some();
                            value.copied().unwrap_or_default()
                        }));
                        all
                    })*
                }
            }

            /// Takes, for each of the non-zeros `at..to`, the value of its row, which is `row` or
            /// after it.
            fn spread(
                &mut self,
                of: &Operand<'_>,
                indptr: &[usize],
                (mut at, to): (usize, usize),
                mut row: usize,
            ) {
                match self {
                    Self::None => {}
                    $(Self::$name(values) => {
                        let table = of.as_slice::<$ty>().unwrap_or_default();
                        values.clear();
                        while at < to {
                            let end = indptr[row + 1].min(to);
                            if end > at {
                                values.resize(values.len() + end - at, table[row]);
                                at = end;
                            }
                            row += 1;
                        }
                    })*
                }
            }

            fn operand<'a>(&'a self, shape: &'a [usize; 1]) -> Operand<'a> {
                match self {
                    Self::None => Operand::scalar(0_i64),
                    $(Self::$name(values) => Operand::of_slice(values, shape),)*
                }
            }
        }
    };
}
buffers!(Bool bool, U8 u8, U32 u32, I32 i32, I64 i64, F32 f32, F64 f64);

//! Fused expressions over arrays, sparse rows and columns.
//!
//! ```
//! use expr::{Expr, Prepared, View};
//! use jobs::Run;
//!
//! let tf = [1.0, 2.0, 3.0];
//! let idf = [0.5, 0.0, 2.0];
//! let prepared = Prepared::new(&Expr::parse("where(idf == 0, 0, tf * idf - 1)")?);
//! assert_eq!(prepared.names(), ["idf", "tf"]);
//! let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
//! let values = prepared.evaluate(&[idf.operand(), tf.operand()], &Run::serial())?;
//! let values: Vec<f64> = values[0].scalars().iter().map(|x| x.to_f64()).collect();
//! assert_eq!(values, [-0.5, 0.0, 5.0]);
//! # Ok::<(), expr::Error>(())
//! ```
//!
//! A text becomes a graph ([`Expr`]); operands of some types make of it a typed graph and that a
//! program of loops over blocks that stay in the first cache ([`Prepared`]). There are no
//! temporaries of the size of the operands. Types promote as NumPy's do, and operations that IEEE
//! 754 defines give NumPy's results to the bit; sums of `f32` are kept in `f64`, those of whole
//! numbers are exact or an error. Results are the same bytes for any number of threads and at
//! every level of the instruction set.

mod axis;
mod blocks;
mod error;
mod exec;
mod explain;
mod expression;
mod fast;
mod graph;
mod kernels;
mod layout;
mod lazy;
mod op;
mod operand;
mod pick;
mod prepared;
mod program;
mod query;
mod sparse;
mod sql;
mod staged;
mod syntax;
mod tiles;
mod typed;
mod types;
mod value;

pub use error::{Error, Shape, Span};
pub use explain::{Explanation, PassExplanation};
pub use expression::Expr;
pub use kernels::Level;
pub use lazy::Lazy;
pub use operand::{Operand, Output, View, ViewMut};
pub use prepared::{Prepared, Stats};
pub use query::{Answer, Column, Groups, Query, Table};
pub use sparse::{Csr, CsrOperand, CsrPrepared, Norm};
pub use sql::Dialect;
pub use types::{Element, Scalar, Type};
pub use value::Value;

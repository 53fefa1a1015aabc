//! Expressions over arrays.

mod call;
mod operands;

pub(crate) use call::Expression;

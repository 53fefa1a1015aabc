//! Expressions over arrays.

mod call;
mod columns;
mod groups;
mod numbers;
mod operands;
mod texts;

pub(crate) use call::Expression;
pub(crate) use columns::to_python;
pub(crate) use groups::Groups;
pub(crate) use texts::evaluated;

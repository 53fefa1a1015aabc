//! Expressions over arrays.

mod call;
mod columns;
mod groups;
mod operands;

pub(crate) use call::Expression;
pub(crate) use columns::to_python;
pub(crate) use groups::Groups;

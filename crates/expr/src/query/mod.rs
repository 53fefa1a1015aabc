//! Questions over a table of columns: filter, group, order, the first few.
//!
//! `table` has the columns, `parse` reads a query, `index` numbers the groups of key columns,
//! `fold` reduces values by group, `answer` puts it together, `sql` says the same in SQL.

mod answer;
mod fold;
mod index;
mod parse;
mod sql;
mod table;

pub use answer::Answer;
pub(crate) use fold::Block;
pub use parse::Query;
pub use sql::Dialect;
pub use table::{Column, Table};

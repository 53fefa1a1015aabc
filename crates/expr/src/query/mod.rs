//! Questions over a table of columns: filter, group, order, the first few.
//!
//! `table` has the columns, `parse` reads a query, `index` numbers the groups of key columns,
//! `fold` reduces values by group, with `sums` and `lanes` of what it knows of each, `scan` reads for it
//! what several queries need, `answer` puts it together, `groups` reduces by groups that are already
//! numbered, `sql` says queries in SQL.

mod answer;
mod fold;
mod groups;
mod index;
mod lanes;
mod parse;
mod scan;
mod sql;
mod sums;
mod table;

pub use answer::Answer;
pub(crate) use fold::Block;
pub use groups::Groups;
pub(crate) use parse::Direction;
pub use parse::Query;
pub use table::{Column, Table};

//! Groups of rows that are numbered once, for any number of reductions.

use std::sync::Arc;

use jobs::Run;

use crate::error::Error;
use crate::expression::Expr;
use crate::query::answer;
use crate::query::index::Index;
use crate::query::parse::Query;
use crate::query::table::{Column, Table};

/// Rows grouped by keys: which group each row is in, and the key of each group.
///
/// Groups come in the order of their keys; texts are ordered by their bytes, and NaN comes last.
/// Numbering costs one look-up a row; each [`reduce`](Self::reduce) is one scan.
///
/// ```
/// use expr::{Column, Expr, Groups, Table};
/// use jobs::Run;
///
/// let run = Run::serial();
/// let city: Column<'_> = ["Oslo", "Bern", "Oslo"].into_iter().collect();
/// let groups = Groups::new(&[city], &run)?;
/// let (age, man) = ([30.0, 40.0, 50.0], [true, true, false]);
/// let table = Table::new(vec![
///     ("age".to_owned(), Column::from(&age[..])),
///     ("man".to_owned(), Column::from(&man[..])),
/// ])?;
/// let means = groups.reduce(&Expr::parse("mean(age), sum(age, where=man)")?, &table, &run)?;
/// assert_eq!(groups.keys()[0].text_at(1), Some("Oslo"));
/// let of = |at: usize| means[at].values().expect("numbers").scalars();
/// assert_eq!((of(0)[1].to_f64(), of(1)[1].to_f64()), (40.0, 30.0));
/// # Ok::<(), expr::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Groups {
    index: Arc<Index>,
    keys: Vec<Column<'static>>,
}

impl Groups {
    /// Groups rows with equal values in all of `keys`, columns of one length. Equal are also all
    /// NaNs, and the zeros.
    ///
    /// # Errors
    /// [`Error::Table`] when there are no keys, their lengths differ, or there are more than 2³²
    /// rows.
    pub fn new(keys: &[Column<'_>], run: &Run) -> Result<Self, Error> {
        let lengths: Vec<usize> = keys.iter().map(Column::len).collect();
        let n = *lengths
            .first()
            .ok_or_else(|| Error::Table { what: "groups need at least one key".to_owned() })?;
        if let Some(other) = lengths.iter().find(|len| **len != n) {
            let what = format!("one key has {other} rows, another {n}");
            return Err(Error::Table { what });
        }
        let index = Index::new(&keys.iter().collect::<Vec<_>>(), n, run)?;
        let keys = keys.iter().map(|key| key.take(&index.first_rows)).collect();
        Ok(Self { index: Arc::new(index), keys })
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.first_rows.len()
    }

    /// Whether there are none, because there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows were grouped.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.index.groups.len()
    }

    /// The keys: for each of them a column with a value for each group.
    #[must_use]
    pub fn keys(&self) -> &[Column<'static>] {
        &self.keys
    }

    /// The number of the group of each row.
    #[must_use]
    pub fn of_rows(&self) -> &[u32] {
        &self.index.groups
    }

    /// What `expr` says of each group, a column of [`len`](Self::len) numbers for each of its
    /// results, in one scan over `table`, whose rows are those that were grouped. All names stand
    /// within reductions: `mean(x, where=x > 0) / count(y)`. Floats are kept in `f64`, sums of
    /// whole numbers in `i64`. The mean, the least and the greatest of no values are NaN.
    ///
    /// # Errors
    /// [`Error::Table`] when the table has other rows; [`Error::UnknownName`], [`Error::Types`],
    /// [`Error::Overflow`] and [`Error::Unsupported`] as [`Query::ask`] has them.
    pub fn reduce(
        &self,
        expr: &Expr,
        table: &Table<'_>,
        run: &Run,
    ) -> Result<Vec<Column<'static>>, Error> {
        if table.n_rows() != self.n_rows() {
            let what = format!("the table has {} rows, the keys {}", table.n_rows(), self.n_rows());
            return Err(Error::Table { what });
        }
        let query = Query::of(expr);
        query.check(table)?;
        let answers = answer::by_index(&[&query], &[], &self.index, table, run)?;
        Ok(answers
            .iter()
            .flat_map(|answer| (0..expr.len()).map(|at| answer.column(at).clone()))
            .collect())
    }
}

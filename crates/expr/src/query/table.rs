//! Tables: columns of one length, with names.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::operand::{Operand, View};
use crate::query::index::Index;
use crate::types::{Element, Type};
use crate::value::Value;

/// Values of one type, borrowed or owned.
#[derive(Debug, Clone)]
pub struct Column<'a>(pub(crate) Kind<'a>);

#[derive(Debug, Clone)]
pub(crate) enum Kind<'a> {
    Numbers { view: View<'a>, len: usize },
    Owned(Arc<Value>),
    Texts { offsets: Cow<'a, [i64]>, bytes: Cow<'a, [u8]>, shape: [usize; 1] },
}

impl<'a, T: Element> From<&'a [T]> for Column<'a> {
    fn from(values: &'a [T]) -> Self {
        Self(Kind::Numbers { view: View::from(values), len: values.len() })
    }
}

impl<T: Element> From<Vec<T>> for Column<'static> {
    fn from(values: Vec<T>) -> Self {
        Self(Kind::Owned(Arc::new(Value::from_vec(values))))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Column<'_> {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let (mut offsets, mut bytes) = (vec![0], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            offsets.push(bytes.len() as i64);
        }
        let shape = [offsets.len() - 1];
        Self(Kind::Texts { offsets: offsets.into(), bytes: bytes.into(), shape })
    }
}

impl<'a> Column<'a> {
    /// UTF-8 texts side by side: text `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    ///
    /// # Errors
    /// [`Error::Table`] when the offsets fall, lead out of the bytes, or cut a character.
    pub fn texts(offsets: &'a [i64], bytes: &'a [u8]) -> Result<Self, Error> {
        let wrong = |what: &str| Err(Error::Table { what: what.to_owned() });
        let Some(last) = offsets.last() else {
            return wrong("texts have an offset before the first and after each");
        };
        if offsets[0] < 0 || !offsets.is_sorted() || *last as usize > bytes.len() {
            return wrong("the offsets of texts rise within their bytes");
        }
        let shape = [offsets.len() - 1];
        Ok(Self(Kind::Texts { offsets: offsets.into(), bytes: bytes.into(), shape }))
    }

    /// How many values.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Numbers { len, .. } => *len,
            Kind::Owned(value) => value.shape().iter().product(),
            Kind::Texts { shape, .. } => shape[0],
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of the values.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.0 {
            Kind::Numbers { view, .. } => view.operand().ty(),
            Kind::Owned(value) => value.ty(),
            Kind::Texts { .. } => Type::Text,
        }
    }

    /// The numbers, when they are its own, as those of answers are; none for texts.
    #[must_use]
    pub fn values(&self) -> Option<&Value> {
        match &self.0 {
            Kind::Owned(value) => Some(value),
            _ => None,
        }
    }

    /// The text in a row; none for numbers.
    ///
    /// # Panics
    /// When there are not so many rows.
    #[must_use]
    pub fn text_at(&self, row: usize) -> Option<&str> {
        let is_text = self.ty() == Type::Text;
        is_text.then(|| std::str::from_utf8(self.text(row)).unwrap_or_default())
    }

    /// The column with its shape at hand, to be an operand.
    pub(crate) fn pinned(&self) -> Pinned<'_> {
        match &self.0 {
            Kind::Numbers { view, .. } => Pinned::Numbers(view.clone()),
            Kind::Owned(value) => Pinned::Numbers(value.view()),
            Kind::Texts { offsets, bytes, shape } => Pinned::Texts(offsets, bytes, shape),
        }
    }

    /// Calls `f` with the column as an operand.
    pub(crate) fn with_operand<R>(&self, f: impl FnOnce(Operand<'_>) -> R) -> R {
        f(self.pinned().operand())
    }

    /// The values of these rows.
    pub(crate) fn take(&self, rows: &[u32]) -> Column<'static> {
        match &self.0 {
            Kind::Texts { .. } => {
                let (mut offsets, mut bytes) = (vec![0], Vec::new());
                for row in rows {
                    bytes.extend_from_slice(self.text(*row as usize));
                    offsets.push(bytes.len() as i64);
                }
                let shape = [rows.len()];
                Column(Kind::Texts { offsets: offsets.into(), bytes: bytes.into(), shape })
            }
            _ => Column(Kind::Owned(Arc::new(self.with_operand(|o| Value::taken(&o, rows))))),
        }
    }

    /// All values, owned.
    pub(crate) fn owned(&self) -> Column<'static> {
        match &self.0 {
            Kind::Owned(value) => Column(Kind::Owned(value.clone())),
            _ => self.take(&(0..self.len() as u32).collect::<Vec<_>>()),
        }
    }

    /// The bytes of text `at`.
    pub(crate) fn text(&self, at: usize) -> &[u8] {
        match &self.0 {
            Kind::Texts { offsets, bytes, .. } => {
                &bytes[offsets[at] as usize..offsets[at + 1] as usize]
            }
            _ => &[],
        }
    }
}

/// A column that can lend an operand.
pub(crate) enum Pinned<'a> {
    Numbers(View<'a>),
    Texts(&'a [i64], &'a [u8], &'a [usize; 1]),
}

impl Pinned<'_> {
    pub(crate) fn operand(&self) -> Operand<'_> {
        match self {
            Self::Numbers(view) => view.operand(),
            Self::Texts(offsets, bytes, shape) => Operand::texts(offsets, bytes, shape),
        }
    }
}

/// Columns of one length. Numberings of groups that queries ask for are kept.
#[derive(Debug, Default)]
pub struct Table<'a> {
    columns: Vec<(String, Column<'a>)>,
    n_rows: usize,
    indices: Mutex<Vec<(Vec<String>, Arc<Index>)>>,
}

impl<'a> Table<'a> {
    /// A table of these columns.
    ///
    /// # Errors
    /// [`Error::Table`] when two have one name or their lengths differ.
    pub fn new(columns: Vec<(String, Column<'a>)>) -> Result<Self, Error> {
        let n_rows = columns.first().map_or(0, |(_, column)| column.len());
        for (at, (name, column)) in columns.iter().enumerate() {
            if column.len() != n_rows {
                let first = &columns[0].0;
                let what =
                    format!("column {name} has {} rows, column {first} {n_rows}", column.len());
                return Err(Error::Table { what });
            }
            if columns[..at].iter().any(|(other, _)| other == name) {
                return Err(Error::Table { what: format!("two columns are called {name}") });
            }
        }
        Ok(Self { columns, n_rows, indices: Mutex::default() })
    }

    /// How many rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> impl Iterator<Item = (&str, Type)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column.ty()))
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }

    /// The numbering of the groups of `keys`, made by `make` when it is not there yet.
    pub(crate) fn index(
        &self,
        keys: &[String],
        make: impl FnOnce() -> Result<Index, Error>,
    ) -> Result<Arc<Index>, Error> {
        let lock = || self.indices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, index)) = lock().iter().find(|(known, _)| known == keys) {
            return Ok(index.clone());
        }
        let index = Arc::new(make()?);
        lock().push((keys.to_vec(), index.clone()));
        Ok(index)
    }
}

/// Calls `f` with the operands of all columns.
pub(super) fn with_operands<R>(columns: &[&Column<'_>], f: impl FnOnce(&[Operand<'_>]) -> R) -> R {
    let views: Vec<Pinned<'_>> = columns.iter().map(|column| column.pinned()).collect();
    let operands: Vec<Operand<'_>> = views.iter().map(Pinned::operand).collect();
    f(&operands)
}

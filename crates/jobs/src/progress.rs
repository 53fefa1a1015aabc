//! Who is told how work goes on.

/// Who is told how work goes on. Every method has an empty default.
pub trait Progress: Send + Sync {
    /// A stage begins; `total` is its number of items where it is known.
    fn started(&self, _stage: &str, _total: Option<u64>) {}
    /// The current stage will do `total` items: from here on the time left can be told.
    fn expected(&self, _total: u64) {}
    /// `n` more items of the current stage are done.
    fn advanced(&self, _n: u64) {}
    /// A stage ended well, after `seconds`, having made `items`.
    fn finished(&self, _stage: &str, _items: u64, _seconds: f64) {}
    /// Something that the user should know and that stops nothing.
    fn warn(&self, _message: &str) {}
}

/// The [`Progress`] that says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

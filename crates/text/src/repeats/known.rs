//! Passages that are known already, and texts without them.

use super::passages::{self, Found};
use crate::analyze::ReadableWords;
use crate::{Field, Text};

/// The parts of a document's fields that are passages of many documents, as (field, start, end).
pub(super) type Cuts = Vec<(u32, usize, usize)>;

/// Passages that many documents of a corpus have, by the hashes of their words.
///
/// ```
/// use jobs::Run;
/// use text::{Repeats, Text};
///
/// let texts: Vec<String> = ["ships", "lamps", "fog", "sails", "bread"]
///     .map(|own| format!("What old people say of {own} at night. Follow us on all networks.")).into();
/// let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
/// let known = Repeats::find(&docs, None, &Run::serial())?.known_passages();
/// let new = Text::plain("Ropes and knots by day. Follow us on all networks!");
/// let own = known.without(&new, None);
/// assert_eq!(own.fields[0].text.trim_end(), "Ropes and knots by day.");
/// # Ok::<(), text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KnownPassages {
    /// In rising order.
    hashes: Vec<u64>,
    words: ReadableWords,
}

impl Default for KnownPassages {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl PartialEq for KnownPassages {
    fn eq(&self, other: &Self) -> bool {
        self.hashes == other.hashes
    }
}

impl Eq for KnownPassages {}

impl KnownPassages {
    /// The passages that [`hashes`](Self::hashes) gave.
    #[must_use]
    pub fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes, words: ReadableWords::new() }
    }

    /// The passages as numbers, in rising order, the same on every machine.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// `doc` without these passages; its field `title` is read as a title. Cost: linear in its bytes.
    #[must_use]
    pub fn without<'a>(&self, doc: &Text<'a>, title: Option<usize>) -> Text<'a> {
        if self.hashes.is_empty() {
            return doc.clone();
        }
        let is_known = |_: &Found, hash: u64| self.hashes.binary_search(&hash).is_ok();
        without(
            doc,
            &cuts_of(&passages::of(doc, title, &mut self.words.reader()), is_known, |_, _| {}),
        )
    }
}

/// The parts of a document to leave out: those of `found` that are repeated by one of their hashes, of which
/// `each` is told, but for parts of others that go as a whole.
pub(super) fn cuts_of(
    found: &[Found],
    is_repeated: impl Fn(&Found, u64) -> bool,
    mut each: impl FnMut(&Found, u64),
) -> Cuts {
    let mut cuts: Cuts = Vec::new();
    for passage in found {
        let is_cut = cuts
            .last()
            .is_some_and(|&(field, _, end)| field == passage.field && passage.start < end);
        let repeated = || passage.hashes().find(|&hash| is_repeated(passage, hash));
        if !is_cut && let Some(hash) = repeated() {
            each(passage, hash);
            cuts.push((passage.field, passage.start, passage.end));
        }
    }
    cuts
}

/// `doc` without the parts `cuts`.
pub(super) fn without<'a>(doc: &Text<'a>, cuts: &[(u32, usize, usize)]) -> Text<'a> {
    if cuts.is_empty() {
        return doc.clone();
    }
    let mut fields = Vec::new();
    for (at, field) in (0_u32..).zip(&doc.fields) {
        let mut from = 0;
        for &(_, start, end) in cuts.iter().filter(|(field, _, _)| *field == at) {
            fields.push(Field { text: &field.text[from..start], ..*field });
            from = end;
        }
        fields.push(Field { text: &field.text[from..], ..*field });
    }
    fields.retain(|field| !field.text.is_empty());
    Text { fields, language: doc.language, others: doc.others.clone() }
}

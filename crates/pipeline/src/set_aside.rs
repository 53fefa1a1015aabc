//! What documents repeat is set aside: passages are not counted, copies weigh as one document.

use jobs::Run;
use serde::{Deserialize, Serialize};
use sprs::CsMatI;
use text::Repeats;

use crate::prepare::Prepared;
use crate::{Config, Error};

/// The field that [`Prepared::texts`] gives a document's title.
const TITLE: usize = 0;
/// Passages and copies that the report names.
const NAMED: usize = 100;
/// Characters of a passage that the report shows.
const SHOWN_CHARS: usize = 200;

/// What was set aside, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// How many passages were not counted because many documents have them.
    pub n_passages: usize,
    /// Those of the most documents.
    pub passages: Vec<SharedPassage>,
    /// How many documents weigh less because they are nearly the same as another.
    pub n_copies: usize,
    /// The first of them.
    pub copies: Vec<Copy>,
}

/// A passage that many documents have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPassage {
    /// Its beginning.
    pub text: String,
    /// How many documents have it.
    pub documents: u32,
}

/// A document that is nearly the same as another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Its id.
    pub id: String,
    /// The id of the first that is nearly the same.
    pub of: String,
}

/// What the documents repeat; nothing when the configuration keeps it.
pub(crate) fn find(prepared: &Prepared, config: &Config, run: &Run) -> Result<Repeats, Error> {
    if config.text.keep_repeats {
        return Ok(Repeats::default());
    }
    Ok(Repeats::find(&prepared.texts(), Some(TITLE), run)?)
}

impl SetAside {
    pub(crate) fn of(prepared: &Prepared) -> Self {
        let repeats = &prepared.repeats;
        let id = |doc: usize| prepared.documents[doc].id.clone();
        Self {
            n_passages: repeats.passages().len(),
            passages: repeats
                .passages()
                .iter()
                .take(NAMED)
                .map(|passage| SharedPassage {
                    text: passage.text.chars().take(SHOWN_CHARS).collect(),
                    documents: passage.n_docs,
                })
                .collect(),
            n_copies: repeats.copies().count(),
            copies: repeats
                .copies()
                .take(NAMED)
                .map(|(doc, of)| Copy { id: id(doc), of: id(of) })
                .collect(),
        }
    }
}

/// The rows of `x`, (n_docs, n_terms), such that documents that are nearly the same weigh together
/// what one does: the squares of their rows, which the factorisation sums, are divided by their
/// number. `None` when no two are.
pub(crate) fn down_weighted(
    x: &CsMatI<f32, u32, usize>,
    repeats: &Repeats,
) -> Option<CsMatI<f32, u32, usize>> {
    repeats.copies().next()?;
    let mut x = x.clone();
    for (mut row, weight) in x.outer_iterator_mut().zip(repeats.weights()) {
        for (_, value) in row.iter_mut() {
            *value *= weight.sqrt();
        }
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_weigh_together_what_one_document_does() {
        let text = "one two three four five six seven eight nine ten eleven twelve lamp tide";
        let words = text.repeat(3);
        let texts = [words.as_str(), words.as_str(), "another"];
        let docs: Vec<_> = texts.iter().map(|text| text::Text::plain(text)).collect();
        let repeats = Repeats::find(&docs, None, &Run::serial()).unwrap();
        let x = CsMatI::new((3, 1), vec![0, 1, 2, 3], vec![0, 0, 0], vec![1.0_f32; 3]);
        let weighed = down_weighted(&x, &repeats).unwrap();
        let squares: Vec<f32> = weighed.data().iter().map(|value| value * value).collect();
        assert!((squares[0] + squares[1] - 1.0).abs() < 1e-6 && squares[2] == 1.0, "{squares:?}");
        assert!(down_weighted(&x, &Repeats::default()).is_none());
    }
}

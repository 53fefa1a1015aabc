//! The terms that are counted.

use std::collections::BTreeMap;

use hashbrown::HashMap;

/// The columns of a count matrix: terms in the order of falling document frequency, ties in
/// alphabetical order, and the words that are counted as them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    terms: Vec<String>,
    /// Words counted as another term (`talks` as `talk`), to the term's column.
    variants: BTreeMap<String, u32>,
    /// Terms and variants to their columns.
    columns: HashMap<String, u32>,
}

impl Vocabulary {
    /// A vocabulary of `terms`, in their order, and of `variants`: words with the column of the
    /// term they are counted as. A variant that is itself a term is counted as that term.
    ///
    /// # Panics
    /// When a variant's column is not one of a term.
    #[must_use]
    pub fn new(terms: Vec<String>, variants: BTreeMap<String, u32>) -> Self {
        assert!(
            variants.values().all(|&column| (column as usize) < terms.len()),
            "a variant's column lies among the {} terms",
            terms.len()
        );
        let of_variants = variants.iter().map(|(word, &column)| (word.clone(), column));
        // Terms come last: a word that is both is counted as the term.
        let columns = of_variants.chain(terms.iter().cloned().zip(0..)).collect();
        Self { terms, variants, columns }
    }

    /// The vocabulary without its first `n` terms, the other columns moved down.
    #[must_use]
    pub(crate) fn without_first(mut self, n: usize) -> Self {
        let first = n as u32;
        let terms = self.terms.split_off(n.min(self.terms.len()));
        let kept = self.variants.into_iter().filter(|(_, column)| *column >= first);
        Self::new(terms, kept.map(|(word, column)| (word, column - first)).collect())
    }

    /// The terms; the position is the column.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Words counted as another term, with that term's column.
    #[must_use]
    pub fn variants(&self) -> &BTreeMap<String, u32> {
        &self.variants
    }

    /// How many terms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is no term.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The column of a lower-cased word: of the term itself, or of the term it is counted as.
    #[must_use]
    pub fn column_of(&self, word: &str) -> Option<u32> {
        self.columns.get(word).copied()
    }

    pub(crate) fn column_of_bytes(&self, word: &[u8]) -> Option<u32> {
        std::str::from_utf8(word).ok().and_then(|word| self.column_of(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_find_the_column_of_their_term() {
        let variants = BTreeMap::from([("talks".to_owned(), 1)]);
        let vocabulary = Vocabulary::new(vec!["test".into(), "talk".into()], variants);
        assert_eq!(vocabulary.column_of("talks"), Some(1));
        assert_eq!(vocabulary.column_of("talk"), Some(1));
        assert_eq!(vocabulary.column_of("walk"), None);
    }
}

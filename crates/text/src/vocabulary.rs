//! The terms that are counted.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use crate::Terms;
use crate::analyze::is_unspaced;

/// The columns of a count matrix: terms, and the words that are counted as them.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    terms: Terms,
    /// Words counted as another term (`talks` as `talk`), to the term's column.
    variants: BTreeMap<String, u32>,
    /// The columns, to be found by their terms: made when the first is looked for.
    columns: OnceLock<HashTable<u32>>,
    hasher: DefaultHashBuilder,
}

/// The words that terms of several words begin with.
#[derive(Debug, Default)]
pub(crate) struct Starts<'a>(HashSet<&'a str>);

impl Starts<'_> {
    /// Whether a term of several words may begin with `word`.
    pub(crate) fn may_start_with(&self, word: &str) -> bool {
        self.0.contains(word) || word.starts_with(is_unspaced)
    }
}

/// The term of neighbours: their words with spaces between, but where words are written without.
pub(crate) fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut term = String::new();
    for word in words {
        let is_apart = !(term.ends_with(is_unspaced) && word.starts_with(is_unspaced));
        if is_apart && !term.is_empty() {
            term.push(' ');
        }
        term.push_str(word);
    }
    term
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        self.terms == other.terms && self.variants == other.variants
    }
}

impl Eq for Vocabulary {}

impl Vocabulary {
    /// A vocabulary of `terms`, in their order, and of `variants`: words with the column of the
    /// term they are counted as. A variant that is itself a term is counted as that term; of two equal
    /// terms the first is found.
    ///
    /// # Panics
    /// When a variant's column is not one of a term.
    #[must_use]
    pub fn new<S: AsRef<str>>(
        terms: impl IntoIterator<Item = S>,
        variants: BTreeMap<String, u32>,
    ) -> Self {
        Self::of(terms.into_iter().collect(), variants)
    }

    /// As [`new`](Self::new).
    pub(crate) fn of(terms: Terms, variants: BTreeMap<String, u32>) -> Self {
        assert!(
            variants.values().all(|&column| (column as usize) < terms.len()),
            "a variant's column lies among the {} terms",
            terms.len()
        );
        Self { terms, variants, ..Self::default() }
    }

    fn columns(&self) -> &HashTable<u32> {
        self.columns.get_or_init(|| {
            let Self { terms, hasher, .. } = self;
            let mut columns = HashTable::with_capacity(terms.len());
            for (column, term) in (0_u32..).zip(terms.iter()) {
                let hash_of = |&column: &u32| hasher.hash_one(terms[column as usize].as_bytes());
                let is_term = |&other: &u32| terms[other as usize] == *term;
                columns.entry(hash_of(&column), is_term, hash_of).or_insert(column);
            }
            columns
        })
    }

    /// The words that terms of several words begin with, in any of their forms. Cost: a look at every
    /// form.
    pub(crate) fn starts(&self) -> Starts<'_> {
        let forms = self.terms.iter().chain(self.variants.keys().map(String::as_str));
        Starts(forms.filter_map(|form| form.split_once(' ')).map(|(word, _)| word).collect())
    }

    /// The vocabulary without its first `n` terms, the other columns moved down.
    #[must_use]
    pub(crate) fn without_first(mut self, n: usize) -> Self {
        let first = n as u32;
        let terms = self.terms.split_off(n.min(self.terms.len()));
        let kept = self.variants.into_iter().filter(|(_, column)| *column >= first);
        Self::of(terms, kept.map(|(word, column)| (word, column - first)).collect())
    }

    /// The terms; the position is the column.
    #[must_use]
    pub fn terms(&self) -> &Terms {
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

    /// The column of a lower-cased word: of the term itself, or of the term it is counted as. Cost: that of
    /// a hash; the first call hashes all terms.
    #[must_use]
    pub fn column_of(&self, word: &str) -> Option<u32> {
        let is_word = |&column: &u32| self.terms[column as usize] == *word;
        let found = self.columns().find(self.hasher.hash_one(word.as_bytes()), is_word).copied();
        found.or_else(|| self.variants.get(word).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_found_in_its_column_and_of_two_equal_ones_the_first() {
        let mut texts: Vec<String> = (0..500).map(|n| format!("term {n}")).collect();
        texts.push("term 7".to_owned());
        let vocabulary = Vocabulary::new(&texts, BTreeMap::new());
        for vocabulary in [vocabulary.clone(), vocabulary] {
            for (column, text) in (0..).zip(&texts[..500]) {
                assert_eq!(vocabulary.column_of(text), Some(column));
            }
            assert_eq!(vocabulary.column_of("term"), None);
            assert!(vocabulary.starts().may_start_with("term"));
            assert!(!vocabulary.starts().may_start_with("lamp"));
        }
    }

    #[test]
    fn variants_find_the_column_of_their_term() {
        let variants = BTreeMap::from([("talks".to_owned(), 1)]);
        let vocabulary = Vocabulary::new(["test", "talk"], variants);
        assert_eq!(vocabulary.column_of("talks"), Some(1));
        assert_eq!(vocabulary.column_of("talk"), Some(1));
        assert_eq!(vocabulary.column_of("walk"), None);
    }
}

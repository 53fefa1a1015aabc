//! The texts of terms.

use std::ops::Index;

use jobs::{Encode, Encoder};

/// Texts of terms, all in one string: a million take two pieces of memory, not a million.
///
/// ```
/// let terms: text::Terms = ["lamp", "north sea"].into_iter().collect();
/// assert_eq!(terms, ["lamp", "north sea"]);
/// assert_eq!(&terms[1], "north sea");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Terms {
    /// Terms that stand in `text` one after the other and end at `ends`.
    pub(crate) fn new(text: String, ends: Vec<usize>) -> Self {
        let is_whole = |&end: &usize| text.is_char_boundary(end);
        debug_assert!(
            ends.is_sorted() && ends.iter().all(is_whole),
            "terms end where others begin"
        );
        Self { text, ends }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|at| &self[at])
    }

    /// All of them, each in a string of its own.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }

    /// Those from the one at `first` on.
    pub(crate) fn split_off(&mut self, first: usize) -> Self {
        let start = self.start_of(first);
        let ends = self.ends.split_off(first).into_iter().map(|end| end - start).collect();
        Self { text: self.text.split_off(start), ends }
    }

    fn start_of(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] }
    }
}

impl Index<usize> for Terms {
    type Output = str;

    fn index(&self, at: usize) -> &str {
        &self.text[self.start_of(at)..self.ends[at]]
    }
}

impl<S: AsRef<str>> FromIterator<S> for Terms {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut terms = Self::default();
        for text in texts {
            terms.text.push_str(text.as_ref());
            terms.ends.push(terms.text.len());
        }
        terms
    }
}

impl<S: AsRef<str>> PartialEq<[S]> for Terms {
    fn eq(&self, other: &[S]) -> bool {
        self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl<S: AsRef<str>, const N: usize> PartialEq<[S; N]> for Terms {
    fn eq(&self, other: &[S; N]) -> bool {
        *self == other[..]
    }
}

impl<S: AsRef<str>, const N: usize> PartialEq<[S; N]> for &Terms {
    fn eq(&self, other: &[S; N]) -> bool {
        **self == *other
    }
}

/// As a list of strings.
impl Encode for Terms {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.len());
        for term in self.iter() {
            to.string(term);
        }
    }
}

#[cfg(test)]
mod tests {
    use jobs::Digest;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_are_as_a_list_of_strings(
            texts in prop::collection::vec("\\PC{0,9}", 0..30),
            first in 0_usize..30,
        ) {
            let mut terms: Terms = texts.iter().collect();
            prop_assert_eq!(&terms.to_vec(), &texts);
            prop_assert!(terms == texts[..]);
            prop_assert_eq!(Digest::of_value(&terms), Digest::of_value(&texts));
            let first = first.min(texts.len());
            let rest = terms.split_off(first);
            prop_assert!(terms == texts[..first] && rest == texts[first..]);
            let same: Terms = texts[first..].iter().collect();
            prop_assert_eq!(rest, same);
        }
    }
}

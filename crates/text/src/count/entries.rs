//! The entries of rows, in as few bytes as they need.

/// How often a row counts a word; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The word's number in the shard.
    pub(crate) word: u32,
    pub(crate) count: u32,
}

/// Bits of the word in a narrow entry; the count has the others.
const WORD_BITS: u32 = 24;

/// Entries one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entries {
    /// Word and count in one number, as almost all are small enough for.
    Narrow(Vec<u32>),
    /// Word and count in turn.
    Wide(Vec<[u32; 2]>),
}

/// Some of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SomeEntries<'a> {
    Narrow(&'a [u32]),
    Wide(&'a [[u32; 2]]),
}

impl Default for Entries {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Entries {
    /// `all` in the form that fits.
    pub(super) fn of(all: &[Entry]) -> Self {
        // One look at all bits: the larger number of two has the highest of both.
        let (words, counts) =
            all.iter().fold((0, 0), |bits, entry| (bits.0 | entry.word, bits.1 | entry.count));
        if words >> WORD_BITS == 0 && counts >> (u32::BITS - WORD_BITS) == 0 {
            let narrow = |entry: &Entry| entry.count << WORD_BITS | entry.word;
            Self::Narrow(all.iter().map(narrow).collect())
        } else {
            Self::Wide(all.iter().map(|entry| [entry.word, entry.count]).collect())
        }
    }

    pub(super) fn all(&self) -> SomeEntries<'_> {
        match self {
            Self::Narrow(entries) => SomeEntries::Narrow(entries),
            Self::Wide(entries) => SomeEntries::Wide(entries),
        }
    }

    /// Those between the ends of two rows.
    pub(super) fn between(&self, start: usize, end: usize) -> SomeEntries<'_> {
        self.all().between(start, end)
    }
}

impl SomeEntries<'_> {
    /// Those between the ends of two rows.
    pub(super) fn between(self, start: usize, end: usize) -> Self {
        match self {
            Self::Narrow(entries) => Self::Narrow(&entries[start..end]),
            Self::Wide(entries) => Self::Wide(&entries[start..end]),
        }
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Self::Narrow(entries) => entries.len(),
            Self::Wide(entries) => entries.len(),
        }
    }

    /// Calls `f` with each, in their order.
    #[inline]
    pub(crate) fn each(self, mut f: impl FnMut(Entry)) {
        match self {
            Self::Narrow(entries) => {
                for both in entries {
                    let word = both & ((1 << WORD_BITS) - 1);
                    f(Entry { word, count: both >> WORD_BITS });
                }
            }
            Self::Wide(entries) => {
                for &[word, count] in entries {
                    f(Entry { word, count });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_any_size_are_what_they_were() {
        let most = Entry { word: (1 << WORD_BITS) - 1, count: 255 };
        let few = [Entry { word: 0, count: 1 }, most, Entry { word: 3, count: 2 }];
        assert!(matches!(Entries::of(&few), Entries::Narrow(_)));
        for further in [Entry { word: 1 << WORD_BITS, count: 1 }, Entry { word: 1, count: 256 }] {
            let all = [&few[..], &[further]].concat();
            assert!(matches!(Entries::of(&all), Entries::Wide(_)), "{further:?}");
            for all in [&few[..], &all] {
                let packed = Entries::of(all);
                let (mut whole, mut middle) = (Vec::new(), Vec::new());
                packed.all().each(|entry| whole.push(entry));
                packed.between(1, 3).each(|entry| middle.push(entry));
                assert_eq!((&whole[..], &middle[..]), (all, &all[1..3]));
                assert_eq!(packed.between(1, 3).len(), 2);
            }
        }
    }
}

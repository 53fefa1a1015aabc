//! Ids that no two documents share.

use std::collections::HashMap;

use jobs::Digest;

/// Gives out ids that are unique among those given before, 16 bytes each.
///
/// ```
/// let mut ids = corpus::Ids::default();
/// assert_eq!(ids.give("a".into()), "a");
/// assert_eq!(ids.give("a".into()), "a-2");
/// ```
#[derive(Debug, Default)]
pub struct Ids {
    /// The start of an id's digest → the last suffix given to it. Two ids with the same 64 bits
    /// would only mean a suffix that was not needed, and the same one in every run.
    given: HashMap<u64, u32>,
    /// Then every id is given as it is.
    keep: bool,
}

impl Ids {
    /// Gives every id as it is.
    pub(crate) fn keeping() -> Self {
        Self { keep: true, ..Self::default() }
    }

    /// `id` itself for the first that asks, `id-2` for the second, and so on, whatever ids were
    /// given before.
    #[must_use]
    pub fn give(&mut self, id: String) -> String {
        self.give_known(key(&id), id)
    }

    /// The same of an id whose [`key`] is known.
    pub(crate) fn give_known(&mut self, key: u64, id: String) -> String {
        if self.keep {
            return id;
        }
        let Some(last) = self.given.get(&key).copied() else {
            self.given.insert(key, 1);
            return id;
        };
        let mut suffix = last;
        loop {
            suffix += 1;
            let candidate = format!("{id}-{suffix}");
            let candidate_key = self::key(&candidate);
            if !self.given.contains_key(&candidate_key) {
                self.given.insert(candidate_key, 1);
                self.given.insert(key, suffix);
                return candidate;
            }
        }
    }
}

/// What an id is known by. Cost: that of a digest.
pub(crate) fn key(id: &str) -> u64 {
    let digest = Digest::of(id.as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ones_get_a_suffix_that_is_free() {
        let mut ids = Ids::default();
        let given = ["a", "a-2", "a", "a", "a-2", "b"].map(|id| ids.give(id.to_owned()));
        assert_eq!(given, ["a", "a-2", "a-3", "a-4", "a-2-2", "b"]);
    }
}

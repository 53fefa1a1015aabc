//! Words as numbers.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Words numbered in the order in which they come, each stored once in one long string.
#[derive(Default)]
pub(crate) struct Words {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    text: String,
    ends: Vec<usize>,
}

impl Words {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.text[start..self.ends[number]]
    }

    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(word);
        self.table.find(hash, |&number| self.get(number) == word).copied()
    }

    /// The word's number, a new one when it was not seen before.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.find(word) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.text.push_str(word);
        self.ends.push(self.text.len());
        let Self { table, hasher, text, ends } = self;
        let hash_of = |&number: &u32| {
            let number = number as usize;
            let start = if number == 0 { 0 } else { ends[number - 1] };
            hasher.hash_one(&text[start..ends[number]])
        };
        table.insert_unique(hasher.hash_one(word), number, hash_of);
        number
    }
}

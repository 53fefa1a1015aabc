//! Counts of shards, whose checksum fits: read, written again and brought together.

#![no_main]

use std::collections::HashSet;
use std::sync::LazyLock;

use jobs::{Digest, Run};
use libfuzzer_sys::fuzz_target;
use text::{CountConfig, Counter, Field, Fold, PhraseConfig, ShardCounts, Text};

mod common;

const MAGIC: &[u8] = b"topicmill shard2";
const DIGEST_LEN: usize = 32;

/// Of words, of phrases and of stems.
static COUNTERS: LazyLock<[Counter; 3]> = LazyLock::new(|| {
    let words = CountConfig::default();
    let phrases = CountConfig { phrases: Some(PhraseConfig::default()), ..words.clone() };
    let stems = CountConfig { fold: Fold::Stems, ..words.clone() };
    [words, phrases, stems].map(|config| Counter::new(&config).expect("the settings are allowed"))
});

fn write_seeds() {
    let texts = ["lamp tide lamps", "", "machine learning, and machine learning on tides", "lamp"];
    let mut texts = texts.map(Text::plain);
    texts[1].fields.push(Field { text: "machine learning", weight: 3 });
    let seeds = COUNTERS.each_ref().map(|counter| {
        let shard = counter.count_shard(&texts).expect("texts can be counted");
        shard.to_bytes().split_off(MAGIC.len() + DIGEST_LEN)
    });
    common::write_seeds(&seeds.each_ref().map(Vec::as_slice));
}

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let bytes = [MAGIC, &Digest::of(data).as_bytes()[..], data].concat();
    let Ok(shard) = ShardCounts::from_bytes(&bytes) else { return };
    let again = ShardCounts::from_bytes(&shard.to_bytes()).expect("what was written is read");
    assert_eq!((again.n_docs(), again.n_words()), (shard.n_docs(), shard.n_words()));
    let shards = [again, shard.without(&HashSet::from(["lamp", "machine"]))];
    let n_docs: usize = shards.iter().map(ShardCounts::n_docs).sum();
    for counter in COUNTERS.iter() {
        if let Ok(counts) = counter.merge(&shards, &Run::serial()) {
            assert_eq!(counts.matrix.shape(), (n_docs, counts.vocabulary.len()));
        }
    }
});

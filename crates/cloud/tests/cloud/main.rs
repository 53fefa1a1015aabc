//! What a cloud promises, through the public interface.

mod extremes;
mod geometry;
mod quality;
mod shapes;
mod svg;

use cloud::{Cloud, CloudConfig, PlacedWord, Word, layout};

/// A hundred English words, the short and the long mixed.
const ENGLISH: &str = "model data language learning network attention training python inference \
    tokens embedding retrieval benchmark evaluation transformer dataset gradient optimization \
    reasoning agents vision speech translation alignment safety robustness interpretability cache \
    quantization latency throughput memory scheduler compiler kernel parallel distributed cluster \
    container deployment monitoring observability database query index vector search ranking web \
    recommendation graph knowledge ontology semantic browser security privacy encryption testing \
    authentication debugging refactoring architecture streaming pipeline workflow orchestration \
    cloud storage energy climate biology genomics protein chemistry physics astronomy mathematics \
    statistics probability causal regression classification clustering visualization design law \
    accessibility education community open source license governance ethics policy economics art \
    finance health";

/// `n` English words from the `first` on, with the weight of each rank.
fn english(n: usize, first: usize, weight: impl Fn(usize) -> f64) -> Vec<Word<'static>> {
    let words = ENGLISH.split_whitespace().cycle().skip(first);
    words.take(n).enumerate().map(|(n, text)| Word { text, weight: weight(n + 1) }).collect()
}

fn layout_default(words: &[Word<'_>]) -> Cloud {
    layout(words, &CloudConfig { max_words: 100, ..CloudConfig::default() })
        .expect("the words of a test are sound")
}

/// Left, top, right and bottom of a word's box.
fn sides(word: &PlacedWord) -> [f64; 4] {
    let em = word.font_size;
    [word.x, word.y - 0.93 * em, word.x + word.width, word.y + 0.24 * em]
}

/// Everything that holds for each cloud of `n` words.
#[track_caller]
fn check(cloud: &Cloud, n: usize) {
    assert_eq!(cloud.words.len(), n);
    let radii = (cloud.width / 2.0, cloud.height / 2.0);
    for (n, word) in cloud.words.iter().enumerate() {
        assert!(word.font_size > 0.0 && word.width > 0.0, "{word:?}");
        let [left, top, right, bottom] = sides(word);
        for (x, y) in [(left, top), (right, top), (left, bottom), (right, bottom)] {
            let (x, y) = (x / radii.0 - 1.0, y / radii.1 - 1.0);
            assert!(x * x + y * y <= 1.0 + 1e-9, "outside the ellipse: {word:?}");
        }
        for other in &cloud.words[..n] {
            let [l, t, r, b] = sides(other);
            let apart = left > r || right < l || top > b || bottom < t;
            assert!(apart, "no gap between {other:?} and {word:?}");
            assert!(other.weight >= word.weight, "{other:?} before {word:?}");
            assert!(other.font_size >= word.font_size, "{other:?} smaller than {word:?}");
            assert!(other.level >= word.level && other.level <= 5, "{other:?}, {word:?}");
            let tie = other.weight.total_cmp(&word.weight).is_eq();
            assert!(!tie || other.font_size.total_cmp(&word.font_size).is_eq(), "{word:?}");
        }
    }
    if let Some(first) = cloud.words.first() {
        let [left, top, right, bottom] = sides(first);
        assert!(left < radii.0 && right > radii.0 && top < radii.1 && bottom > radii.1);
        assert_eq!(first.level, 5);
    }
}

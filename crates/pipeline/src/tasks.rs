//! The tasks whose results are kept, with their versions.
//!
//! A version is raised whenever the task gives another result for the same input: a cache would else give
//! the former one for ever. `golden.rs` sees to it.

use jobs::{Codec, Digest, Numbers, Task};
use learn::{Fit, Loss, Nmf};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use sprs::CsMatViewI;
use text::{Counts, ShardCounts};

macro_rules! tasks {
    ($($(#[$about:meta])* $constant:ident = $name:literal, $version:literal;)*) => {
        $($(#[$about])* pub(crate) const $constant: Task = Task { name: $name, version: $version };)*

        /// All of them.
        #[cfg(test)]
        pub(crate) const ALL: &[Task] = &[$($constant),*];
    };
}

tasks! {
    /// Documents of one shard to their languages.
    LANGUAGES = "languages", 1;
    /// Documents of one shard to what of them is compared with others, to find what is repeated.
    REPEATS = "repeats", 4;
    /// Documents of one shard to their counts.
    COUNT = "count", 6;
    /// Weights to a number of topics.
    NUMBER = "number", 5;
    /// Weights to topics.
    TOPICS = "topics", 7;
    /// Topics to their words and figures of their quality.
    QUALITY = "quality", 5;
    /// The documents of one topic to what they divide into.
    PARTS = "parts", 3;
    /// Weights to related documents.
    RELATED = "related", 1;
    /// The related documents of the last build at a place, and of what.
    LIKES = "likes", 1;
    /// Documents of one shard to their counts and weights in the topics of a model.
    PLACE = "place", 8;
    /// Texts of the parts of a topic to how they write the words that may name parts.
    USAGE = "usage", 2;
    /// Words of one topic to its clouds.
    CLOUDS = "clouds", 3;
    /// Documents of one shard to the words that they are found by.
    WORDS = "words", 1;
    /// What was built at a place, and from what.
    SITE = "site", 3;
    /// What is known of the spare of a site.
    SPARE = "spare", 2;
    /// What the pages of a site were made from.
    PAGES = "pages", 2;
    /// What the steps of a build at a place are made from.
    STEPS = "steps", 2;
}

/// The counts of a shard, in the format of the crate `text`.
pub(crate) const COUNTS: Codec<ShardCounts> = Codec {
    encode: |counts| counts.to_bytes(),
    decode: |bytes| ShardCounts::from_bytes(bytes).ok(),
};

/// A fit, as its numbers.
pub(crate) const FIT: Codec<Fit> = Codec { encode: encode_fit, decode: decode_fit };

#[derive(Serialize, Deserialize)]
struct StoredFit {
    /// (n_docs, n_topics), (n_topics, n_terms).
    shape: (usize, usize, usize),
    doc_topics: Vec<f32>,
    components: Vec<f32>,
    relative: f64,
    iterations: usize,
}

fn encode_fit(fit: &Fit) -> Vec<u8> {
    let components = fit.nmf.components();
    let stored = StoredFit {
        shape: (fit.doc_topics.nrows(), components.nrows(), components.ncols()),
        doc_topics: fit.doc_topics.iter().copied().collect(),
        components: components.iter().copied().collect(),
        relative: fit.loss.relative,
        iterations: fit.loss.iterations,
    };
    postcard::to_stdvec(&stored).expect("numbers can be written")
}

fn decode_fit(bytes: &[u8]) -> Option<Fit> {
    let stored: StoredFit = postcard::from_bytes(bytes).ok()?;
    let (n_docs, n_topics, n_terms) = stored.shape;
    let is_weight = |weight: &f32| weight.is_finite() && *weight >= 0.0;
    if !stored.relative.is_finite() || !stored.doc_topics.iter().all(is_weight) {
        return None;
    }
    let components = Array2::from_shape_vec((n_topics, n_terms), stored.components).ok()?;
    Some(Fit {
        nmf: Nmf::from_components(components).ok()?,
        doc_topics: Array2::from_shape_vec((n_docs, n_topics), stored.doc_topics).ok()?,
        loss: Loss { relative: stored.relative, iterations: stored.iterations },
    })
}

/// The digest of a fit. Cost: one pass over its numbers.
pub(crate) fn digest_of_fit(fit: &Fit) -> Digest {
    Digest::of(&encode_fit(fit))
}

/// The digest of counts and their terms. Cost: one pass over them.
pub(crate) fn digest_of_counts(counts: &Counts) -> Digest {
    let matrix = &counts.matrix;
    Digest::of_value(&(
        matrix.rows(),
        Numbers::flat(&matrix.proper_indptr()[..]),
        Numbers::flat(matrix.indices()),
        Numbers::flat(matrix.data()),
        counts.vocabulary.terms(),
    ))
}

/// The digest of a sparse matrix. Cost: one pass over its numbers.
pub(crate) fn digest_of(x: CsMatViewI<'_, f32, u32, usize>) -> Digest {
    Digest::of_value(&(
        x.rows(),
        x.cols(),
        Numbers::flat(&x.proper_indptr()[..]),
        Numbers::flat(x.indices()),
        Numbers::flat(x.data()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_is_read_as_it_was_written_and_refused_when_its_numbers_are_none() {
        let fit = |weight: f32, relative: f64| Fit {
            nmf: Nmf::from_components(Array2::ones((1, 2))).unwrap(),
            doc_topics: Array2::from_elem((3, 1), weight),
            loss: Loss { relative, iterations: 4 },
        };
        let decoded = |weight, relative| decode_fit(&encode_fit(&fit(weight, relative)));
        assert_eq!(decoded(0.5, 0.25).unwrap().doc_topics, fit(0.5, 0.25).doc_topics);
        for (weight, relative) in [(f32::NAN, 0.25), (-0.5, 0.25), (0.5, f64::INFINITY)] {
            assert!(decoded(weight, relative).is_none(), "{weight} {relative}");
        }
    }
}

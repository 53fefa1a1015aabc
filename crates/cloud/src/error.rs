//! What can go wrong in this crate.

/// An error of laying words out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cloud's width or height is not a usable number.
    #[error("{side} must be in 1..=100000 user units, got {value}")]
    Side {
        /// `width` or `height`.
        side: &'static str,
        /// What was given.
        value: f64,
    },
    /// A word's weight is not a finite number above zero.
    #[error("the weight of {word:?} must be a finite number above 0, got {value}")]
    Weight {
        /// The word.
        word: String,
        /// Its weight.
        value: f64,
    },
    /// A word has no visible character.
    #[error("words must not be empty or only white space, got {word:?} at position {position}")]
    Blank {
        /// The word.
        word: String,
        /// Its position in the input, from 0.
        position: usize,
    },
}

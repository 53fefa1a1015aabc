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
    /// An image cannot be read.
    #[error("the mask must be a PNG image: {problem}")]
    Image {
        /// Why not.
        problem: String,
    },
    /// A mask leaves no room.
    #[error(
        "the mask leaves no room for words: of {pixels} pixels none is dark and opaque (words go \
         where the image is not white)"
    )]
    NoRoom {
        /// How many pixels it has.
        pixels: usize,
    },
    /// A picture would be too big.
    #[error("the picture would be {width} by {height} pixels, at most 16384 a side are allowed")]
    PictureSize {
        /// Its width.
        width: f64,
        /// Its height.
        height: f64,
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

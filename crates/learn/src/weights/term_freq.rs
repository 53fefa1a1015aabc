//! What becomes of a count.

/// What becomes of a term's count in a document; 0 stays 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum TermFreq {
    /// The count itself.
    Raw,
    /// 1 for every count.
    Binary,
    /// `1 + ln(count)`: the tenth use of a word says less than the second.
    #[default]
    Sublinear,
    /// `ln(1 + count)`.
    Log,
    /// `count · (k₁ + 1) / (count + k₁ · (1 − b + b · length / mean length))`, the length of a
    /// document being the sum of its counts.
    Bm25 {
        /// How soon further uses count no more; at least 0.
        k1: f64,
        /// How much long documents are held down, 0 to 1.
        b: f64,
    },
}

impl TermFreq {
    /// For one count in a document whose length is `relative_length` times the mean.
    pub(super) fn of(self, count: f64, relative_length: f64) -> f64 {
        if count == 0.0 {
            return 0.0;
        }
        match self {
            Self::Raw => count,
            Self::Binary => 1.0,
            Self::Sublinear => 1.0 + libm::log(count),
            Self::Log => libm::log1p(count),
            Self::Bm25 { k1, b } => {
                count * (k1 + 1.0) / (count + k1 * (1.0 - b + b * relative_length))
            }
        }
    }
}

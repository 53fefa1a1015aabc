//! The length of a row.

/// What the length of every row of weights is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Norm {
    /// Rows stay as they are.
    None,
    /// The absolute values of a row sum to 1.
    L1,
    /// The squares of a row sum to 1.
    #[default]
    L2,
}

impl Norm {
    /// Divides `row` by its length; a row of zeros stays.
    pub(super) fn apply(self, row: &mut [f64]) {
        let length = match self {
            Self::None => return,
            Self::L1 => row.iter().map(|weight| weight.abs()).sum::<f64>(),
            Self::L2 => row.iter().map(|weight| weight * weight).sum::<f64>().sqrt(),
        };
        if length > 0.0 {
            for weight in row {
                *weight /= length;
            }
        }
    }
}

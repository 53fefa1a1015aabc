//! How well the topics fit a document, told by the documents that they were found in.

/// Steps from the least explained document of the corpus to the most.
const STEPS: usize = 100;

/// What the topics explain of the documents that they were found in: shares of their squared lengths,
/// from the least to the greatest in equal steps of the number of documents. None at all in a model
/// of a program that did not know them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explained {
    quantiles: Vec<f32>,
}

impl Explained {
    /// Of the shares that [`learn::Nmf::explained`] gives.
    pub(crate) fn of(mut shares: Vec<f64>) -> Self {
        shares.sort_by(f64::total_cmp);
        let Some(last) = shares.len().checked_sub(1) else { return Self::default() };
        let at = |step: usize| shares[(step * last + STEPS / 2) / STEPS] as f32;
        Self { quantiles: (0..=STEPS).map(at).collect() }
    }

    /// From [`quantiles`](Self::quantiles); `None` when they do not rise within 0 to 1.
    pub(crate) fn from_quantiles(quantiles: Vec<f32>) -> Option<Self> {
        let fits = quantiles.iter().all(|share| (0.0..=1.0).contains(share))
            && quantiles.is_sorted()
            && (quantiles.is_empty() || quantiles.len() == STEPS + 1);
        fits.then_some(Self { quantiles })
    }

    pub(crate) fn quantiles(&self) -> &[f32] {
        &self.quantiles
    }

    /// How sure it is that none of the topics fits a document of which they explain `share`: the part
    /// of the corpus's documents that they explain better, 0 to 1. Of documents of the corpus one in
    /// twenty has 0.95 or more.
    pub(crate) fn none(&self, share: f64) -> Option<f64> {
        let quantiles = &self.quantiles;
        let last = quantiles.len().checked_sub(1)?;
        let at = quantiles.partition_point(|&quantile| f64::from(quantile) <= share);
        if share <= 0.0 || at == 0 {
            return Some(1.0);
        }
        if at > last {
            return Some(0.0);
        }
        let (below, above) = (f64::from(quantiles[at - 1]), f64::from(quantiles[at]));
        let steps = (at - 1) as f64 + (share - below) / (above - below);
        Some(1.0 - steps / last as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_placed_among_those_of_the_corpus() {
        let explained = Explained::of((0..=1000).map(|n| f64::from(n) / 2000.0 + 0.25).collect());
        let none = |share| explained.none(share).unwrap();
        assert_eq!((none(0.0), none(0.2), none(0.8)), (1.0, 1.0, 0.0));
        assert!((none(0.5) - 0.5).abs() < 1e-6 && (none(0.7253) - 0.0494).abs() < 1e-4);
        // A corpus of one document, and one in which all are alike.
        assert_eq!(Explained::of(vec![0.5]).none(0.4), Some(1.0));
        assert_eq!(Explained::of(vec![0.5]).none(0.5), Some(0.0));
        assert_eq!(Explained::of(Vec::new()).none(0.5), None);
    }

    #[test]
    fn quantiles_that_are_none_are_refused() {
        let good = Explained::of(vec![0.25, 0.5, 0.75]);
        assert_eq!(Explained::from_quantiles(good.quantiles().to_vec()), Some(good.clone()));
        let changed = |at: usize, value: f32| {
            let mut quantiles = good.quantiles().to_vec();
            quantiles[at] = value;
            Explained::from_quantiles(quantiles)
        };
        assert!(changed(0, f32::NAN).is_none() && changed(100, 1.5).is_none());
        assert!(changed(50, 0.1).is_none() && Explained::from_quantiles(vec![0.5]).is_none());
    }
}

//! How well two ways of dividing the same documents agree.

use std::collections::BTreeMap;

/// How often each pair of classes occurs, and each class of both sides.
struct Table {
    n: f64,
    cells: BTreeMap<(usize, usize), f64>,
    left: BTreeMap<usize, f64>,
    right: BTreeMap<usize, f64>,
}

impl Table {
    /// # Panics
    /// When the sides have different lengths.
    fn of(left: &[usize], right: &[usize]) -> Self {
        assert_eq!(left.len(), right.len(), "a class on both sides for every document");
        let mut table = Self {
            n: left.len() as f64,
            cells: BTreeMap::new(),
            left: BTreeMap::new(),
            right: BTreeMap::new(),
        };
        for (&a, &b) in left.iter().zip(right) {
            *table.cells.entry((a, b)).or_insert(0.0) += 1.0;
            *table.left.entry(a).or_insert(0.0) += 1.0;
            *table.right.entry(b).or_insert(0.0) += 1.0;
        }
        table
    }

    fn entropy(&self, side: &BTreeMap<usize, f64>) -> f64 {
        -side.values().map(|count| count / self.n).map(|p| p * libm::log(p)).sum::<f64>()
    }
}

/// Normalised mutual information, 0 to 1: `I(U; V) / ((H(U) + H(V)) / 2)`, as in scikit-learn with
/// the arithmetic mean; 1 when both sides have one class.
///
/// `left` and `right`: the class of every document.
///
/// # Panics
/// When the sides have different lengths.
#[must_use]
pub fn normalised_mutual_information(left: &[usize], right: &[usize]) -> f64 {
    let table = Table::of(left, right);
    if table.left.len() <= 1 && table.right.len() <= 1 {
        return 1.0;
    }
    let information: f64 = table
        .cells
        .iter()
        .map(|((a, b), &both)| {
            both / table.n * libm::log(both * table.n / (table.left[a] * table.right[b]))
        })
        .sum();
    let entropies = table.entropy(&table.left) + table.entropy(&table.right);
    (information / (entropies / 2.0)).clamp(0.0, 1.0)
}

/// The adjusted Rand index (Hubert and Arabie, Journal of Classification 2, 1985): 1 for the same
/// division, 0 for what chance gives, below 0 for less.
///
/// # Panics
/// When the sides have different lengths.
#[must_use]
pub fn adjusted_rand(left: &[usize], right: &[usize]) -> f64 {
    let table = Table::of(left, right);
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let together: f64 = table.cells.values().map(|&count| pairs(count)).sum();
    let in_left: f64 = table.left.values().map(|&count| pairs(count)).sum();
    let in_right: f64 = table.right.values().map(|&count| pairs(count)).sum();
    let all = pairs(table.n);
    let expected = if all > 0.0 { in_left * in_right / all } else { 0.0 };
    let most = f64::midpoint(in_left, in_right);
    if most == expected { 1.0 } else { (together - expected) / (most - expected) }
}

/// The share of documents whose label is the commonest one of their cluster. It grows with the number
/// of clusters: compare at equal numbers alone.
///
/// # Panics
/// When the sides have different lengths.
#[must_use]
pub fn purity(clusters: &[usize], labels: &[usize]) -> f64 {
    let table = Table::of(clusters, labels);
    let mut most: BTreeMap<usize, f64> = BTreeMap::new();
    for (&(cluster, _), &count) in &table.cells {
        let best = most.entry(cluster).or_insert(0.0);
        *best = best.max(count);
    }
    most.values().sum::<f64>() / table.n
}

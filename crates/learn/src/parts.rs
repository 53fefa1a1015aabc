//! What a group of documents divides into.

use jobs::Run;
use ndarray::{Array2, ArrayView2};
use sprs::{CsMatI, CsMatViewI};

use crate::rows::without_empty_columns;
use crate::{Error, NmfConfig, Real, some_rows};

/// Two sides whose terms are as alike as this (cosine) are no parts.
const ALIKE: f64 = 0.5;
/// How often documents that stand apart from all others are laid aside to find what divides the rest.
const RETRIES: usize = 3;
/// The relative fall of the error at which the fit of a split ends: its sides stand by then.
const TOL: f64 = 1e-4;

/// How groups of documents are divided: by splits in two, of which the clearest is made first (HierNMF2;
/// Kuang and Park, KDD 2013).
///
/// | field | default | meaning | allowed |
/// |---|---|---|---|
/// | `most` | 6 | parts of a group at most | any; none below 2 |
/// | `least_docs` | 5 | documents of a part at least | any |
/// | `n_terms` | 30 | terms that are told of a part | any |
/// | `seed` | 0 | of the starts | any |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartsConfig {
    /// Parts of a group at most.
    pub most: usize,
    /// Documents of a part at least.
    pub least_docs: usize,
    /// Terms that are told of a part.
    pub n_terms: usize,
    /// The seed.
    pub seed: u64,
}

impl Default for PartsConfig {
    fn default() -> Self {
        Self { most: 6, least_docs: 5, n_terms: 30, seed: 0 }
    }
}

/// Documents of a group that have more in common than the group.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Their rows, by falling weight.
    pub documents: Vec<usize>,
    /// The heaviest terms and their weights, by falling weight.
    pub terms: Vec<(u32, f64)>,
}

impl PartsConfig {
    /// The parts of `documents`, which are rows of `x`, CSR, (n_docs, n_terms), finite and
    /// non-negative; the largest first. None when nothing divides the documents.
    ///
    /// A split is the factorisation by two topics; every document goes to the side that weighs more in
    /// it. How clear it is says a score that is high when both sides have terms that lead the whole,
    /// and not the same ones. Sides of fewer than `least_docs` documents are laid aside and the rest is
    /// split again, up to three times.
    ///
    /// Cost: at most `2 · most` factorisations by two topics, and as many sorts of the terms.
    ///
    /// # Errors
    /// [`Error::Value`] for what cannot be factorised.
    ///
    /// # Panics
    /// When a document is no row of `x`.
    pub fn divide<F: Real>(
        &self,
        x: CsMatViewI<'_, F, u32, usize>,
        documents: &[usize],
        run: &Run,
    ) -> Result<Vec<Part>, Error> {
        if self.most < 2 || documents.len() < 2 * self.least_docs.max(1) {
            return Ok(Vec::new());
        }
        let rows = some_rows(x, documents.iter().copied());
        let (rows, columns) = without_empty_columns(rows);
        let mut profile = vec![0.0; columns.len()];
        for row in rows.outer_iterator() {
            for (column, &value) in row.iter() {
                profile[column] += value.into();
            }
        }
        let members = (0..documents.len()).map(|at| (at, 1.0)).collect();
        let whole = Group { members, profile };
        let mut leaves = vec![self.leaf(whole, &rows, run)?];
        while leaves.len() < self.most {
            let clearest = (0..leaves.len())
                .filter(|&at| leaves[at].split.is_some())
                .reduce(|best, at| if leaves[at].score > leaves[best].score { at } else { best });
            let Some(clearest) = clearest else { break };
            let Some(sides) = leaves.remove(clearest).split else { break };
            let leaf = |side| self.leaf(side, &rows, &Run::serial());
            for leaf in run.share_items(sides.into(), leaf)? {
                leaves.push(leaf?);
            }
        }
        if leaves.len() < 2 {
            return Ok(Vec::new());
        }
        leaves.sort_by_key(|leaf| std::cmp::Reverse(leaf.group.members.len()));
        Ok(leaves.into_iter().map(|leaf| self.part(leaf.group, documents, &columns)).collect())
    }

    fn part(&self, group: Group, documents: &[usize], columns: &[u32]) -> Part {
        let mut members = group.members;
        members.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let heaviest = by_weight(&group.profile);
        let terms =
            heaviest.into_iter().take(self.n_terms).map(|at| (columns[at], group.profile[at]));
        Part {
            documents: members.into_iter().map(|(at, _)| documents[at]).collect(),
            terms: terms.filter(|(_, weight)| *weight > 0.0).collect(),
        }
    }

    /// A group with what would become of it.
    fn leaf<F: Real>(
        &self,
        group: Group,
        rows: &CsMatI<F, u32, usize>,
        run: &Run,
    ) -> Result<Leaf, Error> {
        let members: Vec<usize> = group.members.iter().map(|(at, _)| *at).collect();
        let mut kept = members.clone();
        for _ in 0..=RETRIES {
            let sub = some_rows(rows.view(), kept.iter().copied());
            if kept.len() < 2 * self.least_docs.max(1) || sub.cols() < 2 || sub.nnz() == 0 {
                break;
            }
            let config = NmfConfig { tol: TOL, ..NmfConfig::new(2).seed(self.seed) };
            let fit = config.fit(sub.view(), run)?;
            let is_second = |w: ArrayView2<'_, F>, at: usize| w[[at, 1]] > w[[at, 0]];
            let w = fit.doc_topics.view();
            let n_second = (0..kept.len()).filter(|&at| is_second(w, at)).count();
            let n_first = kept.len() - n_second;
            if n_first.min(n_second) < self.least_docs {
                // Nothing stands apart: there is only one side.
                if n_first.min(n_second) == 0 {
                    break;
                }
                let second_stays = n_second > n_first;
                let stays: Vec<bool> =
                    (0..kept.len()).map(|at| is_second(w, at) == second_stays).collect();
                let mut stays = stays.into_iter();
                kept.retain(|_| stays.next().unwrap_or(true));
                continue;
            }
            let w: Array2<F> =
                fit.nmf.transform(some_rows(rows.view(), members.iter().copied()).view(), run)?;
            let sides = [0, 1].map(|side| Group {
                members: members
                    .iter()
                    .enumerate()
                    .filter(|&(at, _)| usize::from(is_second(w.view(), at)) == side)
                    .map(|(at, &member)| (member, w[[at, side]].into()))
                    .collect(),
                profile: fit.nmf.components().row(side).iter().map(|&h| h.into()).collect(),
            });
            if cosine(&sides[0].profile, &sides[1].profile) >= ALIKE {
                break;
            }
            let score = clearness(&group.profile, [&sides[0].profile, &sides[1].profile]);
            return Ok(Leaf { group, score, split: Some(sides) });
        }
        Ok(Leaf { group, score: 0.0, split: None })
    }
}

/// Some of the documents, with their weights in the side of the split that they come from.
struct Group {
    members: Vec<(usize, f64)>,
    /// For every term its weight.
    profile: Vec<f64>,
}

struct Leaf {
    group: Group,
    score: f64,
    split: Option<[Group; 2]>,
}

/// How clear a split is: the product of the normalised discounted cumulative gains of both sides' terms,
/// terms gaining by their rank in the whole and losing by their worse rank in the sides.
fn clearness(whole: &[f64], sides: [&[f64]; 2]) -> f64 {
    let m = whole.len();
    let orders = sides.map(by_weight);
    let ranks = [ranks(&orders[0]), ranks(&orders[1])];
    let whole_order = by_weight(whole);
    let n_present = whole.iter().filter(|weight| **weight > 0.0).count();
    let (mut gains, mut ideal) = (vec![0.0; m], vec![0.0; m]);
    for (rank, &term) in (1..).zip(&whole_order) {
        let worse = ranks[0][term].max(ranks[1][term]);
        let loss = libm::log((m - worse + 1) as f64);
        let loss = if loss > 0.0 { loss } else { std::f64::consts::LN_2 };
        if whole[term] > 0.0 {
            gains[term] = libm::log((n_present + 1 - rank) as f64) / loss;
            ideal[term] = libm::log((m + 1 - rank) as f64) / loss;
        } else {
            ideal[term] = 1.0 / loss;
        }
    }
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = discounted(ideal.into_iter());
    let of = |order: &[usize]| discounted(order.iter().map(|&term| gains[term]));
    if best > 0.0 { of(&orders[0]) / best * (of(&orders[1]) / best) } else { 0.0 }
}

/// The sum of gains, that of the `i`-th divided by `log₂ i`.
fn discounted(gains: impl Iterator<Item = f64>) -> f64 {
    (1_u32..).zip(gains).map(|(at, gain)| gain / libm::log2(f64::from(at.max(2)))).sum()
}

/// Positions by falling weight, ties by position.
fn by_weight(weights: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    order
}

/// For every position its place in `order`, from 1.
fn ranks(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &at) in (1..).zip(order) {
        ranks[at] = rank;
    }
    ranks
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = inner(a, a) * inner(b, b);
    if lengths > 0.0 { inner(a, b) / lengths.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_by_what_leads_the_whole_is_clearer_than_one_that_cuts_off_odd_terms() {
        let whole = [5.0, 4.0, 3.0, 2.0, 1.0, 0.5];
        let of = |a: [f64; 6], b: [f64; 6]| clearness(&whole, [&a, &b]);
        let clear = of([5.0, 0.0, 3.0, 0.0, 1.0, 0.0], [0.0, 4.0, 0.0, 2.0, 0.0, 0.5]);
        let odd = of([5.0, 4.0, 3.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
        assert!(clear > odd + 0.1, "{clear} {odd}");
        assert!(clear <= 1.0 && odd > 0.0);
    }
}

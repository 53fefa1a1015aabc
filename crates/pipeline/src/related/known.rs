//! Related documents after an edit: what is known of the documents that stayed is kept, to the bit.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jobs::{About, Content, Digest, Lookup, Memo, Numbers, Run};
use serde::{Deserialize, Serialize};
use sprs::{CsMatI, CsMatViewI};

use super::{MIN_SCORE, Related, fits, like, query, related, shared_terms};
use crate::{Error, tasks};

/// Documents looked through by one parallel task.
const SHARD_DOCS: usize = 1024;
/// Where more than this part of the documents changed, all are compared anew.
const FEW: usize = 16;
/// Or more than so many, whatever the part.
const ALWAYS_FEW: usize = 32;

/// The related documents of the last build at a place, and of what.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    n_terms: usize,
    limit: usize,
    /// For every document the digest of its weights.
    rows: Vec<Digest>,
    related: Vec<Vec<Related>>,
}

impl Known {
    /// One of a document.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let related = vec![vec![Related { index: 1, score: 0.5, terms: vec![2] }]];
        Self { n_terms: 3, limit: 4, rows: vec![Digest::of(b"row")], related }
    }

    /// Of the last build of the site in `target`, if the cache knows.
    pub(crate) fn find(memo: &Memo, target: &Path) -> Self {
        let find = || {
            let Lookup::Hit(bytes) = memo.store()?.get(&key(target)).ok()? else { return None };
            let known: Self = postcard::from_bytes(&bytes).ok()?;
            let shape = (known.rows.len(), known.n_terms);
            fits(&known.related, shape).then_some(known)
        };
        find().unwrap_or_default()
    }

    /// Keeps the related documents `related` of the documents `x`; a cache that fails only makes the
    /// next build longer.
    pub(crate) fn keep(
        (related, limit): (&[Vec<Related>], usize),
        x: CsMatViewI<'_, f32, u32, usize>,
        (memo, target): (&Memo, &Path),
        run: &Run,
    ) -> Result<(), Error> {
        let Some(store) = memo.store() else { return Ok(()) };
        let rows = digests(x, run)?;
        let known = Self { n_terms: x.cols(), limit, rows, related: related.to_vec() };
        let bytes = postcard::to_stdvec(&known).expect("numbers can be written");
        let cost = Duration::from_secs(1);
        let about = About { task: tasks::LIKES.name, cost, content: Content::Packed };
        if let Err(error) = store.put(&key(target), &bytes, &about) {
            run.progress().warn(&format!("the next build has to compare all documents: {error}"));
        }
        Ok(())
    }

    /// What [`related`] gives for `x` and `limit`. Where few documents are others than those that are
    /// known, only what they may change is computed.
    pub(crate) fn related(
        &self,
        x: CsMatViewI<'_, f32, u32, usize>,
        limit: usize,
        run: &Run,
    ) -> Result<Vec<Vec<Related>>, Error> {
        if (self.n_terms, self.limit) != (x.cols(), limit) {
            return related(x, limit, run);
        }
        let rows = digests(x, run)?;
        let pairs = self.rows.iter().zip(&rows);
        let start = pairs.take_while(|(a, b)| a == b).count();
        let pairs = self.rows[start..].iter().rev().zip(rows[start..].iter().rev());
        let n_after = pairs.take_while(|(a, b)| a == b).count();
        let (gone_end, new_end) = (self.rows.len() - n_after, rows.len() - n_after);
        let n_changed = (gone_end - start).max(new_end - start);
        if n_changed > ALWAYS_FEW && n_changed > rows.len() / FEW {
            return related(x, limit, run);
        }
        // Where a document that is known is now.
        let place = |old: usize| match old {
            _ if old < start => Some(old),
            _ if old >= gone_end => Some(old - gone_end + new_end),
            _ => None,
        };
        let mut by_term: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
        for new in start..new_end {
            let row = x.outer_view(new);
            for (term, &weight) in row.iter().flat_map(|row| row.iter()) {
                by_term.entry(term as u32).or_default().push((new, weight));
            }
        }
        let all: CsMatI<f32, u32, usize> = x.transpose_view().to_csr();
        let anew = |doc: usize, scores: &mut Vec<f32>| {
            scores.resize(x.rows(), 0.0);
            like(doc, x, all.view(), scores, limit)
        };
        let starts: Vec<usize> = (0..x.rows()).step_by(SHARD_DOCS).collect();
        let shards = run.map(starts, |shard| {
            let mut scores = Vec::new();
            let one = |doc: usize| {
                if (start..new_end).contains(&doc) {
                    return anew(doc, &mut scores);
                }
                let old = if doc < start { doc } else { doc - new_end + gone_end };
                let known = &self.related[old];
                let is_gone = |related: &Related| place(related.index).is_none();
                // What came behind the last one is not known; which of several wholes is first, neither.
                let is_open = known.len() >= limit && known.iter().any(is_gone);
                let is_whole = |related: &Related| related.score >= 1.0;
                if is_open || known.iter().any(is_whole) {
                    return anew(doc, &mut scores);
                }
                let query = query(x, doc);
                let mut new: Vec<(usize, f32)> = Vec::new();
                for &(term, weight) in &query {
                    for &(other, value) in by_term.get(&(term as u32)).into_iter().flatten() {
                        match new.iter_mut().find(|(known, _)| *known == other) {
                            Some((_, score)) => *score += weight * value,
                            None => new.push((other, weight * value)),
                        }
                    }
                }
                new.retain(|(_, score)| *score >= MIN_SCORE);
                if new.iter().any(|(_, score)| *score >= 1.0) {
                    return anew(doc, &mut scores);
                }
                let kept = known.iter().filter_map(|related| {
                    Some(Related { index: place(related.index)?, ..related.clone() })
                });
                let new = new.into_iter().map(|(index, score)| Related {
                    index,
                    score: f64::from(score),
                    terms: shared_terms(&query, index, x),
                });
                let mut found: Vec<Related> = kept.chain(new).collect();
                found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
                found.truncate(limit);
                found
            };
            (shard..(shard + SHARD_DOCS).min(x.rows())).map(one).collect::<Vec<_>>()
        })?;
        Ok(shards.into_iter().flatten().collect())
    }
}

fn digests(x: CsMatViewI<'_, f32, u32, usize>, run: &Run) -> Result<Vec<Digest>, Error> {
    let starts: Vec<usize> = (0..x.rows()).step_by(SHARD_DOCS).collect();
    let shards = run.map(starts, |start| {
        let digest = |doc| match x.outer_view(doc) {
            Some(row) => {
                Digest::of_value(&(Numbers::flat(row.indices()), Numbers::flat(row.data())))
            }
            None => Digest::of(b""),
        };
        (start..(start + SHARD_DOCS).min(x.rows())).map(digest).collect::<Vec<_>>()
    })?;
    Ok(shards.concat())
}

fn key(target: &Path) -> Digest {
    tasks::LIKES.key(&Digest::of(target.as_os_str().as_encoded_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_TERMS: usize = 60;
    const LIMIT: usize = 4;

    type Row = Vec<(u32, f32)>;

    /// A row of norm 1 with a few terms, many of them in common with others.
    fn row(n: u64) -> Row {
        let mut state = n;
        let mut dice = |sides: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888);
            (state >> 33) % sides
        };
        let mut terms: Vec<u32> = (0..2 + dice(30)).map(|_| dice(N_TERMS as u64) as u32).collect();
        terms.sort_unstable();
        terms.dedup();
        let weights: Vec<f32> = terms.iter().map(|_| 1.0 + dice(5) as f32).collect();
        let norm = weights.iter().map(|weight| weight * weight).sum::<f32>().sqrt();
        terms.into_iter().zip(weights).map(|(term, weight)| (term, weight / norm)).collect()
    }

    fn matrix(rows: &[Row]) -> CsMatI<f32, u32, usize> {
        let mut indptr = vec![0];
        indptr.extend(rows.iter().scan(0, |end, row| {
            *end += row.len();
            Some(*end)
        }));
        let (indices, data) = rows.iter().flatten().copied().unzip();
        CsMatI::new((rows.len(), N_TERMS), indptr, indices, data)
    }

    #[test]
    fn edits_give_what_comparing_all_gives() {
        let run = Run::serial();
        let mut rows: Vec<Row> = (0..300).map(row).collect();
        // Copies, an empty document, and two that are like none.
        rows[100] = rows[7].clone();
        rows[200] = rows[7].clone();
        rows[50] = Vec::new();
        for round in 0..60 {
            let x = matrix(&rows);
            let known = Known {
                n_terms: N_TERMS,
                limit: LIMIT,
                rows: digests(x.view(), &run).unwrap(),
                related: related(x.view(), LIMIT, &run).unwrap(),
            };
            let at = (round * 41) % rows.len();
            let place = rows.len() - 1 - at;
            match round % 5 {
                0 => rows.insert(at, row(1000 + round as u64)),
                1 => drop(rows.remove(at)),
                2 => rows[at] = row(2000 + round as u64),
                3 => rows[at] = rows[place].clone(),
                _ => drop(rows.splice(at.min(290)..at.min(290) + 3, [row(round as u64)])),
            }
            let x = matrix(&rows);
            let after = known.related(x.view(), LIMIT, &run).unwrap();
            assert_eq!(after, related(x.view(), LIMIT, &run).unwrap(), "round {round}");
        }
    }

    #[test]
    fn what_is_known_of_others_is_no_help() {
        let run = Run::serial();
        let x = matrix(&(0..40).map(row).collect::<Vec<_>>());
        let expected = related(x.view(), LIMIT, &run).unwrap();
        for known in [Known::default(), Known::sample()] {
            assert_eq!(known.related(x.view(), LIMIT, &run).unwrap(), expected);
        }
    }
}

//! Related documents after an edit: what is known of the documents that stayed is kept, to the bit.

use std::path::Path;
use std::time::Duration;

use hashbrown::HashMap;
use jobs::{About, Content, Digest, Lookup, Memo, Numbers, Run};
use serde::{Deserialize, Serialize};
use sprs::{CsMatI, CsMatViewI};

use super::{MIN_SCORE, Related, fits, like, query, related, shared_terms};
use crate::{Error, tasks};

/// Documents looked through by one parallel task.
const SHARD_DOCS: usize = 1024;
/// Documents that are compared with all others by one parallel task.
const OPEN_DOCS: usize = 16;
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

    /// The related documents `related` of the documents `x`, as they are kept.
    pub(crate) fn to_bytes(
        (related, limit): (&[Vec<Related>], usize),
        (n_terms, rows): (usize, &[Digest]),
    ) -> Vec<u8> {
        // Borrowed, in the form that the struct has.
        postcard::to_stdvec(&(n_terms, limit, rows, related)).expect("numbers can be written")
    }

    /// Keeps what [`to_bytes`](Self::to_bytes) gave; a cache that fails only makes the next build longer.
    pub(crate) fn keep(bytes: &[u8], (memo, target): (&Memo, &Path), run: &Run) {
        let Some(store) = memo.store() else { return };
        let cost = Duration::from_secs(1);
        let about = About { task: tasks::LIKES.name, cost, content: Content::Packed };
        if let Err(error) = store.put(&key(target), bytes, &about) {
            run.progress().warn(&format!("the next build has to compare all documents: {error}"));
        }
    }

    /// What [`related`] gives for `x`, whose documents have the digests `rows`, and `limit`; and of how
    /// many documents it was known. Where few documents are others than those that are known, only what
    /// they may change is computed.
    pub(crate) fn related(
        &self,
        (x, rows): (CsMatViewI<'_, f32, u32, usize>, &[Digest]),
        limit: usize,
        run: &Run,
    ) -> Result<(Vec<Vec<Related>>, usize), Error> {
        if (self.n_terms, self.limit) != (x.cols(), limit) {
            return Ok((related(x, limit, run)?, 0));
        }
        let edit = Edit::between(&self.rows, rows);
        let n_changed = edit.n_changed();
        if n_changed > ALWAYS_FEW && n_changed > rows.len() / FEW {
            return Ok((related(x, limit, run)?, 0));
        }
        let new = (0..rows.len()).filter(|&doc| edit.before[doc].is_none());
        let new = NewDocs::of(x, new);
        let starts: Vec<usize> = (0..x.rows()).step_by(SHARD_DOCS).collect();
        let shards = run.map(starts, |start| {
            let docs = start..(start + SHARD_DOCS).min(x.rows());
            docs.map(|doc| self.after(&edit, doc, (&new, x))).collect::<Vec<_>>()
        })?;
        let mut found: Vec<Option<Vec<Related>>> = shards.into_iter().flatten().collect();
        let open: Vec<usize> = (0..found.len()).filter(|&doc| found[doc].is_none()).collect();
        let by_term = by_term_of(x, &open);
        let made = run.map(open.chunks(OPEN_DOCS).collect(), |docs: &[usize]| {
            let mut scores = vec![0.0; x.rows()];
            let like = |&doc: &usize| like(doc, x, by_term.view(), &mut scores, limit);
            docs.iter().map(like).collect::<Vec<_>>()
        })?;
        for (doc, related) in open.iter().zip(made.into_iter().flatten()) {
            found[*doc] = Some(related);
        }
        let n_known = found.len() - open.len();
        Ok((found.into_iter().map(Option::unwrap_or_default).collect(), n_known))
    }

    /// The related documents of `doc` after an edit; `None` when what is known does not tell.
    fn after(
        &self,
        edit: &Edit,
        doc: usize,
        (new, x): (&NewDocs, CsMatViewI<'_, f32, u32, usize>),
    ) -> Option<Vec<Related>> {
        let known = &self.related[edit.before[doc]?];
        let is_gone = |related: &Related| edit.after[related.index].is_none();
        // What came behind the last one is not known; which of several wholes is first, neither.
        let is_open = known.len() >= self.limit && known.iter().any(is_gone);
        if is_open || known.iter().any(|related| related.score >= 1.0) {
            return None;
        }
        let kept = known.iter().filter_map(|related| {
            Some(Related { index: edit.after[related.index]?, ..related.clone() })
        });
        if !new.may_be_like(x, doc) {
            return Some(kept.collect());
        }
        let query = query(x, doc);
        let mut like: Vec<(usize, f32)> = Vec::new();
        for &(term, weight) in &query {
            for &(other, value) in new.by_term.get(&(term as u32)).into_iter().flatten() {
                match like.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, score)) => *score += weight * value,
                    None => like.push((other, weight * value)),
                }
            }
        }
        like.retain(|(_, score)| *score >= MIN_SCORE);
        if like.iter().any(|(_, score)| *score >= 1.0) {
            return None;
        }
        let like = like.into_iter().map(|(index, score)| Related {
            index,
            score: f64::from(score),
            terms: shared_terms(&query, index, x),
        });
        let mut found: Vec<Related> = kept.chain(like).collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        found.truncate(self.limit);
        Some(found)
    }
}

/// What became of some documents: where each that stayed was, and is. They keep their order.
struct Edit {
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
}

impl Edit {
    /// Between the documents of the digests `before` and `after`.
    ///
    /// Documents of a digest that is nowhere else are found by it, as far as they keep their order; each
    /// leads to those that stand behind it in both.
    fn between(before: &[Digest], after: &[Digest]) -> Self {
        let places = |digests: &[Digest]| {
            let mut places: HashMap<Digest, Option<usize>> = HashMap::new();
            for (place, &digest) in digests.iter().enumerate() {
                places.entry(digest).and_modify(|place| *place = None).or_insert(Some(place));
            }
            places
        };
        let (old, new) = (places(before), places(after));
        let alone =
            |digest: &Digest| Some((old.get(digest).copied()??, new.get(digest).copied()??));
        let pairs: Vec<(usize, usize)> = after.iter().filter_map(alone).collect();
        let mut edit = Self { before: vec![None; after.len()], after: vec![None; before.len()] };
        // The start, which may have no such document, counts as one that stayed.
        let mut anchors = vec![(0, 0)];
        for (old, new) in rising(&pairs) {
            edit.pair(old, new);
            anchors.push((old + 1, new + 1));
        }
        for (mut old, mut new) in anchors {
            while old < before.len()
                && new < after.len()
                && before[old] == after[new]
                && edit.after[old].is_none()
                && edit.before[new].is_none()
            {
                edit.pair(old, new);
                (old, new) = (old + 1, new + 1);
            }
        }
        edit
    }

    fn pair(&mut self, old: usize, new: usize) {
        (self.after[old], self.before[new]) = (Some(new), Some(old));
    }

    /// How many documents are gone, or new, whichever are more.
    fn n_changed(&self) -> usize {
        let n = |places: &[Option<usize>]| places.iter().filter(|place| place.is_none()).count();
        n(&self.before).max(n(&self.after))
    }
}

/// The longest run of `pairs`, whose second parts rise, in which the first parts rise too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For every length the pair with the least first part that ends a run of it; and the pair before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let len = ends.partition_point(|&end| pairs[end].0 < pair.0);
        before[at] = len.checked_sub(1).map(|shorter| ends[shorter]);
        if len == ends.len() {
            ends.push(at);
        } else {
            ends[len] = at;
        }
    }
    let mut run: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    run.reverse();
    run
}

/// The documents that are new, by their terms.
struct NewDocs {
    by_term: HashMap<u32, Vec<(usize, f32)>>,
    /// For every term the most that it weighs in one of them.
    most: Vec<f32>,
}

impl NewDocs {
    fn of(x: CsMatViewI<'_, f32, u32, usize>, docs: impl Iterator<Item = usize>) -> Self {
        let mut new = Self { by_term: HashMap::new(), most: vec![0.0; x.cols()] };
        for doc in docs {
            let row = x.outer_view(doc);
            for (term, &weight) in row.iter().flat_map(|row| row.iter()) {
                new.by_term.entry(term as u32).or_default().push((doc, weight));
                new.most[term] = new.most[term].max(weight.abs());
            }
        }
        new
    }

    /// Whether one of them may be like `doc`: false only where none is.
    fn may_be_like(&self, x: CsMatViewI<'_, f32, u32, usize>, doc: usize) -> bool {
        let row = x.outer_view(doc);
        let row = row.iter().flat_map(|row| row.iter());
        let bound: f32 = row.map(|(term, weight)| weight.abs() * self.most[term]).sum();
        // Sums in another order are other ones, by far less.
        bound >= 0.99 * MIN_SCORE
    }
}

/// The documents of every term that one of `docs` is compared by, CSR, (n_terms, n_docs).
fn by_term_of(x: CsMatViewI<'_, f32, u32, usize>, docs: &[usize]) -> CsMatI<f32, u32, usize> {
    let mut is_wanted = vec![false; x.cols()];
    for &doc in docs {
        for (term, _) in query(x, doc) {
            is_wanted[term] = true;
        }
    }
    let mut ends = vec![0; x.cols() + 1];
    for &term in x.indices() {
        ends[term as usize + 1] += usize::from(is_wanted[term as usize]);
    }
    for term in 0..x.cols() {
        ends[term + 1] += ends[term];
    }
    let mut next = ends.clone();
    let n = ends[x.cols()];
    let (mut indices, mut data) = (vec![0_u32; n], vec![0.0_f32; n]);
    for (doc, row) in (0_u32..).zip(x.outer_iterator()) {
        for (term, &weight) in row.iter().filter(|(term, _)| is_wanted[*term]) {
            (indices[next[term]], data[next[term]]) = (doc, weight);
            next[term] += 1;
        }
    }
    CsMatI::new((x.cols(), x.rows()), ends, indices, data)
}

/// For every document the digest of its weights.
pub(crate) fn digests(x: CsMatViewI<'_, f32, u32, usize>, run: &Run) -> Result<Vec<Digest>, Error> {
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
                3 => {
                    // In two places, and one document moves.
                    rows[at] = rows[place].clone();
                    let other = (at + 150) % rows.len();
                    rows[other] = row(3000 + round as u64);
                    let moved = rows.remove(at);
                    rows.insert(place, moved);
                }
                _ => drop(rows.splice(at.min(290)..at.min(290) + 3, [row(round as u64)])),
            }
            let x = matrix(&rows);
            let rows = digests(x.view(), &run).unwrap();
            let (after, n_known) = known.related((x.view(), &rows), LIMIT, &run).unwrap();
            assert_eq!(after, related(x.view(), LIMIT, &run).unwrap(), "round {round}");
            assert!((1..rows.len()).contains(&n_known), "{n_known} known in round {round}");
        }
    }

    #[test]
    fn documents_that_stayed_are_found_where_they_are() {
        let digests = |names: &str| -> Vec<Digest> {
            names.bytes().map(|name| Digest::of(&[name])).collect()
        };
        let check = |before: &str, after: &str, expected: &str| {
            let edit = Edit::between(&digests(before), &digests(after));
            let told = |(new, old): (usize, &Option<usize>)| {
                old.map_or('-', |old| {
                    assert_eq!(edit.after[old], Some(new));
                    before.as_bytes()[old].into()
                })
            };
            assert_eq!(edit.before.iter().enumerate().map(told).collect::<String>(), expected);
        };
        check("abcdef", "abXdef", "ab-def");
        check("abcdef", "YabdefX", "-abdef-");
        // Of two that change places one stayed, and copies follow those before them.
        check("abcdef", "aecdbf", "a-cd-f");
        check("xxaxxbxx", "xxaxxxbxx", "xxaxx-bxx");
        check("", "ab", "--");
        check("ab", "", "");
    }

    #[test]
    fn what_is_kept_is_what_was_known() {
        let run = Run::serial();
        let x = matrix(&(0..40).map(row).collect::<Vec<_>>());
        let rows = digests(x.view(), &run).unwrap();
        let related = related(x.view(), LIMIT, &run).unwrap();
        let bytes = Known::to_bytes((&related, LIMIT), (N_TERMS, &rows));
        let known: Known = postcard::from_bytes(&bytes).unwrap();
        assert_eq!((known.n_terms, known.limit), (N_TERMS, LIMIT));
        assert_eq!((known.rows, known.related), (rows, related));
    }

    #[test]
    fn what_is_known_of_others_is_no_help() {
        let run = Run::serial();
        let x = matrix(&(0..40).map(row).collect::<Vec<_>>());
        let expected = related(x.view(), LIMIT, &run).unwrap();
        let rows = digests(x.view(), &run).unwrap();
        for known in [Known::default(), Known::sample()] {
            let found = known.related((x.view(), &rows), LIMIT, &run).unwrap();
            assert_eq!(found, (expected.clone(), 0));
        }
    }
}

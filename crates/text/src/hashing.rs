//! Counting into a fixed number of columns, without a vocabulary.

use jobs::Run;
use sprs::CsMatI;

use crate::{AnalyzerConfig, CountConfig, Counter, Error, Parts, ShardCounts};

/// Whether hashed counts have signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    /// Half of the terms count downwards, so that terms in one column tend to cancel out.
    #[default]
    Alternate,
    /// All terms count upwards.
    Positive,
}

/// Counting into columns that the terms' hashes choose, as scikit-learn's `HashingVectorizer` does:
/// a stream of documents needs no vocabulary and no second reading.
#[derive(Debug, Clone)]
pub struct HashingConfig {
    /// What a term is.
    pub analyzer: AnalyzerConfig,
    /// How many columns there are: 1 to 2^31 - 1.
    pub n_columns: u32,
    /// Whether counts have signs.
    pub signs: Signs,
}

impl HashingConfig {
    /// scikit-learn's defaults: its words, 2^20 columns, signs.
    #[must_use]
    pub fn sklearn() -> Self {
        Self { analyzer: AnalyzerConfig::sklearn(), n_columns: 1 << 20, signs: Signs::Alternate }
    }

    /// The hashed counts of `docs`: CSR, (n_docs, n_columns). Terms that cancel out leave a zero.
    ///
    /// # Errors
    /// [`Error::Columns`] for a number of columns out of range, and those of counting.
    pub fn count<D: Parts + Sync>(
        &self,
        docs: &[D],
        run: &Run,
    ) -> Result<CsMatI<i32, u32, usize>, Error> {
        if self.n_columns == 0 || self.n_columns > i32::MAX as u32 {
            return Err(Error::Columns { got: self.n_columns });
        }
        let config = CountConfig { analyzer: self.analyzer.clone(), ..CountConfig::sklearn() };
        let shards = Counter::new(&config)?.count_shards(docs, run)?;
        let rows = run.map(shards, |shard| self.rows(&shard))?;
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for row in rows.into_iter().flatten() {
            indices.extend(row.iter().map(|(column, _)| column));
            data.extend(row.iter().map(|(_, count)| count));
            indptr.push(indices.len());
        }
        Ok(CsMatI::new((docs.len(), self.n_columns as usize), indptr, indices, data))
    }

    fn rows(&self, shard: &ShardCounts) -> Vec<Vec<(u32, i32)>> {
        let places: Vec<(u32, i32)> =
            (0..shard.n_words() as u32).map(|word| self.place(shard.word(word))).collect();
        let mut rows = Vec::with_capacity(shard.n_docs());
        for entries in shard.rows() {
            let mut row: Vec<(u32, i32)> = Vec::with_capacity(entries.len());
            entries.each(|entry| {
                let (column, sign) = places[entry.word as usize];
                row.push((column, sign * i32::try_from(entry.count).unwrap_or(i32::MAX)));
            });
            row.sort_unstable();
            row.dedup_by(|later, first| {
                let same = later.0 == first.0;
                if same {
                    first.1 = first.1.saturating_add(later.1);
                }
                same
            });
            rows.push(row);
        }
        rows
    }

    /// The column of a term and the sign of its counts.
    fn place(&self, term: &[u8]) -> (u32, i32) {
        let hash = murmur3(term) as i32;
        // The least number has no positive counterpart: 2^31 is brought into range as scikit-learn does.
        let column = hash.unsigned_abs() % self.n_columns;
        let sign = if self.signs == Signs::Alternate && hash < 0 { -1 } else { 1 };
        (column, sign)
    }
}

/// MurmurHash3, 32 bits, seed 0 (Austin Appleby, public domain).
fn murmur3(bytes: &[u8]) -> u32 {
    let scrambled =
        |block: u32| block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = 0_u32;
    for block in blocks {
        hash ^= scrambled(u32::from_le_bytes(*block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let mut last = [0; 4];
    last[..tail.len()].copy_from_slice(tail);
    hash ^= scrambled(u32::from_le_bytes(last));
    hash ^= bytes.len() as u32;
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of scikit-learn 1.9.1, `sklearn.utils.murmurhash3_32(term, seed=0)`.
    #[test]
    fn hashes_are_those_of_scikit_learn() {
        for (term, expected) in [("", 0), ("a", 1_009_084_850), ("foo", -156_908_512)] {
            assert_eq!(murmur3(term.as_bytes()) as i32, expected, "{term:?}");
        }
    }

    #[test]
    fn terms_of_one_column_are_added_up_with_their_signs() {
        let config = HashingConfig { n_columns: 1, ..HashingConfig::sklearn() };
        let matrix = config.count(&["foo foo", "", "foo aa"], &Run::serial()).unwrap();
        assert_eq!(matrix.shape(), (3, 1));
        let positive = HashingConfig { signs: Signs::Positive, ..config };
        let sums = positive.count(&["foo foo", "", "foo aa"], &Run::serial()).unwrap();
        assert_eq!(sums.data(), [2, 2]);
        assert_eq!(matrix.data()[0], -2);
        assert!(HashingConfig { n_columns: 0, ..positive }.count(&["a"], &Run::serial()).is_err());
    }
}

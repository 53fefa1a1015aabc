//! What the pages of a site were made from, so that the next build leaves those as they are that it
//! would make from the same.

use std::path::Path;
use std::time::Duration;

use hashbrown::HashMap;
use jobs::{About, Content, Digest, Lookup, Memo, Run};

use crate::standing::former::program;
use crate::tasks;

/// Bytes of two digests.
const PAIR_LEN: usize = 64;

/// For the digest of what a page was made from, that of the page.
#[derive(Debug, Default)]
pub(crate) struct Rendered(HashMap<Digest, Digest>);

impl Rendered {
    /// Of the pages of the site that this program built in `target`, as far as the cache knows.
    pub(crate) fn find(memo: &Memo, target: &Path) -> Self {
        let find = || {
            let Lookup::Hit(bytes) = memo.store()?.get(&key(target)).ok()? else { return None };
            let (pairs, rest) = bytes.as_chunks::<PAIR_LEN>();
            rest.is_empty().then(|| pairs.iter().map(pair).collect())
        };
        Self(find().unwrap_or_default())
    }

    /// The digest of the page that was made from what `inputs` is the digest of.
    pub(crate) fn page(&self, inputs: &Digest) -> Option<Digest> {
        self.0.get(inputs).copied()
    }

    /// What pages were made from, and they, in one order.
    pub(crate) fn to_bytes(pages: &[(Digest, Digest)]) -> Vec<u8> {
        let mut sorted = pages.to_vec();
        sorted.sort_unstable();
        let halves = sorted.iter().flat_map(|(inputs, page)| [inputs.as_bytes(), page.as_bytes()]);
        halves.flatten().copied().collect()
    }

    /// Keeps what `pages` were made from, and they; a cache that fails only makes the next build
    /// longer.
    pub(crate) fn keep(pages: &[(Digest, Digest)], memo: &Memo, target: &Path, run: &Run) {
        let Some(store) = memo.store() else { return };
        let bytes = Self::to_bytes(pages);
        let cost = Duration::from_secs(10);
        let about = About { task: tasks::PAGES.name, cost, content: Content::Packed };
        if let Err(error) = store.put(&key(target), &bytes, &about) {
            run.progress().warn(&format!("the next build has to make all pages: {error}"));
        }
    }
}

fn pair(bytes: &[u8; PAIR_LEN]) -> (Digest, Digest) {
    let (halves, _) = bytes.as_chunks();
    (Digest::from_bytes(halves[0]), Digest::from_bytes(halves[1]))
}

/// Another program has other templates.
fn key(target: &Path) -> Digest {
    tasks::PAGES.key(&Digest::of_value(&(program(), target.as_os_str().as_encoded_bytes())))
}

//! Pages as they came, kept on disk.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jobs::{About, Content, Digest, FileStore, Lookup, Run, Store};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Error;
use crate::address::{redact, without_credentials};

/// Part of every key: raised when [`Entry`] changes, so that older entries are not looked at.
const FORMAT: &str = "page v1";

/// No page is longer, bytes; whoever wrote the cache may have packed a longer one.
const LONGEST: u64 = 256 << 20;

/// What a page counts as having cost to fetch: public sites are asked once a second.
const COST: Duration = Duration::from_secs(1);

/// A page with what is needed to ask whether it has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Where the redirects ended.
    pub(crate) final_url: String,
    /// The status of the answer: 200, or that of a robots.txt that is not there.
    pub(crate) status: u16,
    /// The `charset` of the `Content-Type`.
    pub(crate) charset: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// When the server last confirmed it, in seconds since 1970.
    pub(crate) fetched_at: u64,
    /// For how many seconds the server says that it will not change.
    pub(crate) fresh_for: Option<u64>,
    /// The body as it came.
    pub(crate) body: Packed,
}

/// Compressed bytes, with those that were compressed as long as they are at hand: who has just
/// fetched a page reads it next.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Packed {
    packed: Vec<u8>,
    #[serde(skip)]
    plain: Option<Vec<u8>>,
}

impl Packed {
    pub(crate) fn pack(plain: Vec<u8>) -> Self {
        let packed = jobs::pack(&plain).expect("there is memory for a page");
        Self { packed, plain: Some(plain) }
    }

    /// The bytes; none when they are damaged.
    pub(crate) fn unpack(&self) -> Option<Cow<'_, [u8]>> {
        match &self.plain {
            Some(plain) => Some(plain.into()),
            None => jobs::unpack(&self.packed, LONGEST).map(Cow::Owned),
        }
    }
}

/// The same bytes are packed the same.
impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        self.packed == other.packed
    }
}

impl Eq for Packed {}

impl Entry {
    /// Whether it may be used without asking the server.
    pub(crate) fn is_fresh(&self, max_age: Duration) -> bool {
        let max_age = max_age.as_secs().min(self.fresh_for.unwrap_or(u64::MAX));
        // A time in the future is a clock that was set back: nothing is known of the age.
        now().checked_sub(self.fetched_at).is_some_and(|age| age < max_age)
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// The pages in a store, by their URLs.
#[derive(Debug, Clone)]
pub(crate) struct PageCache {
    store: FileStore,
    run: Run,
}

impl PageCache {
    pub(crate) fn new(store: FileStore, run: Run) -> Self {
        Self { store, run }
    }

    /// The page under `url`; a damaged one is none, with a warning.
    pub(crate) fn get(&self, url: &Url) -> Result<Option<Entry>, Error> {
        let entry = match self.store.get(&key(url))? {
            Lookup::Miss => return Ok(None),
            Lookup::Hit(bytes) => postcard::from_bytes::<Entry>(&bytes).ok(),
            Lookup::Damaged(_) => None,
        };
        if entry.is_none() {
            let url = redact(url);
            self.run.progress().warn(&format!("the copy of {url} in the cache is damaged"));
        }
        Ok(entry)
    }

    pub(crate) fn put(&self, url: &Url, entry: &Entry) -> Result<(), Error> {
        let bytes = postcard::to_stdvec(entry).expect("an entry holds numbers, strings and bytes");
        let about = About { task: "page", cost: COST, content: Content::Packed };
        Ok(self.store.put(&key(url), &bytes, &about)?)
    }
}

fn key(url: &Url) -> Digest {
    Digest::of_parts(&[FORMAT.as_bytes(), without_credentials(url).as_str().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fetched_at: u64, fresh_for: Option<u64>) -> Entry {
        Entry {
            final_url: "https://conf.example/a/".to_owned(),
            status: 200,
            charset: None,
            etag: Some("\"x\"".to_owned()),
            last_modified: None,
            fetched_at,
            fresh_for,
            body: Packed::pack(b"<p>body</p>".to_vec()),
        }
    }

    #[test]
    fn what_was_put_comes_back_whatever_fragment_and_credentials_the_url_has() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::new(FileStore::open(folder.path()).unwrap(), Run::serial());
        let page = entry(1, None);
        let url = |text: &str| text.parse::<Url>().unwrap();
        cache.put(&url("https://u:p@conf.example/a#top"), &page).unwrap();
        let found = cache.get(&url("https://conf.example/a")).unwrap().unwrap();
        assert_eq!(found, page);
        assert_eq!(*found.body.unpack().unwrap(), *b"<p>body</p>");
        assert_eq!(cache.get(&url("https://conf.example/a?b")).unwrap(), None);
    }

    #[test]
    fn an_entry_of_another_form_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let url = "https://conf.example/a".parse().unwrap();
        let about = About { task: "page", cost: COST, content: Content::Packed };
        store.put(&key(&url), b"\xFF\xFF", &about).unwrap();
        assert_eq!(PageCache::new(store, Run::serial()).get(&url).unwrap(), None);
    }

    #[test]
    fn a_page_is_fresh_for_the_shorter_of_both_times() {
        let hour = Duration::from_hours(1);
        assert!(entry(now() - 10, None).is_fresh(hour));
        assert!(entry(now() - 10, Some(99_999)).is_fresh(hour));
        assert!(!entry(now() - 10, Some(5)).is_fresh(hour));
        assert!(!entry(now() - 3601, None).is_fresh(hour));
        assert!(!entry(now(), None).is_fresh(Duration::ZERO));
        assert!(!entry(now() + 1000, None).is_fresh(hour));
    }
}

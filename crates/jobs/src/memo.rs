//! Results that are computed once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{About, Content, Lookup, Store};
use crate::{Digest, Encode, Error, Run};

/// How long to wait for another process that makes the same result.
const PATIENCE: Duration = Duration::from_secs(30);

/// A function whose results are kept: its name, and a version that is raised whenever it gives
/// another result for the same input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// The name.
    pub name: &'static str,
    /// The version.
    pub version: u32,
}

impl Task {
    /// The key of this task's result for the input of that digest.
    #[must_use]
    pub fn key(&self, input: &Digest) -> Digest {
        Digest::of_value(&("memo 1", self.name, self.version, input))
    }
}

/// A value, and whether it came from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made<T> {
    /// The value.
    pub value: T,
    /// The digest of what the store keeps: equal values have equal ones, so that it can stand for
    /// the value in the input of the next task.
    pub digest: Digest,
    /// Whether nothing had to be computed.
    pub cached: bool,
}

/// Keeps results in a [`Store`] and finds them again.
///
/// ```
/// use jobs::{Error, FileStore, Memo, Run, Task};
///
/// const SQUARE: Task = Task { name: "square", version: 1 };
///
/// let folder = std::env::temp_dir().join("topicmill-doc-memo");
/// let memo = Memo::new(FileStore::open(&folder)?);
/// let square = |n: u64| memo.get_or_run(&SQUARE, &n, &Run::serial(), || Ok::<_, Error>(n * n));
/// assert_eq!(square(7)?.value, 49);
/// assert!(square(7)?.cached);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Memo {
    /// None: everything is computed, every time.
    store: Option<Arc<dyn Store>>,
}

impl Memo {
    /// Keeps results in `store`.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self { store: Some(Arc::new(store)) }
    }

    /// Keeps nothing.
    #[must_use]
    pub fn off() -> Self {
        Self { store: None }
    }

    /// Where results are kept.
    #[must_use]
    pub fn store(&self) -> Option<&dyn Store> {
        self.store.as_deref()
    }

    /// The result of `task` for `input`: from the store, or else from `f`, and then kept there.
    ///
    /// `f` must give the same for the same input. When several threads or processes want the same
    /// result at once one computes it and the others wait for it. A damaged entry, and a store that
    /// fails, count as an absent entry, with a warning to the run's progress.
    ///
    /// # Errors
    /// Those of `f`, which are not kept; [`Error::Cancelled`] while waiting for another; and
    /// [`Error::Encode`] when the result cannot be taken apart.
    pub fn get_or_run<T, E>(
        &self,
        task: &Task,
        input: &(impl Encode + ?Sized),
        run: &Run,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Made<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>,
    {
        let Some(store) = &self.store else {
            let value = f()?;
            let digest = Digest::of(&encode(task, &value)?);
            return Ok(Made { value, digest, cached: false });
        };
        let key = task.key(&Digest::of_value(input));
        if let Some(made) = find(store.as_ref(), task, &key, run) {
            return Ok(made);
        }
        let claim = store.claim(&key, PATIENCE, run)?;
        // Whoever held the claim before us may have made it.
        if let Some(made) = find(store.as_ref(), task, &key, run) {
            return Ok(made);
        }
        let started = Instant::now();
        let value = f()?;
        let bytes = encode(task, &value)?;
        let about = About { task: task.name, cost: started.elapsed(), content: Content::Plain };
        if let Err(error) = store.put(&key, &bytes, &about) {
            run.progress().warn(&format!(
                "a result of {} is not kept: {}",
                task.name,
                told(&error)
            ));
        }
        drop(claim);
        Ok(Made { value, digest: Digest::of(&bytes), cached: false })
    }
}

fn find<T: DeserializeOwned>(
    store: &dyn Store,
    task: &Task,
    key: &Digest,
    run: &Run,
) -> Option<Made<T>> {
    let warn = |what: &str| run.progress().warn(what);
    match store.get(key) {
        Ok(Lookup::Miss) => None,
        Ok(Lookup::Hit(bytes)) => {
            let value = postcard::from_bytes(&bytes).ok();
            if value.is_none() {
                warn(&format!("a result of {} in the cache is of another type", task.name));
            }
            value.map(|value| Made { value, digest: Digest::of(&bytes), cached: true })
        }
        Ok(Lookup::Damaged(path)) => {
            warn(&format!(
                "a result of {} in the cache was damaged and is made again; it is now {}",
                task.name,
                path.display()
            ));
            None
        }
        Err(error) => {
            warn(&format!("a result of {} is made again: {}", task.name, told(&error)));
            None
        }
    }
}

fn encode<T: Serialize>(task: &Task, value: &T) -> Result<Vec<u8>, Error> {
    postcard::to_stdvec(value).map_err(|source| Error::Encode { task: task.name, source })
}

/// An error with its cause, in one line.
fn told(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

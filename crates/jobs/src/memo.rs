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
    /// How many bytes the store keeps for it, before compression.
    pub bytes: u64,
    /// Whether nothing had to be computed.
    pub cached: bool,
}

/// How values become bytes and again values; `decode` gives `None` for bytes of another form.
#[derive(Debug, Clone, Copy)]
pub struct Codec<T> {
    /// To bytes.
    pub encode: fn(&T) -> Vec<u8>,
    /// From bytes.
    pub decode: fn(&[u8]) -> Option<T>,
}

impl<T: Serialize + DeserializeOwned> Codec<T> {
    /// The form that serde and postcard give a value.
    ///
    /// # Panics
    /// `encode`, when the value's own `Serialize` fails.
    #[must_use]
    pub fn of_serde() -> Self {
        Self {
            encode: |value| postcard::to_stdvec(value).expect("a value in memory can be written"),
            decode: |bytes| postcard::from_bytes(bytes).ok(),
        }
    }
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
    patience: Duration,
    /// The task whose results are computed every time.
    anew: Option<Arc<str>>,
}

impl Memo {
    /// Keeps results in `store`.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self { store: Some(Arc::new(store)), patience: PATIENCE, anew: None }
    }

    /// Keeps nothing.
    #[must_use]
    pub fn off() -> Self {
        Self { store: None, patience: PATIENCE, anew: None }
    }

    /// Waits so long at most for another process that makes the same result; half a minute without
    /// it. After that the result is made twice.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, but results of the task called `name` are neither looked for nor kept: they are
    /// computed, every time.
    #[must_use]
    pub fn anew(self, name: &str) -> Self {
        Self { anew: Some(name.into()), ..self }
    }

    /// Whether results of the task called `name` are computed every time.
    #[must_use]
    pub fn is_anew(&self, name: &str) -> bool {
        self.store.is_none() || self.anew.as_deref() == Some(name)
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
    /// Those of `f`, which are not kept; and [`Error::Cancelled`] while waiting for another.
    ///
    /// # Panics
    /// When the result's own `Serialize` fails.
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
        self.get_or_run_as((task, Codec::of_serde()), input, run, f)
    }

    /// As [`get_or_run`](Self::get_or_run), for values that become bytes in a way of their own.
    ///
    /// # Errors
    /// As [`get_or_run`](Self::get_or_run).
    pub fn get_or_run_as<T, E>(
        &self,
        (task, codec): (&Task, Codec<T>),
        input: &(impl Encode + ?Sized),
        run: &Run,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Made<T>, E>
    where
        E: From<Error>,
    {
        self.get_or_run_if((task, codec, |_| true), input, run, f)
    }

    /// As [`get_or_run_as`](Self::get_or_run_as); a value from the store that `fits` refuses counts as
    /// absent, with a warning. Checksums find what was damaged; what somebody else wrote there may be
    /// whole and make no sense here: positions beyond the end, say.
    ///
    /// # Errors
    /// As [`get_or_run`](Self::get_or_run).
    pub fn get_or_run_if<T, E>(
        &self,
        (task, codec, fits): (&Task, Codec<T>, impl Fn(&T) -> bool),
        input: &(impl Encode + ?Sized),
        run: &Run,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Made<T>, E>
    where
        E: From<Error>,
    {
        let Some(store) = self.store.as_deref().filter(|_| !self.is_anew(task.name)) else {
            let value = f()?;
            let bytes = (codec.encode)(&value);
            return Ok(Made::new(value, &bytes));
        };
        let key = task.key(&Digest::of_value(input));
        let find = || find(store, (task, &key), (&codec, &fits), run);
        if let Some(found) = find() {
            return Ok(found);
        }
        let asked = Instant::now();
        let claim = store.claim(&key, self.patience, run)?;
        if claim.is_none() && asked.elapsed() >= self.patience {
            run.progress().warn(&format!(
                "another process did not make a result of {} within {} s: it is made here too",
                task.name,
                self.patience.as_secs_f64()
            ));
        }
        // Whoever held the claim before us may have made it.
        if let Some(found) = find() {
            return Ok(found);
        }
        let started = Instant::now();
        let value = f()?;
        let bytes = (codec.encode)(&value);
        let about = About { task: task.name, cost: started.elapsed(), content: Content::Plain };
        if let Err(error) = store.put(&key, &bytes, &about) {
            run.progress().warn(&format!(
                "a result of {} is not kept: {}",
                task.name,
                told(&error)
            ));
        }
        drop(claim);
        Ok(Made::new(value, &bytes))
    }

    /// The result of `task` for `input` where it is kept and `fits` takes it; nothing is computed.
    ///
    /// It is for who computes what is missing otherwise than one by one:
    /// [`get_or_run_if`](Self::get_or_run_if) then keeps it.
    #[must_use]
    pub fn find<T>(
        &self,
        (task, codec, fits): (&Task, Codec<T>, impl Fn(&T) -> bool),
        input: &(impl Encode + ?Sized),
        run: &Run,
    ) -> Option<Made<T>> {
        let store = self.store.as_deref().filter(|_| !self.is_anew(task.name))?;
        let key = task.key(&Digest::of_value(input));
        find(store, (task, &key), (&codec, &fits), run)
    }
}

impl<T> Made<T> {
    /// One that was computed; `bytes` are those of `value`.
    fn new(value: T, bytes: &[u8]) -> Self {
        Self { value, digest: Digest::of(bytes), bytes: bytes.len() as u64, cached: false }
    }
}

/// What `store` has for `key`.
fn find<T>(
    store: &dyn Store,
    (task, key): (&Task, &Digest),
    (codec, fits): (&Codec<T>, &impl Fn(&T) -> bool),
    run: &Run,
) -> Option<Made<T>> {
    let bytes = found(store.get(key), task, run)?;
    let value = (codec.decode)(&bytes).filter(|value| fits(value));
    if value.is_none() {
        let name = task.name;
        run.progress().warn(&format!("a result of {name} in the cache is of another form"));
    }
    value.map(|value| Made { cached: true, ..Made::new(value, &bytes) })
}

/// The bytes that a store found; what is wrong with it is a warning.
fn found(lookup: Result<Lookup, Error>, task: &Task, run: &Run) -> Option<Vec<u8>> {
    let name = task.name;
    match lookup {
        Ok(Lookup::Hit(bytes)) => return Some(bytes),
        Ok(Lookup::Miss) => {}
        Ok(Lookup::Damaged(path)) => run.progress().warn(&format!(
            "a result of {name} in the cache was damaged and is made again; it is now {}",
            path.display()
        )),
        Err(error) => {
            run.progress().warn(&format!("a result of {name} is made again: {}", told(&error)));
        }
    }
    None
}

/// An error with its cause, in one line.
fn told(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

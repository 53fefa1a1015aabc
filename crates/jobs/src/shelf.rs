//! A result by its name alone.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Digest, Encode, Encoder, Error, Lookup, Made, Memo, Run, Task};

/// A pointer to a result that a store keeps: 32 bytes, which can be sent to another thread,
/// process or machine that shares the store, and stands for the value in digests.
///
/// ```
/// use jobs::{Error, FileStore, Memo, Run, Shelf, Task};
///
/// const SQUARES: Task = Task { name: "squares", version: 1 };
///
/// let folder = std::env::temp_dir().join("topicmill-doc-shelf");
/// let (memo, run) = (Memo::new(FileStore::open(&folder)?), Run::serial());
/// let squares = || Ok::<_, Error>((0..1000_u64).map(|n| n * n).collect::<Vec<_>>());
/// let shelf = memo.shelve(&SQUARES, &1000, &run, squares)?;
/// let sent: Shelf<Vec<u64>> = Shelf::from_digest(shelf.digest());
/// assert_eq!(sent.get(&memo)?[7], 49);
/// # Ok::<(), Error>(())
/// ```
pub struct Shelf<T> {
    key: Digest,
    value: PhantomData<fn() -> T>,
}

impl<T> Shelf<T> {
    /// The pointer that these 32 bytes are; see [`digest`](Self::digest).
    #[must_use]
    pub fn from_digest(key: Digest) -> Self {
        Self { key, value: PhantomData }
    }

    /// The 32 bytes that the pointer consists of.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.key
    }
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// The value.
    ///
    /// # Errors
    /// [`Error::Evicted`] when the store has it no more; [`Error::Io`].
    pub fn get(&self, memo: &Memo) -> Result<T, Error> {
        let evicted = Error::Evicted { key: self.key };
        let Some(store) = memo.store() else { return Err(evicted) };
        match store.get(&self.key)? {
            Lookup::Hit(bytes) => postcard::from_bytes(&bytes).map_err(|_| evicted),
            Lookup::Miss | Lookup::Damaged(_) => Err(evicted),
        }
    }

    /// The value, made again by its recipe when the store has it no more: the task and the input
    /// that the shelf was made with.
    ///
    /// # Errors
    /// Those of `f`; [`Error::OtherRecipe`] when task and input are not those of this shelf.
    pub fn get_or_run<E>(
        &self,
        memo: &Memo,
        (task, input): (&Task, &(impl Encode + ?Sized)),
        run: &Run,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Made<T>, E>
    where
        E: From<Error>,
    {
        if task.key(&Digest::of_value(input)) != self.key {
            return Err(Error::OtherRecipe { key: self.key, task: task.name }.into());
        }
        memo.get_or_run(task, input, run, f)
    }
}

impl Memo {
    /// As [`get_or_run`](Self::get_or_run), but gives a pointer to the result.
    ///
    /// # Errors
    /// As [`get_or_run`](Self::get_or_run).
    pub fn shelve<T, E>(
        &self,
        task: &Task,
        input: &(impl Encode + ?Sized),
        run: &Run,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Shelf<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>,
    {
        self.get_or_run(task, input, run, f)?;
        Ok(Shelf::from_digest(task.key(&Digest::of_value(input))))
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shelf<T> {}

impl<T> PartialEq for Shelf<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T> Eq for Shelf<T> {}

impl<T> Hash for Shelf<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shelf").field(&self.key).finish()
    }
}

impl<T> Encode for Shelf<T> {
    fn encode(&self, to: &mut Encoder) {
        to.digest(&self.key);
    }
}

impl<T> Serialize for Shelf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.key.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Shelf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Digest::deserialize(deserializer).map(Self::from_digest)
    }
}

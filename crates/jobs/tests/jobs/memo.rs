//! Results are computed once, and never wrong.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jobs::{Codec, Error, FileStore, Memo, Progress, Run, Shelf, Task};

const SQUARE: Task = Task { name: "square", version: 1 };

#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<String>>);

impl Heard {
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Progress for Heard {
    fn warn(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn a_result_is_computed_once_for_each_input_and_version() {
    let folder = tempfile::tempdir().unwrap();
    let calls = AtomicUsize::new(0);
    let square = |task: &Task, n: u64| {
        let memo = Memo::new(FileStore::open(folder.path()).unwrap());
        memo.get_or_run(task, &n, &Run::serial(), || {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Error>(n * n)
        })
        .unwrap()
    };
    let first = square(&SQUARE, 7);
    let again = square(&SQUARE, 7);
    assert_eq!((first.value, first.cached, again.value, again.cached), (49, false, 49, true));
    assert_eq!(first.digest, again.digest);
    assert_eq!(square(&SQUARE, 8).value, 64);
    assert!(!square(&Task { version: 2, ..SQUARE }, 7).cached);
    assert!(!square(&Task { name: "cube", ..SQUARE }, 7).cached);
    assert_eq!(calls.into_inner(), 4);
}

#[test]
fn a_task_can_be_run_anew_while_others_are_found() {
    const CUBE: Task = Task { name: "cube", version: 1 };

    let folder = tempfile::tempdir().unwrap();
    let memo = Memo::new(FileStore::open(folder.path()).unwrap());
    let run = Run::serial();
    let of = |memo: &Memo, task: &Task, value: u64| {
        memo.get_or_run(task, &7, &run, || Ok::<_, Error>(value)).unwrap()
    };
    let (square, cube) = (of(&memo, &SQUARE, 49), of(&memo, &CUBE, 343));
    assert!(!square.cached && !cube.cached);
    let anew = memo.clone().anew("square");
    let (square, cube) = (of(&anew, &SQUARE, 50), of(&anew, &CUBE, 0));
    assert_eq!((square.value, square.cached, cube.value, cube.cached), (50, false, 343, true));
    assert_eq!(of(&memo, &SQUARE, 0).value, 49, "what was found anew is not kept");
}

#[test]
fn failures_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let memo = Memo::new(FileStore::open(folder.path()).unwrap());
    let run = Run::serial();
    let failed = memo.get_or_run::<u64, _>(&SQUARE, &1, &run, || Err(Error::Cancelled));
    assert!(matches!(failed, Err(Error::Cancelled)));
    assert_eq!(memo.get_or_run(&SQUARE, &1, &run, || Ok::<_, Error>(1)).unwrap().value, 1);
}

#[test]
fn many_threads_that_want_one_result_compute_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let memo = Memo::new(FileStore::open(folder.path()).unwrap());
    let run = Run::with_threads(NonZeroUsize::new(8).unwrap()).unwrap();
    let calls = AtomicUsize::new(0);
    let results = run.map((0..32).collect(), |_: u64| {
        memo.get_or_run(&SQUARE, &3, &run, || {
            calls.fetch_add(1, Ordering::Relaxed);
            // Long enough for the others to come.
            std::hint::black_box((0..3_000_000_u64).fold(0, |a, b| a ^ b));
            Ok::<_, Error>(9_u64)
        })
    });
    assert!(results.unwrap().into_iter().all(|made| made.unwrap().value == 9));
    assert_eq!(calls.into_inner(), 1);
}

#[test]
fn a_damaged_result_is_made_again_with_a_warning_and_kept_apart() {
    for len in [10, 10_000] {
        let folder = tempfile::tempdir().unwrap();
        let memo = Memo::new(FileStore::open(folder.path()).unwrap());
        let heard = Arc::new(Heard::default());
        let run = Run::serial().with_progress(heard.clone());
        let make =
            || memo.get_or_run(&SQUARE, &len, &run, || Ok::<_, Error>("x".repeat(len))).unwrap();
        make();
        for path in files(&folder.path().join("refs")) {
            let mut bytes = fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&path, bytes).unwrap();
        }
        let again = make();
        assert_eq!((again.value.len(), again.cached), (len, false));
        assert!(heard.warnings()[0].contains("square"), "{:?}", heard.warnings());
        assert_eq!(files(&folder.path().join("quarantine")).len(), 1);
        assert!(make().cached);
    }
}

#[test]
fn a_result_of_another_type_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let memo = Memo::new(FileStore::open(folder.path()).unwrap());
    let run = Run::serial();
    memo.get_or_run(&SQUARE, &1, &run, || Ok::<_, Error>(1_u8)).unwrap();
    let text = memo.get_or_run(&SQUARE, &1, &run, || Ok::<_, Error>("one".to_owned())).unwrap();
    assert_eq!(text.value, "one");
}

#[test]
fn a_cancelled_run_does_not_wait_for_others() {
    use jobs::Store;

    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let memo = Memo::new(store.clone());
    let run = Run::serial();
    let key = SQUARE.key(&jobs::Digest::of_value(&5));
    let held = store.claim(&key, std::time::Duration::ZERO, &run).unwrap();
    assert!(held.is_some());
    run.cancel().cancel();
    let failed = memo.get_or_run(&SQUARE, &5, &run, || Ok::<_, Error>(25));
    assert!(matches!(failed, Err(Error::Cancelled)));
}

#[test]
fn a_shelf_is_32_bytes_that_give_the_value_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let memo = Memo::new(store.clone());
    let run = Run::serial();
    let words = || Ok::<_, Error>(vec!["a".to_owned(), "b".repeat(9000)]);
    let shelf: Shelf<Vec<String>> = memo.shelve(&SQUARE, &1, &run, words).unwrap();
    let sent = postcard::to_stdvec(&shelf).unwrap();
    assert_eq!(sent.len(), 32);
    let here: Shelf<Vec<String>> = postcard::from_bytes(&sent).unwrap();
    let elsewhere = Memo::new(FileStore::open(folder.path()).unwrap());
    assert_eq!(here.get(&elsewhere).unwrap(), words().unwrap());

    store.clear().unwrap();
    assert!(matches!(here.get(&elsewhere), Err(Error::Evicted { .. })));
    let other = here.get_or_run(&elsewhere, (&SQUARE, &2), &run, words);
    assert!(matches!(other, Err(Error::OtherRecipe { .. })));
    let again = here.get_or_run(&elsewhere, (&SQUARE, &1), &run, words).unwrap();
    assert_eq!((again.value, again.cached), (words().unwrap(), false));
    assert_eq!(here.get(&memo).unwrap(), words().unwrap());
}

#[test]
fn a_kept_result_that_does_not_fit_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let heard = Arc::new(Heard::default());
    let memo = Memo::new(FileStore::open(folder.path()).unwrap());
    let run = Run::serial().with_progress(heard.clone());
    let square = |most: u64| {
        let task = (&SQUARE, Codec::of_serde(), |n: &u64| *n < most);
        memo.get_or_run_if(task, &7_u64, &run, || Ok::<_, Error>(49_u64)).unwrap().cached
    };
    let found = |memo: &Memo, most: u64| {
        let task = (&SQUARE, Codec::of_serde(), |n: &u64| *n < most);
        memo.find(task, &7_u64, &run).map(|made| (made.value, made.cached))
    };
    assert_eq!(found(&memo, 100), None);
    assert_eq!([square(100), square(100)], [false, true]);
    assert_eq!(found(&memo, 100), Some((49, true)));
    assert_eq!(found(&memo.clone().anew("square"), 100), None);
    assert_eq!(found(&Memo::off(), 100), None);
    assert!(heard.warnings().is_empty());
    assert_eq!(found(&memo, 10), None);
    assert!(!square(10));
    let warnings = heard.warnings();
    assert!(warnings.iter().all(|warning| warning.contains("square")), "{warnings:?}");
    assert!(!warnings.is_empty());
}

//! Results of steps, and records of sites, in a cache: builds take them or make them again, and end well.
//!
//! The first byte says what is done with the cache, and by its highest bit whether the others are an entry or
//! edits of the one that is there; the second says which entry.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jobs::{About, Content, Digest, FileStore, Lookup, Run, Store};
use libfuzzer_sys::fuzz_target;
use pipeline::config::SiteSection;
use pipeline::{CacheMode, Config, Options, Overwrite};

mod common;

/// A scene serves so often: what was made of strange results stays in its cache.
const SERVES: usize = 1000;
const STEPS: [&str; 11] = [
    "read", "count", "weigh", "number", "topics", "place", "quality", "related", "clouds", "write",
    "",
];
/// What a build writes anew in any case.
const RECORDS: [&str; 4] = ["site", "spare", "pages", "likes"];

/// Two states of a corpus, sites of them and what a cache holds then.
struct Scene {
    folder: tempfile::TempDir,
    store: FileStore,
    /// Keys, and the tasks that made the entries.
    entries: Vec<(Digest, String)>,
    used: usize,
}

static SCENE: Mutex<Option<Scene>> = Mutex::new(None);

/// Documents of two kinds, one of which depends on `edited`.
fn talks(edited: &str) -> String {
    let words = [
        ["lamp", "tide", "harbour", "keeper", "storm", "pilot", "signal", "rope"],
        ["python", "testing", "code", "review", "module", "compiler", "package", "type"],
    ];
    let mut lines = String::new();
    for n in 0..36 {
        let of = words[n % 2];
        let text: Vec<&str> = (0..9).map(|m| of[(n / 2 + m * (1 + n % 3)) % 8]).collect();
        let more = if n == 7 { edited } else { "" };
        lines.push_str(&format!(
            "{{\"id\":\"{n}\",\"title\":\"{} {}\",\"text\":\"{} {more}. Thanks to all who help us here.\",\
             \"tags\":[\"{}\"],\"speakers\":[\"Ada Ohm\"],\"date\":\"2016-07-{:02}\"}}\n",
            of[n / 2 % 8],
            of[n / 3 % 8],
            text.join(" "),
            of[n % 8],
            1 + n % 20,
        ));
    }
    lines
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        for (name, edited) in [("a.jsonl", "lamp"), ("b.jsonl", "machine learning")] {
            fs::write(folder.path().join(name), talks(edited)).expect("a new folder");
        }
        let store = FileStore::open(&folder.path().join("cache")).expect("the folder is new");
        let mut scene = Self { folder, store, entries: Vec::new(), used: 0 };
        for out in ["found", "kept"] {
            for name in ["a.jsonl", "b.jsonl"] {
                scene.build(name, out, false);
            }
        }
        for name in ["b.jsonl", "a.jsonl"] {
            scene.build(name, "kept", true);
        }
        let entries = scene.store.entries().expect("the folder can be read");
        let mut entries: Vec<_> =
            entries.into_iter().map(|entry| (entry.task, entry.content, entry.key)).collect();
        // The same for every process, as far as the entries are.
        entries.sort_unstable();
        scene.entries = entries.into_iter().map(|(task, _, key)| (key, task)).collect();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn how(&self, name: &str, keep_topics: bool) -> (Config, Options) {
        let source = self.path(name).display().to_string();
        let config = Config {
            sources: vec![source.as_str().into()],
            title: Some("Talks".to_owned()),
            site: SiteSection { cloud_words: 6, document_pages: 3, ..SiteSection::default() },
            keep_topics,
            ..Config::default()
        };
        let (cache, cache_mode) = (self.path("cache"), CacheMode::Offline);
        (config, Options { cache, cache_mode, lock: None, headers: Vec::new() })
    }

    /// No result that a cache holds makes a build fail.
    fn build(&self, name: &str, out: &str, keep_topics: bool) {
        let (config, options) = self.how(name, keep_topics);
        let out = self.path(out);
        let built = pipeline::build(&config, &options, (&out, Overwrite::OwnSites), &Run::serial());
        if let Err(error) = built {
            panic!("a build failed: {error}");
        }
    }

    fn put(&self, entry: usize, bytes: &[u8]) {
        let (key, task) = &self.entries[entry];
        let about = About { task, cost: Duration::from_secs(1), content: Content::Plain };
        self.store.put(key, bytes, &about).expect("there is room");
    }

    fn get(&self, entry: usize) -> Vec<u8> {
        match self.store.get(&self.entries[entry].0) {
            Ok(Lookup::Hit(bytes)) => bytes,
            _ => Vec::new(),
        }
    }
}

/// `bytes` after `edits` of four bytes each: where, what, and a byte.
fn edited(mut bytes: Vec<u8>, edits: &[u8]) -> Vec<u8> {
    for edit in edits.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]]));
        if at >= bytes.len() {
            continue;
        }
        match edit[2] % 4 {
            0 => bytes[at] = edit[3],
            1 => bytes.insert(at, edit[3]),
            2 => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn write_seeds() {
    let scene = Scene::new();
    let mut seeds = Vec::new();
    for entry in 0..scene.entries.len().min(256) {
        // A build of each kind with the whole entry, and the others with an edited one.
        let (bytes, number) = (scene.get(entry), entry as u8);
        let what = number % 2;
        seeds.push([&[what, number][..], &bytes].concat());
        seeds.push(vec![0x82 | what, number, 1, 0, 0, 0xff]);
    }
    seeds.retain(|seed| seed.len() < 1 << 14);
    common::write_seeds(&seeds.iter().map(Vec::as_slice).collect::<Vec<_>>());
}

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let &[what, entry, ref bytes @ ..] = data else { return };
    let mut scene = SCENE.lock().unwrap_or_else(PoisonError::into_inner);
    if scene.as_ref().is_some_and(|scene| scene.used >= SERVES) {
        *scene = None;
    }
    let scene = scene.get_or_insert_with(Scene::new);
    scene.used += 1;
    let entry = usize::from(entry) % scene.entries.len();
    let (out, keeps) = if what & 3 == 1 { ("kept", true) } else { ("found", false) };
    if what & 3 < 2 {
        scene.build("a.jsonl", out, keeps);
    }
    let before = scene.get(entry);
    let bytes =
        if what & 0x80 == 0 { bytes.to_vec() } else { edited(before.clone(), bytes) };
    scene.put(entry, &bytes);
    let (config, options) = scene.how("b.jsonl", keeps);
    match what & 3 {
        0 | 1 => scene.build("b.jsonl", out, keeps),
        2 => {
            let step = STEPS[usize::from(what >> 2 & 15) % STEPS.len()];
            for out in ["found", "kept"] {
                drop(pipeline::rerun(&scene.path(out), step, &options, &Run::serial()));
            }
        }
        _ => drop(pipeline::topics(&config, &options, &Run::serial()).expect("topics are found")),
    }
    if !RECORDS.contains(&scene.entries[entry].1.as_str()) || what & 3 > 1 {
        scene.put(entry, &before);
    }
});

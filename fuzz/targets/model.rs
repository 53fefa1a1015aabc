//! Files of models, whose checksum fits: read, written again, and documents placed in them. The first
//! byte says the version.

#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jobs::Run;
use libfuzzer_sys::fuzz_target;
use pipeline::{CacheMode, Config, Model, Options, TopicCount};

mod common;

const MAGIC: &[u8] = b"topicmill model\n";
const VERSION: u32 = 6;
/// Magic, version and checksum.
const HEAD: usize = 16 + 4 + 32;
/// A topic has a weight for every term: of so many bytes they fit into memory.
const MOST: usize = 8192;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    fs::write(folder.path().join("talks.jsonl"), TALKS).expect("a new folder");
    folder
});

const TALKS: &str = r#"{"id":"a","title":"Lamps","text":"A lamp and a tide, machine learning on lamps."}
{"id":"b","title":"Tides","text":"The tide comes, and a lamp. Subscribe to our channel for more of the tides."}
{"id":"c","title":"Learning","text":"Machine learning with lamps. Subscribe to our channel for more of the tides."}
{"id":"d","title":"Keepers","text":"A keeper of bees. Subscribe to our channel for more of the tides."}
"#;

fn path(name: &str) -> PathBuf {
    FOLDER.path().join(name)
}

fn how() -> (Config, Options) {
    let source = path("talks.jsonl").display().to_string();
    let config = Config {
        sources: vec![source.as_str().into()],
        k: TopicCount::Exactly(2),
        ..Config::default()
    };
    let cache_mode = CacheMode::Offline;
    (config, Options { cache: path("cache"), cache_mode, lock: None, headers: Vec::new() })
}

fn write_seeds() {
    let (config, options) = how();
    let found = pipeline::topics(&config, &options, &Run::serial()).expect("there are topics");
    let bytes = found.model.to_bytes().expect("a model can be written");
    let plain = zstd::decode_all(&bytes[HEAD..]).expect("what was packed");
    let seeds = [VERSION, 5, 4, 3].map(|version| [&[version as u8][..], &plain].concat());
    common::write_seeds(&seeds.each_ref().map(Vec::as_slice));
}

/// A model file with that content. The checksum of the first two versions leaves out the version.
fn file_of(version: u32, plain: &[u8]) -> Vec<u8> {
    let content = zstd::bulk::compress(plain, 1).expect("memory can be packed");
    let version = version.to_le_bytes();
    let told = if version[0] < 3 { &[][..] } else { &version };
    let checksum = blake3::Hasher::new().update(told).update(&content).finalize();
    [MAGIC, &version[..], checksum.as_bytes(), &content].concat()
}

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let Some((&version, plain)) = data.split_first() else { return };
    let version = u32::from(version);
    if plain.len() > MOST || version > VERSION {
        return;
    }
    let path = Path::new("model");
    let Ok(model) = Model::from_bytes(&file_of(version, plain), path) else { return };
    let again = model.to_bytes().expect("a model can be written");
    assert!(Model::from_bytes(&again, path).is_ok_and(|again| again == model));
    let (config, options) = how();
    if let Ok((places, _)) = pipeline::infer(&model, &config, &options, &Run::serial()) {
        assert_eq!(places.len(), 4);
        let weights = places.iter().flat_map(|place| &place.topics).map(|topic| topic.weight);
        assert!(weights.into_iter().all(|weight| (0.0..=1.0).contains(&weight)));
    }
});

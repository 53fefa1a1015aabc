//! Tables. The first byte says whether commas or tabs part the cells.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use corpus::{ReadConfig, read};
use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    b",id,title,text,tags\n1,\"a \"\"b\"\"\",\"line\nline\",x;y\n2,q,w,e\n",
    b"\tname\tbody\tdate\na\tb\t2026-05-14\n",
    b";\xEF\xBB\xBFtitle;abstract;speakers\nSauber;Ein Text, mit Komma;Ada & Bo\n",
    b",\xFF\xFEt\0e\0x\0t\0\n\0a\0\n\0",
];

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("the system has room for a folder"));

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let path = FOLDER.path().join(if kind == b'\t' { "a.tsv" } else { "a.csv" });
    fs::write(&path, bytes).expect("a file in a folder of ours");
    let config = ReadConfig { max_line_bytes: 1 << 14, ..ReadConfig::default() };
    match read(&path, &config) {
        Ok(reader) => common::drain(reader),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

//! Writes the stop lists as one text: a table of references to their 25,000 words would be a
//! megabyte of code to load and to relocate.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut codes = stop_words::available_languages().to_vec();
    codes.sort_unstable();
    codes.dedup();
    let mut text = String::new();
    for code in codes {
        text.push_str(code);
        for word in stop_words::lookup(code).unwrap_or_default() {
            assert!(!word.contains(['\t', '\n']), "{word:?} of {code} holds what parts words");
            text.push('\t');
            text.push_str(word);
        }
        text.push('\n');
    }
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names a folder"))?;
    fs::write(Path::new(&folder).join("stop_lists.txt"), text)
}

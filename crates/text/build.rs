//! Writes the stop lists as one text each: a table of references to their 25,000 words would be a
//! megabyte to load and to relocate.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut codes = stop_words::available_languages().to_vec();
    codes.sort_unstable();
    codes.dedup();
    let mut lists = String::new();
    for code in codes {
        let words = stop_words::lookup(code).unwrap_or_default();
        let odd = words.iter().find(|word| word.is_empty() || word.contains('\t'));
        assert!(odd.is_none(), "{odd:?} of {code} is no word between tabs");
        lists.push_str(&format!("({code:?}, \"{}\"),", words.join("\t").escape_default()));
    }
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names a folder"))?;
    fs::write(Path::new(&folder).join("stop_lists.rs"), format!("&[{lists}]"))
}

//! Recipes: TOML with selectors, patterns and expressions in it.

#![no_main]

use crawl::Recipe;
use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    b"[recipe]\nname = \"a\"\ntitle = \"A\"\nstart = [\"https://conf.example/\"]\n[list]\nitem = \"li.a > b\"\nlink = \"a@href\"\n\
      urls = \"/talks/*\"\nnext = \"a[rel=next]\"\n[talk]\nabstract = [\"div.a\", \"p:nth-child(2n+1)\"]\ndrop = \"nav\"\n\
      drop_start = [\"By: \"]\ndate = { select = \"time\", regex = '(\\d+)', date = true }\n[weights]\ntags = 3\n\
      [limits]\npages = 5\n",
    b"[recipe]\nname = \"b\"\n[list]\nitem = \"h3\"\nsection = true\n[talk]\nabstract = \"p\"\nlines = true\n\
      speakers = { select = [\"i\", \"b\"], strip_prefix = \"by \", strip_suffix = \".\" }\n",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Recipe::parse(text) {
        Ok(recipe) => {
            let starts = recipe.start();
            assert!(starts.iter().all(|url| matches!(url.scheme(), "http" | "https")));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

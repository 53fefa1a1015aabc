//! How much a visitor downloads.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use site::{OutFile, Route};

use crate::fixture::{attributes, conference, render, render_all};

const KB: usize = 1024;

pub(crate) fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

fn largest(files: &[OutFile], folder: &str) -> usize {
    let sizes = files.iter().filter(|file| file.path.starts_with(folder));
    sizes.map(|file| gzipped(&file.bytes)).max().unwrap()
}

#[test]
fn pages_of_a_conference_stay_in_their_budgets() {
    let fixture = conference(169, 12);
    let files = render_all(fixture.data());
    for (folder, budget) in [
        ("style.css", 8 * KB),
        ("icon.svg", KB),
        ("index.html", 60 * KB),
        ("topic/", 30 * KB),
        ("doc/", 14 * KB),
        ("tag/", 14 * KB),
        ("documents/", 30 * KB),
        ("about/", 14 * KB),
        ("speaker/", 14 * KB),
        ("speakers/", 14 * KB),
        ("terms/", 30 * KB),
        ("map/", 30 * KB),
        ("time/", 14 * KB),
        ("search/index.html", 14 * KB),
        ("search/search.js", 12 * KB),
    ] {
        let size = largest(&files, folder);
        println!("{folder}: {size} bytes, budget {budget}");
        assert!(size <= budget, "{folder}: {size} bytes, allowed are {budget}");
    }
    let total: usize = files.iter().map(|file| file.bytes.len()).sum();
    println!("{} files, {total} bytes", files.len());
    assert!(total <= 6 * KB * KB, "{total} bytes");
}

#[test]
fn the_start_page_needs_three_requests() {
    let fixture = conference(169, 12);
    let html = render(fixture.data(), Route::Index);
    let mut fetched = attributes(&html, "link[rel=stylesheet], link[rel=icon]", "href");
    fetched.extend(attributes(&html, "[src]", "src"));
    fetched.sort();
    fetched.dedup();
    assert_eq!(fetched, ["icon.svg", "style.css"], "besides the page itself");
}

#[test]
fn the_style_sheet_fetches_nothing() {
    let css = render(conference(1, 1).data(), Route::Style);
    for forbidden in ["url(", "@import", "@font-face", "image-set"] {
        assert!(!css.contains(forbidden), "{forbidden}");
    }
}

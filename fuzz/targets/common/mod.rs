//! What the targets have in common that read what strangers write.

use std::path::PathBuf;
use std::{env, fs};

use corpus::{Document, Reader, Skipped};

/// Writes inputs to begin with to the folder that the environment names.
pub(crate) fn write_seeds(seeds: &[&[u8]]) {
    let Some(folder) = env::var_os("TOPICMILL_SEEDS").map(PathBuf::from) else { return };
    for (n, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{n}")), seed).expect("the folder of seeds is there");
    }
}

fn is_line(text: &str) -> bool {
    !text.contains('\n') && text.trim() == text
}

/// What [`Document`] promises of every one.
pub(crate) fn check(document: &Document) {
    assert!(is_line(&document.title), "title {:?}", document.title);
    for name in document.tags.iter().chain(&document.speakers) {
        assert!(!name.is_empty() && is_line(name), "name {name:?}");
    }
    for part in [&document.date, &document.room, &document.track].into_iter().flatten() {
        assert!(!part.is_empty() && is_line(part), "part {part:?}");
    }
    if let Some(url) = &document.url {
        // Schemes may be written in capitals (RFC 3986, section 3.1).
        let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        assert!(matches!(scheme.as_deref(), Some("http" | "https")), "address {url:?}");
    }
    if let Some(language) = &document.language {
        assert!(language.len() == 2, "language {language:?}");
    }
    assert!(!document.text.contains('\0'), "a NUL in {:?}", document.text);
}

/// Reads to the end.
#[allow(dead_code, reason = "not every target reads batches")]
pub(crate) fn drain(reader: Reader) {
    for batch in reader.map_while(Result::ok) {
        for document in &batch.documents {
            check(document);
            assert!(!document.id.is_empty() && !document.title.is_empty(), "{document:?}");
        }
        for Skipped { location, reason } in &batch.skipped {
            assert!(!location.is_empty() && !reason.is_empty() && !reason.contains('\n'));
        }
    }
}

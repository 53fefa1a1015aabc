//! Which format a file has, by its name.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The endings that are read, for messages; the table itself is [`ENDINGS`].
pub(crate) const ALLOWED: &str = ".jsonl, .ndjson, .json, .csv, .tsv, .parquet, .xml, .ics, \
                                  .html, .htm, .md, .rst, .txt or .ipynb, each also with .gz or .zst";

const ENDINGS: [(&str, Format); 18] = [
    (".jsonl", Format::JsonLines),
    (".ndjson", Format::JsonLines),
    (".json", Format::Json),
    (".csv", Format::Commas),
    (".tsv", Format::Tabs),
    (".tab", Format::Tabs),
    (".parquet", Format::Parquet),
    (".xml", Format::Schedule),
    (".rss", Format::Schedule),
    (".atom", Format::Schedule),
    (".ics", Format::Schedule),
    (".html", Format::Html),
    (".htm", Format::Html),
    (".xhtml", Format::Html),
    (".md", Format::Markdown),
    (".rst", Format::Rst),
    (".txt", Format::Plain),
    (".ipynb", Format::Notebook),
];

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object a line, a document each.
    JsonLines,
    /// A schedule, or an array of records.
    Json,
    /// Values between commas, a document a row.
    Commas,
    /// Values between tabs, a document a row.
    Tabs,
    /// Parquet, a document a row.
    Parquet,
    /// A schedule or a feed, in XML or iCalendar.
    Schedule,
    /// One web page, one document.
    Html,
    /// One Markdown text, one document.
    Markdown,
    /// One reStructuredText, one document.
    Rst,
    /// One plain text, one document.
    Plain,
    /// One Jupyter notebook, one document.
    Notebook,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, ending `.gz`; several members may follow each other.
    Gzip,
    /// Zstandard, ending `.zst`; several frames may follow each other.
    Zstd,
}

impl Packing {
    /// What compresses so all that is written to it, on its way to `out`; the same bytes, written in
    /// the same pieces, give the same.
    ///
    /// # Errors
    /// When the compressor has no memory.
    pub fn writer<W: Write>(self, out: W) -> io::Result<Packer<W>> {
        Ok(Packer(match self {
            Self::Plain => Encoder::Plain(out),
            Self::Gzip => Encoder::Gzip(GzEncoder::new(out, Compression::default())),
            Self::Zstd => Encoder::Zstd(zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?),
        }))
    }
}

/// Compresses what is written to it, see [`Packing::writer`].
pub struct Packer<W: Write>(Encoder<W>);

enum Encoder<W: Write> {
    Plain(W),
    Gzip(GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Packer<W> {
    /// What it was written to, with all of it.
    ///
    /// # Errors
    /// Those of what it is written to.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Encoder::Plain(mut out) => out.flush().map(|()| out),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Encoder::Plain(out) => out.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Zstd(encoder) => encoder.write(bytes),
        }
    }

    /// Does nothing to what is compressed: it would be more bytes for it.
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Encoder::Plain(out) => out.flush(),
            Encoder::Gzip(_) | Encoder::Zstd(_) => Ok(()),
        }
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// What the name of `path` says of its content, whatever its case; none for an unknown ending.
pub(crate) fn of_path(path: &Path) -> Option<(Format, Packing)> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (name, packing) = unpacked(&name);
    let (_, format) = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending))?;
    Some((*format, packing))
}

/// The ending of the name of `path` with its dot and, for `.gz` and `.zst`, the one before it.
pub(crate) fn ending(path: &Path) -> String {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let inner = stripped(&name, &[".gz", ".zst"]).unwrap_or(&name);
    match inner.rfind('.') {
        Some(dot) if dot > 0 => name[dot..].to_owned(),
        _ => name[inner.len()..].to_owned(),
    }
}

/// `path` without the endings that say its format and compression.
pub(crate) fn stem(path: &str) -> &str {
    let path = stripped(path, &[".gz", ".zst"]).unwrap_or(path);
    let endings = ENDINGS.map(|(ending, _)| ending);
    stripped(path, &endings).unwrap_or(path)
}

fn unpacked(name: &str) -> (&str, Packing) {
    if let Some(inner) = name.strip_suffix(".gz") {
        (inner, Packing::Gzip)
    } else if let Some(inner) = name.strip_suffix(".zst") {
        (inner, Packing::Zstd)
    } else {
        (name, Packing::Plain)
    }
}

/// `name` without the first of `endings` that it has, whatever its case.
fn stripped<'a>(name: &'a str, endings: &[&str]) -> Option<&'a str> {
    endings.iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        let (start, end) = (name.get(..at)?, name.get(at..)?);
        end.eq_ignore_ascii_case(ending).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_format_and_packing_whatever_their_case() {
        let of = |name: &str| of_path(Path::new(name));
        assert_eq!(of("a/talks.jsonl"), Some((Format::JsonLines, Packing::Plain)));
        assert_eq!(of("talks.NDJSON.GZ"), Some((Format::JsonLines, Packing::Gzip)));
        assert_eq!(of("x.tar.html.zst"), Some((Format::Html, Packing::Zstd)));
        assert_eq!(of("README.Md"), Some((Format::Markdown, Packing::Plain)));
        assert_eq!(of("notes.txt"), Some((Format::Plain, Packing::Plain)));
        assert_eq!(of("talks.gz"), None);
        assert_eq!(of("talks.pdf"), None);
        assert_eq!(of(".."), None);
    }

    #[test]
    fn every_ending_is_named_in_the_message() {
        // Rare spellings are read, and not advertised.
        for (ending, _) in
            ENDINGS.iter().filter(|(e, _)| ![".tab", ".rss", ".atom", ".xhtml"].contains(e))
        {
            assert!(ALLOWED.contains(ending), "{ending}");
        }
    }

    #[test]
    fn the_ending_shown_includes_the_packing() {
        assert_eq!(ending(Path::new("a/talks.pdf.gz")), ".pdf.gz");
        assert_eq!(ending(Path::new("a.b/talks.pdf")), ".pdf");
        assert_eq!(ending(Path::new("talks.gz")), ".gz");
        assert_eq!(ending(Path::new("talks")), "");
        assert_eq!(ending(Path::new(".profile")), "");
    }

    #[test]
    fn a_stem_has_neither_ending() {
        assert_eq!(stem("a/talks.jsonl.gz"), "a/talks");
        assert_eq!(stem("v1.2.TXT"), "v1.2");
        assert_eq!(stem("stdin"), "stdin");
        assert_eq!(stem("é.z"), "é.z");
    }
}

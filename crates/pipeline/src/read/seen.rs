//! What a source had, for when that is not enough.

use std::fmt;
use std::path::Path;

use corpus::Skipped;

use crate::Source;

/// What a source had: how much was there, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The source, without a password.
    name: String,
    unit: Unit,
    /// How many documents it named, those included that were set aside or excluded.
    pub(crate) found: usize,
    /// How many of them the configuration excludes.
    pub(crate) excluded: usize,
    /// How many were set aside, and the first of them with its reason.
    n_set_aside: usize,
    first_reason: Option<String>,
}

/// What makes a document of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Line,
    /// Of a file.
    Row,
    /// Of what a query returns.
    ResultRow,
    File,
    Page,
    Document,
}

impl Unit {
    fn of(source: &Source) -> Self {
        match source {
            Source::Url(_) => Self::Page,
            Source::Sqlite { .. } | Source::Postgres { .. } => Self::ResultRow,
            Source::Stdin => Self::Line,
            Source::Path(path) => Self::of_path(path),
        }
    }

    fn of_path(path: &Path) -> Self {
        if path.is_dir() || !path.exists() {
            return Self::File;
        }
        let name = path.to_string_lossy().to_lowercase();
        let packed = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending));
        match packed.unwrap_or(&name).rsplit('.').next() {
            Some("jsonl" | "ndjson") => Self::Line,
            Some("csv" | "tsv" | "tab" | "parquet") => Self::Row,
            _ => Self::Document,
        }
    }

    fn counted(self, n: usize) -> String {
        let (one, many) = match self {
            Self::Line => ("line that is not empty", "lines that are not empty"),
            Self::Row => ("row", "rows"),
            Self::ResultRow => {
                ("row in the result of its query", "rows in the result of its query")
            }
            Self::File => ("file", "files"),
            Self::Page => ("page in its list", "pages in its list"),
            Self::Document => ("document", "documents"),
        };
        format!("{n} {}", if n == 1 { one } else { many })
    }
}

impl Seen {
    /// Of `source` before anything of it was read.
    pub(crate) fn none_of(source: &Source) -> Self {
        let name = match source {
            Source::Url(url) => crawl::redact(url),
            Source::Path(path) | Source::Sqlite { path, .. } => path.display().to_string(),
            Source::Postgres { .. } => format!("the database {}", source.name()),
            Source::Stdin => "standard input".to_owned(),
        };
        let unit = Unit::of(source);
        Self { name, unit, found: 0, excluded: 0, n_set_aside: 0, first_reason: None }
    }

    /// Counts what is no document.
    pub(crate) fn set_aside(&mut self, skipped: &[Skipped]) {
        self.n_set_aside += skipped.len();
        if let (None, Some(Skipped { location, reason })) = (&self.first_reason, skipped.first()) {
            self.first_reason = Some(format!("{location}: {reason}"));
        }
    }

    /// The next step where all of `seen` was not enough.
    pub(crate) fn hint(seen: &[Self]) -> Option<String> {
        if seen.iter().any(|seen| seen.excluded > 0) {
            return Some("`exclude` in the configuration leaves these out".to_owned());
        }
        let worst = seen.iter().max_by_key(|seen| seen.n_set_aside)?;
        let hint = match (worst.unit, worst.n_set_aside) {
            (Unit::Page, _) => {
                return Some(format!(
                    "topicmill recipe test {} shows what is found there; start from the page that lists the \
                     documents, or give a recipe",
                    worst.name
                ));
            }
            (Unit::Line, 0) => {
                "each line is a document: {\"title\": \"Clean code\", \"text\": \"Names matter.\"}"
            }
            (Unit::Row, 0) => {
                "each row is a document; the first one of a CSV file names the columns: title,text"
            }
            (Unit::ResultRow, 0) => {
                "each row of the result is a document: check its conditions against the tables"
            }
            (Unit::Line | Unit::Row | Unit::ResultRow, _) => {
                "mend what was set aside, or name the columns: --text COLUMN --title COLUMN"
            }
            (Unit::File | Unit::Document, 0) => {
                "name more sources: topics are what several documents have in common"
            }
            (Unit::File | Unit::Document, _) => "mend what was set aside, or name other sources",
        };
        // One document is a beginning.
        let has_some = seen.iter().any(|seen| seen.found > seen.n_set_aside);
        let more = "name more sources: topics are what several documents have in common";
        Some((if has_some && worst.n_set_aside == 0 { more } else { hint }).to_owned())
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {}", self.name, self.unit.counted(self.found))?;
        if self.excluded > 0 {
            write!(f, ", of which {} excluded", is_or_are(self.excluded))?;
        }
        let Some(reason) = &self.first_reason else { return Ok(()) };
        write!(f, ", of which {} set aside ({reason}", is_or_are(self.n_set_aside))?;
        match self.n_set_aside - 1 {
            0 => f.write_str(")"),
            more => write!(f, "; and {more} more)"),
        }
    }
}

fn is_or_are(n: usize) -> String {
    format!("{n} {}", if n == 1 { "is" } else { "are" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(source: &str, found: usize, reasons: &[&str]) -> Seen {
        let mut seen = Seen::none_of(&Source::parse(source).unwrap());
        seen.found = found;
        let skipped =
            |reason: &&str| Skipped { location: "a:1".to_owned(), reason: (*reason).to_owned() };
        seen.set_aside(&reasons.iter().map(skipped).collect::<Vec<_>>());
        seen
    }

    #[track_caller]
    fn check(seen: &Seen, told: &str, hint: &str) {
        assert_eq!(seen.to_string(), told);
        let next = Seen::hint(std::slice::from_ref(seen)).unwrap();
        assert!(next.contains(hint), "{next}");
    }

    #[test]
    fn a_source_tells_what_it_had_and_what_to_do() {
        check(
            &seen("-", 0, &[]),
            "standard input has 0 lines that are not empty",
            "each line is a document",
        );
        check(
            &seen("-", 1, &["no text"]),
            "standard input has 1 line that is not empty, of which 1 is set aside (a:1: no text)",
            "--text",
        );
        check(
            &seen("sqlite:t.db?query=select 1", 0, &[]),
            "t.db has 0 rows in the result of its query",
            "conditions",
        );
        check(
            &seen("https://ada:geheim@conf.example/talks", 3, &["gone", "gone", "gone"]),
            "https://conf.example/talks has 3 pages in its list, of which 3 are set aside (a:1: gone; and 2 more)",
            "recipe test https://conf.example/talks",
        );
        check(
            &seen("postgres://ada:geheim@db.example/talks?query=select 1", 2, &[]),
            "the database talks has 2 rows in the result of its query",
            "more sources",
        );
        let mut excluded = seen("-", 2, &[]);
        excluded.excluded = 2;
        check(
            &excluded,
            "standard input has 2 lines that are not empty, of which 2 are excluded",
            "`exclude`",
        );
    }

    #[test]
    fn files_are_counted_by_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        for (name, told) in [
            ("a.jsonl.gz", "0 lines that are not empty"),
            ("a.CSV", "0 rows"),
            ("a.json", "0 documents"),
            ("", "0 files"),
        ] {
            let path = folder.path().join(name);
            if !name.is_empty() {
                std::fs::write(&path, "").unwrap();
            }
            let told_of = seen(path.to_str().unwrap(), 0, &[]).to_string();
            assert!(told_of.ends_with(&format!(" has {told}")), "{told_of}");
        }
    }
}

//! The index as files that a page can load without a server: classic scripts, each a call of one
//! function with a name and a text.

use super::codec;
use super::terms::Terms;
use crate::OutFile;

/// Where a file of terms, or of postings, ends, bytes.
const TERM_SHARD: usize = 64 * 1024;
const POSTING_SHARD: usize = 48 * 1024;
/// Documents in a file of cards, and in a file of texts at most; and the bytes of texts that a file
/// should have at most.
const CARD_SHARD: usize = 256;
const TEXT_SHARD: usize = 16;
const TEXT_BYTES: usize = 12 * 1024;

/// What the search page shows of a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Card(
    /// The title.
    pub String,
    /// The address, from the root of the site, or absolute.
    pub String,
    /// The number of its main topic, from 1; 0 for none.
    pub usize,
    /// Speakers, time and place on one line.
    pub String,
    /// The language, when it is not that of the interface.
    pub String,
);

/// What the page cuts its excerpts from, and where it looks for phrases: the text, the title, and
/// then every tag and every name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reading<'a>(pub Vec<&'a str>);

/// A file of the index. That of texts is made when it is asked for, as there are many of them and most are
/// those of the former site.
#[derive(Debug)]
pub struct SearchFile<'a> {
    path: String,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Json(String),
    Texts(Vec<Reading<'a>>),
}

impl<'a> SearchFile<'a> {
    /// `name` is its way from the folder of the search.
    fn new(name: &str, content: Content<'a>) -> Self {
        let path = match name.strip_prefix("../") {
            Some(path) => format!("{path}.js"),
            None => format!("search/{name}.js"),
        };
        Self { path, content }
    }

    fn of_text(name: &str, text: &str) -> Self {
        Self::new(name, Content::Json(to_json(text)))
    }

    /// Where it lies, from the root of the site.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Writes what it is made from to `to`, and says whether that takes less than to make it: files of one
    /// program with the same bytes there are the same.
    #[must_use]
    pub fn inputs(&self, to: &mut Vec<u8>) -> bool {
        let Content::Texts(texts) = &self.content else { return false };
        let mut put = |text: &str| {
            to.extend_from_slice(&(text.len() as u64).to_le_bytes());
            to.extend_from_slice(text.as_bytes());
        };
        put(&self.path);
        for Reading(parts) in texts {
            for part in parts {
                put(part);
            }
            put("\n");
        }
        true
    }

    /// The file. Nothing in it can end a script element or a line.
    #[must_use]
    pub fn render(self) -> OutFile {
        let json = match self.content {
            Content::Json(json) => json,
            Content::Texts(texts) => to_json(&texts),
        };
        let name = self.path.strip_suffix(".js").unwrap_or(&self.path);
        let name = match name.strip_prefix("search/") {
            Some(name) => name.to_owned(),
            None => format!("../{name}"),
        };
        OutFile {
            path: self.path,
            content_type: "text/javascript; charset=utf-8",
            bytes: called(&name, &json).into_bytes(),
        }
    }
}

fn to_json(value: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("texts and numbers can be written to memory")
}

/// The call of the script with the file `name` and its content: nothing in it can end a script element or
/// a line.
fn called(name: &str, json: &str) -> String {
    let mut script = String::with_capacity(json.len() + json.len() / 16 + 64);
    script.push_str("topicmillSearch(\"");
    script.push_str(name);
    script.push_str("\",");
    let mut written = 0;
    // The first byte of both breaks of lines: hardly a text has it.
    let places = json.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'<' | 0xe2));
    for (at, _) in places {
        let (plain, escaped) = match &json[at..] {
            from if from.starts_with('<') => ("<", "\\u003c"),
            from if from.starts_with('\u{2028}') => ("\u{2028}", "\\u2028"),
            from if from.starts_with('\u{2029}') => ("\u{2029}", "\\u2029"),
            _ => continue,
        };
        script.push_str(&json[written..at]);
        script.push_str(escaped);
        written = at + plain.len();
    }
    script.push_str(&json[written..]);
    script.push_str(")\n");
    script
}

impl Terms {
    /// The files of the index, one after another; those but the texts lie below `search/`.
    ///
    /// - `index.js`: an object with the version of the format (`v`), the number of documents (`n`)
    ///   and of terms (`t`), the first term of every file of terms (`first`), the number of its first
    ///   file of postings (`from`), and the documents in a file of cards and of texts (`c`, `x`).
    /// - `terms-N.js`: a line for each term: a letter for the number of characters it shares with
    ///   the one before (31 at most), the rest of it, a space, the number of its documents, and `!` when
    ///   its postings begin a new file.
    /// - `postings-N.js`: a line for each term.
    /// - `cards-N.js`: what is shown of 256 documents, a list of lists.
    /// - `texts/N.js`: the texts of a few documents, a list of lists. Needed for the results that are
    ///   shown, and for phrases.
    ///
    /// `card` and `reading` give what is shown of a document, and its texts.
    pub fn files<'a>(
        &'a self,
        card: impl Fn(usize) -> Card + 'a,
        reading: impl Fn(usize) -> Reading<'a> + 'a,
    ) -> impl Iterator<Item = SearchFile<'a>> + 'a {
        let n_documents = self.n_documents();
        let n_bytes: usize = (0..n_documents)
            .map(|document| reading(document).0.iter().map(|text| text.len()).sum::<usize>())
            .sum();
        let per_text = (TEXT_BYTES * n_documents / n_bytes.max(1)).clamp(1, TEXT_SHARD);
        let (shards, manifest) = self.term_shards(per_text);
        let chunks = move |size: usize| {
            let chunk = move |n: usize| n * size..n_documents.min((n + 1) * size);
            (0..n_documents.div_ceil(size)).map(move |n| (n, chunk(n)))
        };
        let cards = chunks(CARD_SHARD).map(move |(n, documents)| {
            let cards: Vec<Card> = documents.map(&card).collect();
            SearchFile::new(&format!("cards-{n}"), Content::Json(to_json(&cards)))
        });
        let texts = chunks(per_text).map(move |(n, documents)| {
            let texts: Vec<Reading<'_>> = documents.map(&reading).collect();
            SearchFile::new(&format!("../texts/{n}"), Content::Texts(texts))
        });
        let index = SearchFile::new("index", Content::Json(manifest));
        std::iter::once(index).chain(shards).chain(cards).chain(texts)
    }

    /// The files of terms and of postings, and the manifest that finds them.
    fn term_shards(&self, per_text: usize) -> (Vec<SearchFile<'static>>, String) {
        let (mut files, mut first, mut from) = (Vec::new(), Vec::new(), Vec::new());
        let (mut lines, mut postings) = (String::new(), String::new());
        let mut n_postings = 0;
        let mut before: &str = "";
        let flush_postings =
            |postings: &mut String, n: &mut usize, files: &mut Vec<SearchFile<'static>>| {
                files.push(SearchFile::of_text(&format!("postings-{n}"), postings));
                postings.clear();
                *n += 1;
            };
        for term in &self.all {
            if lines.len() > TERM_SHARD {
                files.push(SearchFile::of_text(&format!("terms-{}", first.len() - 1), &lines));
                lines.clear();
                flush_postings(&mut postings, &mut n_postings, &mut files);
            }
            if lines.is_empty() {
                first.push(&*term.text);
                from.push(n_postings);
                before = "";
            } else {
                lines.push('\n');
            }
            let starts_file = postings.len() > POSTING_SHARD;
            if starts_file {
                flush_postings(&mut postings, &mut n_postings, &mut files);
            }
            let shared = term.text.chars().zip(before.chars()).take_while(|(a, b)| a == b);
            let n_shared = shared.count().min(31);
            codec::push(&mut lines, n_shared as u32);
            lines.extend(term.text.chars().skip(n_shared));
            lines.push(' ');
            codec::push(&mut lines, term.n_documents);
            lines.push_str(if starts_file { "!" } else { "" });
            if !postings.is_empty() {
                postings.push('\n');
            }
            postings.push_str(&term.postings);
            before = &term.text;
        }
        if !lines.is_empty() {
            files.push(SearchFile::of_text(&format!("terms-{}", first.len() - 1), &lines));
            flush_postings(&mut postings, &mut n_postings, &mut files);
        }
        let manifest = serde_json::json!({
            "v": 1,
            "n": self.n_documents(),
            "t": self.all.len(),
            "first": first,
            "from": from,
            "c": CARD_SHARD,
            "x": per_text,
        });
        (files, manifest.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_ends_a_script_or_a_line() {
        let script = called("a", "\"</script>“é”\u{2028}<\u{2029}\"");
        let expected = "topicmillSearch(\"a\",\"\\u003c/script>“é”\\u2028\\u003c\\u2029\")\n";
        assert_eq!(script, expected);
    }
}

//! JSON lines: one object on each line, a document each.

use std::io::{self, BufRead, Read};

use crate::record::Record;
use crate::{Document, Skipped, surrogates};

/// A line's buffer larger than this is given back after the line.
const KEPT_BUFFER_BYTES: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The documents of a stream of JSON lines. Holds one line at a time.
pub(crate) struct JsonLines {
    input: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    max_line_bytes: usize,
    line: u64,
    location: String,
    stem: String,
}

impl JsonLines {
    /// `location` names the stream in messages, `stem` in the ids of documents that have none.
    pub(crate) fn new(
        input: Box<dyn BufRead + Send>,
        location: String,
        stem: String,
        max_line_bytes: usize,
    ) -> Self {
        Self { input, buffer: Vec::new(), max_line_bytes, line: 0, location, stem }
    }

    /// How many lines were read so far.
    pub(crate) fn n_lines(&self) -> u64 {
        self.line
    }

    /// The next document, or why a line is none; empty lines are passed over.
    ///
    /// # Errors
    /// When the stream cannot be read further.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Document, Skipped>>> {
        loop {
            if self.buffer.capacity() > KEPT_BUFFER_BYTES {
                self.buffer = Vec::new();
            }
            self.buffer.clear();
            let limit = (self.max_line_bytes as u64).saturating_add(1);
            let n_read = (&mut self.input).take(limit).read_until(b'\n', &mut self.buffer)?;
            if n_read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.last() == Some(&b'\n') {
                self.buffer.pop();
            } else if self.buffer.len() > self.max_line_bytes {
                let n_rest = self.input.skip_until(b'\n')?;
                let reason = format!(
                    "the line has {} bytes or more, allowed are {}",
                    self.buffer.len() + n_rest.saturating_sub(1),
                    self.max_line_bytes
                );
                return Ok(Some(Err(self.skipped(reason))));
            }
            let bytes = self.buffer.as_slice();
            let bytes =
                if self.line == 1 { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes };
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let read = document(bytes, || format!("{}:{}", self.stem, self.line));
            return Ok(Some(read.map_err(|reason| self.skipped(reason))));
        }
    }

    fn skipped(&self, reason: String) -> Skipped {
        Skipped { location: format!("{}:{}", self.location, self.line), reason }
    }
}

fn document(line: &[u8], default_id: impl FnOnce() -> String) -> Result<Document, String> {
    let line = std::str::from_utf8(line).map_err(|error| {
        let offset = error.valid_up_to();
        format!("invalid UTF-8 at byte {} of the line; allowed is JSON in UTF-8", offset + 1)
    })?;
    match serde_json::from_str::<Record<'_>>(line) {
        Ok(record) => record.into_document(default_id),
        Err(error) => match surrogates::mended(line) {
            Some(line) => serde_json::from_str::<Record<'_>>(&line)
                .map_err(|error| reason(&error))?
                .into_document(default_id),
            None => Err(reason(&error)),
        },
    }
}

/// What the parser says, with the place in the line.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = message.strip_suffix(&place).unwrap_or(&message);
    let column = error.column();
    if error.is_data() {
        format!("{what} (column {column})")
    } else {
        format!("not JSON: {what} (column {column}); allowed is one object on each line")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &'static [u8], max_line_bytes: usize) -> Vec<Result<Document, Skipped>> {
        let input = Box::new(io::BufReader::with_capacity(7, input));
        let mut lines =
            JsonLines::new(input, "a/talks.jsonl".to_owned(), "talks".to_owned(), max_line_bytes);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn lines_are_counted_with_the_empty_ones_and_a_mark_is_ignored() {
        let read = read(b"\xEF\xBB\xBF{\"text\": \"a\"}\r\n\n \n{\"text\": \"b\"}", 1000);
        let ids: Vec<_> = read.iter().map(|d| d.as_ref().unwrap().id.as_str()).collect();
        assert_eq!(ids, ["talks:1", "talks:4"]);
    }

    #[test]
    fn a_bad_line_is_skipped_with_place_and_reason() {
        let input =
            b"{\"text\": \"a\"}\n{oops}\n[]\n{\"text\": \"\xFF\"}\n{}\n{\"text\": 1}\n{\"te";
        let reasons: Vec<_> = read(input, 1000).into_iter().filter_map(Result::err).collect();
        let expected = [
            (2, "not JSON: key must be a string (column 2)"),
            (3, "expected a JSON object with a text"),
            (4, "invalid UTF-8 at byte 11 of the line; allowed is JSON in UTF-8"),
            (5, "no text: "),
            (6, "text: invalid type: integer `1`, expected a string or null (column 10)"),
            (7, "not JSON: EOF while parsing a string (column 4)"),
        ];
        assert_eq!(reasons.len(), expected.len());
        for (skipped, (line, part)) in reasons.iter().zip(expected) {
            assert_eq!(skipped.location, format!("a/talks.jsonl:{line}"));
            assert!(skipped.reason.contains(part), "{}", skipped.reason);
            assert!(!skipped.reason.contains('\n'), "{}", skipped.reason);
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_becomes_a_replacement_character() {
        let read = read(br#"{"text": "a\ud83d\ude00 b\ud83d c\ude00 \\ud83d"}"#, 1000);
        assert_eq!(read[0].as_ref().unwrap().text, "a😀 b\u{FFFD} c\u{FFFD} \\ud83d");
    }

    #[test]
    fn a_line_over_the_limit_is_passed_over_and_the_next_one_read() {
        let exact = br#"{"text": "12345"}"#;
        let input = b"{\"text\": \"12345\"}\n{\"text\": \"123456\"}\n{\"text\": \"x\"}\n{\"text\": \"1234567\"}";
        let read = read(input, exact.len());
        let texts: Vec<_> = read.iter().flatten().map(|d| d.text.as_str()).collect();
        assert_eq!(texts, ["12345", "x"]);
        let skipped: Vec<_> = read.iter().filter_map(|r| r.as_ref().err()).collect();
        assert_eq!(skipped[0].location, "a/talks.jsonl:2");
        assert!(skipped[0].reason.contains("18 bytes") && skipped[0].reason.contains("17"));
        assert_eq!(skipped[1].location, "a/talks.jsonl:4");
    }

    #[test]
    fn a_line_without_end_is_never_held_in_memory() {
        let endless = io::repeat(b'x').take(300 << 20);
        let input = Box::new(io::BufReader::with_capacity(1 << 16, endless));
        let mut lines = JsonLines::new(input, "x".to_owned(), "x".to_owned(), 1000);
        assert!(lines.next().unwrap().unwrap().is_err());
        assert!(lines.buffer.capacity() < 4096, "{}", lines.buffer.capacity());
        assert!(lines.next().unwrap().is_none());
    }
}

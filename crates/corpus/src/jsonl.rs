//! JSON lines: one object on each line, a document each.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::{mem, vec};

use jobs::{Begun, Run};

use crate::columns::ColumnNames;
use crate::ids::{self, Ids};
use crate::record::{self, Record};
use crate::{Document, Skipped, surrogates};

/// How many bytes of lines are read at once for each thread.
const BLOCK_BYTES: usize = 2 << 20;

/// How many bytes of lines are one piece, which somebody else parses.
const PIECE_BYTES: usize = 2 << 20;

/// How many bytes of lines are one task.
const TASK_BYTES: usize = 256 << 10;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The documents of a stream of JSON lines. Holds one block of lines at a time; with several threads
/// one more, which is parsed while the documents of the first are worked on.
///
/// Lines are found by their ends alone, so that a block is cut into tasks without a look at its
/// content; the tasks are parsed on all threads, and the documents come in the order of the lines.
pub(crate) struct JsonLines {
    input: Box<dyn Read + Send>,
    /// Lines that are read and not given to be parsed; the last may be a piece.
    buffer: Vec<u8>,
    /// What is parsed and not given out, of every task.
    ready: VecDeque<Parsed>,
    /// What comes after it, where that was begun.
    ahead: Option<io::Result<Option<Block>>>,
    /// The memory of a block whose documents are given out.
    spare: Vec<u8>,
    settings: Arc<Settings>,
    /// Lines that are given to be parsed.
    n_lines: u64,
    is_at_end: bool,
    /// Why the stream cannot be read further, once what came before is given out.
    broken: Option<io::Error>,
    run: Run,
}

/// What is parsed of a task's lines.
#[derive(Default)]
struct Parsed {
    documents: vec::IntoIter<Document>,
    /// What [`Ids`] knows their ids by.
    keys: vec::IntoIter<u64>,
    /// The lines that are none, each with the number of documents behind it.
    skipped: vec::IntoIter<(usize, Skipped)>,
}

impl Parsed {
    /// As [`JsonLines::next_some`]; nothing when all is given out.
    fn next_some(
        &mut self,
        (documents, ids): (&mut Vec<Document>, &mut Ids),
        (most, most_bytes): (usize, usize),
    ) -> Option<Result<(), Skipped>> {
        let n_left = self.documents.len();
        let n_behind = self.skipped.as_slice().first().map_or(0, |(n_behind, _)| *n_behind);
        if n_behind == n_left {
            return self.skipped.next().map(|(_, skipped)| Err(skipped));
        }
        let here = &self.documents.as_slice()[..most.min(n_left - n_behind)];
        let mut n_bytes = 0;
        let full = here.iter().position(|document| {
            n_bytes += document.text.len();
            n_bytes >= most_bytes
        });
        let n = full.map_or(here.len(), |last| last + 1);
        let n_before = documents.len();
        documents.extend(self.documents.by_ref().take(n));
        for (document, key) in documents[n_before..].iter_mut().zip(&mut self.keys) {
            document.id = ids.give_known(key, mem::take(&mut document.id));
        }
        Some(Ok(()))
    }
}

/// Lines that were read.
enum Block {
    /// Some whole lines, each task a part of them, and what comes of it.
    Parsing(Arc<Vec<u8>>, Begun<Parsed>),
    /// One that is too long.
    PassedOver(Skipped),
}

/// Whole lines, parsed one by one as they are asked for.
pub(crate) struct Lines {
    bytes: Vec<u8>,
    next: Place,
    settings: Arc<Settings>,
}

impl Iterator for Lines {
    type Item = Result<Document, Skipped>;

    fn next(&mut self) -> Option<Result<Document, Skipped>> {
        self.next.parse(&self.bytes, &self.settings)
    }
}

/// A place between two lines.
struct Place {
    /// Bytes before it.
    at: usize,
    /// The lines of the stream before it.
    n_before: u64,
}

/// What is the same for all lines of a stream.
struct Settings {
    max_line_bytes: usize,
    location: String,
    stem: String,
    columns: ColumnNames,
}

impl JsonLines {
    /// `location` names the stream in messages, `stem` in the ids of documents that have none.
    pub(crate) fn new(
        input: Box<dyn Read + Send>,
        (location, stem): (String, String),
        (max_line_bytes, columns): (usize, ColumnNames),
        run: Run,
    ) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            ready: VecDeque::new(),
            ahead: None,
            spare: Vec::new(),
            settings: Arc::new(Settings { max_line_bytes, location, stem, columns }),
            n_lines: 0,
            is_at_end: false,
            broken: None,
            run,
        }
    }

    /// Parses the lines that follow on the threads of `run`.
    pub(crate) fn parse_on(&mut self, run: Run) {
        self.run = run;
    }

    /// How many lines were read so far.
    pub(crate) fn n_lines(&self) -> u64 {
        self.n_lines
    }

    /// Moves documents that follow to `documents`, one at least and `most` at most, of which only the last
    /// brings their texts to `most_bytes`, under ids that `ids` gives; or tells why the next line is none.
    /// Empty lines are passed over; nothing comes at the end.
    ///
    /// # Errors
    /// When the stream cannot be read further.
    pub(crate) fn next_some(
        &mut self,
        (documents, ids): (&mut Vec<Document>, &mut Ids),
        room: (usize, usize),
    ) -> io::Result<Option<Result<(), Skipped>>> {
        loop {
            while let Some(parsed) = self.ready.front_mut() {
                if let Some(read) = parsed.next_some((documents, ids), room) {
                    return Ok(Some(read));
                }
                self.ready.pop_front();
            }
            let block = self.ahead.take().unwrap_or_else(|| self.begin_block())?;
            let Some(block) = block else { return Ok(None) };
            if self.run.threads() > 1 {
                // While this one is worked on, the threads find the next to be parsed.
                self.ahead = Some(self.begin_block());
            }
            self.ready = match block {
                Block::PassedOver(skipped) => {
                    let skipped = vec![(0, skipped)].into_iter();
                    VecDeque::from([Parsed { skipped, ..Parsed::default() }])
                }
                Block::Parsing(lines, begun) => {
                    let parsed = begun.wait().map_err(io::Error::other)?;
                    // Whoever parsed the last task may still hold it.
                    self.spare = Arc::try_unwrap(lines).unwrap_or_default();
                    parsed.into()
                }
            };
        }
    }

    /// Whether lines are parsed that are not given out.
    pub(crate) fn is_begun(&self) -> bool {
        !self.ready.is_empty() || self.ahead.is_some()
    }

    /// Lines that follow and are not parsed, or why the next one is none; nothing at the end. Where some
    /// [are parsed](Self::is_begun), these come before them.
    ///
    /// # Errors
    /// When the stream cannot be read further.
    pub(crate) fn next_lines(&mut self) -> io::Result<Option<Result<Lines, Skipped>>> {
        let Some(block) = self.read_block(PIECE_BYTES)? else { return Ok(None) };
        Ok(Some(block.map(|bytes| {
            let next = Place { at: 0, n_before: self.n_lines };
            self.n_lines += n_lines(&bytes);
            Lines { bytes, next, settings: Arc::clone(&self.settings) }
        })))
    }

    /// Reads a block of lines and begins to parse it; nothing at the end.
    fn begin_block(&mut self) -> io::Result<Option<Block>> {
        let lines = match self.read_block(BLOCK_BYTES * self.run.threads())? {
            None => return Ok(None),
            Some(Err(skipped)) => return Ok(Some(Block::PassedOver(skipped))),
            Some(Ok(lines)) => lines,
        };
        let mut tasks = Vec::new();
        let (mut start, mut line) = (0, self.n_lines);
        while start < lines.len() {
            let rest = &lines[start..];
            let cut = rest.len().min(TASK_BYTES);
            let len = memchr::memchr(b'\n', &rest[cut - 1..]).map_or(rest.len(), |at| cut + at);
            tasks.push((start..start + len, line));
            line += n_lines(&rest[..len]);
            start += len;
        }
        self.n_lines = line;
        let lines = Arc::new(lines);
        let (of_task, settings) = (Arc::clone(&lines), Arc::clone(&self.settings));
        let begun =
            self.run.begin(tasks, move |(range, before)| parse(&of_task[range], before, &settings));
        Ok(Some(Block::Parsing(lines, begun)))
    }

    /// Reads whole lines, up to `block` bytes and at least one line, however long; or tells why it is none.
    fn read_block(&mut self, block: usize) -> io::Result<Option<Result<Vec<u8>, Skipped>>> {
        let most = self.settings.max_line_bytes;
        let block = block.min(most.saturating_mul(2).max(1));
        if self.buffer.is_empty()
            && let Some(error) = self.broken.take()
        {
            return Err(error);
        }
        let n_whole = loop {
            let searched = self.buffer.len();
            if self.is_at_end {
                // The piece of a line at a break is none.
                let is_cut = self.broken.is_some();
                let end = memchr::memrchr(b'\n', &self.buffer).map_or(0, |at| at + 1);
                if is_cut {
                    self.buffer.truncate(end);
                }
                break if is_cut { end } else { searched };
            }
            // A line longer than a block is read on by blocks: byte by byte each byte would cost
            // a search of all before it.
            let missing = block.checked_sub(searched).filter(|&missing| missing > 0);
            self.read_some(missing.unwrap_or(block))?;
            let is_full = self.buffer.len() >= block || self.is_at_end;
            let last_end = memchr::memrchr(b'\n', &self.buffer[..]);
            match last_end {
                Some(end) if is_full => break end + 1,
                None if self.buffer.len() > most => return Ok(Some(Err(self.pass_over_line()?))),
                _ => {}
            }
        };
        if n_whole == 0 {
            return self.broken.take().map_or(Ok(None), Err);
        }
        let mut rest = mem::take(&mut self.spare);
        rest.clear();
        rest.extend_from_slice(&self.buffer[n_whole..]);
        let mut lines = mem::replace(&mut self.buffer, rest);
        lines.truncate(n_whole);
        Ok(Some(Ok(lines)))
    }

    fn read_some(&mut self, n_bytes: usize) -> io::Result<()> {
        let n_before = self.buffer.len();
        // Else all that was read is copied as the buffer grows.
        self.buffer.reserve(n_bytes);
        let mut part = (&mut self.input).take(n_bytes as u64);
        if let Err(error) = part.read_to_end(&mut self.buffer) {
            // What came before is read first.
            if self.buffer.is_empty() {
                return Err(error);
            }
            self.broken = Some(error);
            self.is_at_end = true;
            return Ok(());
        }
        self.is_at_end = self.buffer.len() == n_before;
        Ok(())
    }

    /// Drops a line that is too long, without holding it.
    fn pass_over_line(&mut self) -> io::Result<Skipped> {
        let mut n_bytes = self.buffer.len();
        self.buffer.clear();
        self.n_lines += 1;
        while !self.is_at_end {
            self.read_some(BLOCK_BYTES.min(self.settings.max_line_bytes.max(1)))?;
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                n_bytes += end;
                self.buffer.drain(..=end);
                break;
            }
            n_bytes += self.buffer.len();
            self.buffer.clear();
        }
        Ok(self.settings.too_long(n_bytes, self.n_lines))
    }
}

impl Settings {
    fn skipped(&self, reason: String, line: u64) -> Skipped {
        Skipped { location: format!("{}:{line}", self.location), reason }
    }

    fn too_long(&self, n_bytes: usize, line: u64) -> Skipped {
        let most = self.max_line_bytes;
        self.skipped(format!("the line has {n_bytes} bytes, allowed are {most}"), line)
    }
}

impl Place {
    /// Goes on in `lines` behind the next line that is not empty, and parses it; nothing at their end.
    fn parse(&mut self, lines: &[u8], settings: &Settings) -> Option<Result<Document, Skipped>> {
        loop {
            let rest = lines.get(self.at..).filter(|rest| !rest.is_empty())?;
            let bytes = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            self.at += bytes.len() + 1;
            self.n_before += 1;
            let line = self.n_before;
            if bytes.len() > settings.max_line_bytes {
                return Some(Err(settings.too_long(bytes.len(), line)));
            }
            let bytes = if line == 1 { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes };
            if !bytes.trim_ascii().is_empty() {
                let default_id = || format!("{}:{line}", settings.stem);
                let document = document(bytes, &settings.columns, default_id);
                return Some(document.map_err(|reason| settings.skipped(reason, line)));
            }
        }
    }
}

/// How many lines there are; the last may have no end.
fn n_lines(lines: &[u8]) -> u64 {
    let n_ends = memchr::memchr_iter(b'\n', lines).count();
    n_ends as u64 + u64::from(!lines.ends_with(b"\n"))
}

/// The documents of some whole lines; `n_before` lines come before them.
fn parse(lines: &[u8], n_before: u64, settings: &Settings) -> Parsed {
    let (mut documents, mut keys, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = Place { at: 0, n_before };
    while let Some(read) = next.parse(lines, settings) {
        match read {
            Ok(document) => {
                keys.push(ids::key(&document.id));
                documents.push(document);
            }
            Err(reason) => skipped.push((documents.len(), reason)),
        }
    }
    for (position, _) in &mut skipped {
        *position = documents.len() - *position;
    }
    Parsed {
        documents: documents.into_iter(),
        keys: keys.into_iter(),
        skipped: skipped.into_iter(),
    }
}

fn document(
    line: &[u8],
    columns: &ColumnNames,
    default_id: impl FnOnce() -> String,
) -> Result<Document, String> {
    let line = std::str::from_utf8(line).map_err(|error| {
        let offset = error.valid_up_to();
        format!("invalid UTF-8 at byte {} of the line; allowed is JSON in UTF-8", offset + 1)
    })?;
    if !columns.is_empty() {
        let mended = surrogates::mended(line);
        let value = serde_json::from_str(mended.as_deref().unwrap_or(line));
        return record::with_columns(value.map_err(|error| reason(&error))?, columns, default_id);
    }
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
    use crate::Part;
    use std::num::NonZeroUsize;

    fn lines(input: impl Read + Send + 'static, max_line_bytes: usize) -> JsonLines {
        let names = ("a/talks.jsonl".to_owned(), "talks".to_owned());
        let limits = (max_line_bytes, ColumnNames::new());
        JsonLines::new(Box::new(input), names, limits, Run::serial())
    }

    impl JsonLines {
        fn next(&mut self) -> io::Result<Option<Result<Document, Skipped>>> {
            let mut documents = Vec::new();
            let ids = &mut Ids::default();
            let read = self.next_some((&mut documents, ids), (1, usize::MAX))?;
            Ok(read.map(|read| read.map(|()| documents.pop().expect("one at least"))))
        }
    }

    fn read(input: &'static [u8], max_line_bytes: usize) -> Vec<Result<Document, Skipped>> {
        let mut lines = lines(io::BufReader::with_capacity(7, input), max_line_bytes);
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
        let mut lines = lines(io::BufReader::with_capacity(1 << 16, endless), 1000);
        assert!(lines.next().unwrap().unwrap().is_err());
        assert!(lines.buffer.capacity() < 8192, "{}", lines.buffer.capacity());
        assert!(lines.next().unwrap().is_none());
    }

    #[test]
    fn blocks_and_threads_change_nothing() {
        let input: String = (0..20_000)
            .map(|n| format!("{{\"text\": \"{}\", \"id\": {n}}}\n", "word ".repeat(n % 97)))
            .collect::<Vec<_>>()
            .concat();
        let all = |run: Run, max: usize| {
            let names = ("x".to_owned(), "x".to_owned());
            let input = io::Cursor::new(input.clone().into_bytes());
            let mut lines = JsonLines::new(Box::new(input), names, (max, ColumnNames::new()), run);
            std::iter::from_fn(|| lines.next().unwrap()).collect::<Vec<_>>()
        };
        let one = all(Run::serial(), 64 << 20);
        assert_eq!(one.len(), 20_000);
        let three = Run::with_threads(NonZeroUsize::new(3).unwrap()).unwrap();
        for max in [64 << 20, 600] {
            assert_eq!(all(three.clone(), max), one);
        }
        assert_eq!(all(Run::serial(), 600), one);
    }

    #[test]
    fn what_came_before_a_break_is_given_out_first() {
        struct Break;
        impl Read for Break {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the cable is cut"))
            }
        }
        for threads in [1, 2] {
            let input = io::Cursor::new(b"{\"text\": \"a\"}\n".repeat(100)).chain(Break);
            let mut lines = lines(input, 20);
            lines.parse_on(Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap());
            for n in 1..=100 {
                assert_eq!(lines.next().unwrap().unwrap().unwrap().id, format!("talks:{n}"));
            }
            assert!(lines.next().unwrap_err().to_string().contains("cable"), "{threads}");
        }
    }

    #[test]
    fn documents_fill_the_room_there_is_and_bad_lines_keep_their_place() {
        let input = b"{\"text\": \"one\", \"id\": \"a\"}\n{\"text\": \"two\", \"id\": \"a\"}\n\
            {\"text\": \"three\"}\n{}\n{\"text\": \"four\"}\n{\"text\": \"five\"}\n{}";
        let mut lines = lines(io::Cursor::new(input), 1000);
        let (mut documents, mut ids) = (Vec::new(), Ids::default());
        let mut steps = Vec::new();
        for room in [(2, 1000), (9, 1000), (9, 1000), (9, 4), (9, 4), (9, 4), (9, 4)] {
            let read = lines.next_some((&mut documents, &mut ids), room).unwrap();
            steps.push(match read {
                Some(Ok(())) => documents.drain(..).map(|document| document.id).collect(),
                Some(Err(skipped)) => vec![skipped.location],
                None => Vec::new(),
            });
        }
        let expected: [&[&str]; 7] = [
            &["a", "a-2"],
            &["talks:3"],
            &["a/talks.jsonl:4"],
            &["talks:5"],
            &["talks:6"],
            &["a/talks.jsonl:7"],
            &[],
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn keys_that_the_user_names_go_before_their_own() {
        let columns =
            ColumnNames::from([(Part::Text, "note".to_owned()), (Part::Title, "n".to_owned())]);
        let line = br#"{"text": "no", "note": "yes", "n": "T", "tags": ["a"]}"#;
        let document = document(line, &columns, String::new).unwrap();
        assert_eq!((document.text.as_str(), document.title.as_str()), ("yes", "T"));
        assert_eq!(document.tags, ["a"]);
        assert!(
            super::document(br#"{"text": "x"}"#, &columns, String::new)
                .unwrap_err()
                .contains("note")
        );
    }
}

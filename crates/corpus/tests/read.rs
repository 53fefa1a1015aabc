//! Reading files, folders and streams.

#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod articles;
mod mutations;
mod postgres;
mod real;

use std::fs;
use std::io::Write;
use std::path::Path;

use corpus::{Batch, Document, Error, Ids, Packing, Pieces, ReadConfig, Skipped, read, read_lines};
use flate2::Compression;
use flate2::write::GzEncoder;
use jobs::Run;
use tempfile::{TempDir, tempdir};

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn read_all(path: &Path) -> (Vec<Document>, Vec<Skipped>) {
    gathered(read(path, &ReadConfig::default()).unwrap())
}

/// The files of which the rest is missing.
fn cut(path: &Path) -> Vec<String> {
    read(path, &ReadConfig::default()).unwrap().flat_map(|batch| batch.unwrap().cut).collect()
}

fn gathered(reader: impl Iterator<Item = Result<Batch, Error>>) -> (Vec<Document>, Vec<Skipped>) {
    let mut documents = Vec::new();
    let mut skipped = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        documents.extend(batch.documents);
        skipped.extend(batch.skipped);
    }
    (documents, skipped)
}

fn ids(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(|document| document.id.as_str()).collect()
}

#[test]
fn a_pattern_reads_the_files_that_it_stands_for() {
    let folder =
        folder(&[("a.md", b"# A"), ("x/y/b.md", b"# B"), ("x/c.txt", b"C"), (".d/e.md", b"E")]);
    let (documents, skipped) = read_all(&folder.path().join("**/*.md"));
    assert_eq!(ids(&documents), ["a.md", "x/y/b.md"]);
    assert!(skipped.is_empty());
    let error = read(&folder.path().join("x/*.html"), &ReadConfig::default()).unwrap_err();
    assert!(matches!(error, Error::NoMatch { .. }) && error.to_string().contains("x/*.html"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Lines that hardly compress, so that half of the file holds about half of them.
fn many_lines(n: u32) -> Vec<u8> {
    let line = |k: u32| {
        let word = |m: u32| (k * 40 + m).wrapping_mul(2_654_435_761).rotate_left(m).to_string();
        let noise = (0..40).map(word).collect::<Vec<_>>().concat();
        format!("{{\"text\": \"{noise}\"}}\n")
    };
    (0..n).map(line).collect::<Vec<_>>().concat().into_bytes()
}

#[test]
fn a_folder_is_read_sorted_by_path_and_without_what_is_hidden() {
    let lines = b"{\"text\": \"x\"}\n{\"text\": \"y\", \"id\": \"a-b/n.md\"}\n";
    let folder = folder(&[
        ("b.txt", b"text"),
        ("a/z.html", b"<title>T</title>text"),
        ("a-b/n.md", b"# N\n\ntext"),
        ("a/talks.jsonl.gz", &gzip(lines)),
        ("B.TXT.zst", &zstd(b"text")),
        (".hidden.txt", b"no"),
        (".git/no.txt", b"no"),
        ("a/picture.png", b"no"),
    ]);
    let (documents, skipped) = read_all(folder.path());
    let expected = ["B.TXT.zst", "a-b/n.md", "a/talks:1", "a-b/n.md-2", "a/z.html", "b.txt"];
    assert_eq!(ids(&documents), expected);
    assert_eq!(skipped, []);
}

#[test]
fn a_file_is_its_own_source() {
    let folder = folder(&[("my-talk.html", b"<p>text")]);
    let (documents, _) = read_all(&folder.path().join("my-talk.html"));
    assert_eq!(
        (documents[0].id.as_str(), documents[0].title.as_str()),
        ("my-talk.html", "My talk")
    );
}

#[test]
fn one_bad_file_of_a_folder_is_skipped_with_its_path() {
    let whole = gzip(b"{\"text\": \"x\"}\n");
    let folder = folder(&[
        ("a.txt", b"a\0b"),
        ("b.jsonl.gz", b"not gzip"),
        ("c.jsonl.gz", &whole[..whole.len() - 9]),
        ("d.html.zst", b""),
        ("e.txt", b"good"),
    ]);
    let (documents, skipped) = read_all(folder.path());
    assert_eq!(ids(&documents), ["c:1", "e.txt"]);
    let reason_of = |name: &str| {
        let location = folder.path().join(name).display().to_string();
        let found = skipped.iter().find(|skipped| skipped.location == location);
        found.unwrap_or_else(|| panic!("{name} in {skipped:?}")).reason.clone()
    };
    assert!(reason_of("a.txt").contains("NUL byte at offset 1"));
    assert!(reason_of("b.jsonl.gz").contains("gzip file is damaged"));
    assert!(reason_of("c.jsonl.gz").contains("after line 1"));
    assert!(reason_of("d.html.zst").contains("zstd file ends in the middle"));
    assert_eq!(skipped.len(), 4);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_and_links_to_folders_are_not_followed() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[("secret.txt", b"no"), ("more/a.txt", b"no")]);
    let folder = folder(&[("sub/a.txt", b"a")]);
    symlink(outside.path().join("secret.txt"), folder.path().join("out.txt")).unwrap();
    symlink(outside.path().join("more"), folder.path().join("linked")).unwrap();
    symlink(folder.path(), folder.path().join("sub/loop")).unwrap();
    symlink("a.txt", folder.path().join("sub/in.txt")).unwrap();
    symlink("nowhere", folder.path().join("broken.txt")).unwrap();
    let (documents, skipped) = read_all(folder.path());
    assert_eq!(ids(&documents), ["sub/a.txt", "sub/in.txt"]);
    let names: Vec<_> =
        skipped.iter().map(|s| s.location.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["broken.txt", "out.txt"]);
    assert!(skipped[1].reason.contains("link out of the folder"));
}

#[test]
fn a_compressed_file_that_ends_in_the_middle_keeps_what_came_before() {
    let lines = many_lines(2000);
    for (name, packed) in [("t.jsonl.gz", gzip(&lines)), ("t.jsonl.zst", zstd(&lines))] {
        let folder = folder(&[(name, &packed[..packed.len() / 2])]);
        let path = folder.path().join(name);
        assert_eq!(cut(&path), [path.display().to_string()]);
        let (documents, skipped) = read_all(&path);
        let n_lines = documents.len();
        assert!((500..1500).contains(&n_lines), "{name}: {n_lines}");
        assert_eq!(skipped.len(), 1);
        let reason = &skipped[0].reason;
        assert!(reason.contains(&format!("after line {n_lines}")), "{reason}");
        assert!(reason.contains("ends in the middle"), "{reason}");
    }
}

#[test]
fn a_quote_that_never_ends_is_told_with_its_line() {
    #[track_caller]
    fn check(table: &str, texts: &[&str], open: Option<u32>) {
        let folder = folder(&[("t.csv", table.as_bytes())]);
        let path = folder.path().join("t.csv");
        let (documents, skipped) = read_all(&path);
        let found: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        assert_eq!(found, texts, "{table:?}");
        let places: Vec<&str> = skipped.iter().map(|skipped| skipped.location.as_str()).collect();
        let place = |line| format!("{}:{line}", path.display());
        assert_eq!(places, open.map(place).as_slice(), "{table:?}");
        assert!(skipped.iter().all(|skipped| skipped.reason.contains("quote that never ends")));
        assert_eq!(cut(&path), open.map(|_| path.display().to_string()).as_slice(), "{table:?}");
    }
    check("text\none\n\"two\nthree\nfour\n", &["one"], Some(3));
    check("text\none\n\"two\"\"", &["one"], Some(3));
    check("text,id\none,1\ntwo,\"", &["one"], Some(3));
    check("text\none\n\"two\"\"\"", &["one", "two\""], None);
    check("text\n\"one\ntwo\"", &["one\ntwo"], None);
    check("text\none\r\ntwo\r", &["one", "two"], None);
    check("text\none\n\n", &["one"], None);
    check("text", &[], None);
    let folder = folder(&[("head.csv", b"text,\"id\none,1\n"), ("empty.csv", b"")]);
    let error = |name: &str| read(&folder.path().join(name), &ReadConfig::default()).unwrap_err();
    assert!(matches!(error("head.csv"), Error::OpenQuote { .. }));
    let told = error("empty.csv").to_string();
    assert!(told.contains("it is empty"), "{told}");
}

#[test]
fn a_file_that_is_being_written_is_passed_over() {
    let folder =
        folder(&[("a.txt", b"a"), ("b/a.txt", b"b"), ("b/out.jsonl", b"{\"text\": \"c\"}")]);
    let except = Some(folder.path().canonicalize().unwrap().join("b/out.jsonl"));
    let config = ReadConfig { except, ..ReadConfig::default() };
    let ids_in = |path: &str| {
        let reader = read(&folder.path().join(path), &config).unwrap();
        ids(&gathered(reader).0).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ids_in(""), ["a.txt", "b/a.txt"]);
    assert_eq!(ids_in("b/*"), ["a.txt"]);
}

#[test]
fn tables_in_utf_16_are_those_in_utf_8() {
    let rows = (0..5000).map(|n| format!("Größe {n} \u{1F600},Titel {n}\n"));
    let table = format!("text,title\n{}", rows.collect::<Vec<_>>().concat());
    let of = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(table.encode_utf16()).flat_map(bytes).collect()
    };
    let (little, big) = (of(u16::to_le_bytes), of(u16::to_be_bytes));
    let expected = read_all(&folder(&[("t.csv", table.as_bytes())]).path().join("t.csv"));
    assert_eq!((expected.0.len(), expected.1.len()), (5000, 0));
    for bytes in [little, big] {
        assert_eq!(read_all(&folder(&[("t.csv", &bytes)]).path().join("t.csv")), expected);
    }
}

#[test]
fn several_members_and_frames_are_read_to_the_end() {
    let (a, b) = (&b"{\"text\": \"a\"}\n"[..], &b"{\"text\": \"b\"}\n"[..]);
    let folder = folder(&[
        ("g.jsonl.gz", &[gzip(a), gzip(b)].concat()),
        ("z.ndjson.zst", &[zstd(a), zstd(b)].concat()),
    ]);
    let (documents, skipped) = read_all(folder.path());
    assert_eq!(ids(&documents), ["g:1", "g:2", "z:1", "z:2"]);
    assert_eq!(skipped, []);
}

#[test]
fn what_gives_nothing_is_a_typed_error_with_a_hint() {
    let folder = folder(&[
        ("talks.pdf", b"x"),
        ("noending", b"x"),
        ("empty/x.png", b"x"),
        ("empty.jsonl.gz", b""),
        ("start.jsonl.gz", &gzip(b"{}")[..5]),
        ("fake.jsonl.gz", b"{\"text\": \"x\"}\n"),
        ("fake.txt.zst", b"text"),
    ]);
    let error_of = |name: &str| {
        let path = folder.path().join(name);
        let error = match read(&path, &ReadConfig::default()) {
            Err(error) => error,
            Ok(mut reader) => {
                let error = reader.next().unwrap().unwrap_err();
                assert!(reader.next().is_none(), "{name}");
                error
            }
        };
        let message = error.to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
        assert!(error.hint().is_some(), "{message}");
        error
    };
    assert!(matches!(error_of("missing"), Error::NotFound { .. }));
    assert!(matches!(error_of("empty"), Error::EmptyFolder { .. }));
    let unknown = error_of("talks.pdf");
    assert!(unknown.to_string().contains("\".pdf\", allowed are .jsonl"), "{unknown}");
    assert!(error_of("noending").to_string().contains("no ending"));
    for name in ["empty.jsonl.gz", "start.jsonl.gz"] {
        let error = error_of(name);
        assert!(matches!(error, Error::Truncated { packing: Packing::Gzip, .. }), "{error:?}");
    }
    assert!(matches!(error_of("fake.jsonl.gz"), Error::NotPacked { .. }));
    assert!(matches!(error_of("fake.txt.zst"), Error::NotPacked { packing: Packing::Zstd, .. }));
}

#[test]
fn batches_are_bounded_and_ids_unique_across_them() {
    let line = b"{\"text\": \"x\", \"id\": \"same\"}\n";
    let input = std::io::Cursor::new(line.repeat(3000));
    let batches: Vec<Batch> =
        read_lines(input, "stdin", &ReadConfig::default()).map(Result::unwrap).collect();
    assert!(batches.len() > 1);
    assert!(batches.iter().all(|batch| (1..=1024).contains(&batch.documents.len())));
    let last = batches.last().unwrap().documents.last().unwrap();
    assert_eq!(last.id, "same-3000");

    let long = format!("{{\"text\": \"{}\"}}\n", "x".repeat(1 << 20)).repeat(20);
    let input = std::io::Cursor::new(long.into_bytes());
    let mut reader = read_lines(input, "stdin", &ReadConfig::default());
    assert!(reader.next().unwrap().unwrap().documents.len() <= 4);
}

/// What is in pieces, their ids made unique, and the files that are cut.
fn gathered_pieces(pieces: Pieces) -> (Vec<Document>, Vec<Skipped>, Vec<String>) {
    let (mut documents, mut skipped, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    let mut ids = Ids::default();
    for piece in pieces {
        let piece = piece.unwrap();
        cut.extend(piece.cut().iter().cloned());
        for read in piece {
            match read {
                Ok(document) => {
                    documents.push(Document { id: ids.give(document.id.clone()), ..document });
                }
                Err(reason) => skipped.push(reason),
            }
        }
    }
    (documents, skipped, cut)
}

/// Files of several kinds, with ids that repeat, lines that are none, and one file that is cut.
fn mixed() -> TempDir {
    let named = "{\"text\": \"x\", \"id\": \"b.md\"}\n\noops\n".repeat(2000);
    let lines =
        [&many_lines(9000)[..], named.as_bytes(), &[b'x'; 9000], b"\n", &many_lines(3)].concat();
    let packed = gzip(&many_lines(2000));
    folder(&[
        ("a.jsonl", &lines),
        ("b.md", b"# B"),
        ("c.csv", b"id,text\nb.md,x\n,y\n"),
        ("d.jsonl.gz", &packed[..packed.len() / 2]),
        ("e.jsonl", b""),
        ("f.jsonl", b"{\"text\": \"last\", \"id\": \"b.md\"}"),
    ])
}

#[test]
fn pieces_have_what_batches_have() {
    let folder = mixed();
    let config = ReadConfig { max_line_bytes: 8000, ..ReadConfig::default() };
    let reader = || read(folder.path(), &config).unwrap();
    let (documents, skipped) = gathered(reader());
    let files_cut: Vec<_> = reader().flat_map(|batch| batch.unwrap().cut).collect();
    assert!(documents.len() > 12_000 && skipped.len() > 2000 && files_cut.len() == 1);
    let expected = (documents, skipped, files_cut);
    assert!(gathered_pieces(reader().pieces()) == expected);
    let three = Run::with_threads(3.try_into().unwrap()).unwrap();
    assert!(gathered_pieces(reader().on(&three).pieces()) == expected);
}

#[test]
fn pieces_go_on_behind_a_batch() {
    let lines = many_lines(30_000);
    let three = Run::with_threads(3.try_into().unwrap()).unwrap();
    for run in [Run::serial(), three] {
        let input = std::io::Cursor::new(lines.clone());
        let mut reader = read_lines(input, "stdin", &ReadConfig::default()).on(&run);
        let n_first = reader.next().unwrap().unwrap().documents.len();
        let (documents, ..) = gathered_pieces(reader.pieces());
        assert_eq!(documents[0].id, format!("stdin:{}", n_first + 1));
        assert_eq!((documents.len(), n_first), (30_000 - n_first, 1024));
    }
}

#[test]
fn pieces_are_bounded_and_keep_ids_as_they_stand() {
    let line = b"{\"text\": \"x\", \"id\": \"same\"}\n";
    let input = std::io::Cursor::new(line.repeat(300_000));
    let pieces = read_lines(input, "stdin", &ReadConfig::default()).pieces();
    let mut n = 0;
    for piece in pieces {
        let n_before = n;
        for document in piece.unwrap() {
            assert_eq!(document.unwrap().id, "same");
            n += 1;
        }
        assert!((n - n_before) * line.len() <= 2 << 20);
    }
    assert_eq!(n, 300_000);
}

#[test]
fn pieces_of_a_file_that_cannot_be_read_end_with_its_error() {
    let folder = folder(&[("t.jsonl.gz", &gzip(b"{\"text\": \"x\"}\n")[..12])]);
    let reader = read(&folder.path().join("t.jsonl.gz"), &ReadConfig::default()).unwrap();
    let mut pieces = reader.pieces();
    assert!(matches!(pieces.next(), Some(Err(Error::Truncated { .. }))));
    assert!(pieces.next().is_none());
}

#[test]
fn bad_lines_are_bounded_too() {
    let input = std::io::Cursor::new(b"oops\n".repeat(3000));
    let batch = read_lines(input, "stdin", &ReadConfig::default()).next().unwrap().unwrap();
    assert_eq!(batch.skipped.len(), 1024);
}

#[test]
fn too_long_files_are_skipped_before_they_are_in_memory() {
    let folder = folder(&[("bomb.html.gz", &gzip(&vec![b'x'; 10 << 20])), ("ok.txt", b"ok")]);
    let config = ReadConfig { max_file_bytes: 1 << 20, ..ReadConfig::default() };
    let (documents, skipped) = gathered(read(folder.path(), &config).unwrap());
    assert_eq!(ids(&documents), ["ok.txt"]);
    assert!(skipped[0].reason.contains("longer than 1048576 bytes"), "{}", skipped[0].reason);
}

#[test]
fn an_empty_table_gives_no_batch() {
    let folder = folder(&[("t.jsonl", b"\n")]);
    assert_eq!(read_all(&folder.path().join("t.jsonl")), (vec![], vec![]));
}

#[test]
fn tables_are_read_by_their_columns() {
    let folder = folder(&[
        ("a.csv", b"Title,Abstract,Keywords,id\r\n\"One, first\",\"Line\nline\",a; b,7\r\nTwo,,x,8\r\n,,x,6\r\n, ,,\r\nThree,c,d,9,extra\r\n"),
        ("b.tsv", b"name\tbody\nN\tcaf\xC3\xA9\n\tr\xE9sum\xE9\n"),
    ]);
    let (documents, skipped) = read_all(&folder.path().join("a.csv"));
    assert_eq!(ids(&documents), ["7", "8", "6"]);
    assert_eq!((documents[1].title.as_str(), documents[1].text.as_str()), ("Two", ""));
    assert_eq!(
        (documents[0].title.as_str(), documents[0].text.as_str()),
        ("One, first", "Line\nline")
    );
    assert_eq!(documents[0].tags, ["a", "b"]);
    let reasons: Vec<_> = skipped.iter().map(|s| s.reason.as_str()).collect();
    assert!(reasons[0].contains("row is empty") && reasons[1].contains("5 cells"), "{reasons:?}");
    assert!(skipped[0].location.ends_with("a.csv:5"), "{}", skipped[0].location);
    let (documents, skipped) = read_all(&folder.path().join("b.tsv"));
    assert_eq!(skipped, []);
    assert_eq!((documents[0].title.as_str(), documents[0].text.as_str()), ("N", "café"));
    assert_eq!((documents[1].id.as_str(), documents[1].text.as_str()), ("b:3", "résumé"));
}

#[test]
fn the_header_of_a_table_tells_what_parts_its_cells() {
    let expected = ("Eins, zwei".to_owned(), "Text, lang; oder kurz".to_owned());
    for (name, table) in [
        ("a.csv", "id;title;text\r\n7;Eins, zwei;\"Text, lang; oder kurz\"\r\n"),
        ("b.csv", "sep=;\r\nid;title;text\r\n7;Eins, zwei;\"Text, lang; oder kurz\"\r\n"),
        ("c.csv", "id\ttitle\ttext\n7\tEins, zwei\tText, lang; oder kurz\n"),
        ("d.csv", "id|title|text\n7|Eins, zwei|Text, lang; oder kurz\n"),
        ("e.tsv", "id,title,text\n7,\"Eins, zwei\",\"Text, lang; oder kurz\"\n"),
    ] {
        let (documents, skipped) = read_all(&folder(&[(name, table.as_bytes())]).path().join(name));
        assert_eq!((ids(&documents), skipped), (vec!["7"], Vec::new()), "{name}");
        let Document { title, text, .. } = &documents[0];
        assert_eq!((title, text), (&expected.0, &expected.1), "{name}");
    }
    let folder = folder(&[("a.csv", b"x;note\n1;2\n")]);
    let error = read(&folder.path().join("a.csv"), &ReadConfig::default()).unwrap_err();
    assert!(error.to_string().contains("it has x, note"), "{error}");
}

/// A table with the two columns, in which each document has a row: no text, an empty one, spaces alone.
fn empties(folder: &Path) -> Vec<std::path::PathBuf> {
    let rows =
        [("a", "A title", None), ("b", "", Some("")), ("c", "C", Some("")), ("d", "", Some(" "))];
    let lines = rows.map(|(id, title, text)| {
        serde_json::json!({"id": id, "title": title, "text": text}).to_string() + "\n"
    });
    fs::write(folder.join("t.jsonl"), lines.concat()).unwrap();
    fs::write(folder.join("t.json"), format!("[{}]", lines.join(","))).unwrap();
    let cells =
        rows.map(|(id, title, text)| format!("{id},{title},{}\n", text.unwrap_or_default()));
    fs::write(folder.join("t.csv"), format!("id,title,text\n{}", cells.concat())).unwrap();
    let database = rusqlite::Connection::open(folder.join("t.db")).unwrap();
    database.execute_batch("create table t (id text, title text, text text)").unwrap();
    for row in rows {
        database.execute("insert into t values (?, ?, ?)", row).unwrap();
    }
    ["t.jsonl", "t.json", "t.csv"].map(|name| folder.join(name)).to_vec()
}

#[test]
fn a_document_without_words_is_one_whatever_the_format() {
    let folder = tempdir().unwrap();
    let check = |(documents, skipped): (Vec<Document>, Vec<Skipped>), what: &str| {
        assert_eq!(skipped, [], "{what}");
        let read: Vec<_> = documents
            .iter()
            .map(|document| (document.id.as_str(), document.title.as_str(), document.text.trim()))
            .collect();
        assert_eq!(
            read,
            [("a", "A title", ""), ("b", "b", ""), ("c", "C", ""), ("d", "d", "")],
            "{what}"
        );
    };
    for path in empties(folder.path()) {
        check(read_all(&path), &path.display().to_string());
    }
    let config = ReadConfig::default();
    let database = folder.path().join("t.db");
    check(gathered(corpus::read_sqlite(&database, "select * from t", &config).unwrap()), "sqlite");
    let parquet = folder.path().join("t.parquet");
    let mut writer = corpus::ParquetWriter::new(fs::File::create(&parquet).unwrap()).unwrap();
    for (id, title) in [("a", "A title"), ("b", ""), ("c", "C"), ("d", "")] {
        let text = if id == "d" { " " } else { "" };
        writer
            .write(Document {
                id: id.into(),
                title: title.into(),
                text: text.into(),
                ..Document::default()
            })
            .unwrap();
    }
    writer.finish().unwrap();
    check(read_all(&parquet), "parquet");
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    for (name, text) in [("b.txt", ""), ("c.md", ""), ("d.html", " ")] {
        fs::write(files.join(name), text).unwrap();
    }
    let (documents, skipped) = read_all(&files);
    assert_eq!((ids(&documents), skipped), (vec!["b.txt", "c.md", "d.html"], Vec::new()));
}

#[test]
fn what_tells_nothing_of_a_document_is_none_whatever_the_format() {
    let folder = folder(&[
        ("t.jsonl", b"{\"id\": 1, \"text\": null, \"title\": \" \"}\n"),
        ("t.csv", b"id,title,text\n,,\n"),
    ]);
    let (documents, skipped) = read_all(folder.path());
    assert_eq!((documents.len(), skipped.len()), (0, 2), "{documents:?}");
}

#[test]
fn json_in_utf_16_is_that_in_utf_8() {
    let check = |name: &str, content: String| {
        let utf_16 = std::iter::once(0xFEFF).chain(content.encode_utf16());
        let [little, big] = [u16::to_le_bytes, u16::to_be_bytes]
            .map(|bytes| utf_16.clone().flat_map(bytes).collect::<Vec<u8>>());
        for bytes in [content.as_bytes(), &little, &big] {
            let (documents, skipped) = read_all(&folder(&[(name, bytes)]).path().join(name));
            assert_eq!((documents.len(), skipped.len()), (5000, 0), "{skipped:?}");
            assert_eq!(documents[4999].text, "Größe 4999 \u{1F600}");
        }
    };
    let lines: Vec<_> =
        (0..5000).map(|n| format!("{{\"text\": \"Größe {n} \u{1F600}\"}}")).collect();
    check("t.jsonl", lines.join("\r\n"));
    check("t.json", format!("[{}]", lines.join(",\n")));
}

#[test]
fn a_window_that_is_too_long_is_told_as_such() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(28).unwrap();
    for n in 0..1000 {
        writeln!(encoder, "{{\"text\": \"number {n}\"}}").unwrap();
    }
    let long = encoder.finish().unwrap();
    let folder = folder(&[("t.jsonl.zst", &long), ("u.txt", b"text")]);
    let path = folder.path().join("t.jsonl.zst");
    let read_first = read(&path, &ReadConfig::default()).and_then(|mut r| r.next().unwrap());
    let error = read_first.unwrap_err();
    assert!(error.to_string().contains("window above 128 MiB"), "{error}");
    assert!(error.hint().unwrap().contains("zstd -d --long=31"));
    let (documents, skipped) = read_all(folder.path());
    assert_eq!(ids(&documents), ["u.txt"]);
    assert!(skipped[0].reason.contains("window above 128 MiB"), "{skipped:?}");
}

#[test]
fn a_table_without_a_text_names_its_columns_and_the_flag() {
    let folder = folder(&[("a.csv", b"x,note\n1,2\n")]);
    let path = folder.path().join("a.csv");
    let error = read(&path, &ReadConfig::default()).unwrap_err();
    let (message, hint) = (error.to_string(), error.hint().unwrap());
    assert!(
        message.contains("no column for the text") && message.contains("it has x, note"),
        "{message}"
    );
    assert!(hint.contains("--text COLUMN"), "{hint}");
    let columns = [(corpus::Part::Text, "note".to_owned())].into();
    let config = ReadConfig { columns, ..ReadConfig::default() };
    let (documents, _) = gathered(read(&path, &config).unwrap());
    assert_eq!(documents[0].text, "2");
}

#[test]
fn json_files_are_schedules_or_arrays_of_records() {
    let folder = folder(&[
        ("records.json", br#"[{"text": "a", "labels": ["l"]}, {"text": 3}, {"title": "T", "text": "b"}]"#),
        ("inside.json", br#"{"count": 1, "items": [{"text": "a"}]}"#),
        ("other.json", br#"{"name": "x"}"#),
        ("feed.xml", b"<rss><channel><item><title>T</title><description>D</description></item></channel></rss>"),
        ("page.html", b"<p>x"),
    ]);
    let (documents, skipped) = read_all(&folder.path().join("records.json"));
    assert_eq!(ids(&documents), ["records:1", "records:3"]);
    assert!(skipped[0].location.ends_with("records.json:2"), "{skipped:?}");
    assert_eq!(read_all(&folder.path().join("inside.json")).0.len(), 1);
    let error = read(&folder.path().join("other.json"), &ReadConfig::default()).unwrap_err();
    assert!(error.to_string().contains("neither a schedule nor an array"), "{error}");
    // In a folder other JSON is passed over.
    let (documents, skipped) = read_all(folder.path());
    assert_eq!((documents.len(), skipped.len()), (5, 1));
}

#[test]
fn notebooks_and_restructured_texts_are_documents() {
    let folder = folder(&[
        ("n.ipynb", br##"{"cells": [{"cell_type": "markdown", "source": ["# T\n", "text"]}]}"##),
        ("r.rst", b"T\n=\n\ntext\n"),
    ]);
    let (documents, _) = read_all(folder.path());
    let pairs: Vec<_> = documents.iter().map(|d| (d.title.as_str(), d.text.as_str())).collect();
    assert_eq!(pairs, [("T", "text"), ("T", "text")]);
}

#[test]
fn the_rows_of_a_query_are_documents() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("talks.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(
            "create table talks (id integer, title text, abstract text, tags text);
             insert into talks values (1, 'One', 'First text', 'a, b'), (2, null, null, ''), (3, null, 'Third', null);",
        )
        .unwrap();
    let config = ReadConfig::default();
    let query = "select id, title, abstract, tags from talks order by id";
    let (documents, skipped) = gathered(corpus::read_sqlite(&path, query, &config).unwrap());
    assert_eq!(ids(&documents), ["1", "3"]);
    assert_eq!(
        (documents[0].tags.as_slice(), documents[1].title.as_str()),
        (&["a".to_owned(), "b".to_owned()][..], "Third")
    );
    assert_eq!(skipped.len(), 1);
    let error = corpus::read_sqlite(&path, "select nothing from talks", &config).unwrap_err();
    assert!(error.to_string().contains("fails: near"), "{error}");
    let error = corpus::read_sqlite(&path, "select id from talks", &config).unwrap_err();
    assert!(error.to_string().contains("no column for the text"), "{error}");
    let other = folder.path().join("talks.csv.db");
    fs::write(&other, "id,title,text\n".repeat(100)).unwrap();
    let error = corpus::read_sqlite(&other, query, &config).unwrap_err();
    assert!(error.to_string().contains("talks.csv.db is not an SQLite database"), "{error}");
    assert!(error.hint().unwrap().contains(".csv"));
    let error = corpus::read_sqlite(&path, "delete from talks", &config).unwrap_err();
    assert!(error.to_string().contains("it gives no rows; allowed is a select"), "{error}");
    // It is opened for reading alone.
    let delete = corpus::read_sqlite(&path, "delete from talks returning abstract", &config);
    let failed = delete.and_then(|mut reader| reader.next().unwrap());
    assert!(failed.is_err());
}

#[test]
fn a_file_that_is_no_parquet_is_told_as_such() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("talks.parquet");
    for bytes in [&b"PAR1"[..], &b"id,text\n".repeat(50)] {
        fs::write(&path, bytes).unwrap();
        let error = read(&path, &ReadConfig::default()).unwrap_err();
        assert!(error.to_string().contains("talks.parquet is not a whole Parquet file"), "{error}");
        assert!(error.hint().unwrap().contains("download the file again"));
    }
}

//! What the search finds, and that the script of the page finds the same.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use site::search::{Entry, Index, Query, SearchFile, ShardWords, max_words, tokens};
use site::{Searchable, Site};

use crate::budget::gzipped;
use crate::fixture::conference;

const TALKS: [(&str, &str); 6] = [
    ("Property testing in practice", "Write tests that find the bugs you did not think of."),
    ("A love story", "Property tests and how to fall for them. Façades and naïve code."),
    ("Databases at rest", "What a database does while nobody asks. State of the art storage."),
    ("Async all the way", "The art of the state machine behind async functions in C++ and C#."),
    ("機械学習の基礎", "機械が学習する方法"),
    ("Testing", "Tests."),
];

fn talks() -> Index {
    let entries: Vec<_> =
        TALKS.iter().map(|&(title, text)| Entry { title, text, ..Entry::default() }).collect();
    Index::build(&entries)
}

#[track_caller]
fn check(query: &str, expected: &[usize]) {
    let hits = talks().search(&Query::new(query));
    let found: Vec<usize> = hits.iter().map(|hit| hit.document).collect();
    assert_eq!(found, expected, "{query}: {hits:?}");
}

#[test]
fn words_are_found_where_they_stand() {
    check("databases", &[2]);
    check("DATABASE", &[2]);
    check("nothing-like-this", &[]);
    check("", &[]);
    check("c++", &[3]);
    check("c#", &[3]);
}

#[test]
fn a_word_in_the_title_counts_more_than_one_in_the_text() {
    check("testing", &[5, 0]);
    check("property", &[0, 1]);
}

#[test]
fn beginnings_and_typing_errors_are_found() {
    check("data", &[2]);
    check("storag", &[2]);
    check("databse", &[2]);
    check("porperty", &[0, 1]);
    check("stroage", &[2]);
    check("xstorage", &[2]);
}

#[test]
fn accents_do_not_count() {
    check("facades", &[1]);
    check("FAÇADES", &[1]);
    check("naive", &[1]);
}

#[test]
fn phrases_have_to_stand_together() {
    check("\"state of the art\"", &[2]);
    check("\"art of the state\"", &[3]);
    check("\"property tests\"", &[1]);
    check("\"practice write\"", &[]);
    check("機械学習", &[4]);
    check("学機", &[]);
}

#[test]
fn documents_with_more_of_the_words_come_first() {
    let hits = talks().search(&Query::new("love tests"));
    assert_eq!(hits[0].document, 1);
    assert!(hits.len() > 1 && hits[0].score > hits[1].score);
}

#[test]
fn filters_let_only_their_documents_through() {
    let entries = [
        Entry { title: "one thing", topic_positions: &[0, 2], ..Entry::default() },
        Entry { title: "one more", topic_positions: &[2], tag_positions: &[7], ..Entry::default() },
    ];
    let index = Index::build(&entries);
    let found = |text: &str, topic: Option<usize>, tag: Option<usize>| -> Vec<usize> {
        let query = Query::new(text).with_topic(topic).with_tag(tag);
        index.search(&query).iter().map(|hit| hit.document).collect()
    };
    assert_eq!(found("one", Some(0), None), [0]);
    assert_eq!(found("one", Some(2), None), [0, 1]);
    assert_eq!(found("one", Some(2), Some(7)), [1]);
    assert_eq!(found("one", Some(1), None), [0; 0]);
    assert_eq!(found("", None, Some(7)), [1]);
}

#[test]
fn equal_scores_keep_the_order_of_the_documents() {
    let entries = vec![Entry { title: "same", ..Entry::default() }; 20];
    let found: Vec<usize> =
        Index::build(&entries).search(&Query::new("same")).iter().map(|hit| hit.document).collect();
    assert_eq!(found, (0..20).collect::<Vec<_>>());
}

#[test]
fn words_are_normalised_by_the_common_rules() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(VECTORS)).unwrap();
    let vectors: Vec<(String, Vec<String>)> = serde_json::from_str(&text).unwrap();
    assert!(vectors.len() >= 40);
    for (text, expected) in vectors {
        assert_eq!(tokens(&text), expected, "{text:?}");
    }
}

#[test]
fn words_known_shard_by_shard_give_the_files_of_the_whole() {
    let fixture = conference(90, 5);
    let mut data = fixture.data();
    let texts: Vec<String> = (0..90).map(abstract_of).collect();
    for (document, text) in data.documents.iter_mut().zip(&texts) {
        document.text = text;
    }
    let site = Site::new(data).unwrap();
    let searchable = Searchable::of(&site);
    let entries = searchable.entries();
    let most = max_words(entries.len());
    let index = searchable.index();
    let whole: Vec<_> = searchable.files(index.terms()).map(SearchFile::render).collect();
    for cuts in [vec![0, 90], vec![0, 1, 40, 40, 90], (0..=90).collect()] {
        let shards: Vec<ShardWords> =
            cuts.windows(2).map(|ends| ShardWords::of(&entries[ends[0]..ends[1]], most)).collect();
        let terms = searchable.terms(&shards);
        let files: Vec<_> = searchable.files(&terms).map(SearchFile::render).collect();
        assert!(files == whole, "cut at {cuts:?}");
    }
}

#[test]
fn files_of_texts_tell_what_they_are_made_from() {
    let inputs = |text: &str| {
        let fixture = conference(40, 5);
        let mut data = fixture.data();
        data.documents[0].text = text;
        let site = Site::new(data).unwrap();
        let searchable = Searchable::of(&site);
        let index = searchable.index();
        let of = |file: SearchFile<'_>| {
            let mut inputs = Vec::new();
            file.inputs(&mut inputs).then(|| (inputs, file.render().bytes))
        };
        searchable.files(index.terms()).filter_map(of).collect::<Vec<_>>()
    };
    let (before, after) = (inputs("a lamp"), inputs("a tide"));
    assert!(before.len() == after.len() && before.len() > 1);
    for (n, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_eq!((before.0 == after.0, before.1 == after.1), (n > 0, n > 0), "file {n}");
    }
}

#[test]
fn the_index_of_a_conference_stays_in_its_budget() {
    let fixture = conference(200, 12);
    let mut data = fixture.data();
    let texts: Vec<String> = (0..200).map(abstract_of).collect();
    for (document, text) in data.documents.iter_mut().zip(&texts) {
        document.text = text;
        document.title = text[..text.char_indices().nth(48).unwrap().0].trim();
    }
    let site = Site::new(data).unwrap();
    let searchable = Searchable::of(&site);
    let index = searchable.index();
    let sizes: Vec<(String, usize)> = searchable
        .files(index.terms())
        .filter(|file| !file.path().starts_with("texts/"))
        .map(SearchFile::render)
        .map(|file| (file.path, gzipped(&file.bytes)))
        .collect();
    let total: usize = sizes.iter().map(|(_, size)| size).sum();
    println!("{total} bytes: {sizes:?}");
    assert!(total <= 80 * 1024, "{total} bytes: {sizes:?}");
}

/// 180 invented words in which few are frequent and most are rare, as in English: the word of rank r
/// comes with a probability of 1/r.
fn abstract_of(n: u64) -> String {
    let mut state = n + 1;
    let mut roll = |sides: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let word = |rank: u64| -> String {
        let n_letters = 2 + u64::from(rank.ilog2()) / 2 + rank % 3;
        let letter = |at: u64| {
            b"etaoinshrdlucmfwypvbgk"[(rank * 7 + at * at * (rank % 11 + 3)) as usize % 22]
        };
        (0..n_letters).map(|at| char::from(letter(at))).collect()
    };
    let words: Vec<String> = (0..180)
        .map(|_| word((9000_f64.powf(roll(1 << 20) as f64 / f64::from(1 << 20))) as u64))
        .collect();
    words.join(" ")
}

/// Texts and the words that both languages have to make of them.
const VECTORS: &str = "testdata/normalise.json";

#[test]
fn the_script_of_the_page_finds_the_same_in_the_same_order() {
    let has_node =
        Command::new("node").arg("--version").output().is_ok_and(|out| out.status.success());
    if !has_node {
        eprintln!(
            "SKIPPED: the script of the search page was not compared, since there is no node"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let fixture = conference(700, 9);
    let mut data = fixture.data();
    let odd = [
        "機械学習の基礎 – 機械",
        "Größe & ﬁnance ĳ",
        "שלום עולם",
        "𝕌nicode 𝒳",
        "c++ c# .net",
        "ＡＢＣ　カ゛",
    ];
    for (document, title) in data.documents.iter_mut().zip(odd.iter().cycle()).step_by(10) {
        document.title = title;
    }
    let site = Site::new(data).unwrap();
    let searchable = Searchable::of(&site);
    let index = searchable.index();
    for file in searchable.files(index.terms()).map(SearchFile::render) {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
    let mut expected = String::new();
    for (text, topic, tag) in questions(&site) {
        let query = Query::new(&text).with_topic(topic).with_tag(tag);
        let hits = index.search(&query);
        let hits: Vec<_> = hits.iter().map(|hit| (hit.document, hit.score)).collect();
        let question = serde_json::json!([text, topic, tag, hits]);
        writeln!(expected, "{question}").unwrap();
    }
    std::fs::write(folder.path().join("questions.jsonl"), expected).unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Command::new("node")
        .arg(manifest.join("tests/site/search.mjs"))
        .args([manifest.join("assets/search.js"), manifest.join(VECTORS), folder.path().to_owned()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{told}{}", String::from_utf8_lossy(&out.stderr));
    println!("{told}");
    assert!(told.contains("1000 questions"), "{told}");
}

/// A thousand questions: words of the documents, cut, misspelt, quoted, filtered.
fn questions(site: &Site<'_>) -> Vec<(String, Option<usize>, Option<usize>)> {
    let data = site.data();
    let mut state = 7_u64;
    let mut roll = |sides: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    (0..1000)
        .map(|_| {
            let document = &data.documents[roll(data.documents.len())];
            let source = if roll(3) == 0 { document.title } else { document.text };
            let words: Vec<&str> = source.split_whitespace().collect();
            let from = roll(words.len().max(1));
            let len = 1 + roll(4);
            let mut parts: Vec<String> =
                words.iter().skip(from).take(len).map(|&word| word.to_owned()).collect();
            for part in &mut parts {
                let mut chars: Vec<char> = part.chars().collect();
                match roll(6) {
                    0 => chars.truncate(1 + roll(5)),
                    1 if chars.len() > 3 => chars.swap(1, 2),
                    2 => chars.insert(roll(chars.len() + 1), 'x'),
                    3 => drop(chars.remove(roll(chars.len()))),
                    _ => {}
                }
                *part = chars.into_iter().collect();
            }
            let text = match roll(5) {
                0 => format!(
                    "\"{}\"",
                    words.iter().skip(from).take(len).copied().collect::<Vec<_>>().join(" ")
                ),
                1 => format!("{} \"{}", parts.join(" "), words.get(from).unwrap_or(&"")),
                _ => parts.join(" "),
            };
            let topic = (roll(4) == 0).then(|| roll(data.topics.len()));
            let tag = (roll(6) == 0).then(|| roll(data.tags.len()));
            (text, topic, tag)
        })
        .collect()
}

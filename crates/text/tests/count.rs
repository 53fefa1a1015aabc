//! Counting through the public interface.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use jobs::Run;
use sprs::CsMatI;
use text::{
    AnalyzerConfig, CountConfig, Counter, Counts, DocFreq, Error, Field, Fold, MergedShards,
    PhraseConfig, ShardCounts, SpilledShards, Stops, Text, Tokens, count, count_known,
};

fn counts_of(texts: &[&str], config: &CountConfig) -> Result<Counts, Error> {
    let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
    count(&docs, config, &Run::serial())
}

/// The non-zero counts of one row, as (term, count).
fn row(counts: &Counts, doc: usize) -> Vec<(&str, u32)> {
    let terms = counts.vocabulary.terms();
    let row = counts.matrix.outer_view(doc).expect("a row for every document");
    row.iter().map(|(column, &n)| (&terms[column], n)).collect()
}

#[test]
fn columns_are_ordered_by_document_frequency_then_alphabet() {
    let texts = ["beta alpha gamma", "gamma alpha", "gamma delta"];
    let counts = counts_of(&texts, &CountConfig::default()).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["gamma", "alpha", "beta", "delta"]);
    assert_eq!(row(&counts, 0), [("gamma", 1), ("alpha", 1), ("beta", 1)]);
}

#[test]
fn words_are_found_and_single_letters_left_out_wherever_they_stand() {
    for n_before in 0..140 {
        let text = format!("{}a Bb c DD_ e f9 g", ".".repeat(n_before));
        let counts = counts_of(&[&text], &CountConfig::sklearn()).unwrap();
        assert_eq!(counts.vocabulary.terms(), ["bb", "dd_", "f9"], "{n_before}");
    }
}

#[test]
fn capitals_outside_ascii_are_lower_cased_beside_ascii_and_alone() {
    for n_before in 0..20 {
        let text = format!("{} ÉCOLE aÉb ÇÀ İx Ж МОСКВА ǅz", "x".repeat(n_before));
        let counts = counts_of(&[&text], &CountConfig::sklearn()).unwrap();
        let terms = counts.vocabulary.terms();
        for term in ["école", "aéb", "çà", "москва", "ǆz"] {
            assert!(terms.iter().any(|found| found == term), "{term} after {n_before}: {terms:?}");
        }
        assert!(!terms.iter().any(|found| found == "ж"), "{n_before}");
    }
}

#[test]
fn plurals_are_counted_as_their_singular() {
    let texts = ["talk talks", "talks analysis", "https http", "pandas"];
    let counts = counts_of(&texts, &CountConfig::default()).unwrap();
    assert_eq!(row(&counts, 0), [("talk", 2)]);
    assert_eq!(row(&counts, 1), [("talk", 1), ("analysis", 1)]);
    assert_eq!(row(&counts, 2), [("http", 1), ("https", 1)]);
    assert_eq!(counts.vocabulary.column_of("talks"), counts.vocabulary.column_of("talk"));
}

#[test]
fn words_with_one_stem_are_the_form_of_most_documents_in_their_own_language() {
    let text = |language, text| Text { language: Some(language), ..Text::plain(text) };
    let docs = [
        text("en", "connected lamps, connections"),
        text("en", "connecting a lamp to python3"),
        text("en", "connected analyses of an analysis"),
        text("de", "Verbindungen der Lampen"),
        text("de", "Verbindung der Lampe, verbinden"),
        text("xx", "connection lamplight"),
        Text::plain("connected"),
    ];
    let config = CountConfig { fold: Fold::Stems, ..CountConfig::default() };
    let counts = count(&docs, &config, &Run::serial()).unwrap();
    let vocabulary = &counts.vocabulary;
    assert_eq!(&vocabulary.terms()[0], "connected");
    for form in ["connections", "connecting"] {
        assert_eq!(vocabulary.column_of(form), Some(0), "{form}");
    }
    // A language without stems leaves its words as they are.
    assert_ne!(vocabulary.column_of("connection"), Some(0));
    assert_eq!(row(&counts, 0), [("connected", 2), ("lamp", 1)]);
    assert_eq!(vocabulary.column_of("lampen"), vocabulary.column_of("lampe"));
    assert_eq!(vocabulary.column_of("verbindungen"), vocabulary.column_of("verbindung"));
    assert_ne!(vocabulary.column_of("lampe"), vocabulary.column_of("lamp"));
    // A shard that is told nothing of its documents has the stems of the one language.
    let counter = Counter::new(&config).unwrap();
    let shards =
        [counter.count_shard(&docs[..2]).unwrap(), counter.count_shard(&docs[2..]).unwrap()];
    let alone = counter.merge(&shards, &Run::serial()).unwrap();
    assert_eq!(alone.vocabulary.column_of("connection"), Some(0));
    let together = counter.merge_of(&docs, &shards, &Run::serial()).unwrap();
    assert_eq!((together.matrix, together.vocabulary), (counts.matrix, counts.vocabulary));
}

#[test]
fn checksums_and_commits_are_no_readable_terms() {
    let text = "commit 9fceb02 of d41d8cd98f00b204e9800998ecf8427e at 0x7fff5fbff8a0 \
                facade cafe2 decade python3 x86 e2fsprogs 0xyz 80386dx";
    let docs = [Text::plain(text)];
    let terms = |config: &CountConfig| {
        let mut terms = count(&docs, config, &Run::serial()).unwrap().vocabulary.terms().to_vec();
        terms.sort();
        terms
    };
    let kept =
        ["0xyz", "80386dx", "cafe2", "commit", "decade", "e2fsprogs", "facade", "python3", "x86"];
    assert_eq!(terms(&CountConfig::readable()), kept);
    assert_eq!(terms(&CountConfig { hexadecimal: true, ..CountConfig::readable() }).len(), 12);
    assert!(terms(&CountConfig::sklearn()).iter().any(|term| term == "9fceb02"));
}

#[test]
fn phrases_with_a_verb_and_with_a_noun_are_one_term() {
    let texts: Vec<String> = (0..24)
        .map(|n| match n % 3 {
            0 => format!("unit testing, tide{n}, lamp{n}, rope{n}"),
            _ => format!("unit test, tide{n}, lamp{n}, unit tests, rope{n}"),
        })
        .collect();
    let phrases = Some(PhraseConfig { min_npmi: 0.3, ..PhraseConfig::default() });
    let config = CountConfig { phrases, ..CountConfig::default() };
    let counts = count(&texts, &config, &Run::serial()).unwrap();
    let vocabulary = &counts.vocabulary;
    assert_eq!(&vocabulary.terms()[0], "unit test");
    assert_eq!(vocabulary.column_of("unit testing"), Some(0));
    assert_eq!(vocabulary.column_of("unit tests"), Some(0));
    let known = count_known(&["on unit testing"], vocabulary, &Run::serial()).unwrap();
    assert_eq!(known.to_dense()[[0, 0]], 1);
    let apart = CountConfig { fold: Fold::None, ..config };
    let counts = count(&texts, &apart, &Run::serial()).unwrap();
    assert_ne!(
        counts.vocabulary.column_of("unit testing"),
        counts.vocabulary.column_of("unit test")
    );
}

#[test]
fn of_phrases_that_say_the_same_as_often_the_first_by_name_is_the_term() {
    let texts: Vec<String> = (0..24)
        .map(|n| match n % 2 {
            0 => format!("unit testing, tide{n}, lamp{n}, load testing, rope{n}"),
            _ => format!("unit test, tide{n}, lamp{n}, load test, rope{n}"),
        })
        .collect();
    let phrases = Some(PhraseConfig { min_npmi: 0.3, ..PhraseConfig::default() });
    let config = CountConfig { phrases, ..CountConfig::default() };
    // A map of another seed each time gives phrases in another order.
    for _ in 0..8 {
        let counts = count(&texts, &config, &Run::serial()).unwrap();
        let phrases: Vec<&str> =
            counts.vocabulary.terms().iter().filter(|term| term.contains(' ')).collect();
        assert_eq!(phrases, ["load test", "unit test"]);
    }
}

#[test]
fn words_left_out_of_shards_count_as_stop_words_would() {
    let texts = [
        "machine learning lamp, deep machine learning tides",
        "lamps and machine learning, a deep lamp learning",
        "the lamps machine learning lamp machine learning",
        "tide machine lamp learning",
    ];
    let weighted = |text| {
        let fields = [(text, 1), ("lamp learning", 3)];
        let fields = fields.map(|(text, weight)| Field { text, weight }).to_vec();
        Text { fields, ..Text::plain("") }
    };
    let docs = texts.map(weighted);
    let phrases = PhraseConfig { min_npmi: -1.0, min_count: 1, min_docs: 1, min_share: 0.0 };
    for phrases in [None, Some(phrases)] {
        let config = CountConfig { phrases, ..CountConfig::default() };
        let stop_words = vec!["lamp".to_owned(), "deep".to_owned(), "unheard".to_owned()];
        let analyzer = AnalyzerConfig { stop_words, ..AnalyzerConfig::readable() };
        let expected = count(&docs, &CountConfig { analyzer, ..config.clone() }, &Run::serial());
        let expected = expected.unwrap();
        let counter = Counter::new(&config).unwrap();
        let words = HashSet::from(["lamp", "deep", "unheard"]);
        let shard = |docs: &[Text<'_>]| counter.count_shard(docs).unwrap().without(&words);
        let shards = [shard(&docs[..2]), shard(&docs[2..])];
        let found = counter.merge(&shards, &Run::serial()).unwrap();
        assert_eq!(found.vocabulary, expected.vocabulary);
        assert_eq!(found.matrix, expected.matrix);
        assert!(found.vocabulary.column_of("lamp").is_none());
        assert!(found.vocabulary.column_of("lamps").is_some(), "the plural has no singular");
    }
}

#[test]
fn weights_count_words_as_often_as_they_say() {
    let fields = vec![
        Field { text: "lighthouse", weight: 1 },
        Field { text: "lighthouse lamp", weight: 3 },
        Field { text: "unseen", weight: 0 },
    ];
    let docs = [Text { fields, ..Text::plain("") }];
    let counts = count(&docs, &CountConfig::default(), &Run::serial()).unwrap();
    assert_eq!(row(&counts, 0), [("lamp", 3), ("lighthouse", 4)]);
}

#[test]
fn limits_are_inclusive_and_shares_are_of_all_documents() {
    let texts = ["alpha beta gamma", "alpha beta", "alpha", "alpha"];
    let config = CountConfig {
        min_df: DocFreq::Count(2),
        max_df: DocFreq::Share(0.5),
        ..CountConfig::default()
    };
    let counts = counts_of(&texts, &config).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["beta"]);
    assert_eq!(counts.matrix.rows(), 4);
    assert_eq!(row(&counts, 3), []);
}

#[test]
fn max_terms_keeps_those_with_the_highest_totals() {
    let texts = ["alpha alpha alpha beta", "beta gamma gamma", "delta"];
    let config = CountConfig { max_terms: Some(2), ..CountConfig::default() };
    let counts = counts_of(&texts, &config).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["beta", "alpha"]);
}

#[test]
fn a_documents_own_language_decides_its_stop_words() {
    let german = |language| Text { language, ..Text::plain("der Leuchtturm und die Lampe") };
    let docs = [german(Some("de"))];
    let counts = count(&docs, &CountConfig::default(), &Run::serial()).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["lampe", "leuchtturm"]);
    let docs = [german(None)];
    let counts = count(&docs, &CountConfig::default(), &Run::serial()).unwrap();
    assert!(counts.vocabulary.column_of("und").is_some());
}

#[test]
fn known_terms_that_a_documents_language_stops_are_not_counted() {
    let counts = counts_of(&["die lamp", "die tide"], &CountConfig::default()).unwrap();
    let die = counts.vocabulary.column_of("die").unwrap() as usize;
    let german = |language| Text { language, ..Text::plain("die Lampe, die lamp") };
    let docs = [german(None), german(Some("de"))];
    let known = count_known(&docs, &counts.vocabulary, &Run::serial()).unwrap();
    assert_eq!((known.get(0, die), known.get(1, die)), (Some(&2), None));
}

#[test]
fn further_stop_words_are_dropped() {
    let analyzer =
        AnalyzerConfig { stop_words: vec!["alpha".into()], ..AnalyzerConfig::readable() };
    let config = CountConfig { analyzer, ..CountConfig::default() };
    let counts = counts_of(&["Alpha beta"], &config).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["beta"]);
}

#[test]
fn nothing_to_count_is_an_error_that_says_how_much_was_read() {
    for texts in [&["the of and", "12 34"][..], &["", ""], &[]] {
        let error = counts_of(texts, &CountConfig::default()).unwrap_err();
        assert!(error.to_string().contains(&format!("{} documents", texts.len())), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_text_too_long_to_be_cut_is_refused_with_its_length() {
    // Zeros that are never written take no memory.
    let n_bytes = (1 << 30) + 1;
    let text = String::from_utf8(vec![0; n_bytes]).unwrap();
    let message = count(&[text], &CountConfig::sklearn(), &Run::serial()).unwrap_err().to_string();
    assert_eq!(message, "a text must have at most 1073741824 bytes, got 1073741825");
}

#[test]
fn documents_of_stop_words_alone_are_empty_rows_among_others() {
    let texts = ["the of and", "lamp", "", "12 34"];
    let phrases = Some(PhraseConfig::default());
    for config in [CountConfig::default(), CountConfig { phrases, ..CountConfig::default() }] {
        let counts = counts_of(&texts, &config).unwrap();
        assert_eq!(counts.matrix.to_dense().into_raw_vec_and_offset().0, [0, 1, 0, 0]);
    }
}

#[test]
fn settings_out_of_range_are_named_with_their_value() {
    let texts = ["alpha", "alpha"];
    let check = |config: CountConfig, expected: &str| {
        let message = counts_of(&texts, &config).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    let base = CountConfig::default;
    check(CountConfig { min_df: DocFreq::Count(0), ..base() }, "min_df must be at least 1");
    check(CountConfig { max_df: DocFreq::Share(1.5), ..base() }, "got 1.5");
    check(CountConfig { max_df: DocFreq::Share(f64::NAN), ..base() }, "got NaN");
    check(CountConfig { min_df: DocFreq::Count(3), ..base() }, "min_df (3) must not exceed");
    check(CountConfig { max_terms: Some(0), ..base() }, "max_terms must be at least 1");
    let analyzer =
        AnalyzerConfig { stops: Stops::OwnAnd("xx".into()), ..AnalyzerConfig::readable() };
    check(CountConfig { analyzer, ..base() }, "\"xx\"");
    let tokens = Tokens::Pattern("(lamp".to_owned());
    let analyzer = AnalyzerConfig { tokens, ..AnalyzerConfig::sklearn() };
    check(CountConfig { analyzer, ..base() }, "the token pattern \"(lamp\" cannot be used");
    let analyzer = AnalyzerConfig { ngrams: (2, 1), ..AnalyzerConfig::sklearn() };
    check(CountConfig { analyzer, ..base() }, "got (2, 1)");
}

#[test]
fn any_number_of_threads_gives_the_same_counts() {
    let texts: Vec<String> = (0..2000_u32)
        .map(|n| format!("word{} words{} lamp{} tides tide{}", n % 97, n % 89, n % 7, n / 3))
        .collect();
    let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
    let config = CountConfig { min_df: DocFreq::Count(2), ..CountConfig::default() };
    let one = count(&docs, &config, &Run::serial()).unwrap();
    let run = Run::with_threads(NonZeroUsize::new(4).unwrap()).unwrap();
    let four = count(&docs, &config, &run).unwrap();
    assert_eq!(one.matrix, four.matrix);
    assert_eq!(one.vocabulary, four.vocabulary);
    let known = count_known(&docs, &four.vocabulary, &run).unwrap();
    assert_eq!(known, one.matrix);
}

#[test]
fn known_terms_are_counted_alone_as_among_others() {
    let counts = counts_of(&["talk lamp", "talks tide"], &CountConfig::default()).unwrap();
    let docs = [Text::plain("three talks, unknown words"), Text::plain("nothing")];
    let known = count_known(&docs, &counts.vocabulary, &Run::serial()).unwrap();
    assert_eq!(known.shape(), (2, 3));
    let column = counts.vocabulary.column_of("talk").unwrap() as usize;
    assert_eq!(known.get(0, column), Some(&1));
    assert_eq!(known.nnz(), 1);
}

#[test]
fn common_terms_can_be_dropped_afterwards() {
    let texts = ["talk lamp", "talks tide", "talk", "lamps lamp"];
    let counts = counts_of(&texts, &CountConfig::default()).unwrap();
    assert_eq!((counts.n_common(0.5), counts.n_common(0.75)), (1, 0));
    let few = counts.without_common(0.5);
    assert_eq!(few.vocabulary.terms(), ["lamp", "tide"]);
    assert_eq!(few.vocabulary.column_of("lamps"), Some(0));
    assert_eq!(few.vocabulary.column_of("talks"), None);
    assert_eq!((row(&few, 0), row(&few, 2)), (vec![("lamp", 1)], vec![]));
}

#[test]
fn shards_give_the_same_counts_wherever_they_begin_and_end() {
    let texts: Vec<String> = (0..60_u32)
        .map(|n| {
            format!("word{} words{} lamps lamp{} tides tide tide{}", n % 7, n % 9, n % 5, n / 3)
        })
        .collect();
    let config = CountConfig { min_df: DocFreq::Count(2), ..CountConfig::default() };
    let counter = Counter::new(&config).unwrap();
    let whole = count(&texts, &config, &Run::serial()).unwrap();
    for shard_docs in [1, 7, 59, 100] {
        let shards: Vec<ShardCounts> = texts
            .chunks(shard_docs)
            .map(|docs| {
                ShardCounts::from_bytes(&counter.count_shard(docs).unwrap().to_bytes()).unwrap()
            })
            .collect();
        let merged = counter.merge(&shards, &Run::serial()).unwrap();
        assert_eq!(merged.matrix, whole.matrix, "{shard_docs} documents a shard");
        assert_eq!(merged.vocabulary, whole.vocabulary, "{shard_docs} documents a shard");
    }
}

#[test]
fn binary_counts_are_ones_and_rank_terms_by_documents() {
    let texts = ["alpha alpha alpha", "beta gamma", "beta"];
    let config = CountConfig { binary: true, max_terms: Some(1), ..CountConfig::default() };
    let counts = counts_of(&texts, &config).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["beta"]);
    assert_eq!(counts.matrix.data(), [1, 1]);
}

/// A corpus in which three pairs and a triple belong together, and words that do not.
fn corpus_with_phrases() -> Vec<String> {
    let mut texts: Vec<String> = (0..60)
        .map(|n| {
            let (a, b, c) = (n % 7, n % 11, n % 13);
            format!("harbour{a} tide{b} rope{c} keeper{a}{b}. rope{a} tide{c} harbour{b}")
        })
        .collect();
    for (n, text) in texts.iter_mut().enumerate() {
        match n % 4 {
            0 => text.push_str(" we saw a fog horn, and the old fog horns too"),
            1 => text.push_str(". North sea pilot! Another north-sea pilot"),
            2 => text.push_str(". salt\nmarsh birds. A salt. Marsh? salt of marsh (salt) marsh"),
            _ => text.push_str(". pilot, horn, birds, sea"),
        }
    }
    texts
}

fn few() -> CountConfig {
    CountConfig {
        phrases: Some(PhraseConfig { min_npmi: 0.4, ..PhraseConfig::default() }),
        ..CountConfig::default()
    }
}

#[test]
fn words_that_stand_together_are_one_term_in_place_of_their_words() {
    let texts = corpus_with_phrases();
    let counts = count(&texts, &few(), &Run::serial()).unwrap();
    let of = |doc: usize| -> Vec<(&str, u32)> {
        row(&counts, doc)
            .into_iter()
            .filter(|(term, _)| !term.ends_with(char::is_numeric))
            .collect()
    };
    assert_eq!(of(0), [("fog horn", 2)]);
    assert_eq!(of(1), [("north sea pilot", 2)]);
    // What a full stop, a bracket or a stop word parts is no phrase.
    assert_eq!(of(2), [("marsh", 3), ("salt", 3), ("salt marsh birds", 1)]);
    assert_eq!(counts.vocabulary.column_of("fog horns"), counts.vocabulary.column_of("fog horn"));
}

#[test]
fn phrases_need_documents_and_evidence() {
    let texts = corpus_with_phrases();
    let terms_with = |phrases: PhraseConfig| {
        let config = CountConfig { phrases: Some(phrases), ..CountConfig::default() };
        let counts = count(&texts, &config, &Run::serial()).unwrap();
        let terms = counts.vocabulary.terms().iter().filter(|term| term.contains(' '));
        terms.map(str::to_owned).collect::<Vec<_>>()
    };
    let all = PhraseConfig { min_npmi: 0.4, ..PhraseConfig::default() };
    assert!(terms_with(all.clone()).contains(&"fog horn".to_owned()));
    for none in [
        PhraseConfig { min_count: 61, ..all.clone() },
        PhraseConfig { min_docs: 16, ..all.clone() },
        PhraseConfig { min_share: 0.3, ..all.clone() },
        PhraseConfig { min_npmi: 1.1, ..all },
    ] {
        assert_eq!(terms_with(none.clone()), [""; 0], "{none:?}");
    }
}

#[test]
fn phrases_do_not_depend_on_shards_or_threads() {
    let texts = corpus_with_phrases();
    let counter = Counter::new(&few()).unwrap();
    let whole = count(&texts, &few(), &Run::serial()).unwrap();
    for n in [1, 2, 7, 59] {
        let shards: Vec<ShardCounts> = texts
            .chunks(n)
            .map(|docs| {
                ShardCounts::from_bytes(&counter.count_shard(docs).unwrap().to_bytes()).unwrap()
            })
            .collect();
        for threads in [1, 3] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            let merged = counter.merge(&shards, &run).unwrap();
            assert_eq!(merged.vocabulary, whole.vocabulary, "{n} documents a shard");
            assert_eq!(merged.matrix, whole.matrix, "{n} documents a shard");
        }
    }
}

#[test]
fn known_phrases_are_counted_as_they_were() {
    let texts = corpus_with_phrases();
    let counts = count(&texts, &few(), &Run::serial()).unwrap();
    let known = count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap();
    assert_eq!(known, counts.matrix);
    let new =
        count_known(&["Fog horns. North sea, salt pilot"], &counts.vocabulary, &Run::serial());
    let terms = counts.vocabulary.terms();
    let new = new.unwrap();
    let row = new.outer_view(0).unwrap();
    let mut found: Vec<&str> = row.iter().map(|(column, _)| &terms[column]).collect();
    found.sort_unstable();
    assert_eq!(found, ["fog horn", "pilot", "salt", "sea"]);
}

#[test]
fn the_words_of_a_phrase_that_is_no_term_are_counted() {
    let texts = corpus_with_phrases();
    let check = |config: CountConfig, terms: &[&str]| {
        let counts = count(&texts, &config, &Run::serial()).unwrap();
        let known = count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap();
        assert_eq!(known, counts.matrix, "{config:?}");
        let found = counts.vocabulary.terms().iter().map(AsRef::<str>::as_ref);
        let mut found: Vec<&str> = found.filter(|t| !t.ends_with(char::is_numeric)).collect();
        found.sort_unstable();
        assert_eq!(found, terms, "{config:?}");
    };
    // Each phrase is in a quarter of the documents, and its words in another one too.
    let half = ["birds", "horn", "pilot", "sea"];
    check(CountConfig { min_df: DocFreq::Count(16), ..few() }, &half);
    check(CountConfig { max_df: DocFreq::Count(14), ..few() }, &[]);
    for max_terms in 1..40 {
        let config = CountConfig { max_terms: Some(max_terms), ..few() };
        let counts = count(&texts, &config, &Run::serial()).unwrap();
        let known = count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap();
        assert_eq!(known, counts.matrix, "{max_terms}");
    }
}

#[test]
fn what_would_be_counted_as_a_dropped_word_is_no_term() {
    let mut texts = corpus_with_phrases();
    texts.extend((0..20).map(|n| format!("blue widgets and widget{n}. Policies, a widget")));
    let check = |fold: Fold, dropped: &[&str], expected: &[&str]| {
        let dropped = dropped.iter().map(ToString::to_string).collect();
        let config = CountConfig { fold, dropped, ..few() };
        let counts = count(&texts, &config, &Run::serial()).unwrap();
        let all = counts.vocabulary.terms().iter().map(AsRef::<str>::as_ref);
        let is_own = |term: &str| ["widget", "blue", "polic"].iter().any(|own| term.contains(own));
        let own = all.filter(|term| is_own(term) && !term.ends_with(char::is_numeric));
        assert_eq!(own.collect::<Vec<_>>(), expected, "{fold:?}");
        let known = count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap();
        assert_eq!(known, counts.matrix, "{fold:?}");
    };
    check(Fold::Plurals, &[], &["blue widgets", "policies", "widget"]);
    check(Fold::Plurals, &["widget", "policy"], &["blue"]);
    check(Fold::Stems, &["widget", "policy"], &["blue"]);
    check(Fold::None, &["widget"], &["blue widgets", "policies"]);
}

#[test]
fn chinese_and_japanese_phrases_have_no_spaces() {
    let mut texts: Vec<String> =
        (0..40).map(|n| format!("データ{n} 部屋 道路 海岸{} 船舶の港湾", n % 5)).collect();
    for text in texts.iter_mut().step_by(4) {
        text.push_str(" と機械学習の話");
    }
    let counts = count(&texts, &few(), &Run::serial()).unwrap();
    assert!(counts.vocabulary.column_of("機械学習").is_some(), "{:?}", counts.vocabulary.terms());
    assert_eq!(count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap(), counts.matrix);
}

#[test]
fn known_pairs_of_chinese_characters_are_counted_as_they_were() {
    let mut texts = corpus_with_phrases();
    for n in 0..20 {
        texts.push(format!("机器学习改变世界, fog horn {n}. 海上灯塔照亮港口机器学习"));
    }
    let counts = count(&texts, &few(), &Run::serial()).unwrap();
    // Pairs overlap: 器 stands in 机器 and in 器学.
    assert!(counts.vocabulary.column_of("机器").is_some(), "{:?}", counts.vocabulary.terms());
    assert_eq!(count_known(&texts, &counts.vocabulary, &Run::serial()).unwrap(), counts.matrix);
}

#[test]
fn stop_words_of_all_languages_of_a_document_are_dropped() {
    let mixed = Text { others: vec!["de"], ..Text::plain("der Leuchtturm, la lampe") };
    let mixed = Text { language: Some("fr"), ..mixed };
    let counts = count(&[mixed], &CountConfig::default(), &Run::serial()).unwrap();
    assert_eq!(counts.vocabulary.terms(), ["lampe", "leuchtturm"]);
}

#[test]
fn shards_on_disk_give_the_same_counts_as_those_in_memory() {
    let mut texts = corpus_with_phrases();
    texts.extend((0..40).map(|n| format!("Lampen und Verbindungen {n}, connections, lamps")));
    texts.extend([String::new(), "\u{6771}\u{4eac}\u{90fd} \u{6771}\u{4eac}".to_owned()]);
    // A count that is wider than others on disk.
    texts.push("lamp tide ".repeat(300));
    let docs: Vec<Text<'_>> = (0..)
        .zip(&texts)
        .map(|(n, text)| {
            let language = [Some("en"), Some("de"), None, Some("xx")][n % 4];
            Text { language, ..Text::plain(text) }
        })
        .collect();
    let configs = [
        CountConfig::default(),
        few(),
        CountConfig { fold: Fold::Stems, min_df: DocFreq::Count(2), ..few() },
        CountConfig { fold: Fold::None, ..few() },
        CountConfig { max_terms: Some(9), binary: true, ..few() },
        CountConfig::sklearn(),
    ];
    for config in configs {
        let counter = Counter::new(&config).unwrap();
        let expected = count(&docs, &config, &Run::serial()).unwrap();
        for (threads, shard) in [(1, 7), (3, 1), (2, 1000)] {
            let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
            let mut spilled = SpilledShards::new(&run).unwrap();
            for docs in docs.chunks(shard) {
                let languages = docs.iter().map(|doc| doc.language);
                let counts = counter.count_shard(docs).unwrap();
                spilled.push(spilled.place().put(counts).unwrap(), languages).unwrap();
            }
            assert_eq!(spilled.n_docs(), docs.len());
            let merged = counter.merge_spilled(&spilled, &run).unwrap();
            assert_eq!(merged.vocabulary(), &expected.vocabulary, "{config:?}");
            assert_has_rows(&merged, &expected, &run);
        }
    }
}

#[test]
fn kept_shards_give_their_rows_shard_by_shard() {
    let texts = corpus_with_phrases();
    let run = Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap();
    for config in [few(), CountConfig { max_terms: Some(9), binary: true, ..few() }] {
        let counter = Counter::new(&config).unwrap();
        let shards: Vec<ShardCounts> =
            texts.chunks(7).map(|texts| counter.count_shard(texts).unwrap()).collect();
        let merged = counter.merge_by_shard(&shards, &run).unwrap();
        let expected = counter.merge(&shards, &run).unwrap();
        assert_eq!(merged.vocabulary(), &expected.vocabulary, "{config:?}");
        assert_has_rows(&merged, &expected, &run);
    }
}

/// The rows of `merged`, one shard after the other, are those of `expected`, and it knows how many
/// documents have each term.
fn assert_has_rows(merged: &MergedShards<'_>, expected: &Counts, run: &Run) {
    let mut at = 0;
    let mut doc_freqs = vec![0; expected.vocabulary.len()];
    let made_of = |counts: CsMatI<u32, u32, usize>| (counts.indices().to_vec(), counts);
    merged
        .each_made(run, made_of, |(columns, counts)| {
            for row in counts.outer_iterator() {
                assert_eq!(Some(row), expected.matrix.outer_view(at));
                at += 1;
            }
            for column in columns {
                doc_freqs[column as usize] += 1;
            }
            Ok::<_, Error>(())
        })
        .expect("shards in memory or on a disk that can be read");
    assert_eq!(at, expected.matrix.rows());
    assert_eq!(merged.doc_freqs(), doc_freqs);
}

#[test]
fn shards_on_disk_without_a_term_are_the_same_error() {
    let run = Run::serial();
    let counter = Counter::new(&CountConfig::default()).unwrap();
    let mut spilled = SpilledShards::new(&run).unwrap();
    let counts = counter.count_shard(["the", "12"]).unwrap();
    spilled.push(spilled.place().put(counts).unwrap(), [None; 2]).unwrap();
    let error = counter.merge_spilled(&spilled, &run).err().unwrap();
    assert!(matches!(error, Error::EmptyVocabulary { n_docs: 2, .. }), "{error}");
}

#[test]
#[should_panic(expected = "another place")]
fn a_shard_that_lies_elsewhere_is_refused() {
    let run = Run::serial();
    let counter = Counter::new(&CountConfig::default()).unwrap();
    let (mut own, other) = (SpilledShards::new(&run).unwrap(), SpilledShards::new(&run).unwrap());
    let shard = other.place().put(counter.count_shard(["lamp"]).unwrap()).unwrap();
    drop(own.push(shard, [None]));
}

#[test]
fn common_terms_can_be_dropped_from_shards_on_disk() {
    let run = Run::serial();
    let texts = ["lamp tide", "lamp rope", "lamp tide sail", "keel"];
    let counter = Counter::new(&CountConfig::default()).unwrap();
    let mut spilled = SpilledShards::new(&run).unwrap();
    for texts in texts.chunks(3) {
        let counts = counter.count_shard(texts).unwrap();
        spilled.push(spilled.place().put(counts).unwrap(), texts.iter().map(|_| None)).unwrap();
    }
    for max_df in [0.8, 0.5, 0.4] {
        let expected = count(&texts, &CountConfig::default(), &run).unwrap();
        let merged = counter.merge_spilled(&spilled, &run).unwrap();
        assert_eq!(merged.n_common(max_df), expected.n_common(max_df));
        let (merged, expected) = (merged.without_common(max_df), expected.without_common(max_df));
        assert_eq!(merged.vocabulary(), &expected.vocabulary);
        let mut rows = Vec::new();
        merged
            .each_run(&run, |counts| {
                rows.extend(counts.outer_iterator().map(|row| row.to_owned()));
                Ok::<_, Error>(())
            })
            .unwrap();
        let wanted: Vec<_> = expected.matrix.outer_iterator().map(|row| row.to_owned()).collect();
        assert_eq!(rows, wanted);
    }
}

//! The result of every task for small fixed inputs, pinned beside its version: a result that changes
//! without its version is served stale by every cache that holds the former one.

use std::collections::BTreeMap;

use cloud::{CloudConfig, Word};
use jobs::{Digest, Memo, Run};
use learn::{Fit, Loss, Nmf, TfIdf, TfIdfConfig, Weighing};
use ndarray::Array2;
use serde::Serialize;
use site::search::{Entry, ShardWords};
use sprs::CsMatI;
use text::{Counter, KnownPassages, ShardRepeats, Text, Vocabulary};

use crate::config::settings::{count_config, nmf_config};
use crate::model::{Model, TopicName};
use crate::output::Clouds;
use crate::read::prepare::{Detected, Weights};
use crate::rerun::step_inputs::StepInputs;
use crate::standing::former::Former;
use crate::standing::manifest::Manifest;
use crate::standing::rendered::Rendered;
use crate::standing::spare::Spare;
use crate::topics::explained::Explained;
use crate::topics::keep::place_shard;
use crate::topics::number;
use crate::topics::parts::parts;
use crate::topics::quality::quality;
use crate::topics::related::{Known, related};
use crate::topics::titles::usage_of;
use crate::{Config, tasks};

/// Task, version, and the digest of its result for an input that no other task makes.
const GOLDEN: &[(&str, u32, &str)] = &[
    ("languages", 1, "e13ee756bb67d90ec3d06656814ef57046a7a5c23649c29f228b62c334e332fb"),
    ("repeats", 4, "536a2cd6e0d761bf946b5e3c7d59e198df352bbd790a3fe62ff885275615b329"),
    ("count", 6, "8d9f473c9eeb3ae4bf252e6f85e9fec41e84a69752637ec0d117c0a4ba80d018"),
    ("number", 5, "45762727f9e6831c6c2d3782238ad0046584d13d81fd2718466b93220d3be66e"),
    ("topics", 7, "8d9679d699593e09839f2506d86d006dd765bc35ba3e57753d8fcbfb4e09f181"),
    ("quality", 5, "61714357e23f968ac326db38e5859b0e44170dfe58de340955f4314c6c46fdf0"),
    ("parts", 3, "beb202fad109423347b2aa99b332012e862ded3f83df5d6238acb1a60a9ade3e"),
    ("related", 1, "27d20617da5c896c8e09701e919b9d39632e430393113ce953d65ac6b0dc94f1"),
    ("likes", 1, "113931a1df6a1b84600aea46792d43513b45161c66e11bb80f6f6165396a7d9f"),
    ("place", 8, "3b5940b896309044151d2226038860b5555e92d6d419966171f4665c7b26a613"),
    ("usage", 2, "c97dbfc8eb751bc379251a265cb0edfb17fe307f90ed89ee00a57d2201dd5771"),
    ("clouds", 3, "9b573af3e75e9abfb9ca45f636e14688ee7b134146b5784adf6bdf35864cac6c"),
    ("words", 1, "8a0c0db7bd4ad410e362ad05491340ce24151674cea2eaa994dba1f7cf5d0658"),
    ("site", 3, "d782f3ff08dcb88bd5415a96b9da2563090f5a13cc2e6ff0f59a774c767d4d03"),
    ("spare", 2, "5f109a6cac663c4b7145b719e0e92b7fca88e2727fac3ca20c83f85dd01bfdb1"),
    ("pages", 2, "45bc69f31a08b782ac8bf1b38012cbf0856d4b5de8dbc88bc433e1825f998ba8"),
    ("steps", 2, "8186539e277010f02b39dbcc58fda8793b598b6cd6c24d1212d1afe5764dccaf"),
];

const SUBJECTS: [&[&str]; 3] = [
    &["lamp", "tower", "keeper", "storm", "coast", "signal", "fog", "harbour", "beacon"],
    &["bread", "flour", "oven", "yeast", "crust", "baker", "dough", "salt", "kneading"],
    &["orbit", "rocket", "launch", "crew", "moon", "station", "gravity", "engine", "fuel"],
];
const N_DOCS: usize = 60;

/// Documents of three subjects, whose words come and go by a fixed rule.
fn texts() -> Vec<String> {
    let text = |n: usize| {
        let words = SUBJECTS[n % 3];
        let words: Vec<&str> =
            (0..30).map(|m| words[(n * 7 + m * m + m * n) % words.len()]).collect();
        format!("The {}.", words.join(" of the "))
    };
    (0..N_DOCS).map(text).collect()
}

/// (60, 27): weights of such documents, rows of norm 1.
fn weights() -> CsMatI<f32, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for n in 0..N_DOCS {
        let row: Vec<(usize, f32)> = (0..27)
            .filter(|column| column / 9 == n % 3 || (column * 5 + n) % 11 == 0)
            .map(|column| (column, (1 + (column * n + n) % 7) as f32))
            .collect();
        let norm = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        indices.extend(row.iter().map(|(column, _)| *column as u32));
        data.extend(row.iter().map(|(_, value)| value / norm));
        indptr.push(indices.len());
    }
    CsMatI::new((N_DOCS, 27), indptr, indices, data)
}

/// Topics that are the three subjects.
fn topics() -> Nmf {
    let weight = |(k, column): (usize, usize)| {
        if column / 9 == k { (9 - column % 9) as f32 / 9.0 } else { 0.0 }
    };
    Nmf::from_components(Array2::from_shape_fn((3, 27), weight)).unwrap()
}

/// The digest of a value as the cache keeps it.
fn of(value: &impl Serialize) -> Digest {
    Digest::of(&postcard::to_stdvec(value).unwrap())
}

/// The digest of what every task makes.
fn results() -> BTreeMap<&'static str, Digest> {
    let (run, x, texts) = (Run::serial(), weights(), texts());
    let docs: Vec<Text<'_>> = texts.iter().map(|text| Text::plain(text)).collect();
    let counter = Counter::new(&count_config(&Config::default(), N_DOCS)).unwrap();
    let settings = nmf_config(&Config::default(), 3);
    let fitted = settings.fit(x.view(), &run).unwrap();
    let doc_topics = Array2::from_shape_fn((N_DOCS, 3), |(n, k)| f32::from(u8::from(n % 3 == k)));
    let loss = Loss { relative: 0.5, iterations: 1 };
    let fit = Fit { nmf: topics(), doc_topics, loss };
    let name = |id: usize| TopicName { id, slug: format!("slug-{id}"), title: format!("{id}") };
    let model = Model {
        vocabulary: Vocabulary::new(SUBJECTS.concat(), BTreeMap::new()),
        weighing: Weighing::TfIdf(TfIdf::from_parts(TfIdfConfig::sublinear(), vec![1.5; 27], 30.0)),
        nmf: topics(),
        weights: Weights { title: 1, tags: 1 },
        names: (0..3).map(name).collect(),
        next_id: 3,
        explained: Explained::default(),
        passages: KnownPassages::default(),
        told: None,
    };
    let canvas = CloudConfig::default();
    let cloud_word =
        |(n, &text): (usize, &&'static str)| Word { text, weight: 1.0 / (n + 1) as f64 };
    let cloud_words: Vec<Word<'_>> = SUBJECTS[0].iter().enumerate().map(cloud_word).collect();
    let entries: Vec<Entry<'_>> =
        texts.iter().map(|text| Entry { text, ..Entry::default() }).collect();
    let former = Former {
        sources: Some(Digest::of(b"sources")),
        documents: Digest::of(b"documents"),
        manifest: Manifest::sample(),
        report: b"report".to_vec(),
        spare: Some("name".to_owned()),
    };
    let document = corpus::Document { id: "1".to_owned(), ..corpus::Document::default() };
    let divided = parts(&fit, x.view(), 0, (&Memo::off(), &run)).unwrap();
    let divided: Vec<_> = divided.into_iter().map(|made| made.value).collect();
    let languages = text::Languages::new();
    let claims = [None, Some("en"), Some("de")].into_iter().cycle();
    let claimed = claims.zip(&docs).map(|(language, text)| Text { language, ..text.clone() });
    let detected = claimed.map(|text| Detected::of(&text, "en", &languages));
    let detected: Vec<Detected> = detected.collect();
    let pages = [(Digest::of(b"inputs"), Digest::of(b"page"))];
    BTreeMap::from([
        (tasks::LANGUAGES.name, of(&detected)),
        (tasks::REPEATS.name, of(&ShardRepeats::of(&docs, Some(0)))),
        (tasks::COUNT.name, Digest::of(&counter.count_shard(&docs).unwrap().to_bytes())),
        (tasks::NUMBER.name, of(&number::choose(x.view(), 0, &run).unwrap())),
        (tasks::TOPICS.name, tasks::digest_of_fit(&fitted)),
        (tasks::QUALITY.name, of(&quality(&fit, x.view(), (&settings, None), &run).unwrap())),
        (tasks::PARTS.name, of(&divided)),
        (tasks::RELATED.name, of(&related(x.view(), 5, &run).unwrap())),
        (tasks::PLACE.name, of(&place_shard(&docs, (&counter, &model), &run).unwrap())),
        (tasks::USAGE.name, of(&usage_of(&[0, 1, 9], &model.vocabulary, &texts))),
        (tasks::CLOUDS.name, of(&Clouds::of(&cloud_words, (&canvas, &canvas)).unwrap())),
        (tasks::WORDS.name, of(&ShardWords::of(&entries, 100))),
        // Records of a build, of which the form is all that can change.
        (tasks::LIKES.name, of(&Known::sample())),
        (tasks::SITE.name, of(&former)),
        (tasks::SPARE.name, of(&Spare::sample())),
        (tasks::PAGES.name, Digest::of(&Rendered::to_bytes(&pages))),
        (tasks::STEPS.name, of(&(StepInputs::sample(), vec![document]))),
    ])
}

#[test]
fn no_tasks_result_changes_without_its_version() {
    let made = results();
    let mut wrong = Vec::new();
    for task in tasks::ALL {
        let now = made.get(task.name).map(Digest::to_hex);
        let now = now.unwrap_or_else(|| panic!("no result of the task {} is made here", task.name));
        match GOLDEN.iter().find(|(name, ..)| *name == task.name) {
            Some((_, version, golden)) if (*version, *golden) == (task.version, &*now) => {}
            Some((_, version, _)) if *version == task.version => wrong.push(format!(
                "{}: the result changed to {now}: raise its version in tasks.rs, and pin both here",
                task.name
            )),
            _ => wrong.push(format!("(\"{}\", {}, \"{now}\"),", task.name, task.version)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(GOLDEN.len(), tasks::ALL.len(), "a line here is of no task");
}

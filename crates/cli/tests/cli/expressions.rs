//! `topicmill eval` and `topicmill query`.

use std::io::Write;

use crate::scene::Scene;
use crate::talks::talks;

/// A `.npy` file of `f64` with one axis.
fn npy(values: &[f64]) -> Vec<u8> {
    let header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", values.len());
    let header = format!("{header:<117}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&(header.len() as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    for x in values {
        file.extend_from_slice(&x.to_le_bytes());
    }
    file
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene.write("tf.npy", npy(&[1.0, 2.0, 3.0]));
    scene.write("idf.npy", npy(&[0.5, 0.0, 2.0]));
    scene
}

#[test]
fn eval_writes_what_numpy_reads() {
    let scene = scene();
    scene.succeed("eval tf*idf-1 tf=tf.npy idf=idf.npy -o out.npy");
    assert_eq!(scene.read("out.npy"), npy(&[-0.5, -1.0, 5.0]));
    let shown = scene.succeed("eval where(idf==0,0,tf/idf) tf=tf.npy idf=idf.npy").stdout;
    assert_eq!(shown, "f64 (3): 2.0 0.0 1.5\n");
    assert_eq!(scene.succeed("eval sum(tf) tf=tf.npy").stdout, "6.0\n");
    assert_eq!(scene.succeed("eval -2**2").stdout, "-4\n");
}

#[test]
fn eval_reads_the_arrays_of_an_npz() {
    let scene = scene();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, values) in [("a", [1.0, 2.0]), ("b", [3.0, 4.0])] {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(format!("{name}.npy"), options).expect("a file of the archive");
        archive.write_all(&npy(&values)).expect("its bytes");
    }
    scene.write("all.npz", archive.finish().expect("an archive").into_inner());
    assert_eq!(scene.succeed("eval sum(x*y) x=all.npz:a y=all.npz:b").stdout, "11.0\n");
    let outcome = scene.run("eval sum(x) x=all.npz");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("holds 2 arrays: a, b"), "{}", outcome.stderr);
}

#[test]
fn eval_names_what_is_wrong() {
    let scene = scene();
    for (args, what) in [
        ("eval tf*idf tf=tf.npy", "the expression uses idf, which is not given"),
        ("eval tf tf=tf.npy x=tf.npy", "the expression does not use x; it uses: tf"),
        ("eval tf** tf=tf.npy", "expected a value, found the end (at character 5)"),
        (
            "eval sqr(tf) tf=tf.npy",
            "there is no function sqr; sqrt is one (at character 1, in \"sqr\")",
        ),
        ("eval tf tf=none.npy", "cannot read none.npy"),
        ("eval tf tf=tf.csv", "allowed are .npy and .npz"),
        ("eval tf,idf tf=tf.npy idf=idf.npy -o out.npy", "2 results do not fit one .npy file"),
        ("eval tf tf", "a name and its file are written NAME=FILE"),
    ] {
        let outcome = scene.run(args);
        assert_eq!(outcome.code, Some(2), "{args}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(what), "{args}: {}", outcome.stderr);
    }
}

#[test]
fn query_asks_the_results_of_a_site() {
    let scene = Scene::new();
    let lines: Vec<String> = talks().iter().map(ToString::to_string).collect();
    scene.write("talks.jsonl", lines.join("\n"));
    scene.succeed("build talks.jsonl -o out -k 6 -q");
    let topics = scene.json("out/data/topics.json");
    let topics = topics["topics"].as_array().expect("topics");
    let slug = topics[0]["slug"].as_str().expect("a slug");
    let ask = |query: &str| scene.run_words(&["query", "out", query, "--json"]);
    let rows = |query: &str| -> Vec<serde_json::Value> {
        let outcome = ask(query);
        assert_eq!(outcome.code, Some(0), "{query}: {}", outcome.stderr);
        let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        answer["rows"].as_array().expect("rows").clone()
    };
    assert_eq!(rows("count()")[0]["count()"], talks().len());
    let query =
        format!("mean(weight), count() where topic == \"{slug}\" by year order count() top 5");
    let answer = rows(&query);
    assert!(!answer.is_empty() && answer.len() <= 5);
    assert!(answer[0]["mean(weight)"].as_f64().is_some_and(|mean| 0.0 < mean && mean <= 1.0));
    let per_topic = rows("topic, count(), max(weight) by topic");
    assert_eq!(per_topic.len(), topics.len());
    let leading = rows(&format!("term, weight where topic == '{slug}' order weight top 1"));
    let first = &topics[0]["terms"][0];
    assert_eq!(leading[0]["term"], first["term"]);
    let table = scene.run_words(&["query", "out", "topic, count() by topic top 2"]).stdout;
    assert_eq!(table.lines().count(), 3);
    assert!(table.starts_with("topic"), "{table}");
    let outcome = ask("nothing");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("there is no nothing; known are id, slug"),
        "{}",
        outcome.stderr
    );
    let outcome = scene.run_words(&["query", "elsewhere", "count()"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("there are no results in elsewhere"), "{}", outcome.stderr);
}

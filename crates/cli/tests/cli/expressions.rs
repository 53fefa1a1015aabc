//! `topicmill eval` and `topicmill query`.

use std::io::Write;
use std::sync::Arc;

use parquet::data_type::{
    ByteArray, ByteArrayType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

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

/// A Parquet file with the columns id (text), score (float with a gap), n (unsigned).
fn parquet() -> Vec<u8> {
    let schema = "message talks { REQUIRED BYTE_ARRAY id (UTF8); OPTIONAL DOUBLE score; \
                  REQUIRED INT32 n (UINT_32); REPEATED INT64 many; }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).expect("a file");
    for _ in 0..2 {
        let mut group = writer.next_row_group().expect("a group");
        let mut column = group.next_column().expect("columns").expect("id");
        let ids = ["a".into(), "b\u{e9}".into()];
        column.typed::<ByteArrayType>().write_batch(&ids, None, None).expect("values");
        column.close().expect("a column");
        let mut column = group.next_column().expect("columns").expect("score");
        column.typed::<DoubleType>().write_batch(&[1.5], Some(&[0, 1]), None).expect("values");
        column.close().expect("a column");
        let mut column = group.next_column().expect("columns").expect("n");
        column.typed::<Int32Type>().write_batch(&[-1, 2], None, None).expect("values");
        column.close().expect("a column");
        let mut column = group.next_column().expect("columns").expect("many");
        let (definition, repetition) = ([0, 0], [0, 0]);
        column
            .typed::<Int64Type>()
            .write_batch(&[], Some(&definition), Some(&repetition))
            .expect("values");
        column.close().expect("a column");
        group.close().expect("a group");
    }
    writer.close().expect("a file");
    file
}

#[test]
fn eval_reads_columns_of_parquet() {
    let scene = Scene::new();
    scene.write("talks.parquet", parquet());
    let shown = scene.succeed("eval id=='b\u{e9}' id=talks.parquet:id").stdout;
    assert_eq!(shown, "bool (4): false true false true\n");
    let shown = scene.succeed("eval x*2 x=talks.parquet:score").stdout;
    assert_eq!(shown, "f64 (4): NaN 3.0 NaN 3.0\n");
    assert_eq!(scene.succeed("eval max(n) n=talks.parquet:n").stdout, "4294967295\n");
    scene.write("broken.parquet", b"PAR1 and no more");
    for (operand, what) in [
        ("x=talks.parquet:nothing", "there is no column nothing; there are: id, score, n, many"),
        ("x=talks.parquet", "holds 4 columns: id, score, n, many"),
        ("x=talks.parquet:many", "column many is nested"),
        ("x=broken.parquet:x", "no Parquet that can be read"),
    ] {
        let outcome = scene.run(&format!("eval count(x) {operand}"));
        assert_eq!(outcome.code, Some(2), "{operand}");
        assert!(outcome.stderr.contains(what), "{operand}: {}", outcome.stderr);
    }
}

/// A Parquet file with the decimals a (32 bits), b (64 bits, with a gap), c and d (bytes), and `t.q` beside `q`.
fn decimals() -> Vec<u8> {
    let schema = "message prices { REQUIRED INT32 a (DECIMAL(9, 2)); OPTIONAL INT64 b (DECIMAL(18, 3)); \
                  REQUIRED FIXED_LEN_BYTE_ARRAY (3) c (DECIMAL(6, 1)); \
                  REQUIRED BYTE_ARRAY d (DECIMAL(38, 30)); \
                  REQUIRED GROUP t { REQUIRED INT32 q; } REQUIRED INT32 q; }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).expect("a file");
    let mut group = writer.next_row_group().expect("a group");
    macro_rules! write {
        ($ty:ty, $values:expr, $levels:expr) => {
            let mut column = group.next_column().expect("columns").expect("one more");
            column.typed::<$ty>().write_batch(&$values, $levels, None).expect("values");
            column.close().expect("a column");
        };
    }
    write!(Int32Type, [125, -7], None);
    write!(Int64Type, [1_000_000_000_000_000_001], Some(&[0, 1]));
    let tenths = [vec![0xff, 0xff, 0xf1_u8], vec![0, 1, 0]];
    write!(FixedLenByteArrayType, tenths.map(|bytes| ByteArray::from(bytes).into()), None);
    let large = (15 * 10_i128.pow(29)).to_be_bytes().to_vec();
    write!(ByteArrayType, [ByteArray::from(large), ByteArray::from(vec![0xff])], None);
    write!(Int32Type, [1, 2], None);
    write!(Int32Type, [3, 4], None);
    group.close().expect("a group");
    writer.close().expect("a file");
    file
}

#[test]
fn eval_reads_decimals_at_their_scale() {
    let scene = Scene::new();
    scene.write("prices.parquet", decimals());
    for (column, shown) in [
        ("a", "f64 (2): 1.25 -0.07\n"),
        ("b", "f64 (2): NaN 1000000000000000.0\n"),
        ("c", "f64 (2): -1.5 25.6\n"),
        ("d", "f64 (2): 1.5 -1e-30\n"),
        ("q", "i32 (2): 3 4\n"),
    ] {
        let line = format!("eval x x=prices.parquet:{column}");
        assert_eq!(scene.succeed(&line).stdout, shown, "{column}");
    }
    let outcome = scene.run("eval x x=prices.parquet:t.q");
    assert!(outcome.stderr.contains("column t.q is nested"), "{}", outcome.stderr);
}

#[test]
fn eval_prints_an_object_and_writes_no_other_file() {
    let scene = scene();
    let json = |line: &str| -> serde_json::Value {
        serde_json::from_str(&scene.succeed(line).stdout).expect("one object")
    };
    assert_eq!(
        json("eval tf/idf,sum(tf)>6,9007199254740993+count(tf) tf=tf.npy idf=idf.npy --json"),
        serde_json::json!({ "results": [
            { "type": "f64", "shape": [3], "values": [2.0, null, 1.5] },
            { "type": "bool", "shape": [], "values": [false] },
            { "type": "i64", "shape": [], "values": [9_007_199_254_740_996_i64] },
        ] })
    );
    assert_eq!(
        json("eval tf*2 tf=tf.npy -o out.npy --json"),
        serde_json::json!({ "results": [{ "type": "f64", "shape": [3] }] })
    );
    let explained = json("eval tf*2 tf=tf.npy --explain --json");
    assert!(explained["explanation"][0].as_str().is_some_and(|line| line.contains("instruction")));
    for name in ["out.csv", "out", "out.npy.gz"] {
        let outcome = scene.run(&format!("eval tf tf=tf.npy -o {name}"));
        assert_eq!(outcome.code, Some(2), "{name}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("allowed are .npy and .npz"), "{}", outcome.stderr);
        assert!(!scene.path(name).exists(), "{name}");
    }
}

#[test]
fn eval_reads_of_an_archive_what_the_header_says() {
    let scene = Scene::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("x.npy", options).expect("a file of the archive");
    archive.write_all(&npy(&[1.0, 2.0])).expect("an array");
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        archive.write_all(&zeros).expect("what follows it");
    }
    let archive = archive.finish().expect("an archive").into_inner();
    scene.write("bomb.npz", &archive);
    assert_eq!(scene.succeed("eval x x=bomb.npz").stdout, "f64 (2): 1.0 2.0\n");
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("x.npy", stored).expect("a file of the archive");
    archive.write_all(&npy(&[1.0, 2.0])).expect("an array");
    let mut bytes = archive.finish().expect("an archive").into_inner();
    let at = bytes.windows(8).position(|eight| eight == 2.0_f64.to_le_bytes()).expect("the value");
    bytes[at] ^= 1;
    scene.write("flipped.npz", bytes);
    let outcome = scene.run("eval x x=flipped.npz");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("checksum"), "{}", outcome.stderr);
}

#[test]
fn eval_stores_under_a_mask_chooses_and_reduces_along_an_axis() {
    let scene = scene();
    scene.succeed("eval tf[idf==0]=9 tf=tf.npy idf=idf.npy -o out.npy");
    assert_eq!(scene.read("out.npy"), npy(&[1.0, 9.0, 3.0]));
    assert_eq!(scene.succeed("eval tf[idf>0] tf=tf.npy idf=idf.npy").stdout, "f64 (2): 1.0 3.0\n");
    assert_eq!(scene.succeed("eval sum(tf,axis=0) tf=tf.npy").stdout, "6.0\n");
    scene.succeed("eval tf*2,sum(tf) tf=tf.npy -o both.npz");
    assert_eq!(scene.succeed("eval max(x)+s x=both.npz:arr_0 s=both.npz:arr_1").stdout, "12.0\n");
    assert_eq!(scene.succeed("eval sum(pi) pi=tf.npy").stdout, "6.0\n");
}

#[test]
fn eval_explains_how_it_computes() {
    let scene = scene();
    let shown = scene.succeed("eval tf*idf-1 tf=tf.npy idf=idf.npy --explain --threads 1").stdout;
    assert!(shown.starts_with("instruction set: "), "{shown}");
    assert!(shown.contains("pass 1: 3 elements in blocks of 3"), "{shown}");
    assert!(shown.contains("loop  out = (tf * idf) - 1.0    f64"), "{shown}");
    assert!(
        shown.contains("on 1 threads") && shown.contains("GB/s where a copy reaches"),
        "{shown}"
    );
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
        ("eval tf tf=tf.csv", "allowed are .npy, .npz and .parquet"),
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
    assert!(answer.iter().all(|row| row["year"].is_i64()), "{answer:?}");
    let per_topic = rows("topic, count(), max(weight) by topic");
    assert_eq!(per_topic.len(), topics.len());
    let most = rows("topic, max(weight) as most by topic order most desc");
    assert_eq!(most.len(), topics.len());
    let leading = rows(&format!("term, weight where topic == '{slug}' order weight top 1"));
    let first = &topics[0]["terms"][0];
    assert_eq!(leading[0]["term"], first["term"]);
    let table = scene.run_words(&["query", "out", "topic, count() by topic top 2"]).stdout;
    assert_eq!(table.lines().count(), 3);
    assert!(table.starts_with("topic"), "{table}");
    let wide = format!("count() as {}", "n".repeat(70_000));
    let table = scene.run_words(&["query", "out", &wide]).stdout;
    assert_eq!(table.lines().nth(1).map(str::len), Some(70_000));
    for query in ["nothing", "weight where nothing > 1", "term, nothing"] {
        let stderr = ask(query).stderr;
        assert_eq!(ask(query).code, Some(2), "{stderr}");
        assert!(stderr.contains("there is no nothing; known are id, slug"), "{stderr}");
        assert!(stderr.contains("topic, topic_title, share, weight, tag, term"), "{stderr}");
    }
    for (query, hint) in [
        ("SELECT title where year == 2016", "leave out select"),
        ("topic, count() group by topic", "by KEYS makes groups"),
        ("title order by year limit 3", "top N"),
        ("title from documents", "leave out from"),
    ] {
        let outcome = ask(query);
        assert_eq!(outcome.code, Some(2), "{query}");
        assert!(outcome.stderr.contains(&format!("\nhint: {hint}")), "{}", outcome.stderr);
    }
    assert!(!ask("title title").stderr.contains("hint:"));
    let outcome = ask("max(year * 0 + 9007199254740993) as z, count() as b, min(year) as a");
    assert!(
        outcome.stdout.starts_with("{\"rows\":[{\"z\":9007199254740993,\"b\":"),
        "{}",
        outcome.stdout
    );
    let outcome = ask("count() as a, sum(year) as a");
    assert_eq!(outcome.code, Some(2), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("two columns are called a"), "{}", outcome.stderr);
    let outcome = scene.run_words(&["query", "elsewhere", "count()"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("there are no results in elsewhere"), "{}", outcome.stderr);
}

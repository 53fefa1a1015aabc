//! What the command says to input that cannot be used: one `error:` line, the right exit code, and
//! nothing left behind.

use std::io::Write;

use serde_json::json;

use crate::scene::{Outcome, Scene, WebSite};
use crate::talks::{FEW, talks, to_lines, write_talks};

/// The exit codes of the contract.
const DONE: Option<i32> = Some(0);
const FAILED: Option<i32> = Some(1);
const USAGE: Option<i32> = Some(2);
const TOO_MANY_SKIPPED: Option<i32> = Some(3);

const RECIPE: &str = "[recipe]\nname = \"lamps\"\n[list]\nitem = \"li\"\nlink = \"a@href\"\n\
    [talk]\ntitle = \"h1\"\nabstract = \"div.text\"\n";

/// Runs `topicmill`, which must end with `code`, one error line that contains every one of `says`
/// and a hint that contains `hint`, without a trace of a site.
#[track_caller]
fn refuse(scene: &Scene, args: &str, code: Option<i32>, says: &[&str], hint: &str) {
    let before = scene.names(".");
    let outcome = scene.run(args);
    check_error(&outcome, args, code, says);
    let hints: Vec<&str> =
        outcome.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).collect();
    match hint {
        "" => assert!(hints.len() <= 1, "topicmill {args}\n{}", outcome.stderr),
        hint => assert!(
            hints.len() == 1 && hints[0].contains(hint),
            "topicmill {args}: no hint {hint:?}\n{}",
            outcome.stderr
        ),
    }
    let mut after = scene.names(".");
    after.retain(|name| name != "cache-home" && !before.contains(name));
    assert!(after.is_empty(), "topicmill {args} left {after:?}");
}

#[track_caller]
fn check_error(outcome: &Outcome, args: &str, code: Option<i32>, says: &[&str]) {
    let stderr = &outcome.stderr;
    assert_eq!(outcome.code, code, "topicmill {args}\n{stderr}");
    let errors: Vec<&str> =
        stderr.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert_eq!(errors.len(), 1, "topicmill {args}\n{stderr}");
    for part in says {
        assert!(errors[0].contains(part), "topicmill {args}: no {part:?} in\n{stderr}");
    }
    for part in ["panicked", "RUST_BACKTRACE", "internal error"] {
        assert!(!stderr.contains(part), "topicmill {args}\n{stderr}");
    }
}

#[test]
fn arguments_that_are_not_allowed() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let help = "--help";
    let cases: &[(&str, &[&str], &str)] = &[
        ("", &["no command"], help),
        ("bulid few.jsonl -o out", &["'bulid'"], "build"),
        ("build few.jsonl", &["--out <OUT>"], help),
        ("build -o out", &["no source was given", "sources"], "topicmill build talks.jsonl"),
        ("build few.jsonl -o out --nope", &["'--nope'"], help),
        ("build few.jsonl -o out -k 0", &["'0'", "-k", "auto", "from 1"], ""),
        ("build few.jsonl -o out -k -1", &["'-1'", "-k", "auto", "from 1"], ""),
        ("build few.jsonl -o out --threads -1", &["'-1'", "--threads", "from 1"], ""),
        ("build few.jsonl -o out --seed -1", &["'-1'", "--seed"], ""),
        ("build few.jsonl -o out -k x", &["'x'", "-k", "auto", "from 1"], ""),
        ("build few.jsonl -o out -k 4", &["1..=3", "3 documents", "got 4"], "at most 3"),
        ("build few.jsonl -o out --max-skipped 200%", &["'200%'", "0% to 100%"], ""),
        ("build few.jsonl -o out --threads 0", &["'0'", "--threads", "from 1"], ""),
        ("build few.jsonl -o out --threads 100000", &["'100000'", "--threads", "from 1"], ""),
        ("build few.jsonl -o out --seed x", &["'x'", "--seed"], ""),
        ("build few.jsonl -o out --offline --refresh", &["--offline", "--refresh"], ""),
        ("build ftp://example.org/ -o out", &["\"ftp\"", "http and https"], ""),
        ("build http://[ -o out", &["not a valid address"], ""),
        ("crawl few.jsonl -o x.xlsx", &["x.xlsx", ".jsonl, .csv or .parquet"], "endings"),
        ("recipe", &["no command"], help),
    ];
    for (args, says, hint) in cases {
        refuse(&scene, args, USAGE, says, hint);
    }
}

#[test]
fn more_topics_than_terms() {
    let scene = Scene::new();
    scene.write("same.jsonl", "{\"text\": \"lamp\"}\n".repeat(9));
    refuse(&scene, "build same.jsonl -o out -k 2", USAGE, &["1 terms", "got 2"], "-k");
}

#[test]
fn sources_without_documents() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.write("talks.xyz", "x");
    scene.write("unknown/talks.xyz", "x");
    scene.write("folder.jsonl/.hidden", "");
    std::fs::create_dir(scene.path("empty")).unwrap();
    scene.write("blank.jsonl", "");
    scene.write("head.csv", "title,text\n");
    scene.write("nothing.csv", "");
    scene.write("one.jsonl", "{\"text\": \"one lamp\"}\n");
    scene.write("no-text.jsonl", "{\"text\": \"\", \"title\": \"a\"}\n{\"text\": \" \"}\n");
    scene.write("bytes.jsonl", b"\xff\xff\n\xc3\x28\n".repeat(10));
    scene.write("cut.jsonl.gz", &gzipped(FEW.as_bytes())[..20]);
    scene.write("plain.jsonl.zst", FEW);
    let cases: &[(&str, &[&str], &str)] = &[
        ("nowhere", &["nowhere"], "spelling"),
        ("empty", &["empty", ".jsonl"], "folder"),
        ("unknown", &["unknown", ".jsonl"], "folder"),
        ("folder.jsonl", &["folder.jsonl", ".jsonl"], "folder"),
        ("talks.xyz", &["talks.xyz", "\".xyz\"", ".jsonl"], ".jsonl"),
        ("blank.jsonl", &["got 0", "blank.jsonl has 0 lines"], "each line is a document"),
        ("head.csv", &["got 0", "head.csv has 0 rows"], "title,text"),
        ("nothing.csv", &["nothing.csv has no column for the text", "it is empty"], "--text"),
        ("one.jsonl", &["at least 2 documents", "got 1", "one.jsonl has 1 line"], "more sources"),
        ("no-text.jsonl", &["2 documents", "text"], "--text COLUMN"),
        (
            "bytes.jsonl",
            &["got 0", "has 20 lines", "20 are set aside", "bytes.jsonl:1", "UTF-8", "19 more"],
            "mend",
        ),
        ("cut.jsonl.gz", &["cut.jsonl.gz", "gzip"], "again"),
        ("plain.jsonl.zst", &["plain.jsonl.zst", "zstd"], "rename"),
    ];
    for (source, says, hint) in cases {
        refuse(&scene, &format!("build {source} -o out"), FAILED, says, hint);
    }
    // What is wrong with a source is no fault of a step, and reading has nothing stored to be run from.
    let told = scene.run("build blank.jsonl -o out").stderr;
    assert!(!told.contains("in the step") && !told.contains("--rerun"), "{told}");
    let one = &["at least 1 document is needed, got 0", "blank.jsonl has 0 lines"];
    refuse(&scene, "crawl blank.jsonl -o x.jsonl", FAILED, one, "each line is a document");
    let both = &["blank.jsonl has 0 lines that are not empty; head.csv has 0 rows"];
    refuse(&scene, "build blank.jsonl head.csv -o out", FAILED, both, "");
    scene.write("topicmill.toml", "exclude = [\"one:1\"]");
    let excluded = &["one.jsonl has 1 line that is not empty, of which 1 is excluded"];
    refuse(&scene, "crawl one.jsonl -o x.jsonl", FAILED, excluded, "`exclude`");
    std::fs::remove_file(scene.path("topicmill.toml")).unwrap();
    // Among other sources too, what cannot be read stops everything.
    refuse(&scene, "build few.jsonl nowhere -o out", FAILED, &["nowhere"], "spelling");
}

#[test]
fn sites_that_cannot_be_crawled() {
    let scene = Scene::new();
    scene.write("www/index.html", "<ul><li>nothing to follow</li></ul>");
    scene.write("www/robots.txt", "User-agent: *\nDisallow: /private/\n");
    scene.write("www/private/index.html", "<ul><li><a href=\"/x\">x</a></li></ul>");
    scene.write("recipe.toml", RECIPE);
    let site = WebSite::serve(&scene.path("www"));
    let offline = format!("build {} --recipe recipe.toml -o out --offline", site.url("/"));
    refuse(&scene, &offline, FAILED, &[&site.url("/"), "--offline"], "without --offline");
    let check = |path: &str, says: &[&str], hint: &str| {
        let args = format!("build {} --recipe recipe.toml -o out", site.url(path));
        refuse(&scene, &args, FAILED, says, hint);
    };
    check("/nowhere/", &[&site.url("/nowhere/"), "404", "200"], "path");
    check("/private/", &["robots.txt", "Disallow: /private/"], "owners");
    check("/", &["\"lamps\" matches nothing", "list.link"], "selectors");
    scene.write("www/empty/index.html", "<p>No list, and no text to speak of.</p>");
    let no_list = format!("build {} -o out", site.url("/empty/"));
    refuse(&scene, &no_list, FAILED, &["neither a list of links", "/empty/"], "write a recipe");
    let lost = "<ul><li><a href=\"/lost-1.html\">a</a><li><a href=\"/lost-2.html\">b</a></ul>";
    scene.write("www/lost/index.html", lost);
    let all_lost = ["/lost/ has 2 pages in its list, of which 2 are set aside", "404", "1 more"];
    check("/lost/", &all_lost, &format!("recipe test {}", site.url("/lost/")));
    let closed = "build http://127.0.0.1:1/ --recipe europython-2016 -o out";
    refuse(&scene, closed, FAILED, &["http://127.0.0.1:1/", "cannot be reached"], "network");
}

#[test]
fn a_password_in_an_address_is_never_repeated() {
    let scene = Scene::new();
    let args = "build http://ida:s3cret@127.0.0.1:1/ --recipe europython-2016 -o out";
    let outcome = scene.run(args);
    check_error(&outcome, args, FAILED, &["127.0.0.1:1"]);
    assert!(!outcome.stderr.contains("s3cret"), "{}", outcome.stderr);
    let args = "build http://ida:s3cret@127.0.0.1:1/ -o out";
    let outcome = scene.run(args);
    check_error(&outcome, args, FAILED, &["cannot be reached"]);
    assert!(!outcome.stderr.contains("s3cret"), "{}", outcome.stderr);
}

#[test]
fn recipes_that_cannot_be_used() {
    let scene = Scene::new();
    scene.write("syntax.toml", "[recipe]\nname =");
    scene.write("key.toml", RECIPE.replace("abstract", "abstrct"));
    scene.write("selector.toml", RECIPE.replace("\"li\"", "\"li[\""));
    scene.write("missing.toml", "[recipe]\nname = \"lamps\"\n[talk]\nabstract = \"p\"\n");
    let cases: &[(&str, &[&str], &str)] = &[
        ("nothing", &["\"nothing\"", "europython-2016"], "recipe file"),
        ("nothing.toml", &["nothing.toml"], ""),
        ("syntax.toml", &["syntax.toml", "line 2"], ""),
        ("key.toml", &["key.toml", "talk.abstrct", "abstract, "], "did you mean abstract?"),
        ("selector.toml", &["selector.toml", "list.item", "\"li[\""], ""),
        ("missing.toml", &["missing.toml", "list"], ""),
    ];
    for (recipe, says, hint) in cases {
        let args = format!("build http://127.0.0.1:1/ --recipe {recipe} -o out");
        refuse(&scene, &args, USAGE, says, hint);
    }
}

#[test]
fn configurations_that_cannot_be_used() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let cases: &[(&str, &[&str], &str)] = &[
        ("titel = \"x\"", &["unknown key `titel`", "title"], "did you mean title?"),
        ("[text]\nmindf = 2", &["`text.mindf`"], "min_df"),
        ("\nk = 0", &["line 2", "`0`", "auto"], ""),
        ("[text]\nmax_df = 1.5", &["line 2", "1.5", "0.0 to 1.0"], ""),
        ("title = \"open", &["line 1"], ""),
        ("language = \"xx\"", &["xx"], ""),
    ];
    for (text, says, hint) in cases {
        scene.write("topicmill.toml", text);
        let says: Vec<&str> = if text.starts_with("language") {
            says.to_vec()
        } else {
            [&["topicmill.toml"], *says].concat()
        };
        refuse(&scene, "build few.jsonl -o out", USAGE, &says, hint);
        std::fs::rename(scene.path("topicmill.toml"), scene.path("other.toml")).unwrap();
        let says: Vec<&str> = says.into_iter().filter(|part| *part != "topicmill.toml").collect();
        refuse(&scene, "build few.jsonl -o out -c other.toml", USAGE, &says, hint);
        std::fs::remove_file(scene.path("other.toml")).unwrap();
    }
    refuse(&scene, "build few.jsonl -o out -c nowhere.toml", USAGE, &["nowhere.toml"], "");
}

#[test]
fn outputs_that_cannot_be_written() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.write("file", "mine");
    scene.write("thesis/chapter.tex", "years");
    let cases: &[(&str, Option<i32>, &[&str], &str)] = &[
        ("build few.jsonl -o file", USAGE, &["file is a file", "folder"], ""),
        ("build few.jsonl -o file --force", USAGE, &["file is a file", "folder"], ""),
        ("build few.jsonl -o file/out", FAILED, &["cannot write to file/out"], ""),
        ("build few.jsonl -o thesis", USAGE, &["thesis", "\"chapter.tex\""], "--force"),
        ("build few.jsonl -o .", USAGE, &["it holds the source few.jsonl"], "not above it"),
        ("crawl few.jsonl -o nowhere/x.jsonl", FAILED, &["nowhere/x.jsonl"], ""),
        ("topics few.jsonl -o nowhere/model", FAILED, &["nowhere/model"], ""),
    ];
    for (args, code, says, hint) in cases {
        refuse(&scene, args, *code, says, hint);
    }
    assert_eq!(scene.read("file"), b"mine");
    assert_eq!(scene.names("thesis"), ["chapter.tex"]);
    scene.succeed("build few.jsonl -o thesis --force");
    assert!(scene.names("thesis").contains(&"index.html".to_owned()));
    assert!(!scene.names("thesis").contains(&"chapter.tex".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_place_for_a_site() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    std::os::unix::fs::symlink("gone", scene.path("out")).unwrap();
    refuse(&scene, "build few.jsonl -o out", FAILED, &["/out", "link to what does not exist"], "");
}

#[test]
fn a_failed_build_leaves_the_former_site() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    let before = scene.tree("out");
    refuse(&scene, "build few.jsonl -o out -k 4", USAGE, &["got 4"], "");
    crate::scene::assert_same(&before, &scene.tree("out"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_what_helps_and_the_former_site_stands() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let Some(_disk) = crate::scene::SmallDisk::mount(&scene, "disk", "1500k") else { return };
    scene.succeed("build few.jsonl -o disk/out --cache cache");
    let before = scene.tree("disk/out");
    write_talks(&scene);
    let failed = scene.run("build talks.jsonl -o disk/out --cache cache");
    assert_eq!(failed.code, FAILED, "{}", failed.stderr);
    for says in ["disk/", "No space left on device", "hint: make room there", "still does"] {
        assert!(failed.stderr.contains(says), "{says}: {}", failed.stderr);
    }
    assert!(!failed.stderr.contains("--rerun"), "{}", failed.stderr);
    crate::scene::assert_same(&before, &scene.tree("disk/out"));
    assert_eq!(scene.names("disk"), ["out"], "nothing of the new site is left");
}

#[test]
fn caches_that_cannot_be_used() {
    let scene = Scene::new();
    scene.write("file", "mine");
    scene.write("newer/FORMAT", "topicmill-cache 99\n");
    scene.write("other/FORMAT", "pdf 1.7");
    let check = |cache: &str, code, says: &[&str], hint: &str| {
        let crawl = "build http://127.0.0.1:1/ --recipe europython-2016 -o out";
        for command in [crawl, "cache ls", "cache clear"] {
            refuse(&scene, &format!("{command} --cache {cache}"), code, says, hint);
        }
    };
    check("file", USAGE, &["file is not a topicmill cache: it is a file"], "--cache");
    check("newer", FAILED, &["newer", "99", "2 and older"], "--cache");
    check("other", USAGE, &["other is not a topicmill cache: its FORMAT"], "--cache");
}

#[test]
fn a_cache_that_is_named_and_absent_is_not_made() {
    let scene = Scene::new();
    for command in ["ls", "verify", "gc", "clear"] {
        let command = format!("cache {command} --cache typo");
        refuse(&scene, &command, USAGE, &["there is no cache typo"], "--cache");
    }
    assert!(!scene.path("typo").exists());
}

#[test]
fn a_cache_that_keeps_no_results_is_a_warning_and_the_same_site() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    scene.write("file", "mine");
    scene.write("newer/FORMAT", "topicmill-cache 99\n");
    scene.write("damaged/FORMAT", [0xFF_u8, 0, 7]);
    scene.write("mine/thesis", "years");
    let cases = [
        ("file", "file"),
        ("file/below", "file/below"),
        ("newer", "format 99, this program reads format 2"),
        ("damaged", "is not a topicmill cache"),
        ("mine", "is not a topicmill cache: it has no file FORMAT, but \"thesis\""),
    ];
    for (n, (cache, says)) in cases.into_iter().enumerate() {
        let outcome = scene.succeed(&format!("build few.jsonl -o out{n} --cache {cache}"));
        let warning = outcome.stderr.lines().find(|line| line.contains("results are not kept"));
        assert!(warning.is_some_and(|line| line.contains(says)), "{cache}: {}", outcome.stderr);
        crate::scene::assert_same(&scene.tree("out"), &scene.tree(&format!("out{n}")));
    }
    assert_eq!(scene.read("newer/FORMAT"), b"topicmill-cache 99\n", "it is left as it was");
    assert_eq!(scene.names("mine"), ["thesis"]);
}

#[cfg(target_os = "linux")]
#[test]
fn paths_with_odd_bytes_are_paths() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    let odd = OsStr::from_bytes(b"odd \xff\n'\" name");
    let build = |words: [&OsStr; 2]| {
        let mut args: Vec<&OsStr> = ["build", "few.jsonl", "-q"].map(OsStr::new).to_vec();
        args.extend(words);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_topicmill"));
        let output = command.args(args).current_dir(scene.path("")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for _ in 0..2 {
        build([OsStr::new("-o"), odd]);
        let cache = OsStr::from_bytes(b"--cache=odd \xfe cache");
        build([OsStr::new("-oother"), cache]);
    }
    crate::scene::assert_same(&scene.tree("out"), &scene.tree("other"));
    assert!(scene.path("").join(odd).join("index.html").exists());
    assert!(scene.path("").join(OsStr::from_bytes(b"odd \xfe cache")).join("FORMAT").exists());
}

#[cfg(unix)]
#[test]
fn an_argument_of_odd_bytes_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let scene = Scene::new();
    write_talks(&scene);
    let odd = OsStr::from_bytes(b"tal\xffks.jsonl");
    std::fs::copy(scene.path("talks.jsonl"), scene.path("").join(odd)).unwrap();
    let refused = scene.run_bytes(&["build".as_ref(), odd, "-o".as_ref(), "out".as_ref()]);
    assert_eq!(refused.code, USAGE, "{}", refused.stderr);
    for says in ["error: ", "must be UTF-8", r#""tal\xFFks.jsonl""#, "hint: rename the file"] {
        assert!(refused.stderr.contains(says), "{says}: {}", refused.stderr);
    }
    // The folder that it is in is read, and a folder of such a name is written.
    let out = OsStr::from_bytes(b"o\xffut");
    let done = scene.run_bytes(&["build".as_ref(), ".".as_ref(), "-o".as_ref(), out]);
    assert_eq!(done.code, DONE, "{}", done.stderr);
}

#[test]
fn models_that_cannot_be_used() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.succeed("topics few.jsonl -o good.topicmill");
    let good = scene.read("good.topicmill");
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    scene.write("damaged.topicmill", damaged);
    scene.write("cut.topicmill", &good[..good.len() / 2]);
    scene.write("head.topicmill", &good[..18]);
    scene.write("other.topicmill", "scikit-learn 1.9 pickle, more than fifty-two bytes of it");
    let mut newer = good;
    newer[16] = 9;
    scene.write("newer.topicmill", newer);
    let cases: &[(&str, &[&str], &str)] = &[
        ("nowhere.topicmill", &["nowhere.topicmill"], ""),
        ("damaged.topicmill", &["damaged.topicmill is damaged"], "anew"),
        ("cut.topicmill", &["cut.topicmill is damaged"], "anew"),
        ("head.topicmill", &["head.topicmill is damaged"], "anew"),
        ("other.topicmill", &["other.topicmill is not a topicmill model"], "model.topicmill"),
        ("newer.topicmill", &["newer.topicmill", "version 9", "version 6"], "anew"),
    ];
    for (model, says, hint) in cases {
        refuse(&scene, &format!("infer {model} few.jsonl"), FAILED, says, hint);
    }
}

#[test]
fn a_second_init_and_a_folder_without_a_site() {
    let scene = Scene::new();
    scene.succeed("init");
    let first = scene.read("topicmill.toml");
    refuse(&scene, "init", USAGE, &["topicmill.toml exists"], "--force");
    scene.write("topicmill.toml", "mine");
    scene.succeed("init --force");
    assert_eq!(scene.read("topicmill.toml"), first);
    for folder in [".", "nowhere", "topicmill.toml"] {
        refuse(&scene, &format!("serve {folder}"), USAGE, &[folder, "no site"], "topicmill build");
    }
}

#[test]
fn one_bad_line_of_forty_is_a_warning() {
    let scene = Scene::new();
    let mut lines = to_lines(&talks()[..39]).into_bytes();
    lines.extend_from_slice(b"{\"text\": \"\xff\"}\n");
    scene.write("talks.jsonl", lines);
    let outcome = scene.succeed("build talks.jsonl -o out");
    assert!(outcome.stderr.contains("warning: skipped talks.jsonl:40: "), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("error: "), "{}", outcome.stderr);
    let documents = &scene.json("out/data/report.json")["documents"];
    assert_eq!((&documents["found"], &documents["kept"]), (&json!(40), &json!(39)));
    assert_eq!(documents["dropped"][0]["url"], "talks.jsonl:40");
    let quiet = scene.succeed("build talks.jsonl -o out -q");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn two_bad_lines_of_ten_are_a_site_and_a_code_of_its_own() {
    let scene = Scene::new();
    scene.write("talks.jsonl", format!("{}{{oops\n[]\n", to_lines(&talks()[..8])));
    for flags in ["", " -q", " --json"] {
        let args = format!("build talks.jsonl -o out{flags}");
        let outcome = scene.run(&args);
        check_error(&outcome, &args, TOO_MANY_SKIPPED, &["2 of 10", "5%"]);
        assert!(outcome.stderr.contains("hint: --max-skipped"), "{}", outcome.stderr);
        assert!(scene.names("out").contains(&"index.html".to_owned()));
    }
    let allowed = scene.run("build talks.jsonl -o out --max-skipped 20%");
    assert_eq!(allowed.code, DONE, "{}", allowed.stderr);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_never_held() {
    let scene = Scene::new();
    write_talks(&scene);
    let mut file =
        std::fs::OpenOptions::new().append(true).open(scene.path("talks.jsonl")).unwrap();
    file.write_all(b"{\"text\": \"").unwrap();
    let block = b"lamp ".repeat(200_000);
    for _ in 0..100 {
        file.write_all(&block).unwrap();
    }
    file.write_all(b"\"}\n").unwrap();
    let outcome = scene.succeed("build talks.jsonl -o out");
    assert!(outcome.stderr.contains("warning: skipped talks.jsonl:121"), "{}", outcome.stderr);
    let report = scene.json("out/data/report.json");
    let stages = report["stages"].as_array().unwrap();
    let peak = stages.iter().map(|stage| stage["peak_rss_bytes"].as_u64().unwrap()).max().unwrap();
    assert!(peak < 250_000_000, "{peak} bytes");
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

#[test]
fn a_source_is_never_replaced_by_its_site() {
    let scene = Scene::new();
    scene.write("notes/a.txt", "The lamp of the lighthouse is lit at dusk.");
    scene.write("notes/b.txt", "The tide comes in at noon and goes out at night.");
    for out in ["notes", "."] {
        let run = scene.run(&format!("build notes -o {out} --force"));
        assert_eq!(run.code, USAGE, "{}", run.stderr);
        assert!(run.stderr.contains("it holds the source notes"), "{}", run.stderr);
    }
    assert!(scene.path("notes/a.txt").exists());
}

#[test]
fn a_source_is_never_replaced_by_what_is_made_of_it() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    scene.write("notes/a.txt", "The lamp of the lighthouse is lit at dusk.");
    for args in ["crawl few.jsonl -o ./few.jsonl", "topics few.jsonl -k 1 -o few.jsonl"] {
        refuse(&scene, args, USAGE, &["few.jsonl cannot be written: it is a source"], "-o");
    }
    assert_eq!(scene.read("few.jsonl"), FEW.as_bytes());
    for _ in 0..2 {
        scene.succeed("crawl notes -o notes/all.jsonl");
        assert_eq!(scene.json_lines("notes/all.jsonl").len(), 1);
    }
}

#[test]
fn what_nobody_knows_the_number_of_is_more_than_may_be_skipped() {
    let scene = Scene::new();
    let row = |n: u64| {
        let noise = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{{\"text\": \"lamp {noise} and tide {}\"}}\n", noise.rotate_left(20))
    };
    let lines: String = (0..20_000).map(row).collect();
    let packed = gzipped(lines.as_bytes());
    scene.write("cut.jsonl.gz", &packed[..packed.len() / 2]);
    let rows = "one lamp and two tides\ntwo lamps and no tide\nharbour pilots read charts\n";
    scene.write("quote.csv", format!("text\n{rows}\"lamp\n{rows}"));
    for (source, n_documents) in [("cut.jsonl.gz", 5_000..=15_000), ("quote.csv", 3..=3)] {
        let run = scene.run(&format!("crawl {source} -o out.jsonl --max-skipped 100% -q"));
        let says = [&format!("the rest of {source} is missing")[..], "whole"];
        check_error(&run, "crawl", Some(3), &says);
        assert!(run.stderr.contains("hint: mend the file, or copy"), "{}", run.stderr);
        let n_kept = scene.json_lines("out.jsonl").len();
        assert!(n_documents.contains(&n_kept), "{source}: {n_kept}");
    }
    let run = scene.run("build quote.csv -k 1 -o out --max-skipped 100%");
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let documents = &scene.json("out/data/report.json")["documents"];
    assert_eq!(documents["cut"][0], "quote.csv");
    assert_eq!(documents["dropped"][0]["url"], "quote.csv:5");
    // A build that finds its site standing has no more of the file.
    assert_eq!(scene.run("build quote.csv -k 1 -o out").code, Some(3));
}

#[test]
fn a_site_below_its_source_is_not_read_again() {
    let scene = Scene::new();
    scene.write("notes/a.txt", "The lamp of the lighthouse is lit at dusk.");
    scene.write("notes/b.txt", "The tide comes in at noon and goes out at night.");
    for _ in 0..2 {
        let run = scene.run("build notes -o notes/site");
        assert_eq!(run.code, DONE, "{}", run.stderr);
        let report = scene.json("notes/site/data/report.json");
        assert_eq!(report["documents"]["kept"].as_u64(), Some(2));
    }
}

#[test]
fn a_folder_that_is_no_cache_is_not_cleared_up() {
    let scene = Scene::new();
    for file in ["mine/objects/a", "mine/spares/thesis/a"] {
        scene.write(file, "precious");
    }
    for command in ["clear", "gc", "verify", "ls"] {
        let outcome = scene.run_words(&["cache", command, "--cache", "mine"]);
        assert_eq!(outcome.code, Some(2), "{command}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("not a topicmill cache"), "{}", outcome.stderr);
    }
    assert!(scene.path("mine/objects/a").exists() && scene.path("mine/spares/thesis/a").exists());
    assert!(!scene.path("mine/FORMAT").exists());
}

#[test]
fn folders_without_a_report_say_how_it_shows() {
    let scene = Scene::new();
    scene.write("empty/notes", "");
    scene.write("damaged/data/report.json", "{\"stages\":");
    scene.write("file", "");
    let cases = [
        ("nowhere", "there is no such folder"),
        ("file", "it is no folder"),
        ("empty", "data/report.json is missing"),
        ("damaged", "data/report.json is damaged"),
    ];
    for (out, says) in cases {
        refuse(&scene, &format!("report {out}"), FAILED, &[says], "-o");
    }
    scene.write("few.jsonl", FEW);
    scene.succeed("build few.jsonl -o out");
    let why = scene.succeed("report out --why weigh").stdout;
    assert!(why.contains("nothing of it is kept") && !why.contains("first build"), "{why}");
}

#[test]
fn flags_that_would_do_nothing_are_refused() {
    let scene = Scene::new();
    scene.write("few.jsonl", FEW);
    let says = &["cannot be used with"];
    for flag in ["--seed 3", "--weight bm25", "-k 2"] {
        let args = format!("build few.jsonl -o out --keep-topics {flag}");
        refuse(&scene, &args, USAGE, says, "");
    }
    let unknown = &["no recipe \"nosuch\""];
    refuse(&scene, "build few.jsonl -o out --recipe nosuch", USAGE, unknown, "built-in");
    refuse(&scene, "build few.jsonl -o out --seed -1", USAGE, &["whole numbers from 0"], "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_past_the_limit_of_the_process_is_an_error_with_its_hint() {
    let scene = Scene::new();
    write_talks(&scene);
    let mut command = std::process::Command::new("sh");
    let line = "ulimit -f 8; exec \"$0\" build talks.jsonl -o out --cache cache";
    let command = command.args(["-c", line, env!("CARGO_BIN_EXE_topicmill")]);
    let output = command.current_dir(scene.path("")).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for says in ["nothing more is kept in the cache", "File too large", "hint: ", "ulimit -f"] {
        assert!(stderr.contains(says), "{says}: {stderr}");
    }
    assert!(!scene.path("out").exists());
}

//! A program that is killed at any moment leaves the old site or the new one, and the next run
//! completes. `cargo xtask soak` kills it more often.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::plain_server::PlainServer;
use crate::scene::{Scene, WebSite, assert_same};
use crate::talks::{talks, to_lines};

const RECIPE: &str = "[recipe]\nname = \"lamps\"\n[list]\nitem = \"li\"\nlink = \"a@href\"\n\
    [talk]\ntitle = \"h1\"\nabstract = \"p\"\n";

/// How often the program is killed.
fn kills() -> u32 {
    if std::env::var_os("TOPICMILL_SOAK").is_some() { 200 } else { 40 }
}

type Tree = BTreeMap<String, Vec<u8>>;

/// A site of pages with some of the talks.
fn write_site(scene: &Scene, folder: &str, skip: usize) {
    let mut list = String::new();
    for (n, talk) in talks().iter().enumerate().filter(|(n, _)| n % 5 != skip) {
        let (title, text) = (talk["title"].as_str().unwrap(), talk["abstract"].as_str().unwrap());
        list.push_str(&format!("<li><a href=\"talk{n}.html\">{title}</a></li>"));
        let page = format!("<html><body><h1>{title}</h1><p>{text}</p></body></html>");
        scene.write(&format!("{folder}/talk{n}.html"), page);
    }
    scene.write(
        &format!("{folder}/index.html"),
        format!("<html><body><ul>{list}</ul></body></html>"),
    );
}

/// Starts the program, kills it as soon as `is_time`, and says whether it had ended before.
fn kill_when(scene: &Scene, args: &str, is_time: impl Fn() -> bool) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_topicmill"))
        .args(args.split_whitespace())
        .current_dir(scene.path(""))
        .env("XDG_CACHE_HOME", scene.path("cache-home"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut had_ended = false;
    while !had_ended && !is_time() {
        std::thread::sleep(Duration::from_millis(1));
        had_ended = child.try_wait().unwrap().is_some();
    }
    // One that has just ended cannot be killed.
    drop(child.kill());
    child.wait().unwrap();
    had_ended
}

/// Kills builds of two sources in turn at random moments. OUT is the site of one of them at every
/// time, and a build that is left alone gives its own.
fn soak(scene: &Scene, builds: [&str; 2], prepare: impl Fn(u32)) {
    let mut clean: Vec<Tree> = Vec::new();
    let mut longest = Duration::ZERO;
    for (n, build) in builds.iter().enumerate() {
        let started = Instant::now();
        scene.succeed(&format!("{build} -o clean{n} --cache clean-cache{n}"));
        longest = longest.max(started.elapsed());
        clean.push(scene.tree(&format!("clean{n}")));
    }
    assert_ne!(clean[0], clean[1]);
    scene.succeed(&format!("{} -o out --cache cache", builds[0]));
    let mut state = 1_u64;
    let mut killed = 0;
    for n in 0..kills() {
        prepare(n);
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let share = (state >> 40) as f64 / (1_u64 << 24) as f64;
        let build = format!("{} -o out --cache cache -q", builds[n as usize % 2]);
        let delay = longest.mul_f64(share);
        // Later builds take less than the first ones, and more when the machine is busy: the moments
        // are spread over what one takes now.
        let started = Instant::now();
        longest = if kill_when(scene, &build, || started.elapsed() >= delay) {
            delay
        } else {
            killed += 1;
            longest.mul_f64(1.1)
        };
        let now = scene.tree("out");
        let whole = clean.contains(&now);
        let differing = |of: &Tree| {
            let paths: BTreeSet<&String> = of.keys().chain(now.keys()).collect();
            paths.into_iter().filter(|path| of.get(*path) != now.get(*path)).count()
        };
        assert!(
            whole,
            "after kill {n}, OUT is neither site: {:?} files differ of {}",
            clean.iter().map(differing).collect::<Vec<_>>(),
            now.len()
        );
    }
    assert!(killed > kills() / 3, "only {killed} of {} were killed in time", kills());
    for (n, build) in builds.iter().enumerate() {
        scene.succeed(&format!("{build} -o out --cache cache"));
        assert_same(&clean[n], &scene.tree("out"));
    }
    assert!(!scene.names(".").iter().any(|name| name.starts_with(".out")), "leftovers");
    let verified = scene.run("cache verify --cache cache");
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}

#[test]
fn builds_that_are_killed_leave_a_whole_site_and_can_be_done_again() {
    let scene = Scene::new();
    let all = talks();
    scene.write("a.jsonl", to_lines(&all));
    scene.write("b.jsonl", to_lines(&all[20..]));
    soak(&scene, ["build a.jsonl --title T", "build b.jsonl --title T"], |_| {});
}

#[test]
fn crawls_that_are_killed_go_on_where_they_stopped() {
    let scene = Scene::new();
    write_site(&scene, "one", 1);
    write_site(&scene, "two", 2);
    scene.write("recipe.toml", RECIPE);
    let (one, two) = (WebSite::serve(&scene.path("one")), WebSite::serve(&scene.path("two")));
    let build = |site: &WebSite| {
        format!("build {} --recipe recipe.toml --title T --refresh", site.url("/"))
    };
    soak(&scene, [&build(&one), &build(&two)], |_| {});
}

/// A list of `n` talks, each with a page and a text of some kilobytes.
fn write_long_site(scene: &Scene, n: usize) {
    let mut list = String::new();
    for talk in 0..n {
        list.push_str(&format!("<li><a href=\"talk{talk}.html\">Lamp {talk}</a></li>"));
        let text = format!("Lamp {talk} was lit in the year {}. ", 1500 + talk).repeat(60);
        let page = format!("<html><body><h1>Lamp {talk}</h1><p>{text}</p></body></html>");
        scene.write(&format!("long/talk{talk}.html"), page);
    }
    scene.write("long/index.html", format!("<html><body><ul>{list}</ul></body></html>"));
}

#[test]
fn a_long_crawl_that_is_killed_again_and_again_asks_for_each_page_once() {
    let n_pages = if std::env::var_os("TOPICMILL_SOAK").is_some() { 3000 } else { 240 };
    let scene = Scene::new();
    write_long_site(&scene, n_pages);
    scene.write("recipe.toml", format!("{RECIPE}[limits]\npages = {n_pages}\n"));
    let max = format!("[crawl]\nmax_pages = {n_pages}\n");
    scene.write("topicmill.toml", max);
    let site = PlainServer::serve(&scene.path("long"));
    let crawl = format!("crawl {} --recipe recipe.toml", site.url("/"));
    scene.succeed(&format!("{crawl} -o clean.jsonl --cache clean-cache"));
    let clean = scene.read("clean.jsonl");
    assert_eq!(clean.split(|b| *b == b'\n').count(), n_pages + 1);
    site.take_requests();
    let mut state = 7_u64;
    let mut killed = 0_u64;
    loop {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let share = (state >> 40) as f64 / (1_u64 << 24) as f64;
        let enough = site.requests() + 1 + (n_pages as f64 / 6.0 * share) as u64;
        let again = format!("{crawl} -o out.jsonl --cache cache -q");
        if kill_when(&scene, &again, || site.requests() >= enough) {
            break;
        }
        killed += 1;
        assert!(killed < 1000, "the crawl comes to no end");
        // What is written is whole.
        if scene.names(".").iter().any(|name| name == "out.jsonl") {
            assert_eq!(scene.read("out.jsonl"), clean);
        }
    }
    assert!(killed >= 3, "only {killed} were killed in time");
    assert_eq!(scene.read("out.jsonl"), clean);
    // Each run asks for the list and robots.txt, and for the two pages that were on their way when
    // the one before was killed.
    let asked = site.take_requests();
    let most = n_pages as u64 + 4 * (killed + 1);
    assert!(asked <= most, "{asked} requests for {n_pages} pages in {killed} killed runs");
}

#[cfg(unix)]
#[test]
fn an_interrupted_build_stops_at_once_and_says_what_to_do() {
    let scene = Scene::new();
    let all: Vec<_> = (0..300)
        .flat_map(|round| {
            talks().into_iter().map(move |mut talk| {
                talk["id"] = format!("{}-{round}", talk["id"].as_str().unwrap()).into();
                talk
            })
        })
        .collect();
    scene.write("talks.jsonl", to_lines(&all));
    for signal in ["-INT", "-TERM"] {
        let child = Command::new(env!("CARGO_BIN_EXE_topicmill"))
            .args(["build", "talks.jsonl", "-o", "out", "--cache", "cache"])
            .current_dir(scene.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(400));
        let sent = Instant::now();
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let took = sent.elapsed();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(
            stderr.contains("error: stopped before it was done\nhint: run the same"),
            "{stderr}"
        );
        // 150 ms until the process is ended, and the rest for a machine that does other things.
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(scene.names("out").is_empty());
    }
}

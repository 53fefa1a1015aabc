//! robots.txt. What follows a NUL is the path that is asked for.

#![no_main]

use std::time::Duration;

use crawl::Robots;
use libfuzzer_sys::fuzz_target;
use url::Url;

mod common;

const SEEDS: &[&[u8]] = &[
    b"User-agent: *\nDisallow: /a*b$\nAllow: /a/%2F\nCrawl-delay: 1.5\0/a/x/b?y=1",
    b"user-agent: topicmill\r\ndisalow: /caf\xC3\xA9?x=*\r\n\r\nUser-agent: x\nUser-agent: *\nDisallow: /\0/caf%C3%A9?x=2",
    b"\xEF\xBB\xBFUser-agent topicmill/2\nDisallow: /*/private/*.html$ # not these\0/a/private/b.html",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (file, path) = data.split_at(at);
    let robots = Robots::parse(file, "topicmill");
    assert!(robots.delay().is_none_or(|delay| delay <= Duration::from_secs(86_400)));
    let path = String::from_utf8_lossy(path.get(1..).unwrap_or_default());
    let home = Url::parse("https://conf.example/").expect("a fixed address");
    let Ok(url) = home.join(&path) else { return };
    if let Err(rule) = robots.check(&url) {
        assert!(String::from_utf8_lossy(file).contains(rule), "a rule that is not there: {rule:?}");
        assert_ne!(url.path(), "/robots.txt");
    }
});

//! What a site's robots.txt says is obeyed.

use crawl::{Error, Problem};

use super::server::{Reply, Server};
use super::{Crawler, only_skipped, site, texts};

#[test]
fn robots_txt_is_obeyed() {
    let server = site(3);
    let robots = "User-agent: other\nDisallow: /\n\nUser-agent: TopicMill\nDisallow: /t1\n";
    server.set("/robots.txt", Reply::html(robots));
    let crawler = Crawler::new();
    let crawl = crawler.crawl(&server.url("/"));
    assert_eq!(texts(&crawl), ["Talk 0", "Talk 2"]);
    let (path, reason) = only_skipped(&crawl);
    assert_eq!(path, "/t1");
    assert!(reason.contains("robots.txt") && reason.contains("\"Disallow: /t1\""), "{reason}");
    assert_eq!(server.take_targets(), ["/", "/robots.txt", "/t0", "/t2"]);

    server.set("/robots.txt", Reply::html("User-agent: *\nDisallow: /"));
    let error = Crawler::new().try_crawl(&server.url("/")).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(server.url("/").as_str()), "{message}");
    assert!(message.contains("\"Disallow: /\""), "{message}");
    assert_eq!(server.take_targets(), ["/robots.txt"]);
}

#[test]
fn a_robots_txt_that_is_not_there_allows_and_one_that_fails_forbids() {
    let server = site(1);
    server.set("/robots.txt", Reply::status(403));
    assert_eq!(Crawler::new().crawl(&server.url("/")).documents.len(), 1);

    server.set("/robots.txt", Reply::status(500));
    let error = Crawler::new().try_crawl(&server.url("/")).unwrap_err();
    let is_about_robots =
        matches!(&error, Error::Start { problem: Problem::RobotsUnavailable { .. }, .. });
    assert!(is_about_robots, "{error}");
    assert!(error.to_string().contains("status 500"), "{error}");
}

#[test]
fn the_status_of_robots_txt_says_whether_anything_may_be_read() {
    for (status, is_allowed) in [
        (204, true),
        (400, true),
        (401, true),
        (404, true),
        (410, true),
        (451, true),
        (429, false),
        (500, false),
        (502, false),
        (503, false),
        (599, false),
    ] {
        let server = site(1);
        server.set("/robots.txt", Reply::status(status));
        let result = Crawler::new().try_crawl(&server.url("/"));
        assert_eq!(result.is_ok(), is_allowed, "{status}: {result:?}");
        let targets = server.take_targets();
        assert_eq!(targets.contains(&"/".to_owned()), is_allowed, "{status}: {targets:?}");
    }
}

#[test]
fn redirects_of_robots_txt_are_followed_but_not_to_other_private_hosts() {
    let other = Server::start();
    let server = site(2);
    server.set("/r5", Reply::html("User-agent: *\nDisallow: /t0"));
    server.set("/robots.txt", Reply::redirect("/r1")).set("/r1", Reply::redirect("/r2"));
    server.set("/r2", Reply::redirect("/r3")).set("/r3", Reply::redirect("/r4"));
    server.set("/r4", Reply::redirect("/r5"));
    let mut start = server.url("/");
    start.set_password(Some("secret")).unwrap();
    assert_eq!(texts(&Crawler::new().crawl(&start)), ["Talk 1"]);

    // The port that was typed is open, and no other of this machine.
    server.set("/r4", Reply::redirect(other.url("/r5").as_str()));
    let error = Crawler::new().try_crawl(&start).unwrap_err();
    assert!(error.to_string().contains("allowed are public addresses"), "{error}");
    assert_eq!(other.take_targets(), [""; 0]);

    // One more is one too many: the file counts as not there.
    server.set("/robots.txt", Reply::redirect("/r0")).set("/r0", Reply::redirect("/r1"));
    assert_eq!(Crawler::new().crawl(&server.url("/")).documents.len(), 2);
}

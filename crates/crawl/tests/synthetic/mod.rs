//! Invented sites of many kinds, crawled without a recipe.

use corpus::Document;
use crawl::{CrawlConfig, explore};
use jobs::{FileStore, Run};

use crate::server::{Reply, Server};

/// What a page should give.
struct Talk {
    title: String,
    text: Vec<String>,
    speaker: String,
    tags: Vec<String>,
    room: String,
    day: u32,
}

const NOUNS: &[&str] = &[
    "lighthouses",
    "compilers",
    "beehives",
    "databases",
    "glaciers",
    "networks",
    "gardens",
    "kernels",
    "bridges",
    "parsers",
    "violins",
    "caches",
    "rivers",
    "queues",
    "kitchens",
];
const VERBS: &[&str] =
    &["Building", "Breaking", "Testing", "Teaching", "Measuring", "Repairing", "Drawing"];
const TAGS: &[&str] = &["web", "data", "tools", "people", "security"];

fn talks(n: usize) -> Vec<Talk> {
    (0..n)
        .map(|k| {
            let (verb, noun, other) = (VERBS[k % 7], NOUNS[k % 15], NOUNS[(k * 4 + 7) % 15]);
            let sentence = |s: usize| {
                format!(
                    "In part {s} of talk {k} we look at {noun} and {other}, and at what number {} of them has taught us.",
                    k * 31 + s
                )
            };
            Talk {
                title: format!("{verb} {noun} without {other}, part {k}"),
                text: (0..3 + k % 3).map(|p| format!("{} {}", sentence(2 * p), sentence(2 * p + 1))).collect(),
                speaker: format!("Ada {}son", noun.trim_end_matches('s')),
                tags: vec![TAGS[k % 5].to_owned(), TAGS[(k + 2) % 5].to_owned()],
                room: format!("Hall {}", k % 4),
                day: 1 + (k % 3) as u32,
            }
        })
        .collect()
}

fn paragraphs(talk: &Talk) -> String {
    talk.text.iter().map(|p| format!("<p>{p}</p>\n")).collect::<Vec<_>>().concat()
}

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>{title}</title></head><body><header><a href=/>InventedConf</a>\
         <nav><ul><li><a href=/about/>About the conference</a><li><a href=/talks/>All the talks</a><li><a href=/venue/>Venue and hotels</a>\
         <li><a href=/tickets/>Tickets and prices</a></ul></nav></header>{body}\
         <footer><p>Organised with care by the Society of Invented Conferences, since 1999.</p><a href=/imprint/>Imprint</a></footer></body></html>"
    )
}

fn explored(server: &Server, start: &str) -> Vec<Document> {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let config = CrawlConfig { per_host: 4, ..CrawlConfig::default() };
    let crawl = explore(&server.url(start), &config, &store, &Run::serial()).unwrap();
    for skipped in &crawl.skipped {
        assert!(!skipped.reason.is_empty());
    }
    crawl.documents
}

/// Titles must be equal, texts word for word; the other parts where `parts` says so.
#[track_caller]
fn check(documents: &[Document], talks: &[Talk], parts: &str) {
    assert_eq!(
        documents.len(),
        talks.len(),
        "{:?}",
        documents.iter().map(|d| &d.title).collect::<Vec<_>>()
    );
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for talk in talks {
        let document = documents.iter().find(|document| document.title == talk.title);
        let document = document.unwrap_or_else(|| {
            panic!(
                "no {:?} in {:?}",
                talk.title,
                documents.iter().map(|d| &d.title).take(5).collect::<Vec<_>>()
            )
        });
        assert_eq!(words(&document.text), words(&talk.text.join(" ")), "{}", talk.title);
        for part in parts.split_whitespace() {
            match part {
                "speakers" => assert_eq!(document.speakers.join("; "), talk.speaker),
                "tags" => assert_eq!(document.tags, talk.tags),
                "room" => assert_eq!(document.room.as_deref(), Some(talk.room.as_str())),
                "date" => assert_eq!(document.date, Some(format!("2026-05-{:02}", talk.day))),
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn cards_with_pages_tags_and_a_biography() {
    let talks = talks(30);
    let server = Server::start();
    for page in 0..3 {
        let cards: Vec<String> = talks.iter().enumerate().skip(page * 10).take(10).map(|(n, talk)| format!(
            "<div class=card><a href='/talks/t{n}/'><img src=x.png></a><h3><a href='/talks/t{n}/'>{}</a></h3>\
             <p class=excerpt>{}</p><a href='/talks/t{n}/'>Read more</a></div>", talk.title, &talk.text[0][..40])).collect();
        let next =
            format!("<div class=pager><a href='/talks/page/{}/'>{}</a></div>", page + 2, page + 2);
        let path =
            if page == 0 { "/talks/".to_owned() } else { format!("/talks/page/{}/", page + 1) };
        server.set(
            &path,
            Reply::html(frame(
                "Talks",
                &format!(
                    "<main>{}{}</main>",
                    cards.concat(),
                    if page < 2 { next } else { String::new() }
                ),
            )),
        );
    }
    for (n, talk) in talks.iter().enumerate() {
        let tags: Vec<String> =
            talk.tags.iter().map(|t| format!("<li><a href='/tags/{t}/'>{t}</a></li>")).collect();
        let body = format!(
            "<main><article class=talk><h1>{}</h1><div class=meta><span class=speaker>{}</span> <time datetime='2026-05-{:02}T10:00:00+02:00'>May {}, 2026</time> <span class=room>{}</span></div>\
             <div class=content>{}</div><ul class=tags>{}</ul><h2>About the speaker</h2><p>{} has given talk number {n} at many a place, has written long books on it, and lives by the sea.</p></article></main>",
            talk.title,
            talk.speaker,
            talk.day,
            talk.day,
            talk.room,
            paragraphs(talk),
            tags.concat(),
            talk.speaker
        );
        server.set(
            &format!("/talks/t{n}/"),
            Reply::html(frame(&format!("{} | InventedConf", talk.title), &body)),
        );
    }
    check(&explored(&server, "/talks/"), &talks, "speakers tags room date");
}

#[test]
fn a_table_and_pages_without_a_single_class() {
    let talks = talks(20);
    let server = Server::start();
    let rows: Vec<String> = talks
        .iter()
        .enumerate()
        .map(|(n, talk)| {
            format!("<tr><td>10:00<td><a href=talk{n}.html>{}</a><td>{}", talk.title, talk.speaker)
        })
        .collect();
    server.set(
        "/",
        Reply::html(frame(
            "Schedule",
            &format!("<h1>Schedule</h1><table>{}</table>", rows.concat()),
        )),
    );
    for (n, talk) in talks.iter().enumerate() {
        let body = format!(
            "<h1>{}</h1><p><b>Speaker:</b> {}</p><h3>Abstract</h3>{}<h3>Links</h3><p><a href=/>Back to the schedule</a></p>",
            talk.title,
            talk.speaker,
            paragraphs(talk)
        );
        server.set(&format!("/talk{n}.html"), Reply::html(frame("InventedConf 2026", &body)));
    }
    let documents = explored(&server, "/");
    assert_eq!(documents.len(), 20);
    for (document, talk) in documents.iter().zip(&talks) {
        assert_eq!(document.title, talk.title);
        let text = talk.text.join("\n\n");
        // The line of the speaker has no name of its own, and may be taken for text.
        assert!(
            document.text.ends_with(&text) && document.text.len() < text.len() + 60,
            "{}",
            document.text
        );
    }
}

#[test]
fn utility_classes_and_links_that_say_nothing() {
    let talks = talks(15);
    let server = Server::start();
    let rows: Vec<String> = talks.iter().enumerate().map(|(n, talk)| format!("<div class='flex md:w-1/2 p-4'><span class='text-sm'>{}</span><a class='btn btn-primary' href='/program.php?id={n}'>Details</a></div>", talk.speaker)).collect();
    server.set(
        "/program.php",
        Reply::html(frame(
            "Program",
            &format!("<div class='container mx-auto'>{}</div>", rows.concat()),
        )),
    );
    for (n, talk) in talks.iter().enumerate() {
        let body = format!(
            "<div class='container mx-auto'><h2 class='text-2xl font-bold'>{}</h2><p class='text-sm text-gray-500'>{}</p><div class='prose lg:prose-xl'>{}</div></div>",
            talk.title,
            talk.speaker,
            paragraphs(talk)
        );
        server.set(
            &format!("/program.php?id={n}"),
            Reply::html(frame(&format!("InventedConf: {}", talk.title), &body)),
        );
    }
    check(&explored(&server, "/program.php"), &talks, "");
}

#[test]
fn links_that_are_cut_give_way_to_the_page() {
    let talks = talks(12);
    let server = Server::start();
    let rows: Vec<String> = talks
        .iter()
        .enumerate()
        .map(|(n, talk)| format!("<li><a href='/session/{n}'>{}…</a></li>", &talk.title[..20]))
        .collect();
    server.set("/schedule", Reply::html(frame("Schedule", &format!("<ul>{}</ul>", rows.concat()))));
    for (n, talk) in talks.iter().enumerate() {
        let body = format!(
            "<section class=session><h1 class=session-title>{}</h1><div class=session-abstract>{}</div><div class=related-sessions><h3>Related sessions</h3><ul><li><a href='/session/{}'>{}</a></ul></div></section>",
            talk.title,
            paragraphs(talk),
            (n + 1) % 12,
            talks[(n + 1) % 12].title
        );
        server.set(&format!("/session/{n}"), Reply::html(frame("Session", &body)));
    }
    check(&explored(&server, "/schedule"), &talks, "");
}

#[test]
fn dead_links_soft_errors_and_logins_are_reported_and_not_kept() {
    let talks = talks(20);
    let server = Server::start();
    let mut rows: Vec<String> = talks
        .iter()
        .enumerate()
        .map(|(n, talk)| format!("<div class=event><a href='/event/{n}'>{}</a></div>", talk.title))
        .collect();
    rows.push(
        "<div class=event><a href='/event/gone'>A talk that is gone for good</a></div>".to_owned(),
    );
    rows.push(
        "<div class=event><a href='/event/soft'>A talk that is not there any more</a></div>"
            .to_owned(),
    );
    rows.push("<div class=event><a href='/event/members'>A talk for members of the society only</a></div>".to_owned());
    server.set(
        "/",
        Reply::html(frame("Events", &format!("<div class=events>{}</div>", rows.concat()))),
    );
    server.set(
        "/event/soft",
        Reply::html(frame("Error", "<div class=box><h1>Page not found</h1><p>Sorry.</p></div>")),
    );
    server.set("/event/members", Reply::redirect("/login?next=/event/members"));
    server.set(
        "/login?next=/event/members",
        Reply::html(frame(
            "Login",
            "<div class=box><h1>Log in</h1><form><input type=password></form></div>",
        )),
    );
    for (n, talk) in talks.iter().enumerate() {
        server.set(
            &format!("/event/{n}"),
            Reply::html(frame(
                "Event",
                &format!(
                    "<div class=box><h1>{}</h1><div class=description>{}</div></div>",
                    talk.title,
                    paragraphs(talk)
                ),
            )),
        );
    }
    check(&explored(&server, "/"), &talks, "");
}

#[test]
fn a_home_page_leads_to_the_schedule() {
    let talks = talks(10);
    let server = Server::start();
    server.set(
        "/",
        Reply::html(frame(
            "Home",
            "<main><h1>Welcome</h1><p>To the <a href=/program/>program</a>.</p></main>",
        )),
    );
    let rows: Vec<String> = talks
        .iter()
        .enumerate()
        .map(|(n, talk)| {
            format!("<dt><a href='/program/{n}/'>{}</a><dd>{}", talk.title, talk.speaker)
        })
        .collect();
    server.set(
        "/program/",
        Reply::html(frame("Program", &format!("<main><dl>{}</dl></main>", rows.concat()))),
    );
    for (n, talk) in talks.iter().enumerate() {
        server.set(&format!("/program/{n}/"), Reply::html(frame("x", &format!("<main><h2>{}</h2><dl><dt>Speaker<dd class=who>{}<dt>Room<dd class=where>{}</dl><div class=abstract>{}</div></main>", talk.title, talk.speaker, talk.room, paragraphs(talk)))));
    }
    check(&explored(&server, "/"), &talks, "room");
}

#[test]
fn a_schedule_file_beside_the_page_is_read_in_its_place() {
    let talks = talks(9);
    let server = Server::start();
    let events: Vec<String> = talks.iter().enumerate().map(|(n, talk)| format!(r#"{{"id": {n}, "title": "{}", "abstract": "{}", "date": "2026-05-{:02}T10:00:00+02:00", "duration": "00:30", "room": "{}", "persons": [{{"public_name": "{}"}}]}}"#, talk.title, talk.text.join(" "), talk.day, talk.room, talk.speaker)).collect();
    let json = format!(
        r#"{{"schedule": {{"conference": {{"title": "InventedConf", "days": [{{"date": "2026-05-01", "rooms": {{"R": [{}]}}}}]}}}}}}"#,
        events.join(",")
    );
    server.set(
        "/conf/schedule/",
        Reply::html("<p>Here is the <a href='export/schedule.json'>JSON</a>"),
    );
    server.set(
        "/conf/schedule/export/schedule.json",
        Reply::html(json).with("Content-Type", "application/json"),
    );
    check(&explored(&server, "/conf/schedule/"), &talks, "speakers room date");
}

#[test]
fn a_single_article_is_one_document() {
    let server = Server::start();
    let talk = &talks(5)[4];
    server.set(
        "/post",
        Reply::html(frame(
            "A post | Blog",
            &format!("<div><h1>A post</h1><div>{}</div></div>", paragraphs(talk)),
        )),
    );
    let documents = explored(&server, "/post");
    assert_eq!((documents.len(), documents[0].title.as_str()), (1, "A post"));
    assert_eq!(documents[0].text, talk.text.join("\n\n"));
}

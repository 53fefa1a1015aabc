//! Programmes that are spread over pages, or told by a script.

use crawl::{CrawlConfig, Error, Problem, explore};
use jobs::{FileStore, Run};

use super::talks::{ENGLISH, JAPANESE, Talk, frame, rows, talks};
use super::{Site, check};
use crate::server::{Reply, Server};

fn page_of(talk: &Talk) -> String {
    frame(
        &talk.title,
        &format!(
            "<main><h1>{}</h1><p class=speaker>{}</p><section>{}</section></main>",
            talk.title,
            talk.by(),
            talk.html()
        ),
    )
}

/// Lists of ten links, each page with what `more` makes of the address of the next.
fn paged(name: &'static str, more: impl Fn(&str) -> String) -> Site {
    let all = talks(&ENGLISH, 40);
    let lists: Vec<String> = all
        .chunks(10)
        .enumerate()
        .map(|(n, chunk)| {
            let list = rows(chunk, |_, talk| {
                format!(
                    "<li><a href='/sessions/{}/'>{}</a> {}</li>",
                    talk.slug,
                    talk.title,
                    talk.by()
                )
            });
            let next =
                if n < 3 { more(&format!("/sessions?page={}", n + 2)) } else { String::new() };
            frame("Sessions", &format!("<main><h1>Sessions</h1><ul>{list}</ul>{next}</main>"))
        })
        .collect();
    let site = Site::new(name, "/sessions", all);
    let site = lists.into_iter().enumerate().fold(site, |site, (n, list)| {
        let path =
            if n == 0 { "/sessions".to_owned() } else { format!("/sessions?page={}", n + 1) };
        site.page(&path, list)
    });
    site.each(|_, talk| format!("/sessions/{}/", talk.slug), |_, talk| page_of(talk))
}

#[test]
fn a_button_that_loads_more() {
    check(
        &paged("more by a button", |next| format!("<button data-url='{next}'>Load more</button>")),
        &[],
    );
    check(
        &paged("more by a link", |next| {
            format!("<div><a href='{next}'>Show more sessions</a></div>")
        }),
        &[],
    );
    check(
        &paged("more without a word", |next| format!("<p><a href='{next}'><i></i></a></p>")),
        &[],
    );
}

#[test]
fn keynotes_with_addresses_and_classes_of_their_own() {
    let all = talks(&ENGLISH, 33);
    let kind = |n: usize| if n.is_multiple_of(11) { "keynote" } else { "talk" };
    let list = rows(&all, |n, talk| {
        let pause = "<li class='slot break'><b>Coffee break</b> <a href='/venue#food'>Where to eat</a></li>";
        format!(
            "<li class='slot {k}'><span>{}:00</span> <a href='/{k}/{}'>{}</a> <small>{}</small></li>{}",
            talk.hour,
            talk.slug,
            talk.title,
            talk.by(),
            if n % 6 == 5 { pause } else { "" },
            k = kind(n),
        )
    });
    let list = frame("Schedule", &format!("<main><h1>Schedule</h1><ul>{list}</ul></main>"));
    let site = Site::new("keynotes", "/schedule/", all)
        .page("/schedule/", list)
        .page(
            "/venue",
            frame("Venue", "<main><h1>Venue</h1><p>By the sea, behind the station.</p></main>"),
        )
        .each(|n, talk| format!("/{}/{}", kind(n), talk.slug), |_, talk| page_of(talk));
    check(&site, &[]);
}

#[test]
fn days_whose_pages_do_not_name_each_other() {
    let all = talks(&ENGLISH, 30);
    let names = ["Thursday", "Friday", "Saturday"];
    let links: String =
        (0..3).map(|n| format!("<a href='/program/day{n}.html'>{}</a> ", names[n])).collect();
    let start = format!("<main><h1>Program</h1><p>Three days, one track.</p><p>{links}</p></main>");
    let days: Vec<String> = all
        .chunks(10)
        .enumerate()
        .map(|(n, chunk)| {
            let talks = rows(chunk, |_, talk| {
                format!(
                    "<div class=session><h3>{}</h3><p class=speaker>{}</p>{}</div>",
                    talk.title,
                    talk.by(),
                    talk.html()
                )
            });
            frame(names[n], &format!("<main><h1>{}</h1>{talks}</main>", names[n]))
        })
        .collect();
    let site = Site::new("days", "/program/", all).page("/program/", frame("Program", &start));
    let site = days
        .into_iter()
        .enumerate()
        .fold(site, |site, (n, day)| site.page(&format!("/program/day{n}.html"), day));
    check(&site, &[]);
}

#[test]
fn pages_put_together_from_blocks_of_one_class() {
    let block = |body: &str| {
        format!(
            "<section class=blk>{}{body}{}</section>",
            "<div class='c1 c2'>".repeat(4),
            "</div>".repeat(4)
        )
    };
    let line = |text: &str| format!("<p class='zf cd' dir=ltr><span class=s9>{text}</span></p>");
    let all = talks(&ENGLISH, 24);
    let list = rows(&all, |_, talk| {
        block(&format!(
            "<p class='zf cd'><span class=s9>{}:00 </span><a class=xq href='/program/{}'><span>{}</span></a></p>",
            talk.hour, talk.slug, talk.title
        ))
    });
    let site = Site::new("blocks", "/program", all)
        .page("/program", frame("Program", &format!("<div role=main>{list}</div>")))
        .each(
            |_, talk| format!("/program/{}", talk.slug),
            |_, talk| {
                let text: String =
                    talk.paragraphs.iter().map(|p| line(p.trim_start_matches("- "))).collect();
                let facts =
                    line(&talk.by()) + &line(&format!("May {}, 2026, {}", talk.day, talk.room));
                let title = format!("<h1 class='zf du'><span>{}</span></h1>", talk.title);
                frame(
                    &talk.title,
                    &format!(
                        "<div role=main>{}{}{}</div>",
                        block(&title),
                        block(&facts),
                        block(&text)
                    ),
                )
            },
        );
    check(&site, &[]);
}

#[test]
fn labels_and_days_of_japan() {
    let all = talks(&JAPANESE, 26);
    let list = rows(&all, |n, talk| {
        format!(
            "<div class=slot><a href='/talk/{}'><p class=ttl>{}</p></a></div>",
            100 + n,
            talk.title
        )
    });
    let site = Site::new("日本", "/timetable", all)
        .page("/timetable", frame("タイムテーブル", &format!("<main><h1>タイムテーブル</h1>{list}</main>")))
        .each(
            |n, _| format!("/talk/{}", 100 + n),
            |_, talk| {
                let body = format!(
                    "<main><h1>{}</h1><dl><dt>登壇者</dt><dd>{}</dd><dt>日時</dt><dd>2026年5月{}日 {}:00</dd>\
                     <dt>会場</dt><dd>{}</dd><dt>概要</dt><dd>{}</dd></dl></main>",
                    talk.title,
                    talk.by(),
                    talk.day,
                    talk.hour,
                    talk.room,
                    talk.html()
                );
                frame(&talk.title, &body)
            },
        );
    check(&site, &["date", "room"]);
}

#[test]
fn people_joined_by_a_word() {
    let all = talks(&ENGLISH, 30);
    let list = rows(&all, |_, talk| {
        format!("<li><a href='/vortrag/{}'>{}</a></li>", talk.slug, talk.title)
    });
    let site = Site::new("und", "/programm", all)
        .page("/programm", frame("Programm", &format!("<main><h1>Programm</h1><ul>{list}</ul></main>")))
        .each(
            |_, talk| format!("/vortrag/{}", talk.slug),
            |_, talk| {
                let body = format!(
                    "<main><h1>{}</h1><table><tr><th>Referent*in</th><td>{}</td></tr><tr><th>Raum</th><td>{}</td></tr></table>\
                     <h2>Zusammenfassung</h2>{}</main>",
                    talk.title,
                    talk.speakers.join(" und "),
                    talk.room,
                    talk.html()
                );
                frame(&talk.title, &body)
            },
        );
    check(&site, &["speakers", "room"]);
}

fn shell(endpoint: &str) -> String {
    format!(
        "<html><head><title>TideConf</title><script>window.APP={{\"sessions\":\"{endpoint}\"}}</script></head>\
         <body><div id=app></div><noscript>This page needs JavaScript.</noscript><script src=/main.js></script></body></html>"
    )
}

#[test]
fn a_shell_that_a_script_fills_from_an_address_it_names() {
    let all = talks(&ENGLISH, 20);
    let records: Vec<serde_json::Value> = all
        .iter()
        .map(|talk| {
            serde_json::json!({
                "title": talk.title,
                "description": talk.paragraphs.join("\n\n"),
                "speakers": talk.speakers.iter().map(|name| serde_json::json!({"name": name})).collect::<Vec<_>>(),
                "room": talk.room,
            })
        })
        .collect();
    let data = serde_json::json!({ "data": records }).to_string();
    let site = Site::new("shell", "/", all)
        .page("/", shell("/api/v1/sessions.json"))
        .page("/api/v1/sessions.json", data);
    check(&site, &["speakers", "room"]);
}

#[track_caller]
fn refused(page: String) -> (Problem, Option<String>) {
    let server = Server::start();
    server.set("/", Reply::html(page));
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path()).unwrap();
    let error =
        explore(&server.url("/"), &CrawlConfig::default(), &store, &Run::serial()).unwrap_err();
    let hint = error.hint();
    let Error::Start { problem, .. } = error else { panic!("{error:?}") };
    (problem, hint)
}

#[test]
fn a_shell_whose_data_is_not_there_is_told_with_the_address() {
    let (problem, hint) = refused(shell("/api/v1/sessions.json"));
    assert!(
        matches!(&problem, Problem::JavaScriptOnly { found } if found.len() == 1),
        "{problem:?}"
    );
    assert!(hint.unwrap().contains("/api/v1/sessions.json"));
}

#[test]
fn a_list_of_files_is_told_as_one() {
    let list = rows(&talks(&ENGLISH, 20), |n, talk| {
        format!("<li><a href='/pdf/{n}.pdf'>{}</a><br>{}</li>", talk.title, talk.by())
    });
    let page = frame("Papers", &format!("<main><h1>Accepted papers</h1><ul>{list}</ul></main>"));
    let (problem, hint) = refused(page);
    assert!(problem.to_string().contains("20 files"), "{problem}");
    assert!(problem.to_string().ends_with("/pdf/0.pdf"), "{problem}");
    assert!(hint.unwrap().contains("pdftotext"));
}

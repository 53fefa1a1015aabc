//! Sites whose elements have no names: what stands where is told by labels, addresses and places.

use super::talks::{ENGLISH, Talk, frame, rows, talks};
use super::{Site, check};

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

#[test]
fn rows_with_more_links_to_people_rooms_and_tags_than_to_talks() {
    let talks = talks(&ENGLISH, 24);
    let people = |talk: &Talk| {
        let link = |s: &String| format!("<a href='/people/{}/'>{s}</a>", slug(s));
        talk.speakers.iter().map(link).collect::<Vec<_>>().join(", ")
    };
    let list = rows(&talks, |n, talk| {
        let room = format!("<a href='/room/{}/'>{}</a>", slug(&talk.room), talk.room);
        format!(
            "<tr><td>{}:00<td>{room}<td>{}<br><a href='/t/{}/'>{}</a></tr>",
            talk.hour,
            people(talk),
            7 * n,
            talk.title
        )
    });
    let titles: Vec<String> = talks.iter().map(|talk| talk.title.clone()).collect();
    let site = Site::new("bare rows", "/programme/", talks)
        .page("/programme/", frame("Programme", &format!("<h1>Programme</h1><table>{list}</table>")))
        .each(
            |n, _| format!("/t/{}/", 7 * n),
            |n, talk| {
                let more = (1..4).map(|step| (n + 5 * step) % titles.len());
                let more: String = more
                    .map(|k| format!("<li><a href='/t/{}/'>{}</a></li>", 7 * k, titles[k]))
                    .collect();
                let person = |s: &String| format!("<li><a href='/people/{}/'>{s}</a></li>", slug(s));
                let people: String = talk.speakers.iter().map(person).collect();
                frame(
                    &format!("{} | TideConf", talk.title),
                    &format!(
                        "<section><h1>{}</h1><ul>{people}</ul><p><time>{:02}.05.2026 {}:00</time> @ \
                         <a href='/room/{}/'>{}</a></p>{}<h2>More talks of the day</h2><ul>{more}</ul></section>",
                        talk.title, talk.day, talk.hour, slug(&talk.room), talk.room, talk.html()
                    ),
                )
            },
        );
    check(&site, &["speakers", "room", "date"]);
}

#[test]
fn the_first_paragraph_says_who_when_and_where() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!(
            "<article><a href='/talks/{n}-{}/'><h2>{}</h2></a></article>",
            talk.slug, talk.title
        )
    });
    let site = Site::new("bare articles", "/talks/", talks)
        .page("/talks/", frame("Talks", &format!("<main><h1>All talks</h1>{list}</main>")))
        .each(
            |n, talk| format!("/talks/{n}-{}/", talk.slug),
            |_, talk| {
                frame(
                    &talk.title,
                    &format!(
                        "<main><article><h1>{}</h1><p>{} · {} May 2026 · {}</p>{}</article></main>",
                        talk.title,
                        talk.speakers.join(" & "),
                        talk.day,
                        talk.room,
                        talk.html()
                    ),
                )
            },
        );
    check(&site, &["date"]);
}

#[test]
fn terms_before_each_part_the_text_among_them() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!(
            "<div><span>{} Uhr</span> <strong>{}</strong> <a href='vortrag/{n}.html'>Details</a></div>",
            talk.hour, talk.title
        )
    });
    let site = Site::new("bare terms", "/programm.html", talks)
        .page(
            "/programm.html",
            frame("Programm", &format!("<div id=content><h1>Programm</h1>{list}</div>")),
        )
        .each(
            |n, _| format!("/vortrag/{n}.html"),
            |n, talk| {
                // A part that only some pages have moves those behind it.
                let level = format!("<dt>Niveau</dt><dd>{}</dd>", talk.level);
                let level = if n % 2 == 0 { level } else { String::new() };
                frame(
                    "Vortrag – Tagung 2026",
                    &format!(
                        "<div id=content><h2>{}</h2><dl>{level}<dt>Referent</dt><dd>{}</dd>\
                         <dt>Zeit</dt><dd>{}. Mai 2026, {}:00 Uhr</dd><dt>Raum</dt><dd>{}</dd>\
                         <dt>Kurzfassung</dt><dd>{}</dd><dt>Zur Person</dt><dd>{}</dd></dl></div>",
                        talk.title,
                        talk.by(),
                        talk.day,
                        talk.hour,
                        talk.room,
                        talk.html(),
                        talk.bios[0]
                    ),
                )
            },
        );
    check(&site, &["speakers", "room", "date"]);
}

#[test]
fn numbers_before_the_titles_of_the_list() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!(
            "<div class=row><a href='/event/7/contributions/{}/'><span class=contrib-id>{n}.</span> \
             <span class=contribution-title>{}</span></a></div>",
            300 + n,
            talk.title
        )
    });
    let site = Site::new("numbers", "/event/7/contributions/", talks)
        .page("/event/7/contributions/", frame("Contributions", &format!("<main>{list}</main>")))
        .each(
            |n, _| format!("/event/7/contributions/{}/", 300 + n),
            |_, talk| {
                let person = |s: &String| format!("<li class=icon-user>{s} <span class=affiliation>(Institute of {s})</span></li>");
                let people: String = talk.speakers.iter().map(person).collect();
                frame(
                    &format!("TideConf: {}", talk.title),
                    &format!(
                        "<main><h1 class=page-title><span>{}</span></h1><div class=infoline>\
                         <time datetime='{}T{:02}:00:00+02:00'>{} May</time> <span class=room-name>{}</span></div>\
                         <section><h3>Description</h3><div class=editor-output>{}</div></section>\
                         <section><h3>Primary author</h3><ul class=author-list>{people}</ul></section></main>",
                        talk.title, talk.date(), talk.hour, talk.day, talk.room, talk.html()
                    ),
                )
            },
        );
    check(&site, &["room", "date"]);
}

#[test]
fn names_that_a_program_made_up_and_cards_that_are_one_link() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!(
            "<a class=css-1f2a href='/sessions/{n}'><div class=css-2b0c><span class=css-3aa1>{}</span>\
             <span class=css-4bb2>{}</span><span class=css-5cc3>{}</span></div></a>",
            talk.level,
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("made-up names", "/sessions/", talks)
        .page("/sessions/", frame("Sessions", &format!("<div class=css-0a1b>{list}</div>")))
        .each(
            |n, _| format!("/sessions/{n}"),
            |_, talk| {
                let lines =
                    talk.html().replace("<p>", "<div class=css-9a0d>").replace("</p>", "</div>");
                frame(
                    "Sessions",
                    &format!(
                        "<div class=css-6d4e><div class=css-7e5f><span class=css-8f60>{}</span>\
                         <div class=css-9071>{}</div><div class=css-a182><span>{}</span></div>\
                         <div class=css-b293>{lines}</div></div></div>",
                        talk.level, talk.title, talk.room
                    ),
                )
            },
        );
    check(&site, &[]);
}

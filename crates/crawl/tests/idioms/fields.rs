//! Pages whose parts no element holds: lines that `<br>` parts, names in headings, several languages.

use super::talks::{ENGLISH, Talk, frame, rows, talks};
use super::{Site, check};

/// A list as plain as they come, and a page for each talk.
fn site(name: &'static str, talks: Vec<Talk>, page: impl Fn(&Talk) -> String) -> Site {
    let path = |n: usize, _: &Talk| format!("/session/{n}");
    let list =
        rows(&talks, |n, talk| format!("<li><a href='{}'>{}</a></li>", path(n, talk), talk.title));
    let list = frame("Sessions", &format!("<main><h1>Sessions</h1><ul>{list}</ul></main>"));
    Site::new(name, "/sessions", talks)
        .page("/sessions", list)
        .each(path, |_, talk| frame("Session", &page(talk)))
}

#[test]
fn labelled_lines_of_one_paragraph_before_the_text() {
    let site = site("lines", talks(&ENGLISH, 24), |talk| {
        format!(
            "<main><h1>{}</h1><p><b>Speaker:</b> {}<br><b>Room:</b> {}<br><b>When:</b> {} May 2026, \
             {}:00</p>{}</main>",
            talk.title,
            talk.by(),
            talk.room,
            talk.day,
            talk.hour,
            talk.html()
        )
    });
    check(&site, &["speakers", "room", "date"]);
}

#[test]
fn labelled_lines_and_the_text_in_one_paragraph() {
    let site = site("one paragraph", talks(&ENGLISH, 24), |talk| {
        format!(
            "<div id=c><h2>{}</h2><p><b>Speaker:</b> {}<br><b>Room:</b> {}<br><b>Abstract:</b><br>{}</p>\
             <p><a href='/sessions'>All sessions</a></p></div>",
            talk.title,
            talk.by(),
            talk.room,
            talk.paragraphs.join("<br><br>")
        )
    });
    check(&site, &["speakers", "room"]);
}

#[test]
fn the_name_and_the_life_of_the_speaker_before_the_title() {
    let site = site("speaker first", talks(&ENGLISH, 12), |talk| {
        format!(
            "<section><div class=left><img src=x><h1>{}</h1><p>{}</p></div><div class=right><h2>{}</h2>\
             <div>{}</div></div></section>",
            talk.by(),
            talk.bios.join(" "),
            talk.title,
            talk.html()
        )
    });
    check(&site, &["speakers"]);
}

#[test]
fn a_text_in_two_languages_side_by_side() {
    let mut talks = talks(&ENGLISH, 24);
    for (n, talk) in talks.iter_mut().enumerate() {
        let german = format!(
            "Der Vortrag {n} zeigt, wie man die Sache auch anders machen kann, und für wen das gut ist."
        );
        talk.paragraphs.insert(0, german);
    }
    let site = site("two texts", talks, |talk| {
        let english: String = talk.paragraphs[1..].iter().map(|p| format!("<p>{p}</p>")).collect();
        format!(
            "<main><h1>{}</h1><div class=text lang=de><p>{}</p></div><div class=text lang=en>{english}</div></main>",
            talk.title, talk.paragraphs[0]
        )
    });
    check(&site, &[]);
}

#[test]
fn classes_that_say_whose_abstract_it_is() {
    let site = site("videos", talks(&ENGLISH, 24), |talk| {
        format!(
            "<div class=wrap><div class=video-frame><iframe src=x></iframe></div><div class=video-title>{}</div>\
             <div class=video-presenters>{}</div><div class=video-abstract>{}</div></div>",
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    check(&site, &["speakers"]);
}

#[test]
fn elements_that_nothing_but_their_place_tells_apart() {
    let site = site("places", talks(&ENGLISH, 24), |talk| {
        let lines: String = talk.paragraphs.iter().map(|p| format!("<div>{p}</div>")).collect();
        format!(
            "<div><div><div>{}</div><div><span>{}</span></div><div>{lines}</div><div><div><div>{}</div>\
             <div>{}</div></div></div></div></div>",
            talk.title,
            talk.room,
            talk.by(),
            talk.bios.join(" ").repeat(3)
        )
    });
    check(&site, &[]);
}

#[test]
fn labels_for_one_and_for_several_and_what_people_belong_to_in_brackets() {
    let site = site("labels", talks(&ENGLISH, 24), |talk| {
        let people: Vec<String> =
            talk.speakers.iter().map(|name| format!("{name} (Institute, Bergen)")).collect();
        let label = if people.len() == 1 { "Referent:in" } else { "Referent:innen" };
        format!(
            "<main><h1>{}</h1><dl><dt>{label}</dt><dd>{}</dd><dt>Raum</dt><dd>{}</dd></dl>{}</main>",
            talk.title,
            people.join("; "),
            talk.room,
            talk.html()
        )
    });
    check(&site, &["speakers", "room"]);
}

#[test]
fn names_that_nothing_says_are_those_of_speakers() {
    let site = site("names alone", talks(&ENGLISH, 12), |talk| {
        format!(
            "<main><h1>{}</h1><p class=small>{}</p><p class=muted>{}</p>{}</main>",
            talk.title,
            talk.by(),
            talk.room,
            talk.html()
        )
    });
    check(&site, &["speakers"]);
}

#[test]
fn the_end_of_a_talk_and_the_day_of_its_page_are_not_its_start() {
    let site = site("times", talks(&ENGLISH, 24), |talk| {
        format!(
            "<main><h1>{}</h1><span class=posted-on>Posted on 3 January 2026</span><div class=times>\
             <time class=dt-end datetime='2026-05-{:02}T23:50+02:00'>until late</time>\
             <time class=dt-start datetime='2026-05-{:02}T{:02}:00+02:00'>{}:00</time></div>{}</main>",
            talk.title,
            talk.day + 1,
            talk.day,
            talk.hour,
            talk.hour,
            talk.html()
        )
    });
    check(&site, &["date"]);
}

//! Pages of talks in many forms.

use super::talks::{ENGLISH, Talk, frame, rows, talks};
use super::{Site, check};

/// A list as plain as they come.
fn list(talks: &[Talk], path: impl Fn(usize, &Talk) -> String) -> String {
    let rows =
        rows(talks, |n, talk| format!("<li><a href='{}'>{}</a></li>", path(n, talk), talk.title));
    frame("Talks", &format!("<main><h1>Talks</h1><ul>{rows}</ul></main>"))
}

#[test]
fn speakers_have_pages_of_their_own_linked_both_ways() {
    let talks = talks(&ENGLISH, 26);
    let list = rows(&talks, |n, talk| {
        let people: String = talk
            .speakers
            .iter()
            .map(|s| {
                format!(
                    "<a class=person href='/people/{}'>{s}</a>",
                    s.to_lowercase().replace(' ', "-")
                )
            })
            .collect::<Vec<_>>()
            .join(" and ");
        format!(
            "<div class=lecture><div class=lecture-title><a href='/lectures/{n}'>{}</a></div><div class=lecture-people>{people}</div></div>",
            talk.title
        )
    });
    let site = Site::new("people", "/lectures", talks)
        .page("/lectures", frame("Lectures", &list))
        .each(|n, _| format!("/lectures/{n}"), |_, talk| {
            let people: String = talk.speakers.iter().zip(&talk.bios).map(|(s, bio)| format!("<div class=card><h4><a href='/people/{}'>{s}</a></h4><p>{bio}</p></div>", s.to_lowercase().replace(' ', "-"))).collect();
            let tags: String = talk.tags.iter().map(|t| format!("<a href='/tags/{}'>{t}</a>", t.replace(' ', "-"))).collect::<Vec<_>>().join(", ");
            frame("Lecture", &format!("<div class=page><div class=page-head><h1>{}</h1></div><div class=page-main>{}<p>Tagged {tags}</p></div><div class=page-side><h3>Lecturers</h3>{people}</div></div>", talk.title, talk.html()))
        });
    check(&site, &["speakers", "tags"]);
}

#[test]
fn a_third_of_the_talks_has_no_abstract_yet() {
    let mut talks = talks(&ENGLISH, 30);
    for talk in talks.iter_mut().step_by(3) {
        talk.paragraphs.clear();
    }
    let path = |n: usize, _: &Talk| format!("/session/{n}");
    let site = Site::new("no abstracts", "/sessions", talks);
    let list = list(&site.talks, path);
    let site = site.page("/sessions", list).each(path, |_, talk| {
        frame("Session", &format!("<div class=session-detail><h2 class=session-name>{}</h2><ul class=session-facts><li class=session-speaker>{}</li><li class=session-room>{}</li><li class=session-time><time datetime='2026-05-{:02}T{:02}:00'>May {}</time></li></ul><div class=session-description>{}</div></div>",
            talk.title, talk.by(), talk.room, talk.day, talk.hour, talk.day, talk.html()))
    });
    check(&site, &["room", "date"]);
}

#[test]
fn fields_with_labels_as_content_systems_write_them() {
    let talks = talks(&ENGLISH, 24);
    let path = |n: usize, _: &Talk| format!("/node/{}", n + 120);
    let field = |name: &str, label: &str, value: &str| {
        format!(
            "<div class='field field-name-field-{name} field-type-text field-label-inline clearfix'><div class='field-label'>{label}:&nbsp;</div><div class='field-items'><div class='field-item even'>{value}</div></div></div>"
        )
    };
    let site = Site::new("fields", "/accepted", talks);
    let list = list(&site.talks, path);
    let site = site.page("/accepted", list).each(path, |_, talk| {
        frame(&format!("{} | TideConf", talk.title), &format!("<div id=main><div class=tabs><h1 class=title id=page-title>{}</h1></div><div class='node node-session'>{}{}{}{}{}</div></div>",
            talk.title,
            field("speakers", "Speakers", &talk.by()),
            field("level", "Experience level", &talk.level),
            field("room", "Room", &talk.room),
            field("abstract", "Abstract", &talk.html()),
            field("bio", "About the speaker", &talk.bios.join("<br>"))))
    });
    check(&site, &["speakers", "room"]);
}

#[test]
fn tables_and_line_breaks_of_another_age() {
    let talks = talks(&ENGLISH, 18);
    let path = |n: usize, _: &Talk| format!("/abs{n:02}.htm");
    let rows = rows(&talks, |n, talk| {
        format!(
            "<TR><TD ALIGN=right>{}.00<TD><A HREF=abs{n:02}.htm>{}</A><TD><I>{}</I>",
            talk.hour,
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("old tables", "/prog.htm", talks)
        .page("/prog.htm", format!("<HTML><HEAD><TITLE>TideConf</TITLE></HEAD><BODY BGCOLOR=white><CENTER><H1>TideConf</H1></CENTER><TABLE BORDER=1>{rows}</TABLE><HR><A HREF=index.htm>Back to the start page</A></BODY></HTML>"))
        .each(path, |_, talk| format!("<HTML><HEAD><TITLE>TideConf: Abstract</TITLE></HEAD><BODY BGCOLOR=white><TABLE WIDTH=100%><TR><TD><A HREF=index.htm>Start</A><BR><A HREF=prog.htm>Program</A><BR><A HREF=reg.htm>Registration</A></TD><TD><FONT SIZE=5><B>{}</B></FONT><BR><I>{}</I><BR><BR>{}<BR></TD></TR></TABLE><HR><FONT SIZE=1>Last changed by the webmaster</FONT></BODY></HTML>", talk.title, talk.by(), talk.breaks()));
    check(&site, &[]);
}

#[test]
fn a_blog_with_a_sidebar_and_comments() {
    let talks = talks(&ENGLISH, 25);
    let recent: String = talks
        .iter()
        .enumerate()
        .take(8)
        .map(|(n, t)| format!("<li><a href='/2026/05/{n}/'>{}</a></li>", t.title))
        .collect();
    let widgets = format!(
        "<div id=secondary class=widget-area><section class='widget widget_recent_entries'><h2 class=widget-title>Recent posts</h2><ul>{recent}</ul></section><section class='widget widget_archive'><h2 class=widget-title>Archives</h2><ul><li><a href='/2026/05/'>May 2026</a></li><li><a href='/2026/04/'>April 2026</a></li></ul></section></div>"
    );
    let mut site = Site::new("blog", "/", talks);
    for page in 0..3 {
        let posts = site.talks.iter().enumerate().skip(page * 10).take(10).map(|(n, talk)| format!("<article class='post hentry'><header class=entry-header><h2 class=entry-title><a href='/2026/05/{n}/' rel=bookmark>{}</a></h2><div class=entry-meta><span class=posted-on><time class=entry-date datetime='{}T09:00:00+00:00'>{} May 2026</time></span></div></header><div class=entry-summary><p>{}… <a class=more-link href='/2026/05/{n}/'>Continue reading</a></p></div></article>", talk.title, talk.date(), talk.day, &talk.paragraphs[0][..50])).collect::<String>();
        let nav = format!(
            "<nav class=navigation><div class=nav-links>{}{}</div></nav>",
            if page > 0 {
                format!(
                    "<a href='{}'>Newer posts</a>",
                    if page == 1 { "/".to_owned() } else { format!("/page/{page}/") }
                )
            } else {
                String::new()
            },
            if page < 2 {
                format!("<a href='/page/{}/'>Older posts</a>", page + 2)
            } else {
                String::new()
            }
        );
        site = site.page(
            &if page == 0 { "/".to_owned() } else { format!("/page/{}/", page + 1) },
            frame(
                "Tide blog",
                &format!("<div id=primary><main>{posts}{nav}</main></div>{widgets}"),
            ),
        );
    }
    let site = site.each(|n, _| format!("/2026/05/{n}/"), |n, talk| {
        let comments: String = (0..n % 4).map(|c| format!("<li class=comment><div class=comment-author>Reader {c}</div><div class=comment-content><p>Thank you for number {n}, I have read it {c} times and sent it to all my friends who care for such things.</p></div></li>")).collect();
        let tags: String = talk.tags.iter().map(|t| format!("<a href='/tag/{}/' rel=tag>{t}</a>", t.replace(' ', "-"))).collect::<Vec<_>>().join(", ");
        frame(&format!("{} – Tide blog", talk.title), &format!("<div id=primary><main><article class='post hentry'><header class=entry-header><h1 class=entry-title>{}</h1><div class=entry-meta><span class=posted-on><time class=entry-date datetime='{}T09:00:00+00:00'>{} May 2026</time></span> <span class=byline><span class='author vcard'><a class=url href='/author/x/'>{}</a></span></span></div></header><div class=entry-content>{}</div><footer class=entry-footer><span class=tags-links>{tags}</span></footer></article><div id=comments class=comments-area><h2>Comments</h2><ol class=comment-list>{comments}</ol><form><textarea></textarea></form></div></main></div>{widgets}", talk.title, talk.date(), talk.day, talk.by(), talk.html()))
    });
    check(&site, &["tags", "date"]);
}

#[test]
fn headings_inside_the_text_and_calls_to_action_around_it() {
    let mut talks = talks(&ENGLISH, 20);
    for talk in &mut talks {
        talk.paragraphs
            .insert(1, format!("What you will take home from {}", talk.hour + talk.title.len()));
    }
    let path = |_: usize, talk: &Talk| format!("/events/{}", talk.slug);
    let site = Site::new("headings", "/events", talks);
    let list = list(&site.talks, path);
    let site = site.page("/events", list).each(path, |_, talk| {
        let html = talk.html().replacen(&format!("<p>{}</p>", talk.paragraphs[1]), &format!("<h3>{}</h3>", talk.paragraphs[1]), 1);
        frame("Event", &format!("<main><div class=hero><h1>{}</h1><p class=lead>{}</p><a class=button href='/tickets/'>Get your ticket now</a></div><article>{html}</article><div class=cta><h2>Do not miss it</h2><p>Tickets sell out every year, and early birds save a third of the price until the end of March.</p></div></main>", talk.title, talk.by()))
    });
    check(&site, &[]);
}

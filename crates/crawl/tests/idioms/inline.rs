//! Talks without pages of their own: all of them stand on the page of the list.

use super::talks::{ENGLISH, Talk, frame, rows, talks};
use super::{Site, check};

#[test]
fn abstracts_on_the_page_of_the_list_with_an_anchor_for_each() {
    let talks = talks(&ENGLISH, 22);
    let index = rows(&talks, |_, talk| {
        format!(
            "<tr><td>{}:00</td><td><a href='#{}'>{}</a></td><td>{}</td></tr>",
            talk.hour,
            talk.slug,
            talk.title,
            talk.by()
        )
    });
    let abstracts = rows(&talks, |_, talk| {
        format!(
            "<div class=talk id='{}'><h3>{}</h3><p class=speaker>{}</p>{}</div>",
            talk.slug,
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("anchors", "/program.html", talks).page(
        "/program.html",
        frame(
            "Program",
            &format!(
                "<main><h1>Program</h1><table>{index}</table><h2>Abstracts</h2>{abstracts}</main>"
            ),
        ),
    );
    check(&site, &["speakers"]);
}

#[test]
fn a_grid_whose_links_open_dialogs() {
    let talks = talks(&ENGLISH, 24);
    let grid: String = talks.chunks(3).enumerate().map(|(row, cells)| {
        let cells: String = cells.iter().enumerate().map(|(c, talk)| format!("<td><a href='#' data-bs-toggle=modal data-bs-target='#modal-{}'>{}</a><div class=small>{}</div></td>", row * 3 + c, talk.title, talk.by())).collect();
        format!("<tr><th>{}:00</th>{cells}</tr>", 9 + row)
    }).collect();
    let dialogs = rows(&talks, |n, talk| {
        format!(
            "<div class='modal fade' id='modal-{n}' tabindex=-1 aria-hidden=true><div class=modal-dialog><div class=modal-content><div class=modal-header><h5 class=modal-title>{}</h5><button type=button class=btn-close></button></div><div class=modal-body><p class=speaker-name>{}</p><div class=abstract>{}</div></div><div class=modal-footer><button>Close</button></div></div></div></div>",
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("dialogs", "/schedule", talks).page(
        "/schedule",
        frame("Schedule", &format!("<main><table class=table>{grid}</table></main>{dialogs}")),
    );
    check(&site, &["speakers"]);
}

#[test]
fn sections_under_headings_without_an_element_around_them() {
    let talks = talks(&ENGLISH, 18);
    let body = rows(&talks, |_, talk: &Talk| {
        format!(
            "<h3 id='t-{}'>{}</h3><p><em>{}</em></p>{}",
            talk.slug,
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("sections", "/abstracts.html", talks).page(
        "/abstracts.html",
        frame("Abstracts", &format!("<main><h1>Abstracts</h1>{body}</main>")),
    );
    check(&site, &["speakers"]);
}

#[test]
fn details_that_open() {
    let talks = talks(&ENGLISH, 20);
    let items = rows(&talks, |_, talk| {
        format!(
            "<li class=session><h4 class=session__title>{}</h4><p class=session__meta><span class=session__speaker>{}</span> · <span class=session__room>{}</span></p><details><summary>Show the abstract</summary><div class=session__abstract>{}</div></details></li>",
            talk.title,
            talk.by(),
            talk.room,
            talk.html()
        )
    });
    let site = Site::new("details", "/agenda/", talks)
        .page("/agenda/", frame("Agenda", &format!("<main><ol>{items}</ol></main>")));
    check(&site, &["speakers", "room"]);
}

#[test]
fn a_programme_that_leads_to_places_of_another_page() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!("<tr><td>{}:00<td><a href='abstracts.html#t{n}'>{}</a></tr>", talk.hour, talk.title)
    });
    let abstracts =
        rows(&talks, |n, talk| format!("<h3><a name=t{n}></a>{}</h3>{}", talk.title, talk.html()));
    let frame_of = |title: &str, body: &str| {
        frame(title, &format!("<div id=main><h1>{title}</h1>{body}</div>"))
    };
    let site = Site::new("places", "/program.html", talks)
        .page("/program.html", frame_of("Program", &format!("<table>{list}</table>")))
        .page("/abstracts.html", frame_of("Abstracts", &abstracts));
    check(&site, &[]);
}

#[test]
fn bold_numbered_titles_in_paragraphs() {
    let talks = talks(&ENGLISH, 20);
    let body = rows(&talks, |n, talk| {
        format!("<p><strong>{}. {}</strong> ({})</p>{}", n + 1, talk.title, talk.by(), talk.html())
    });
    let site = Site::new("bold titles", "/talks.html", talks).page(
        "/talks.html",
        frame("List of talks", &format!("<div class=entry><h1>List of talks</h1>{body}</div>")),
    );
    check(&site, &[]);
}

#[test]
fn a_row_for_each_talk_and_one_for_its_abstract() {
    let talks = talks(&ENGLISH, 24);
    let body = rows(&talks, |n, talk| {
        let day = if n % 8 == 0 { "<tr><th colspan=3>The next day</th></tr>" } else { "" };
        format!(
            "{day}<tr><td>{}:00</td><td><strong>{}</strong></td><td>{}</td></tr><tr><td colspan=3>{}</td></tr>",
            talk.hour,
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("row pairs", "/schedule.html", talks).page(
        "/schedule.html",
        frame("Schedule", &format!("<main><h1>Schedule</h1><table>{body}</table></main>")),
    );
    check(&site, &[]);
}

#[test]
fn articles_on_a_page_that_is_not_called_a_programme() {
    let talks = talks(&ENGLISH, 18);
    let body = rows(&talks, |_, talk| {
        format!(
            "<article><h3>{}</h3><p><em>{}</em></p>{}</article>",
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("articles", "/", talks).page(
        "/",
        frame("TideMeet", &format!("<section><h1>TideMeet</h1></section><section><h2>What you will hear</h2>{body}</section>")),
    );
    check(&site, &[]);
}

#[test]
fn details_whose_summary_begins_with_the_time() {
    let talks = talks(&ENGLISH, 18);
    let body = rows(&talks, |_, talk| {
        format!(
            "<details><summary><span>{}:30</span> <b>{}</b> <span>{}</span></summary><div>{}</div></details>",
            talk.hour,
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("summaries", "/", talks)
        .page("/", frame("TideDays", &format!("<main><h1>TideDays</h1>{body}</main>")));
    check(&site, &[]);
}

#[test]
fn proceedings_that_link_to_files_and_show_the_abstracts() {
    let talks = talks(&ENGLISH, 20);
    let body = rows(&talks, |n, talk| {
        format!(
            "<li><a href='pdf/paper-{n}.pdf'>{}</a><br><span>{}</span><div>{}</div></li>",
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("proceedings", "/proceedings.html", talks).page(
        "/proceedings.html",
        frame("Proceedings", &format!("<div><h1>Proceedings</h1><ol>{body}</ol></div>")),
    );
    check(&site, &[]);
}

/// A grid of two columns; every other cell holds two short talks.
fn grid(talks: &[Talk], cell: impl Fn(&Talk) -> String) -> String {
    let mut rest = talks.iter();
    let mut cells = Vec::new();
    while let Some(talk) = rest.next() {
        let second = if cells.len() % 2 == 1 { rest.next() } else { None };
        let inside: String = [Some(talk), second].into_iter().flatten().map(&cell).collect();
        cells.push(format!("<td>{inside}</td>"));
    }
    let rows: String = cells
        .chunks(2)
        .enumerate()
        .map(|(n, pair)| format!("<tr><th>{}:00</th>{}</tr>", 9 + n, pair.concat()))
        .collect();
    format!("<main><h1>Programme</h1><table>{rows}</table></main>")
}

#[test]
fn two_talks_in_one_cell_of_a_grid_under_headings() {
    let talks = talks(&ENGLISH, 24);
    let body = grid(&talks, |talk| {
        format!("<h4>{}</h4><p><em>{}</em></p>{}", talk.title, talk.by(), talk.html())
    });
    let site = Site::new("two in a cell", "/programme.html", talks)
        .page("/programme.html", frame("Programme", &body));
    check(&site, &[]);
}

#[test]
fn two_talks_in_one_cell_of_a_grid_with_bold_titles() {
    let talks = talks(&ENGLISH, 24);
    let body = grid(&talks, |talk| {
        format!("<p><b>{}</b><br>{}</p>{}", talk.title, talk.by(), talk.html())
    });
    let site = Site::new("two bold in a cell", "/programme.html", talks)
        .page("/programme.html", frame("Programme", &body));
    check(&site, &[]);
}

#[test]
fn headings_of_talks_in_a_box_for_each_day() {
    let talks = talks(&ENGLISH, 24);
    let body: String = talks
        .chunks(8)
        .enumerate()
        .map(|(day, talks)| {
            let talks = rows(talks, |_, talk| {
                format!("<h3>{}</h3><p><em>{}</em></p>{}", talk.title, talk.by(), talk.html())
            });
            format!("<div class=day><h2>Day {}</h2>{talks}</div>", day + 1)
        })
        .collect();
    let site = Site::new("day boxes", "/programme.html", talks).page(
        "/programme.html",
        frame("Programme", &format!("<main><h1>Programme</h1>{body}</main>")),
    );
    check(&site, &[]);
}

#[test]
fn two_talks_in_one_cell_of_a_grid_parted_by_line_breaks() {
    let talks = talks(&ENGLISH, 24);
    let body = grid(&talks, |talk| {
        format!("<b>{}</b><br><i>{}</i><br>{}<br><br>", talk.title, talk.by(), talk.breaks())
    });
    let site = Site::new("two broken in a cell", "/programme.html", talks)
        .page("/programme.html", frame("Programme", &body));
    check(&site, &[]);
}

#[test]
fn headings_with_lines_of_text_after_them_that_no_element_is_around() {
    let talks = talks(&ENGLISH, 18);
    let body = rows(&talks, |_, talk| {
        format!("<h3>{}</h3>{}<br><br>{}<br>", talk.title, talk.by(), talk.breaks())
    });
    let site = Site::new("bare lines", "/abstracts.html", talks).page(
        "/abstracts.html",
        frame("Abstracts", &format!("<div><h1>Abstracts</h1>{body}</div>")),
    );
    check(&site, &[]);
}

#[test]
fn headings_with_an_element_around_each_below_one_that_says_talks() {
    let talks = talks(&ENGLISH, 16);
    let heading = |level: usize, text: &str| {
        format!("<div class=markdown-heading><h{level}>{text}</h{level}><a href='#x'></a></div>")
    };
    let items = rows(&talks, |_, talk| {
        let label = if talk.speakers.len() == 1 { "Speaker" } else { "Speakers" };
        format!(
            "{}<p><strong>{label}:</strong> {}</p><p><strong>When:</strong> {} May 2026</p>{}",
            heading(3, &talk.title),
            talk.by(),
            talk.day,
            talk.html()
        )
    });
    let body = format!(
        "<article>{}<p>A day in a cinema.</p>{}<p>At the mill.</p>{}{items}{}<p>Be kind.</p></article>",
        heading(1, "A small meeting"),
        heading(2, "Venue"),
        heading(2, "Talks"),
        heading(2, "Code of Conduct")
    );
    let site = Site::new("readme", "/readme", talks).page("/readme", frame("A meeting", &body));
    check(&site, &["speakers", "date"]);
}

#[test]
fn lines_that_unfold_with_the_time_and_the_people_beside_the_title() {
    let talks = talks(&ENGLISH, 16);
    let items = rows(&talks, |_, talk| {
        format!(
            "<details><summary><span class=left>{}:00</span> <span class=wide>{}</span> <span class=right>{}</span>\
             </summary><div>{}</div></details>",
            talk.hour,
            talk.title,
            talk.by(),
            talk.html()
        )
    });
    let site = Site::new("unfolds", "/programme", talks)
        .page("/programme", frame("Programme", &format!("<h1>Programme</h1>{items}")));
    check(&site, &["speakers"]);
}

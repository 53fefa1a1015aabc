//! Lists in many forms.

use super::talks::{ENGLISH, JAPANESE, RUSSIAN, Talk, frame, rows, talks};
use super::{Site, check};

/// A page of a talk as plain as they come.
fn plain(talk: &Talk) -> String {
    frame(
        &format!("{} – TideConf 2026", talk.title),
        &format!(
            "<main><h1>{}</h1><p class=speakers>{}</p><p class=where>{}, 2026-05-{:02} {}:00</p><div class=abstract>{}</div></main>",
            talk.title,
            talk.by(),
            talk.room,
            talk.day,
            talk.hour,
            talk.html()
        ),
    )
}

#[test]
fn a_schedule_grid_with_breaks_and_keynotes_elsewhere() {
    let talks = talks(&ENGLISH, 36);
    let path = |n: usize, talk: &Talk| {
        if n.is_multiple_of(12) {
            format!("/keynotes/{}/", talk.slug)
        } else {
            format!("/talks/{}/", talk.slug)
        }
    };
    let grid: String = talks
        .chunks(3)
        .enumerate()
        .map(|(row, cells)| {
            let cells = cells.iter().enumerate().map(|(column, talk)| {
                format!("<td class='slot level-{}'><a class=talk-title href='{}'>{}</a><br><span class=who>{}</span></td>",
                    talk.level.to_lowercase(), path(row * 3 + column, talk), talk.title, talk.by())
            });
            format!("<tr><th class=time>{}:{:02}</th>{}</tr>\n<tr class=break><th class=time>–</th><td colspan=3>Coffee break</td></tr>",
                9 + row / 2, row % 2 * 30, cells.collect::<String>())
        })
        .collect();
    let site = Site::new("grid", "/schedule/", talks)
        .page("/schedule/", frame("Schedule – TideConf 2026", &format!("<main><h1>Schedule</h1><table class=grid><thead><tr><th></th><th>Hall A</th><th>Hall B</th><th>Hall C</th></tr></thead>{grid}</table></main>")))
        .each(path, |_, talk| plain(talk));
    check(&site, &["speakers", "date"]);
}

#[test]
fn cards_that_are_links_as_a_whole_in_a_soup_of_utility_classes() {
    let talks = talks(&ENGLISH, 30);
    let cards = rows(&talks, |_, talk| {
        format!(
            "<a href='/s/{}' class='group block rounded-xl border p-6 hover:shadow-lg md:w-1/3'><div class='text-xs uppercase text-gray-400'>{} · {}</div>\
                 <div class='mt-2 text-xl font-semibold'>{}</div><div class='mt-4 flex items-center'><img class='h-8 w-8 rounded-full' src='/p.jpg' alt=''><div class='ml-2 text-sm'>{}</div></div></a>",
            talk.slug,
            talk.tags[0],
            talk.level,
            talk.title,
            talk.by()
        )
    });
    let others: Vec<(String, String)> =
        talks.iter().map(|t| (t.slug.clone(), t.title.clone())).collect();
    let site = Site::new("cards", "/program", talks)
        .page("/program", frame("Program | TideConf", &format!("<div class='container mx-auto px-4'><h1 class='text-4xl'>Program</h1><div class='flex flex-wrap -mx-2'>{cards}</div></div>")))
        .each(|_, talk| format!("/s/{}", talk.slug), |n, talk| {
            let more: String = (1..4).map(|k| { let (slug, title) = &others[(n + k * 5) % others.len()]; format!("<a class='block p-4 border' href='/s/{slug}'><div class='text-lg font-medium'>{title}</div></a>") }).collect();
            let bios: String = talk.speakers.iter().zip(&talk.bios).map(|(name, bio)| format!("<div class='flex mt-6'><img class='h-16 w-16' src='/p.jpg' alt=''><div class='ml-4'><h3 class='font-bold'>{name}</h3><p class='text-gray-600'>{bio}</p></div></div>")).collect();
            frame(&format!("{} | TideConf", talk.title), &format!(
                "<div class='container mx-auto px-4'><div class='max-w-3xl'><span class='inline-block px-2 py-1 text-xs bg-gray-100'>{}</span><h1 class='text-3xl font-bold mt-4'>{}</h1>\
                 <div class='prose mt-8'>{}</div><div class='mt-12 border-t pt-8'><h2 class='text-2xl'>Speakers</h2>{bios}</div></div>\
                 <div class='mt-16'><h2 class='text-2xl'>More sessions</h2><div class='grid grid-cols-3'>{more}</div></div></div>", talk.level, talk.title, talk.html()))
        });
    check(&site, &[]);
}

#[test]
fn titles_that_share_their_link_with_the_speaker() {
    let talks = talks(&ENGLISH, 24);
    let list = rows(&talks, |n, talk| {
        format!("<li><a href='{n}.html'>{} — {}</a></li>", talk.by(), talk.title)
    });
    let site = Site::new("joint links", "/2026/program.html", talks)
        .page("/2026/program.html", frame("TideConf 2026 program", &format!("<div id=content><h2>Accepted talks</h2><ul>{list}</ul></div>")))
        .each(|n, _| format!("/2026/{n}.html"), |_, talk| frame("TideConf 2026", &format!("<div id=content><h2>{}</h2><p><em>{}</em></p>{}<p><a href='program.html'>Back to the program</a></p></div>", talk.title, talk.by(), talk.html())));
    check(&site, &[]);
}

#[test]
fn a_front_controller_with_everything_in_the_query() {
    let talks = talks(&ENGLISH, 22);
    let list = rows(&talks, |n, talk| {
        format!(
            "<div class=row><div class=time>{}:00</div><div class=title><a href='index.php?page=talk&amp;id={}'>{}</a></div><div class=person><a href='index.php?page=person&amp;id={}'>{}</a></div></div>",
            talk.hour,
            n + 400,
            talk.title,
            n % 8,
            talk.by()
        )
    });
    let nav = "<p><a href='index.php?page=home'>Home of the conference</a> | <a href='index.php?page=register'>How to register for it</a> | <a href='index.php?page=hotels'>Hotels near the sea front</a> | <a href='index.php?page=talks'>All talks and their speakers</a></p>";
    let site = Site::new("front controller", "/index.php?page=talks", talks)
        .page("/index.php?page=talks", format!("<html><title>TideConf</title><body>{nav}<h1>Talks</h1>{list}</body></html>"))
        .each(|n, _| format!("/index.php?page=talk&id={}", n + 400), |_, talk| format!("<html><title>TideConf</title><body>{nav}<h1>{}</h1><p>Speaker: {}</p><h2>Abstract</h2>{}<hr><address>TideConf, by the sea</address></body></html>", talk.title, talk.by(), talk.html()));
    check(&site, &[]);
}

#[test]
fn pages_of_ten_and_addresses_that_are_hashes() {
    let talks = talks(&ENGLISH, 34);
    let id = |n: usize| format!("{:08x}", (n as u32 + 7).wrapping_mul(2_654_435_761));
    let mut site = Site::new("hashes", "/browse", talks);
    for page in 0..4 {
        let items = site
            .talks
            .iter()
            .enumerate()
            .skip(page * 10)
            .take(10)
            .map(|(n, talk)| {
                format!(
                    "<article class=item><h4><a href='/v/{}'>{}</a></h4><p>{}…</p></article>",
                    id(n),
                    talk.title,
                    &talk.paragraphs[0][..60]
                )
            })
            .collect::<String>();
        let pager: String = (1..=4)
            .map(|p| {
                if p == page + 1 {
                    format!("<span class=current>{p}</span>")
                } else {
                    format!("<a href='/browse?page={p}'>{p}</a>")
                }
            })
            .collect();
        let next = if page < 3 {
            format!("<a class=next href='/browse?page={}'>Next →</a>", page + 2)
        } else {
            String::new()
        };
        let body = frame(
            "Browse",
            &format!("<div class=list>{items}</div><div class=pagination>{pager}{next}</div>"),
        );
        site = if page == 0 {
            site.page("/browse", body.clone()).page("/browse?page=1", body)
        } else {
            site.page(&format!("/browse?page={}", page + 1), body)
        };
    }
    let site = site.each(|n, _| format!("/v/{}", id(n)), |_, talk| plain(talk));
    check(&site, &["speakers"]);
}

#[test]
fn a_page_for_each_day() {
    let talks = talks(&ENGLISH, 30);
    let tabs = "<ul class=tabs><li><a href='/schedule/day-1/'>Mon 11 May</a></li><li><a href='/schedule/day-2/'>Tue 12 May</a></li><li><a href='/schedule/day-3/'>Wed 13 May</a></li></ul>";
    let mut site = Site::new("days", "/schedule/day-1/", talks);
    for day in 0..3 {
        let items = site.talks.iter().skip(day * 10).take(10).map(|talk| format!("<div class=schedule-entry><div class=entry-time>{}:00–{}:45</div><div class=entry-body><a href='/schedule/talk/{}/'>{}</a> <small>{}</small></div></div>", talk.hour, talk.hour, talk.slug, talk.title, talk.by())).collect::<String>();
        site = site.page(&format!("/schedule/day-{}/", day + 1), frame(&format!("Day {}", day + 1), &format!("<main>{tabs}{items}<div class=schedule-entry><div class=entry-time>18:00</div><div class=entry-body>Dinner by the harbour</div></div></main>")));
    }
    let site = site.each(|_, talk| format!("/schedule/talk/{}/", talk.slug), |_, talk| plain(talk));
    check(&site, &["speakers", "date"]);
}

#[test]
fn news_beside_the_list_are_no_talks() {
    let talks = talks(&ENGLISH, 14);
    let news = (0..18).map(|n| format!("<li><a href='/news/2026/{n}/'>We are happy to announce the {n}th of our many sponsors and partners this year</a></li>")).collect::<String>();
    let list = rows(&talks, |_, talk| {
        format!(
            "<div class=session><a href='/sessions/{}'>{}</a><p>{}</p></div>",
            talk.slug,
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("news", "/sessions", talks)
        .page("/sessions", frame("Sessions", &format!("<div class=columns><div class=col-left>{list}</div><div class=col-right><h3>Latest news</h3><ul>{news}</ul></div></div>")))
        .each(|_, talk| format!("/sessions/{}", talk.slug), |_, talk| frame("Session", &format!("<div class=columns><div class=col-left><h2 class=headline>{}</h2><div class=by>by {}</div><div class=txt>{}</div></div><div class=col-right><h3>Latest news</h3><ul>{news}</ul></div></div>", talk.title, talk.by(), talk.html())));
    check(&site, &[]);
}

#[test]
fn relative_addresses_below_a_base() {
    let talks = talks(&ENGLISH, 16);
    let list = rows(&talks, |_, talk| {
        format!(
            "<dt>{}:00</dt><dd><a href='abstracts/{}.html'>{}</a> ({})</dd>",
            talk.hour,
            talk.slug,
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("base", "/conf/pages/list", talks)
        .page("/conf/pages/list", format!("<html><head><base href='/archive/2026/'><title>TideConf</title></head><body><h1>Programme</h1><dl>{list}</dl></body></html>"))
        .each(|_, talk| format!("/archive/2026/abstracts/{}.html", talk.slug), |_, talk| plain(talk));
    check(&site, &["speakers"]);
}

#[test]
fn two_languages_of_one_site_are_listed_once() {
    let talks = talks(&ENGLISH, 18);
    let switch = |path: &str| {
        format!(
            "<div class=lang><a href='/en{path}'>English</a> <a href='/de{path}'>Deutsch</a></div>"
        )
    };
    let list = |lang: &str, talks: &[Talk]| {
        rows(talks, |n, talk| {
            format!(
                "<li class=talk><a href='/{lang}/talk/{n}'>{}</a> <i>{}</i></li>",
                talk.title,
                talk.by()
            )
        })
    };
    let (en, de) = (list("en", &talks), list("de", &talks));
    let page = |n: usize, talk: &Talk| {
        frame(
            &talk.title,
            &format!(
                "{}<section><h1>{}</h1><p class=speaker>{}</p><div class=description>{}</div></section>",
                switch(&format!("/talk/{n}")),
                talk.title,
                talk.by(),
                talk.html()
            ),
        )
    };
    let site = Site::new("two languages", "/en/talks", talks)
        .page("/en/talks", frame("Talks", &format!("{}<ul>{en}</ul>", switch("/talks"))))
        .page("/de/talks", frame("Vorträge", &format!("{}<ul>{de}</ul>", switch("/talks"))))
        .each(|n, _| format!("/en/talk/{n}"), page)
        .each(|n, _| format!("/de/talk/{n}"), page);
    check(&site, &["speakers"]);
}

#[test]
fn talks_in_russian() {
    let talks = talks(&RUSSIAN, 20);
    let list = rows(&talks, |_, talk| {
        format!(
            "<div class=doklad><h3><a href='/доклады/{}/'>{}</a></h3><p>{}</p></div>",
            talk.slug,
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("russian", "/program/", talks)
        .page("/program/", frame("Программа", &format!("<main>{list}</main>")))
        .each(|_, talk| {
            let mut url: url::Url = "http://x.example/".parse().unwrap();
            url.set_path(&format!("/доклады/{}/", talk.slug));
            url.path().to_owned()
        }, |_, talk| frame("ПриливКонф", &format!("<main><h1>{}</h1><p><b>Докладчик:</b> {}</p><h2>Описание</h2>{}<h2>О докладчике</h2><p>{}</p></main>", talk.title, talk.by(), talk.html(), talk.bios.join(" "))));
    check(&site, &[]);
}

#[test]
fn talks_in_japanese() {
    let talks = talks(&JAPANESE, 20);
    let list = rows(&talks, |n, talk| {
        format!(
            "<li><a href='/timetable/{n}'>{}</a><span class=speaker>{}</span></li>",
            talk.title,
            talk.by()
        )
    });
    let site = Site::new("japanese", "/timetable", talks)
        .page("/timetable", frame("タイムテーブル", &format!("<main><ul>{list}</ul></main>")))
        .each(|n, _| format!("/timetable/{n}"), |_, talk| frame("潮会議", &format!("<main><h1>{}</h1><dl><dt>講演者</dt><dd>{}</dd><dt>会場</dt><dd>{}</dd></dl><h2>概要</h2>{}<h2>プロフィール</h2><p>{}</p></main>", talk.title, talk.by(), talk.room, talk.html(), talk.bios.join(" "))));
    check(&site, &[]);
}

#[test]
fn a_menu_that_no_element_says_is_one_leads_to_the_schedule() {
    let talks = talks(&ENGLISH, 24);
    let menu: String =
        ["schedule", "people", "venue", "partners", "imprint", "privacy", "contact-us"]
            .iter()
            .map(|name| format!("<li><a href='/{name}'>{name}</a></li>"))
            .collect();
    let page = |title: &str, body: &str| {
        format!(
            "<title>{title}</title><div class=q1><ul class=q3>{menu}</ul></div><div class=q4>{body}</div>"
        )
    };
    let list =
        rows(&talks, |n, talk| format!("<tr><td><a href='/s/{n}'>{}</a></td></tr>", talk.title));
    let site = Site::new("menu", "/", talks)
        .page("/", page("A week", "<p>Five days of talks by the sea, and a dinner on a boat.</p>"))
        .page("/schedule", page("Schedule", &format!("<h1>Schedule</h1><table>{list}</table>")))
        .page("/people", page("People", "<p>All of us.</p>"))
        .page(
            "/venue",
            page("Venue", "<p>The old mill is a ten minutes' walk from the station.</p>"),
        )
        .each(
            |n, _| format!("/s/{n}"),
            |_, talk| page("Talk", &format!("<h1>{}</h1>{}", talk.title, talk.html())),
        );
    check(&site, &[]);
}

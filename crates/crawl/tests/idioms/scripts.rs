//! Pages whose content stands in data for machines.

use super::talks::{ENGLISH, Talk, frame, rows, talks};
use super::{Site, check};

fn json(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn event(talk: &Talk) -> String {
    let people: Vec<String> = talk
        .speakers
        .iter()
        .map(|s| format!("{{\"@type\": \"Person\", \"name\": {}}}", json(s)))
        .collect();
    format!(
        "{{\"@context\": \"https://schema.org\", \"@type\": \"Event\", \"name\": {}, \"description\": {}, \"startDate\": \"{}T{:02}:00:00+02:00\", \"location\": {{\"@type\": \"Place\", \"name\": {}}}, \"performer\": [{}]}}",
        json(&talk.title),
        json(&talk.text()),
        talk.date(),
        talk.hour,
        json(&talk.room),
        people.join(", ")
    )
}

#[test]
fn pages_that_hold_nothing_but_an_event_for_search_engines() {
    let talks = talks(&ENGLISH, 20);
    let list =
        rows(&talks, |_, talk| format!("<li><a href='/e/{}'>{}</a></li>", talk.slug, talk.title));
    let site = Site::new("events", "/program", talks)
        .page("/program", frame("Program", &format!("<ul>{list}</ul>")))
        .each(|_, talk| format!("/e/{}", talk.slug), |_, talk| format!("<!doctype html><html><head><title>{} | TideConf</title><script type='application/ld+json'>{}</script></head><body><div id=app></div><script src=/app.js></script></body></html>", talk.title, event(talk)));
    check(&site, &["speakers", "room", "date"]);
}

#[test]
fn each_page_has_the_data_that_its_script_starts_from() {
    let talks = talks(&ENGLISH, 20);
    let list = rows(&talks, |n, talk| format!("<li><a href='/talk/{n}'>{}</a></li>", talk.title));
    let site = Site::new("page data", "/talks", talks)
        .page("/talks", frame("Talks", &format!("<ul>{list}</ul>")))
        .each(|n, _| format!("/talk/{n}"), |n, talk| format!("<!doctype html><html><head><title>TideConf</title></head><body><div id=__next></div><script id=__NEXT_DATA__ type='application/json'>{{\"props\": {{\"pageProps\": {{\"session\": {{\"id\": {n}, \"title\": {}, \"abstract\": {}, \"speakers\": [{{\"name\": {}}}], \"room\": {}}}}}}}}}</script></body></html>", json(&talk.title), json(&talk.text()), json(&talk.speakers[0]), json(&talk.room)));
    check(&site, &["room"]);
}

#[test]
fn a_list_of_pages_for_search_engines_alone() {
    let talks = talks(&ENGLISH, 20);
    let items = rows(&talks, |n, talk| {
        let comma = if n == 0 { "" } else { "," };
        let name = json(&talk.title);
        format!(
            "{comma}{{\"@type\": \"ListItem\", \"url\": \"/s/{}\", \"name\": {name}}}",
            talk.slug
        )
    });
    let list = format!(
        "<!doctype html><html><head><title>TideConf</title><script type='application/ld+json'>\
         {{\"@context\": \"https://schema.org\", \"@type\": \"ItemList\", \"itemListElement\": [{items}]}}\
         </script></head><body><div id=app></div><script src=/app.js></script></body></html>"
    );
    let site = Site::new("item list", "/schedule", talks).page("/schedule", list).each(
        |_, talk| format!("/s/{}", talk.slug),
        |_, talk| {
            let text = talk.html();
            frame(
                &talk.title,
                &format!("<main><h1>{}</h1><div class=about>{text}</div></main>", talk.title),
            )
        },
    );
    check(&site, &[]);
}

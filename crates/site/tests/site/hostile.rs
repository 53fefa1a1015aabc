//! Texts that try to be more than text.

use scraper::{Html, Selector};
use site::{Error, Kind, Route, Site, SiteData};

use crate::fixture::{conference, render, render_all, text_of, texts};
use crate::structure::check_site;

const PAYLOADS: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;&#60;b&#62;",
    "]]><script>alert(1)</script>",
    "<!--<script>",
    "https://x.example/\"><script>alert(1)</script>",
    "a\u{202e}b\u{2028}c\u{feff}d",
];

/// The payload in every field that is shown.
fn poisoned<'a>(mut data: SiteData<'a>, payload: &'a str) -> SiteData<'a> {
    data.title = payload;
    data.language = payload;
    data.generator = payload;
    data.facts[0].name = payload;
    data.facts[0].value = payload;
    for topic in &mut data.topics {
        topic.title = payload;
        topic.terms[0].term = payload;
    }
    for document in &mut data.documents {
        document.title = payload;
        document.text = payload;
        document.url = Some(payload);
        document.language = Some(payload);
        document.track = Some(payload);
        document.room = Some(payload);
        document.date = Some(payload);
        document.start = Some(payload);
        document.end = Some(payload);
        for related in &mut document.related {
            related.terms = vec![payload];
        }
        document.reasons = vec![vec![payload]; document.topics.len()];
    }
    for part in &mut data.topics[0].sub_topics {
        part.title = payload;
        part.terms = vec![payload];
    }
    for tag in &mut data.tags {
        tag.name = payload;
    }
    for speaker in &mut data.speakers {
        speaker.name = payload;
    }
    for term in &mut data.terms {
        term.term = payload;
    }
    data.sources = vec![site::Source { name: payload, licence: Some(payload) }];
    data.dropped = vec![site::Dropped { reason: payload, n_documents: 1 }];
    data.downloads[0].about = payload;
    data
}

#[test]
fn no_field_adds_an_element_or_an_attribute() {
    let fixture = conference(6, 3);
    for payload in PAYLOADS {
        check_site(poisoned(fixture.data(), payload));
    }
}

#[test]
fn hostile_texts_are_shown_as_they_are() {
    let fixture = conference(6, 3);
    for payload in PAYLOADS {
        let html = render(poisoned(fixture.data(), payload), Route::Document(1));
        let shown = payload.split_whitespace().collect::<Vec<_>>().join(" ");
        for place in ["h1", ".prose p", ".by a", ".facts dd:not(:has(time))"] {
            assert!(texts(&html, place).contains(&shown), "{payload} in {place}");
        }
    }
}

#[test]
fn clouds_do_not_let_words_out() {
    let words = PAYLOADS.map(|text| cloud::Word { text, weight: 1.0 });
    let cloud = cloud::layout(&words, &cloud::CloudConfig::default()).unwrap();
    let fixture = conference(6, 2);
    let mut data = fixture.data();
    for topic in &mut data.topics {
        (topic.cloud, topic.card_cloud) = (&cloud, &cloud);
    }
    check_site(data);
}

#[test]
fn only_web_addresses_of_documents_become_links() {
    let fixture = conference(6, 2);
    for (url, is_linked) in [
        ("https://talks.example/1?a=1&b=2", true),
        ("HTTP://talks.example/", true),
        ("javascript:alert(1)", false),
        (" JaVaScRiPt:alert(1)", false),
        ("data:text/html,<script>", false),
        ("//talks.example", false),
        ("mailto:a@talks.example", false),
        ("https://talks example", false),
        ("", false),
    ] {
        let mut data = fixture.data();
        data.documents[0].url = Some(url);
        data.documents[0].text = url;
        let page = render(data, Route::Document(0));
        let html = Html::parse_document(&page);
        let links = Selector::parse(".source a, .prose a").unwrap();
        let found: Vec<_> = html.select(&links).filter_map(|a| a.value().attr("href")).collect();
        let expected: &[&str] = match (is_linked, url) {
            (true, _) => &[url, url],
            // The text holds an address up to the space.
            (false, "https://talks example") => &["https://talks"],
            (false, _) => &[],
        };
        let mut found = found;
        found.sort_unstable();
        assert_eq!(found, expected, "{url:?}");
    }
}

#[test]
fn links_in_texts_lend_no_reputation() {
    let fixture = conference(3, 2);
    let mut data = fixture.data();
    data.documents[0].text = "See https://a.example/.";
    let html = render(data, Route::Document(0));
    assert!(html.contains("<a rel=\"nofollow noopener ugc\" href=\"https://a.example/\">"));
}

#[test]
fn slugs_that_could_leave_their_folder_are_refused() {
    let fixture = conference(3, 2);
    let long = "x".repeat(101);
    for slug in ["", ".", "..", "../x", "a/b", "a\\b", "a b", "é", "a\0", ".htaccess", "\"", &long]
    {
        let refused = |change: &dyn Fn(&mut SiteData<'_>)| {
            let mut data = fixture.data();
            change(&mut data);
            match Site::new(data) {
                Err(Error::Slug { kind, slug: named, .. }) if named == slug => kind,
                other => panic!("{slug:?} gave {other:?}"),
            }
        };
        // The slug outlives the data, which the closures cannot tell.
        let slug: &'static str = slug.to_owned().leak();
        assert_eq!(refused(&|data| data.topics[1].slug = slug), Kind::Topic);
        assert_eq!(refused(&|data| data.documents[1].slug = slug), Kind::Document);
        assert_eq!(refused(&|data| data.tags[1].slug = slug), Kind::Tag);
        assert_eq!(refused(&|data| data.speakers[1].slug = slug), Kind::Speaker);
        assert_eq!(refused(&|data| data.topics[1].terms[1].slug = slug), Kind::Term);
    }
}

#[test]
fn slugs_that_differ_only_in_case_are_refused() {
    let fixture = conference(3, 2);
    let mut data = fixture.data();
    (data.documents[0].slug, data.documents[2].slug) = ("Same", "same");
    let error = Site::new(data).unwrap_err();
    assert_eq!(error.to_string(), "document 0 and document 2 share the slug \"same\"");
}

#[test]
fn positions_that_point_to_nothing_are_refused() {
    type Change = fn(&mut SiteData<'_>);
    let changes: [(Change, &str); 10] = [
        (|data| data.documents[1].speakers = vec![120], "document 1 points to speaker 120"),
        (|data| data.speakers[1].documents = vec![3], "speaker 1 points to document 3"),
        (|data| data.terms[1].documents = vec![3], "term 1 points to document 3"),
        (
            |data| {
                data.topics[1].sub_topics =
                    vec![site::SubTopic { title: "x", terms: vec![], documents: vec![3] }];
            },
            "topic 1 points to document 3",
        ),
        (|data| data.documents[1].tags = vec![40], "document 1 points to tag 40, but there are 40"),
        (|data| data.documents[1].topics[0].index = 9, "document 1 points to topic 9"),
        (|data| data.documents[1].related[0].index = 3, "document 1 points to document 3"),
        (|data| data.topics[1].documents[0].index = 3, "topic 1 points to document 3"),
        (|data| data.topics[1].terms[0].documents = vec![7], "topic 1 points to document 7"),
        (|data| data.tags[1].documents = vec![3], "tag 1 points to document 3"),
    ];
    let fixture = conference(3, 2);
    for (change, expected) in changes {
        let mut data = fixture.data();
        data.topics[1].documents = vec![site::Weighted { index: 0, weight: 0.5 }];
        change(&mut data);
        let message = Site::new(data).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn pages_that_do_not_exist_are_refused() {
    let fixture = conference(3, 2);
    let site = Site::new(fixture.data()).unwrap();
    for route in [
        Route::Topic(2, 0),
        Route::Topic(0, 1),
        Route::Document(3),
        Route::Tag(40, 0),
        Route::Tag(0, 1),
        Route::Speaker(120),
        Route::Documents(1),
        Route::Sitemap(0),
    ] {
        let error = site::Renderer::new().render_page(&site, route).unwrap_err();
        assert!(matches!(error, Error::NoSuchPage(named) if named == route), "{error}");
    }
}

#[test]
fn a_base_url_stays_in_its_attributes() {
    let fixture = conference(3, 2);
    for url in ["https://x.example/\"><script>", "javascript:alert(1)", "\"><script>"] {
        let mut data = fixture.data();
        data.base_url = Some(url);
        for route in [Route::Index, Route::NotFound] {
            let html = render(data.clone(), route);
            assert!(!html.contains("<script") && !html.contains("javascript:"), "{url}");
        }
    }
}

#[test]
fn no_payload_reaches_a_page_unescaped() {
    let fixture = conference(6, 3);
    let payload = "\"><script>alert('1')</script>";
    for file in render_all(poisoned(fixture.data(), payload)) {
        let text =
            text_of(&file).replace("<script src=\"../search/search.js\" defer></script>", "");
        assert!(!text.contains("<script"), "{}", file.path);
    }
}

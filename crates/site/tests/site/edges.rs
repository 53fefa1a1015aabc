//! Sites that are small, lopsided or odd.

use site::{Document, Route, SiteData, Weighted};

use crate::fixture::{conference, render, texts};
use crate::structure::check_site;

#[test]
fn a_site_of_nothing_has_pages_that_say_so() {
    let data = SiteData {
        title: "Nothing",
        language: "en",
        base_url: None,
        n_terms: 0,
        topics: vec![],
        documents: vec![],
        tags: vec![],
        speakers: vec![],
        terms: vec![],
        max_document_pages: usize::MAX,
        facts: vec![],
        sources: vec![],
        dropped: vec![],
        downloads: vec![],
        generator: "topicmill 0.1.0",
    };
    check_site(data.clone());
    assert_eq!(texts(&render(data.clone(), Route::Index), ".none"), ["There are no topics yet."]);
    assert_eq!(
        texts(&render(data.clone(), Route::Map), ".none")[0],
        "There is nothing to show on the map yet."
    );
    assert_eq!(texts(&render(data, Route::Data), ".none"), ["This site comes without data files."]);
}

#[test]
fn any_number_of_topics_will_do() {
    for n_topics in [1, 2, 50] {
        check_site(conference(60, n_topics).data());
    }
}

#[test]
fn without_tags_nothing_points_to_tag_pages() {
    let fixture = conference(12, 3);
    let mut data = fixture.data();
    data.tags.clear();
    for document in &mut data.documents {
        document.tags.clear();
    }
    assert!(!texts(&render(data.clone(), Route::Index), ".top li").contains(&"Tags".to_owned()));
    check_site(data);
}

#[test]
fn a_topic_without_documents_and_terms_says_so() {
    let fixture = conference(12, 3);
    let mut data = fixture.data();
    data.topics[1].documents.clear();
    data.topics[1].terms.clear();
    data.topics[1].share = 0.0;
    let html = render(data.clone(), Route::Topic(1, 0));
    assert_eq!(texts(&html, ".none"), ["No talk is about this topic.", "This topic has no terms."]);
    check_site(data);
}

#[test]
fn a_document_without_anything_but_a_title_says_so() {
    let fixture = conference(12, 3);
    let mut data = fixture.data();
    data.documents[5] = Document { slug: "bare", title: "Bare", ..Document::default() };
    for topic in &mut data.topics {
        topic.documents.retain(|document| document.index != 5);
    }
    let html = render(data.clone(), Route::Document(5));
    let said = texts(&html, ".none");
    assert_eq!(said[0], "This talk came without a description.");
    assert!(said[1].starts_with("It shares too few words"), "{said:?}");
    assert!(texts(&html, ".turn").is_empty() && texts(&html, ".related").is_empty());
    check_site(data);
}

#[test]
fn odd_titles_keep_every_page_valid() {
    let long = "Donaudampfschifffahrt".repeat(15);
    let titles = [
        &long,
        "🎉🎈",
        "שלום עולם",
        "مرحبا بالعالم",
        " ",
        "",
        "Same",
        "Same",
        "ﬀ",
        "0",
        "\u{202e}",
    ];
    let fixture = conference(titles.len(), 3);
    let mut data = fixture.data();
    for (document, title) in data.documents.iter_mut().zip(titles) {
        document.title = title;
    }
    for (topic, title) in data.topics.iter_mut().zip([long.as_str(), "", "🎉"]) {
        topic.title = title;
    }
    for (tag, name) in data.tags.iter_mut().zip(titles) {
        tag.name = name;
    }
    check_site(data);
}

#[test]
fn weights_that_are_no_fractions_keep_every_page_valid() {
    let fixture = conference(12, 3);
    let mut data = fixture.data();
    for (topic, share) in data.topics.iter_mut().zip([f64::NAN, f64::INFINITY, -1.0]) {
        topic.share = share;
        topic.terms[0].weight = share;
        topic.documents[0].weight = share;
    }
    data.documents[0].topics =
        vec![Weighted { index: 0, weight: 7.0 }, Weighted { index: 1, weight: f64::NAN }];
    let html = render(data.clone(), Route::Document(0));
    assert_eq!(texts(&html, ".parts .num"), ["100%"]);
    assert!(!render(data.clone(), Route::Index).contains("NaN"));
    check_site(data);
}

#[test]
fn documents_beyond_the_limit_are_linked_at_their_source_or_in_the_list() {
    let fixture = conference(20, 3);
    let mut data = fixture.data();
    data.max_document_pages = 5;
    data.documents[7].url = None;
    data.topics[0].documents =
        vec![Weighted { index: 6, weight: 0.9 }, Weighted { index: 7, weight: 0.8 }];
    check_site(data.clone());
    let site = site::Site::new(data.clone()).unwrap();
    let n_pages = site.routes().filter(|route| matches!(route, Route::Document(_))).count();
    assert_eq!(n_pages, 5);
    let html = render(data, Route::Topic(0, 0));
    assert_eq!(
        crate::fixture::attributes(&html, ".rows .name a", "href"),
        ["https://conference.example/talks/6", "../../documents/index.html#d-7"]
    );
}

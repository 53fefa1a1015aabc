//! Pages that are made from the same are the same.

use std::collections::BTreeMap;

use cloud::Cloud;
use site::{Inputs, Renderer, Route, Site, SiteData, Weighted};

use crate::fixture::conference;

type Change = (&'static str, fn(&mut SiteData<'_>));

/// Everything that a site is made from, changed one by one.
const CHANGES: &[Change] = &[
    ("title of the site", |data| data.title = "Another"),
    ("language of the site", |data| data.language = "de"),
    ("base address", |data| data.base_url = Some("https://talks.example/")),
    ("terms counted", |data| data.n_terms += 1),
    ("fewer pages", |data| data.max_document_pages = 50),
    ("generator", |data| data.generator = "another"),
    ("facts", |data| data.facts.clear()),
    ("sources", |data| data.sources.clear()),
    ("dropped", |data| data.dropped.clear()),
    ("downloads", |data| data.downloads.clear()),
    ("no tags", |data| {
        data.tags.clear();
        data.documents.iter_mut().for_each(|document| document.tags.clear());
    }),
    ("no speakers", |data| {
        data.speakers.clear();
        data.documents.iter_mut().for_each(|document| document.speakers.clear());
    }),
    ("no terms in the index", |data| data.terms.clear()),
    ("slug of a topic", |data| data.topics[1].slug = "changed"),
    ("title of a topic", |data| data.topics[1].title = "Changed"),
    ("share of a topic", |data| data.topics[1].share *= 0.5),
    ("shares of topics, by turns", |data| data.topics.reverse()),
    ("a word of a topic", |data| data.topics[1].terms[0].term = "changed"),
    ("the name of a word in links", |data| data.topics[1].terms[0].slug = "changed"),
    ("the weight of a word", |data| data.topics[1].terms[0].weight = 0.25),
    ("the documents of a word", |data| data.topics[1].terms[0].documents.reverse()),
    ("a word less", |data| data.topics[1].terms.truncate(9)),
    ("a document of a topic less", |data| data.topics[1].documents.truncate(9)),
    ("the weight of a document in a topic", |data| data.topics[1].documents[0].weight = 0.01),
    ("the order of a topic", |data| data.topics[1].documents.reverse()),
    ("a cloud", |data| data.topics[1].cloud = data.topics[2].cloud),
    ("the cloud of a card", |data| data.topics[1].card_cloud = data.topics[2].card_cloud),
    ("a part of a topic", |data| data.topics[0].sub_topics[0].title = "Changed"),
    ("the words of a part", |data| data.topics[0].sub_topics[0].terms.reverse()),
    ("the documents of a part", |data| data.topics[0].sub_topics[0].documents.truncate(1)),
    ("slug of a document", |data| data.documents[7].slug = "changed"),
    ("title of a document", |data| data.documents[7].title = "Changed"),
    ("text", |data| data.documents[7].text = "Changed."),
    ("address", |data| data.documents[7].url = None),
    ("a tag of a document", |data| data.documents[7].tags = vec![0]),
    ("a speaker of a document", |data| data.documents[7].speakers = vec![0]),
    ("a date", |data| data.documents[7].date = Some("2020-01-01")),
    ("a beginning", |data| data.documents[7].start = None),
    ("an end", |data| data.documents[7].end = None),
    ("a room", |data| data.documents[7].room = Some("Changed")),
    ("a track", |data| data.documents[7].track = Some("Changed")),
    ("language of a document", |data| data.documents[7].language = Some("fr")),
    ("a topic of a document", |data| {
        data.documents[7].topics = vec![Weighted { index: 0, weight: 0.5 }];
    }),
    ("related documents", |data| data.documents[7].related.reverse()),
    ("why they are related", |data| data.documents[7].related[0].terms = vec!["changed"]),
    ("why it is in a topic", |data| data.documents[7].reasons[0] = vec!["changed"]),
    ("slug of a tag", |data| data.tags[3].slug = "changed"),
    ("name of a tag", |data| data.tags[3].name = "Changed"),
    ("documents of a tag", |data| data.tags[3].documents.truncate(1)),
    ("slug of a speaker", |data| data.speakers[3].slug = "changed"),
    ("name of a speaker", |data| data.speakers[3].name = "Changed Name"),
    ("documents of a speaker", |data| data.speakers[3].documents.truncate(1)),
    ("a term of the index", |data| data.terms[5].term = "changed"),
    ("documents of a term", |data| data.terms[5].documents.truncate(1)),
    ("number of documents of a term", |data| data.terms[5].n_documents += 7),
    ("nothing is a talk", |data| {
        for document in &mut data.documents {
            (document.room, document.track, document.start) = (None, None, None);
        }
    }),
];

fn hash(bytes: &[u8]) -> [u8; 32] {
    blake3::hash(bytes).into()
}

/// The bytes of every page, and what it was made from where that is known.
fn made(data: SiteData<'_>, renderer: &Renderer) -> BTreeMap<String, (Vec<u8>, Option<Vec<u8>>)> {
    let site = Site::new(data).unwrap();
    let inputs = Inputs::new(&site, renderer, hash);
    let page = |route| {
        let file = renderer.render_page(&site, route).unwrap();
        let mut from = Vec::new();
        let is_known = inputs.write(route, &mut from);
        (file.path, (file.bytes, is_known.then_some(from)))
    };
    // One page of a document is made like another.
    let is_looked_at =
        |route: &Route| !matches!(route, Route::Document(document) if *document > 60);
    site.routes().filter(is_looked_at).map(page).collect()
}

#[test]
fn a_page_that_is_made_from_the_same_is_the_same() {
    // More documents than a page of a list has.
    let fixture = conference(520, 3);
    let renderer = Renderer::new();
    let before = made(fixture.data(), &renderer);
    let other: Cloud = fixture.data().topics[2].cloud.clone();
    assert_ne!(&other, fixture.data().topics[1].cloud);
    let mut unnoticed = Vec::new();
    for (what, change) in CHANGES {
        let mut data = fixture.data();
        change(&mut data);
        let after = made(data, &renderer);
        assert_ne!(before, after, "{what}: nothing changed");
        for (path, (bytes, from)) in &after {
            let Some((bytes_before, from_before)) = before.get(path) else { continue };
            if from.is_some() && from == from_before && bytes != bytes_before {
                unnoticed.push(format!("{what}: {path}"));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{} pages: {:?}", unnoticed.len(), &unnoticed[..1]);
}

#[test]
fn a_page_is_made_from_the_templates_too() {
    let fixture = conference(20, 2);
    let changed = Renderer::with_overrides(&[("macros.html".to_owned(), String::new())]).unwrap();
    let site = Site::new(fixture.data()).unwrap();
    let from = |renderer: &Renderer| {
        let mut from = Vec::new();
        assert!(Inputs::new(&site, renderer, hash).write(Route::Document(3), &mut from));
        from
    };
    assert_ne!(from(&Renderer::new()), from(&changed));
}

#[test]
fn another_text_concerns_its_own_page_alone() {
    let fixture = conference(200, 4);
    let renderer = Renderer::new();
    let before = made(fixture.data(), &renderer);
    let mut data = fixture.data();
    data.documents[7].text = "Changed.";
    let after = made(data, &renderer);
    let concerned = |path: &&String| after[*path].1.is_some() && after[*path].1 != before[*path].1;
    let paths: Vec<&String> = after.keys().filter(concerned).collect();
    assert_eq!(paths, ["doc/talk-7/index.html"]);
    let n_known = after.values().filter(|(_, from)| from.is_some()).count();
    assert!(n_known > after.len() * 9 / 10, "{n_known} of {} pages are known", after.len());
}

#[test]
fn how_much_is_about_topics_concerns_their_first_pages_alone() {
    let fixture = conference(1700, 3);
    let renderer = Renderer::new();
    let before = made(fixture.data(), &renderer);
    let mut data = fixture.data();
    let shares = data.topics.iter().map(|topic| topic.share);
    let (largest, _) = shares.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    // It stays the first.
    data.topics[largest].share *= 1.05;
    let after = made(data, &renderer);
    let of_topics = after.iter().filter(|(path, _)| path.starts_with("topic/"));
    let (first, later): (Vec<_>, Vec<_>) =
        of_topics.partition(|(path, _)| path.matches('/').count() == 2);
    let is_same = |path: &String| before[path] == after[path];
    assert!(first.len() == 3 && !first.iter().any(|(path, _)| is_same(path)));
    let slug = fixture.data().topics[largest].slug;
    let own = |path: &String| path.starts_with(&format!("topic/{slug}/"));
    let others: Vec<_> = later.iter().filter(|(path, _)| !own(path)).collect();
    assert!(others.len() > 1 && others.iter().all(|(path, _)| is_same(path)));
}

#[test]
fn a_document_more_leaves_most_pages_as_they_were() {
    let fixture = conference(200, 4);
    let renderer = Renderer::new();
    let mut data = fixture.data();
    // The last one goes: what was before it keeps its place, as when one is added.
    let last = data.documents.len() - 1;
    data.documents.pop();
    let forget = |documents: &mut Vec<usize>| documents.retain(|&document| document != last);
    data.tags.iter_mut().for_each(|tag| forget(&mut tag.documents));
    data.speakers.iter_mut().for_each(|speaker| forget(&mut speaker.documents));
    data.terms.iter_mut().for_each(|term| forget(&mut term.documents));
    for topic in &mut data.topics {
        topic.documents.retain(|document| document.index != last);
        topic.terms.iter_mut().for_each(|term| forget(&mut term.documents));
        topic.sub_topics.iter_mut().for_each(|part| forget(&mut part.documents));
    }
    for document in &mut data.documents {
        document.related.retain(|related| related.index != last);
    }
    let (fewer, all) = (made(data, &renderer), made(fixture.data(), &renderer));
    let same = all.iter().filter(|(path, (_, from))| {
        from.is_some() && fewer.get(*path).is_some_and(|(_, before)| before == from)
    });
    assert!(same.count() > all.len() * 8 / 10);
}

//! What each page shows.

use site::{Route, Site, Speaker, Weighted};

use crate::fixture::{attributes, conference, render, texts};

#[test]
fn the_start_page_has_a_card_for_every_topic_the_biggest_first() {
    let fixture = conference(60, 5);
    let mut data = fixture.data();
    data.topics[3].share = 0.9;
    let title = data.topics[3].title;
    let html = render(data, Route::Index);
    let headings = texts(&html, ".card h2");
    assert_eq!(headings.len(), 5);
    assert_eq!(headings[0], format!("4 {title}"), "number and title");
    assert_eq!(texts(&html, ".card .share .num")[0], "90% of all talks");
}

#[test]
fn a_card_lists_the_first_ten_documents_and_links_to_them() {
    let fixture = conference(60, 2);
    let data = fixture.data();
    let topic = &data.topics[0];
    let expected: Vec<_> = topic.documents[..10]
        .iter()
        .map(|document| format!("doc/{}/index.html", data.documents[document.index].slug))
        .collect();
    let n_documents = topic.documents.len();
    let first = data.topics[0].share >= data.topics[1].share;
    let html = render(data, Route::Index);
    let card = if first { ".card:first-child" } else { ".card:last-child" };
    assert_eq!(attributes(&html, &format!("{card} .picks a"), "href"), expected);
    let all = &texts(&html, &format!("{card} .all"))[0];
    assert!(all.starts_with(&format!("All {n_documents} talks")), "{all}");
}

#[test]
fn words_of_clouds_lead_to_their_line_among_the_terms() {
    let fixture = conference(30, 2);
    let (slug, term) = {
        let data = fixture.data();
        (data.topics[0].slug.to_owned(), data.topics[0].terms[0].slug.to_owned())
    };
    let index = render(fixture.data(), Route::Index);
    let expected = format!("topic/{slug}/index.html#t-{term}");
    assert!(attributes(&index, ".cloud a", "href").contains(&expected));

    let topic = render(fixture.data(), Route::Topic(0, 0));
    let links = attributes(&topic, ".cloud a", "href");
    assert_eq!(links[0], format!("#t-{term}"));
    let lines = attributes(&topic, ".terms tr[id]", "id");
    assert!(links.iter().all(|link| lines.contains(&link[1..].to_owned())), "no loose end");
}

#[test]
fn a_topic_lists_documents_by_weight_with_bars() {
    let fixture = conference(40, 3);
    let mut data = fixture.data();
    let documents = &mut data.topics[1].documents;
    documents.truncate(2);
    documents[0].weight = 0.755;
    documents[1].weight = 0.001;
    let html = render(data, Route::Topic(1, 0));
    assert_eq!(texts(&html, ".rows .load .num"), ["76%", "<1%"]);
    assert_eq!(attributes(&html, ".rows .load rect", "width"), ["75.5%", "1%"]);
}

#[test]
fn a_topic_lists_all_its_documents_on_pages_of_500() {
    let fixture = conference(1, 1);
    let mut data = fixture.data();
    data.topics[0].documents = vec![Weighted { index: 0, weight: 0.5 }; 2600];
    let site = Site::new(data.clone()).unwrap();
    let n_pages = site.routes().filter(|route| matches!(route, Route::Topic(..))).count();
    assert_eq!(n_pages, 6);
    let html = render(data.clone(), Route::Topic(0, 0));
    assert_eq!(texts(&html, ".rows li").len(), 500);
    let last = render(data, Route::Topic(0, 5));
    assert_eq!(texts(&last, ".rows li").len(), 100);
    assert_eq!(attributes(&last, ".rows", "start"), ["2501"]);
    assert_eq!(texts(&last, ".pager [aria-current]"), ["Page 6"]);
    assert!(texts(&last, ".cloud, .terms, .near").is_empty(), "on the first page only");
}

#[test]
fn topics_lead_to_the_previous_and_the_next_by_size() {
    let fixture = conference(60, 3);
    let mut data = fixture.data();
    for (topic, share) in data.topics.iter_mut().zip([0.2, 0.5, 0.3]) {
        topic.share = share;
    }
    let slugs: Vec<_> = data.topics.iter().map(|topic| topic.slug.to_owned()).collect();
    let site = Site::new(data).unwrap();
    let turn = |topic: usize, rel: &str| {
        let page = site::Renderer::new().render_page(&site, Route::Topic(topic, 0)).unwrap();
        attributes(&crate::fixture::text_of(&page), &format!(".turn [rel={rel}]"), "href")
    };
    let to = |topic: usize| vec![format!("../../topic/{}/index.html", slugs[topic])];
    assert_eq!([turn(1, "prev"), turn(1, "next")], [vec![], to(2)]);
    assert_eq!([turn(2, "prev"), turn(2, "next")], [to(1), to(0)]);
    assert_eq!([turn(0, "prev"), turn(0, "next")], [to(2), vec![]]);
}

#[test]
fn a_document_shows_what_is_known_of_it() {
    let fixture = conference(30, 3);
    let mut data = fixture.data();
    let document = &mut data.documents[7];
    document.tags = vec![2, 5];
    let (title, speakers) = (document.title, document.speakers.clone());
    let tags = [data.tags[2].name, data.tags[5].name];
    let speakers: Vec<_> =
        speakers.into_iter().map(|speaker| data.speakers[speaker].name).collect();
    let html = render(data, Route::Document(7));
    assert_eq!(texts(&html, "h1"), [title]);
    assert_eq!(texts(&html, "title"), [format!("{title} · Invented Conference")]);
    assert_eq!(texts(&html, ".by"), [speakers.join(", ")]);
    assert_eq!(attributes(&html, ".by a", "href").len(), speakers.len());
    assert!(!texts(&html, ".why mark").is_empty(), "sentences tell why");
    assert_eq!(texts(&html, ".facts dt"), ["When", "Where"]);
    assert_eq!(texts(&html, "time"), ["Fri 15 May 2026, 16:30–17:30"]);
    assert_eq!(attributes(&html, "time", "datetime"), ["2026-05-15T16:30:00+02:00"]);
    assert_eq!(texts(&html, ".prose p").len(), 3);
    assert_eq!(texts(&html, ".prose li").len(), 3);
    assert_eq!(texts(&html, ".chips li"), tags);
    assert_eq!(texts(&html, ".parts .num"), ["60%", "25%"]);
    assert_eq!(texts(&html, ".related li").len(), 5);
    assert!(texts(&html, ".shared")[0].starts_with("Both speak of "));
    assert_eq!(attributes(&html, ".source a", "href"), ["https://conference.example/talks/7"]);
}

#[test]
fn documents_lead_to_their_neighbours_in_the_main_topic() {
    let fixture = conference(40, 3);
    let data = fixture.data();
    let topic = data.documents[4].topics[0].index;
    let is_main = |document: &usize| data.documents[*document].topics[0].index == topic;
    let in_topic: Vec<_> =
        data.topics[topic].documents.iter().map(|d| d.index).filter(is_main).collect();
    let [first, second, third] = in_topic[..3] else { panic!("too few documents") };
    let slugs = [first, third].map(|d| format!("../../doc/{}/index.html", data.documents[d].slug));
    let html = render(data, Route::Document(second));
    assert_eq!(attributes(&html, ".turn a", "href"), slugs);
    let html = render(fixture.data(), Route::Document(first));
    assert_eq!(attributes(&html, ".turn a", "rel"), ["next"]);
}

#[test]
fn a_tag_shows_its_documents_and_what_they_are_about() {
    let fixture = conference(40, 3);
    let mut data = fixture.data();
    data.tags[0].documents = vec![3, 4];
    data.documents[3].topics = vec![Weighted { index: 2, weight: 0.8 }];
    data.documents[4].topics =
        vec![Weighted { index: 1, weight: 0.6 }, Weighted { index: 2, weight: 0.2 }];
    let titles = [3, 4].map(|document| data.documents[document].title);
    let html = render(data, Route::Tag(0, 0));
    assert_eq!(texts(&html, ".rows .name a:not(.badge)"), titles);
    assert_eq!(texts(&html, ".parts .num"), ["50%", "30%"]);
}

#[test]
fn all_documents_are_listed_from_a_to_z_on_pages_of_500() {
    let fixture = conference(1001, 2);
    let data = fixture.data();
    let site = Site::new(data).unwrap();
    let lists: Vec<_> =
        site.routes().filter(|route| matches!(route, Route::Documents(_))).collect();
    assert_eq!(lists, [0, 1, 2].map(Route::Documents));
    let mut titles = Vec::new();
    for &route in &lists {
        let page = site::Renderer::new().render_page(&site, route).unwrap();
        titles.extend(texts(&crate::fixture::text_of(&page), ".rows .name a:not(.badge)"));
    }
    assert_eq!(titles.len(), 1001);
    assert!(titles.is_sorted());
    assert_eq!(site.path(Route::Documents(2)).unwrap(), "documents/3/index.html");
}

#[test]
fn documents_are_called_talks_when_most_have_speakers_and_a_place() {
    let fixture = conference(10, 2);
    assert_eq!(texts(&render(fixture.data(), Route::Documents(0)), "h1"), ["All talks"]);
    let mut data = fixture.data();
    for document in &mut data.documents[..5] {
        document.speakers = vec![];
    }
    assert_eq!(texts(&render(data, Route::Documents(0)), "h1"), ["All documents"]);
}

#[test]
fn the_language_of_a_document_is_marked_where_it_is_not_that_of_the_interface() {
    let fixture = conference(10, 2);
    let mut data = fixture.data();
    data.language = "de";
    data.documents[0].language = None;
    data.documents[1].language = Some("en");
    data.documents[2].language = Some("fr\" onload=\"x");
    let site = Site::new(data).unwrap();
    let lang = |document: usize| {
        let page = site::Renderer::new().render_page(&site, Route::Document(document)).unwrap();
        attributes(&crate::fixture::text_of(&page), "h1", "lang")
    };
    assert_eq!(lang(0), ["de"]);
    assert_eq!(lang(1), [""; 0]);
    assert_eq!(lang(2), ["de"], "what is no language tag counts as unknown");
}

#[test]
fn the_base_url_makes_canonical_links_and_a_404_page_that_works_at_any_depth() {
    let fixture = conference(10, 2);
    let mut data = fixture.data();
    data.base_url = Some("https://example.org/2026/talks");
    let topic = render(data.clone(), Route::Topic(0, 0));
    let expected = format!("https://example.org/2026/talks/topic/{}/", data.topics[0].slug);
    assert_eq!(attributes(&topic, "link[rel=canonical]", "href"), [expected]);
    let missing = render(data, Route::NotFound);
    assert_eq!(attributes(&missing, "link[rel=stylesheet]", "href"), ["/2026/talks/style.css"]);
    let relative = render(fixture.data(), Route::NotFound);
    assert_eq!(attributes(&relative, "link[rel=stylesheet]", "href"), ["style.css"]);
    assert_eq!(attributes(&relative, "link[rel=canonical]", "href"), [""; 0]);
}

#[test]
fn the_about_page_tells_the_numbers_of_the_model() {
    let fixture = conference(10, 2);
    let html = render(fixture.data(), Route::About);
    let numbers = texts(&html, ".numbers > div");
    for expected in ["Talks10", "Topics2", "Terms120", "Relative loss0.83"] {
        assert!(numbers.contains(&expected.to_owned()), "{expected} in {numbers:?}");
    }
}

#[test]
fn a_topic_tells_by_which_terms_documents_belong_to_it() {
    let fixture = conference(40, 3);
    let mut data = fixture.data();
    let document = data.topics[1].documents[0].index;
    let place = data.documents[document].topics.iter().position(|topic| topic.index == 1).unwrap();
    data.documents[document].reasons = vec![vec![]; place];
    data.documents[document].reasons.push(vec!["alpha", "beta", "gamma", "delta", "epsilon"]);
    let html = render(data, Route::Topic(1, 0));
    assert_eq!(texts(&html, ".rows .shared")[0], "Here because of alpha, beta, gamma, delta");
}

#[test]
fn topics_name_their_neighbours_and_the_terms_they_share() {
    let fixture = conference(40, 3);
    let mut data = fixture.data();
    for topic in [0, 2] {
        data.topics[topic].terms.truncate(1);
        data.topics[topic].terms[0].term = "common";
    }
    let title = data.topics[2].title;
    let html = render(data, Route::Topic(0, 0));
    assert_eq!(texts(&html, ".near a")[0], title);
    assert_eq!(texts(&html, ".near .shared")[0], "Both speak of common");
}

#[test]
fn a_speaker_has_a_page_with_their_documents() {
    let fixture = conference(40, 3);
    let data = fixture.data();
    let speaker = data.documents[5].speakers[0];
    let name = data.speakers[speaker].name;
    let titles: Vec<_> =
        data.speakers[speaker].documents.iter().map(|&d| data.documents[d].title).collect();
    let html = render(data, Route::Speaker(speaker));
    assert_eq!(texts(&html, "h1"), [name]);
    assert_eq!(texts(&html, ".rows .name a:not(.badge)"), titles);
}

#[test]
fn the_map_shows_every_document_once_and_labels_that_do_not_overlap() {
    for (n_documents, n_topics) in [(1, 1), (40, 3), (169, 12), (400, 50)] {
        let fixture = conference(n_documents, n_topics);
        let html = render(fixture.data(), Route::Map);
        let dots = attributes(&html, ".map a:has(circle)", "href");
        assert_eq!(dots.len(), n_documents);
        assert_eq!(dots.iter().collect::<std::collections::BTreeSet<_>>().len(), n_documents);
        let number = |name: &str, of: &str| -> Vec<f64> {
            attributes(&html, of, name).iter().map(|value| value.parse().unwrap()).collect()
        };
        let (x, y) = (number("cx", ".map a circle"), number("cy", ".map a circle"));
        for a in 0..x.len() {
            for b in 0..a {
                let distance = ((x[a] - x[b]).powi(2) + (y[a] - y[b]).powi(2)).sqrt();
                assert!(distance > 23.5, "dots {a} and {b} are {distance} apart");
            }
        }
    }
}

#[test]
fn topics_over_time_are_counted_by_the_dates_of_documents() {
    let fixture = conference(40, 3);
    let mut data = fixture.data();
    let years = ["2011", "2012-05", "2013-01-31", "2013-12-24"];
    for (n, document) in data.documents.iter_mut().enumerate() {
        (document.start, document.date) = (None, Some(years[n % 4]));
        document.topics = vec![Weighted { index: n % 2, weight: 1.0 }];
    }
    let html = render(data.clone(), Route::Time);
    let heads = texts(&html, ".times thead th");
    assert_eq!(
        heads,
        ["Topic", "2011 10 talks", "2012 10 talks", "2013 20 talks"].map(|head| {
            // The count follows without a space: it stands on a line of its own.
            head.replacen(" 10", "10", 1).replacen(" 20", "20", 1)
        })
    );
    let first = data.topics[0].title;
    let rows = texts(&html, ".times tbody tr");
    let row = rows.iter().find(|row| row.contains(first)).unwrap();
    assert!(row.ends_with("100% 0% 50%"), "{row}");
    for document in &mut data.documents[..21] {
        document.date = None;
    }
    assert!(Site::new(data).unwrap().routes().all(|route| route != Route::Time), "too few dates");
}

#[test]
fn a_share_of_few_documents_is_pale_and_sets_no_scale() {
    let fixture = conference(21, 2);
    let mut data = fixture.data();
    for (n, document) in data.documents.iter_mut().enumerate() {
        (document.start, document.date) = (None, Some(["2011", "2012", "2013"][n % 3]));
        document.topics = vec![Weighted { index: usize::from(n < 10), weight: 0.5 }];
    }
    let even = render(data.clone(), Route::Time);
    assert!(texts(&even, ".lede")[0].contains("stands for 29%"), "{even}");
    assert!(!even.contains("Pale") && !even.contains("pale"));
    // One document of a year of its own, about one thing alone.
    data.documents[0].date = Some("2014");
    data.documents[0].topics[0].weight = 1.0;
    let odd = render(data, Route::Time);
    let lede = &texts(&odd, ".lede")[0];
    assert!(lede.contains("stands for 29%") && lede.contains("fewer than 5 talks"), "{lede}");
    // The year's column in each of the two rows.
    assert_eq!(attributes(&odd, ".times .pale", "height"), ["100.0", "0.0"]);
}

#[test]
fn the_index_of_terms_leads_from_words_to_documents() {
    let fixture = conference(60, 12);
    let data = fixture.data();
    let (n_terms, title) = (data.terms.len(), data.documents[data.terms[0].documents[0]].title);
    let term = data.terms[0].term;
    let site = Site::new(data).unwrap();
    let pages: Vec<_> = site.routes().filter(|route| matches!(route, Route::Terms(_))).collect();
    let html: Vec<_> = pages
        .iter()
        .map(|&route| site::Renderer::new().render_page(&site, route).unwrap())
        .map(|file| crate::fixture::text_of(&file))
        .collect();
    let terms: Vec<_> = html.iter().flat_map(|html| texts(html, ".index dt")).collect();
    assert_eq!(terms.len(), n_terms);
    assert!(terms.is_sorted());
    let lines: Vec<_> = html.iter().flat_map(|html| texts(html, ".index > div")).collect();
    let line = lines.iter().find(|line| line.starts_with(&format!("{term}{title}")));
    assert!(line.is_some(), "{term}: {title}");
}

#[test]
fn files_that_need_an_address_are_there_only_with_one() {
    let fixture = conference(10, 2);
    let mut data = fixture.data();
    let needy = [Route::Sitemap(0), Route::Feed, Route::OpenSearch];
    let site = Site::new(data.clone()).unwrap();
    assert!(site.routes().all(|route| !needy.contains(&route)));
    data.base_url = Some("https://example.org/t");
    data.documents[3].title = "<b> & \u{1}";
    let [sitemap, feed, search] = needy.map(|route| render(data.clone(), route));
    let expected = format!("<loc>https://example.org/t/doc/{}/</loc>", data.documents[3].slug);
    assert!(sitemap.contains(&expected) && !sitemap.contains("404"), "{sitemap}");
    assert!(feed.contains("<title>&lt;b&gt; &amp; \u{fffd}</title>"), "{feed}");
    assert!(
        search.contains("template=\"https://example.org/t/search/index.html?q={searchTerms}\"")
    );
    for xml in [&sitemap, &feed, &search] {
        assert!(xml.starts_with("<?xml version=\"1.0\""), "{xml}");
    }
}

#[test]
fn more_addresses_than_a_sitemap_may_hold_are_in_several() {
    let fixture = conference(2, 1);
    let names: Vec<String> = (0..60_000).map(|n| format!("p-{n}")).collect();
    let mut data = fixture.data();
    data.base_url = Some("https://example.org");
    let of = data.speakers[0].clone();
    data.speakers = names
        .iter()
        .map(|name| Speaker { slug: name, name, documents: of.documents.clone() })
        .collect();
    let site = Site::new(data.clone()).unwrap();
    let parts: Vec<Route> =
        site.routes().filter(|route| matches!(route, Route::Sitemap(_))).collect();
    assert_eq!(parts, [Route::Sitemap(0), Route::Sitemap(1), Route::Sitemap(2)]);
    let [index, first, second] = [0, 1, 2].map(|part| render(data.clone(), Route::Sitemap(part)));
    assert!(index.contains("<sitemap><loc>https://example.org/sitemap-2.xml</loc></sitemap>"));
    assert_eq!(index.matches("<loc>").count(), 2);
    assert_eq!(first.matches("<loc>").count(), 50_000);
    assert!(second.contains("<url><loc>https://example.org/speaker/p-59999/</loc></url>"));
    let n_pages = site.routes().filter(|&route| site.path(route).unwrap().ends_with("index.html"));
    assert_eq!(first.matches("<loc>").count() + second.matches("<loc>").count(), n_pages.count());
}

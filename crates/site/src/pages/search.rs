//! The page for searching: a form that a script answers.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::Route;
use crate::views::{Links, TopicRef, or_untitled, thousands};

/// Tags that the filter offers, the most used ones.
const MAX_TAGS: usize = 200;

#[derive(Serialize)]
struct Content<'s> {
    topics: Vec<TopicOption<'s>>,
    tags: Vec<TagOption<'s>>,
    /// The index of terms, which needs no script.
    terms: Option<String>,
    documents: String,
}

#[derive(Serialize)]
struct TopicOption<'s> {
    index: usize,
    /// The address from the root of the site.
    path: String,
    topic: TopicRef<'s>,
}

#[derive(Serialize)]
struct TagOption<'s> {
    index: usize,
    name: &'s str,
    n: String,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let site = links.site;
    let data = site.data();
    let mut most_used: Vec<usize> = (0..data.tags.len()).collect();
    most_used.sort_by_key(|&tag| std::cmp::Reverse(data.tags[tag].documents.len()));
    most_used.truncate(MAX_TAGS);
    most_used.sort_unstable();
    let by_name = site.tags_by_name().iter().filter(|&tag| most_used.binary_search(tag).is_ok());
    let topics = (0..data.topics.len()).map(|index| TopicOption {
        index,
        path: site.path(Route::Topic(index, 0)).expect("positions were checked"),
        topic: links.topic(index),
    });
    let content = Content {
        topics: topics.collect(),
        tags: by_name
            .map(|&index| TagOption {
                index,
                name: or_untitled(data.tags[index].name),
                n: thousands(data.tags[index].documents.len()),
            })
            .collect(),
        terms: (!data.terms.is_empty()).then(|| links.to(Route::Terms(0))),
        documents: links.to(Route::Documents(0)),
    };
    Page {
        template: "search.html",
        title: Some("Search".to_owned()),
        description: format!("Find {} by their words", site.noun().many),
        section: "search",
        content: Value::from(Serde(content)),
    }
}

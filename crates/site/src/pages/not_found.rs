//! What a server shows for an address that does not exist.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::Route;
use crate::views::{Links, TopicRef};

#[derive(Serialize)]
struct Content<'s> {
    topics: Vec<TopicRef<'s>>,
    documents: String,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let topics = links.site.topics_by_share();
    let content = Content {
        topics: topics.iter().map(|&topic| links.topic(topic)).collect(),
        documents: links.to(Route::Documents(0)),
    };
    Page {
        template: "not_found.html",
        title: Some("Page not found".to_owned()),
        description: "This address does not exist".to_owned(),
        section: "",
        content: Value::from(Serde(content)),
    }
}

//! All tags from A to Z.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::views::{Link, Links, count_of, thousands};

#[derive(Serialize)]
struct Content<'s> {
    count: String,
    tags: Vec<TagRow<'s>>,
}

#[derive(Serialize)]
struct TagRow<'s> {
    link: Link<'s>,
    n: String,
    count: String,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let site = links.site;
    let tags = site.tags_by_name().iter().map(|&index| {
        let n = site.data().tags[index].documents.len();
        TagRow { link: links.tag(index), n: thousands(n), count: count_of(n, site.noun()) }
    });
    let n_tags = site.data().tags.len();
    let content = Content {
        count: format!("{} {}", thousands(n_tags), if n_tags == 1 { "tag" } else { "tags" }),
        tags: tags.collect(),
    };
    Page {
        template: "tags.html",
        title: Some("All tags".to_owned()),
        description: format!("{} from A to Z", content.count),
        section: "tags",
        content: Value::from(Serde(content)),
    }
}

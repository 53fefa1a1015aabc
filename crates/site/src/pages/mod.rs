//! What each kind of page shows: one file per kind, and the list of them.

pub(crate) mod about;
pub(crate) mod data;
pub(crate) mod document;
pub(crate) mod documents;
pub(crate) mod index;
pub(crate) mod map;
pub(crate) mod not_found;
pub(crate) mod search;
pub(crate) mod speaker;
pub(crate) mod speakers;
pub(crate) mod tag;
pub(crate) mod tags;
pub(crate) mod terms;
pub(crate) mod time;
pub(crate) mod topic;

use cloud::Cloud;
use hashbrown::HashMap;
use minijinja::Value;

use crate::batch::Batch;
use crate::views::{Links, or_untitled, percent};
use crate::{Route, Topic};

/// How many documents a page of a list has.
pub(crate) const MAX_ROWS: usize = 500;

/// A page that is ready for its template.
pub(crate) struct Page {
    pub(crate) template: &'static str,
    /// The title before the site's; the start page has none.
    pub(crate) title: Option<String>,
    /// For search engines.
    pub(crate) description: String,
    /// Which entry of the navigation it belongs to; empty for none.
    pub(crate) section: &'static str,
    pub(crate) content: Value,
}

/// The page of a route, with links from `links`; `None` for files that are no pages.
pub(crate) fn page(batch: &Batch<'_>, links: &Links<'_>, route: Route) -> Option<Page> {
    Some(match route {
        Route::Style
        | Route::Icon
        | Route::SearchScript
        | Route::Sitemap(_)
        | Route::Feed
        | Route::OpenSearch => return None,
        Route::Index => index::page(links),
        Route::Search => search::page(links),
        Route::Map => map::page(links),
        Route::Time => return time::page(links),
        Route::Topic(topic, page) => topic::page(links, topic, page),
        Route::Document(document) => document::page(batch, links, document),
        Route::Tag(tag, page) => tag::page(batch, links, tag, page),
        Route::Speaker(speaker) => speaker::page(batch, links, speaker),
        Route::Documents(page) => documents::page(batch, links, page),
        Route::Tags(page) => tags::page(links, page),
        Route::Speakers(page) => speakers::page(links, page),
        Route::Terms(page) => terms::page(links, page),
        Route::Data => data::page(links),
        Route::About => about::page(links),
        Route::NotFound => not_found::page(links),
    })
}

/// ` · page 2` for a page after the first.
fn page_suffix(page: usize) -> String {
    if page == 0 { String::new() } else { format!(", page {}", page + 1) }
}

/// The SVG of `cloud`, one of the clouds of `topic`. Every word is a link to its line among the
/// topic's terms on the page `topic_page`, which is empty when the cloud is on that page itself.
fn cloud_svg(cloud: &Cloud, topic: &Topic<'_>, topic_page: &str) -> Value {
    let slugs: HashMap<&str, &str> = topic.terms.iter().map(|t| (t.term, t.slug)).collect();
    let heaviest = cloud.words.first().map_or(1.0, |word| word.weight);
    let label = format!("Word cloud of {}", or_untitled(topic.title));
    let svg = cloud.to_svg(&label, |_, word| {
        let href = match slugs.get(word.text.as_str()) {
            Some(slug) => format!("{topic_page}#t-{slug}"),
            None => format!("{topic_page}#terms"),
        };
        // The title is what a screen reader calls the link, so it begins with the word.
        let weight = percent(word.weight / heaviest);
        cloud::Link { href, title: format!("{}, weight {weight}", word.text) }
    });
    Value::from_safe_string(svg)
}

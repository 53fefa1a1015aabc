//! The documents of a site as the search sees them.

use crate::search::{Card, Entry, Index, Reading};
use crate::views::{Links, or_untitled};
use crate::{OutFile, Site};

/// The index of the documents of `site`, for the static page and for a live server.
#[must_use]
pub fn search_index(site: &Site<'_>) -> Index {
    let data = site.data();
    let names: Vec<(Vec<&str>, Vec<&str>, Vec<usize>)> = data
        .documents
        .iter()
        .map(|document| {
            let tags = document.tags.iter().map(|&tag| data.tags[tag].name).collect();
            let speakers = document.speakers.iter().map(|&who| data.speakers[who].name).collect();
            (tags, speakers, document.topics.iter().map(|topic| topic.index).collect())
        })
        .collect();
    let entries: Vec<Entry<'_>> = data
        .documents
        .iter()
        .zip(&names)
        .map(|(document, (tags, speakers, topics))| Entry {
            title: document.title,
            tags,
            speakers,
            text: document.text,
            topic_positions: topics,
            tag_positions: &document.tags,
        })
        .collect();
    Index::build(&entries)
}

/// The files of `index`, the search index of `site`; see [`Index::files`].
pub fn search_files<'a>(
    site: &'a Site<'_>,
    index: &'a Index,
) -> impl Iterator<Item = OutFile> + 'a {
    let card = move |document: usize| {
        let links = Links { site, root: String::new() };
        let row = links.row(document);
        let parts = [row.speakers, row.when, row.room.map(str::to_owned)];
        let main = site.data().documents[document].topics.first();
        Card(
            or_untitled(row.link.title).to_owned(),
            row.link.href,
            main.map_or(0, |main| main.index + 1),
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            row.link.lang.unwrap_or_default().to_owned(),
        )
    };
    let reading = |document: usize| {
        let data = site.data();
        let document = &data.documents[document];
        let tags = document.tags.iter().map(|&tag| data.tags[tag].name);
        let speakers = document.speakers.iter().map(|&who| data.speakers[who].name);
        Reading([document.text, document.title].into_iter().chain(tags).chain(speakers).collect())
    };
    index.files(card, reading)
}

//! The documents of a site as the search sees them.

use crate::Site;
use crate::search::{Card, Entry, Index, Reading, SearchFile, ShardWords, Terms};
use crate::views::{Links, or_untitled};

/// What is searched of the documents of a site.
#[derive(Debug)]
pub struct Searchable<'s> {
    site: &'s Site<'s>,
    /// For every document the names of its tags and speakers, and the positions of its topics.
    names: Vec<Names<'s>>,
}

#[derive(Debug)]
struct Names<'s> {
    tags: Vec<&'s str>,
    speakers: Vec<&'s str>,
    topics: Vec<usize>,
}

impl<'s> Searchable<'s> {
    /// Of `site`.
    #[must_use]
    pub fn of(site: &'s Site<'s>) -> Self {
        let data = site.data();
        let names = data.documents.iter().map(|document| Names {
            tags: document.tags.iter().map(|&tag| data.tags[tag].name).collect(),
            speakers: document.speakers.iter().map(|&who| data.speakers[who].name).collect(),
            topics: document.topics.iter().map(|topic| topic.index).collect(),
        });
        Self { site, names: names.collect() }
    }

    /// What every document is found by.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let documents = self.site.data().documents.iter().zip(&self.names);
        documents
            .map(|(document, names)| Entry {
                title: document.title,
                tags: &names.tags,
                speakers: &names.speakers,
                text: document.text,
                topic_positions: &names.topics,
                tag_positions: &document.tags,
            })
            .collect()
    }

    /// The index, for a live server.
    #[must_use]
    pub fn index(&self) -> Index {
        Index::build(&self.entries())
    }

    /// The terms, where the words of all documents are known shard by shard.
    #[must_use]
    pub fn terms(&self, shards: &[ShardWords]) -> Terms {
        let topics = self.names.iter().map(|names| &names.topics[..]);
        let tags = self.site.data().documents.iter().map(|document| &document.tags[..]);
        Terms::of(shards, topics, tags)
    }

    /// The files of the search of these `terms`; see [`Terms::files`].
    pub fn files<'a>(&'a self, terms: &'a Terms) -> impl Iterator<Item = SearchFile<'a>> {
        let site = self.site;
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
        let reading = move |document: usize| {
            let Names { tags, speakers, .. } = &self.names[document];
            let document = &site.data().documents[document];
            let own = [document.text, document.title].into_iter();
            Reading(own.chain(tags.iter().copied()).chain(speakers.iter().copied()).collect())
        };
        terms.files(card, reading)
    }
}

//! Everything a build found out: what every output is written from.

use corpus::Document;
use learn::Loss;
use text::Vocabulary;

use crate::topics::arrange::Previous;
use crate::topics::describe::{Topic, Weighted};
use crate::topics::explained::Explained;
use crate::topics::number::TopicNumber;
use crate::topics::related::Related;

/// How good the topics are, told by their ten first words.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    /// Mean normalised pointwise mutual information over the documents, -1 to 1.
    pub npmi: Option<f64>,
    /// The same for topics fitted on every other document, counted on the documents left out.
    pub npmi_held_out: Option<f64>,
    /// The share of different words among the first words of all topics, 0 to 1.
    pub diversity: Option<f64>,
}

/// The documents with everything that was found out about them. Positions point into the lists of
/// this struct.
#[derive(Debug)]
pub struct Results {
    /// The site's title.
    pub title: String,
    /// The address it will be published at.
    pub base_url: Option<String>,
    /// The language of documents that do not tell theirs.
    pub language: String,
    /// The seed.
    pub seed: u64,
    /// How many documents the topics were found in.
    pub n_documents: usize,
    /// The documents, in the order of their sources: all of them, but where they are too many for memory an
    /// even sample, and those that the topics name.
    pub documents: Vec<Document>,
    /// The documents' folders.
    pub slugs: Vec<String>,
    /// The terms.
    pub vocabulary: Vocabulary,
    /// The topics, by falling share where no other number was asked for.
    pub topics: Vec<Topic>,
    /// For every document its topics, by falling share.
    pub doc_topics: Vec<Vec<Weighted>>,
    /// For every document how sure it is that none of the topics fits: the part of the documents that
    /// they explain better, 0 to 1.
    pub none: Vec<Option<f64>>,
    /// How much of their documents the topics explain.
    pub explained: Explained,
    /// For every document those like it; none where no site is made.
    pub related: Vec<Vec<Related>>,
    /// The tags, in the order in which they first come.
    pub tags: Vec<Tag>,
    /// For every document its tags.
    pub doc_tags: Vec<Vec<usize>>,
    /// How well the topics give the documents back.
    pub loss: Loss,
    /// How good they are.
    pub quality: Quality,
    /// What their number was chosen by, when it was not given.
    pub number: Option<TopicNumber>,
    /// The first number that no topic has had.
    pub next_topic_id: usize,
    /// What became of the topics of a former build, when one was named.
    pub previous: Option<Previous>,
}

/// A tag that documents carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// As the first document spells it; other spellings differ in capitals alone.
    pub name: String,
    /// The name of its folder.
    pub slug: String,
    /// The documents that carry it.
    pub documents: Vec<usize>,
}

//! What can go wrong in this crate.

use std::fmt;

use crate::Route;

/// An error of joining the data of a site or of rendering one of its pages.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A slug cannot name a folder.
    #[error(
        "{kind} {index} has the slug {slug:?}, allowed are ASCII letters, digits, \"-\", \"_\" and \
         \".\", at most 100 of them, not beginning with \".\""
    )]
    Slug {
        /// What has the slug.
        kind: Kind,
        /// Its position.
        index: usize,
        /// The slug.
        slug: String,
    },
    /// Two slugs of a kind are equal, apart from case, so that one page would replace the other.
    #[error("{kind} {first} and {kind} {second} share the slug {slug:?}")]
    SharedSlug {
        /// What has the slug.
        kind: Kind,
        /// The position of the first holder.
        first: usize,
        /// The position of the second.
        second: usize,
        /// The second's slug.
        slug: String,
    },
    /// A position points beyond the list that it points into.
    #[error("{from} {from_index} points to {to} {to_index}, but there are {len}")]
    Position {
        /// What points.
        from: Kind,
        /// The position of what points.
        from_index: usize,
        /// What is pointed to.
        to: Kind,
        /// The position pointed to.
        to_index: usize,
        /// How many there are.
        len: usize,
    },
    /// The site has no such page.
    #[error("the site has no page {0:?}")]
    NoSuchPage(Route),
    /// A template could not be read or rendered.
    #[error("{template}, line {line}: {problem}")]
    Template {
        /// The template's name.
        template: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file of the folder of templates replaces nothing.
    #[error("{name} replaces no file of the site; the files that can be replaced are {allowed}")]
    UnknownOverride {
        /// Its name.
        name: String,
        /// The names that are known.
        allowed: String,
    },
}

/// The kinds of things that a site joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A topic.
    Topic,
    /// A term of a topic.
    Term,
    /// A document.
    Document,
    /// A tag.
    Tag,
    /// A speaker or author.
    Speaker,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Topic => "topic",
            Self::Term => "term",
            Self::Document => "document",
            Self::Tag => "tag",
            Self::Speaker => "speaker",
        })
    }
}

//! What the class and the id of an element say of its part in a page.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::Element;

/// Names of elements that hold the body of an article, and little else.
const BODY_NAMES: &[&str] = &[
    "article-body",
    "article-content",
    "article-copy",
    "article-detail",
    "article-main",
    "article-text",
    "article__body",
    "article__content",
    "article__text",
    "article_body",
    "articlebody",
    "articletext",
    "blog-content",
    "body-copy",
    "bodycopy",
    "caas-body",
    "content-body",
    "entry-content",
    "field-name-body",
    "markdown-body",
    "meteredcontent",
    "mw-parser-output",
    "news-text",
    "newstext",
    "page-content",
    "post-body",
    "post-content",
    "post-text",
    "post__content",
    "postbody",
    "rich-text",
    "single-content",
    "story-body",
    "story-content",
    "story__body",
    "storybody",
    "td-post-content",
    "text-content",
    "zn-body__read-all",
];

/// Words in names of elements that make them unlikely to hold the text.
const UNLIKELY: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "apps",
    "author",
    "authors",
    "banner",
    "bio",
    "breadcrumb",
    "breadcrumbs",
    "byline",
    "caption",
    "carousel",
    "consent",
    "cookie",
    "cookies",
    "copyright",
    "credits",
    "cta",
    "dateline",
    "disclaimer",
    "donate",
    "donation",
    "editsection",
    "follow",
    "footer",
    "gallery",
    "hashtag",
    "hidden",
    "infobox",
    "inline-newsletter",
    "jp-relatedposts",
    "login",
    "masthead",
    "menu",
    "meta",
    "modal",
    "more",
    "nav",
    "navbar",
    "navbox",
    "navigation",
    "newsletter",
    "next",
    "noprint",
    "offer",
    "offers",
    "outbrain",
    "pager",
    "pagination",
    "paywall",
    "player",
    "popular",
    "popup",
    "post-menu",
    "poster",
    "postprofile",
    "prev",
    "previous",
    "print",
    "profile",
    "promo",
    "puff",
    "rating",
    "ratings",
    "read-more",
    "readmore",
    "recirc",
    "recirculation",
    "recommend",
    "recommendations",
    "recommended",
    "reflist",
    "regwall",
    "related",
    "related-articles",
    "screen-reader-text",
    "see-also",
    "share",
    "sharedaddy",
    "sharing",
    "sidebar",
    "signature",
    "signup",
    "skip",
    "slideshow",
    "social",
    "sponsor",
    "sponsored",
    "sr-only",
    "subscribe",
    "subscription",
    "taboola",
    "taglist",
    "tags",
    "teaser",
    "teasers",
    "timestamp",
    "toc",
    "toolbar",
    "tools",
    "topics",
    "trending",
    "upsell",
    "user",
    "user-info",
    "userinfo",
    "visually-hidden",
    "votecell",
    "votes",
    "voting",
    "widget",
];

/// Unlikely ones that are beside the text however long they are. `paywall` is none: many pages mark with it
/// what a reader must pay for, and that is the text.
const BESIDE: &[&str] = &[
    "carousel",
    "consent",
    "cookie",
    "cookies",
    "gallery",
    "newsletter",
    "offer",
    "offers",
    "outbrain",
    "recirc",
    "recirculation",
    "recommendations",
    "recommended",
    "related",
    "related-articles",
    "slideshow",
    "sponsored",
    "taboola",
    "trending",
];

/// Words that make up for unlikely ones: the whole page may be called `has-sidebar`.
const LIKELY: &[&str] =
    &["article", "blog", "body", "content", "entry", "main", "page", "post", "story", "text"];

/// Words in names of elements that hold what readers have said.
const COMMENTS: &[&str] = &[
    "comment",
    "comment-list",
    "commentlist",
    "comments",
    "comments-area",
    "disqus",
    "guestbook",
    "replies",
    "respond",
    "reviews",
];

/// Names of the paragraph that introduces an article, outside its body.
const LEADS: &[&str] = &[
    "article-intro",
    "article-lead",
    "article-summary",
    "article__intro",
    "article__lead",
    "article__summary",
    "chapeau",
    "chapo",
    "deck",
    "dek",
    "entradilla",
    "ingress",
    "intro",
    "introduction",
    "lead",
    "lede",
    "perex",
    "preamble",
    "sapo",
    "standfirst",
    "summary",
    "vorspann",
];

/// What is hung on the names of bodies: `article-body__content` is an `article-body`.
const SUFFIXES: &[&str] = &["content", "container", "inner", "wrapper", "wrap"];

/// A part of a name in camel case says something from so many letters on; what programs make up
/// (`kAdBc`) has shorter ones.
const MIN_CAMEL_PART: usize = 5;

/// What an element is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    const BODY: u8 = 1;
    const UNLIKELY: u8 = 2;
    const LIKELY: u8 = 4;
    const COMMENTS: u8 = 8;
    const LEAD: u8 = 16;
    const BESIDE: u8 = 32;

    /// What the classes and the id of `element` say.
    pub(super) fn of(element: Element<'_>) -> Self {
        let mut bits = 0;
        for name in element.classes().chain(element.attribute("id")) {
            bits |= Self::of_name(name);
        }
        Self(bits)
    }

    fn of_name(name: &str) -> u8 {
        let lower = name.to_ascii_lowercase();
        let known = |word: &str| KNOWN.get(word).copied().unwrap_or_default();
        let mut bits = known(&lower);
        for suffix in SUFFIXES {
            let stem = lower.strip_suffix(suffix).map(|stem| stem.trim_end_matches(['-', '_']));
            bits |= stem.map_or(0, known) & Self::BODY;
        }
        for (piece, lower) in pieces(name).zip(pieces(&lower)) {
            bits |= known(lower) & !(Self::BODY | Self::LEAD);
            let mut rest = piece;
            while let Some(end) = camel_part(rest) {
                if end >= MIN_CAMEL_PART && end < piece.len() {
                    bits |= known(&rest[..end].to_ascii_lowercase()) & Self::UNLIKELY;
                }
                rest = &rest[end..];
            }
        }
        bits
    }

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// It is called the body of an article.
    pub(super) fn is_body(self) -> bool {
        self.has(Self::BODY)
    }

    /// It is called what no text is: `sidebar`, `newsletter`, `comments`.
    pub(super) fn is_unlikely(self) -> bool {
        self.has(Self::UNLIKELY) || self.is_comments()
    }

    /// It is called what stands beside a text, and may be longer: `gallery`, `related`.
    pub(super) fn is_beside(self) -> bool {
        self.has(Self::BESIDE) && !self.is_likely()
    }

    /// It is called what may hold a text: `content`, `main`.
    pub(super) fn is_likely(self) -> bool {
        self.has(Self::LIKELY)
    }

    /// It is called what readers have said.
    pub(super) fn is_comments(self) -> bool {
        self.has(Self::COMMENTS)
    }

    /// It is called the introduction of an article.
    pub(super) fn is_lead(self) -> bool {
        self.has(Self::LEAD)
    }
}

static KNOWN: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let lists = [
        (BODY_NAMES, Marks::BODY),
        (UNLIKELY, Marks::UNLIKELY),
        (LIKELY, Marks::LIKELY),
        (COMMENTS, Marks::COMMENTS),
        (LEADS, Marks::LEAD),
        (BESIDE, Marks::BESIDE),
    ];
    let mut known = HashMap::new();
    for (list, bit) in lists {
        for name in list {
            *known.entry(*name).or_default() |= bit;
        }
    }
    known
});

fn pieces(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

/// How long the first word of a name in camel case is; none when nothing is left.
fn camel_part(name: &str) -> Option<usize> {
    let mut before = name.chars().next()?;
    for (at, c) in name.char_indices().skip(1) {
        if c.is_uppercase() && before.is_lowercase() {
            return Some(at);
        }
        before = c;
    }
    Some(name.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Html, Selector};

    fn marks(names: &str) -> Marks {
        let page = Html::parse(&format!("<div class='{names}'>"));
        Marks::of(page.select(&Selector::parse("div").unwrap()).next().unwrap())
    }

    #[test]
    fn bodies_are_known_with_what_is_hung_on_their_names() {
        let bodies =
            ["entry-content", "x Article-Body", "article-body__content", "storyBodyWrapper"];
        for names in bodies {
            assert!(marks(names).is_body(), "{names}");
        }
        assert!(!marks("article-body-related").is_body());
    }

    #[test]
    fn words_of_names_tell_what_is_no_text() {
        for names in ["x-sidebar", "relatedStories", "leftSidebar", "comment_list"] {
            assert!(marks(names).is_unlikely(), "{names}");
        }
        for names in ["kAdBc", "gridItem", "loads"] {
            assert!(!marks(names).is_unlikely(), "{names}");
        }
    }
}

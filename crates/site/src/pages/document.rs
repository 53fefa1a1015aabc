//! A document: what is known of it, its text, its topics and the documents like it.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::batch::Batch;
use crate::html::{host, web_url};
use crate::views::{Line, Link, Links, Part, TopicRef, document_lang, or_untitled, site_lang};
use crate::why::telling_sentences;
use crate::{blocks, fragments, when};

/// How much of the text describes the page to search engines, in characters.
const MAX_DESCRIPTION: usize = 160;

#[derive(Serialize)]
struct Content<'s> {
    title: &'s str,
    lang: Option<&'s str>,
    speakers: Option<Value>,
    when: Option<When<'s>>,
    room: Option<&'s str>,
    track: Option<&'s str>,
    language: Option<&'s str>,
    /// The text as HTML, or nothing.
    text: Option<Value>,
    source: Option<Source<'s>>,
    main_topic: Option<TopicRef<'s>>,
    parts: Vec<Part<'s>>,
    why: Vec<Why<'s>>,
    tags: Option<Value>,
    related: Vec<RelatedRow>,
    previous: Option<Link<'s>>,
    next: Option<Link<'s>>,
}

#[derive(Serialize)]
struct When<'s> {
    text: String,
    machine_readable: Option<&'s str>,
}

/// The terms by which the document belongs to a topic, and the sentences that hold them.
#[derive(Serialize)]
struct Why<'s> {
    topic: TopicRef<'s>,
    terms: Option<Value>,
    /// Pieces of text, and whether each is one of the terms.
    sentences: Vec<Vec<(&'s str, bool)>>,
}

/// The page that the document comes from.
#[derive(Serialize)]
struct Source<'s> {
    href: &'s str,
    host: &'s str,
}

#[derive(Serialize)]
struct RelatedRow {
    line: Line,
    /// The terms that both hold, or nothing.
    terms: Option<Value>,
}

pub(super) fn page(batch: &Batch<'_>, links: &Links<'_>, index: usize) -> Page {
    let site = links.site;
    let lang = site_lang(site);
    let document = &site.data().documents[index];
    let neighbours = site.neighbours(index);
    let html = blocks::to_html(document.text);
    let when = when::format_range(document.date, document.start, document.end).map(|text| When {
        text,
        machine_readable: [document.start, document.date]
            .into_iter()
            .flatten()
            .find_map(when::machine_readable),
    });
    let related = document.related.iter().map(|related| RelatedRow {
        line: batch.line(links, related.index),
        terms: fragments::terms(&related.terms, lang),
    });
    // The first two topics are explained: the others are told by the bars.
    let why = document.topics.iter().zip(&document.reasons).take(2);
    let why = why.map(|(topic, terms)| Why {
        topic: links.topic(topic.index),
        terms: fragments::terms(terms, lang),
        sentences: telling_sentences(document.text, terms),
    });
    let title = or_untitled(document.title);
    let content = Content {
        title,
        lang: document_lang(site, document),
        speakers: fragments::links(
            document.speakers.iter().map(|&speaker| links.speaker(speaker)),
            ", ",
        ),
        when,
        room: document.room,
        track: document.track,
        language: document_lang(site, document).map(language_name),
        text: (!html.is_empty()).then(|| Value::from_safe_string(html)),
        source: document.url.and_then(web_url).map(|href| Source { href, host: host(href) }),
        main_topic: document.topics.first().map(|main| links.topic(main.index)),
        parts: links.leading_parts(&document.topics),
        why: why.filter(|why| why.terms.is_some()).collect(),
        tags: fragments::items(document.tags.iter().map(|&tag| links.tag(tag))),
        related: related.collect(),
        previous: neighbours.previous.map(|document| links.document(document)),
        next: neighbours.next.map(|document| links.document(document)),
    };
    Page {
        template: "document.html",
        title: Some(title.to_owned()),
        description: describe(document.text).unwrap_or_else(|| title.to_owned()),
        section: "documents",
        content: Value::from(Serde(content)),
    }
}

/// The first words of the text, on one line.
fn describe(text: &str) -> Option<String> {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let separator = usize::from(!out.is_empty());
        if out.chars().count() + separator + word.chars().count() > MAX_DESCRIPTION {
            out.push('…');
            break;
        }
        out.push_str(if separator == 1 { " " } else { "" });
        out.push_str(word);
    }
    (!out.is_empty()).then_some(out)
}

/// The English name of a language that talks are often given in, else its code.
fn language_name(code: &str) -> &str {
    const NAMES: [(&str, &str); 30] = [
        ("ar", "Arabic"),
        ("bg", "Bulgarian"),
        ("ca", "Catalan"),
        ("cs", "Czech"),
        ("da", "Danish"),
        ("de", "German"),
        ("el", "Greek"),
        ("es", "Spanish"),
        ("eu", "Basque"),
        ("fa", "Persian"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("he", "Hebrew"),
        ("hi", "Hindi"),
        ("hu", "Hungarian"),
        ("id", "Indonesian"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("ko", "Korean"),
        ("nl", "Dutch"),
        ("no", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("ro", "Romanian"),
        ("ru", "Russian"),
        ("sv", "Swedish"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("vi", "Vietnamese"),
        ("zh", "Chinese"),
    ];
    let main = code.split('-').next().unwrap_or(code);
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(main)).map_or(code, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_the_first_whole_words() {
        assert_eq!(describe(" \n"), None);
        assert_eq!(describe("Two\n\nwords").as_deref(), Some("Two words"));
        let long = describe(&"wörd ".repeat(100)).unwrap();
        assert!(long.chars().count() <= MAX_DESCRIPTION + 1 && long.ends_with("wörd…"), "{long}");
    }

    #[test]
    fn languages_have_names() {
        for (code, expected) in [("de", "German"), ("pt-BR", "Portuguese"), ("xx", "xx")] {
            assert_eq!(language_name(code), expected);
        }
    }
}

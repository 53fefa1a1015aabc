//! What elements of a page say of themselves to machines: microdata, and RDFa Lite in its place,
//! which names the same things by other attributes.

use serde_json::{Map, Value};

use crate::html::{Child, Element, Html, Selector};

/// A page says no more things.
const MAX_ITEMS: usize = 20_000;

/// The things that `page` speaks of, in its order, in the form in which JSON-LD has them: kinds
/// without the address of their vocabulary under `@type`, and a list where a property is there
/// more than once.
pub(super) fn items(page: &Html) -> Vec<Value> {
    let all = Selector::parse("[itemscope][itemtype], [typeof]")
        .expect("a fixed selector, read in every test");
    let outermost = page.select(&all).filter(|element| property(*element).is_none());
    outermost.take(MAX_ITEMS).map(item).collect()
}

fn item(element: Element<'_>) -> Value {
    let kind = element.attribute("itemtype").or(element.attribute("typeof")).unwrap_or_default();
    let kinds: Vec<Value> = kind.split_ascii_whitespace().map(|k| local(k).into()).collect();
    let mut object = Map::from_iter([("@type".to_owned(), Value::Array(kinds))]);
    for id in ["itemid", "resource", "about"].iter().filter_map(|name| element.attribute(name)) {
        object.insert("@id".to_owned(), id.into());
    }
    properties(element, &mut object);
    Value::Object(object)
}

/// Recursion is as deep as the page, which the parser bounds.
fn properties(element: Element<'_>, object: &mut Map<String, Value>) {
    for child in element.children() {
        let Child::Element(child) = child else { continue };
        let is_item = is_item(child);
        if let Some(names) = property(child) {
            for name in names.split_ascii_whitespace() {
                let value = if is_item { item(child) } else { value(child, local(name)) };
                match object.get_mut(local(name)) {
                    None => drop(object.insert(local(name).to_owned(), value)),
                    Some(Value::Array(values)) => values.push(value),
                    Some(first) => *first = Value::Array(vec![first.take(), value]),
                }
            }
        }
        if !is_item {
            properties(child, object);
        }
    }
}

fn property(element: Element<'_>) -> Option<&str> {
    element.attribute("itemprop").or(element.attribute("property"))
}

pub(super) fn is_item(element: Element<'_>) -> bool {
    element.attribute("itemscope").is_some() || element.attribute("typeof").is_some()
}

/// A name without the vocabulary that it is from: `https://schema.org/Event`, `schema:Event`.
fn local(name: &str) -> &str {
    name.rsplit(['/', '#', ':']).next().unwrap_or(name)
}

/// What an element gives for a property: what it says to machines, else what people read.
fn value(element: Element<'_>, name: &str) -> Value {
    let for_machines = element
        .attribute("content")
        .or_else(|| element.attribute("datetime"))
        .or_else(|| matches!(name, "url" | "sameAs").then(|| element.attribute("href"))?);
    match for_machines {
        Some(text) => text.into(),
        None if matches!(name, "description" | "abstract" | "articleBody" | "text") => {
            element.block_text().into()
        }
        None => element.inline_text().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(body: &str, expected: &Value) {
        assert_eq!(&Value::Array(items(&Html::parse(body))), expected);
    }

    #[test]
    fn properties_are_text_or_what_machines_are_told_or_other_things() {
        check(
            "<div itemscope itemtype='https://schema.org/Event'><h2 itemprop='name'>On <b>tea</b></h2>\
             <meta itemprop=startDate content='2026-05-14T10:00'><time itemprop=endDate datetime='2026-05-14T11:00'>11</time>\
             <p itemprop=performer itemscope itemtype='https://schema.org/Person'><a itemprop='name url' href=/ada>Ada</a></p>\
             <div itemprop=description><p>One<p>Two</div></div>",
            &json!([{
                "@type": ["Event"], "name": "On tea", "startDate": "2026-05-14T10:00", "endDate": "2026-05-14T11:00",
                "performer": {"@type": ["Person"], "name": "Ada", "url": "/ada"}, "description": "One\n\nTwo",
            }]),
        );
    }

    #[test]
    fn what_is_there_twice_is_a_list_and_rdfa_says_the_same() {
        check(
            "<article typeof='schema:BlogPosting' about='/x'><h1 property='schema:headline'>X</h1>\
             <i property=keywords>a</i> <i property=keywords>b</i> <i property=keywords>c</i></article>",
            &json!([{"@type": ["BlogPosting"], "@id": "/x", "headline": "X", "keywords": ["a", "b", "c"]}]),
        );
    }
}

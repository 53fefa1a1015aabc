//! Tags with thousands of attributes.

use std::borrow::Cow;

/// How many attributes of a tag are read; no honest tag has more.
const MAX_ATTRIBUTES: usize = 256;

/// Elements whose content is no markup.
const RAW: [&str; 9] =
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"];

/// `page` without the attributes of a tag after the 256th.
///
/// The tokenizer compares each attribute with all before it in the tag: a tag of a few megabytes
/// would keep it busy for minutes, and it cannot be stopped inside a tag.
pub(super) fn without_floods(page: &str) -> Cow<'_, str> {
    let bytes = page.as_bytes();
    let mut kept = String::new();
    let mut kept_to = 0;
    let mut at = 0;
    while let Some(found) = find_tag(bytes, at) {
        at = found + 1;
        if page[at..].starts_with("!--") {
            at = page[at..].find("-->").map_or(bytes.len(), |end| at + end);
        } else if bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            let tag = Tag::read(bytes, at);
            if let Some(flood) = tag.flood {
                kept.push_str(&page[kept_to..flood]);
                kept_to = tag.end;
            }
            let name = &bytes[at..tag.name_end];
            at = tag.end;
            if RAW.iter().any(|raw| raw.as_bytes().eq_ignore_ascii_case(name)) {
                at = end_of_raw(bytes, at, name);
            }
        }
    }
    if kept_to == 0 {
        return Cow::Borrowed(page);
    }
    kept.push_str(&page[kept_to..]);
    Cow::Owned(kept)
}

struct Tag {
    name_end: usize,
    /// Where the attributes too many begin.
    flood: Option<usize>,
    /// Where the `>` stands, or the end of the page.
    end: usize,
}

impl Tag {
    /// Walks over the tag whose name starts at `start`, by the tokenizer's rules.
    fn read(bytes: &[u8], start: usize) -> Self {
        let name_end = until(bytes, start, |b| is_gap(b) || b == b'>');
        let mut flood = None;
        let mut n_attributes = 0;
        let mut at = name_end;
        loop {
            at = until(bytes, at, |b| !is_gap(b));
            if bytes.get(at).is_none_or(|b| *b == b'>') {
                return Self { name_end, flood, end: at };
            }
            n_attributes += 1;
            if n_attributes > MAX_ATTRIBUTES && flood.is_none() {
                flood = Some(at);
            }
            // A name may begin with an equals sign.
            at = until(bytes, at + 1, |b| is_gap(b) || b == b'=' || b == b'>');
            let sign = until(bytes, at, |b| !b.is_ascii_whitespace());
            if bytes.get(sign) == Some(&b'=') {
                at = until(bytes, sign + 1, |b| !b.is_ascii_whitespace());
                at = match bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => {
                        (until(bytes, at + 1, |b| b == *quote) + 1).min(bytes.len())
                    }
                    _ => until(bytes, at, |b| b.is_ascii_whitespace() || b == b'>'),
                };
            }
        }
    }
}

fn is_gap(b: u8) -> bool {
    b.is_ascii_whitespace() || b == b'/'
}

/// Where `</name` stands after `start`, or the end.
fn end_of_raw(bytes: &[u8], start: usize, name: &[u8]) -> usize {
    let mut at = start;
    while let Some(found) = find_tag(bytes, at) {
        let rest = &bytes[found + 1..];
        let is_end = rest.first() == Some(&b'/')
            && rest.get(1..=name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
        if is_end {
            return found;
        }
        at = found + 1;
    }
    bytes.len()
}

fn find_tag(bytes: &[u8], start: usize) -> Option<usize> {
    memchr::memchr(b'<', bytes.get(start..)?).map(|at| start + at)
}

/// Where the first byte that is `wanted` stands after `start`, or the end.
fn until(bytes: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().position(|b| wanted(*b)).map_or(bytes.len(), |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(n: usize) -> String {
        (0..n).map(|k| format!(" a{k}=\"x > y\"")).collect::<Vec<_>>().concat()
    }

    #[test]
    fn attributes_too_many_are_cut_and_the_tag_is_closed() {
        let page = format!("<p>é<a href=1{}>text</a><b>", attributes(3000));
        let expected = format!("<p>é<a href=1{} >text</a><b>", attributes(255));
        assert_eq!(without_floods(&page), expected);
        let open = format!("<a{}", attributes(300));
        assert_eq!(without_floods(&open), format!("<a{} ", attributes(256)));
    }

    #[test]
    fn honest_pages_stay_as_they_are() {
        let words = "word = \"x\" 'y' / ".repeat(1000);
        for page in [
            format!("<p title='{}'>{}</p>", words.replace('\'', ""), words),
            format!("<!-- <b {words} --><p>"),
            format!("<SCRIPT>if (a <b) {{ {words} }}</script x><p>"),
            format!("<title>a <b {words}</title>"),
            format!("1 < 2 {words} <3 {words}"),
            format!("<div{}>", attributes(256)),
            "<".to_owned(),
            "<a =b= c='".to_owned(),
            "<a b=\"".to_owned(),
            "<!--".to_owned(),
            "<script".to_owned(),
            String::new(),
        ] {
            assert!(matches!(without_floods(&page), Cow::Borrowed(_)), "{page:.60}");
        }
    }
}

//! Pieces of HTML that pages have by the thousand: the engine would take longer to call for them than they
//! take to write.

use std::fmt::{self, Write};

use minijinja::Value;

use crate::html::write_escaped;
use crate::views::Link;

/// A link.
pub(crate) fn link(link: &Link<'_>) -> Value {
    made(|out| write_link(out, link))
}

/// Links one after the other, with `between` between them: markup of ours.
pub(crate) fn links<'l>(links: impl Iterator<Item = Link<'l>>, between: &str) -> Option<Value> {
    listed(links, |out, n, link| {
        out.write_str(if n > 0 { between } else { "" })?;
        write_link(out, &link)
    })
}

/// Links as the items of a list, each on a line.
pub(crate) fn items<'l>(links: impl Iterator<Item = Link<'l>>) -> Option<Value> {
    listed(links, |out, _, link| {
        out.write_str("<li>")?;
        write_link(out, &link)?;
        out.write_str("</li>\n")
    })
}

/// Terms of the language `lang` one after the other.
pub(crate) fn terms(terms: &[&str], lang: Option<&str>) -> Option<Value> {
    listed(terms.iter(), |out, n, term| {
        out.write_str(if n > 0 { ", <bdi" } else { "<bdi" })?;
        write_lang(out, lang)?;
        out.write_char('>')?;
        write_escaped(out, term)?;
        out.write_str("</bdi>")
    })
}

/// What `write` writes of each thing, told its place; nothing where there is none.
fn listed<T>(
    things: impl Iterator<Item = T>,
    write: impl Fn(&mut String, usize, T) -> fmt::Result,
) -> Option<Value> {
    let mut things = things.enumerate().peekable();
    things.peek()?;
    Some(made(|out| things.try_for_each(|(n, thing)| write(out, n, thing))))
}

fn made(write: impl FnOnce(&mut String) -> fmt::Result) -> Value {
    let mut html = String::new();
    write(&mut html).expect("writing to a string cannot fail");
    Value::from_safe_string(html)
}

fn write_link(out: &mut String, link: &Link<'_>) -> fmt::Result {
    out.write_str("<a href=\"")?;
    write_escaped(out, &link.href)?;
    out.write_str(if link.away { "\" dir=\"auto\" rel=\"noopener\"" } else { "\" dir=\"auto\"" })?;
    write_lang(out, link.lang)?;
    out.write_char('>')?;
    write_escaped(out, link.title)?;
    out.write_str("</a>")
}

fn write_lang(out: &mut String, lang: Option<&str>) -> fmt::Result {
    let Some(lang) = lang else { return Ok(()) };
    out.write_str(" lang=\"")?;
    write_escaped(out, lang)?;
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_are_escaped() {
        let hostile =
            |title| Link { href: "x\"><b>".to_owned(), title, lang: Some("a\"b"), away: true };
        let expected = "<a href=\"x&quot;&gt;&lt;b&gt;\" dir=\"auto\" rel=\"noopener\" \
                        lang=\"a&quot;b\">&lt;i&gt;</a>";
        assert_eq!(link(&hostile("<i>")).to_string(), expected);
        let both = links(["<i>", "<i>"].map(hostile).into_iter(), " · ").unwrap();
        assert_eq!(both.to_string(), format!("{expected} · {expected}"));
        let item = items(["<i>"].map(hostile).into_iter()).unwrap();
        assert_eq!(item.to_string(), format!("<li>{expected}</li>\n"));
        let both = terms(&["a<", "b"], Some("de")).unwrap();
        assert_eq!(both.to_string(), "<bdi lang=\"de\">a&lt;</bdi>, <bdi lang=\"de\">b</bdi>");
    }

    #[test]
    fn there_is_nothing_to_show_of_nothing() {
        assert!(terms(&[], None).is_none() && items(std::iter::empty()).is_none());
    }
}

//! Texts of tables and records: plain ones as they are, and what plainly is HTML as its text.
//!
//! Most exports of web systems hold HTML in their columns, and nothing says so. A text that is none and
//! looks alike (code, generics, a comparison) would lose words if it were read as HTML: so it is HTML only
//! where an element that HTML knows is opened and closed, or a line broken, and nothing speaks against it.

use std::borrow::Cow;

use crate::html::{Flow, Html, flow_of};
use crate::{jats, plain, wrapped};

/// The elements of HTML, those that are out of use included, in the order of the alphabet.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "link",
    "main",
    "mark",
    "meta",
    "nav",
    "nobr",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// What templates and code have, and texts for readers have not.
const CODE: [&str; 5] = ["```", "`<", "<?", "{{", "{%"];

/// `raw` as the text of a document. Cost: a search for two bytes where it has neither `<` nor `&`.
pub(crate) fn text(raw: Cow<'_, str>) -> String {
    match reading(&raw) {
        Reading::Plain => wrapped::joined(plain::text(raw)),
        Reading::Escaped(text) => wrapped::joined(plain::text(text.into())),
        Reading::Html { markup, signs: Signs { has_blocks, .. } } => {
            let markup = wrapped::joined(plain::text(markup));
            let mut paged = String::with_capacity(markup.len());
            let mut lines = markup.split('\n');
            paged.push_str(lines.next().unwrap_or_default());
            for line in lines {
                // The author's paragraphs, and lines where no element makes any.
                paged.push_str(if line.trim().is_empty() {
                    "\n<br><br>"
                } else if has_blocks {
                    "\n"
                } else {
                    "<br>\n"
                });
                paged.push_str(line);
            }
            Html::parse(&paged).root().block_text()
        }
    }
}

/// `raw` as a title or a name, which may still have several lines. One with what no reader sees, such as a
/// script, is shown as it is: whoever wrote that meant something else than to emphasise a word.
pub(crate) fn line(raw: Cow<'_, str>) -> Cow<'_, str> {
    match reading(&raw) {
        Reading::Escaped(text) => text.into(),
        Reading::Html { markup, signs } if !signs.has_unseen => {
            Html::parse(&markup).root().inline_text().into()
        }
        Reading::Plain | Reading::Html { .. } => raw,
    }
}

/// What a text is.
enum Reading<'a> {
    Plain,
    /// Plain, and had entities, which are resolved in it.
    Escaped(String),
    Html {
        markup: Cow<'a, str>,
        signs: Signs,
    },
}

/// What a text that plainly is HTML has.
#[derive(Default)]
struct Signs {
    /// Elements that begin paragraphs or lines.
    has_blocks: bool,
    /// Elements whose content nobody sees as text, or that fetch something.
    has_unseen: bool,
}

fn reading(raw: &str) -> Reading<'_> {
    let Some(first) = memchr::memchr2(b'<', b'&', raw.as_bytes()) else { return Reading::Plain };
    if let Some(html) = jats::to_html(raw) {
        let signs = Signs { has_blocks: true, has_unseen: false };
        return Reading::Html { markup: html.into(), signs };
    }
    if CODE.iter().any(|sign| raw.contains(sign)) {
        return Reading::Plain;
    }
    if let Some(signs) = signs_of_html(raw) {
        return Reading::Html { markup: raw.into(), signs };
    }
    let Some(resolved) = resolved(raw, first) else { return Reading::Plain };
    // Escaped once more than it should be, by whoever wrote the table.
    let is_whole = resolved.trim_start().starts_with('<') && resolved.trim_end().ends_with('>');
    if is_whole && let Some(signs) = signs_of_html(&resolved) {
        return Reading::Html { markup: resolved.into(), signs };
    }
    Reading::Escaped(resolved)
}

/// What a text that plainly is HTML has; none for others.
fn signs_of_html(text: &str) -> Option<Signs> {
    let bytes = text.as_bytes();
    let mut open = [0_u32; ELEMENTS.len()];
    let (mut is_html, mut signs) = (false, Signs::default());
    let mut next = 0;
    while let Some(at) = memchr::memchr(b'<', &bytes[next..]).map(|at| next + at) {
        next = at + 1;
        let rest = &bytes[next..];
        if rest.starts_with(b"!--") {
            next += memchr::memmem::find(rest, b"-->").unwrap_or(0);
            continue;
        }
        let is_end = rest.first() == Some(&b'/');
        let name_start = next + usize::from(is_end);
        let n_name = bytes[name_start..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':'))
            .count();
        let name = &bytes[name_start..name_start + n_name];
        let after = &bytes[name_start + n_name..];
        let is_tag = name.first().is_some_and(u8::is_ascii_alphabetic)
            && after.first().is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
            && !(name.ends_with(b":") && after.starts_with(b"//"));
        // No tag, but a comparison or an address between signs.
        let Some(end) = is_tag.then(|| tag_end(after)).flatten() else { continue };
        let tag = &after[..end];
        next = name_start + n_name + end + 1;
        // One that is written of, as in code: `'<b>' + name`.
        let sign = at.checked_sub(1).map(|before| bytes[before]);
        let is_quoted = matches!(sign, Some(b'"' | b'\'')) && sign == bytes.get(next).copied();
        if is_quoted || memchr::memmem::find(tag, b"={").is_some() {
            return None;
        }
        let Some(element) = element_of(name) else {
            // What word processors and components call their own may stand among it.
            if name.contains(&b':') || name.contains(&b'-') {
                continue;
            }
            return None;
        };
        let flow = flow_of(ELEMENTS[element]);
        let is_unseen = flow == Flow::Unseen;
        signs.has_blocks |= ELEMENTS[element] == "br" || flow == Flow::Block;
        signs.has_unseen |= is_unseen || matches!(ELEMENTS[element], "iframe" | "img");
        if is_end {
            is_html |= open[element] > 0 && !is_unseen;
        } else {
            open[element] += 1;
            is_html |=
                matches!(ELEMENTS[element], "br" | "hr") || has_source(ELEMENTS[element], tag);
        }
    }
    is_html.then_some(signs)
}

/// An image that says which.
fn has_source(element: &str, tag: &[u8]) -> bool {
    element == "img" && memchr::memmem::find(tag, b"src=").is_some()
}

/// Where in `rest`, which begins behind a tag's name, its `>` is; none where another tag comes before.
fn tag_end(rest: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, &b) in rest.iter().enumerate() {
        match quote {
            Some(sign) if b == sign => quote = None,
            Some(_) => {}
            None => match b {
                b'>' => return Some(at),
                b'<' => return None,
                b'"' | b'\'' if rest[..at].trim_ascii_end().ends_with(b"=") => quote = Some(b),
                _ => {}
            },
        }
    }
    None
}

fn element_of(name: &[u8]) -> Option<usize> {
    const LONGEST: usize = 10;
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    ELEMENTS.binary_search_by(|element| element.as_bytes().cmp(lower)).ok()
}

/// `raw` with its entities resolved; none where it has none. The search begins at `first`.
fn resolved(raw: &str, first: usize) -> Option<String> {
    let mut text: Option<String> = None;
    let mut copied = 0;
    let mut next = first;
    while let Some(at) = memchr::memchr(b'&', &raw.as_bytes()[next..]).map(|at| next + at) {
        next = at + 1;
        let Some((entity, value)) = entity(&raw[at..]) else { continue };
        // An address in C: `p = &sum;`.
        let before = raw[..at].trim_end();
        let may_be_code =
            !matches!(entity, "&amp;" | "&lt;" | "&gt;" | "&quot;" | "&apos;" | "&nbsp;")
                && entity.as_bytes()[1] != b'#'
                && (before.ends_with('=') || before.ends_with("return"));
        if may_be_code {
            continue;
        }
        let text = text.get_or_insert_with(|| String::with_capacity(raw.len()));
        text.push_str(&raw[copied..at]);
        text.push_str(&value);
        copied = at + entity.len();
        next = copied;
    }
    text.map(|text| text + &raw[copied..])
}

/// The entity that `text` begins with, and what it stands for.
fn entity(text: &str) -> Option<(&str, Cow<'static, str>)> {
    /// As many letters has the longest name of HTML, with its signs.
    const LONGEST: usize = 33;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#';
    let n_name = text.as_bytes()[1..].iter().take(LONGEST).take_while(|b| is_part(b)).count();
    if n_name == 0 || text.as_bytes().get(1 + n_name) != Some(&b';') {
        return None;
    }
    let entity = &text[..n_name + 2];
    let value = match entity {
        "&amp;" => "&".into(),
        "&lt;" => "<".into(),
        "&gt;" => ">".into(),
        "&quot;" => "\"".into(),
        "&apos;" | "&#39;" => "'".into(),
        "&nbsp;" => "\u{a0}".into(),
        _ => {
            let value = Html::parse(entity).root().raw_text();
            if value.is_empty() || value.ends_with(';') {
                return None;
            }
            value.into()
        }
    };
    Some((entity, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(text(raw.into()), expected, "{raw}");
    }

    #[track_caller]
    fn stays(raw: &str) {
        check(raw, raw);
        assert_eq!(line(raw.into()), raw);
    }

    #[test]
    fn html_becomes_its_text() {
        check("<p>We show &amp; tell</p>", "We show & tell");
        check("<P CLASS='a > b'>One</P>\n<p>Two <b>x</b><ul><li>y</ul>", "One\n\nTwo x\n\n- y");
        check("one<br/>two<BR>three", "one\ntwo\nthree");
        check("<o:p></o:p><my-part>See</my-part> <img src='x.png'> it", "See it");
        check("<!-- <Vec> --><em>it</em>", "it");
        check("<p>a < b &amp;&amp; c</p>", "a < b && c");
        check("<p>a<script>b</script></p>", "a");
        assert_eq!(line("R&amp;D, <b>new</b>".into()), "R&D, new");
        for evil in ["<b>a</b><script>b</script>", "<b>a</b><img src=x onerror=b>"] {
            assert_eq!(line(evil.into()), evil);
        }
    }

    #[test]
    fn abstracts_of_journals_become_their_text() {
        check(
            "<jats:title>Abstract</jats:title><jats:p>CO<jats:sub>2</jats:sub> &amp; {{x}}</jats:p>\n\
             <jats:p>Two</jats:p>",
            "CO2 & {{x}}\n\nTwo",
        );
        assert_eq!(line("On <jats:italic>E. coli</jats:italic>".into()), "On E. coli");
        stays("the element <jats:p> is");
    }

    #[test]
    fn paragraphs_and_lines_of_the_author_are_kept() {
        check("One <b>two</b>\nthree\n\nfour", "One two\nthree\n\nfour");
        check("<div>One\ntwo\n \nthree</div>\r\n\r\n<p>four</p>", "One two\n\nthree\n\nfour");
        check("<pre>a\n  b\n\n\nc</pre>", "a\n  b\n\nc");
        check("<b>机</b>器学\n习", "机器学习");
        check("机器学\n习", "机器学习");
    }

    #[test]
    fn entities_of_a_plain_text_are_resolved() {
        check(
            "Q&amp;A: a &lt; b\n\nM&uuml;ller&#39;s &#x3b1;, &alpha;",
            "Q&A: a < b\n\nMüller's α, α",
        );
        check("R&amp;D of Vec<T>", "R&D of Vec<T>");
        check("&lt;p&gt;Twice &amp;amp; more&lt;/p&gt;", "Twice & more");
        check("use &lt;b&gt;x&lt;/b&gt; here", "use <b>x</b> here");
    }

    #[test]
    fn what_may_be_code_or_a_comparison_stays() {
        for raw in [
            "a < b && c > d",
            "AT&T; R&D &c",
            "Vec<T> and Map<a, b>, Option<P>",
            "impl From<Vec<u8>> for P<b> {}",
            "the <b> and <p> tags",
            "#include <map>\nint *p = &sum; return &phi;",
            "s = '<b>' + name + '</b>'",
            "```html\n<p>hi</p>\n```",
            "write `<b>x</b>` for it",
            "<div className={x}>y</div>",
            "<p>{{ name }}</p>",
            "<config><p>x</p></config>",
            "Ada <ada@example.org> of <https://example.org/>",
            "x &nosuch; y &; z &",
            "i <br",
            "<script>alert(1)</script> & &lt;{{ x }}",
        ] {
            stays(raw);
        }
    }

    #[test]
    fn elements_are_sorted_and_short_enough_to_be_looked_up() {
        assert!(ELEMENTS.is_sorted());
        for name in ELEMENTS {
            assert!(element_of(name.to_uppercase().as_bytes()).is_some(), "{name}");
        }
    }
}

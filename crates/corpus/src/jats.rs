//! JATS, the markup of journals, as HTML: what Crossref gives for abstracts and titles has its elements, each by
//! the prefix `jats:` (Journal Article Tag Suite, ANSI/NISO Z39.96).

/// What begins every element.
const PREFIX: &str = "jats:";

/// The elements of JATS that HTML has under the same name or another. All others stand within the line.
const ELEMENTS: [(&str, &str); 15] = [
    ("bold", "b"),
    ("break", "br"),
    ("disp-formula", "p"),
    ("disp-quote", "blockquote"),
    ("italic", "i"),
    ("list", "ul"),
    ("list-item", "li"),
    ("monospace", "code"),
    ("p", "p"),
    ("sec", "section"),
    ("sub", "sub"),
    ("sup", "sup"),
    ("title", "h4"),
    ("underline", "u"),
    ("verse-line", "div"),
];

/// How an abstract is headed that says no more by it.
const HEADINGS: [&str; 4] = ["Abstract", "ABSTRACT", "Summary", "SUMMARY"];

/// Between these is the formula, where its text is a whole document of LaTeX.
const DOCUMENT: [&str; 2] = ["\\begin{document}", "\\end{document}"];

/// `raw` as HTML; none where no element of JATS ends in it.
///
/// A formula in LaTeX stands for the same one in MathML. The heading "Abstract" is dropped.
pub(crate) fn to_html(raw: &str) -> Option<String> {
    if !(raw.contains("<jats:") && raw.contains("</jats:")) {
        return None;
    }
    let has_tex = raw.contains("<jats:tex-math");
    let mut html = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('<') {
        html.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(tag) = Tag::at(rest) else {
            html.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.len..];
        match tag.name {
            "tex-math" if !tag.is_end => {
                let end = rest.find("</jats:tex-math").unwrap_or(rest.len());
                html.push_str(formula(&rest[..end]));
                rest = &rest[end..];
            }
            // The same as in LaTeX beside it, where there is that.
            "math" if has_tex => {
                const END: &str = "math>";
                rest = rest.find(END).map_or("", |end| &rest[end + END.len()..]);
            }
            name => tag.put(html_name(name), &mut html),
        }
    }
    html.push_str(rest);
    let heading = HEADINGS.iter().find_map(|heading| {
        let begin = html.trim_start().strip_prefix("<h4>")?;
        begin.strip_prefix(heading)?.strip_prefix("</h4>")
    });
    Some(heading.map(str::to_owned).unwrap_or(html))
}

fn html_name(name: &str) -> &'static str {
    ELEMENTS.iter().find(|(jats, _)| *jats == name).map_or("span", |(_, html)| html)
}

/// A formula without the document around it.
fn formula(tex: &str) -> &str {
    let [begin, end] = DOCUMENT;
    let inner = tex.split_once(begin).map_or(tex, |(_, inner)| inner);
    inner.split_once(end).map_or(inner, |(inner, _)| inner)
}

/// A tag of JATS or of MathML.
struct Tag<'a> {
    /// Without the prefix.
    name: &'a str,
    is_end: bool,
    /// Whether it is begin and end in one.
    is_whole: bool,
    /// Bytes from its `<` to its `>`.
    len: usize,
}

impl<'a> Tag<'a> {
    /// The tag that `text` begins with.
    fn at(text: &'a str) -> Option<Self> {
        /// Bytes of a tag; so many are searched for its end, and no more.
        const LONGEST: usize = 1000;
        let len = text.bytes().take(LONGEST).position(|b| b == b'>')? + 1;
        let inner = &text[1..len - 1];
        let is_end = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let named = inner.strip_prefix(PREFIX).or_else(|| inner.strip_prefix("mml:"))?;
        let name = named.split([' ', '\t', '\n', '/']).next().unwrap_or_default();
        Some(Self { name, is_end, is_whole: inner.ends_with('/'), len })
    }

    /// Writes it as a tag of HTML.
    fn put(&self, name: &str, html: &mut String) {
        for part in [if self.is_end { "</" } else { "<" }, name, ">"] {
            html.push_str(part);
        }
        if self.is_whole && name != "br" {
            for part in ["</", name, ">"] {
                html.push_str(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(to_html(raw).as_deref(), Some(expected), "{raw}");
    }

    #[test]
    fn elements_have_the_names_of_html() {
        check(
            "<jats:p>H<jats:sub>2</jats:sub>O &amp; <jats:xref ref-type='bibr'>1</jats:xref></jats:p>",
            "<p>H<sub>2</sub>O &amp; <span>1</span></p>",
        );
        check("<jats:list><jats:list-item>a<jats:break/>b</jats:list>", "<ul><li>a<br>b</ul>");
        check("</jats:p><jats:sup/>a < b, <x> <jats:", "</p><sup></sup>a < b, <x> <jats:");
    }

    #[test]
    fn the_heading_of_the_abstract_goes_and_others_stay() {
        check("\n<jats:title>Abstract</jats:title><jats:p>a</jats:p>", "<p>a</p>");
        check("<jats:title>Methods</jats:title> a", "<h4>Methods</h4> a");
    }

    #[test]
    fn formulas_are_there_once() {
        let formula = "<jats:inline-formula><jats:alternatives><jats:tex-math>\\usepackage{x}\
            \\begin{document}$$ x_{{1}} $$\\end{document}</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math>\
            </jats:alternatives></jats:inline-formula> b";
        check(formula, "<span><span>$$ x_{{1}} $$</span></span></span> b");
        let alone = "<jats:p><mml:math><mml:mi>x</mml:mi></mml:math></jats:p>";
        check(alone, "<p><span><span>x</span></span></p>");
    }

    #[test]
    fn what_has_no_element_of_it_is_left_alone() {
        for raw in ["<p>a</p>", "the <jats:p>", "</jats:p>", "<mml:mi>x</mml:mi>"] {
            assert_eq!(to_html(raw), None, "{raw}");
        }
    }
}

//! Text out of a tree.

use scraper::{ElementRef, Node};

use crate::blocks::Blocks;
use crate::plain;

/// What an element does to the text around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Inline,
    /// Parts itself from its neighbours by a space.
    Cell,
    /// Ends a line.
    Break,
    /// Begins and ends a line.
    Line,
    /// Is an item of a list.
    Item,
    /// Begins and ends a paragraph.
    Block,
    /// Is a paragraph that keeps its lines.
    Preformatted,
    /// Holds no text that readers see as part of the page.
    Unseen,
}

fn role(name: &str) -> Role {
    match name {
        "br" => Role::Break,
        "li" => Role::Item,
        "listing" | "pre" => Role::Preformatted,
        "button" | "td" | "th" => Role::Cell,
        super::LINE | "dd" | "dt" | "option" | "summary" | "tr" => Role::Line,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center"
        | "details" | "dialog" | "dir" | "div" | "dl" | "fieldset" | "figcaption" | "figure"
        | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup"
        | "hr" | "html" | "legend" | "main" | "menu" | "nav" | "ol" | "p" | "section" | "table"
        | "ul" => Role::Block,
        "audio" | "canvas" | "datalist" | "head" | "iframe" | "noembed" | "noframes"
        | "noscript" | "object" | "script" | "select" | "style" | "svg" | "template"
        | "textarea" | "title" | "video" => Role::Unseen,
        _ => Role::Inline,
    }
}

/// How the text of an element of that name flows.
pub(super) fn flow(name: &str) -> super::Flow {
    match role(name) {
        Role::Inline | Role::Break => super::Flow::Inline,
        Role::Cell | Role::Line | Role::Item | Role::Block | Role::Preformatted => {
            super::Flow::Block
        }
        Role::Unseen => super::Flow::Unseen,
    }
}

/// The text inside `root` on one line.
pub(super) fn inline(root: ElementRef<'_>) -> String {
    let mut text = String::new();
    walk(
        root,
        |_| false,
        |event| match event {
            Event::Text(run) => text.push_str(run),
            Event::Enter(Role::Inline) | Event::Leave(Role::Inline) => {}
            Event::Enter(_) | Event::Leave(_) => text.push(' '),
        },
    );
    plain::single_line(&text)
}

/// The text inside `root` as paragraphs and lists, without the elements for which `omit` holds.
pub(super) fn blocks(root: ElementRef<'_>, omit: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut blocks = Blocks::default();
    let is_preformatted = role(root.value().name()) == Role::Preformatted;
    if is_preformatted {
        blocks.open_preformatted();
    }
    walk(root, omit, |event| match event {
        Event::Text(run) => blocks.text(run),
        Event::Enter(Role::Break) => blocks.line_break(),
        Event::Enter(Role::Item) => blocks.open_item(),
        Event::Leave(Role::Item) => blocks.close_item(),
        Event::Enter(Role::Preformatted) => blocks.open_preformatted(),
        Event::Leave(Role::Preformatted) => blocks.close_preformatted(),
        Event::Enter(Role::Cell) | Event::Leave(Role::Cell) => blocks.space(),
        Event::Enter(Role::Line) | Event::Leave(Role::Line) => blocks.line(),
        Event::Enter(Role::Block) | Event::Leave(Role::Block) => blocks.paragraph(),
        Event::Enter(Role::Inline | Role::Unseen)
        | Event::Leave(Role::Inline | Role::Break | Role::Unseen) => {}
    });
    blocks.finish()
}

enum Event<'a> {
    Enter(Role),
    Text(&'a str),
    Leave(Role),
}

/// Visits what is inside `root` and seen. It does not recurse: pages nest as they like.
fn walk<'a>(
    root: ElementRef<'a>,
    omit: impl Fn(ElementRef<'_>) -> bool,
    mut visit: impl FnMut(Event<'a>),
) {
    let role_of = |node: &Node| node.as_element().map_or(Role::Inline, |e| role(e.name()));
    let mut node = *root;
    loop {
        let is_root = node.id() == root.id();
        let role_here = role_of(node.value());
        let is_seen =
            is_root || role_here != Role::Unseen && !ElementRef::wrap(node).is_some_and(&omit);
        match node.value() {
            Node::Text(text) => visit(Event::Text(text)),
            Node::Element(_) if is_seen && !is_root => visit(Event::Enter(role_here)),
            _ => {}
        }
        if is_seen && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        let mut is_open = is_seen;
        loop {
            if node.id() == root.id() {
                return;
            }
            if is_open && node.value().is_element() {
                visit(Event::Leave(role_of(node.value())));
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return };
            node = parent;
            is_open = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::html::{Html, Selector};

    #[track_caller]
    fn check(body: &str, expected: &str) {
        assert_eq!(Html::parse(body).root().block_text(), expected, "{body}");
    }

    #[test]
    fn paragraphs_are_parted_by_an_empty_line_and_spaces_collapsed() {
        check("<p>One\n  <b>two</b>\t three<p>four", "One two three\n\nfour");
        check("a<div>b<div>c</div></div>d", "a\n\nb\n\nc\n\nd");
        check("<p>&nbsp;<p>  <p>a<p></p>", "a");
        check("<h2>Title</h2>\n<p>text</p>", "Title\n\ntext");
        check("<p>机器学\n  <b>习</b>和\nPython 语\n言 学", "机器学习和 Python 语言 学");
        check(
            "<table><tr><td>东京\n<td>大阪</table><p>东<span>京\n</span>都",
            "东京 大阪\n\n东京都",
        );
    }

    #[test]
    fn items_are_lines_that_begin_with_a_dash() {
        check("a<ul><li>b<li>c\n d</ul>e", "a\n\n- b\n- c d\n\ne");
        check("<ol><li><p>b</p><p>c</p></li><li>d<br>e</li></ol>", "- b c\n- d e");
        check("<ul><li>a<ul><li>b</ul>c<li>d</ul>", "- a\n- b\n- c\n- d");
        check("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n- b");
        check("<ul><li>a</li>stray</ul>", "- a\n\nstray");
        check("a<li>b</li>", "a\n\n- b");
        check("<ul><li></li><li> <b></b></li><li>a</li></ul>", "- a");
    }

    #[test]
    fn a_break_ends_a_line_and_two_a_paragraph() {
        check("a<br>b<br/>\n<br>c<br><br><br>d<br>", "a\nb\n\nc\n\nd");
        check("<br><p>a<br></p><p><br>b</p>", "a\n\nb");
    }

    #[test]
    fn preformatted_text_keeps_its_lines() {
        check(
            "<p>a</p><pre>\ndef f():\n    return <b>1</b>\n\n\n\nf()  \n</pre>b",
            "a\n\ndef f():\n    return 1\n\nf()\n\nb",
        );
        check("<ul><li><pre>a\nb</pre></li></ul>", "- a b");
    }

    #[test]
    fn rows_are_lines_and_cells_are_spaced() {
        check("<table><tr><td>a<td>b<tr><th>c</th><td><p>d</table>e", "a b\nc\n\nd\n\ne");
        check("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc");
        check("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\nc\nd");
    }

    #[test]
    fn what_nobody_sees_is_dropped() {
        check(
            "<title>t</title><script>s</script><style>s</style>a<template><p>t</template>\
             <noscript>n</noscript><iframe>i</iframe><textarea>x</textarea><!-- c -->b",
            "ab",
        );
        check("a\u{1}&#x7;\u{85}b", "ab");
    }

    #[test]
    fn the_element_itself_is_read_whatever_it_is() {
        let page = Html::parse("<title>A <b></title><ul><li>x</li></ul><pre>a\nb</pre>");
        let first = |css| {
            let selector = Selector::parse(css).unwrap();
            let found = page.select(&selector).next().unwrap();
            (found.inline_text(), found.block_text())
        };
        assert_eq!(first("title"), ("A <b>".to_owned(), "A <b>".to_owned()));
        assert_eq!(first("li").1, "x");
        assert_eq!(first("pre"), ("a b".to_owned(), "a\nb".to_owned()));
    }

    #[test]
    fn inline_text_is_one_line_with_words_apart() {
        let page = Html::parse("<h1>A<br>b <em>c</em>d<span>e</span><script>f</script></h1>");
        assert_eq!(page.root().inline_text(), "A b cde");
    }
}

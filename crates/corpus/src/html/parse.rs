//! Parsing in bounded time and memory.
//!
//! The parsing algorithm of HTML walks up the open elements for many a tag, and opens unclosed
//! formatting elements anew in every paragraph: a few megabytes of hostile tags would keep it
//! busy for hours, or make it build nodes without end. So a filter between tokenizer and tree
//! builder leaves out the start tags that would nest too deep or make too many nodes.

use std::cell::Cell;

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{Tracer, TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink};

use super::flood::without_floods;

/// How many elements may be open at once; browsers allow some hundreds.
const MAX_DEPTH: usize = 256;

/// How many nodes a page may have.
const MAX_NODES: usize = 500_000;

/// How many tags pass between two looks at the depth, which cost a walk over the open elements.
const LOOK_EVERY: u32 = 16;

/// Elements without content: they do not nest.
fn is_empty(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "wbr"
    )
}

/// Elements whose content is no markup. They do not nest, and without their start tag their
/// content would be read as markup.
fn is_raw(name: &str) -> bool {
    matches!(
        name,
        "iframe"
            | "noembed"
            | "noframes"
            | "noscript"
            | "plaintext"
            | "script"
            | "style"
            | "textarea"
            | "title"
            | "xmp"
    )
}

pub(super) fn parse(text: &str) -> Html {
    let sink = HtmlTreeSink::new(Html::new_document());
    let filter = Filter {
        builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
        tags_until_look: Cell::new(LOOK_EVERY),
        is_deep: Cell::new(false),
        n_left_out: Cell::new(0),
    };
    let tokenizer = Tokenizer::new(filter, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(&*without_floods(text)));
    // The tokenizer pauses after every script, for those who run it.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}

type NodeId = <HtmlTreeSink as TreeSink>::Handle;

struct Filter {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    tags_until_look: Cell<u32>,
    /// Whether the last look found too many open elements.
    is_deep: Cell<bool>,
    /// Start tags left out whose end tags are still to come.
    n_left_out: Cell<usize>,
}

impl Filter {
    fn lets_pass(&self, tag: &Tag) -> bool {
        self.look_now_and_then();
        let name = &*tag.name;
        if is_raw(name) {
            return true;
        }
        let is_empty = is_empty(name);
        match tag.kind {
            TagKind::StartTag if self.n_nodes() >= MAX_NODES => false,
            TagKind::StartTag if self.is_deep.get() && !is_empty => {
                self.n_left_out.set(self.n_left_out.get() + 1);
                false
            }
            TagKind::EndTag if self.n_left_out.get() > 0 && !is_empty => {
                self.n_left_out.set(self.n_left_out.get() - 1);
                false
            }
            _ => true,
        }
    }

    fn look_now_and_then(&self) {
        self.tags_until_look.set(self.tags_until_look.get() - 1);
        if self.tags_until_look.get() == 0 {
            self.tags_until_look.set(LOOK_EVERY);
            let count = Count(Cell::new(0));
            self.builder.trace_handles(&count);
            self.is_deep.set(count.0.get() > MAX_DEPTH);
        }
    }

    fn n_nodes(&self) -> usize {
        self.builder.sink.0.borrow().tree.nodes().len()
    }
}

impl TokenSink for Filter {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let passes = match &token {
            // Nobody reads them.
            Token::CommentToken(_) | Token::ParseError(_) => false,
            Token::TagToken(tag) => self.lets_pass(tag),
            _ => true,
        };
        if passes { self.builder.process_token(token, line) } else { TokenSinkResult::Continue }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts the open elements and those waiting to be opened anew.
struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = NodeId;

    fn trace_handle(&self, _: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Html as Page, Selector};

    #[test]
    fn ordinary_pages_are_parsed_as_without_the_filter() {
        let pages = [
            "<!doctype html><title>t</title><ul><li>a<li>b</ul><table><tr><td>x<p>y</table>z",
            "<p>a<b>b<i>c</b>d</i><p>e<svg><title>f</title><![CDATA[g]]></svg><math>h</math>",
            "<script>if (a < b) document.write('<p>')</script><p>i<template><b>j</template>k",
            "",
            "plain & text \u{0} é",
        ];
        for page in pages {
            assert_eq!(parse(page).html(), Html::parse_document(page).html(), "{page}");
        }
    }

    #[test]
    fn text_after_a_deep_nest_stands_where_it_stood() {
        let n = 100_000;
        let page = format!(
            "<div id=m>{}deep{}<p id=p>after</p></div>",
            "<div><b>".repeat(n),
            "</b></div>".repeat(n)
        );
        let page = Page::parse(&page);
        let at = Selector::parse("div#m > p#p").unwrap();
        assert_eq!(page.select(&at).next().unwrap().inline_text(), "after");
        assert_eq!(page.root().block_text(), "deep\n\nafter");
        let descendant = Selector::parse("div div div b").unwrap();
        assert!(page.select(&descendant).count() < MAX_DEPTH);
    }

    #[test]
    fn formatting_opened_anew_in_every_paragraph_stays_bounded() {
        let fonts: Vec<_> = (0..400).map(|n| format!("<font size={n}>")).collect();
        let page = fonts.concat() + &"<p>x".repeat(100_000);
        let n_nodes = parse(&page).tree.nodes().len();
        assert!(n_nodes <= MAX_NODES + 2 * MAX_DEPTH, "{n_nodes}");
    }

    #[test]
    fn scripts_in_the_deep_stay_scripts() {
        let page = format!("{}<script>var x = '<p>';</script>seen", "<div>".repeat(1000));
        assert_eq!(Page::parse(&page).root().block_text(), "seen");
    }
}

//! Texts that may be plain, Markdown or HTML.

use crate::html::Html;
use crate::{plain, wrapped};

const BLOCKS: &[&str] = &[
    "<p",
    "<br",
    "<div",
    "<ul",
    "<ol",
    "<li",
    "<h1",
    "<h2",
    "<h3",
    "<h4",
    "<table",
    "<pre",
    "<blockquote",
];

/// `raw` as the text of a document: HTML by its blocks, else with its lines.
pub(super) fn text(raw: &str) -> String {
    if !raw.contains('<') && !raw.contains('&') {
        return tidy(&wrapped::joined(plain::text(raw.into())));
    }
    let lower = raw.to_ascii_lowercase();
    if BLOCKS.iter().any(|tag| lower.contains(tag)) {
        return Html::parse(raw).root().block_text();
    }
    let has_markup = lower.contains("</") || lower.contains("/>") || lower.contains('&');
    let clean = wrapped::joined(plain::text(raw.into()));
    if !has_markup {
        return tidy(&clean);
    }
    // Inline tags only: the lines are the author's.
    let lines: Vec<String> = clean
        .lines()
        .map(|line| {
            let is_plain = !line.contains('<') && !line.contains('&');
            if is_plain { line.to_owned() } else { Html::parse(line).root().inline_text() }
        })
        .collect();
    tidy(&lines.join("\n"))
}

/// One line, without tags.
pub(super) fn line(raw: &str) -> String {
    if raw.contains('<') || raw.contains('&') {
        Html::parse(raw).root().inline_text()
    } else {
        plain::single_line(raw)
    }
}

/// Without outer gaps, and with one empty line where there were more.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut n_empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            n_empty += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if n_empty > 0 { "\n\n" } else { "\n" });
        }
        n_empty = 0;
        tidy.push_str(line);
    }
    tidy
}

/// Texts after each other, without those that another one holds.
pub(super) fn joined(texts: &[String]) -> String {
    let mut kept: Vec<&String> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let is_held = texts.iter().enumerate().any(|(other_at, other)| {
            other_at != at
                && other.contains(text.as_str())
                && (other.len() > text.len() || other_at < at)
        });
        if !text.is_empty() && !is_held {
            kept.push(text);
        }
    }
    kept.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_read_and_plain_lines_are_kept() {
        assert_eq!(text("<p>a<p>b &amp; c"), "a\n\nb & c");
        assert_eq!(text("a\r\n\r\n\r\nb <a href='x'>c</a>\r\nd"), "a\n\nb c\nd");
        assert_eq!(text("if a < b and c > d"), "if a < b and c > d");
        assert_eq!(line("R&amp;D <b>x</b>"), "R&D x");
    }

    #[test]
    fn a_text_that_another_holds_is_not_repeated() {
        let texts = [
            "Short.".to_owned(),
            "Short. And more.".to_owned(),
            "Other".to_owned(),
            "Other".to_owned(),
        ];
        assert_eq!(joined(&texts), "Short. And more.\n\nOther");
    }
}

//! reStructuredText files.

use crate::blocks::Blocks;
use crate::{Document, plain};

/// The document in a reStructuredText; the title is empty where it has none.
///
/// The title is the first section title. Field lists at the start give author, date, tags and
/// language; directives, comments, targets and substitutions are left out, with what they hold but
/// for notes and code.
pub(crate) fn read(raw: &str) -> Document {
    let clean = plain::text(raw.into());
    let lines: Vec<&str> = clean.lines().collect();
    let mut document = Document::default();
    let mut blocks = Blocks::default();
    let mut at = 0;
    let mut is_code = false;
    while at < lines.len() {
        let line = lines[at];
        let indent = indent_of(line);
        if is_code && !line.trim().is_empty() {
            let (code, end) = indented(&lines, at, 0);
            if indent > 0 {
                blocks.open_preformatted();
                blocks.text(&code);
                blocks.close_preformatted();
                at = end;
            }
            is_code = false;
            if indent > 0 {
                continue;
            }
        }
        if line.trim().is_empty() {
            blocks.paragraph();
            at += 1;
        } else if is_rule(line) && lines.get(at + 2).is_some_and(|l| is_rule(l)) {
            // A title between two rules.
            take_title(&mut document, &mut blocks, lines[at + 1]);
            at += 3;
        } else if lines.get(at + 1).is_some_and(|below| is_underline(line, below)) {
            take_title(&mut document, &mut blocks, line);
            at += 2;
        } else if is_rule(line) {
            blocks.paragraph();
            at += 1;
        } else if let Some(rest) = line.trim_start().strip_prefix("..") {
            if !rest.is_empty() && !rest.starts_with(' ') {
                blocks.text(&inline(line));
                at += 1;
                continue;
            }
            let (body, end) = indented(&lines, at + 1, indent);
            directive(rest.trim(), &body, &mut blocks);
            at = end;
        } else if let Some((name, value)) = field(line) {
            let (more, end) = indented(&lines, at + 1, indent);
            let value = plain::single_line(&inline(&format!("{value} {more}")));
            if !take_field(&mut document, name, &value) && !document.title.is_empty() {
                blocks.paragraph();
                blocks.text(&format!("{name}: {value}"));
                blocks.paragraph();
            }
            at = end;
        } else {
            let trimmed = line.trim_start();
            let item =
                ["- ", "* ", "+ ", "• ", "#. "].iter().find_map(|sign| trimmed.strip_prefix(sign));
            if let Some(item) = item.or_else(|| numbered(trimmed)) {
                blocks.open_item();
                blocks.text(&inline(item));
                at += 1;
                // What is indented below belongs to the item.
                while at < lines.len()
                    && indent_of(lines[at]) > indent
                    && !lines[at].trim().is_empty()
                    && numbered(lines[at].trim()).is_none()
                    && !lines[at].trim_start().starts_with(['-', '*'])
                {
                    blocks.wrap();
                    blocks.text(&inline(lines[at].trim()));
                    at += 1;
                }
                blocks.close_item();
            } else {
                is_code = line.trim_end().ends_with("::");
                let line = line.trim_end();
                let line = match line.strip_suffix("::") {
                    Some(before) if before.trim().is_empty() => "",
                    Some(before) => &format!("{before}:"),
                    None => line,
                };
                blocks.text(&inline(line));
                blocks.wrap();
                at += 1;
            }
        }
    }
    document.text = blocks.finish();
    document
}

fn take_title(document: &mut Document, blocks: &mut Blocks, line: &str) {
    let title = plain::single_line(&inline(line));
    if document.title.is_empty() {
        document.title = title;
    } else {
        blocks.paragraph();
        blocks.text(&title);
        blocks.paragraph();
    }
}

/// A field of the document; false for one that says nothing of it.
fn take_field(document: &mut Document, name: &str, value: &str) -> bool {
    let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
    match name.to_lowercase().as_str() {
        "title" => value.clone_into(&mut document.title),
        "author" | "authors" | "speaker" | "speakers" => {
            document.speakers = plain::names(value.split([',', ';']));
        }
        "date" | "created" => document.date = some(),
        "tags" | "keywords" | "category" | "topics" | "topic" => {
            document.tags = plain::names(value.split([',', ';']));
        }
        "lang" | "language" => {
            document.language = crate::language_code(value).map(str::to_owned);
        }
        "slug" | "version" | "status" | "copyright" | "organization" | "contact" | "orphan"
        | "revision" | "last-modified" | "type" | "content-type" | "summary" => {}
        _ => return false,
    }
    true
}

/// A directive: notes and code are text, all others are not.
fn directive(head: &str, body: &str, blocks: &mut Blocks) {
    const TEXTS: &[&str] = &[
        "note",
        "warning",
        "tip",
        "important",
        "hint",
        "caution",
        "attention",
        "danger",
        "error",
        "admonition",
        "topic",
        "abstract",
        "epigraph",
        "versionadded",
        "versionchanged",
        "deprecated",
        "seealso",
        "rubric",
        "sidebar",
        "compound",
        "container",
    ];
    let Some((name, rest)) = head.split_once("::") else { return };
    let name = name.trim().to_lowercase();
    // Options stand before the first empty line.
    let content: Vec<&str> = body
        .lines()
        .skip_while(|line| line.trim_start().starts_with(':') || line.trim().is_empty())
        .collect();
    if TEXTS.contains(&name.as_str()) {
        blocks.paragraph();
        blocks.text(&inline(&format!("{} {}", rest.trim(), content.join("\n"))));
        blocks.paragraph();
    } else if matches!(name.as_str(), "code-block" | "code" | "sourcecode" | "parsed-literal") {
        blocks.open_preformatted();
        blocks.text(&content.join("\n"));
        blocks.close_preformatted();
    }
}

/// The lines from `at` on that are indented further than `indent`, without their common indent.
fn indented(lines: &[&str], at: usize, indent: usize) -> (String, usize) {
    let mut end = at;
    while end < lines.len() && (lines[end].trim().is_empty() || indent_of(lines[end]) > indent) {
        end += 1;
    }
    let own = &lines[at..end];
    let common =
        own.iter().filter(|l| !l.trim().is_empty()).map(|l| indent_of(l)).min().unwrap_or(0);
    let text: Vec<&str> = own.iter().map(|line| line.get(common..).unwrap_or("")).collect();
    (text.join("\n").trim_end().to_owned(), end)
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A line of one sign, repeated.
fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    let mut signs = line.chars();
    let Some(first) = signs.next() else { return false };
    first.is_ascii_punctuation() && line.len() >= 3 && signs.all(|c| c == first)
}

fn is_underline(title: &str, below: &str) -> bool {
    !title.starts_with(' ')
        && !is_rule(title)
        && is_rule(&below.trim_end().repeat(3))
        && below.trim_end().len() * 3 >= title.trim_end().chars().count() * 2
}

/// `:name: value`
fn field(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix(':')?;
    let (name, value) = rest.split_once(':')?;
    let is_name = !name.is_empty() && name.len() <= 40 && !name.contains('`');
    (is_name && (value.is_empty() || value.starts_with(' '))).then_some((name, value.trim()))
}

/// What follows `1. ` or `a) `.
fn numbered(line: &str) -> Option<&str> {
    let end = line.find(['.', ')'])?;
    let number = &line[..end];
    let is_number = (1..=3).contains(&number.len())
        && (number.bytes().all(|b| b.is_ascii_digit()) || number.len() == 1);
    let rest = line[end + 1..].strip_prefix(' ')?;
    (is_number && number.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(rest)
}

/// A line without its inline markup.
fn inline(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '|', '\\']) {
        text.push_str(&rest[..at]);
        let marked = &rest[at..];
        if let Some(after) = marked.strip_prefix('\\') {
            let mut chars = after.chars();
            text.extend(chars.next());
            rest = chars.as_str();
            continue;
        }
        let sign = ["``", "**", "`", "*", "|"]
            .into_iter()
            .find(|sign| marked.starts_with(sign))
            .unwrap_or("`");
        let inside = &marked[sign.len()..];
        let Some(end) = inside.find(sign).filter(|end| *end > 0) else {
            text.push_str(sign);
            rest = inside;
            continue;
        };
        let content = &inside[..end];
        rest = &inside[end + sign.len()..];
        if sign == "`" {
            // `text <target>`_ and :role:`text <target>`: the text.
            let shown = content.split_once('<').map_or(content, |(shown, _)| shown).trim_end();
            let shown = if shown.is_empty() { content.trim_matches(['<', '>']) } else { shown };
            if text.ends_with(':')
                && let Some(start) = text[..text.len() - 1].rfind(':')
                && text[start + 1..text.len() - 1]
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '+' | '_' | ':'))
            {
                let start = text[..start]
                    .rfind(|c: char| c.is_whitespace() || c == '(')
                    .map_or(0, |at| at + 1);
                text.truncate(start);
            }
            text.push_str(shown.trim_start_matches(['~', '!']));
            rest = rest.strip_prefix("__").or(rest.strip_prefix('_')).unwrap_or(rest);
        } else {
            text.push_str(content);
            rest = if sign == "|" { rest.strip_prefix('_').unwrap_or(rest) } else { rest };
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_fields_and_text_are_told_apart() {
        let document = read(
            "=====\nTitle\n=====\n\n:Author: Ada L, Grace\n:Date: 2026-05-14\n:Keywords: a, b\n\n\
             Some **bold** ``code`` and a `link <https://x.example>`_ to :py:func:`~os.path`.\nSecond line.\n\n\
             .. comment\n   hidden\n\n.. image:: x.png\n   :alt: no\n\n.. note::\n   A note.\n\n\
             Section\n-------\n\n- one\n  more\n- two\n\nCode::\n\n    x = 1\n    y = 2\n\nEnd.\n",
        );
        assert_eq!(document.title, "Title");
        assert_eq!(document.speakers, ["Ada L", "Grace"]);
        assert_eq!((document.date.as_deref(), document.tags.len()), (Some("2026-05-14"), 2));
        assert_eq!(
            document.text,
            "Some bold code and a link to os.path. Second line.\n\nA note.\n\nSection\n\n\
             - one more\n- two\n\nCode:\n\nx = 1\ny = 2\n\nEnd."
        );
    }

    #[test]
    fn broken_markup_stays_as_it_is() {
        assert_eq!(read("a * b ` c | d").text, "a * b ` c | d");
        assert_eq!(read("..").text, "");
        assert_eq!(read("=\n").text, "=");
        assert_eq!(read("x\n==\n").title, "x");
        assert_eq!(inline("\\*a\\* *b*"), "*a* b");
    }
}

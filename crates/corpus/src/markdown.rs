//! Markdown files.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::Document;
use crate::blocks::Blocks;
use crate::html::Html;
use crate::language::language_code;
use crate::plain;

/// The document in a Markdown text; the title is empty where it has none.
///
/// The title is that of the front matter, in YAML or TOML, else the first heading of the first level,
/// which is then not part of the text.
pub(crate) fn read(raw: &str) -> Document {
    let clean = plain::text(raw.into());
    let mut document = Document::default();
    let body = if let Some((front, body)) = split_front_matter(&clean, "+++", &["+++"])
        && let Ok(table) = toml::from_str::<toml::Table>(front)
    {
        take_toml(&mut document, &table);
        body
    } else if let Some((front, body)) = split_front_matter(&clean, "---", &["---", "..."]) {
        for (key, values) in front_matter(front) {
            take(&mut document, key, &values);
        }
        body
    } else {
        &clean
    };
    let (heading, text) = plain_text(body, &document.title);
    if document.title.is_empty() {
        document.title = heading;
    }
    document.text = text;
    document
}

/// What a key of the front matter says of the document.
fn take(document: &mut Document, key: &str, values: &[&str]) {
    let names = || plain::names(values.iter().copied());
    match key {
        "title" => document.title = plain::single_line(&values.join(", ")),
        "date" => document.date = first_line(values),
        "language" | "lang" => {
            let code = values.first().and_then(|value| language_code(value));
            document.language = code.map(str::to_owned);
        }
        "tags" => document.tags = names(),
        "speakers" => document.speakers = names(),
        "author" | "authors" if document.speakers.is_empty() => document.speakers = names(),
        _ => {}
    }
}

/// The same of all keys, and of those in the tables where Zola has them.
fn take_toml(document: &mut Document, table: &toml::Table) {
    for (key, value) in table {
        if matches!(key.as_str(), "taxonomies" | "extra")
            && let toml::Value::Table(inner) = value
        {
            take_toml(document, inner);
            continue;
        }
        let items = match value {
            toml::Value::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        let items: Vec<String> = items.iter().filter_map(scalar).collect();
        let is_list = !value.is_array() && is_list(key);
        let values = items.iter().flat_map(|item| item.split(if is_list { ',' } else { '\0' }));
        take(document, key, &values.collect::<Vec<_>>());
    }
}

/// A value on one line; of a moment the day, as times have parts of their own.
fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Datetime(moment) => Some(match moment.date {
            Some(day) => day.to_string(),
            None => moment.to_string(),
        }),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => {
            Some(value.to_string())
        }
        toml::Value::Array(_) | toml::Value::Table(_) => None,
    }
}

/// Whether a text under this key is several names between commas.
fn is_list(key: &str) -> bool {
    matches!(key, "tags" | "speakers" | "author" | "authors")
}

fn first_line(values: &[&str]) -> Option<String> {
    values.first().map(|value| plain::single_line(value)).filter(|value| !value.is_empty())
}

/// The lines between the `first` of a text and the next line that is one of `ends`, and the rest; none
/// for a text that does not begin so.
fn split_front_matter<'t>(text: &'t str, first: &str, ends: &[&str]) -> Option<(&'t str, &'t str)> {
    let after = text.strip_prefix(first)?.strip_prefix('\n')?;
    let mut end = 0;
    for line in after.split_inclusive('\n') {
        if ends.contains(&line.trim_end()) {
            return Some((&after[..end], &after[end + line.len()..]));
        }
        end += line.len();
    }
    None
}

/// The keys and values of lines `key: value`, `key: [a, b]`, and `key:` followed by lines `- a`.
/// Other lines of YAML are passed over.
fn front_matter(lines: &str) -> Vec<(&str, Vec<&str>)> {
    let mut pairs: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines.lines() {
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some((_, values)) = pairs.last_mut() {
                values.push(unquoted(item));
            }
        } else if !line.starts_with([' ', '\t', '#'])
            && let Some((key, value)) = line.split_once(':')
        {
            let value = value.trim();
            let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let values = match inner {
                Some(list) => list.split(',').map(unquoted).collect(),
                None if value.is_empty() => Vec::new(),
                None if is_list(key.trim()) => value.split(',').map(unquoted).collect(),
                None => vec![unquoted(value)],
            };
            pairs.push((key.trim(), values));
        }
    }
    pairs
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

/// The first heading of the first level, where there is no `title` yet, and the text without it.
fn plain_text(markdown: &str, title: &str) -> (String, String) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut blocks = Blocks::default();
    let mut heading = String::new();
    let mut in_heading = false;
    // What describes an image is seen where the image is not.
    let mut n_images = 0_usize;
    let mut markup = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Image { .. }) => n_images += 1,
            Event::End(TagEnd::Image) => n_images -= 1,
            _ if n_images > 0 => {}
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. })
                if title.is_empty() && heading.is_empty() =>
            {
                in_heading = true;
            }
            Event::End(TagEnd::Heading(_)) if in_heading => {
                in_heading = false;
                heading = plain::single_line(&heading);
            }
            Event::Text(run) | Event::Code(run) if in_heading => heading.push_str(&run),
            Event::SoftBreak | Event::HardBreak if in_heading => heading.push(' '),
            Event::Html(piece) => markup.push_str(&piece),
            Event::End(TagEnd::HtmlBlock) => {
                write_markup(&mut blocks, &std::mem::take(&mut markup));
            }
            event => write(&mut blocks, &event),
        }
    }
    (heading, blocks.finish())
}

fn write(blocks: &mut Blocks, event: &Event<'_>) {
    match event {
        Event::Start(Tag::Item) => blocks.open_item(),
        Event::End(TagEnd::Item) => blocks.close_item(),
        Event::Start(Tag::CodeBlock(_)) => blocks.open_preformatted(),
        Event::End(TagEnd::CodeBlock) => blocks.close_preformatted(),
        Event::Start(Tag::TableRow | Tag::TableHead)
        | Event::End(TagEnd::TableRow | TagEnd::TableHead) => blocks.line(),
        Event::Start(Tag::TableCell) | Event::End(TagEnd::TableCell) => blocks.space(),
        Event::SoftBreak => blocks.wrap(),
        Event::Start(
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Table(_)
            | Tag::FootnoteDefinition(_),
        )
        | Event::End(
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Table
            | TagEnd::FootnoteDefinition,
        )
        | Event::Rule => blocks.paragraph(),
        Event::HardBreak => blocks.line_break(),
        Event::Text(run) | Event::Code(run) => blocks.text(run),
        _ => {}
    }
}

/// A block of HTML among the Markdown: its text.
fn write_markup(blocks: &mut Blocks, markup: &str) {
    let text = Html::parse(markup).root().block_text();
    blocks.paragraph();
    for paragraph in text.split("\n\n") {
        for line in paragraph.lines() {
            if let Some(item) = line.strip_prefix("- ") {
                blocks.open_item();
                blocks.text(item);
                blocks.close_item();
            } else {
                blocks.text(line);
                blocks.line();
            }
        }
        blocks.paragraph();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, title: &str, text: &str) {
        let document = read(markdown);
        assert_eq!((document.title.as_str(), document.text.as_str()), (title, text));
    }

    #[test]
    fn the_first_heading_is_the_title_and_markup_is_stripped() {
        check(
            "Intro\n\n# The *real* `title`\n\nSome **bold** [link](https://x.example) text\n\
             in  two lines.\\\nThird.\n\n# Other\n\n## Sub\n\n[text](x.md)",
            "The real title",
            "Intro\n\nSome bold link text in two lines.\nThird.\n\nOther\n\nSub\n\ntext",
        );
        check("no heading", "", "no heading");
        check("", "", "");
    }

    #[test]
    fn lists_quotes_tables_and_code_are_kept_as_text() {
        check(
            "- a\n- b\n  - c\n\n1. d\n\n> quote\n\n```python\ndef f():\n    return 1\n\nx\n```\n\n\
             | h | i |\n|---|---|\n| j | k |\n\n- [x] done\n",
            "",
            "- a\n- b\n- c\n\n- d\n\nquote\n\ndef f():\n    return 1\n\nx\n\nh i\nj k\n\n- done",
        );
    }

    #[test]
    fn images_and_badges_are_no_text() {
        check(
            "# Name ![logo](l.png)\n\n[![build passing](b.svg)](https://ci.example) \
             [![docs][d]](https://docs.example)\n\nSee ![a *b* ![c](c.png)](a.png) this.\n\n[d]: d.svg",
            "Name",
            "See this.",
        );
    }

    #[test]
    fn chinese_lines_go_on_in_the_next() {
        check(
            "# 标题\n机器学\n习和 Python\n语言\n\n- 学\n- 习",
            "标题",
            "机器学习和 Python 语言\n\n- 学\n- 习",
        );
    }

    #[test]
    fn html_blocks_give_their_text() {
        check(
            "<div>\n<b>bold</b>\n<ul><li>i<li>j</ul></div>\n\ntext <span>in</span>line\n\n\
             <script>\nx\n</script>\n",
            "",
            "bold\n\n- i\n- j\n\ntext inline",
        );
    }

    #[test]
    fn front_matter_is_read_and_not_part_of_the_text() {
        let document = read(
            "---\ntitle: \"A: title\"\ndate: 2026-05-14\ntags: [one, 'two']\nspeakers:\n  - Ada B.\n\
             - Grace\nlanguage: en-GB\nextra:\n  title: no\n# title: no\n---\n# Heading\n\nText\n",
        );
        assert_eq!(document.title, "A: title");
        assert_eq!(document.text, "Heading\n\nText");
        assert_eq!(document.date.as_deref(), Some("2026-05-14"));
        assert_eq!(document.tags, ["one", "two"]);
        assert_eq!(document.speakers, ["Ada B.", "Grace"]);
        assert_eq!(document.language.as_deref(), Some("en"));
        assert_eq!(read("---\ntags: a, b\n...\nx").tags, ["a", "b"]);
    }

    #[test]
    fn front_matter_in_toml_is_read_as_that_in_yaml() {
        let document = read(
            "+++\ntitle = 'A: \"title\"'\ndate = 2026-05-14T10:00:00+02:00\ndraft = false\n\
             tags = [\n  \"one\", # the first\n  \"two\",\n]\nauthors = \"Ada B., Grace\"\n\
             [params]\ntitle = \"no\"\n[extra]\nlang = \"de\"\n+++\n# Heading\n\nText\n",
        );
        assert_eq!(
            (document.title.as_str(), document.text.as_str()),
            ("A: \"title\"", "Heading\n\nText")
        );
        assert_eq!(document.date.as_deref(), Some("2026-05-14"));
        assert_eq!(document.tags, ["one", "two"]);
        assert_eq!(document.speakers, ["Ada B.", "Grace"]);
        assert_eq!(document.language.as_deref(), Some("de"));
        let zola = read("+++\ndate = \"14 May\"\n[taxonomies]\ntags = [\"a\", 3]\n+++\nx");
        assert_eq!(
            (zola.date.as_deref(), &zola.tags[..]),
            (Some("14 May"), &["a".into(), "3".into()][..])
        );
        assert_eq!(read("---\nauthor: Ada, Grace\n---\nx").speakers, ["Ada", "Grace"]);
        check("+++\n\ntext\n+++\n", "", "+++\n\ntext +++");
    }

    #[test]
    fn a_rule_at_the_start_is_no_front_matter() {
        check("---\n\ntext", "", "text");
        check("---\ntitle: x\n", "", "title: x");
    }
}

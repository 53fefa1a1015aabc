//! The pages of the conference's own site.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use super::talks::Talk;

/// The name of the conference.
pub(super) const CONFERENCE: &str = "Lantern Conf 2026";

const SCHEDULE: &str = include_str!("../../demo/templates/schedule.html");
const TALK: &str = include_str!("../../demo/templates/talk.html");

/// Every page as its path below the root of the site and its HTML.
pub(super) fn pages(talks: &[Talk]) -> anyhow::Result<Vec<(String, String)>> {
    let mut environment = Environment::new();
    environment.add_template("schedule.html", SCHEDULE)?;
    environment.add_template("talk.html", TALK)?;
    let schedule = environment
        .get_template("schedule.html")?
        .render(context! { conference => CONFERENCE, talks => Value::from(Serde(talks)) })?;
    let mut pages = vec![
        ("index.html".to_owned(), schedule.clone()),
        ("schedule/index.html".to_owned(), schedule),
    ];
    let template = environment.get_template("talk.html")?;
    for talk in talks {
        let blocks = blocks(&talk.text);
        let page = template.render(context! {
            conference => CONFERENCE,
            talk => Value::from(Serde(talk)),
            blocks => Value::from(Serde(&blocks)),
        })?;
        pages.push((format!("talk/{}/index.html", talk.slug), page));
    }
    Ok(pages)
}

/// A paragraph, or a list as its items.
#[derive(Debug, PartialEq, Serialize)]
struct Block<'a> {
    is_list: bool,
    lines: Vec<&'a str>,
}

/// The paragraphs and lists of a text; a list may follow a line of its paragraph directly.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim) {
        let (is_list, line) = match line.strip_prefix("- ") {
            Some(item) => (true, item),
            None => (false, line),
        };
        match blocks.last_mut() {
            Some(block) if goes_on && block.is_list == is_list && !line.is_empty() => {
                block.lines.push(line);
            }
            _ if !line.is_empty() => blocks.push(Block { is_list, lines: vec![line] }),
            _ => {}
        }
        goes_on = !line.is_empty();
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        let found = blocks("\nOne\ntwo:\n- a\n- b\n\nThree\n");
        let expected =
            [(false, vec!["One", "two:"]), (true, vec!["a", "b"]), (false, vec!["Three"])];
        assert_eq!(found, expected.map(|(is_list, lines)| Block { is_list, lines }));
    }
}

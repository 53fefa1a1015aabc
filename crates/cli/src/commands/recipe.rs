//! `topicmill recipe`

use corpus::Document;

use crate::args::{RecipeLearn, RecipeTest};
use crate::commands::{end, print};
use crate::exit::{Exit, Usage};
use crate::settings;

/// Documents that are shown.
const SAMPLES: usize = 3;

/// `topicmill recipe list`
pub(crate) fn list() -> anyhow::Result<Exit> {
    let mut lines = String::new();
    for name in crawl::Recipe::builtin_names() {
        let recipe = crawl::Recipe::builtin(name)?;
        let start: Vec<&str> = recipe.start().iter().map(AsRef::as_ref).collect();
        lines.push_str(&format!("{name}  {}\n", start.join(" ")));
    }
    print(lines.as_bytes())?;
    Ok(Exit::Done)
}

/// `topicmill recipe test`
pub(crate) fn test(args: &RecipeTest) -> anyhow::Result<Exit> {
    let config = settings::config(&args.common, Some(&args.sources), None)?;
    let run = settings::run(&args.common)?;
    let here = std::path::Path::new("");
    let options = settings::options(&args.common, Some(here))?;
    let (documents, report) = pipeline::documents(&config, &options, &run)?;
    if args.common.json {
        print(&report.to_json()?)?;
        return Ok(end(&report, &args.common));
    }
    let mut text = String::new();
    for site in &report.sites {
        text.push_str(&format!("{}  confidence {}\n", site.url, site.confidence));
        for (part, share) in &site.coverage {
            text.push_str(&format!("  {part:<10} {:>4.0}%\n", share * 100.0));
        }
    }
    text.push_str(&format!("{} documents\n", documents.len()));
    let step = (documents.len() / SAMPLES).max(1);
    for document in documents.iter().step_by(step).take(SAMPLES) {
        text.push_str(&sample(document));
    }
    if let Some(lock) = &report.lock {
        text.push_str(&format!("\n{lock}"));
    }
    print(text.as_bytes())?;
    Ok(end(&report, &args.common))
}

fn sample(document: &Document) -> String {
    let start: String = document.text.chars().take(200).collect();
    let mut lines = format!("\n{}\n  title     {}\n", document.id, document.title);
    for (part, value) in [
        ("speakers", document.speakers.join(", ")),
        ("tags", document.tags.join(", ")),
        ("date", document.start.clone().or(document.date.clone()).unwrap_or_default()),
        ("room", document.room.clone().unwrap_or_default()),
        ("track", document.track.clone().unwrap_or_default()),
        ("text", start.replace('\n', " ")),
    ] {
        let value = if value.is_empty() { "–" } else { &value };
        lines.push_str(&format!("  {part:<9} {value}\n"));
    }
    lines
}

/// `topicmill recipe learn`
pub(crate) fn learn(args: &RecipeLearn) -> anyhow::Result<Exit> {
    let example = parts(&args.example).ok_or_else(|| Usage {
        message: format!("the example {:?} has no part", args.example),
        hint: Some(format!(
            "write --example \"title=...,abstract=...\" with the parts {}",
            crawl::LEARNT.join(", ")
        )),
    })?;
    let options = settings::options(&args.common, None)?;
    let run = settings::run(&args.common)?;
    let config = settings::config(&args.common, None, None)?;
    let recipe = pipeline::learn(&args.start, &example, &config, &options, &run)?;
    print(recipe.as_bytes())?;
    Ok(Exit::Done)
}

/// The parts of an example: a comma ends one where the name of another follows.
fn parts(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for piece in text.split(',') {
        let named = piece.split_once('=').filter(|(name, _)| crawl::LEARNT.contains(&name.trim()));
        match (named, parts.last_mut()) {
            (Some((name, value)), _) => parts.push((name.trim().to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            (None, None) => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_may_hold_commas() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            parts("title=One, two, abstract=Text, x=y, and more").unwrap(),
            [pair("title", "One, two"), pair("abstract", "Text, x=y, and more")]
        );
        assert_eq!(parts("nothing"), None);
    }
}

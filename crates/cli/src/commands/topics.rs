//! `topicmill topics`

use anyhow::Context;
use pipeline::Results;

use crate::args::Topics;
use crate::commands::{end, print};
use crate::exit::Exit;
use crate::settings;

/// Words printed for each topic.
const WORDS: usize = 10;

pub(crate) fn run(args: &Topics) -> anyhow::Result<Exit> {
    let mut config = settings::config(&args.common, Some(&args.sources), Some(&args.topics))?;
    settings::set_column(&mut config, "title", args.title.as_ref());
    let run = settings::run(&args.common)?;
    let found = pipeline::topics(&config, &settings::options(&args.common, None)?, &run)?;
    if let Some(path) = &args.out {
        std::fs::write(path, found.model.to_bytes()?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.common.json {
        print(&found.to_json()?)?;
    } else {
        print(table(&found.results).as_bytes())?;
    }
    Ok(end(&found.report, &args.common))
}

/// Share, title and first words of every topic, and how good they are.
fn table(results: &Results) -> String {
    let width = results.topics.iter().map(|topic| topic.title.chars().count()).max().unwrap_or(0);
    let mut table = String::new();
    for topic in &results.topics {
        let terms = results.vocabulary.terms();
        let words: Vec<&str> =
            topic.terms.iter().take(WORDS).map(|t| terms[t.column as usize].as_str()).collect();
        let share = topic.share * 100.0;
        table.push_str(&format!("{share:>4.0}%  {:<width$}  {}\n", topic.title, words.join(" ")));
    }
    let figure = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    let quality = results.quality;
    table.push_str(&format!(
        "\n{} documents, {} terms, coherence {} ({} on documents left out), diversity {}\n",
        results.documents.len(),
        results.vocabulary.len(),
        figure(quality.npmi),
        figure(quality.npmi_held_out),
        figure(quality.diversity),
    ));
    table
}

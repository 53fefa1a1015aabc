//! `topicmill topics`

use anyhow::Context;
use pipeline::{Report, Results};

use crate::args::Topics;
use crate::commands::{end, print};
use crate::exit::Exit;
use crate::settings;
use crate::size::Bytes;

/// Words printed for each topic.
const WORDS: usize = 10;

pub(crate) fn run(args: &Topics) -> anyhow::Result<Exit> {
    let mut config = settings::config(&args.common, Some(&args.sources), Some(&args.topics))?;
    settings::set_column(&mut config, "title", args.title.as_ref());
    config.output.clone_from(&args.out);
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
        print(spilled(&found.report, run.memory()).as_bytes())?;
    }
    Ok(end(&found.report, &args.common))
}

/// How much lay on disk, and how much memory it took, with a word where that was more than the `limit`;
/// nothing when all was in memory.
fn spilled(report: &Report, limit: Option<u64>) -> String {
    let bytes: u64 = report.stages.iter().map(|stage| stage.spilled_bytes).sum();
    let memory = report.stages.iter().map(|stage| stage.peak_rss_bytes).max().unwrap_or(0);
    if bytes == 0 {
        return String::new();
    }
    let beyond = match limit {
        Some(limit) if limit < memory => {
            format!(": more than {}, which words and topics alone may need", Bytes(limit))
        }
        _ => String::new(),
    };
    let (bytes, memory) = (Bytes(bytes), Bytes(memory));
    format!("learned from disk, {bytes} of it, in up to {memory} of memory{beyond}\n")
}

/// Share, title and first words of every topic, and how good they are.
fn table(results: &Results) -> String {
    let width = results.topics.iter().map(|topic| topic.title.chars().count()).max().unwrap_or(0);
    let mut table = String::new();
    for topic in &results.topics {
        let terms = results.vocabulary.terms();
        let words: Vec<&str> =
            topic.terms.iter().take(WORDS).map(|t| &terms[t.column as usize]).collect();
        let share = topic.share * 100.0;
        table.push_str(&format!("{share:>4.0}%  {:<width$}  {}\n", topic.title, words.join(" ")));
    }
    let figure = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    let quality = results.quality;
    table.push_str(&format!(
        "\n{} documents, {} terms, coherence {} ({} on documents left out), diversity {}\n",
        results.n_documents,
        results.vocabulary.len(),
        figure(quality.npmi),
        figure(quality.npmi_held_out),
        figure(quality.diversity),
    ));
    table
}

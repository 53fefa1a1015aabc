//! `topicmill build`

use pipeline::{Config, Overwrite, Report};
use std::io::{self, Write};
use std::path::Path;

use crate::args::{Build, Common};
use crate::commands::{end, print};
use crate::exit::Exit;
use crate::settings;

pub(crate) fn run(args: &Build) -> anyhow::Result<Exit> {
    let mut config = settings::config(&args.common, Some(&args.sources), Some(&args.topics))?;
    if args.title.is_some() {
        config.title.clone_from(&args.title);
    }
    config.keep_topics = args.keep_topics;
    config.previous.clone_from(&args.previous);
    let overwrite = if args.force { Overwrite::Anything } else { Overwrite::OwnSites };
    build(&config, (&args.out, overwrite), &args.common)
}

/// Builds, and prints where the site is or the report.
pub(super) fn build(
    config: &Config,
    out: (&Path, Overwrite),
    common: &Common,
) -> anyhow::Result<Exit> {
    let run = settings::run(common)?;
    let report = pipeline::build(config, &settings::options(common, Some(out.0))?, out, &run)?;
    if common.json {
        print(&report.to_json()?)?;
    } else {
        print(summary(&report, out.0).as_bytes())?;
    }
    if config.base_url.is_none() && !common.quiet {
        let note = "note: without base_url there is no sitemap.xml, feed.xml and opensearch.xml\n";
        // Nobody can be told when standard error is closed.
        drop(io::stderr().lock().write_all(note.as_bytes()));
    }
    Ok(end(&report, common))
}

fn summary(report: &Report, out: &Path) -> String {
    let documents = report.documents.kept;
    let topics = report.results.map_or(0, |results| results.topics);
    let index = out.join("index.html");
    let plural = if topics == 1 { "" } else { "s" };
    format!(
        "{documents} documents in {topics} topic{plural}, {:.1} s: {}\n",
        report.seconds,
        index.display()
    )
}

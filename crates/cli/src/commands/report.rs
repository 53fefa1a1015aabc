//! `topicmill report`

use pipeline::{CacheMode, Options, Report, Rerun, Stage};

use crate::args::{Graph, ReportArgs};
use crate::commands::print;
use crate::exit::{Exit, Usage};
use crate::settings;
use crate::size::Bytes;

pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    if let Some(step) = &args.rerun {
        return rerun(args, step);
    }
    let report = Report::read(&args.out)?;
    if let Some(name) = &args.why {
        print(report.why(stage(&report, name)?).as_bytes())?;
    } else if let Some(Graph::Svg) = args.graph {
        print(report.graph().as_bytes())?;
    } else if args.json {
        print(&report.to_json()?)?;
    } else {
        print(table(&report).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn rerun(args: &ReportArgs, step: &str) -> anyhow::Result<Exit> {
    let options = Options {
        cache: settings::cache(args.cache.as_deref())?,
        cache_mode: CacheMode::Offline,
        lock: Some(args.out.join(pipeline::LOCK_FILE)),
        headers: Vec::new(),
    };
    let rerun = pipeline::rerun(&args.out, step, &options, &settings::quiet_run()?)?;
    if args.json {
        let json = serde_json::json!({ "stage": rerun.stage, "before": rerun.before });
        print(format!("{json}\n").as_bytes())?;
    } else {
        print(told(&rerun).as_bytes())?;
    }
    Ok(if rerun.differs() { Exit::Failed } else { Exit::Done })
}

/// What the step was made from, what it made, and whether the build got the same.
fn told(rerun: &Rerun) -> String {
    let Stage { stage, seconds, items, inputs, output, peak_rss_bytes, .. } = &rerun.stage;
    let memory = Bytes(*peak_rss_bytes);
    let mut text = format!("{stage} ran alone: {seconds:.2} s, {items} items, up to {memory}\n");
    for (input, digest) in inputs {
        text.push_str(&format!("  from {input} {digest}\n"));
    }
    if let Some(output) = output {
        text.push_str(&format!("  made {output}\n"));
    }
    text.push_str(&match &rerun.before {
        None => "the site that stands was not made from the same\n".to_owned(),
        Some(_) if !rerun.differs() => "the build got the same\n".to_owned(),
        Some(before) => format!("the build got another result: {before}\n"),
    });
    text
}

fn stage<'a>(report: &'a Report, name: &str) -> Result<&'a Stage, Usage> {
    report.stages.iter().find(|stage| stage.stage == name).ok_or_else(|| {
        let names: Vec<&str> = report.stages.iter().map(|stage| stage.stage.as_ref()).collect();
        Usage {
            message: format!("the report has no stage {name:?}, it has {}", names.join(", ")),
            hint: None,
        }
    })
}

/// The stages with what came from the cache, and how long they take without it.
fn table(report: &Report) -> String {
    let mut text =
        "stage         seconds     clean      from cache      items     memory\n".to_owned();
    for stage in &report.stages {
        let clean = stage.clean_seconds.map_or("–".to_owned(), |clean| format!("{clean:.2}"));
        let cached = match (stage.hits, stage.misses) {
            (0, 0) => if stage.cached { "all" } else { "–" }.to_owned(),
            (hits, misses) => format!("{hits} of {}", hits + misses),
        };
        let memory = Bytes(stage.peak_rss_bytes).to_string();
        text.push_str(&format!(
            "{:<10} {:>10.2} {clean:>9} {cached:>15} {:>10} {memory:>10}\n",
            stage.stage, stage.seconds, stage.items
        ));
    }
    let documents = &report.documents;
    text.push_str(&format!(
        "\n{:.2} s on {} threads; {} documents of {} found, {} fetched, {} dropped\n",
        report.seconds,
        report.threads,
        documents.kept,
        documents.found,
        documents.fetched,
        documents.dropped.len(),
    ));
    if let Some(results) = report.results {
        text.push_str(&format!(
            "{} files, {} of them as the build before left them\n",
            results.files, results.unchanged
        ));
    }
    text
}

//! `topicmill crawl`

use std::path::Path;

use anyhow::Context;

use crate::args::Crawl;
use crate::commands::{end, print};
use crate::exit::{Exit, Usage};
use crate::settings;

pub(crate) fn run(args: &Crawl) -> anyhow::Result<Exit> {
    let to_stdout = args.out == Path::new("-");
    let ending = args.out.extension().and_then(|ending| ending.to_str());
    if !to_stdout && ending != Some("jsonl") {
        return Err(Usage {
            message: format!("documents are written as .jsonl, got {}", args.out.display()),
            hint: Some("name a file ending in .jsonl, or - for standard output".to_owned()),
        }
        .into());
    }
    let mut config = settings::config(&args.common, Some(&args.sources), None)?;
    settings::set_column(&mut config, "title", args.title.as_ref());
    let run = settings::run(&args.common)?;
    // Standard output has no folder to keep a recipe in.
    let folder = (!to_stdout).then(|| args.out.parent().unwrap_or(Path::new("")));
    let (documents, report) =
        pipeline::documents(&config, &settings::options(&args.common, folder)?, &run)?;
    let mut lines = Vec::new();
    pipeline::write_documents(&documents, &mut lines)?;
    if to_stdout {
        print(&lines)?;
    } else {
        write(&args.out, &lines)?;
        if let (Some(folder), Some(lock)) = (folder, &report.lock) {
            write(&folder.join(pipeline::LOCK_FILE), lock.as_bytes())?;
        }
        if args.common.json {
            print(&report.to_json()?)?;
        } else {
            print(format!("{} documents: {}\n", documents.len(), args.out.display()).as_bytes())?;
        }
    }
    Ok(end(&report, &args.common))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

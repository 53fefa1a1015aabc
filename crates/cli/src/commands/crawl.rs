//! `topicmill crawl`

use std::path::Path;
use std::{fs, io};

use anyhow::Context;
use pipeline::Format;

use crate::args::Crawl;
use crate::commands::{end, print};
use crate::exit::{Exit, Usage};
use crate::settings;

pub(crate) fn run(args: &Crawl) -> anyhow::Result<Exit> {
    let to_stdout = args.out == Path::new("-");
    let format = if to_stdout { Some(Format::LINES) } else { Format::of(&args.out) };
    let Some(format) = format else {
        return Err(Usage {
            message: format!(
                "documents are written as .jsonl, .csv or .parquet (.jsonl and .csv also with .gz \
                 or .zst), got {}",
                args.out.display()
            ),
            hint: Some(
                "name a file with one of these endings, or - for standard output".to_owned(),
            ),
        }
        .into());
    };
    let mut config = settings::config(&args.common, Some(&args.sources), None)?;
    settings::set_column(&mut config, "title", args.title.as_ref());
    let run = settings::run(&args.common)?;
    // Standard output has no folder to keep a recipe in.
    let folder = (!to_stdout).then(|| args.out.parent().unwrap_or(Path::new("")));
    let (documents, report) =
        pipeline::documents(&config, &settings::options(&args.common, folder)?, &run)?;
    let bytes = pipeline::documents_as(&documents, format)?;
    if to_stdout {
        print(&bytes)?;
    } else {
        write(&args.out, &bytes)?;
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
    written_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a file that is there as a whole or not at all, whenever the program is killed. What is no
/// file, such as a pipe, is written to as it is.
fn written_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Of a link what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (true, Some(name)) = (!target.exists() || target.is_file(), target.file_name()) else {
        return fs::write(path, bytes);
    };
    let partial = target.with_file_name(format!(".{}.partial", name.to_string_lossy()));
    if fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, &target)).is_ok() {
        return Ok(());
    }
    // A folder that takes no further file may hold one that can be written.
    drop(fs::remove_file(&partial));
    fs::write(path, bytes)
}

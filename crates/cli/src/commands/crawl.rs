//! `topicmill crawl`

use std::io::{self, BufWriter, Write};
use std::path::Path;

use jobs::Run;
use pipeline::{Config, DocumentsWriter, Format, Options, Report};

use crate::args::Crawl;
use crate::commands::{end, print};
use crate::exit::{Exit, Usage};
use crate::new_file::NewFile;
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
    config.output = (!to_stdout).then(|| args.out.clone());
    let run = settings::run(&args.common)?;
    // Standard output has no folder to keep a recipe in.
    let folder = (!to_stdout).then(|| args.out.parent().unwrap_or(Path::new("")));
    let options = settings::options(&args.common, folder)?;
    if to_stdout {
        let out = BufWriter::new(io::stdout());
        let report = crawl(&config, &options, &run, (out, &args.out, format))?.report;
        return Ok(end(&report, &args.common));
    }
    let file = NewFile::create(&args.out).map_err(|source| unwritable(&args.out, source))?;
    let Crawled { report, out, n_documents } =
        crawl(&config, &options, &run, (file, &args.out, format))?;
    out.finish().map_err(|source| unwritable(&args.out, source))?;
    if let (Some(folder), Some(lock)) = (folder, &report.lock) {
        let path = folder.join(pipeline::LOCK_FILE);
        let written = NewFile::create(&path).and_then(|mut file| {
            file.write_all(lock.as_bytes())?;
            file.finish()
        });
        written.map_err(|source| unwritable(&path, source))?;
    }
    if args.common.json {
        print(&report.to_json()?)?;
    } else {
        let documents = if n_documents == 1 { "document" } else { "documents" };
        print(format!("{n_documents} {documents}: {}\n", args.out.display()).as_bytes())?;
    }
    Ok(end(&report, &args.common))
}

/// What was written, and to what.
struct Crawled<W> {
    report: Report,
    out: W,
    n_documents: usize,
}

/// Writes each document while others are still being read.
fn crawl<W: Write + Send>(
    config: &Config,
    options: &Options,
    run: &Run,
    (out, path, format): (W, &Path, Format),
) -> anyhow::Result<Crawled<W>> {
    let failed = |source| unwritable(path, source);
    let mut writer = DocumentsWriter::new(out, format).map_err(failed)?;
    let mut n_documents = 0;
    let report = pipeline::documents_each(config, options, run, &mut |document| {
        n_documents += 1;
        writer.write(document).map_err(failed)
    })?;
    Ok(Crawled { report, out: writer.finish().map_err(failed)?, n_documents })
}

fn unwritable(path: &Path, source: io::Error) -> pipeline::Error {
    pipeline::Error::Write { path: path.to_owned(), source }
}

//! `topicmill infer`

use pipeline::Model;

use crate::args::Infer;
use crate::commands::{end, print};
use crate::exit::Exit;
use crate::settings;

pub(crate) fn run(args: &Infer) -> anyhow::Result<Exit> {
    let model = Model::read(&args.model)?;
    let mut config = settings::config(&args.common, Some(&args.sources), None)?;
    settings::set_column(&mut config, "title", args.title.as_ref());
    let run = settings::run(&args.common)?;
    let (documents, report) =
        pipeline::infer(&model, &config, &settings::options(&args.common, None)?, &run)?;
    let mut lines = Vec::new();
    for document in &documents {
        serde_json::to_writer(&mut lines, document)?;
        lines.push(b'\n');
    }
    print(&lines)?;
    Ok(end(&report, &args.common))
}

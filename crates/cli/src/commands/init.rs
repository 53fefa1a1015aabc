//! `topicmill init`

use std::fs::OpenOptions;
use std::io::{self, Write};

use anyhow::Context;

use crate::args::Init;
use crate::commands::print;
use crate::exit::{Exit, Usage};
use crate::settings::CONFIG_FILE;

pub(crate) fn run(args: &Init) -> anyhow::Result<Exit> {
    let mut options = OpenOptions::new();
    options.write(true);
    if args.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = match options.open(CONFIG_FILE) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Usage {
                message: format!("{CONFIG_FILE} exists already"),
                hint: Some("replace it with --force".to_owned()),
            }
            .into());
        }
        opened => opened.with_context(|| format!("cannot write {CONFIG_FILE}"))?,
    };
    file.write_all(pipeline::keys::template().as_bytes())
        .with_context(|| format!("cannot write {CONFIG_FILE}"))?;
    print(format!("{CONFIG_FILE}: every setting with its default, commented out\n").as_bytes())?;
    Ok(Exit::Done)
}

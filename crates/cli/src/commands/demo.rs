//! `topicmill demo`

use pipeline::Overwrite;
use server::Server;

use crate::args::Demo;
use crate::commands::{build, serve};
use crate::demo::Conference;
use crate::exit::Exit;
use crate::settings;

pub(crate) fn run(args: &Demo) -> anyhow::Result<Exit> {
    let conference = Conference::open()?;
    let mut config = settings::config(&args.common, None, Some(&args.topics))?;
    config.sources = vec![pipeline::SourceEntry::from(conference.start())];
    config.crawl.recipe = Some(conference.recipe().to_string_lossy().into_owned());
    let exit = build::build(&config, (&args.out, Overwrite::OwnSites), &args.common)?;
    if args.serve {
        // The conference's own pages stay up too, so that links to them work.
        return serve::serve(Server::bind(&args.out, args.listen)?);
    }
    conference.close();
    Ok(exit)
}

//! `topicmill serve`

use server::Server;

use crate::args::Serve;
use crate::commands::print;
use crate::exit::Exit;

pub(crate) fn run(args: &Serve) -> anyhow::Result<Exit> {
    serve(Server::bind(&args.out, args.listen)?)
}

/// Says where the site is and serves it until the program is ended.
pub(super) fn serve(server: Server) -> anyhow::Result<Exit> {
    print(format!("http://{}/ (end with Ctrl-C)\n", server.address()).as_bytes())?;
    server.run()?;
    Ok(Exit::Done)
}

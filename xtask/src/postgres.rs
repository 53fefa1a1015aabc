//! The PostgreSQL that tests ask: installed where that is possible, one server for a whole run.

mod cluster;

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command::install;

use cluster::{Server, VARIABLE};

/// The server of a run of tests, which ends with it.
pub(crate) struct Postgres(Option<Server>);

/// Installs PostgreSQL when it is missing and we may.
pub(crate) fn install_missing(root: &Path) {
    if cluster::programs().is_none()
        && env::var_os(VARIABLE).is_none()
        && let Err(why) = install(root, &["postgresql"])
    {
        println!("PostgreSQL is not installed: {why}");
    }
}

impl Postgres {
    /// Starts a server. Without one the tests that need it are skipped, and it is said here why.
    pub(crate) fn start() -> Self {
        let server = Server::start();
        if let Err(why) = &server {
            println!("SKIPPED: the tests with PostgreSQL: {why}");
        }
        Self(server.ok())
    }

    /// Tells `command` where the server is.
    pub(crate) fn tell(&self, command: &mut Command) {
        if let Some(server) = &self.0 {
            command.env(VARIABLE, server.url());
        }
    }
}

//! A PostgreSQL of the tests' own: a cluster in a temporary folder, on loopback, without a password.
//!
//! It needs nothing but the standard library, so that tests of other packages take this file as a
//! module of theirs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

/// The variable with the address of a server that tests may use: `postgres://USER@HOST:PORT/NAME`.
pub(crate) const VARIABLE: &str = "TOPICMILL_TEST_POSTGRES";

/// Clusters that this process has started, so that each has a folder of its own.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A server, which ends with it when it was started for it.
pub(crate) struct Server {
    url: String,
    own: Option<Cluster>,
}

struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
}

impl Server {
    /// The server that the environment names, or a new one.
    ///
    /// # Errors
    /// Why there is none, for who reads that a test was skipped: PostgreSQL is not installed, or
    /// does not start.
    pub(crate) fn start() -> Result<Self, String> {
        if let Ok(url) = env::var(VARIABLE)
            && !url.is_empty()
        {
            return Ok(Self { url, own: None });
        }
        Self::start_own(None)
    }

    /// A new server that offers encryption with the certificate and the key in these PEM texts, and
    /// takes connections without it too. Its address names none of it.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    #[allow(dead_code, reason = "not all that take this file want it")]
    pub(crate) fn start_encrypted(certificate: &str, key: &str) -> Result<Self, String> {
        Self::start_own(Some((certificate, key)))
    }

    fn start_own(encryption: Option<(&str, &str)>) -> Result<Self, String> {
        let programs = programs().ok_or(
            "PostgreSQL is not installed (as root on Debian, cargo xtask test installs it; else \
             apt-get install postgresql)",
        )?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("topicmill-postgres-{}-{count}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let cluster = Cluster { folder, programs };
        let port = cluster.start(encryption)?;
        let url = format!("postgres://topicmill@127.0.0.1:{port}/postgres");
        Ok(Self { url, own: Some(cluster) })
    }

    /// Its address, for any client: `postgres://topicmill@127.0.0.1:PORT/postgres`. Others may use
    /// it at the same time: tables are temporary, or have names of their own.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(cluster) = &self.own {
            cluster.stop();
        }
    }
}

impl Cluster {
    fn start(&self, encryption: Option<(&str, &str)>) -> Result<u16, String> {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|socket| socket.local_addr())
            .map_err(|error| format!("no free port on loopback: {error}"))?
            .port();
        // PostgreSQL refuses to run as root: the folder is its own user's then.
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(&self.folder))?;
        }
        let data = self.folder.join("data");
        let locale =
            ["-A", "trust", "-U", "topicmill", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];
        done(self.command("initdb").arg("-D").arg(&data).args(locale))?;
        let mut options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        );
        if let Some((certificate, key)) = encryption {
            write_secret(&data.join("server.crt"), certificate)?;
            write_secret(&data.join("server.key"), key)?;
            options += " -c ssl=on";
        }
        let mut start = self.command("pg_ctl");
        start.arg("-D").arg(&data).arg("-w").arg("-l").arg(self.folder.join("log"));
        done(start.arg("-o").arg(options).arg("start"))?;
        Ok(port)
    }

    /// Ends the server, which keeps nothing; one that never started has nothing to end.
    fn stop(&self) {
        let data = self.folder.join("data");
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(data).args(["-m", "immediate", "stop"]);
        // What is left of a temporary folder harms nobody.
        done(&mut stop)
            .and_then(|()| fs::remove_dir_all(&self.folder).map_err(|error| error.to_string()))
            .ok();
    }

    /// A program of PostgreSQL, run as its user where we are root.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

/// Writes a file that only the server's user may read, as it wants of keys.
fn write_secret(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    if is_root() {
        done(Command::new("chown").arg("postgres").arg(path))?;
    }
    done(Command::new("chmod").arg("600").arg(path))
}

/// The folder of the newest PostgreSQL.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let version = version.ok()?;
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Runs a command without output. The server inherits no pipe of ours, which it would keep open.
fn done(command: &mut Command) -> Result<(), String> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} does not start: {error}")),
    }
}

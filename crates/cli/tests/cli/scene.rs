//! A folder to run the command in, and what a run leaves.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use server::{Server, Stop};
use tempfile::TempDir;

/// A folder of its own for every test. Commands run in it, so that paths are relative and short;
/// the page cache of the user is out of their reach.
pub(crate) struct Scene {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("the system has room for a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    #[track_caller]
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a name below the folder")).expect("a new folder");
        fs::write(&path, content).expect("a file in a folder of ours");
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    pub(crate) fn json_lines(&self, name: &str) -> Vec<serde_json::Value> {
        json_lines(&String::from_utf8(self.read(name)).expect("JSON is UTF-8"))
    }

    /// The names in a folder, sorted; none where there is no folder.
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(name)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("a folder that stands").file_name().display().to_string())
            .collect();
        names.sort();
        names
    }

    /// Runs `topicmill` with the words of `args`.
    #[track_caller]
    pub(crate) fn run(&self, args: &str) -> Outcome {
        self.run_with(args, &[])
    }

    /// Runs `topicmill` and asserts that all went well.
    #[track_caller]
    pub(crate) fn succeed(&self, args: &str) -> Outcome {
        let outcome = self.run(args);
        assert_eq!(outcome.code, Some(0), "topicmill {args}\n{}", outcome.stderr);
        outcome
    }

    /// Runs `topicmill` with `input` on standard input.
    #[track_caller]
    pub(crate) fn run_with(&self, args: &str, input: &[u8]) -> Outcome {
        self.run_all(&args.split_whitespace().collect::<Vec<_>>(), input)
    }

    /// Runs `topicmill` with arguments that may hold spaces.
    #[track_caller]
    pub(crate) fn run_words(&self, args: &[&str]) -> Outcome {
        self.run_all(args, &[])
    }

    /// Runs `topicmill` with arguments of any bytes.
    #[track_caller]
    pub(crate) fn run_bytes(&self, args: &[&OsStr]) -> Outcome {
        self.run_all(args, &[])
    }

    #[track_caller]
    fn run_all(&self, args: &[impl AsRef<OsStr>], input: &[u8]) -> Outcome {
        let mut child = Command::new(env!("CARGO_BIN_EXE_topicmill"))
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache-home"))
            .env("HOME", self.path("home"))
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built for this test");
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        let output = std::thread::scope(|scope| {
            // A program that does not read its input closes it: no failure of ours.
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().expect("a child of ours")
        });
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Every file below the folder `name` by its path, but the report, which is measured.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), "", &mut files);
        files.remove("data/report.json");
        files
    }
}

/// The objects of JSON lines.
#[track_caller]
pub(crate) fn json_lines(text: &str) -> Vec<serde_json::Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// Asserts that two trees hold the same files with the same bytes.
#[track_caller]
pub(crate) fn assert_same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert!(!a.is_empty(), "there is nothing to compare");
    assert_eq!(names(a), names(b));
    let different: Vec<_> = a.keys().filter(|name| a[*name] != b[*name]).collect();
    assert!(different.is_empty(), "different: {different:?}");
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder that stands") {
        let entry = entry.expect("a folder that stands");
        let name = format!("{prefix}{}", entry.file_name().display());
        if entry.file_type().expect("an entry that stands").is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("a file that stands"));
        }
    }
}

/// A web site on loopback, up as long as the value lives.
pub(crate) struct WebSite {
    address: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl WebSite {
    /// Serves the folder, which must hold an `index.html`.
    pub(crate) fn serve(folder: &Path) -> Self {
        let server = Server::bind(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .expect("loopback has a free port");
        let (address, stop) = (server.address(), server.stop_handle());
        let thread = std::thread::spawn(move || server.run().expect("an event loop"));
        Self { address, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for WebSite {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            // It ended by the stop or by a panic that has been reported.
            drop(thread.join());
        }
    }
}

/// A small file system of its own in the folder `name`, as long as it lives; none where that is not allowed.
#[cfg(target_os = "linux")]
pub(crate) struct SmallDisk(PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    pub(crate) fn mount(scene: &Scene, name: &str, size: &str) -> Option<Self> {
        let path = scene.path(name);
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&path);
        let done = mount.stderr(Stdio::null()).status();
        if !done.is_ok_and(|status| status.success()) {
            let line = "SKIPPED: a test of a full disk, for want of the right to mount one\n";
            Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
            return None;
        }
        Some(Self(path))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The folder of the scene cannot be removed otherwise, and the test has ended.
        drop(Command::new("umount").arg(&self.0).status());
    }
}

//! `topicmill cache`

use std::collections::BTreeMap;

use jobs::{EntryInfo, FileStore, Limits, Removed};

use crate::args::{Cache, CacheCommon};
use crate::commands::print;
use crate::exit::{Exit, Usage};
use crate::settings;
use crate::size::Bytes;

pub(crate) fn run(command: &Cache) -> anyhow::Result<Exit> {
    match command {
        Cache::Ls { common, all } => list(common, *all),
        Cache::Verify { common } => verify(common),
        Cache::Gc { common, size, age } => {
            let limits = Limits {
                bytes: size.map_or(Limits::default().bytes, |size| size.0),
                age: age.map(|age| age.0),
                ..Limits::default()
            };
            removed(common, open(common)?.collect(&limits)?)
        }
        Cache::Clear { common } => {
            let store = open(common)?;
            pipeline::clear_spares(store.root());
            removed(common, store.clear()?)
        }
    }
}

/// The cache that was named, which is not made where there is none.
fn open(common: &CacheCommon) -> anyhow::Result<FileStore> {
    let folder = settings::cache(common.cache.as_deref())?;
    if common.cache.is_some() && !folder.exists() {
        let message = format!("there is no cache {}", folder.display());
        let hint = Some("name the folder that topicmill build was given with --cache".to_owned());
        return Err(Usage { message, hint }.into());
    }
    Ok(FileStore::open(&folder)?)
}

/// Entries by task, or one by one.
#[expect(clippy::fn_params_excessive_bools, reason = "the flag as it was given")]
fn list(common: &CacheCommon, all: bool) -> anyhow::Result<Exit> {
    let store = open(common)?;
    let entries = store.entries()?;
    if common.json {
        let entries: Vec<_> = entries.iter().map(as_json).collect();
        print(&line(&serde_json::json!({ "folder": store.root(), "entries": entries })))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if all {
        for entry in &entries {
            let size = Bytes(entry.len).to_string();
            let (key, cost) = (&entry.key.to_hex()[..12], entry.cost.as_secs_f64());
            let hours = entry.unused.as_secs_f64() / 3600.0;
            text.push_str(&format!(
                "{key}  {:<10} {size:>10} {cost:>8.2} s  used {hours:.1} h ago\n",
                entry.task
            ));
        }
    }
    let mut tasks: BTreeMap<&str, (usize, u64, f64)> = BTreeMap::new();
    for entry in &entries {
        let task = tasks.entry(&entry.task).or_default();
        *task = (task.0 + 1, task.1 + entry.len, task.2 + entry.cost.as_secs_f64());
    }
    for (task, (n, bytes, seconds)) in tasks {
        let bytes = Bytes(bytes).to_string();
        text.push_str(&format!("{task:<10} {n:>7} entries {bytes:>10} {seconds:>9.1} s to make\n"));
    }
    let total = Bytes(entries.iter().map(|entry| entry.len).sum());
    let root = store.root().display();
    text.push_str(&format!("{} entries, {total} before compression: {root}\n", entries.len()));
    print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn as_json(entry: &EntryInfo) -> serde_json::Value {
    serde_json::json!({
        "key": entry.key.to_hex(),
        "content": entry.content.to_hex(),
        "task": entry.task,
        "bytes": entry.len,
        "cost_seconds": entry.cost.as_secs_f64(),
        "created": entry.created,
        "unused_seconds": entry.unused.as_secs(),
    })
}

fn verify(common: &CacheCommon) -> anyhow::Result<Exit> {
    let run = settings::quiet_run()?;
    let verified = open(common)?.verify(&run)?;
    if common.json {
        print(&line(&serde_json::json!({
            "intact": verified.intact,
            "damaged": verified.damaged,
        })))?;
    } else {
        let mut text = format!("{} files are intact\n", verified.intact);
        for path in &verified.damaged {
            text.push_str(&format!("damaged, and moved to {}\n", path.display()));
        }
        print(text.as_bytes())?;
    }
    Ok(if verified.damaged.is_empty() { Exit::Done } else { Exit::Failed })
}

fn removed(common: &CacheCommon, removed: Removed) -> anyhow::Result<Exit> {
    if common.json {
        print(&line(&serde_json::json!({ "files": removed.files, "bytes": removed.bytes })))?;
    } else {
        print(format!("{} files removed, {}\n", removed.files, Bytes(removed.bytes)).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn line(json: &serde_json::Value) -> Vec<u8> {
    format!("{json}\n").into_bytes()
}

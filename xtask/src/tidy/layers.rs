//! The table of layers.

use std::path::Path;

use super::read;

/// What `layers.toml` says.
#[derive(Debug)]
pub(super) struct Layers(toml::Table);

impl Layers {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = read(path)?;
        let table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(table))
    }

    /// The crates that `name` may use; none when it has no layer.
    pub(super) fn of(&self, name: &str) -> Option<Vec<&str>> {
        self.list("layers", name)
    }

    /// Whether `name` is a crate of ours.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.of(name).is_some()
    }

    /// The crates that may use the external crate `name`; none when all may.
    pub(super) fn only(&self, name: &str) -> Option<Vec<&str>> {
        self.list("only", name)
    }

    /// Whether `name` computes and does nothing else.
    pub(super) fn is_pure(&self, name: &str) -> bool {
        self.list("pure", "crates").unwrap_or_default().contains(&name)
    }

    /// The files that may hold `unsafe`, relative to the root.
    pub(super) fn unsafe_files(&self) -> Vec<&str> {
        self.list("unsafe", "files").unwrap_or_default()
    }

    /// The modules of the Python package `name` that ours may import; none when all of it may be.
    pub(super) fn imports(&self, name: &str) -> Option<Vec<&str>> {
        self.list("imports", name)
    }

    fn list(&self, table: &str, key: &str) -> Option<Vec<&str>> {
        let values = self.0.get(table)?.get(key)?.as_array()?;
        Some(values.iter().filter_map(toml::Value::as_str).collect())
    }
}

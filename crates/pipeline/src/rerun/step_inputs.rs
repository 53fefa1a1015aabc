//! What the steps of a build are made from, kept so that one of them can be run alone.

use std::path::{Path, PathBuf};
use std::time::Duration;

use corpus::{Document, Skipped};
use jobs::{About, Content, Digest, Lookup, Memo, Run};
use serde::{Deserialize, Serialize};
use text::Repeats;

use crate::read::prepare::{Prepared, Weights};
use crate::read::set_aside;
use crate::read::shards::Shard;
use crate::{Config, Error, Source, tasks};

/// The configuration of a build and the documents that it read. All that lies between them and a step
/// are results that the cache keeps, or that are made again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StepInputs {
    /// As TOML, its paths absolute.
    config: Option<String>,
    /// TOML has no numbers so large.
    seed: u64,
    keep_topics: bool,
    previous: Option<String>,
    /// Shards of documents, which the cache has under the keys of these digests.
    documents: Vec<Digest>,
    /// Of titles and tags.
    weights: (u32, u32),
    title: Option<String>,
    lock: Option<String>,
    dropped: Vec<Skipped>,
    /// Of each document, which source it comes from.
    origins: Vec<usize>,
}

impl StepInputs {
    /// Of a build that read `prepared`; the documents come with [`keep`](Self::keep).
    pub(crate) fn of(config: &Config, prepared: &Prepared) -> Self {
        let mut absolute = Config { seed: 0, ..config.clone() };
        for source in &mut absolute.sources {
            source.from = kept_source(&source.from);
        }
        for path in [&mut absolute.templates, &mut absolute.labels].into_iter().flatten() {
            *path = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        }
        if let Some(mask) = absolute.site.mask().and_then(|path| absolute_path(&path)) {
            absolute.site.cloud_shape = mask;
        }
        Self {
            // A path that is no text cannot be written down: then no step can be run alone.
            config: toml::to_string(&absolute).ok(),
            seed: config.seed,
            keep_topics: config.keep_topics,
            previous: config.previous.as_deref().and_then(absolute_path),
            documents: Vec::new(),
            weights: (prepared.weights.title, prepared.weights.tags),
            title: prepared.title.clone(),
            lock: prepared.lock.clone(),
            dropped: prepared.dropped.clone(),
            origins: prepared.origins.clone(),
        }
    }

    /// One of a build whose configuration is empty.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self {
            config: Some(String::new()),
            seed: 7,
            keep_topics: true,
            previous: Some("/former".to_owned()),
            documents: vec![Digest::of(b"documents")],
            weights: (2, 3),
            title: Some("title".to_owned()),
            lock: None,
            dropped: vec![Skipped { location: "where".to_owned(), reason: "why".to_owned() }],
            origins: vec![0, 1],
        }
    }

    /// Keeps it for the build in `target`. Shards of documents that are in the cache are not written
    /// again. A cache that fails is a warning.
    pub(crate) fn keep(mut self, memo: &Memo, (target, prepared): (&Path, &Prepared), run: &Run) {
        let Some(store) = memo.store() else { return };
        let about = |cost| About { task: tasks::STEPS.name, cost, content: Content::Plain };
        let keep = |shard: Shard<'_, Document>| {
            let key = key_of_documents(&shard.digest);
            if !store.contains(&key) {
                let bytes = postcard::to_stdvec(shard.docs).expect("texts can be written");
                store.put(&key, &bytes, &about(Duration::from_secs(1)))?;
            }
            Ok::<_, jobs::Error>(shard.digest)
        };
        let keys = prepared.keys();
        let shards = keys.in_shards(&prepared.documents, &keys.digests);
        let kept = run.map(shards, keep);
        let kept = kept.and_then(|kept| kept.into_iter().collect::<Result<Vec<_>, _>>());
        let kept = kept.and_then(|documents| {
            self.documents = documents;
            let bytes = postcard::to_stdvec(&self).expect("texts and numbers can be written");
            // As long as a build: it is what its loss would cost.
            store.put(&key(target), &bytes, &about(Duration::from_mins(1)))
        });
        match kept {
            // The stages will say so themselves.
            Ok(()) | Err(jobs::Error::Cancelled) => {}
            Err(error) => {
                let warning = format!("no step of this build can be run alone: {error}");
                run.progress().warn(&warning);
            }
        }
    }

    /// What the steps of the last build of `target` were made from, if the cache knows.
    pub(crate) fn find(memo: &Memo, target: &Path) -> Option<Self> {
        let Lookup::Hit(bytes) = memo.store()?.get(&key(target)).ok()? else { return None };
        postcard::from_bytes(&bytes).ok()
    }

    /// The configuration of the build.
    pub(crate) fn config(&self) -> Option<Config> {
        let config: Config = toml::from_str(self.config.as_ref()?).ok()?;
        Some(Config {
            seed: self.seed,
            keep_topics: self.keep_topics,
            previous: self.previous.as_ref().map(PathBuf::from),
            ..config
        })
    }

    /// What the build read; `None` when the cache has it no more.
    pub(crate) fn prepared(
        &self,
        memo: &Memo,
        config: &Config,
        run: &Run,
    ) -> Result<Option<Prepared>, Error> {
        let Some(store) = memo.store() else { return Ok(None) };
        let shards = run.map(self.documents.clone(), |digest| {
            let found = store.get(&key_of_documents(&digest));
            let Ok(Lookup::Hit(bytes)) = found else { return None };
            postcard::from_bytes::<Vec<Document>>(&bytes).ok()
        })?;
        let Some(shards) = shards.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        let documents = shards.concat();
        let is_source = |&origin: &usize| origin < config.sources.len();
        if self.origins.len() != documents.len() || !self.origins.iter().all(is_source) {
            return Ok(None);
        }
        let mut prepared = Prepared {
            found: documents.len() + self.dropped.len(),
            documents,
            origins: self.origins.clone(),
            dropped: self.dropped.clone(),
            cut: Vec::new(),
            fetched: 0,
            requests: 0,
            weights: Weights { title: self.weights.0, tags: self.weights.1 },
            title: self.title.clone(),
            lock: self.lock.clone(),
            sites: Vec::new(),
            other_languages: Vec::new(),
            repeats: Repeats::default(),
            seen: Vec::new(),
            excluded_by: Vec::new(),
            keys: None,
        };
        // Those that are told by the text; what the documents claim stands already.
        prepared.detect_languages(config, memo, run)?;
        prepared.repeats = set_aside::find(&prepared, config, memo, run)?;
        Ok(Some(prepared))
    }
}

fn key_of_documents(shard: &Digest) -> Digest {
    tasks::STEPS.key(&Digest::of_value(&("documents", shard)))
}

fn key(target: &Path) -> Digest {
    tasks::STEPS.key(&Digest::of(target.as_os_str().as_encoded_bytes()))
}

/// A source as it is kept: paths absolute, and no user name or password of an address.
fn kept_source(from: &str) -> String {
    match Source::parse(from) {
        Ok(Source::Path(path)) => absolute_path(&path).unwrap_or_else(|| from.to_owned()),
        Ok(Source::Url(url)) => crawl::redact(&url),
        // Its parameters may be a password too: the name of the database is what is left.
        Ok(source @ Source::Postgres { .. }) => format!("postgres:///{}?query=", source.name()),
        _ => from.to_owned(),
    }
}

fn absolute_path(path: &Path) -> Option<String> {
    std::path::absolute(path).ok()?.into_os_string().into_string().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_kept_and_a_site_is_named_as_before() {
        for from in [
            "https://me:s3cret@example.org/talks",
            "postgres://me:s3cret@db/talks?query=select text from talks",
            "postgres://db/talks?password=s3cret&query=select text from talks",
        ] {
            let kept = kept_source(from);
            assert!(!kept.contains("s3cret") && !kept.contains("me:"), "{kept}");
            let name = |from: &str| Source::parse(from).unwrap().name();
            assert_eq!(name(&kept), name(from));
        }
        assert!(Path::new(&kept_source("talks.jsonl")).is_absolute());
        assert_eq!(kept_source("-"), "-");
    }
}

//! The talks, from the data files of the demo.

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// One file for each theme of the conference.
const THEMES: &[&str] = &[
    include_str!("../../demo/talks/01-testing.toml"),
    include_str!("../../demo/talks/02-machine-learning.toml"),
    include_str!("../../demo/talks/03-concurrency.toml"),
    include_str!("../../demo/talks/04-containers.toml"),
    include_str!("../../demo/talks/05-community.toml"),
    include_str!("../../demo/talks/06-maps.toml"),
    include_str!("../../demo/talks/07-security.toml"),
    include_str!("../../demo/talks/08-web.toml"),
    include_str!("../../demo/talks/09-hardware.toml"),
    include_str!("../../demo/talks/10-language.toml"),
];

/// A talk, as the data files have it.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(super) struct Talk {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) speakers: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) level: String,
    pub(super) language: String,
    pub(super) date: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) room: String,
    #[serde(rename = "abstract")]
    pub(super) text: String,
}

#[derive(Deserialize)]
struct Theme {
    talk: Vec<Talk>,
}

/// All talks, by day, time and room.
pub(super) fn talks() -> anyhow::Result<Vec<Talk>> {
    let mut talks = Vec::new();
    for text in THEMES {
        let theme: Theme = toml::from_str(text).context("the demo's talks cannot be read")?;
        talks.extend(theme.talk);
    }
    let place = |talk: &Talk| (talk.date.clone(), talk.start.clone(), talk.room.clone());
    talks.sort_by_cached_key(place);
    Ok(talks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_talks_share_a_page_or_a_room_at_one_time() {
        let talks = talks().unwrap();
        assert!(talks.len() >= 110, "{}", talks.len());
        let slugs: BTreeSet<_> = talks.iter().map(|talk| &talk.slug).collect();
        assert_eq!(slugs.len(), talks.len());
        let places: BTreeSet<_> = talks.iter().map(|t| (&t.date, &t.start, &t.room)).collect();
        assert_eq!(places.len(), talks.len());
    }

    #[test]
    fn some_talks_are_in_other_languages_and_some_have_no_abstract() {
        let talks = talks().unwrap();
        let languages: BTreeSet<_> = talks.iter().map(|talk| talk.language.as_str()).collect();
        assert!(languages.len() >= 4, "{languages:?}");
        assert!(talks.iter().filter(|talk| talk.text.trim().is_empty()).count() >= 3);
    }
}

//! What can go wrong in a run.

use std::io;
use std::path::PathBuf;

use crate::Seen;

/// An error of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No source was given.
    #[error(
        "no source was given: neither on the command line nor as `sources` in the configuration"
    )]
    NoSources,
    /// An address that is none.
    #[error("the source is not a valid address: {source}")]
    BadUrl {
        /// Why not.
        source: url::ParseError,
    },
    /// An address that we cannot fetch.
    #[error("the scheme {scheme:?} is not supported, allowed are http and https")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// A database without a query.
    #[error(
        "a database needs a query, as in sqlite:talks.db?query=select id, title, text from talks"
    )]
    NoQuery,
    /// A recipe that is neither built in nor a file.
    #[error("there is no recipe {name:?}, built in are: {known}")]
    UnknownRecipe {
        /// The name.
        name: String,
        /// The built-in recipes, comma-separated.
        known: String,
    },
    /// A recipe file that cannot be used.
    #[error("the recipe {} is not valid: {source}", path.display())]
    Recipe {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<crawl::Error>,
    },
    /// Seed words of a topic of which the documents count none.
    #[error("no document counts any of the seed words {}: topics.seeds must have words that do occur", words.join(", "))]
    Seeds {
        /// The words.
        words: Vec<String>,
    },
    /// A configuration or recipe file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    ReadConfig {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A folder of templates of which a file cannot be used.
    #[error("in the folder of templates {}: {source}", folder.display())]
    Templates {
        /// The folder.
        folder: PathBuf,
        /// Which file, and why not.
        source: site::Error,
    },
    /// An image that cannot be the shape of clouds.
    #[error("{}: {source}", path.display())]
    Mask {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: cloud::Error,
    },
    /// A configuration file that cannot be used.
    #[error("{}{}: {message}", path.display(), line.map(|n| format!(", line {n}")).unwrap_or_default())]
    Config {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// A key that means nothing.
    #[error("{} has the unknown key `{key}`, known here are: {known}", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key, with its table.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
        /// The keys that are known in its place, comma-separated.
        known: String,
    },
    /// A value that its key does not take.
    #[error("{key} must be {allowed}, got {got}")]
    Setting {
        /// The key.
        key: &'static str,
        /// What is allowed.
        allowed: &'static str,
        /// The value.
        got: String,
    },
    /// Terms that no topic leads with.
    #[error("{}: no topic has {terms} among its leading terms, the nearest is {nearest}", path.display())]
    UnknownTopic {
        /// The file.
        path: PathBuf,
        /// The terms.
        terms: String,
        /// The topic that is most like them: its number and first terms.
        nearest: String,
    },
    /// Terms that several topics lead with.
    #[error("{}: {terms} may be any of the topics {topics}; the nearest is {nearest}", path.display())]
    AmbiguousTopic {
        /// The file.
        path: PathBuf,
        /// The terms.
        terms: String,
        /// The topics: their numbers and first terms.
        topics: String,
        /// The one that has them the furthest in front.
        nearest: String,
    },
    /// A time that is none.
    #[error("{name} must be a number of at least 0, got {got}")]
    Duration {
        /// The key.
        name: &'static str,
        /// The value.
        got: f64,
    },
    /// Not enough documents for what was asked.
    #[error(
        "at least {needed} document{} needed, got {got}: {}",
        if *needed == 1 { " is" } else { "s are" },
        seen.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    TooFewDocuments {
        /// How many there must be.
        needed: usize,
        /// How many there are.
        got: usize,
        /// What each source had.
        seen: Vec<Seen>,
    },
    /// Documents without text.
    #[error("none of the {n_documents} documents has any text")]
    NoText {
        /// How many there are.
        n_documents: usize,
    },
    /// The output folder is somebody else's.
    #[error(
        "{} is not empty and was not written by topicmill: it holds {example:?}{}",
        path.display(),
        if *n_entries > 1 { format!(" and {} more", n_entries - 1) } else { String::new() }
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// How many files and folders it holds.
        n_entries: usize,
        /// The first of them.
        example: String,
    },
    /// The output folder holds what the site is made from.
    #[error("the site cannot be written to {}: it holds {what} {}", out.display(), path.display())]
    OutHolds {
        /// The output folder.
        out: PathBuf,
        /// What it holds.
        what: &'static str,
        /// Where that is.
        path: PathBuf,
    },
    /// The output folder is in the cache.
    #[error("the site cannot be written to {}: it is in the cache {}", out.display(), cache.display())]
    OutInCache {
        /// The output folder.
        out: PathBuf,
        /// The folder of the cache.
        cache: PathBuf,
    },
    /// The output folder is, or holds, the one that the program was started in.
    #[error("the site cannot be written to {}: another folder takes its place, and you are in it", out.display())]
    OutIsHere {
        /// The output folder.
        out: PathBuf,
    },
    /// Something is mounted at the output folder.
    #[error("the site cannot be written to {}: something is mounted there, and no folder can take its place", out.display())]
    OutIsMount {
        /// The output folder.
        out: PathBuf,
    },
    /// The file that is to be written is one that is read.
    #[error("{} cannot be written: it is {what}", path.display())]
    OutIsInput {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The output folder is a file.
    #[error("{} is a file, a folder is needed", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The output folder cannot be made.
    #[error("cannot write to {}: {source}", path.display())]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of the site cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The new site cannot be put in place.
    #[error("cannot put the new site in the place of {}: {source}", path.display())]
    Publish {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database of results cannot be written.
    #[error("cannot write the database {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// A folder without results.
    #[error("there are no results in {}: data/results.db is missing", out.display())]
    NoResults {
        /// The folder.
        out: PathBuf,
    },
    /// Results of a version that is not known yet.
    #[error("{} has format {got}, this program reads up to {known}", path.display())]
    NewerResults {
        /// The file.
        path: PathBuf,
        /// Its version.
        got: i32,
        /// The highest version that can be read.
        known: i32,
    },
    /// The database of results cannot be read.
    #[error("cannot read the database {}: {source}", path.display())]
    ReadDatabase {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// Results that cannot be written as JSON.
    #[error("cannot write results as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Results that cannot be written as a table.
    #[error("cannot write results as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A model that cannot be encoded.
    #[error("cannot encode the model: {source}")]
    ModelEncode {
        /// Why not.
        source: postcard::Error,
    },
    /// A model that cannot be compressed.
    #[error("cannot compress the model: {source}")]
    Compress {
        /// Why not.
        source: io::Error,
    },
    /// A model file that cannot be read.
    #[error("cannot read the model {}: {source}", path.display())]
    ReadModel {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that is no model.
    #[error("{} is not a topicmill model", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
    },
    /// A model of a newer program.
    #[error(
        "the model {} has version {found}, this program reads version {supported} and older",
        path.display()
    )]
    NewerModel {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that this program reads.
        supported: u32,
    },
    /// A former site that cannot be followed.
    #[error("there is no former site to follow in {}: {what}", path.display())]
    NoPrevious {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
    /// A site whose report cannot be read.
    #[error("there is no report of a build in {}: {why}", path.display())]
    NoReport {
        /// The folder of the site.
        path: PathBuf,
        /// How it shows.
        why: String,
    },
    /// A model file whose bytes have changed.
    #[error("the model {} is damaged: {what}", path.display())]
    DamagedModel {
        /// The file.
        path: PathBuf,
        /// How it shows.
        what: &'static str,
    },
    /// Reading documents failed.
    #[error(transparent)]
    Corpus(#[from] corpus::Error),
    /// Crawling failed.
    #[error(transparent)]
    Crawl(#[from] crawl::Error),
    /// Counting failed.
    #[error(transparent)]
    Text(#[from] text::Error),
    /// Finding topics failed.
    #[error(transparent)]
    Learn(#[from] learn::Error),
    /// A cloud cannot be laid out.
    #[error(transparent)]
    Cloud(#[from] cloud::Error),
    /// A page cannot be rendered.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// A step failed for a reason that lies in the program or in its data.
    #[error("{source} (in the step `{stage}`, made from {inputs})")]
    Stage {
        /// The step.
        stage: &'static str,
        /// What it was made from, with the beginnings of the digests.
        inputs: String,
        /// The folder of the site.
        out: PathBuf,
        /// What went wrong.
        source: Box<Error>,
    },
    /// A site of which the cache does not know what its steps were made from.
    #[error("the cache does not hold what the steps of {} were made from", out.display())]
    NoInputs {
        /// The folder of the site.
        out: PathBuf,
    },
    /// A step that a build does not have.
    #[error("there is no step {got:?}, the last build of {} had {known}", out.display())]
    UnknownStep {
        /// The folder of the site.
        out: PathBuf,
        /// The name.
        got: String,
        /// The steps that there are, comma-separated.
        known: String,
    },
    /// The cache or a parallel task failed.
    #[error(transparent)]
    Jobs(#[from] jobs::Error),
}

impl Error {
    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoSources => {
                "name a folder, a .jsonl file or an address: topicmill build talks.jsonl -o site"
            }
            Self::NoPrevious { .. } => {
                "--previous takes the output folder of an earlier topicmill build"
            }
            Self::NoResults { .. } => "topicmill build SOURCE... -o OUT makes them",
            Self::NoReport { .. } => "name the folder that topicmill build was given with -o",
            Self::ReadModel { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "a model is data/model.topicmill of a site, or written by topicmill topics -o; --keep-topics \
                 needs a site that was built before"
            }
            Self::NewerResults { .. } => "build the site again, or use the newer program",
            Self::UnknownRecipe { .. } => "name a built-in recipe or a recipe file with --recipe",
            Self::UnknownKey { nearest, .. } => {
                return Some(match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "topicmill init writes a file with every key".to_owned(),
                });
            }
            Self::TooFewDocuments { seen, .. } => return Seen::hint(seen),
            Self::NoText { .. } => {
                "look into the files; --text COLUMN names what holds the text of records, a recipe's `abstract` \
                 that of pages"
            }
            Self::OutHolds { .. } => "choose a folder that is not that and not above it",
            Self::OutInCache { .. } => "choose another folder, or another one for --cache",
            Self::OutIsHere { .. } => "go to the folder above, and name this one from there",
            Self::OutIsMount { out } => {
                return Some(format!(
                    "choose a folder in it, such as {}",
                    out.join("site").display()
                ));
            }
            Self::OutIsInput { .. } => "choose another name for what is written with -o",
            Self::Occupied { .. } => "choose another folder, or replace what is in it with --force",
            Self::Seeds { .. } => {
                "words in too few or too many documents are not counted, see text.min_df and text.max_df"
            }
            Self::UnknownTopic { .. } => {
                "topicmill topics SOURCE... prints the leading terms of all topics"
            }
            Self::AmbiguousTopic { .. } => "add a term that the other topics do not have",
            Self::NotAModel { .. } => {
                "a model is the file data/model.topicmill of a site, or what topicmill topics -o writes"
            }
            Self::NewerModel { .. } => "read it with the program that wrote it, or make it anew",
            Self::DamagedModel { .. } => "make it anew with topicmill build or topicmill topics",
            Self::Recipe { source, .. } => return source.hint(),
            Self::Stage { stage, out, source, .. } => {
                let rerun = format!(
                    "topicmill report {} --rerun {stage} runs this step alone, from its stored inputs",
                    out.display()
                );
                return Some(match source.hint() {
                    Some(hint) => format!("{hint}; {rerun}"),
                    None => rerun,
                });
            }
            Self::NoInputs { .. } => {
                "name the --cache that it was built with; what was built long ago, build again"
            }
            Self::Jobs(error) => return error.hint().map(str::to_owned),
            Self::Corpus(error) => return error.hint(),
            Self::Crawl(error) => return error.hint(),
            Self::Text(error) => return error.hint().map(str::to_owned),
            Self::Learn(error) => return error.hint(),
            _ => return self.refusal().map(str::to_owned),
        };
        Some(hint.to_owned())
    }

    /// What helps where the system does not let the site be written: no step does better alone.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        let kind = match self {
            Self::Unwritable { source, .. }
            | Self::Write { source, .. }
            | Self::Publish { source, .. } => source.kind(),
            _ => return None,
        };
        match kind {
            io::ErrorKind::FileTooLarge => {
                Some("a file may not be so large here: raise the limit, which ulimit -f shows")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(
                "make room there, or write to a folder on another disk; a site that stood there \
                 still does",
            ),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Some("write to a folder where you may")
            }
            _ => None,
        }
    }

    /// Whether the command line or the configuration is at fault, not the world.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        if let Self::Jobs(error) = self {
            return error.is_usage();
        }
        matches!(
            self,
            Self::NoSources
                | Self::NoResults { .. }
                | Self::NoPrevious { .. }
                | Self::BadUrl { .. }
                | Self::Scheme { .. }
                | Self::NoQuery
                | Self::UnknownRecipe { .. }
                | Self::Recipe { .. }
                | Self::ReadConfig { .. }
                | Self::Templates { .. }
                | Self::Site(site::Error::Template { .. })
                | Self::Config { .. }
                | Self::UnknownKey { .. }
                | Self::Setting { .. }
                | Self::Seeds { .. }
                | Self::UnknownTopic { .. }
                | Self::UnknownStep { .. }
                | Self::AmbiguousTopic { .. }
                | Self::Duration { .. }
                | Self::OutHolds { .. }
                | Self::OutInCache { .. }
                | Self::OutIsHere { .. }
                | Self::OutIsMount { .. }
                | Self::OutIsInput { .. }
                | Self::Occupied { .. }
                | Self::NotAFolder { .. }
                | Self::Learn(learn::Error::TopicCount { .. } | learn::Error::Setting { .. })
                | Self::Text(
                    text::Error::DocFreqRange { .. }
                        | text::Error::DocFreqOrder { .. }
                        | text::Error::NoTerms
                        | text::Error::UnknownLanguage { .. }
                )
        )
    }
}

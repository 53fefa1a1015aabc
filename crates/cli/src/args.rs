//! The arguments.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand};
use pipeline::TopicCount;
use pipeline::config::Weight;

use crate::size::{Age, Bytes};

/// More threads than this cost minutes to start and gain nothing.
const MAX_THREADS: usize = 1024;

/// Turn a pile of documents into a site people can browse by topic.
#[derive(Debug, Parser)]
#[command(name = "topicmill", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read documents, find their topics and write a site
    Build(Build),
    /// Read documents and write them as JSON lines, CSV or Parquet
    Crawl(Crawl),
    /// Find the topics of documents and print them, without a site
    Topics(Topics),
    /// Print the topics of new documents, as JSON lines
    Infer(Infer),
    /// Ask a question of a built site's results
    Query(Query),
    /// Compute an expression over arrays in files
    Eval(Eval),
    /// Serve a built site over HTTP
    Serve(Serve),
    /// Tell what the last build of a site computed, and why
    Report(ReportArgs),
    /// The cache of pages and results
    #[command(subcommand)]
    Cache(Cache),
    /// Recipes: how to read the pages of a site
    #[command(subcommand)]
    Recipe(Recipe),
    /// Write a topicmill.toml with every setting, commented
    Init(Init),
    /// Do the whole job on a small built-in conference, served on loopback
    Demo(Demo),
}

/// `topicmill build`
#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Folder of the site; it must be absent, empty or a former site
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) topics: TopicFlags,
    /// Keep the topics of the site that stands, and place the documents in them. The topics' words,
    /// titles, folders, coherence and diversity stay as they were when the topics were found; their shares
    /// and parts, related documents and the relative error are those of the documents now
    #[arg(long, conflicts_with_all = ["k", "weight", "seed"])]
    pub(crate) keep_topics: bool,
    /// Folder of a former site: topics that are the same as there keep their numbers, folders and
    /// titles, others get new numbers
    #[arg(long, value_name = "OUT", conflicts_with = "keep_topics")]
    pub(crate) previous: Option<PathBuf>,
    /// Title of the site
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Replace whatever is in the folder
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill crawl`
#[derive(Debug, clap::Args)]
pub(crate) struct Crawl {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Column of tables with the title
    #[arg(long, value_name = "COL")]
    pub(crate) title: Option<String>,
    /// File of the documents, ending in .jsonl, .csv or .parquet (.jsonl and .csv also with .gz or
    /// .zst behind it); `-` is JSON lines on standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill topics`
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_field_names, reason = "the flags about topics, in the command `topics`")]
pub(crate) struct Topics {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Column of tables with the title
    #[arg(long, value_name = "COL")]
    pub(crate) title: Option<String>,
    /// File of the model, for `topicmill infer`
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) topics: TopicFlags,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill infer`
#[derive(Debug, clap::Args)]
pub(crate) struct Infer {
    /// A model: data/model.topicmill of a site, or what `topicmill topics -o` wrote
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Column of tables with the title
    #[arg(long, value_name = "COL")]
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill query`
#[derive(Debug, clap::Args)]
pub(crate) struct Query {
    /// Folder of the site
    #[arg(value_name = "OUT")]
    pub(crate) folder: PathBuf,
    /// What to ask: SELECT [where CONDITION] [by KEYS] [order KEYS] [top N], for example
    /// 'mean(weight), count() where topic == "test" by year order count() top 5'. KEYS that SELECT
    /// does not name come first
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) question: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill eval`
#[derive(Debug, clap::Args)]
pub(crate) struct Eval {
    /// Expression in the spelling of NumPy, for example 'where(idf == 0, 0, tf / idf)'
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) expression: String,
    /// What the names in it are: a .npy file, an array of a .npz file as FILE.npz:ARRAY, or a column as FILE.parquet:COLUMN
    #[arg(value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) operands: Vec<(String, String)>,
    /// File of the result, .npy, or of several, .npz; without it they are printed
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Tell how it is computed: passes, fused loops, instruction set, bytes, and the speed of memory that it reaches
    #[arg(long, conflicts_with = "out")]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill serve`
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Folder of the site
    pub(crate) out: PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
}

/// `topicmill report`
#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Folder of the site
    pub(crate) out: PathBuf,
    /// Draw the stages and what flows between them, with what was computed
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["why", "json"])]
    pub(crate) graph: Option<Graph>,
    /// Say which input of a stage changed
    #[arg(long, value_name = "STAGE", conflicts_with = "json")]
    pub(crate) why: Option<String>,
    /// Run one step of the last build alone, from its stored inputs, whether it failed or not
    #[arg(long, value_name = "TASK", conflicts_with_all = ["why", "graph"])]
    pub(crate) rerun: Option<String>,
    /// Folder of the results that the build kept, from which --rerun takes its inputs; without it
    /// topicmill in the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Graph {
    /// As a picture for browsers
    Svg,
}

/// `topicmill cache`
#[derive(Debug, Subcommand)]
pub(crate) enum Cache {
    /// Tell what it holds
    Ls {
        #[command(flatten)]
        common: CacheCommon,
        /// Entry by entry
        #[arg(long)]
        all: bool,
    },
    /// Read everything and move what is damaged out of the way; code 1 when something was
    Verify {
        #[command(flatten)]
        common: CacheCommon,
    },
    /// Remove what is too much, what is too old, and what killed programs left
    Gc {
        #[command(flatten)]
        common: CacheCommon,
        /// How much it may hold; 10GiB without it
        #[arg(long, value_name = "SIZE")]
        size: Option<Bytes>,
        /// Remove what nobody asked for in so long a time (30d, 12h)
        #[arg(long, value_name = "TIME")]
        age: Option<Age>,
    },
    /// Remove everything
    Clear {
        #[command(flatten)]
        common: CacheCommon,
    },
}

/// Flags of every command about the cache.
#[derive(Debug, clap::Args)]
pub(crate) struct CacheCommon {
    /// Folder of the cache; without it topicmill in the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// `topicmill recipe`
#[derive(Debug, Subcommand)]
pub(crate) enum Recipe {
    /// List the built-in recipes
    List,
    /// Read a site and show how much of it a recipe finds, with three samples
    Test(RecipeTest),
    /// Find the selectors of a site from one example, and print a recipe
    Learn(RecipeLearn),
}

/// `topicmill recipe test`
#[derive(Debug, clap::Args)]
pub(crate) struct RecipeTest {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill recipe learn`
#[derive(Debug, clap::Args)]
pub(crate) struct RecipeLearn {
    /// The page that lists the documents
    pub(crate) start: String,
    /// Parts of one document as its page shows them: title=...,abstract=...,speakers=...
    #[arg(long, value_name = "PART=TEXT,...")]
    pub(crate) example: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// `topicmill init`
#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// Replace the file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// `topicmill demo`
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Folder of the site
    #[arg(short, long, value_name = "OUT", default_value = "topicmill-demo")]
    pub(crate) out: PathBuf,
    /// Serve the site when it is built
    #[arg(long)]
    pub(crate) serve: bool,
    /// Address to serve it on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8000", requires = "serve")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) topics: TopicFlags,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Where documents come from.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_field_names, reason = "the sources among the flags about them")]
pub(crate) struct Sources {
    /// http(s) addresses; folders; files: .jsonl .json .csv .tsv .parquet, schedules and feeds in
    /// .json .xml .ics, .html .md .rst .txt .ipynb (also .gz .zst); `-` for JSON lines on standard
    /// input; without any, those of the configuration
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// How to read the pages of a site: a built-in recipe or a recipe file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) recipe: Option<String>,
    /// Column of tables with the text
    #[arg(long, value_name = "COL")]
    pub(crate) text: Option<String>,
    /// Column of tables that holds a part of the documents, such as tags=keywords; once for each
    #[arg(long = "column", value_name = "PART=COL", value_parser = column)]
    pub(crate) columns: Vec<(String, String)>,
}

/// How many topics, and of what weights.
#[derive(Debug, clap::Args)]
pub(crate) struct TopicFlags {
    /// How many topics: a number from 1, or `auto`
    #[arg(short, value_name = "K|auto", value_parser = topic_count, allow_negative_numbers = true)]
    pub(crate) k: Option<TopicCount>,
    /// What a term's count becomes: tfidf, sublinear, bm25, log-entropy, or an expression of tf, df,
    /// idf, n_docs, dl and avgdl, such as '(1 + ln(tf)) * idf'
    #[arg(long, value_name = "NAME|EXPRESSION", allow_hyphen_values = true)]
    pub(crate) weight: Option<Weight>,
}

/// Flags of every command that reads documents.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Common {
    /// Configuration file; without it ./topicmill.toml where there is one
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of fetched pages and results; without it topicmill in the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Threads; without it one for each processor. The result is the same for any number
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Memory that is meant to be enough (1GiB); topics alone obeys it
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<Bytes>,
    /// Seed of everything random
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Make no request: read pages from the cache alone
    #[arg(long, conflicts_with = "refresh")]
    pub(crate) offline: bool,
    /// Ask for every page again, however fresh the cache
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Header for the start page's host alone, with its value from the environment; repeatable
    #[arg(long = "header", value_name = "NAME=env:VAR", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,
    /// End with code 3 when more documents than this are skipped
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub(crate) max_skipped: Share,
    /// No progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// A share, 0 to 1: written `5%` or `0.05`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, divisor) = match text.strip_suffix('%') {
            Some(percent) => (percent, 100.0),
            None => (text, 1.0),
        };
        number
            .trim()
            .parse()
            .map(|value: f64| value / divisor)
            .ok()
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Share)
            .ok_or_else(|| "allowed are 0% to 100%, or 0.0 to 1.0".to_owned())
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once("=env:");
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    match parts {
        Some((name, variable)) if is_name(name) && is_name(variable) => {
            Ok((name.to_owned(), variable.to_owned()))
        }
        _ => Err("allowed is NAME=env:VAR: the name of a header and of an environment variable"
            .to_owned()),
    }
}

fn column(text: &str) -> Result<(String, String), String> {
    let parts = pipeline::Part::ALL.map(pipeline::Part::name).join(", ");
    let (part, name) = text.split_once('=').ok_or("allowed is PART=COL")?;
    match part.parse::<pipeline::Part>() {
        Ok(part) if !name.is_empty() => Ok((part.name().to_owned(), name.to_owned())),
        _ => Err(format!("allowed parts are {parts}")),
    }
}

fn topic_count(text: &str) -> Result<TopicCount, String> {
    text.parse().map_err(|()| "allowed are auto and whole numbers from 1".to_owned())
}

fn named_file(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
    parts
        .map(|(name, file)| (name.to_owned(), file.to_owned()))
        .ok_or_else(|| "a name and its file are written NAME=FILE".to_owned())
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let count = text.parse().ok().filter(|&count: &NonZeroUsize| count.get() <= MAX_THREADS);
    count.ok_or_else(|| format!("allowed are whole numbers from 1 to {MAX_THREADS}"))
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("allowed are whole numbers from 0 to {}", u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent_and_every_argument_has_help() {
        let command = Args::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
            for argument in sub.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", sub.get_name(), argument.get_id());
            }
        }
    }

    #[test]
    fn shares_are_percentages_or_numbers() {
        assert_eq!("5%".parse(), Ok(Share(0.05)));
        assert_eq!("0.5".parse(), Ok(Share(0.5)));
        for wrong in ["", "5", "-1%", "101%", "NaN", "x%"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}

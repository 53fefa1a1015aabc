//! Every key of `topicmill.toml`: the one list that the template, the reference and the
//! suggestions for mistyped keys come from.

use std::path::Path;

use crate::Error;

/// One key of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The table it stands in; empty for the top level.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its default, as TOML. A key without a fixed default shows an example, and the meaning says
    /// what holds without it.
    pub value: &'static str,
    /// What it does: one sentence or two.
    pub meaning: &'static str,
}

const fn key(
    table: &'static str,
    name: &'static str,
    value: &'static str,
    meaning: &'static str,
) -> Key {
    Key { table, name, value, meaning }
}

/// Every key, table by table.
pub const KEYS: &[Key] = &[
    key(
        "",
        "sources",
        "[]",
        "Where the documents come from: folders, files, http(s) URLs, databases. A table in place of an \
         address has the keys from (the address), text (how much of its texts is published: full, excerpt or \
         none; topics are found in all of them) and licence.",
    ),
    key(
        "",
        "title",
        "\"Talks\"",
        "The site's title; without it that of the recipe, or the name of the first source.",
    ),
    key(
        "",
        "base_url",
        "\"https://example.org/talks/\"",
        "The address the site will be published at. Without it canonical links, sitemap.xml, feed.xml \
         and opensearch.xml are left out.",
    ),
    key("", "language", "\"en\"", "The language of documents that do not tell theirs (ISO 639-1)."),
    key(
        "",
        "k",
        "\"auto\"",
        "How many topics: a number, or \"auto\": the number on which both halves of the documents agree, \
         or one that suits how many there are.",
    ),
    key("", "seed", "0", "Seed of everything random. Same input and seed: same site."),
    key(
        "",
        "templates",
        "\"templates\"",
        "A folder whose files replace those of the site: templates (topic.html), style.css and icon.svg; \
         custom.css is added to the style sheet.",
    ),
    key(
        "",
        "labels",
        "\"labels.toml\"",
        "A file that renames, merges and numbers topics. In each [[topic]] of it `terms` lists leading \
         terms of a topic, `title` renames it, `merge` lists the terms of each other topic that becomes \
         a part of it, and `pin` is its number, from 0. With --keep-topics topics keep the labels that \
         they have.",
    ),
    key("", "exclude", "[]", "Documents to leave out, by id, URL, title or the name of a speaker."),
    key(
        "crawl",
        "recipe",
        "\"europython-2016\"",
        "How to read the pages of a site: a built-in recipe, or a file. Without it the built-in \
         recipe that is made for the host.",
    ),
    key("crawl", "max_pages", "1500", "Pages read at most."),
    key("crawl", "delay", "1.0", "Seconds between two requests to one public host."),
    key("crawl", "max_age", "24.0", "Hours after which a page in the cache is asked for again."),
    key(
        "crawl",
        "certificates",
        "\"authority.pem\"",
        "A PEM file with certificates that are trusted for https besides those of the system, for sites \
         whose certificate comes from an authority of their own.",
    ),
    key(
        "columns",
        "id",
        "\"key\"",
        "The column or key of tables that holds the id; without it one with a usual name.",
    ),
    key(
        "columns",
        "url",
        "\"link\"",
        "The column or key of tables that holds the address; without it one with a usual name.",
    ),
    key(
        "columns",
        "title",
        "\"headline\"",
        "The column or key of tables that holds the title; without it one with a usual name.",
    ),
    key(
        "columns",
        "text",
        "\"body\"",
        "The column or key of tables that holds the text; without it one with a usual name.",
    ),
    key(
        "columns",
        "tags",
        "\"keywords\"",
        "The column or key of tables that holds the tags; without it one with a usual name.",
    ),
    key(
        "columns",
        "speakers",
        "\"authors\"",
        "The column or key of tables that holds the speakers; without it one with a usual name.",
    ),
    key(
        "columns",
        "date",
        "\"day\"",
        "The column or key of tables that holds the day; without it one with a usual name.",
    ),
    key(
        "columns",
        "start",
        "\"begins\"",
        "The column or key of tables that holds the start; without it one with a usual name.",
    ),
    key(
        "columns",
        "end",
        "\"ends\"",
        "The column or key of tables that holds the end; without it one with a usual name.",
    ),
    key(
        "columns",
        "room",
        "\"hall\"",
        "The column or key of tables that holds the room; without it one with a usual name.",
    ),
    key(
        "columns",
        "track",
        "\"section\"",
        "The column or key of tables that holds the track; without it one with a usual name.",
    ),
    key(
        "columns",
        "language",
        "\"lang\"",
        "The column or key of tables that holds the language; without it one with a usual name.",
    ),
    key(
        "text",
        "min_df",
        "2",
        "Terms in fewer documents are dropped: a number of documents, or a share (0.01). \
         Without it 3, for fewer than a hundred documents 2, for fewer than twenty 1.",
    ),
    key(
        "text",
        "max_df",
        "0.3",
        "Terms in more documents are dropped: a number of documents, or a share. Without it two and a \
         half times the share of an average topic, 0.25 at least and 0.5 at most, \
         and none for fewer than twenty documents or where more than a fiftieth of the terms would go.",
    ),
    key(
        "text",
        "max_terms",
        "50000",
        "Only so many terms are kept, the most frequent; without it, all.",
    ),
    key("text", "stop_words", "[]", "Further words that are not counted."),
    key(
        "text",
        "fold",
        "\"plural\"",
        "Which forms of a word are one term: \"plural\", plurals with a singular that the documents use; \
         \"stem\", all that have the same Snowball stem in their language, called by the form of the most \
         documents; \"none\".",
    ),
    key(
        "text",
        "phrases",
        "true",
        "Whether two or three words that stand together far more often than by chance (machine learning) are \
         counted as one term, in place of their words.",
    ),
    key(
        "text",
        "keep_repeats",
        "false",
        "Whether passages that many documents have (headers, licences, announcements) are counted, and \
         documents that are nearly the same weigh one by one. The report lists what was set aside.",
    ),
    key(
        "text",
        "title_weight",
        "3",
        "How often a word of the title counts; without it what the recipe says, else 1.",
    ),
    key(
        "text",
        "tags_weight",
        "3",
        "How often a word of a tag counts; without it what the recipe says, else 1.",
    ),
    key(
        "topics",
        "weight",
        "\"sublinear\"",
        "How a term's count in a document becomes its weight: \"tfidf\", the count times the inverse \
         document frequency; \"sublinear\", the same with one and the logarithm of the count; \
         \"bm25\"; \"log-entropy\"; or an expression, such as \"(1 + ln(tf)) * idf\", of tf (how often the \
         term occurs in the document), df (how many documents hold it), idf, n_docs, dl (how many terms \
         the document has) and avgdl (the mean of dl).",
    ),
    key("topics", "max_iter", "200", "Iterations of the factorisation at most."),
    key(
        "topics",
        "tol",
        "1e-5",
        "The factorisation ends when five iterations lowered its error by less than this share.",
    ),
    key(
        "topics",
        "seeds",
        "[]",
        "Words that topics are drawn to, a list for each of such topics: [[\"tide\", \"harbour\"], [\"bread\"]]. \
         Words that the documents do not count are passed over; a list of nothing else is refused.",
    ),
    key(
        "topics",
        "seed_strength",
        "1.0",
        "How strong the pull of those words is, relative to that of the documents.",
    ),
    key("site", "cloud_words", "60", "Words in a cloud at most."),
    key(
        "site",
        "cloud_shape",
        "\"ellipse\"",
        "Where the words of a cloud lie: \"ellipse\", \"rectangle\", or a PNG image that they fill where it is \
         not white.",
    ),
    key("site", "related", "5", "Related documents shown with each document."),
    key(
        "site",
        "document_pages",
        "100000",
        "Documents that get a page of their own, the first ones; the others are linked at their source.",
    ),
    key(
        "site",
        "licence",
        "\"CC BY 4.0\"",
        "The licence of the documents, for the page that explains the site.",
    ),
];

/// Keys whose value in [`KEYS`] is an example, not a default.
const EXAMPLES: &[&str] = &[
    "title",
    "base_url",
    "recipe",
    "certificates",
    "min_df",
    "max_df",
    "max_terms",
    "title_weight",
    "tags_weight",
    "templates",
    "labels",
    "licence",
];

impl Key {
    /// Whether [`value`](Self::value) is only an example: the key is optional.
    #[must_use]
    pub fn is_example(&self) -> bool {
        self.table == "columns" || EXAMPLES.contains(&self.name)
    }
}

/// A `topicmill.toml` with every key, commented out, at its default.
#[must_use]
pub fn template() -> String {
    let mut text = String::from(
        "# Settings of topicmill. A flag on the command line goes before a value here.\n\
         # Every key is shown with its default, or with an example where it has none.\n",
    );
    let mut table = "";
    for key in KEYS {
        if key.table != table {
            table = key.table;
            text.push_str(&format!("\n[{table}]\n"));
        }
        text.push('\n');
        for line in wrapped(key.meaning, 96) {
            text.push_str(&format!("# {line}\n"));
        }
        text.push_str(&format!("# {} = {}\n", key.name, key.value));
    }
    text
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Refuses keys that mean nothing.
pub(crate) fn check(table: &toml::Table, path: &Path) -> Result<(), Error> {
    for (name, value) in table {
        let is_table = KEYS.iter().any(|key| key.table == name);
        match value {
            toml::Value::Table(inner) if is_table => {
                for inner_name in inner.keys() {
                    check_key(name, inner_name, path)?;
                }
            }
            _ => check_key("", name, path)?,
        }
    }
    Ok(())
}

fn check_key(table: &str, name: &str, path: &Path) -> Result<(), Error> {
    let mut known: Vec<&str> =
        KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect();
    if table.is_empty() {
        known.extend(KEYS.iter().map(|key| key.table).filter(|table| !table.is_empty()));
        known.dedup();
    }
    if known.contains(&name) {
        return Ok(());
    }
    // A key that exists in another table is the likeliest slip; then the nearest spelling.
    let elsewhere = KEYS.iter().find(|key| key.name == name).map(|key| {
        if key.table.is_empty() {
            format!("{name} before the first table")
        } else {
            format!("{name} in [{}]", key.table)
        }
    });
    let nearest = known
        .iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= 3.min(name.len() / 2))
        .map(|(_, candidate)| candidate.to_owned());
    Err(Error::UnknownKey {
        path: path.to_owned(),
        key: if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") },
        nearest: elsewhere.or(nearest),
        known: known.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn parse(text: &str) -> Result<Config, Error> {
        Config::parse(text, Path::new("topicmill.toml"))
    }

    fn setting(key: &Key) -> String {
        let table = if key.table.is_empty() { String::new() } else { format!("[{}]\n", key.table) };
        format!("{table}{} = {}", key.name, key.value)
    }

    #[test]
    fn every_default_in_the_list_is_the_one_that_holds() {
        for key in KEYS.iter().filter(|key| !key.is_example()) {
            assert_eq!(parse(&setting(key)).unwrap(), Config::default(), "{}", key.name);
        }
    }

    #[test]
    fn every_example_sets_something() {
        for key in KEYS.iter().filter(|key| key.is_example()) {
            assert_ne!(parse(&setting(key)).unwrap(), Config::default(), "{}", key.name);
        }
    }

    #[test]
    fn the_template_is_all_comments_and_a_valid_file_without_them() {
        let template = template();
        assert_eq!(parse(&template).unwrap(), Config::default());
        let set: String = template
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert_eq!(parse(&set).unwrap().title.as_deref(), Some("Talks"));
    }

    #[test]
    fn a_mistyped_key_gets_the_nearest_one() {
        let check = |text: &str, key: &str, nearest: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains(key), "{error}");
            assert!(error.hint().unwrap().contains(nearest), "{:?}", error.hint());
        };
        check("titel = \"x\"", "titel", "title");
        check("[text]\nmin_dff = 2", "text.min_dff", "min_df");
        check("min_df = 2", "min_df", "min_df in [text]");
        check("[text]\nk = 2", "text.k", "k before the first table");
        check("[crwal]\ndelay = 2.0", "crwal", "crawl");
        check("zzzzzzzz = 1", "zzzzzzzz", "topicmill init");
    }
}

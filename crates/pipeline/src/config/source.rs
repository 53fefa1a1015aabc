//! What a `<SOURCE>` on the command line or in the configuration means.

use std::path::PathBuf;

use url::Url;

use crate::Error;

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A site to crawl.
    Url(Url),
    /// A folder or a file.
    Path(PathBuf),
    /// A query of a SQLite database: `sqlite:FILE?query=SELECT …`.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The query.
        query: String,
    },
    /// A query of a PostgreSQL server: `postgres://…?query=SELECT …`.
    Postgres {
        /// The server and the database, with what it takes to log in.
        address: Secret,
        /// The query.
        query: String,
    },
    /// JSON lines on standard input.
    Stdin,
}

/// An address that may hold a password; it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Source {
    /// Reads `text`: `-`, an `http:` or `https:` address, or else a path.
    ///
    /// # Errors
    /// [`Error::BadUrl`] for an address that is none, [`Error::Scheme`] for one of another scheme.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let (path, query) = rest.split_once("?query=").ok_or(Error::NoQuery)?;
            let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
            return Ok(Self::Sqlite { path, query: query.to_owned() });
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let (address, query) = ["?query=", "&query="]
                .iter()
                .filter_map(|key| text.split_once(key))
                .min_by_key(|(address, _)| address.len())
                .ok_or(Error::NoQuery)?;
            return Ok(Self::Postgres {
                address: Secret(address.to_owned()),
                query: query.to_owned(),
            });
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self::Path(PathBuf::from(text)));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => match Url::parse(text) {
                Ok(url) => Ok(Self::Url(url)),
                // The text itself stays out of the message: it may hold a password.
                Err(source) => Err(Error::BadUrl { source }),
            },
            _ => Err(Error::Scheme { scheme: scheme.to_owned() }),
        }
    }

    /// A title for a site made from this source: the host, or the name of the file or folder.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Url(url) => url.host_str().unwrap_or("Documents").to_owned(),
            Self::Path(path) | Self::Sqlite { path, .. } => {
                let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
                let name = canonical.file_name().map(|name| name.to_string_lossy().into_owned());
                let name = name.unwrap_or_else(|| "Documents".to_owned());
                // `talks.jsonl.zst` is about talks.
                let stem = if canonical.is_dir() {
                    &name
                } else {
                    name.split('.').next().unwrap_or(&name)
                };
                if stem.is_empty() { "Documents".to_owned() } else { stem.to_owned() }
            }
            Self::Postgres { address, .. } => {
                let place = address.0.split('?').next().unwrap_or_default();
                let name = place.rsplit('/').next().unwrap_or_default();
                let is_name = !name.is_empty() && !name.contains(['@', ':']);
                if is_name { name.to_owned() } else { "Documents".to_owned() }
            }
            Self::Stdin => "Documents".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_paths_and_standard_input_are_told_apart() {
        let url = Url::parse("http://example.org/a").unwrap();
        assert_eq!(Source::parse("http://example.org/a").unwrap(), Source::Url(url));
        assert_eq!(Source::parse("-").unwrap(), Source::Stdin);
        assert_eq!(Source::parse("a/b.jsonl").unwrap(), Source::Path("a/b.jsonl".into()));
    }

    #[test]
    fn a_database_comes_with_its_query() {
        let query = "select a, b from t where c = 'x?query=y'";
        let source = Source::parse(&format!("sqlite:dir/talks.db?query={query}")).unwrap();
        assert_eq!(source, Source::Sqlite { path: "dir/talks.db".into(), query: query.to_owned() });
        assert_eq!(source.name(), "talks");
        let server = "postgres://ada:geheim@db.example/talks?sslmode=disable";
        let source = Source::parse(&format!("{server}&query=select text from t")).unwrap();
        let expected = Source::Postgres {
            address: Secret(server.to_owned()),
            query: "select text from t".to_owned(),
        };
        assert_eq!((source.name().as_str(), &source), ("talks", &expected));
        assert!(!format!("{source:?}").contains("geheim"));
        let error = Source::parse("sqlite:talks.db").unwrap_err();
        assert!(error.to_string().contains("query") && error.is_usage(), "{error}");
    }

    #[test]
    fn other_schemes_and_broken_addresses_are_refused() {
        let message = Source::parse("ftp://example.org").unwrap_err().to_string();
        assert!(message.contains("\"ftp\""), "{message}");
        let message = Source::parse("http://user:secret@:99999/").unwrap_err().to_string();
        assert!(!message.contains("secret"), "{message}");
    }

    #[test]
    fn names_come_from_the_host_or_the_file() {
        assert_eq!(
            Source::parse("https://talks.example.org/x").unwrap().name(),
            "talks.example.org"
        );
        assert_eq!(Source::parse("no/talks.jsonl.zst").unwrap().name(), "talks");
    }
}

//! Globs for the paths of URLs.

use url::Url;

/// Patterns of which a URL must match one; without any, all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Globs(Vec<String>);

impl Globs {
    pub(crate) fn new(globs: Vec<String>) -> Self {
        Self(globs)
    }

    /// Whether there is any.
    pub(crate) fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the path of `url`, with its query, matches.
    pub(crate) fn matches(&self, url: &Url) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        self.0.iter().any(|glob| matches(glob.as_bytes(), path.as_bytes()))
    }
}

/// `*` stands for one or more characters without `/`, `&` and `?`. Linear but for the length of
/// the glob: each star takes the shortest run first, and only the last one is taken back.
fn matches(glob: &[u8], path: &[u8]) -> bool {
    let is_open = |b: u8| !matches!(b, b'/' | b'&' | b'?');
    let (mut g, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while p < path.len() {
        if glob.get(g) == Some(&b'*') && is_open(path[p]) {
            star = Some((g + 1, p + 1));
            (g, p) = (g + 1, p + 1);
        } else if glob.get(g) == Some(&path[p]) && path[p] != b'*' {
            (g, p) = (g + 1, p + 1);
        } else if let Some((after, taken)) = star.filter(|(_, taken)| is_open(path[*taken])) {
            star = Some((after, taken + 1));
            (g, p) = (after, taken + 1);
        } else {
            return false;
        }
    }
    g == glob.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_a_part_of_a_segment() {
        let check = |glob: &str, path: &str, expected| {
            let url = format!("https://conf.example{path}").parse().unwrap();
            assert_eq!(Globs::new(vec![glob.to_owned()]).matches(&url), expected, "{glob} {path}");
        };
        check("/talks/*", "/talks/one", true);
        check("/talks/*", "/talks/", false);
        check("/talks/*", "/talks/one/two", false);
        check("/talks/*/", "/talks/one/", true);
        check("/talks/*.html", "/talks/a.b.html", true);
        check("/view.php?id=*", "/view.php?id=12", true);
        check("/view.php?id=*", "/view.php?id=12&x=1", false);
        check("/*/*", "/a/b", true);
        check("/*a*b/c", "/xaab/c", true);
        check("/x", "/x", true);
        check("/x", "/xy", false);
    }
}

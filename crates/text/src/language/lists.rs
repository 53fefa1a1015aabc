//! The public stop lists, as the build wrote them: a line for each language, its code and its words.

use std::sync::LazyLock;

static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/stop_lists.txt"));

/// The code of each language, in alphabetical order, and its words with tabs between them.
static LINES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    TEXT.lines().map(|line| line.split_once('\t').unwrap_or((line, ""))).collect()
});

/// The languages that have a list, in alphabetical order.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    LINES.iter().map(|(code, _)| *code)
}

/// The words of the list of the language `code`: none where it has no list.
pub(super) fn words(code: &str) -> impl Iterator<Item = &'static str> {
    let line = LINES.binary_search_by_key(&code, |(code, _)| code).ok();
    line.into_iter().flat_map(|at| LINES[at].1.split('\t')).filter(|word| !word.is_empty())
}

//! The public stop lists, as the build wrote them.

/// The code of each language, in alphabetical order, and its words with tabs between them.
const LISTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/stop_lists.rs"));

/// The languages that have a list, in alphabetical order.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|(code, _)| *code)
}

/// The words of the list of the language `code`: none where it has no list.
pub(super) fn words(code: &str) -> impl Iterator<Item = &'static str> {
    let list = LISTS.binary_search_by_key(&code, |(code, _)| code).ok();
    list.into_iter().flat_map(|at| LISTS[at].1.split('\t'))
}

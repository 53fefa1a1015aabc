//! What a visitor asks.

use super::normalise::each_token;

/// A query: words, phrases and filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The words, in their order; those of phrases are not among them.
    pub(super) words: Vec<String>,
    /// The phrases: words that have to stand one after another.
    pub(super) phrases: Vec<Vec<String>>,
    pub(super) topic: Option<usize>,
    pub(super) tag: Option<usize>,
}

/// The number of words and phrases that are heeded.
const MAX_PARTS: usize = 16;

impl Query {
    /// Reads what was typed: words, and phrases between `"`. A quotation mark without a second one
    /// reaches to the end. Characters of scripts without spaces that follow each other directly
    /// are a phrase. More than 16 words and phrases are cut off.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut query = Self::default();
        for (n, part) in text.split(['"', '“', '”', '„']).enumerate() {
            let mut runs: Vec<Vec<String>> = Vec::new();
            let quoted = n % 2 == 1;
            each_token(part, &mut String::new(), |token| match runs.last_mut() {
                Some(run) if quoted || token.glued => run.push(token.text.to_owned()),
                _ => runs.push(vec![token.text.to_owned()]),
            });
            for mut run in runs {
                if query.words.len() + query.phrases.len() == MAX_PARTS {
                    return query;
                }
                match run.len() {
                    1 => query.words.extend(run.pop()),
                    _ => query.phrases.push(run),
                }
            }
        }
        query
    }

    /// The words, and how many characters each needs at least to be the beginning of others: the last
    /// may be unfinished.
    pub(super) fn words_with_least_start(&self) -> impl Iterator<Item = (&str, usize)> {
        let last = self.words.len().saturating_sub(1);
        self.words.iter().enumerate().map(move |(n, word)| (&**word, if n == last { 2 } else { 3 }))
    }

    /// Only documents with this topic are found; `None` for all.
    #[must_use]
    pub fn with_topic(self, topic: Option<usize>) -> Self {
        Self { topic, ..self }
    }

    /// Only documents with this tag are found; `None` for all.
    #[must_use]
    pub fn with_tag(self, tag: Option<usize>) -> Self {
        Self { tag, ..self }
    }

    /// Whether it asks for no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &[&str], phrases: &[&[&str]]) {
        let query = Query::new(text);
        assert_eq!(query.words, words, "{text}");
        assert_eq!(query.phrases, phrases, "{text}");
    }

    #[test]
    fn quotation_marks_make_phrases() {
        check("", &[], &[]);
        check("Unit  tests", &["unit", "tests"], &[]);
        check("a \"b C\" d", &["a", "d"], &[&["b", "c"]]);
        check("\"open end", &[], &[&["open", "end"]]);
        check("\"one\"", &["one"], &[]);
    }

    #[test]
    fn scripts_without_spaces_make_phrases() {
        check("機械 ai学習", &[], &[&["機", "械"], &["ai", "学", "習"]]);
    }

    #[test]
    fn endless_queries_are_cut() {
        assert_eq!(Query::new(&"x ".repeat(1000)).words.len(), MAX_PARTS);
    }
}

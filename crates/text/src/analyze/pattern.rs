//! Token patterns in the syntax of Python's `re`.

use fancy_regex::{Regex, RegexBuilder};

use super::scratch::{Emitter, Span};
use crate::Error;

/// What `\w` is in Python: letters and numbers, no marks.
const WORD: &str = r"\p{L}\p{N}_";
/// What `\s` is in Python.
const SPACE: &str = r"\s\x1c-\x1f";
/// The same for patterns with the flag `a`.
const ASCII_WORD: &str = "0-9A-Za-z_";
const ASCII_SPACE: &str = r" \t\n\r\x0b\x0c";
const ASCII_DIGIT: &str = "0-9";

/// A token pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    source: String,
    /// Whether the pattern has a group, which then is what is taken.
    has_group: bool,
}

/// The fewest characters of a token when `pattern` matches runs of word characters and nothing else:
/// such patterns need no regular expression.
pub(super) fn min_run(pattern: &str) -> Option<usize> {
    let pattern = pattern.strip_prefix("(?u)").unwrap_or(pattern);
    match pattern {
        r"\b\w\w+\b" => Some(2),
        r"\w+" | r"\b\w+\b" => Some(1),
        _ => {
            let least = pattern.strip_prefix(r"\b").and_then(|rest| rest.strip_suffix(r"\b"));
            let least = least.unwrap_or(pattern).strip_prefix(r"\w{")?.strip_suffix(",}")?;
            least.parse().ok().filter(|&least| least > 0)
        }
    }
}

impl Pattern {
    pub(super) fn new(source: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Pattern { pattern: source.to_owned(), reason };
        let translated = translate(source).map_err(|reason| wrong(reason.to_owned()))?;
        let regex = RegexBuilder::new(&translated)
            .backtrack_limit(usize::MAX)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let n_groups = regex.captures_len() - 1;
        if n_groups > 1 {
            return Err(wrong(format!("it has {n_groups} groups, and one may be taken at most")));
        }
        Ok(Self { regex, source: source.to_owned(), has_group: n_groups == 1 })
    }

    /// Every match in `text` that does not overlap the one before, as `re.findall` has them.
    pub(super) fn each_match(
        &self,
        text: &str,
        emit: &mut Emitter<'_, impl FnMut(&[u8], &[Span])>,
    ) -> Result<(), Error> {
        emit.load(text);
        let mut from = 0;
        while from <= text.len() {
            let found = if self.has_group {
                self.regex.captures_from_pos(text, from).map(|captures| {
                    captures.and_then(|captures| {
                        let all = captures.get(0)?;
                        // A group that took no part is the empty text.
                        let group =
                            captures.get(1).map_or((0, 0), |group| (group.start(), group.end()));
                        Some((all.start(), all.end(), group))
                    })
                })
            } else {
                let found = self.regex.find_from_pos(text, from);
                found.map(|found| {
                    found.map(|all| (all.start(), all.end(), (all.start(), all.end())))
                })
            };
            let found = found.map_err(|error| Error::Pattern {
                pattern: self.source.clone(),
                reason: error.to_string(),
            })?;
            let Some((start, end, (token_start, token_end))) = found else { break };
            emit.term(token_start, token_end);
            from = if end > start {
                end
            } else {
                end + text[end..].chars().next().map_or(1, char::len_utf8)
            };
        }
        emit.flush();
        Ok(())
    }
}

/// `pattern` in the syntax of `fancy_regex`, with Python's classes.
fn translate(pattern: &str) -> Result<String, &'static str> {
    let (ascii, pattern) = without_ascii_flag(pattern)?;
    let (word, space) = if ascii { (ASCII_WORD, ASCII_SPACE) } else { (WORD, SPACE) };
    let mut out = String::with_capacity(2 * pattern.len());
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next().ok_or("it ends with a backslash")?;
                match (escaped, in_class) {
                    ('w', true) => out.push_str(word),
                    ('s', true) => out.push_str(space),
                    ('d', true) if ascii => out.push_str(ASCII_DIGIT),
                    ('w', false) => out.push_str(&format!("[{word}]")),
                    ('s', false) => out.push_str(&format!("[{space}]")),
                    ('d', false) if ascii => out.push_str(&format!("[{ASCII_DIGIT}]")),
                    ('W', _) => out.push_str(&format!("[^{word}]")),
                    ('S', _) => out.push_str(&format!("[^{space}]")),
                    ('D', _) if ascii => out.push_str(&format!("[^{ASCII_DIGIT}]")),
                    ('b', false) => out.push_str(&boundary(word, ["(?<=", "(?!", "(?<!", "(?="])),
                    ('B', false) => out.push_str(&boundary(word, ["(?<=", "(?=", "(?<!", "(?!"])),
                    ('b', true) => out.push_str(r"\x08"),
                    ('Z', false) => out.push_str(r"\z"),
                    _ => out.extend(['\\', escaped]),
                }
            }
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                out.extend(chars.next_if_eq(&'^'));
                // A bracket that closes at once is one of the class.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// Where a word begins or ends, or for the other order of `looks` where none does.
fn boundary(word: &str, [behind, ahead, not_behind, not_ahead]: [&str; 4]) -> String {
    format!("(?:{behind}[{word}]){ahead}[{word}])|{not_behind}[{word}]){not_ahead}[{word}]))")
}

/// Takes the flag `a` out of the flags at the start of a pattern.
fn without_ascii_flag(pattern: &str) -> Result<(bool, String), &'static str> {
    let flags = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    let Some((flags, rest)) = flags.filter(|(flags, _)| flags.chars().all(char::is_alphabetic))
    else {
        return Ok((false, pattern.to_owned()));
    };
    if flags.contains('L') {
        return Err("the flag L needs a pattern of bytes");
    }
    let others: String = flags.chars().filter(|&flag| flag != 'a' && flag != 'u').collect();
    let rest = if others.is_empty() { rest.to_owned() } else { format!("(?{others}){rest}") };
    Ok((flags.contains('a'), rest))
}

#[cfg(test)]
mod tests {
    use super::super::{Analyzer, AnalyzerConfig, Tokens};
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        let tokens = Tokens::Pattern(pattern.to_owned());
        let config = AnalyzerConfig { tokens, ..AnalyzerConfig::sklearn() };
        let found = Analyzer::new(&config).unwrap().terms(text).unwrap();
        assert_eq!(found, expected, "{pattern} in {text:?}");
    }

    #[test]
    fn runs_of_word_characters_need_no_expression() {
        let cases = [
            (r"(?u)\b\w\w+\b", Some(2)),
            (r"\w+", Some(1)),
            (r"(?u)\b\w{3,}\b", Some(3)),
            (r"\w{0,}", None),
            (r"\w{2,4}", None),
            (r"\S+", None),
        ];
        for (pattern, expected) in cases {
            assert_eq!(min_run(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn classes_are_those_of_python() {
        check(r"\w+x?", "a\u{301}b हिन्दी", &["a", "b", "ह", "न", "द"]);
        check(r"[\w-]+", "scikit-learn, a\u{301}", &["scikit-learn", "a"]);
        check(r"\S+", "a\u{1c}b c", &["a", "b", "c"]);
        check(r"(?a)\w+", "école", &["cole"]);
        check(r"(?a)\d+", "٣4", &["4"]);
        check(r"\b\w", "ab\u{301}cd", &["a", "c"]);
        check(r"\w\B", "ab c", &["a"]);
        check(r"[[a&&b~~]+", "[a& ~~b", &["[a&", "~~b"]);
        check(r"[]a]+", "]a b", &["]a"]);
        check(r"a\Z", "aa", &["a"]);
    }

    #[test]
    fn matches_are_those_of_findall() {
        check(r"\w*", "ab c", &["ab", "", "c", ""]);
        check(r"(\w)\w+", "ab cd", &["a", "c"]);
        check(r"(?P<first>\w)?-", "a- -", &["a", ""]);
        check(r"(?i)AB", "ab AB", &["ab", "ab"]);
    }

    #[test]
    fn what_is_no_pattern_is_named_with_its_reason() {
        for pattern in ["(", "[a", r"\", "(a)(b)", "(?L)a"] {
            let message = Pattern::new(pattern).unwrap_err().to_string();
            assert!(message.contains(pattern), "{message}");
        }
    }
}

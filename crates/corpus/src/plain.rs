//! The form of texts, titles and names in a `Document`.

use std::borrow::Cow;
use std::collections::HashSet;

/// How long a title made from a text may be, in characters.
const TITLE_CHARS: usize = 80;

/// A text as documents hold it: line ends are `\n`, and no control character but `\n` and `\t` is
/// left. Nothing is copied when the text is in that form.
pub(crate) fn text(raw: Cow<'_, str>) -> String {
    if !may_need_cleaning(raw.as_bytes()) {
        return raw.into_owned();
    }
    let mut clean = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' | '\t' => clean.push(c),
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    clean
}

/// A text on one line: white space collapsed to single spaces, none outside, control characters
/// dropped.
///
/// ```
/// assert_eq!(corpus::single_line("  Clean\n\tcode \u{0}"), "Clean code");
/// ```
#[must_use]
pub fn single_line(raw: &str) -> String {
    if is_single_line(raw.as_bytes()) {
        return raw.to_owned();
    }
    let mut line = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        let kept = line.len();
        if kept > 0 {
            line.push(' ');
        }
        let start = line.len();
        if word.contains(char::is_control) {
            line.extend(word.chars().filter(|c| !c.is_control()));
        } else {
            line.push_str(word);
        }
        if line.len() == start {
            line.truncate(kept);
        }
    }
    line
}

/// [`single_line`] of a text that nobody else needs.
pub(crate) fn into_single_line(raw: Cow<'_, str>) -> String {
    if is_single_line(raw.as_bytes()) { raw.into_owned() } else { single_line(&raw) }
}

/// Whether a text is ASCII and on one line as it is.
fn is_single_line(bytes: &[u8]) -> bool {
    let mut before = b' ';
    for &b in bytes {
        if !(b.is_ascii_graphic() || b == b' ' && before != b' ') {
            return false;
        }
        before = b;
    }
    before != b' ' || bytes.is_empty()
}

/// So many names are compared with each other; more go through a table.
const FEW_NAMES: usize = 16;

/// Names as documents hold them: single lines, without empty ones and repetitions, in the order
/// of their first appearance.
///
/// ```
/// assert_eq!(corpus::names(["web ", "", "data", " web"]), ["web", "data"]);
/// ```
pub fn names<'a>(raw: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for name in raw.into_iter().map(single_line).filter(|name| !name.is_empty()) {
        let is_new = if names.len() < FEW_NAMES {
            !names.contains(&name)
        } else {
            if seen.is_empty() {
                seen.extend(names.iter().cloned());
            }
            seen.insert(name.clone())
        };
        if is_new {
            names.push(name);
        }
    }
    names
}

/// A title for a text that has none: its first words, at most 80 characters, cut between words
/// where there is a gap. Empty for an empty text.
pub(crate) fn title_from(text: &str) -> String {
    let mut title = String::new();
    let mut n_chars = 0;
    for word in text.split_whitespace() {
        let n_word = word.chars().count();
        let gap = usize::from(!title.is_empty());
        if n_chars + gap + n_word > TITLE_CHARS {
            if title.is_empty() {
                title.extend(word.chars().take(TITLE_CHARS));
            }
            break;
        }
        if gap == 1 {
            title.push(' ');
        }
        title.push_str(word);
        n_chars += gap + n_word;
    }
    title
}

/// A title from a file's name: `clean-code_in.python` becomes `Clean code in.python`.
pub(crate) fn title_from_stem(stem: &str) -> String {
    let spaced = single_line(&stem.replace(['-', '_'], " "));
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `raw` as the URL of a document: an http or https URL on one line, without user name and
/// password; none for anything else, so that no other scheme reaches a page.
pub(crate) fn web_url(raw: &str) -> Option<String> {
    let url = single_line(raw);
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    // Browsers read a backslash in these URLs as a slash, so the host ends there too.
    let host_len = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host_start = rest[..host_len].rfind('@').map_or(0, |at| at + 1);
    (host_start < host_len).then(|| format!("{scheme}://{}", &rest[host_start..]))
}

/// False when no byte of `bytes` can belong to a control character other than `\n` and `\t`.
fn may_need_cleaning(bytes: &[u8]) -> bool {
    // The C1 controls are 0xC2 0x80..=0x9F; looking for 0xC2 alone keeps the loop free of
    // branches, so that it is compiled to vector instructions.
    let suspicious = |b: u8| matches!(b, 0..=8 | 11..=31 | 0x7F | 0xC2);
    bytes.chunks(64).any(|chunk| chunk.iter().fold(false, |any, &b| any | suspicious(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_unified_and_controls_dropped() {
        let clean = |raw: &str| text(Cow::Borrowed(raw));
        assert_eq!(clean("a\r\nb\rc\n\r\n\td"), "a\nb\nc\n\n\td");
        assert_eq!(clean("a\0b\u{1b}[1mc\u{7f}\u{85}\u{9f}d"), "ab[1mcd");
        assert_eq!(clean("§ é\u{a0}x ✓"), "§ é\u{a0}x ✓");
        let late = format!("{}\u{7}", "x".repeat(200));
        assert_eq!(clean(&late), "x".repeat(200));
    }

    #[test]
    fn a_word_of_controls_leaves_no_double_space() {
        assert_eq!(single_line("a \u{1}\u{2} b"), "a b");
        assert_eq!(single_line("\u{1} a\u{3000}\u{a0}b \r\n"), "a b");
        assert_eq!(single_line(" \n"), "");
        assert_eq!(single_line("one  two "), "one two");
        assert_eq!(into_single_line(Cow::Owned("one two\u{7f}".to_owned())), "one two");
        assert_eq!(into_single_line(Cow::Borrowed("one two")), "one two");
    }

    #[test]
    fn names_are_kept_once_and_in_order() {
        assert_eq!(names(["b ", "", "a", " b", "B"]), ["b", "a", "B"]);
        let many: Vec<String> = (0..100).map(|n| format!("n{}", n % 40)).collect();
        assert_eq!(names(many.iter().map(String::as_str)), many[..40]);
    }

    #[test]
    fn titles_are_cut_between_words() {
        let words = "four ".repeat(30);
        assert_eq!(title_from(&words), "four ".repeat(16).trim_end());
        assert_eq!(title_from(&"x".repeat(99)), "x".repeat(80));
        assert_eq!(title_from("a\n\n- b"), "a - b");
        assert_eq!(title_from(" "), "");
    }

    #[test]
    fn stems_become_titles() {
        assert_eq!(title_from_stem("clean-code_in--python"), "Clean code in python");
        assert_eq!(title_from_stem("éa"), "Éa");
        assert_eq!(title_from_stem("_"), "");
    }

    #[test]
    fn only_web_urls_are_kept_and_without_credentials() {
        let check = |raw, expected: Option<&str>| {
            assert_eq!(web_url(raw).as_deref(), expected, "{raw}");
        };
        check(" https://example.org/a?b=c@d ", Some("https://example.org/a?b=c@d"));
        check("HTTP://u:p@example.org", Some("HTTP://example.org"));
        check("https://u:p@x@example.org/", Some("https://example.org/"));
        check("https://example.org\\@evil.example", Some("https://example.org\\@evil.example"));
        check("https://u:p@", None);
        check("javascript:alert(1)//https://x", None);
        check("example.org", None);
        check("", None);
    }
}

//! Words that match, where they stand in a text.

use unicode_normalization::char::is_combining_mark;

use super::normalise::{each_token, is_unspaced};

/// The pieces of `text`, which together are all of it, and whether each is a word with a normalised
/// form that `matches`. Words stretch over their marks and over `+` and `#`.
pub(crate) fn marked(text: &str, mut matches: impl FnMut(&str) -> bool) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut end = 0;
    let mut room = String::new();
    for word in shown_words(text) {
        let mut is_match = false;
        each_token(&text[word.clone()], &mut room, |token| is_match |= matches(token.text));
        if is_match {
            if word.start > end {
                pieces.push((&text[end..word.start], false));
            }
            end = word.end;
            pieces.push((&text[word], true));
        }
    }
    if end < text.len() {
        pieces.push((&text[end..], false));
    }
    pieces
}

/// Where the words of `text` are, in bytes.
fn shown_words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    // Whether the last word may go on.
    let mut open = false;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        let of_word = c.is_alphanumeric() || matches!(c, '+' | '#');
        let alone = is_unspaced(c) && of_word;
        match words.last_mut().filter(|word| word.end == at) {
            Some(word) if !c.is_ascii() && is_combining_mark(c) => word.end = next,
            Some(word) if open && of_word && !alone => word.end = next,
            _ if of_word => {
                words.push(at..next);
                open = !alone;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_marked_as_they_stand() {
        let text = "Cafe\u{301}s, C++ & 学習.";
        let found = |wanted: &str| -> Vec<&str> {
            let pieces = marked(text, |token| token == wanted);
            assert_eq!(pieces.iter().map(|piece| piece.0).collect::<String>(), text);
            pieces.into_iter().filter(|piece| piece.1).map(|piece| piece.0).collect()
        };
        assert_eq!(found("cafes"), ["Cafe\u{301}s"]);
        assert_eq!(found("c++"), ["C++"]);
        assert_eq!(found("習"), ["習"]);
        assert_eq!(found("caf"), [""; 0]);
    }
}

//! The sentences by which a document belongs to a topic.

use crate::search::{each_token, marked, tokens};

/// Sentences that are shown of a document.
const MAX_SENTENCES: usize = 2;
/// The longest sentence that is shown whole, characters.
const MAX_CHARS: usize = 260;

/// A sentence in pieces, and whether each piece is a word of the topic.
pub(crate) type Sentence<'t> = Vec<(&'t str, bool)>;

/// The sentences of `text` that hold most of `terms`, of which the first weigh most; in their order
/// in the text. A sentence counts the sum of 1/2, 1/3, 1/4 … over the places of the terms in it.
pub(crate) fn telling_sentences<'t>(text: &'t str, terms: &[&str]) -> Vec<Sentence<'t>> {
    let mut words: Vec<String> = Vec::new();
    let terms: Vec<Vec<usize>> = terms
        .iter()
        .map(|term| {
            let of_term = tokens(term);
            of_term.iter().map(|word| position_or_new(&mut words, singular(word))).collect()
        })
        .collect();
    let initials = words.iter().fold(0, |initials, word| initials | initial(word));
    let position = |word: &str| {
        // Most words begin with another letter than all of these.
        if initials & initial(word) == 0 {
            return None;
        }
        let word = singular(word);
        words.iter().position(|known| known == word)
    };
    let (mut room, mut here) = (String::new(), Vec::new());
    let mut scored: Vec<(f64, usize, &str)> = Vec::new();
    let mut n_sentences = 0;
    each_sentence(text, |sentence| {
        here.clear();
        let mut any = false;
        each_token(sentence, &mut room, |token| {
            let position = position(token.text);
            any |= position.is_some();
            here.push(position);
        });
        n_sentences += 1;
        if !any {
            return;
        }
        let holds = |term: &Vec<usize>| {
            let is_term = |window: &[Option<usize>]| {
                window.iter().zip(term).all(|(word, of_term)| *word == Some(*of_term))
            };
            !term.is_empty() && here.windows(term.len()).any(is_term)
        };
        let found = terms.iter().enumerate().filter(|(_, term)| holds(term));
        let score: f64 = found.map(|(place, _)| 1.0 / (place + 2) as f64).sum();
        if score > 0.0 {
            scored.push((score, n_sentences, sentence));
        }
    });
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.truncate(MAX_SENTENCES);
    scored.sort_by_key(|&(_, n, _)| n);
    let is_told = |word: &str| position(word).is_some();
    scored.into_iter().map(|(_, _, sentence)| cut(marked(sentence, is_told))).collect()
}

/// The place of `word` among `words`, to which it is added when it is new.
fn position_or_new(words: &mut Vec<String>, word: &str) -> usize {
    words.iter().position(|known| known == word).unwrap_or_else(|| {
        words.push(word.to_owned());
        words.len() - 1
    })
}

/// A set of the letter that `word` begins with, one bit of 64: others may share it.
fn initial(word: &str) -> u64 {
    1 << (word.bytes().next().unwrap_or(0) % 64)
}

/// A word and its plural are told by the same term.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|stem| stem.len() >= 3).unwrap_or(word)
}

/// Ends a long sentence after the characters that are shown; what comes before a match far inside goes.
fn cut(mut pieces: Sentence<'_>) -> Sentence<'_> {
    const LEAD: usize = 60;
    if let Some((first, false)) = pieces.first().copied() {
        let n_chars = first.chars().count();
        if n_chars > LEAD * 2 {
            let from = first.char_indices().nth(n_chars - LEAD).map_or(0, |(at, _)| at);
            let from = first[from..].find(' ').map_or(from, |space| from + space + 1);
            pieces[0].0 = &first[from..];
            pieces.insert(0, ("… ", false));
        }
    }
    let mut room = MAX_CHARS;
    for n in 0..pieces.len() {
        let len = pieces[n].0.chars().count();
        if len > room {
            let end = pieces[n].0.char_indices().nth(room).map_or(0, |(at, _)| at);
            let end = pieces[n].0[..end].rfind(' ').unwrap_or(end);
            pieces[n].0 = &pieces[n].0[..end];
            pieces.truncate(n + 1);
            pieces.push((" …", false));
            break;
        }
        room -= len;
    }
    pieces
}

/// Calls `each` with every sentence of a text: up to a full stop or its like before white space, or the
/// end of a block or of an item of a list.
fn each_sentence<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    for block in text.split("\n\n") {
        if block.lines().any(|line| line.trim_start().starts_with("- ")) {
            block.lines().for_each(|line| each_of_block(line, &mut each));
        } else {
            each_of_block(block, &mut each);
        }
    }
}

fn each_of_block<'t>(block: &'t str, each: &mut impl FnMut(&'t str)) {
    let mut tell = |sentence: &'t str| {
        let sentence = sentence.trim().trim_start_matches("- ");
        if !sentence.is_empty() {
            each(sentence);
        }
    };
    let (mut from, mut at) = (0, 0);
    // What may end a sentence is one of three signs or beyond ASCII; all else is passed over.
    let may_end = |byte: &u8| !byte.is_ascii() || matches!(byte, b'.' | b'!' | b'?');
    while let Some(found) = block.as_bytes()[at..].iter().position(may_end) {
        let rest = &block[at + found..];
        let Some(c) = rest.chars().next() else { break };
        at += found + c.len_utf8();
        let next_is_space = || block[at..].chars().next().is_none_or(char::is_whitespace);
        if matches!(c, '。' | '！' | '？')
            || (matches!(c, '.' | '!' | '?' | '…') && next_is_space())
        {
            tell(&block[from..at]);
            from = at;
        }
    }
    tell(&block[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, terms: &[&str]) -> Vec<String> {
        let show = |sentence: Sentence<'_>| {
            let mark = |(piece, is_word): (&str, bool)| {
                if is_word { format!("[{piece}]") } else { piece.to_owned() }
            };
            sentence.into_iter().map(mark).collect()
        };
        telling_sentences(text, terms).into_iter().map(show).collect()
    }

    #[test]
    fn sentences_with_the_weightiest_terms_are_told() {
        let text = "Hello there. We write tests, v. 2.0 of them! Nothing.\n\n- Test data\n- More";
        assert_eq!(shown(text, &["test", "data"]), ["We write [tests], v.", "[Test] [data]"]);
        assert_eq!(shown(text, &["absent"]), [""; 0]);
        assert_eq!(shown("", &["x"]), [""; 0]);
    }

    #[test]
    fn terms_of_two_words_have_to_stand_together() {
        assert_eq!(shown("Learning of machines.", &["machine learning"]), [""; 0]);
        let found = shown("On Machine Learning.", &["machine learning"]);
        assert_eq!(found, ["On [Machine] [Learning]."]);
    }

    #[test]
    fn sentences_end_at_the_signs_of_many_scripts() {
        let found = |text: &str| {
            let mut found = Vec::new();
            each_sentence(text, |sentence| found.push(sentence.to_owned()));
            found
        };
        for (text, expected) in [
            ("One. Two? v2.0 É… Three!\nFour", &["One.", "Two?", "v2.0 É…", "Three!", "Four"][..]),
            ("学習。学ぶ！次", &["学習。", "学ぶ！", "次"]),
            ("Is.\u{3000}Was. ", &["Is.", "Was."]),
            ("Lead.\n- a. b\n- c\n\nEnd…", &["Lead.", "a.", "b", "c", "End…"]),
            (" \n\n . ", &["."]),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_sentences_are_cut_around_their_first_match() {
        let text = format!("{}needle {}", "word ".repeat(80), "word ".repeat(80));
        let found = shown(&text, &["needle"]).remove(0);
        assert!(found.starts_with("… word") && found.ends_with(" …"), "{found}");
        assert!(found.contains("[needle]") && found.chars().count() < 360, "{found}");
    }
}

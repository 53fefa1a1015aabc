//! Scripts that are written without spaces between words.
//!
//! Thai, Lao, Khmer and Burmese are cut by the small neural models of `icu_segmenter`. A dictionary of
//! Chinese and Japanese would be ten times as large as these; there the scripts themselves say much:
//! katakana is a loanword, hiragana mostly grammar, and Han characters go by pairs. See
//! `docs/decisions/008-words-without-spaces.md`.

use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;

use super::words::trim_edges;

/// Bytes of text that are segmented at once: the models keep numbers for every character.
const LONGEST: usize = 1 << 12;

/// A script, as far as cutting goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Thai, Lao, Khmer, Burmese.
    SouthEast,
    Han,
    Hiragana,
    Katakana,
    /// Written with spaces.
    Spaced,
}

/// Whether `c` belongs to a script that is written without spaces between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    script_of(c) != Script::Spaced
}

/// Whether `word` has to be cut.
#[inline]
pub(super) fn has_unspaced(word: &str) -> bool {
    // The first of these scripts begins with this byte.
    word.bytes().any(|byte| byte >= 0xe0) && word.chars().any(is_unspaced)
}

/// Calls `each` with the words of `text`, which has no spaces.
///
/// - Thai, Lao, Khmer, Burmese: the words that the models find.
/// - Han beside kana, which is Japanese: two characters each, three at an odd end.
/// - Han alone: every two neighbours, as is usual where there is no dictionary.
/// - Katakana: as a whole.
/// - Hiragana: nothing beside other scripts, where it is grammar; alone every two neighbours.
///
/// A single character is no word: who calls drops it.
pub(super) fn each_word<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    let found = text.chars().fold(0, |found, c| found | 1_u8 << script_of(c) as u8);
    let has = |script: Script| found >> script as u8 & 1 == 1;
    let has_katakana = has(Script::Katakana);
    let is_japanese = has_katakana || has(Script::Hiragana);
    let has_others = has_katakana || has(Script::Han);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let script = script_of(first);
        let end = rest.find(|c| script_of(c) != script).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match script {
            Script::SouthEast => each_of_model(run, &mut each),
            Script::Han if is_japanese => each_pair(run, &mut each),
            Script::Hiragana if has_others => {}
            Script::Han | Script::Hiragana => each_two(run, &mut each),
            Script::Katakana => each(run),
            Script::Spaced => each(trim_edges(run).trim_end_matches(['_', '\''])),
        }
        rest = after;
    }
}

fn script_of(c: char) -> Script {
    if c < '\u{e00}' {
        return Script::Spaced;
    }
    match c {
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => {
            Script::SouthEast
        }
        '\u{3005}'..='\u{3007}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Script::Han,
        '\u{3041}'..='\u{309f}' | '\u{1b001}'..='\u{1b11f}' | '\u{1b150}'..='\u{1b152}' => {
            Script::Hiragana
        }
        '\u{30a1}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => {
            Script::Katakana
        }
        _ => Script::Spaced,
    }
}

fn each_of_model<'t>(mut run: &'t str, each: &mut impl FnMut(&'t str)) {
    let segmenter = WordSegmenter::new_lstm(WordBreakInvariantOptions::default());
    while !run.is_empty() {
        let (piece, after) = run.split_at(run.floor_char_boundary(LONGEST));
        let mut start = 0;
        for end in segmenter.segment_str(piece) {
            if start < end {
                each(&piece[start..end]);
            }
            start = end;
        }
        run = after;
    }
}

/// Two characters each, three at an odd end.
fn each_pair<'t>(run: &'t str, each: &mut impl FnMut(&'t str)) {
    let mut rest = run;
    loop {
        let mut ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        let (Some(two), Some(three)) = (ends.nth(1), ends.next()) else { break };
        if three == rest.len() {
            break;
        }
        let (pair, after) = rest.split_at(two);
        each(pair);
        rest = after;
    }
    if !rest.is_empty() {
        each(rest);
    }
}

/// Every two neighbours; a single character as it is.
fn each_two<'t>(run: &'t str, each: &mut impl FnMut(&'t str)) {
    let starts = run.char_indices().map(|(at, _)| at);
    let ends = run.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
    let mut n = 0;
    for (start, end) in starts.zip(ends) {
        each(&run[start..end]);
        n += 1;
    }
    if n == 0 {
        each(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert!(has_unspaced(text), "{text}");
        let mut found = Vec::new();
        each_word(text, |word| found.push(word));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn japanese_is_cut_by_its_scripts() {
        check("機械学習でデータを分析する", &["機械", "学習", "データ", "分析"]);
        check("自然言語処理の研究会", &["自然", "言語", "処理", "研究会"]);
        check("python入門のサーバー", &["python", "入門", "サーバー"]);
    }

    #[test]
    fn han_alone_gives_every_two_neighbours() {
        check("机器学习", &["机器", "器学", "学习"]);
        check("人", &["人"]);
    }

    #[test]
    fn hiragana_alone_is_not_lost() {
        check("ひらがな", &["ひら", "らが", "がな"]);
    }

    #[test]
    fn south_east_asian_scripts_are_cut_by_models() {
        check("เราเรียนรู้ภาษา", &["เรา", "เรียน", "รู้", "ภาษา"]);
        check("ພາສາລາວ", &["ພາສາ", "ລາວ"]);
    }

    #[test]
    fn other_scripts_are_left_alone() {
        for word in ["python", "größe", "москва", "हिन्दी", "한국어", "שלום", "कि\u{93f}"]
        {
            assert!(!has_unspaced(word), "{word}");
        }
    }

    #[test]
    fn a_run_without_an_end_is_cut_in_pieces() {
        let mut n_bytes = 0;
        each_word(&"ภาษา".repeat(5000), |word| n_bytes += word.len());
        assert_eq!(n_bytes, "ภาษา".len() * 5000);
    }
}

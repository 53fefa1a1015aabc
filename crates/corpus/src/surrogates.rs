//! Halves of surrogate pairs in JSON.

use std::ops::RangeInclusive;

const ESCAPE_LEN: usize = r"\uD83D".len();
const HIGH: RangeInclusive<u32> = 0xD800..=0xDBFF;
const LOW: RangeInclusive<u32> = 0xDC00..=0xDFFF;

/// `json` with each escaped half of a surrogate pair that stands alone replaced by U+FFFD; none
/// where all of them are whole. Programs that cut strings in UTF-16 write such halves, and a
/// strict parser refuses the whole text for them.
pub(crate) fn mended(json: &str) -> Option<String> {
    let mut mended = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        at += found;
        let Some(unit) = escape(json, at) else {
            // Any other escape: what follows the backslash is not the start of one.
            at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let next = at + ESCAPE_LEN;
        let is_pair =
            HIGH.contains(&unit) && escape(json, next).is_some_and(|unit| LOW.contains(&unit));
        if is_pair {
            at = next + ESCAPE_LEN;
            continue;
        }
        if HIGH.contains(&unit) || LOW.contains(&unit) {
            mended.push_str(&json[kept..at]);
            mended.push('\u{FFFD}');
            kept = next;
        }
        at = next;
    }
    if kept == 0 {
        return None;
    }
    mended.push_str(&json[kept..]);
    Some(mended)
}

/// The code unit of the escape `\uXXXX` at `at`.
fn escape(json: &str, at: usize) -> Option<u32> {
    let digits = json.get(at..at + ESCAPE_LEN)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lonely_halves_are_replaced() {
        let check = |json: &str, expected: Option<&str>| {
            assert_eq!(mended(json).as_deref(), expected, "{json}");
        };
        check(r#""\ud83d\ude00""#, None);
        check(r#""\\ud83d é \n""#, None);
        check(r#""\ud83d""#, Some("\"\u{FFFD}\""));
        check(r#""\ude00\ud83d\ud83d\ude00x\\""#, Some("\"\u{FFFD}\u{FFFD}\\ud83d\\ude00x\\\\\""));
        check(r#""\u12"#, None);
        check("\"\\", None);
        check("\"\\é", None);
    }
}

//! Lines of Chinese and Japanese, which are broken anywhere.
//!
//! A line end between two words is a space; these scripts have none, and a word may go on in the next line.
//! Browsers drop such a line end too (CSS Text Module Level 3, "Segment Break Transformation Rules").

/// `text` without the line ends between two characters that are written without spaces. A heading of
/// Markdown ends with its line. Cost: a search for line ends, and a copy where one goes.
pub(crate) fn joined(text: String) -> String {
    let bytes = text.as_bytes();
    let mut joined = String::new();
    let (mut copied, mut line_start) = (0, 0);
    for at in memchr::memchr_iter(b'\n', bytes) {
        let next = at + 1;
        // The last byte of such a character, and the first.
        let may_join = at > 0 && bytes[at - 1] >= 0x80 && bytes.get(next) >= Some(&0xe3);
        if may_join
            && bytes[line_start] != b'#'
            && joins(text[..at].chars().next_back(), text[next..].chars().next())
        {
            joined.push_str(&text[copied..at]);
            copied = next;
        }
        line_start = next;
    }
    if copied == 0 {
        return text;
    }
    joined.push_str(&text[copied..]);
    joined
}

/// Whether a line end between two characters parts no words.
pub(crate) fn joins(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(is_unspaced) && after.is_some_and(is_unspaced)
}

/// Whether `c` is a Han character or kana.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{309f}'
        | '\u{30a1}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_ends_between_two_such_characters_go() {
        let check = |text: &str, expected: &str| assert_eq!(joined(text.to_owned()), expected);
        check("机器学\n习与数\n据。\n下文", "机器学习与数据。\n下文");
        check("カタ\nカナ\nと", "カタカナと");
        check("机器\n\n学习", "机器\n\n学习");
        check("机器\n- 学习\nPython\n语言 3\n版", "机器\n- 学习\nPython\n语言 3\n版");
        check("# 标题\n正文\n正文", "# 标题\n正文正文");
        check("한국\n어\né\né", "한국\n어\né\né");
        check("\n学\n", "\n学\n");
    }
}

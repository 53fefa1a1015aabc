//! Numbers as letters: files of the index are text, which a script can hold as a string.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes `value` in groups of five bits, the lowest first, one letter each; the letters from the
/// 33rd on say that another follows.
pub(super) fn push(out: &mut String, mut value: u32) {
    while value >= 32 {
        out.push(char::from(DIGITS[(32 + value % 32) as usize]));
        value /= 32;
    }
    out.push(char::from(DIGITS[value as usize]));
}

/// The numbers of a text that [`push`] wrote.
pub(super) struct Numbers<'t>(std::slice::Iter<'t, u8>);

impl<'t> Numbers<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self(text.as_bytes().iter())
    }
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (mut value, mut shift) = (0_u32, 0);
        loop {
            let group = digit(*self.0.next()?);
            value |= (group & 31) << shift;
            if group < 32 {
                return Some(value);
            }
            shift += 5;
        }
    }
}

fn digit(letter: u8) -> u32 {
    u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        _ => 63,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, 31, 32, 33, 1023, 1024, 123_456_789, u32::MAX];
        let mut text = String::new();
        for number in numbers {
            push(&mut text, number);
        }
        assert_eq!(Numbers::of(&text).collect::<Vec<_>>(), numbers);
        assert!(text.starts_with("ABfgB"), "small numbers are one letter: {text}");
    }
}

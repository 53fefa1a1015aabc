//! Text to words.

use crate::error::{Error, Span};

/// Longest text of an expression, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The digits of the least whole number, which has a sign before them.
pub(crate) const LEAST: u64 = i64::MIN.unsigned_abs();

/// A word of the language and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// The kinds of words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Name(String),
    /// At most [`LEAST`]: what is beyond `i64` is a number only behind its sign.
    Int(u64),
    Float(f64),
    Text(String),
    /// A sign such as `+` or `**`.
    Sign(&'static str),
    End,
}

/// Longer signs before those that they begin with.
const SIGNS: &[&str] = &[
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "(", ")", "[", "]", ",", "=", "!",
];

/// The words of `text`, the last being [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::TooLong { got: text.len(), limit: MAX_BYTES });
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let start = at;
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let second_is_digit = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let kind = if first.is_ascii_digit() || (first == '.' && second_is_digit) {
            let (kind, len) = number(rest, start)?;
            at += len;
            kind
        } else if first.is_alphabetic() || first == '_' {
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            at += len;
            TokenKind::Name(rest[..len].to_owned())
        } else if first == '"' || first == '\'' {
            let (text, len) = quoted(rest, first, start)?;
            at += len;
            TokenKind::Text(text)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            at += sign.len();
            TokenKind::Sign(sign)
        } else {
            return Err(Error::Syntax {
                span: Span::new(start, start + first.len_utf8()),
                expected: "a number, a name, a text or an operator",
                found: format!("{first:?}"),
            });
        };
        tokens.push(Token { kind, span: Span::new(start, at) });
    }
    tokens.push(Token { kind: TokenKind::End, span: Span::new(text.len(), text.len()) });
    Ok(tokens)
}

fn number(rest: &str, start: usize) -> Result<(TokenKind, usize), Error> {
    let wrong = |len: usize| Error::Syntax {
        span: Span::new(start, start + len),
        expected: "a number such as 12, 0x1f, 1.5 or 1e-3",
        found: format!("{:?}", &rest[..len]),
    };
    let word =
        |rest: &str| rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)] {
        if let Some(digits) = rest.strip_prefix(prefix) {
            let len = word(digits);
            let value = u64::from_str_radix(&digits[..len].replace('_', ""), radix);
            let value = value.ok().filter(|value| *value <= LEAST);
            return value.map(|v| (TokenKind::Int(v), len + 2)).ok_or_else(|| wrong(len + 2));
        }
    }
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count()
    };
    let mut end = digits(0);
    let mut is_float = false;
    if bytes.get(end) == Some(&b'.') {
        is_float = true;
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            is_float = true;
            end = exponent;
        }
    }
    // `1abc` is a slip of the pen, not two words.
    let tail = word(&rest[end..]);
    if tail > 0 {
        return Err(wrong(end + tail));
    }
    let clean = rest[..end].replace('_', "");
    if is_float {
        clean.parse().map(|v| (TokenKind::Float(v), end)).map_err(|_| wrong(end))
    } else {
        match clean.parse() {
            Ok(value @ 0..=LEAST) => Ok((TokenKind::Int(value), end)),
            _ => Err(Error::beyond_i64(Span::new(start, start + end), clean)),
        }
    }
}

/// A text in quotes: its content, and its length with them.
fn quoted(rest: &str, quote: char, start: usize) -> Result<(String, usize), Error> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((text, at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, same @ ('\\' | '\'' | '"'))) => text.push(same),
                other => {
                    let end = other.map_or(rest.len(), |(at, c)| at + c.len_utf8());
                    return Err(Error::Syntax {
                        span: Span::new(start + at, start + end),
                        expected: r#"\n, \t, \\, \' or \""#,
                        found: format!("{:?}", &rest[at..end]),
                    });
                }
            },
            _ => text.push(c),
        }
    }
    Err(Error::Syntax {
        span: Span::new(start, start + rest.len()),
        expected: "a quote that ends the text",
        found: "the end".to_owned(),
    })
}

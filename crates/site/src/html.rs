//! Escaping, and which addresses and language codes may become attributes.

use std::fmt;

/// Writes `text` so that HTML reads it back as text, in an element or in a double-quoted attribute.
///
/// Control characters that HTML forbids become U+FFFD. Single quotes and slashes stay: the
/// templates quote every attribute with double quotes, and a test holds them to it.
pub(crate) fn write_escaped(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    // Most texts have nothing of the kind, which is seen many bytes at a time.
    let may_be_special = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'&' | b'<' | b'>' | 0x7f);
    if !text.bytes().fold(false, |found, byte| found | may_be_special(byte)) {
        return out.write_str(text);
    }
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let replacement = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\t' | b'\n' => continue,
            0..=0x1f | 0x7f => "\u{fffd}",
            _ => continue,
        };
        out.write_str(&text[written..at])?;
        out.write_str(replacement)?;
        written = at + 1;
    }
    out.write_str(&text[written..])
}

/// `url` when it is an absolute `http:` or `https:` address that may become a link.
pub(crate) fn web_url(url: &str) -> Option<&str> {
    let url = url.trim();
    let rest = after_scheme(url)?;
    let clean = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    (clean && rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')).then_some(url)
}

/// What follows `http://` or `https://` at the start of `text`, in any case.
pub(crate) fn after_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    })
}

/// The host of a [`web_url`], without user, port and a leading `www.`, for showing.
pub(crate) fn host(url: &str) -> &str {
    let rest = after_scheme(url).unwrap_or(url);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    host.strip_prefix("www.").unwrap_or(host)
}

/// `code` when it has the form of a language tag (`en`, `pt-BR`).
pub(crate) fn language_tag(code: &str) -> Option<&str> {
    // Nearly all are such, of every document that a page names.
    if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Some(code);
    }
    let code = code.trim();
    let first = code.split('-').next().unwrap_or("");
    let subtags_fit = code.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let fits = subtags_fit
        && (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && code.len() <= 35;
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_escape(text: &str, expected: &str) {
        let mut out = String::new();
        write_escaped(&mut out, text).unwrap();
        assert_eq!(out, expected);
    }

    #[test]
    fn markup_is_escaped_and_the_rest_is_kept() {
        check_escape("", "");
        check_escape("plain – ügly 👍", "plain – ügly 👍");
        check_escape(r#"<a b="c">&'/"#, "&lt;a b=&quot;c&quot;&gt;&amp;'/");
        check_escape("é<é", "é&lt;é");
    }

    #[test]
    fn forbidden_control_characters_are_replaced() {
        check_escape("a\0b\u{1b}c\td\ne", "a\u{fffd}b\u{fffd}c\td\ne");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for url in ["https://a.example", "HTTP://a.example/x?y#z", " https://[::1]/ "] {
            assert_eq!(web_url(url), Some(url.trim()), "{url}");
        }
        for url in [
            "",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "ftp://a.example",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\u{0}b",
            "httpß://x",
        ] {
            assert_eq!(web_url(url), None, "{url:?}");
        }
    }

    #[test]
    fn a_host_is_shown_without_user_port_and_www() {
        for (url, expected) in [
            ("https://www.example.org/talks?x", "example.org"),
            ("http://example.org:8080", "example.org"),
            ("https://example.org@evil.example/", "evil.example"),
            ("https://[::1]/", "[::1]"),
        ] {
            assert_eq!(host(url), expected);
        }
    }

    #[test]
    fn language_tags_are_checked() {
        for code in ["en", "pt-BR", "zh-Hant-TW", " de "] {
            assert_eq!(language_tag(code), Some(code.trim()));
        }
        for code in ["", "e", "english", "en\"", "en_GB", "12", "en-", "en-123456789"] {
            assert_eq!(language_tag(code), None, "{code}");
        }
    }
}

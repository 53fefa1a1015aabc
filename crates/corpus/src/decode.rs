//! Bytes to text.

use std::io::{self, BufRead, Read};
use std::iter;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    CoderResult, Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
    X_USER_DEFINED,
};

/// How far into a page its encoding may be declared, bytes: as browsers look.
const PRESCAN_BYTES: usize = 1024;

/// The text of a web page.
///
/// The encoding is that of the byte order mark, else `http_charset` (the `charset` of the
/// `Content-Type`), else the page's own `<meta charset>`, else UTF-8 where the bytes are valid,
/// else what the letters look like. A declared encoding in which the bytes have an error is
/// passed over for the next; where all have errors, the first one stays, with U+FFFD in the place
/// of each error. Letters that are valid UTF-8 are UTF-8 where an encoding of one byte a letter is
/// declared: pages are often converted and go on saying what they were. Labels are those of the WHATWG Encoding Standard, unknown ones are ignored.
///
/// ```
/// assert_eq!(corpus::decode_html(b"caf\xE9", Some("ISO-8859-1")), "café");
/// assert_eq!(corpus::decode_html("café".as_bytes(), None), "café");
/// ```
#[must_use]
pub fn decode_html(bytes: &[u8], http_charset: Option<&str>) -> String {
    if let Some((encoding, bom_len)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[bom_len..]).0.into_owned();
    }
    let from_http = http_charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    let declared = [from_http, declared_in_page(bytes), Some(UTF_8)].into_iter().flatten();
    // By chance texts in these are hardly ever UTF-8, and errors in none of them.
    let converted = declared
        .clone()
        .next()
        .filter(|encoding| encoding.is_single_byte() && !bytes.is_ascii())
        .and_then(|_| std::str::from_utf8(bytes).ok());
    if let Some(text) = converted {
        return text.to_owned();
    }
    let first = declared.clone().next().unwrap_or(UTF_8);
    // Detection is a hundred times slower than the rest: it comes when nothing else has worked.
    declared
        .chain(iter::once_with(|| detected(bytes)))
        .find_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes))
        .unwrap_or_else(|| first.decode_without_bom_handling(bytes).0)
        .into_owned()
}

/// The text of a file without markup, by its byte order mark, else UTF-8 where the bytes are
/// valid, else what the letters look like.
///
/// # Errors
/// The offset of the first byte that has no reading: in the encoding of the byte order mark, or
/// as UTF-8 where there is no mark.
pub(crate) fn decode_plain(bytes: &[u8]) -> Result<String, usize> {
    if let Some((encoding, bom_len)) = Encoding::for_bom(bytes) {
        return strict(encoding, &bytes[bom_len..]).map_err(|offset| bom_len + offset);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => strict(detected(bytes), bytes).map_err(|_| error.valid_up_to()),
    }
}

/// `input`, from UTF-16 to UTF-8 where it begins with the mark of UTF-16, as spreadsheets write it.
///
/// # Errors
/// When the stream cannot be read.
pub(crate) fn as_utf8(mut input: Box<dyn BufRead + Send>) -> io::Result<Box<dyn Read + Send>> {
    let encoding = match input.fill_buf()? {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    Ok(match encoding {
        Some(encoding) => Box::new(Transcoded {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            ready: io::Cursor::new(Vec::new()),
            is_at_end: false,
        }),
        None => input,
    })
}

/// How many bytes are decoded at once.
const DECODED_BYTES: usize = 64 << 10;

/// A stream in another encoding, as UTF-8; what is damaged becomes U+FFFD.
struct Transcoded {
    input: Box<dyn BufRead + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: io::Cursor<Vec<u8>>,
    is_at_end: bool,
}

impl Read for Transcoded {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.ready.read(to)?;
            if n > 0 || self.is_at_end || to.is_empty() {
                return Ok(n);
            }
            self.raw.clear();
            let n_read =
                self.input.by_ref().take(DECODED_BYTES as u64).read_to_end(&mut self.raw)?;
            self.is_at_end = n_read == 0;
            // What the decoder says that it needs at most, so that it takes all in one step.
            let room = self.decoder.max_utf8_buffer_length(n_read).unwrap_or(4 * DECODED_BYTES);
            let mut decoded = vec![0; room];
            let (result, _, n_written, _) =
                self.decoder.decode_to_utf8(&self.raw, &mut decoded, self.is_at_end);
            debug_assert_eq!(result, CoderResult::InputEmpty, "there is room for all of it");
            decoded.truncate(n_written);
            self.ready = io::Cursor::new(decoded);
            if self.is_at_end {
                return self.ready.read(to);
            }
        }
    }
}

/// The offset of the first NUL byte of what should be a text, none for UTF-16 with its mark.
pub(crate) fn first_nul(bytes: &[u8]) -> Option<usize> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => None,
        _ => bytes.iter().position(|b| *b == 0),
    }
}

fn detected(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// Decodes the whole of `bytes`, or tells the offset of the first error.
fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity =
        decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(capacity);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty | DecoderResult::OutputFull, _) => Ok(text),
        (DecoderResult::Malformed(bad, after), read) => {
            Err(read.saturating_sub(usize::from(bad) + usize::from(after)))
        }
    }
}

/// The encoding in the first `<meta>` that declares one.
fn declared_in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(PRESCAN_BYTES)].to_ascii_lowercase();
    let mut rest = head.as_slice();
    while let Some(at) = rest.iter().position(|b| *b == b'<') {
        rest = &rest[at..];
        if rest.starts_with(b"<!--") {
            let end = find(&rest[4..], b"-->")?;
            rest = &rest[4 + end + 3..];
            continue;
        }
        let end = rest.iter().position(|b| *b == b'>').unwrap_or(rest.len());
        let (tag, after) = rest.split_at(end);
        let declared = tag.strip_prefix(b"<meta").and_then(charset_label);
        if let Some(encoding) = declared.and_then(Encoding::for_label) {
            // A page whose letters could be read so far is in neither of these two, whatever it
            // says: the Encoding Standard's replacements.
            return Some(if encoding == UTF_16LE || encoding == UTF_16BE {
                UTF_8
            } else if encoding == X_USER_DEFINED {
                WINDOWS_1252
            } else {
                encoding
            });
        }
        rest = after;
    }
    None
}

/// What follows `charset=` in a tag, be it an attribute or a part of `content`.
fn charset_label(tag: &[u8]) -> Option<&[u8]> {
    let value = &tag[find(tag, b"charset")? + b"charset".len()..];
    let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b';' | b'/');
    Some(&value[..value.iter().position(is_end).unwrap_or(value.len())])
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], http_charset: Option<&str>, expected: &str) {
        assert_eq!(decode_html(bytes, http_charset), expected);
    }

    #[test]
    fn the_mark_beats_http_beats_meta_beats_detection() {
        check(b"\xEF\xBB\xBFcaf\xC3\xA9", Some("windows-1252"), "café");
        check(b"\xFF\xFEc\0\xE9\0", Some("utf-8"), "cé");
        check(b"<meta charset=koi8-r>\xC1", Some("windows-1251"), "<meta charset=koi8-r>Б");
        check(b"<meta charset=koi8-r>\xC1", None, "<meta charset=koi8-r>а");
        check("naïve œuvre".as_bytes(), None, "naïve œuvre");
    }

    #[test]
    fn a_wrong_declaration_gives_way_to_one_without_errors() {
        check(b"caf\xE9 cr\xE8me", Some("utf-8"), "café crème");
        check(b"<meta charset=utf-8>caf\xE9 cr\xE8me", None, "<meta charset=utf-8>café crème");
        check("café".as_bytes(), Some("no-such-label"), "café");
    }

    #[test]
    fn what_is_valid_utf_8_is_in_no_encoding_of_single_bytes() {
        check("kilómetros".as_bytes(), Some("iso-8859-15"), "kilómetros");
        check("<meta charset=koi8-r>где".as_bytes(), None, "<meta charset=koi8-r>где");
        check(b"kil\xF3metros", Some("iso-8859-15"), "kilómetros");
        check(b"\xC3\xA4", Some("gbk"), "盲");
    }

    #[test]
    fn declarations_are_found_in_every_spelling_and_not_in_comments() {
        let declared = |page: &str| declared_in_page(page.as_bytes()).map(Encoding::name);
        let koi = Some("KOI8-R");
        assert_eq!(declared("<html><META CharSet = 'koi8-r' >"), koi);
        let http_equiv =
            r#"<meta http-equiv="Content-Type" content="text/html; charset=koi8-r; x=y">"#;
        assert_eq!(declared(http_equiv), koi);
        assert_eq!(declared("<!-- > <meta charset=utf-8> --><meta charset=koi8-r>"), koi);
        assert_eq!(declared("<meta name=x><meta charset=bogus><meta charset=koi8-r/>"), koi);
        assert_eq!(declared("<meta charset=utf-16>"), Some("UTF-8"));
        assert_eq!(declared("<!-- <meta charset=koi8-r>"), None);
        assert_eq!(declared("<meta charset"), None);
        assert_eq!(declared(&format!("{}<meta charset=koi8-r>", " ".repeat(1024))), None);
    }

    #[test]
    fn plain_text_names_the_offset_of_what_cannot_be_read() {
        assert_eq!(decode_plain("é".as_bytes()).unwrap(), "é");
        assert_eq!(decode_plain(b"\xEF\xBB\xBFa").unwrap(), "a");
        assert_eq!(decode_plain(b"cr\xE8me br\xFBl\xE9e").unwrap(), "crème brûlée");
        assert_eq!(decode_plain(b"\xEF\xBB\xBFab\xFFc"), Err(5));
        assert_eq!(decode_plain(b"\xFF\xFEa\0\0\xD8b\0"), Err(4));
    }

    #[test]
    fn nul_bytes_are_found_but_in_utf_16() {
        assert_eq!(first_nul(b"ab\0"), Some(2));
        assert_eq!(first_nul(b"\xFF\xFEa\0"), None);
        assert_eq!(first_nul(b"ab"), None);
    }
}

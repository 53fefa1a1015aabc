//! The language of a text.

use whatlang::Lang;

/// What [`detect_language`] reads at most, bytes: trigrams of more change nothing.
const READ: usize = 1200;
/// Below this many characters a guess is worth little.
const MIN_CHARS: usize = 40;

/// The language of `text` as an ISO 639-1 code, or `None` when the text is short or the guess is
/// not a safe one.
///
/// ```
/// let text = "Wir zeigen, wie man aus vielen kleinen Programmen ein verlässliches Werkzeug baut.";
/// assert_eq!(text::detect_language(text), Some("de"));
/// assert_eq!(text::detect_language("ok"), None);
/// ```
#[must_use]
pub fn detect_language(text: &str) -> Option<&'static str> {
    let mut end = text.len().min(READ);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let start = &text[..end];
    start.chars().nth(MIN_CHARS)?;
    let info = whatlang::detect(start)?;
    if info.is_reliable() { code_of(info.lang()) } else { None }
}

/// The two-letter code of the languages that have one and a list of stop words.
fn code_of(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Pol => "pl",
        Lang::Kor => "ko",
        Lang::Vie => "vi",
        Lang::Tur => "tr",
        Lang::Ron => "ro",
        Lang::Nld => "nl",
        Lang::Hrv => "hr",
        Lang::Ces => "cs",
        Lang::Hun => "hu",
        Lang::Swe => "sv",
        Lang::Ind => "id",
        Lang::Fin => "fi",
        Lang::Nob => "no",
        Lang::Dan => "da",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Pes => "fa",
        Lang::Tha => "th",
        Lang::Lat => "la",
        Lang::Afr => "af",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_languages_are_told_apart() {
        let cases = [
            ("en", "The harbour master explains how the lamp of the old lighthouse was automated."),
            ("fr", "La gardienne raconte comment la lampe du vieux phare a été automatisée hier."),
            ("es", "La guardiana cuenta cómo se automatizó la lámpara del viejo faro del puerto."),
            ("ru", "Смотритель рассказывает, как автоматизировали лампу старого маяка в порту."),
        ];
        for (code, text) in cases {
            assert_eq!(detect_language(text), Some(code), "{text}");
        }
    }

    #[test]
    fn a_cut_in_the_middle_of_a_character_is_no_problem() {
        let text = "la gardienne é".repeat(READ);
        for cut in 0..14 {
            if text.is_char_boundary(cut) {
                assert!(detect_language(&text[cut..]).is_none_or(|code| code.len() == 2));
            }
        }
    }
}

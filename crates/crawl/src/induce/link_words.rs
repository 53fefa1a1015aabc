//! What links say of where they lead: nothing, to more of a list, to a day of a programme.

use super::words::tokens;

/// Link texts that say nothing of where they lead.
pub(crate) fn is_generic(text: &str) -> bool {
    const GENERIC: &[&str] = &[
        "read more",
        "more",
        "details",
        "view",
        "view details",
        "learn more",
        "see more",
        "link",
        "permalink",
        "continue reading",
        "show",
        "open",
        "info",
        "more info",
        "mehr",
        "weiterlesen",
        "video",
        "slides",
        "pdf",
        "download",
        "edit",
        "comments",
        "watch",
        "add to calendar",
        "session",
        "here",
        "click here",
        "abstract",
        "full abstract",
        "view session",
        "talk",
    ];
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.chars().count() < 2 || GENERIC.contains(&text.as_str())
}

/// Whether a link text names a page of a list: a number, `next`, an arrow.
pub(crate) fn is_next(text: &str) -> bool {
    const NEXT: &[&str] = &[
        "next",
        "next page",
        "older",
        "older posts",
        "more talks",
        "weiter",
        "nächste",
        "suivant",
        "siguiente",
        "»",
        "›",
        "→",
        ">",
        ">>",
        "next »",
        "next ›",
        "next →",
    ];
    let text = text.trim().to_lowercase();
    NEXT.contains(&text.as_str())
        || (text.len() <= 4 && text.parse::<u32>().is_ok())
        || is_more(&text)
}

/// Whether what is written on a button promises more of the same list.
pub(crate) fn is_more(text: &str) -> bool {
    const MORE: &[&str] = &[
        "load more",
        "show more",
        "view more",
        "see more",
        "more results",
        "mehr laden",
        "mehr anzeigen",
        "weitere laden",
        "weitere anzeigen",
        "voir plus",
        "afficher plus",
        "charger plus",
        "ver más",
        "cargar más",
        "mostrar más",
        "mostrar mais",
        "carica altri",
        "показать ещё",
        "показать еще",
        "загрузить ещё",
        "もっと見る",
        "さらに表示",
        "加载更多",
        "查看更多",
    ];
    let text = text.trim().to_lowercase();
    text.len() <= 60 && MORE.iter().any(|more| text.starts_with(more))
}

/// Whether a link text names a day of a programme.
pub(crate) fn is_day(text: &str) -> bool {
    const DAYS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "tues",
        "thurs",
    ];
    let words = tokens(text);
    let is_day_name = |word: &String| DAYS.contains(&word.as_str());
    let is_number = |word: &String| {
        word.trim_end_matches(char::is_alphabetic).parse::<u32>().is_ok()
            || matches!(word.as_str(), "one" | "two" | "three" | "four" | "five")
    };
    let counts = |word: &String| matches!(word.as_str(), "day" | "tag" | "jour" | "día" | "dia");
    // Words that are neither days nor numbers nor months make it the name of something else.
    let n_other = words
        .iter()
        .filter(|w| !is_day_name(w) && !is_number(w) && !counts(w) && !crate::dates::is_month(w))
        .count();
    let is_numbered = words.windows(2).any(|pair| counts(&pair[0]) && is_number(&pair[1]));
    let names_day = words.iter().any(is_day_name) || crate::dates::day_in(text).is_some();
    n_other <= 1 && words.len() <= 8 && (is_numbered || names_day && 2 * n_other < words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_next_pages_are_known_by_their_words() {
        assert!(
            is_day("Friday") && is_day("Day 2") && is_day("14 May 2026") && is_day("Fri, 3 Oct")
        );
        assert!(
            !is_day("Posters (Sunday morning)")
                && !is_day("Sunflowers of the sun that never sets in the far north")
                && !is_day("Rooms")
        );
        assert!(is_next("Next »") && is_next("12") && !is_next("Nextcloud"));
    }
}

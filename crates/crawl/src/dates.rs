//! Days and moments in the texts of pages.

const MONTHS: &[(&str, u32)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("januar", 1),
    ("februar", 2),
    ("märz", 3),
    ("mai", 5),
    ("juni", 6),
    ("juli", 7),
    ("oktober", 10),
    ("dezember", 12),
    ("janvier", 1),
    ("février", 2),
    ("mars", 3),
    ("avril", 4),
    ("juin", 6),
    ("juillet", 7),
    ("août", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("décembre", 12),
    ("enero", 1),
    ("febrero", 2),
    ("marzo", 3),
    ("abril", 4),
    ("mayo", 5),
    ("junio", 6),
    ("julio", 7),
    ("agosto", 8),
    ("septiembre", 9),
    ("octubre", 10),
    ("noviembre", 11),
    ("diciembre", 12),
];

/// The first day in `text` that has a year, as `2026-05-14`: `2026-05-14T10:00`, `14 May 2026`,
/// `May 14th, 2026`, `14.05.2026`, `2026年5月14日`.
pub(crate) fn day_in(text: &str) -> Option<String> {
    let text = text.replace(['年', '월', '月'], "-").replace("년", "-");
    let is_gap = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | '(' | ')' | '–' | '—' | '·' | '|' | '@' | '日' | '일' | '（' | '、'
            )
    };
    let words: Vec<String> =
        text.split(is_gap).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    for (at, word) in words.iter().enumerate() {
        if let Some(day) = numeric_day(word) {
            return Some(day);
        }
        let Some(month) = month(word) else { continue };
        let number = |n: Option<&String>| n.and_then(|word| day_number(word));
        let year = |n: Option<&String>| n.and_then(|word| year_number(word));
        let before = at.checked_sub(1).and_then(|n| words.get(n));
        let before_of = match before.map(String::as_str) {
            Some("of" | "de") => at.checked_sub(2).and_then(|n| words.get(n)),
            _ => before,
        };
        let after = words.get(at + 1);
        let after = if after.is_some_and(|w| w == "de") { words.get(at + 2) } else { after };
        let found = match (number(before_of), year(after), number(after), year(words.get(at + 2))) {
            (Some(day), Some(year), ..) | (_, _, Some(day), Some(year)) => Some((year, day)),
            _ => None,
        };
        if let Some((year, day)) = found {
            return checked(year, month, day);
        }
    }
    None
}

/// `text` as a moment with an offset, RFC 3339; none without an offset.
pub(crate) fn moment(text: &str) -> Option<String> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', 't', ' '])?;
    let day = numeric_day(day)?;
    let offset_at = time.find(['Z', 'z', '+', '-'])?;
    let (clock, offset) = time.split_at(offset_at);
    let mut parts = clock.trim().split(':');
    let number = |part: Option<&str>, most: u32| {
        let part = part?;
        let whole = part.split('.').next()?;
        whole.parse::<u32>().ok().filter(|n| *n <= most && whole.len() == 2)
    };
    let hour = number(parts.next(), 23)?;
    let minute = number(parts.next(), 59)?;
    let second = match parts.next() {
        None => 0,
        part => number(part, 60)?,
    };
    let offset = match offset {
        "Z" | "z" => "Z".to_owned(),
        _ => {
            let digits: String = offset[1..].chars().filter(char::is_ascii_digit).collect();
            let sign = &offset[..1];
            match digits.len() {
                4 => format!("{sign}{}:{}", &digits[..2], &digits[2..]),
                2 => format!("{sign}{digits}:00"),
                _ => return None,
            }
        }
    };
    Some(format!("{day}T{hour:02}:{minute:02}:{second:02}{offset}"))
}

/// Whether `word`, in lower case, names a month.
pub(crate) fn is_month(word: &str) -> bool {
    month(word).is_some()
}

fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    MONTHS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)
}

fn day_number(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|s| word.strip_suffix(s)).unwrap_or(word);
    digits.parse().ok().filter(|day| (1..=31).contains(day) && digits.len() <= 2)
}

fn year_number(word: &str) -> Option<u32> {
    let word = word.trim_end_matches(['.', ':', ';']);
    word.parse().ok().filter(|year| (1900..=2199).contains(year))
}

/// `2026-05-14`, with a time behind it or not, `2026/05/14`, and `14.05.2026`.
fn numeric_day(word: &str) -> Option<String> {
    let word = word.split(['T', 't']).next()?.trim_end_matches(['.', ':', ';']);
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4);
    let (a_len, c_len) = (a.len(), c.len());
    let (a, b, c) = (number(a)?, number(b)?, number(c)?);
    if a_len == 4 && c_len <= 2 {
        checked(a, b, c)
    } else if c_len == 4 && word.contains('.') {
        checked(c, b, a)
    } else {
        None
    }
}

fn checked(year: u32, month: u32, day: u32) -> Option<String> {
    let is_day =
        (1900..=2199).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_found_in_many_spellings() {
        for (text, day) in [
            ("Wednesday - April 19th, 2023 9 a.m.", Some("2023-04-19")),
            ("20 July 2016", Some("2016-07-20")),
            ("am 3. Oktober 2026 um 9 Uhr", Some("2026-10-03")),
            ("14.05.2026, 10:00", Some("2026-05-14")),
            ("2026-05-14T10:00:00+02:00", Some("2026-05-14")),
            ("le 1 mai 2025", Some("2025-05-01")),
            ("the 4th of July 2020", Some("2020-07-04")),
            ("@May 14, 2026 10:00", Some("2026-05-14")),
            ("2026年5月14日(木) 10:00", Some("2026-05-14")),
            ("日時 2026年 12月 1日", None),
            ("2026년 5월 14일", None),
            ("5月14日", None),
            ("2026-13-01", None),
            ("March 13th 1:55 p.m.", None),
            ("Room 12.5.7", None),
        ] {
            assert_eq!(day_in(text).as_deref(), day, "{text}");
        }
    }

    #[test]
    fn a_moment_needs_an_offset() {
        for (text, expected) in [
            ("2026-05-14T10:00:00+02:00", Some("2026-05-14T10:00:00+02:00")),
            ("2026-05-14 10:00Z", Some("2026-05-14T10:00:00Z")),
            ("2026-05-14T10:00:00.123-0800", Some("2026-05-14T10:00:00-08:00")),
            ("2026-05-14T10:00", None),
            ("2026-05-14", None),
            ("2026-05-14T25:00Z", None),
        ] {
            assert_eq!(moment(text).as_deref(), expected, "{text}");
        }
    }
}

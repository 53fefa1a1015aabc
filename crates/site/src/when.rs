//! Dates and times of the source → what people read.

use std::fmt::Write as _;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// `Thu 14 May 2026, 10:30–11:00` from what is known of a day, a start and an end; `None` when
/// nothing is.
///
/// Times are those of the place, as the source writes them; one that ends in `Z` is marked `UTC`.
/// What has no known form is shown as it is.
pub(crate) fn format_range(
    date: Option<&str>,
    start: Option<&str>,
    end: Option<&str>,
) -> Option<String> {
    let [date, start, end] =
        [date, start, end].map(|part| part.map(str::trim).filter(|part| !part.is_empty()));
    let from = start.map(Moment::parse);
    let to = end.map(Moment::parse);
    let day = from.as_ref().and_then(|from| from.day);
    let mut out = match (day, date) {
        (Some(day), _) => day.format(),
        (None, Some(date)) => parse_day(date).map_or_else(|| date.to_owned(), Day::format),
        (None, None) => String::new(),
    };
    let times = [from, to].into_iter().flatten();
    for (n, moment) in times.enumerate() {
        // An end on another day than the start names its day, as midnight sessions do.
        let other_day = moment.day.filter(|this| n > 0 && day.is_some_and(|day| day != *this));
        let separator = match (n, out.is_empty(), other_day) {
            (_, true, _) => "",
            (0, ..) => ", ",
            (_, _, None) => "–",
            (_, _, Some(_)) => " – ",
        };
        out.push_str(separator);
        if let Some(day) = other_day {
            out.push_str(&day.format());
            out.push_str(", ");
        }
        out.push_str(moment.time);
        if n == 0 && moment.utc && end.is_some() {
            continue;
        }
        out.push_str(if moment.utc { " UTC" } else { "" });
    }
    (!out.is_empty()).then_some(out)
}

/// `text` when it is a machine-readable moment or day that `<time datetime>` allows.
pub(crate) fn machine_readable(text: &str) -> Option<&str> {
    let text = text.trim();
    let known = Moment::parse(text).day.is_some() || parse_day(text).is_some();
    (known && text.is_ascii()).then_some(text)
}

/// A year, a month or a day, as exact as it is known. The order is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Period {
    year: u32,
    /// 0 when it is not known.
    month: u32,
    /// 0 when it is not known.
    of_month: u32,
}

/// How exactly periods are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Month,
    Day,
}

/// When a document is from: the day of `start`, else `date`, which may be a year or a month only.
pub(crate) fn period(start: Option<&str>, date: Option<&str>) -> Option<Period> {
    let of_start = start.and_then(|start| Moment::parse(start.trim()).day);
    let date = date.map(str::trim);
    let of_date = || date.and_then(|date| Moment::parse(date).day.or_else(|| parse_day(date)));
    if let Some(Day { year, month, of_month }) = of_start.or_else(of_date) {
        return Some(Period { year, month, of_month });
    }
    let date = date?.as_bytes();
    let year = number(date.get(..4)?).filter(|&year| year > 0)?;
    match date.len() {
        4 => Some(Period { year, month: 0, of_month: 0 }),
        7 if date[4] == b'-' => {
            let month = number(&date[5..]).filter(|month| (1..=12).contains(month))?;
            Some(Period { year, month, of_month: 0 })
        }
        _ => None,
    }
}

impl Period {
    /// The year, the month or the day that it lies in.
    pub(crate) fn to(self, unit: Unit) -> Self {
        match unit {
            Unit::Year => Self { month: 0, of_month: 0, ..self },
            Unit::Month => Self { of_month: 0, ..self },
            Unit::Day => self,
        }
    }

    /// `2026`, `May 2026`, `14 May 2026`.
    pub(crate) fn format(self) -> String {
        let Self { year, month, of_month } = self;
        match (month, of_month) {
            (0, _) => year.to_string(),
            (_, 0) => format!("{} {year}", MONTHS[month as usize - 1]),
            _ => format!("{of_month} {} {year}", MONTHS[month as usize - 1]),
        }
    }

    /// `2026-05-14T00:00:00Z`: the first moment, as feeds want it.
    pub(crate) fn first_moment(self) -> String {
        let Self { year, month, of_month } = self;
        format!("{year:04}-{:02}-{:02}T00:00:00Z", month.max(1), of_month.max(1))
    }
}

/// A point in time; what has no known form is all in `time`.
struct Moment<'a> {
    day: Option<Day>,
    time: &'a str,
    utc: bool,
}

impl<'a> Moment<'a> {
    /// Reads RFC 3339, with or without seconds, and times of day.
    fn parse(text: &'a str) -> Self {
        let unknown = Self { day: None, time: text, utc: false };
        let (day, clock) = match text.get(..10).and_then(parse_day) {
            Some(day) => match text.as_bytes().get(10) {
                Some(b'T' | b't' | b' ') => (Some(day), &text[11..]),
                _ => return unknown,
            },
            None => (None, text),
        };
        let Some((time, rest)) = clock.split_at_checked(5) else { return unknown };
        let bytes = time.as_bytes();
        let two = |at: usize| number(&bytes[at..at + 2]);
        let is_clock = bytes[2] == b':'
            && two(0).is_some_and(|hour| hour < 24)
            && two(3).is_some_and(|minute| minute < 60);
        let rest_is_known = rest
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'+' | b'-' | b'Z' | b'z'));
        if !is_clock || !rest_is_known {
            return unknown;
        }
        Self { day, time, utc: rest.ends_with(['Z', 'z']) }
    }
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Day {
    year: u32,
    month: u32,
    of_month: u32,
}

impl Day {
    fn format(self) -> String {
        let Self { year, month, of_month } = self;
        let (weekday, month) = (WEEKDAYS[self.weekday()], MONTHS[month as usize - 1]);
        // With room for the times that follow most days.
        let mut out = String::with_capacity("Wed 30 Sep 2026, 10:30–11:00".len());
        write!(out, "{weekday} {of_month} {month} {year}")
            .expect("writing to a string cannot fail");
        out
    }

    /// 0 for Sunday, by Sakamoto's method: each month shifts the weekday by a fixed number, and
    /// January and February count to the year before.
    fn weekday(self) -> usize {
        const SHIFT: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        // 400 years are a whole number of weeks, so that adding them changes nothing.
        let year = self.year + 400 - u32::from(self.month < 3);
        let days = year + year / 4 - year / 100 + year / 400;
        ((days + SHIFT[self.month as usize - 1] + self.of_month) % 7) as usize
    }
}

/// Reads `2026-05-14`.
fn parse_day(text: &str) -> Option<Day> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month) = (number(&bytes[..4])?, number(&bytes[5..7])?);
    let of_month = number(&bytes[8..])?;
    let exists = (1..=12).contains(&month) && (1..=31).contains(&of_month);
    exists.then_some(Day { year, month, of_month })
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parts: [&str; 3], expected: &str) {
        let [date, start, end] = parts.map(|part| (!part.is_empty()).then_some(part));
        assert_eq!(format_range(date, start, end).unwrap_or_default(), expected);
    }

    #[test]
    fn nothing_known_gives_nothing() {
        check(["", "", ""], "");
        check(["  ", "", " "], "");
    }

    #[test]
    fn days_are_written_with_their_weekday() {
        check(["2026-05-14", "", ""], "Thu 14 May 2026");
        check(["2000-02-29", "", ""], "Tue 29 Feb 2000");
        check(["1900-01-01", "", ""], "Mon 1 Jan 1900");
        check(["0000-01-01", "", ""], "Sat 1 Jan 0");
    }

    #[test]
    fn times_follow_the_day() {
        let (start, end) = ("2026-05-14T10:30:00+02:00", "2026-05-14T11:00:00+02:00");
        check(["", start, end], "Thu 14 May 2026, 10:30–11:00");
        check(["2026-05-14", start, ""], "Thu 14 May 2026, 10:30");
        check(["2026-05-14", "10:30", "11:00"], "Thu 14 May 2026, 10:30–11:00");
        check(["", "10:30", ""], "10:30");
    }

    #[test]
    fn an_end_on_another_day_names_it() {
        check(
            ["", "2026-05-14T23:30+02:00", "2026-05-15T00:30+02:00"],
            "Thu 14 May 2026, 23:30 – Fri 15 May 2026, 00:30",
        );
    }

    #[test]
    fn universal_time_is_marked_once() {
        check(
            ["", "2026-05-14T10:30:00Z", "2026-05-14T11:00:00Z"],
            "Thu 14 May 2026, 10:30–11:00 UTC",
        );
        check(["", "2026-05-14T10:30:00Z", ""], "Thu 14 May 2026, 10:30 UTC");
    }

    #[test]
    fn unknown_forms_are_shown_as_they_are() {
        check(["14 May 2026", "", ""], "14 May 2026");
        check(["mardi", "25:99", "ünïcode-☃☃☃☃"], "mardi, 25:99–ünïcode-☃☃☃☃");
        check(["2026-13-01", "", ""], "2026-13-01");
        check(["", "2026-05-14X10:30", ""], "2026-05-14X10:30");
    }

    #[test]
    fn only_known_forms_are_machine_readable() {
        assert_eq!(
            machine_readable("2026-05-14T10:30:00+02:00"),
            Some("2026-05-14T10:30:00+02:00")
        );
        assert_eq!(machine_readable("2026-05-14"), Some("2026-05-14"));
        for text in ["", "14 May", "10:30", "2026-05-14T10:30\"x"] {
            assert_eq!(machine_readable(text), None, "{text}");
        }
    }
}

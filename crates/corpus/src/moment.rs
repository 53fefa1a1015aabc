//! Moments and durations, as far as schedules need them.

/// Minutes since 1970 in the local time that is written, and the offset as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970-01-01, of the local clock.
    pub(crate) local: i64,
    /// `Z` or `+02:00`; none where it is not known.
    pub(crate) offset: Option<String>,
}

impl Moment {
    /// Reads `2026-05-14T10:00:00+02:00`, with or without seconds, fractions, the colon of the
    /// offset and the offset, and a blank for the `T`; and `2026-05-14`, as its midnight.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let day = days_of(text.get(..10)?)?;
        let rest = text.get(10..)?.trim_start_matches(['T', 't', ' ']);
        if rest.is_empty() {
            return Some(Self { local: day * 86400, offset: None });
        }
        let offset_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (clock, offset) = rest.split_at(offset_at);
        let mut parts = clock.trim().split(':');
        let number = |part: Option<&str>, most: i64| {
            let whole = part?.split('.').next()?;
            let is_number =
                (1..=2).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
            whole.parse::<i64>().ok().filter(|n| is_number && *n <= most)
        };
        let hours = number(parts.next(), 24)?;
        let minutes = number(parts.next(), 59)?;
        let seconds = match parts.next() {
            None => 0,
            part => number(part, 60)?,
        };
        let offset = match offset.trim() {
            "" => None,
            offset => Some(normal_offset(offset)?),
        };
        Some(Self { local: day * 86400 + hours * 3600 + minutes * 60 + seconds, offset })
    }

    /// The moment `seconds` later.
    pub(crate) fn plus(&self, seconds: i64) -> Self {
        Self { local: self.local.saturating_add(seconds), offset: self.offset.clone() }
    }

    /// The day, `2026-05-14`.
    pub(crate) fn day(&self) -> String {
        let (year, month, day) = civil(self.local.div_euclid(86400));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// RFC 3339; none without an offset.
    pub(crate) fn rfc3339(&self) -> Option<String> {
        let offset = self.offset.as_ref()?;
        let of_day = self.local.rem_euclid(86400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Some(format!("{}T{hour:02}:{minute:02}:{second:02}{offset}", self.day()))
    }
}

/// An offset as RFC 3339 has it; none for nonsense.
fn normal_offset(offset: &str) -> Option<String> {
    if offset.eq_ignore_ascii_case("z") {
        return Some("Z".to_owned());
    }
    let sign = offset.chars().next().filter(|c| matches!(c, '+' | '-'))?;
    let digits: String = offset[1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        2 => Some(format!("{sign}{digits}:00")),
        4 | 6 => Some(format!("{sign}{}:{}", &digits[..2], &digits[2..4])),
        _ => None,
    }
}

/// Seconds of `01:30`, `01:30:00`, `90` (minutes), `PT1H30M` or `P1D`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix('P') {
        let mut seconds = 0_i64;
        let mut number = String::new();
        let mut is_time = false;
        for c in iso.chars() {
            if c.is_ascii_digit() && number.len() < 9 {
                number.push(c);
                continue;
            }
            if c == 'T' {
                is_time = true;
                continue;
            }
            let unit = match (c, is_time) {
                ('W', _) => 604_800,
                ('D', _) => 86400,
                ('H', true) => 3600,
                ('M', true) => 60,
                ('S', true) => 1,
                _ => return None,
            };
            seconds += std::mem::take(&mut number).parse::<i64>().ok()? * unit;
        }
        return Some(seconds);
    }
    let parts: Option<Vec<i64>> = text
        .split(':')
        .map(|part| part.parse().ok().filter(|n: &i64| (0..100_000).contains(n)))
        .collect();
    match parts?.as_slice() {
        [minutes] => Some(minutes * 60),
        [hours, minutes] => Some(hours * 3600 + minutes * 60),
        [hours, minutes, seconds] => Some(hours * 3600 + minutes * 60 + seconds),
        _ => None,
    }
}

/// Days since 1970 of `2026-05-14`.
pub(crate) fn days_of(day: &str) -> Option<i64> {
    let mut parts = day.split('-');
    let mut number = |len: usize| {
        let part = parts.next()?;
        (part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (year, month, day): (i64, i64, i64) = (number(4)?, number(2)?, number(2)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| days(year, month, day))
}

/// Days since 1970 of a day of the Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`).
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day (`civil_from_days` of the same source).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_moved_and_written() {
        let check = |text: &str, plus, expected: Option<&str>, day: &str| {
            let moment = Moment::parse(text).unwrap().plus(plus);
            assert_eq!(moment.rfc3339().as_deref(), expected, "{text}");
            assert_eq!(moment.day(), day, "{text}");
        };
        check("2018-12-27T23:30:00+01:00", 3600, Some("2018-12-28T00:30:00+01:00"), "2018-12-28");
        check("2020-02-29 10:00Z", 0, Some("2020-02-29T10:00:00Z"), "2020-02-29");
        check("2026-05-14T10:00:00.25+0200", 0, Some("2026-05-14T10:00:00+02:00"), "2026-05-14");
        check("2026-05-14T10:00", 0, None, "2026-05-14");
        check("2026-05-14", 0, None, "2026-05-14");
        for wrong in
            ["", "2026-5-14", "2026-05-14T99:00", "2026-13-14", "é026-05-14", "2026-05-14T10:00+x"]
        {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_and_calendar_agree_over_centuries() {
        for n in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil(n);
            assert_eq!(days(year, month, day), n);
        }
        assert_eq!(civil(0), (1970, 1, 1));
    }

    #[test]
    fn durations_have_three_spellings() {
        for (text, seconds) in [
            ("01:30", Some(5400)),
            ("90", Some(5400)),
            ("PT1H30M", Some(5400)),
            ("P1D", Some(86400)),
            ("x", None),
            ("P1X", None),
        ] {
            assert_eq!(duration(text), seconds, "{text}");
        }
    }
}

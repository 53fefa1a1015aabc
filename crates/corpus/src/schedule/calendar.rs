//! iCalendar (RFC 5545).

use std::collections::HashMap;

use super::{Schedule, markup};
use crate::moment::{self, Moment, days};
use crate::{Document, plain};

/// More events than any conference has; what follows is not read.
const MAX_EVENTS: usize = 200_000;

/// A property is cut here, bytes; abstracts are shorter.
const MAX_PROPERTY_BYTES: usize = 1 << 20;

/// A line of a calendar: its name, parameters and raw value.
struct Property {
    name: String,
    parameters: HashMap<String, String>,
    value: String,
}

/// The events of a calendar.
pub(super) fn read(text: &str) -> Schedule {
    let mut zones = Zones::default();
    let mut open: Vec<String> = Vec::new();
    let mut event: Option<Vec<Property>> = None;
    let mut events = Vec::new();
    let mut title = None;
    for property in Lines::of(text).filter_map(|line| parse(&line)) {
        match property.name.as_str() {
            "BEGIN" if open.len() < 16 => {
                let name = property.value.trim().to_ascii_uppercase();
                if name == "VEVENT" {
                    event = Some(Vec::new());
                }
                open.push(name);
            }
            "END" => {
                let ended = open.pop();
                if ended.as_deref() == Some("VEVENT")
                    && let Some(properties) = event.take()
                {
                    events.push(properties);
                    if events.len() >= MAX_EVENTS {
                        break;
                    }
                }
            }
            _ => match open.last().map(String::as_str) {
                // Alarms inside events have descriptions of their own.
                Some("VEVENT") => {
                    if let Some(properties) = event.as_mut().filter(|p| p.len() < 500) {
                        properties.push(property);
                    }
                }
                Some("VTIMEZONE" | "STANDARD" | "DAYLIGHT") => {
                    zones.take(&property, open.last().map_or("", String::as_str));
                }
                Some("VCALENDAR") if property.name == "X-WR-CALNAME" => {
                    title = Some(plain::single_line(&unescaped(&property.value)));
                }
                _ => {}
            },
        }
    }
    let documents =
        events.iter().enumerate().filter_map(|(n, properties)| document(properties, &zones, n));
    Schedule { documents: documents.collect(), title, format: "iCalendar" }
}

fn document(properties: &[Property], zones: &Zones, n: usize) -> Option<Document> {
    let find = |name: &str| properties.iter().find(|property| property.name == name);
    let text = |name: &str| find(name).map(|property| unescaped(&property.value));
    let line = |name: &str| text(name).map(|t| markup::line(&t)).filter(|t| !t.is_empty());
    if line("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return None;
    }
    let body = text("DESCRIPTION").map(|text| markup::text(&text)).unwrap_or_default();
    let title = line("SUMMARY").unwrap_or_else(|| plain::title_from(&body));
    if title.is_empty() {
        return None;
    }
    let start = find("DTSTART").and_then(|property| zones.moment(property));
    let end = find("DTEND").and_then(|property| zones.moment(property)).or_else(|| {
        let seconds = moment::duration(text("DURATION")?.trim())?;
        start.as_ref().map(|start| start.plus(seconds))
    });
    let people: Vec<String> = properties
        .iter()
        .filter(|p| {
            matches!(
                p.name.as_str(),
                "ATTENDEE" | "ORGANIZER" | "X-SPEAKER" | "X-PENTABARF-SPEAKER" | "CONTACT"
            )
        })
        .filter_map(|p| {
            let name = p.parameters.get("CN").cloned();
            name.or_else(|| {
                (!p.value.to_ascii_lowercase().starts_with("mailto:")).then(|| unescaped(&p.value))
            })
        })
        .map(|name| plain::single_line(name.trim_matches('"')))
        .filter(|name| !name.contains('@'))
        .collect();
    let tags: Vec<String> = properties
        .iter()
        .filter(|property| property.name == "CATEGORIES")
        .flat_map(|property| split_commas(&property.value))
        .map(|tag| markup::line(&tag))
        .collect();
    Some(Document {
        id: line("UID").unwrap_or_else(|| format!("event-{}", n + 1)),
        url: line("URL").and_then(|url| plain::web_url(&url)),
        title,
        text: body,
        tags: plain::names(tags.iter().map(String::as_str)),
        speakers: plain::names(people.iter().map(String::as_str)),
        date: start.as_ref().map(Moment::day),
        start: start.as_ref().and_then(Moment::rfc3339),
        end: end.and_then(|end| end.rfc3339()),
        room: line("LOCATION"),
        track: line("X-TRACK").or_else(|| line("X-PENTABARF-TRACK")),
        language: find("SUMMARY")
            .and_then(|property| property.parameters.get("LANGUAGE"))
            .cloned()
            .or_else(|| line("X-PENTABARF-LANGUAGE-CODE"))
            .as_deref()
            .and_then(crate::language_code)
            .map(str::to_owned),
    })
}

/// The lines of a calendar, unfolded.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.split('\n').peekable() }
    }
}

impl Iterator for Lines<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = self.rest.next()?.trim_end_matches('\r').to_owned();
        while let Some(more) = self.rest.next_if(|line| line.starts_with([' ', '\t'])) {
            if line.len() < MAX_PROPERTY_BYTES {
                line.push_str(more[1..].trim_end_matches('\r'));
            }
        }
        if line.len() > MAX_PROPERTY_BYTES {
            let end = (0..=MAX_PROPERTY_BYTES).rev().find(|at| line.is_char_boundary(*at));
            line.truncate(end.unwrap_or(0));
        }
        Some(line)
    }
}

/// `NAME;PARAMETER=value;OTHER="va:lue":value`.
fn parse(line: &str) -> Option<Property> {
    let mut in_quotes = false;
    let colon = line.char_indices().find_map(|(at, c)| {
        if c == '"' {
            in_quotes = !in_quotes;
        }
        (c == ':' && !in_quotes).then_some(at)
    })?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut parts = split_outside_quotes(head, ';').into_iter();
    let name = parts.next()?.to_ascii_uppercase();
    let parameters = parts
        .take(32)
        .filter_map(|part| {
            let (key, value) = part.split_once('=')?;
            Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        })
        .collect();
    Some(Property { name, parameters, value: value.to_owned() })
}

fn split_outside_quotes(text: &str, sign: char) -> Vec<&str> {
    let mut in_quotes = false;
    text.split(|c| {
        if c == '"' {
            in_quotes = !in_quotes;
        }
        c == sign && !in_quotes
    })
    .collect()
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// The parts between commas that are not escaped.
fn split_commas(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let last = parts.last_mut().expect("there is always a last part");
        match c {
            '\\' => last.extend(chars.next()),
            ',' => parts.push(String::new()),
            c => last.push(c),
        }
    }
    parts
}

/// The time zones that a calendar describes.
#[derive(Default)]
struct Zones {
    id: String,
    rules: HashMap<String, Vec<Rule>>,
}

/// When an offset begins.
#[derive(Default)]
struct Rule {
    offset: String,
    /// The first time, seconds since 1970 of the local clock.
    from: i64,
    /// Of a yearly rule: the month, the number of the week (negative: from the end) and the day of
    /// the week (0 is Sunday).
    yearly: Option<(i64, i64, i64)>,
}

impl Zones {
    fn take(&mut self, property: &Property, part: &str) {
        let value = property.value.trim();
        match (part, property.name.as_str()) {
            ("VTIMEZONE", "TZID") => value.clone_into(&mut self.id),
            ("STANDARD" | "DAYLIGHT", "TZOFFSETFROM") => {
                let rules = self.rules.entry(self.id.clone()).or_default();
                if rules.len() < 1000 && rules.last().is_none_or(|rule| !rule.offset.is_empty()) {
                    rules.push(Rule::default());
                }
            }
            ("STANDARD" | "DAYLIGHT", name) => {
                let rules = self.rules.entry(self.id.clone()).or_default();
                if rules.is_empty()
                    || name == "DTSTART"
                        && rules.last().is_some_and(|r| r.from != 0 && !r.offset.is_empty())
                {
                    rules.push(Rule::default());
                }
                let Some(rule) = rules.last_mut() else { return };
                match name {
                    "TZOFFSETTO" if value.len() >= 5 && value.is_ascii() => {
                        rule.offset = format!("{}:{}", &value[..3], &value[3..5]);
                    }
                    "DTSTART" => rule.from = basic(value).map_or(0, |moment| moment.local),
                    "RRULE" => rule.yearly = yearly(value),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// A `DTSTART` or `DTEND`.
    fn moment(&self, property: &Property) -> Option<Moment> {
        let mut moment = basic(property.value.trim())?;
        if moment.offset.is_none()
            && let Some(rules) = property.parameters.get("TZID").and_then(|id| self.rules.get(id))
        {
            let (year, ..) = moment::civil(moment.local.div_euclid(86400));
            let begun = |rule: &Rule| {
                let last = match rule.yearly {
                    None => Some(rule.from),
                    Some(_) => [year, year - 1]
                        .iter()
                        .map(|year| rule.begin_in(*year))
                        .find(|begin| *begin <= moment.local),
                };
                last.filter(|last| *last <= moment.local)
            };
            let current = rules
                .iter()
                .filter_map(|rule| Some((begun(rule)?, rule)))
                .max_by_key(|(begin, _)| *begin);
            moment.offset = current.map(|(_, rule)| rule.offset.clone()).filter(|o| !o.is_empty());
        }
        Some(moment)
    }
}

impl Rule {
    /// When it begins in a year.
    fn begin_in(&self, year: i64) -> i64 {
        let Some((month, week, weekday)) = self.yearly else { return self.from };
        let clock = self.from.rem_euclid(86400);
        let first = days(year, month, 1);
        let next_month = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
        // 1970-01-01 was a Thursday.
        let weekday_of = |day: i64| (day + 4).rem_euclid(7);
        let day = if week > 0 {
            first + (weekday - weekday_of(first)).rem_euclid(7) + 7 * (week - 1)
        } else {
            let last = next_month - 1;
            last - (weekday_of(last) - weekday).rem_euclid(7) + 7 * (week + 1)
        };
        day * 86400 + clock
    }
}

/// Month, week and weekday of `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`.
fn yearly(rule: &str) -> Option<(i64, i64, i64)> {
    let part = |name: &str| {
        rule.split(';')
            .find_map(|part| part.split_once('=').filter(|(key, _)| *key == name))
            .map(|(_, v)| v)
    };
    let month = part("BYMONTH")?.parse().ok().filter(|m| (1..=12).contains(m))?;
    let by_day = part("BYDAY")?;
    let at = by_day.len().checked_sub(2).filter(|at| by_day.is_char_boundary(*at))?;
    let (week, weekday) = by_day.split_at(at);
    let weekday = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"].iter().position(|d| *d == weekday)?;
    let week =
        week.trim_start_matches('+').parse().ok().filter(|w| (-5..=5).contains(w) && *w != 0)?;
    Some((month, week, weekday as i64))
}

/// `20260514T100000Z`, without `Z`, and `20260514`.
fn basic(value: &str) -> Option<Moment> {
    if !value.is_ascii() || value.len() < 8 {
        return None;
    }
    let day = format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..8]);
    let Some(clock) = value.get(9..13) else { return Moment::parse(&day) };
    let seconds = value.get(13..15).unwrap_or("00");
    let offset = if value.ends_with(['Z', 'z']) { "Z" } else { "" };
    Moment::parse(&format!("{day}T{}:{}:{seconds}{offset}", &clock[..2], &clock[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n\
        BEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
        BEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n\
        END:VTIMEZONE\n";

    fn events(body: &str) -> Vec<Document> {
        read(&format!("BEGIN:VCALENDAR\n{ZONE}{body}END:VCALENDAR\n")).documents
    }

    #[test]
    fn folded_and_escaped_lines_are_read() {
        let events = events(
            "BEGIN:VEVENT\r\nUID:a@x\r\nSUMMARY;LANGUAGE=de:Ein\\, zwei\r\nDESCRIPTION:Erster Ab\r\n satz.\\n\\nZweiter\\; Absatz.\r\n\
             LOCATION:Saal 1\r\nCATEGORIES:Web,Data\\, big\r\nATTENDEE;CN=\"Ada: L\":mailto:ada@x.example\r\nORGANIZER:mailto:o@x.example\r\n\
             DTSTART;TZID=Europe/Berlin:20260714T100000\r\nDURATION:PT45M\r\nURL:https://x.example/a\r\n\
             BEGIN:VALARM\r\nDESCRIPTION:Alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            events,
            [Document {
                id: "a@x".to_owned(),
                url: some("https://x.example/a"),
                title: "Ein, zwei".to_owned(),
                text: "Erster Absatz.\n\nZweiter; Absatz.".to_owned(),
                tags: vec!["Web".to_owned(), "Data, big".to_owned()],
                speakers: vec!["Ada: L".to_owned()],
                date: some("2026-07-14"),
                start: some("2026-07-14T10:00:00+02:00"),
                end: some("2026-07-14T10:45:00+02:00"),
                room: some("Saal 1"),
                track: None,
                language: some("de"),
            }]
        );
    }

    #[test]
    fn offsets_follow_the_rules_of_the_zone() {
        let start = |value: &str| {
            let event = format!("BEGIN:VEVENT\nSUMMARY:x\nDTSTART{value}\nEND:VEVENT\n");
            events(&event)[0].start.clone()
        };
        for (value, expected) in [
            (";TZID=Europe/Berlin:20260115T100000", Some("2026-01-15T10:00:00+01:00")),
            (";TZID=Europe/Berlin:20260329T030000", Some("2026-03-29T03:00:00+02:00")),
            (";TZID=Europe/Berlin:20261025T120000", Some("2026-10-25T12:00:00+01:00")),
            (":20260115T100000Z", Some("2026-01-15T10:00:00Z")),
            (";TZID=Nowhere:20260115T100000", None),
            (";VALUE=DATE:20260115", None),
        ] {
            assert_eq!(start(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn floods_and_broken_lines_do_no_harm() {
        let flood = format!(
            "BEGIN:VEVENT\nSUMMARY:x\n{}END:VEVENT\n",
            " y".repeat(3) + &" z\n".repeat(500_000)
        );
        assert!(events(&flood)[0].title.len() <= MAX_PROPERTY_BYTES);
        let deep = "BEGIN:VEVENT\n".repeat(100_000);
        assert!(events(&deep).is_empty());
        for broken in [
            "BEGIN:VEVENT\nSUMMARY\nEND:VEVENT\n",
            "END:VEVENT\n",
            "BEGIN:VEVENT\nDTSTART:é\nSUMMARY:x\nEND:VEVENT\n",
            ":\n;\n\"\n",
        ] {
            events(broken);
        }
    }
}

//! iCalendar. What is given stands between the head and the foot of a calendar, so that all of it is read.

#![no_main]

use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    b"BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nDTSTART:19701025T030000\n\
      RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\n\
      SUMMARY;LANGUAGE=de:Sauber\\, schnell\nDTSTART;TZID=X:20260514T100000\nDURATION:PT1H30M\nCATEGORIES:a,b\n\
      ORGANIZER;CN=\"Ada: B\":mailto:a@b.example\nEND:VEVENT\n",
    b"X-WR-CALNAME:Days\r\nBEGIN:VEVENT\r\nSUMMARY:A title that is\r\n  folded\r\nDTSTART;VALUE=DATE:20260514\r\n\
      DTEND;VALUE=DATE:20260515\r\nRRULE:FREQ=DAILY;COUNT=3\r\nLOCATION:Hall\\;1\r\nDESCRIPTION:One\\n\\nTwo\r\n\
      URL:https://conf.example/a\r\nEND:VEVENT\r\n",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    let calendar = [b"BEGIN:VCALENDAR\n", data, b"\nEND:VCALENDAR\n"].concat();
    let Some(schedule) = corpus::schedule(&calendar) else { return };
    schedule.documents.iter().for_each(common::check);
});

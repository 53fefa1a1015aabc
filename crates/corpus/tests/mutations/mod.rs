//! Damaged inputs of every format: whatever comes, a reader ends in documents or in a reason.

use std::fs;

use corpus::{ReadConfig, read, schedule, sitemap};
use tempfile::tempdir;

const SEEDS: &[(&str, &str)] = &[
    (
        "a.ics",
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nSUMMARY;LANGUAGE=de:A\\, b\nDTSTART;TZID=X:20260514T100000\nDURATION:PT1H\nCATEGORIES:a,b\nEND:VEVENT\nEND:VCALENDAR\n",
    ),
    (
        "a.xml",
        "<?xml version='1.0'?><schedule><conference><title>C</title></conference><day date='2026-05-14'><room name='R'><event id='1'><date>2026-05-14T10:00:00+02:00</date><duration>00:30</duration><title>T &amp; U</title><persons><person id='1'>Ada</person></persons></event></room></day></schedule>",
    ),
    (
        "b.xml",
        "<rss><channel><title>F</title><item><title>T</title><description><![CDATA[<p>D]]></description><pubDate>Thu, 14 May 2026 10:00:00 GMT</pubDate></item></channel></rss>",
    ),
    ("c.xml", "<urlset><url><loc>https://x.example/a</loc></url></urlset>"),
    (
        "a.json",
        r#"{"schedule": {"conference": {"days": [{"date": "2026-05-14", "rooms": {"R": [{"id": 1, "title": "T", "date": "2026-05-14T10:00:00+02:00", "duration": "01:00", "persons": [{"public_name": "Ada"}], "abstract": "<p>x</p>"}]}}]}}}"#,
    ),
    ("a.jsonl", "{\"text\": \"a \\ud83d\", \"tags\": [\"x\"], \"id\": 3}\n{\"text\": null}\n"),
    ("a.csv", "title,text,tags\n\"a \"\"b\"\"\",\"line\nline\",x;y\nq,w,e\n"),
    ("a.tsv", "name\tbody\na\tb\n"),
    (
        "a.md",
        "---\ntitle: T\ntags: [a, b]\n---\n# H\n\n- a\n- b\n\n```\nx\n```\n| a | b |\n|---|---|\n",
    ),
    ("a.rst", "T\n=\n\n:Author: A\n\n.. note:: x\n   y\n\n`a <b>`_ *c* ``d`` |e|\n\nx::\n\n  y\n"),
    ("a.ipynb", r##"{"cells": [{"cell_type": "markdown", "source": ["# T\n", "x"]}]}"##),
    (
        "a.html",
        "<html lang=en><head><title>T - S</title></head><body><article><h1>T</h1><p>text, text<ul><li>a</ul><table><tr><td>x</table></article><script type='application/ld+json'>{\"@type\": \"Event\"}</script>",
    ),
    ("a.parquet", "PAR1xxxxxxxxxxxxxxxxxxxxPAR1"),
    ("a.jsonl.gz", "\u{1f}x"),
];

/// A generator of numbers; the same in every run (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// `seed` with some bytes changed, dropped, repeated or taken from another seed.
fn mutated(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len());
        let end = (at + numbers.below(12)).min(bytes.len());
        match numbers.below(6) {
            0 if !bytes.is_empty() => bytes[at] = numbers.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].repeat(1 + numbers.below(20));
                bytes.splice(at..at, piece);
            }
            3 => bytes.truncate(at),
            4 => {
                let other = SEEDS[numbers.below(SEEDS.len())].1.as_bytes();
                let from = numbers.below(other.len());
                let to = (from + numbers.below(30)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                const SIGNS: &[&str] = &[
                    "\0",
                    "\u{FEFF}",
                    "é",
                    "\"",
                    "<",
                    "&#x110000;",
                    "[[[[",
                    "{\"a\":",
                    "\r",
                    "]]>",
                    "9999999999999999999",
                    "\\u",
                ];
                let sign = SIGNS[numbers.below(SIGNS.len())];
                bytes.splice(at..at, sign.bytes());
            }
        }
    }
    bytes
}

#[test]
fn damaged_inputs_end_in_documents_or_in_a_reason() {
    let folder = tempdir().unwrap();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..150 {
        for (name, seed) in SEEDS {
            let bytes = if round == 0 {
                seed.as_bytes().to_vec()
            } else {
                mutated(seed.as_bytes(), &mut numbers)
            };
            drop(schedule(&bytes));
            drop(sitemap(&String::from_utf8_lossy(&bytes)));
            let path = folder.path().join(name);
            fs::write(&path, &bytes).unwrap();
            let Ok(reader) = read(&path, &ReadConfig::default()) else { continue };
            for batch in reader.map_while(Result::ok) {
                for document in batch.documents {
                    assert!(!document.title.is_empty() && !document.id.is_empty(), "{bytes:?}");
                    assert!(!document.title.contains('\n'), "{bytes:?}");
                }
                assert!(batch.skipped.iter().all(|s| !s.reason.contains('\n')), "{bytes:?}");
            }
        }
    }
}

//! Damaged recipes, robots.txt files and pages: whatever comes, reading them ends, with or without
//! a result.

use corpus::html::Html;

use crate::Recipe;
use crate::induce::links;
use crate::induce::outline::Outline;
use crate::robots::Robots;

const RECIPES: &[&str] = &[
    "[recipe]\nname = \"a\"\nstart = [\"https://x.example/\"]\n[list]\nitem = \"li.a > b\"\nlink = \"a@href\"\n\
     urls = \"/talks/*\"\nnext = \"a[rel=next]\"\n[talk]\nabstract = [\"div.a\", \"p\"]\ndrop = \"nav\"\n\
     drop_start = [\"By: \"]\ndate = { select = \"time\", regex = '(\\d+)', date = true }\n[weights]\ntags = 3\n\
     [limits]\npages = 5\n",
    "[recipe]\nname = \"b\"\n[list]\nitem = \"h3\"\nsection = true\n[talk]\nabstract = \"p\"\n\
     speakers = { select = [\"i\", \"b\"], strip_prefix = \"by \", strip_suffix = \".\" }\n",
];

const ROBOTS: &[&str] = &[
    "User-agent: *\nDisallow: /a*b$\nAllow: /a/%2F\nCrawl-delay: 1.5\n\nUser-agent: topicmill/2\nDisallow: /a*b\nAllow: /a/x/c\n",
    "\u{FEFF}user-agent topicmill\r\ndisalow: /caf\u{e9}?x=*\r\nSitemap: https://x.example/s.xml\r\n",
];

const PAGES: &[&str] = &[
    "<main><h1>Talks</h1><ul><li><a href='/talk/1'>How it was built</a><li><a href='/talk/2'>Why it fell down</a>\
     <li><a href='/talk/3?x=1#y'>What came after that</a></ul><table><tr><td><h3>x</h3></table></main>",
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

const SIGNS: &[&str] = &[
    "\0",
    "\"",
    "'",
    "[",
    "[[",
    "]",
    "{",
    "=",
    "\\",
    "*",
    "**",
    "$",
    "%",
    "%4",
    "#",
    "\r",
    "\n",
    "é",
    "\u{FEFF}",
    ":has(a)",
    ":not(",
    "@",
    " > ",
    "(?:a+)+",
    "{1000}",
    "99999999999999999999",
    "<table>",
    "<a href=",
    "</",
    "http://[::1]:99999/",
    "\u{202E}",
];

fn mutated(seed: &str, numbers: &mut Numbers) -> String {
    let mut chars: Vec<char> = seed.chars().collect();
    for _ in 0..=numbers.below(5) {
        let at = numbers.below(chars.len() + 1);
        let end = (at + numbers.below(15)).min(chars.len());
        match numbers.below(4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let piece = chars[at..end].repeat(1 + numbers.below(30));
                chars.splice(at..at, piece);
            }
            2 => chars.truncate(at.max(1)),
            _ => {
                let sign = SIGNS[numbers.below(SIGNS.len())];
                chars.splice(at..at, sign.chars());
            }
        }
    }
    chars.into_iter().collect()
}

#[test]
fn damaged_recipes_are_read_or_refused_with_a_reason() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let (mut n_read, mut n_refused) = (0, 0);
    for _ in 0..3000 {
        for seed in RECIPES {
            match Recipe::parse(&mutated(seed, &mut numbers)) {
                Ok(_) => n_read += 1,
                Err(error) => {
                    n_refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
    assert!(n_read > 100 && n_refused > 1000, "{n_read} {n_refused}");
}

#[test]
fn damaged_robots_files_answer_every_question() {
    let mut numbers = Numbers(0x1234_5678_9ABC_DEF1);
    let mut n_forbidden = 0;
    for _ in 0..3000 {
        for seed in ROBOTS {
            let robots = Robots::parse(mutated(seed, &mut numbers).as_bytes(), "topicmill");
            let path = mutated("/a/x/b?caf%C3%A9=1*$", &mut numbers);
            let Ok(url) = format!("https://x.example{path}").parse() else { continue };
            n_forbidden += usize::from(robots.check(&url).is_err());
            assert!(robots.delay().is_none_or(|delay| delay.as_secs() <= 86_400));
        }
    }
    assert!(n_forbidden > 10, "{n_forbidden}");
}

#[test]
fn lists_are_looked_for_on_damaged_pages() {
    let mut numbers = Numbers(0x0F1E_2D3C_4B5A_6978);
    let base = "https://x.example/talks/".parse().unwrap();
    let mut n_found = 0;
    for _ in 0..2000 {
        for seed in PAGES {
            let outline = Outline::of(&Html::parse(&mutated(seed, &mut numbers)));
            let found = links::find_all(&outline, &links::links(&outline, &base));
            n_found += usize::from(!found.is_empty());
        }
    }
    assert!(n_found > 5, "{n_found}");
}

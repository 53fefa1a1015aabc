//! robots.txt, as RFC 9309 has it.

use std::time::Duration;

use url::Url;

/// How much of the file is read, bytes: what the RFC asks for at least.
pub(crate) const MAX_BYTES: usize = 500 << 10;

/// How much of a line is read, bytes: URLs do not get longer.
const MAX_LINE_BYTES: usize = 16 << 10;

/// The rules of one robots.txt for one reader, as [RFC 9309] has them; the default allows everything.
///
/// ```
/// use crawl::Robots;
///
/// let robots = Robots::parse(b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", "topicmill");
/// assert_eq!(robots.check(&"https://conf.example/private/a".parse()?), Err("Disallow: /private"));
/// assert_eq!(robots.check(&"https://conf.example/talks/".parse()?), Ok(()));
/// assert_eq!(robots.delay(), Some(std::time::Duration::from_secs(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [RFC 9309]: https://www.rfc-editor.org/rfc/rfc9309
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
    /// `Crawl-delay`, which is not in the RFC and which many sites write.
    delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    access: Access,
    pattern: Pattern,
    /// The line as it was written.
    line: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    Disallow,
    Allow,
}

impl Robots {
    /// Reads the groups for `product` (the first word of a user agent), or those for `*` where
    /// it has none. Every text is a robots.txt: lines that mean nothing are passed over, and what
    /// follows the first 500 KiB.
    #[must_use]
    pub fn parse(bytes: &[u8], product: &str) -> Self {
        let bytes = first_lines(bytes);
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut own = None::<Vec<Rule>>;
        let mut others = Vec::new();
        // Who is named by the group that is being read.
        let mut names_own = false;
        let mut names_others = false;
        let mut is_in_rules = false;
        let (mut own_delay, mut others_delay) = (None, None);
        for line in bytes.split(|b| matches!(b, b'\n' | b'\r')) {
            let line = String::from_utf8_lossy(&line[..line.len().min(MAX_LINE_BYTES)]);
            let Some((key, value)) = key_and_value(&line) else { continue };
            match key {
                Key::UserAgent => {
                    if is_in_rules {
                        (names_own, names_others, is_in_rules) = (false, false, false);
                    }
                    if value.starts_with('*')
                        && !value[1..].starts_with(|c: char| !c.is_whitespace())
                    {
                        names_others = true;
                    } else if product_of(value).eq_ignore_ascii_case(product) {
                        names_own = true;
                        own.get_or_insert_default();
                    }
                }
                Key::Delay => {
                    let seconds = value.parse().ok().filter(|s: &f64| (0.0..=86_400.0).contains(s));
                    let delay = seconds.map(Duration::from_secs_f64);
                    if names_own {
                        own_delay = delay.or(own_delay);
                    }
                    if names_others {
                        others_delay = delay.or(others_delay);
                    }
                }
                Key::Rule(access) => {
                    is_in_rules = true;
                    // A rule without a path says nothing.
                    if value.is_empty() || !(names_own || names_others) {
                        continue;
                    }
                    let line = line.trim().to_owned();
                    let rule = Rule { access, pattern: Pattern::parse(value), line };
                    if names_others {
                        others.push(rule.clone());
                    }
                    if names_own {
                        own.get_or_insert_default().push(rule);
                    }
                }
            }
        }
        match own {
            Some(rules) => Self { rules, delay: own_delay },
            None => Self { rules: others, delay: others_delay },
        }
    }

    /// The time that should pass between two requests, if it says one; at most a day.
    #[must_use]
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Whether `url` may be read; the file itself always may.
    ///
    /// Cost: linear in the length of the address, for every rule.
    ///
    /// # Errors
    /// The rule that forbids it, as it was written.
    pub fn check(&self, url: &Url) -> Result<(), &str> {
        let mut path = url.path().to_owned();
        if let Some(query) = url.query() {
            path.push('?');
            path.push_str(query);
        }
        if path == "/robots.txt" {
            return Ok(());
        }
        let path = normalised(&path).replace('*', "%2A").replace('$', "%24");
        // The longest pattern decides; of two equally long ones the one that allows.
        let matching = self.rules.iter().filter(|rule| rule.pattern.matches(&path));
        match matching.max_by_key(|rule| (rule.pattern.len, rule.access)) {
            Some(rule) if rule.access == Access::Disallow => Err(&rule.line),
            _ => Ok(()),
        }
    }
}

/// The first word of a user agent: letters, hyphens and underscores.
pub(crate) fn product_of(user_agent: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_');
    let end = user_agent.find(|c| !is_part(c)).unwrap_or(user_agent.len());
    &user_agent[..end]
}

/// What is read of a file: the cut line at the end of a longer one would say something else.
fn first_lines(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= MAX_BYTES {
        return bytes;
    }
    let end = bytes[..MAX_BYTES].iter().rposition(|b| matches!(b, b'\n' | b'\r'));
    &bytes[..end.unwrap_or(0)]
}

enum Key {
    UserAgent,
    Rule(Access),
    Delay,
}

fn key_and_value(line: &str) -> Option<(Key, &str)> {
    let line = line.split('#').next().unwrap_or_default().trim();
    // Some write a space for the colon.
    let (key, value) = line.split_once(':').or_else(|| line.split_once(char::is_whitespace))?;
    let key = match key.trim().to_ascii_lowercase().as_str() {
        "user-agent" | "useragent" | "user agent" => Key::UserAgent,
        "allow" => Key::Rule(Access::Allow),
        "crawl-delay" => Key::Delay,
        // Misspellings that many a site has; who writes them means what they say.
        "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => {
            Key::Rule(Access::Disallow)
        }
        _ => return None,
    };
    Some((key, value.trim()))
}

/// A path with `*` for anything, and `$` at the end for the end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// What must follow each other, with anything between; the first one from the start.
    parts: Vec<String>,
    is_anchored: bool,
    /// The length as it was written, in bytes; the longest pattern decides.
    len: usize,
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let text = normalised(text);
        let len = text.len();
        let (body, is_anchored) = match text.strip_suffix('$') {
            Some(body) => (body, true),
            None => (text.as_str(), false),
        };
        let parts = body.split('*').map(|part| part.replace('$', "%24")).collect();
        Self { parts, is_anchored, len }
    }

    fn matches(&self, path: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        let Some(mut tail) = path.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = rest.split_last() else {
            return !self.is_anchored || tail.is_empty();
        };
        // The leftmost place for each part leaves the most for those after it.
        for part in middle {
            let Some(at) = tail.find(part.as_str()) else { return false };
            tail = &tail[at + part.len()..];
        }
        if self.is_anchored { tail.ends_with(last.as_str()) } else { tail.contains(last.as_str()) }
    }
}

/// One spelling for each path: letters outside ASCII escaped, escapes of unreserved characters
/// resolved, and the digits of the others in capitals.
fn normalised(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut normal = String::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let escaped = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') => {
                normal.push(char::from(b));
            }
            Some(b) => escape(&mut normal, b),
            None if byte.is_ascii_graphic() => normal.push(char::from(byte)),
            None => escape(&mut normal, byte),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    normal
}

fn escape(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::Access::{Allow, Disallow};
    use super::*;

    #[track_caller]
    fn check(robots: &str, path: &str, access: Access) {
        let url: Url = format!("https://site.example{path}").parse().unwrap();
        let verdict =
            Robots::parse(robots.as_bytes(), "topicmill").check(&url).map_err(str::to_owned);
        assert_eq!(verdict.is_ok(), access == Allow, "{robots:?} {path} {verdict:?}");
    }

    /// Rules for everybody.
    #[track_caller]
    fn rules(rules: &str, path: &str, access: Access) {
        check(&format!("User-agent: *\n{rules}"), path, access);
    }

    #[test]
    fn an_empty_or_senseless_file_allows_everything() {
        for robots in ["", "\n\n", "Disallow: /", "<html>404</html>", "foo: bar\nUser-agent: *"] {
            check(robots, "/x", Allow);
        }
        rules("Disallow:", "/x", Allow);
        rules("Disallow: # nothing", "/x", Allow);
        rules("Disallow: /", "/x", Disallow);
        rules("Disallow: /", "/robots.txt", Allow);
    }

    #[test]
    fn the_longest_pattern_wins_and_allow_wins_ties() {
        rules("Disallow: /a\nAllow: /a/b", "/a/b/c", Allow);
        rules("Allow: /a/b\nDisallow: /a", "/a/c", Disallow);
        rules("Allow: /a\nDisallow: /a/b", "/a/b", Disallow);
        rules("Disallow: /a\nAllow: /a", "/a", Allow);
        rules("Allow: /a\nDisallow: /a", "/a", Allow);
        rules("Allow: /p\nDisallow: /", "/page", Allow);
        rules("Disallow: /x/page.\nAllow: /*.html", "/x/page.html", Disallow);
        rules("Disallow: /page\nAllow: /*.html", "/page.html", Allow);
        rules("Allow: /$\nDisallow: /", "/", Allow);
        rules("Allow: /$\nDisallow: /", "/page", Disallow);
    }

    #[test]
    fn the_own_group_goes_before_the_one_for_all() {
        let robots = "User-agent: *\nDisallow: /\n\nUser-agent: TopicMill\nDisallow: /own\n";
        check(robots, "/x", Allow);
        check(robots, "/own", Disallow);
        let other = "User-agent: topicmillbot\nDisallow: /\nUser-agent: top\nDisallow: /";
        check(other, "/x", Allow);
        // An own group without rules allows everything.
        check("User-agent: *\nDisallow: /\nUser-agent: topicmill\n", "/x", Allow);
        check("User-agent: *\nDisallow: /\nUser-agent: topicmill\nAllow:\n", "/x", Allow);
    }

    #[test]
    fn a_product_is_named_up_to_what_cannot_be_part_of_it() {
        for name in ["topicmill", "TOPICMILL/2.0", "topicmill bot", " topicmill*"] {
            check(&format!("User-agent: {name}\nDisallow: /"), "/x", Disallow);
        }
        for name in ["topicmill-x", "topic", "mill", "", "*topicmill", "topicmill_"] {
            check(&format!("User-agent: {name}\nDisallow: /"), "/x", Allow);
        }
        check("User-agent: * all\nDisallow: /", "/x", Disallow);
        assert_eq!(product_of("topicmill/0.1 (+https://x.example)"), "topicmill");
        assert_eq!(product_of("1"), "");
    }

    #[test]
    fn several_names_share_a_group_and_several_groups_of_one_name_are_one() {
        let shared = "User-agent: a\nUser-agent: topicmill\nUser-agent: b\nDisallow: /x";
        check(shared, "/x", Disallow);
        let parted = "User-agent: topicmill\nDisallow: /x\nUser-agent: a\nDisallow: /z\n\
                      User-agent: topicmill\nDisallow: /y";
        check(parted, "/x", Disallow);
        check(parted, "/y", Disallow);
        check(parted, "/z", Allow);
        let both = "User-agent: topicmill\nUser-agent: *\nDisallow: /x";
        check(both, "/x", Disallow);
    }

    #[test]
    fn other_lines_neither_begin_nor_end_a_group() {
        let robots = "Sitemap: https://site.example/s.xml\nUser-agent: topicmill\n\
                      Crawl-delay: 5\nUser-agent: a\n\nSitemap: x\nDisallow: /x";
        check(robots, "/x", Disallow);
        check("Disallow: /x\nUser-agent: *\nDisallow: /y", "/x", Allow);
    }

    #[test]
    fn stars_and_dollars_are_special_only_where_they_mean_something() {
        rules("Disallow: /*.pdf$", "/a/b.pdf", Disallow);
        rules("Disallow: /*.pdf$", "/a/b.pdf?x", Allow);
        rules("Disallow: /a*b*c", "/a-x-b-y-c-z", Disallow);
        rules("Disallow: /a*b*c", "/a-c-b", Allow);
        rules("Disallow: *x", "/a/x", Disallow);
        rules("Disallow: /a**b", "/ab", Disallow);
        rules("Disallow: /*a*a$", "/a", Allow);
        rules("Disallow: /*a*a$", "/aa", Disallow);
        rules("Disallow: /a*a$", "/a", Allow);
        rules("Disallow: /a$", "/a", Disallow);
        rules("Disallow: /a$", "/ab", Allow);
        rules("Disallow: /a$b", "/a$b", Disallow);
        rules("Disallow: /a$b", "/a", Allow);
        rules("Disallow: /a%2Ab", "/a*b", Disallow);
        rules("Disallow: /a%2Ab", "/axb", Allow);
        rules("Disallow: /a%24", "/a$", Disallow);
        rules("Disallow: /a%24", "/a", Allow);
        rules("Disallow: $", "/", Allow);
        rules("Disallow: *", "/anything", Disallow);
    }

    #[test]
    fn paths_are_compared_in_one_spelling_and_in_their_case() {
        rules("Disallow: /Page", "/page", Allow);
        rules("Disallow: /caf\u{e9}", "/caf%C3%A9", Disallow);
        rules("Disallow: /caf%c3%a9", "/caf\u{e9}", Disallow);
        rules("Disallow: /%62%61%7a", "/baz", Disallow);
        rules("Disallow: /baz", "/%62a%7A", Disallow);
        rules("Disallow: /a%2fb", "/a/b", Allow);
        rules("Disallow: /a%2fb", "/a%2Fb", Disallow);
        rules("Disallow: /a%zz", "/a%zz", Disallow);
    }

    #[test]
    fn queries_count_and_fragments_do_not() {
        rules("Disallow: /*?day=", "/talks?day=1", Disallow);
        rules("Disallow: /*?day=", "/talks", Allow);
        rules("Disallow: /talks#x", "/talks", Disallow);
    }

    #[test]
    fn marks_line_ends_spaces_comments_and_typos_are_taken_in_stride() {
        let windows = "\u{FEFF}User-agent: *\r\nDisallow: /x # comment\r\rAllow: /x/y";
        check(windows, "/x", Disallow);
        check(windows, "/x/y", Allow);
        check("  USER-AGENT :  *  \n\t disallow\t:\t/x  ", "/x", Disallow);
        check("useragent: *\ndisalow: /x", "/x", Disallow);
        check("user-agent *\ndisallow /x", "/x", Disallow);
        check("User-agent: *\n\0\u{1}\nDisallow: /x", "/x", Disallow);
    }

    #[test]
    fn only_the_first_500_kib_are_read() {
        let (start, rule) = ("User-agent: *\n", "Disallow: /x");
        let gap = "\n".repeat(MAX_BYTES - start.len() - rule.len());
        check(&format!("{start}{gap}{rule}"), "/x", Disallow);
        check(&format!("{start}{gap}\n{rule}"), "/x", Allow);
        let long = format!("User-agent: *\nDisallow: /{}\nDisallow: /y", "x".repeat(MAX_BYTES / 2));
        check(&long, "/y", Disallow);
    }

    #[test]
    fn the_rule_that_forbids_is_told_as_written() {
        let robots = Robots::parse(b"user-agent: *\ndisallow: /p3/*.html # why", "topicmill");
        let url = "https://site.example/p3/x.html".parse().unwrap();
        assert_eq!(robots.check(&url), Err("disallow: /p3/*.html # why"));
    }
}

//! E-mail addresses in texts.

use crate::Document;

impl Document {
    /// The same document without e-mail addresses: nobody who writes one into an abstract expects
    /// it on other sites.
    #[must_use]
    pub fn without_addresses(mut self) -> Self {
        let clean = |text: &mut String| {
            if text.contains('@') {
                *text = without(text);
            }
        };
        clean(&mut self.title);
        clean(&mut self.text);
        for name in self.speakers.iter_mut().chain(&mut self.tags) {
            clean(name);
        }
        self.speakers.retain(|name| !name.trim().is_empty());
        self.tags.retain(|name| !name.trim().is_empty());
        if self.title.trim().is_empty() {
            self.title.clone_from(&self.id);
        }
        self
    }
}

/// `text` without what reads like an address, and the brackets around it.
fn without(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
        let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let start = rest[..at]
            .rfind(|c| !is_local(c))
            .map_or(0, |before| before + rest[before..].chars().next().map_or(1, char::len_utf8));
        let domain = &rest[at + 1..];
        let domain = &domain[..domain.find(|c| !is_domain(c)).unwrap_or(domain.len())];
        let domain = domain.trim_end_matches(['.', '-']);
        let end = at + 1 + domain.len();
        let has_top = domain.rsplit_once('.').is_some_and(|(host, top)| {
            !host.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic)
        });
        if start == at || !has_top {
            kept.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        let mut before = &rest[..start];
        let mut after = &rest[end..];
        before = before.strip_suffix("mailto:").unwrap_or(before);
        for (open, close) in [('<', '>'), ('(', ')'), ('[', ']')] {
            if before.ends_with(open) && after.starts_with(close) {
                (before, after) = (&before[..before.len() - 1], &after[1..]);
            }
        }
        kept.push_str(before);
        if after.starts_with([' ', '.', ',']) || after.is_empty() {
            let len = kept.trim_end_matches(' ').len();
            kept.truncate(len);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_and_other_signs_stay() {
        for (text, expected) in [
            ("write to ada.l+x@mail.example.org, please", "write to, please"),
            ("Ada <ada@x.example> and (b@y.example) too", "Ada and too"),
            ("mailto:a@b.example\nnext", "\nnext"),
            (
                "@decorator and user@host stay, a @ b too",
                "@decorator and user@host stay, a @ b too",
            ),
            ("é@x.example.", "."),
            ("twice a@b.example c@d.example", "twice"),
            ("scope/@vue/core@3.2.1", "scope/@vue/core@3.2.1"),
        ] {
            assert_eq!(without(text), expected, "{text}");
        }
    }
}

//! Names for folders and links.

use hashbrown::HashSet;
use jobs::Digest;

/// The longest name, bytes: paths below it stay far from every system's limit.
const MAX_LEN: usize = 60;
/// Names that Windows keeps for devices.
const RESERVED: &[&str] = &[
    "aux", "con", "nul", "prn", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Gives out names that are safe in paths and links and unique among those given out before.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A name for `text`: its letters and digits in lower-case ASCII, joined by hyphens, at most
    /// sixty of them. When that is taken, some digits that depend on `id` alone follow; `fallback`
    /// serves for a text without any letter.
    pub(crate) fn give(&mut self, text: &str, id: &str, fallback: &str) -> String {
        let mut name = slug(text);
        if name.is_empty() {
            fallback.clone_into(&mut name);
        }
        if self.taken.contains(&name) || RESERVED.contains(&name.as_str()) {
            let digest = Digest::of_parts(&[text.as_bytes(), id.as_bytes()]).to_hex();
            let stem = cut(&name, MAX_LEN - 9).to_owned();
            name = (6..=digest.len())
                .map(|len| format!("{stem}-{}", &digest[..len]))
                .find(|candidate| !self.taken.contains(candidate))
                .unwrap_or_else(|| self.numbered(&stem));
        }
        self.taken.insert(name.clone());
        name
    }

    /// Names that are given already.
    pub(crate) fn keep<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.taken.extend(names.map(str::to_owned));
    }

    /// The last resort: two documents of one title and one id.
    fn numbered(&self, stem: &str) -> String {
        let mut number = 2_usize;
        while self.taken.contains(&format!("{stem}-{number}")) {
            number += 1;
        }
        format!("{stem}-{number}")
    }
}

fn slug(text: &str) -> String {
    let mut name = String::new();
    for c in deunicode::deunicode(text).chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if c != '\'' && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() > 2 * MAX_LEN {
            break;
        }
    }
    cut(name.trim_end_matches('-'), MAX_LEN).to_owned()
}

/// At most `len` bytes of an ASCII name, cut at a hyphen when there is one in the second half.
fn cut(name: &str, len: usize) -> &str {
    if name.len() <= len {
        return name;
    }
    let end = match name[..=len].rfind('-') {
        Some(hyphen) if hyphen > len / 2 => hyphen,
        _ => len,
    };
    name[..end].trim_end_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Names::default().give(text, "id", "document"), expected);
    }

    #[test]
    fn names_are_lower_case_ascii_with_hyphens() {
        check("Property Tests: a Love Story!", "property-tests-a-love-story");
        check("Café & Größe — Ελλάδα", "cafe-grosse-ellada");
        check("Don't panic", "dont-panic");
    }

    #[test]
    fn texts_without_letters_get_the_fallback() {
        check("", "document");
        check("!!! ???", "document");
    }

    #[test]
    fn names_never_leave_their_folder() {
        check("../../etc/passwd", "etc-passwd");
        check("..", "document");
        check("a\0b\\c", "a-b-c");
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let name = Names::default().give(&"word ".repeat(40), "id", "document");
        assert!(name.len() <= MAX_LEN && name.ends_with("word"), "{name}");
        let name = Names::default().give(&"x".repeat(300), "id", "document");
        assert_eq!(name.len(), MAX_LEN);
    }

    #[test]
    fn taken_and_reserved_names_get_digits_of_their_id() {
        let mut names = Names::default();
        let given: HashSet<String> =
            ["a", "b", "c"].iter().map(|id| names.give("Same title", id, "document")).collect();
        assert_eq!(given.len(), 3);
        assert!(given.contains("same-title"));
        assert_ne!(names.give("CON", "id", "document"), "con");
        assert_ne!(names.give("Same title", "a", "document"), names.give("Same title", "a", "x"));
    }
}

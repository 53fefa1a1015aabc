//! The name that somebody meant.

/// The one of `names` that `wrong` looks most like, if it looks like any: at most a third of its
/// letters inserted, left out, changed or swapped with their neighbour. Ties go to the first.
pub(crate) fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let allowed = (wrong.chars().count() / 3).max(1);
    names
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= allowed)
        .map(|(_, name)| name)
}

/// The edits between two words (optimal string alignment), computed row by row.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut edits = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: usize = before[j - 2];
                edits = edits.min(swapped + 1);
            }
            row.push(edits);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, edits) in
            [("", "abc", 3), ("tags", "tags", 0), ("tgas", "tags", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn only_a_similar_name_is_suggested() {
        let names = ["item", "link", "title", "abstract"];
        assert_eq!(nearest("abstrct", &names), Some("abstract"));
        assert_eq!(nearest("tilte", &names), Some("title"));
        assert_eq!(nearest("date", &names), None);
        assert_eq!(nearest("", &names), None);
    }
}

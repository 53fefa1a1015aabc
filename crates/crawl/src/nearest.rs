//! The name that somebody meant.

/// The one of `names` that `wrong` looks most like, if it looks like any: at most a third of its
/// letters inserted, left out, changed or swapped with their neighbour. Ties go to the first.
pub(crate) fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let allowed = (wrong.chars().count() / 3).max(1);
    names
        .iter()
        .map(|name| (strsim::osa_distance(wrong, name), *name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= allowed)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_similar_name_is_suggested() {
        let names = ["item", "link", "title", "abstract"];
        assert_eq!(nearest("abstrct", &names), Some("abstract"));
        assert_eq!(nearest("tilte", &names), Some("title"));
        assert_eq!(nearest("date", &names), None);
        assert_eq!(nearest("", &names), None);
    }
}

//! The recipes that come with the program: a file each in `recipes/`, and a line each here.

const RECIPES: &[(&str, &str)] =
    &[("europython-2016", include_str!("../recipes/europython-2016.toml"))];

pub(crate) fn text(name: &str) -> Option<&'static str> {
    RECIPES.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
}

pub(crate) fn names() -> Vec<&'static str> {
    RECIPES.iter().map(|(name, _)| *name).collect()
}

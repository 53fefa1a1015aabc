//! `topicmill recipe`

use crate::commands::print;
use crate::exit::Exit;

/// `topicmill recipe list`
pub(crate) fn list() -> anyhow::Result<Exit> {
    let mut lines = String::new();
    for name in crawl::Recipe::builtin_names() {
        let recipe = crawl::Recipe::builtin(name)?;
        let start: Vec<&str> = recipe.start().iter().map(AsRef::as_ref).collect();
        lines.push_str(&format!("{name}  {}\n", start.join(" ")));
    }
    print(lines.as_bytes())?;
    Ok(Exit::Done)
}

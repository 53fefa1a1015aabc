//! The rule for what the Python package imports.

use std::path::Path;

use super::layers::Layers;
use super::{Broken, files, read};

pub(super) fn check(root: &Path, layers: &Layers, broken: &mut Vec<Broken>) -> Result<(), String> {
    for path in files(&root.join("python/topicmill"), "py")? {
        let source = read(&path)?;
        for module in source.lines().flat_map(imported) {
            let (package, inner) = module.split_once('.').unwrap_or((&module, ""));
            let Some(allowed) = layers.imports(package) else { continue };
            let is_allowed = allowed.iter().any(|name| {
                inner
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            if !is_allowed {
                let what = format!("may not import {module}; of {package}: {}", allowed.join(", "));
                broken.push(Broken { path: path.clone(), what });
            }
        }
    }
    Ok(())
}

/// The modules that a line imports.
fn imported(line: &str) -> Vec<String> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("import ") {
        return rest
            .split(',')
            .filter_map(|one| Some(one.split_whitespace().next()?.to_owned()))
            .collect();
    }
    let Some((module, names)) =
        line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
    else {
        return Vec::new();
    };
    if module.contains('.') {
        return vec![module.to_owned()];
    }
    // `from package import module` names the module behind.
    let names = names.trim_matches(['(', ')']).split(',');
    names.filter_map(|name| Some(format!("{module}.{}", name.split_whitespace().next()?))).collect()
}

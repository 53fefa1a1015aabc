//! Rules for `Cargo.toml`.

use super::layers::Layers;
use super::{Broken, Package, read};

const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn check(
    package: &Package,
    layers: &Layers,
    broken: &mut Vec<Broken>,
) -> Result<(), String> {
    let path = package.folder.join("Cargo.toml");
    let manifest: toml::Table =
        read(&path)?.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let mut complain = |what| broken.push(Broken { path: path.clone(), what });
    let Some(allowed) = layers.of(&package.name) else {
        complain(format!("{} has no layer in xtask/layers.toml", package.name));
        return Ok(());
    };
    let inherits_lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(false);
    if !inherits_lints {
        complain("`workspace = true` is missing below [lints]".to_owned());
    }
    for table in TABLES {
        let dependencies = manifest.get(*table).and_then(toml::Value::as_table);
        for (name, value) in dependencies.into_iter().flatten() {
            if layers.contains(name) && !allowed.contains(&name.as_str()) {
                let what = format!("{} may not use {name}", package.name);
                complain(format!("{what}, it may use: {}", allowed.join(", ")));
            }
            // A test may look at a result with the crate that wrote it.
            if let Some(users) = layers.only(name)
                && *table != "dev-dependencies"
                && !users.contains(&package.name.as_str())
            {
                complain(format!("{name} is for {} alone", users.join(" and ")));
            }
            let inherited = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            let plain = value.as_table().is_some_and(|value| value.len() == 1);
            if !(inherited && plain) {
                complain(format!(
                    "{name} must be `{{ workspace = true }}`: versions and features stand in the \
                     root manifest"
                ));
            }
        }
    }
    Ok(())
}

//! What a new site may not take the place of: it replaces all that is in its folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::standing::manifest::is_users;
use crate::{Config, Error, Source};

/// Refuses an output folder in which a build would destroy what it is made from, or whose place nothing can
/// take.
///
/// # Errors
/// [`Error::OutHolds`] and [`Error::OutInCache`], [`Error::OutIsHere`], [`Error::OutIsMount`].
pub(crate) fn check(config: &Config, cache: &Path, out: &Path) -> Result<(), Error> {
    let target = absolute(out);
    let cache = absolute(cache);
    let holds = |what, path: &Path| {
        Err(Error::OutHolds { out: out.to_owned(), what, path: path.to_owned() })
    };
    for (what, path) in inputs(config)? {
        if path.canonicalize().is_ok_and(|path| is_lost_with(&target, &path)) {
            return holds(what, &path);
        }
    }
    if cache.starts_with(&target) {
        return holds("the cache", &cache);
    }
    if target.starts_with(&cache) {
        return Err(Error::OutInCache { out: out.to_owned(), cache });
    }
    // Whoever stands in it would be left in the former site.
    if std::env::current_dir().is_ok_and(|here| here.starts_with(&target)) {
        return Err(Error::OutIsHere { out: out.to_owned() });
    }
    if is_mount_point(&target) {
        return Err(Error::OutIsMount { out: out.to_owned() });
    }
    Ok(())
}

/// The files and folders that a build reads, with what they are.
fn inputs(config: &Config) -> Result<Vec<(&'static str, PathBuf)>, Error> {
    let mut inputs = Vec::new();
    for source in &config.sources {
        match Source::parse(&source.from)? {
            Source::Path(path) | Source::Sqlite { path, .. } => inputs.push(("the source", path)),
            Source::Url(_) | Source::Postgres { .. } | Source::Stdin => {}
        }
    }
    let named = [
        ("the configuration", config.file.clone()),
        // The name of a built-in one is no path that is there.
        ("the recipe", config.crawl.recipe.as_ref().map(PathBuf::from)),
        ("the labels", config.labels.clone()),
        ("the templates", config.templates.clone()),
        ("the certificates", config.crawl.certificates.clone()),
        ("the shape of the clouds", config.site.mask()),
    ];
    inputs.extend(named.into_iter().filter_map(|(what, path)| Some((what, path?))));
    Ok(inputs)
}

/// Whether a new site in `target` destroys what is at `path`: not what lies under a name of the user's,
/// which is kept.
fn is_lost_with(target: &Path, path: &Path) -> bool {
    let first = |below: &Path| below.iter().next().map(OsStr::to_owned);
    path.strip_prefix(target).is_ok_and(|below| first(below).is_none_or(|name| !is_users(&name)))
}

/// The absolute path of what need not be there, symbolic links followed.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match found {
        Some((above, found)) => match path.strip_prefix(above) {
            Ok(rest) if !rest.as_os_str().is_empty() => found.join(rest),
            _ => found,
        },
        None => path,
    }
}

#[cfg(target_os = "linux")]
fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    let found = statx(CWD, folder, AtFlags::empty(), StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_mount_point(_folder: &Path) -> bool {
    // There publishing tells of it, when the site is made.
    false
}

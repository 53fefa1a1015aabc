//! The folder whose files replace templates, style sheet and icon of the site.

use std::path::Path;

use site::Renderer;

use crate::Error;

/// The renderer with the files of `folder` in the place of its own. Files whose names begin with a dot
/// are left alone.
pub(crate) fn renderer(folder: Option<&Path>) -> Result<Renderer, Error> {
    let Some(folder) = folder else { return Ok(Renderer::new()) };
    let unreadable = |path: &Path, source| Error::ReadConfig { path: path.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
        files.push((name, text));
    }
    // The order in which a folder lists its files is the system's business.
    files.sort();
    Renderer::with_overrides(&files)
        .map_err(|source| Error::Templates { folder: folder.to_owned(), source })
}

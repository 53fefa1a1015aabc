//! Arrays in files: NumPy's `.npy` and `.npz`, columns of Parquet.

mod npy;
mod parquet;

use std::fs::File;
use std::io::{BufReader, Cursor, Write};
use std::path::Path;

use expr::Value;

use crate::exit::Usage;

pub(crate) use npy::{Array, write_npy};

/// Reads the array in `path`: a `.npy` file, or, as `FILE.npz:NAME`, one of a `.npz` file, or, as
/// `FILE.parquet:COLUMN`, a column.
pub(crate) fn read(path: &str) -> anyhow::Result<Array> {
    let column = path.rsplit_once(':').filter(|(file, _)| is(file, "parquet"));
    if column.is_some() || is(path, "parquet") {
        let (file, name) = column.map_or((path, None), |(file, name)| (file, Some(name)));
        return parquet::read_column(file, name).map_err(|what| bad_file(file, &what));
    }
    let member = path.rsplit_once(':').filter(|(file, _)| is(file, "npz"));
    if let Some((file, name)) = member {
        return read_member(file, Some(name));
    }
    if is(path, "npz") {
        return read_member(path, None);
    }
    if !is(path, "npy") {
        return Err(Usage {
            message: format!(
                "cannot read {path:?} as an array, allowed are .npy, .npz and .parquet"
            ),
            hint: Some("numpy.save writes .npy, numpy.savez .npz".to_owned()),
        }
        .into());
    }
    let file = File::open(path)
        .map_err(|error| Usage { message: format!("cannot read {path}: {error}"), hint: None })?;
    Array::from_npy(file).map_err(|what| bad_file(path, &what))
}

fn is(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

/// The content of a `.npz` file with these arrays, named as `numpy.savez` names them: `arr_0` and
/// so on.
///
/// # Errors
/// When it would be too large for its format.
pub(crate) fn write_npz(values: &[Value]) -> anyhow::Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(true);
    for (at, value) in values.iter().enumerate() {
        archive.start_file(format!("arr_{at}.npy"), options)?;
        archive.write_all(&write_npy(value))?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Whether results go into a `.npz` file.
pub(crate) fn is_npz(path: &Path) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case("npz"))
}

/// Refuses to write a file of another kind.
pub(crate) fn check_ending(path: &Path) -> Result<(), Usage> {
    let known = path.extension().is_some_and(|own| own.eq_ignore_ascii_case("npy"));
    if known || is_npz(path) {
        return Ok(());
    }
    Err(Usage {
        message: format!(
            "cannot write {:?} as an array, allowed are .npy and .npz",
            path.display()
        ),
        hint: Some("without -o the result is printed, with --json as JSON".to_owned()),
    })
}

fn bad_file(path: &str, what: &str) -> anyhow::Error {
    Usage { message: format!("{path}: {what}"), hint: None }.into()
}

/// One array of a `.npz` file: the one called `name`, or the only one.
fn read_member(file: &str, name: Option<&str>) -> anyhow::Result<Array> {
    let opened = File::open(file);
    let opened = opened.map_err(|error| bad_file(file, &format!("cannot read: {error}")))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(opened))
        .map_err(|error| bad_file(file, &format!("no .npz file: {error}")))?;
    let mut names: Vec<String> = archive
        .file_names()
        .flatten()
        .map(|name| name.trim_end_matches(".npy").to_owned())
        .collect();
    names.sort();
    let name = match (name, &names[..]) {
        (Some(name), _) => name.to_owned(),
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(Usage {
                message: format!("{file} holds {} arrays: {}", names.len(), names.join(", ")),
                hint: Some(format!("choose one: {file}:NAME")),
            }
            .into());
        }
    };
    let member = archive.by_name(&format!("{name}.npy")).map_err(|_| {
        bad_file(file, &format!("there is no array {name}; there are: {}", names.join(", ")))
    })?;
    Array::from_npy(member).map_err(|what| bad_file(file, &format!("{name}: {what}")))
}

//! JSON files: schedules, and arrays of records.

use encoding_rs::Encoding;
use serde_json::Value;

use crate::columns::ColumnNames;
use crate::{Document, record, schedule};

/// A document, or its place and the reason why it is none.
pub(crate) type Record = Result<Document, (usize, String)>;

/// The documents in `bytes`: those of a schedule in any format that is known, else the records of
/// an array. `stem` names records without an id.
///
/// # Errors
/// Why there are none.
pub(crate) fn read(bytes: &[u8], stem: &str, columns: &ColumnNames) -> Result<Vec<Record>, String> {
    let found = if columns.is_empty() { schedule(bytes) } else { None };
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(bytes).0,
        None => String::from_utf8_lossy(bytes),
    };
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if !text.starts_with(['{', '[']) {
        return match found {
            Some(found) => Ok(found.documents.into_iter().map(Ok).collect()),
            None => Err("it is neither a schedule (schedule.xml, iCalendar) nor a feed".to_owned()),
        };
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Err(format!("it is no JSON ({error})")),
    };
    let records = array(value);
    // A schedule may be an array of records too: then what knows more of them reads them.
    if let Some(found) = found
        && records.as_ref().is_none_or(|records| 10 * found.documents.len() >= 9 * records.len())
    {
        return Ok(found.documents.into_iter().map(Ok).collect());
    }
    let Some(records) = records.filter(|records| !records.is_empty()) else {
        return Err("it is neither a schedule nor an array of objects".to_owned());
    };
    let documents: Vec<_> = records
        .into_iter()
        .enumerate()
        .map(|(n, value)| {
            let read = record::with_columns(value, columns, || format!("{stem}:{}", n + 1));
            read.map_err(|reason| (n + 1, reason))
        })
        .collect();
    match documents.iter().find_map(|document| document.as_ref().err()) {
        Some((_, reason)) if documents.iter().all(Result::is_err) => Err(reason.clone()),
        _ => Ok(documents),
    }
}

/// The array itself, or the longest one of objects directly inside an object.
fn array(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(object) => {
            let arrays = object.into_iter().filter_map(|(_, value)| match value {
                Value::Array(items) if items.iter().all(Value::is_object) => Some(items),
                _ => None,
            });
            arrays.max_by_key(Vec::len)
        }
        _ => None,
    }
}

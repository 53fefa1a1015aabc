//! Jupyter notebooks.

use serde_json::Value;

use crate::{Document, markdown};

/// The text of a notebook: its Markdown cells; those with code where there are no others.
///
/// # Errors
/// The reason why it is none.
pub(crate) fn read(text: &str) -> Result<Document, String> {
    let notebook: Value = serde_json::from_str(text)
        .map_err(|error| format!("not a notebook: it is no JSON ({error})"))?;
    let cells =
        notebook["cells"].as_array().or_else(|| notebook["worksheets"][0]["cells"].as_array());
    let cells = cells.ok_or("not a notebook: it has no cells")?;
    let of_kind = |kind: &str| -> Vec<String> {
        let cells = cells.iter().filter(|cell| cell["cell_type"] == kind);
        cells.map(source).filter(|text| !text.trim().is_empty()).collect()
    };
    let texts = of_kind("markdown");
    if texts.is_empty() {
        let code = of_kind("code").join("\n\n");
        return Ok(Document { text: code, ..Document::default() });
    }
    Ok(markdown::read(&texts.join("\n\n")))
}

/// The source of a cell: one string, or the lines of it.
fn source(cell: &Value) -> String {
    match cell.get("source").or(cell.get("input")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_markdown_cells_are_the_text() {
        let notebook = r##"{"cells": [{"cell_type": "markdown", "source": ["# Title\n", "One"]},
            {"cell_type": "code", "source": "x = 1"}, {"cell_type": "markdown", "source": "Two"}]}"##;
        let document = read(notebook).unwrap();
        assert_eq!((document.title.as_str(), document.text.as_str()), ("Title", "One\n\nTwo"));
        let code = r#"{"cells": [{"cell_type": "code", "source": "x = 1"}]}"#;
        assert_eq!(read(code).unwrap().text, "x = 1");
        assert!(read("{}").is_err() && read("x").is_err());
    }
}

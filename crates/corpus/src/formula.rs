//! Cells that a spreadsheet would take for formulas.
//!
//! Texts come from anywhere, and a formula could send what stands beside it elsewhere (OWASP, "CSV
//! Injection"). An apostrophe before the sign says that text follows; it is dropped when a table is read, so
//! that texts come back as they were.

/// Signs that begin a formula.
const SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// `cell` as no spreadsheet takes it for a formula.
#[must_use]
pub fn harmless(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

/// What stood in a cell before [`harmless`].
pub(crate) fn as_meant(mut cell: String) -> String {
    if cell.starts_with('\'') && is_formula(&cell) {
        cell.remove(0);
    }
    cell
}

/// Apostrophes before the sign count: a text that has them of its own gets one more, and loses that one.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_all_come_back() {
        for (cell, expected) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("- 2+cmd|' /C x'!A0", "'- 2+cmd|' /C x'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("a = b", "a = b"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell.to_owned()), expected);
            assert_eq!(as_meant(expected.to_owned()), cell);
        }
    }
}

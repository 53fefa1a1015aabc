//! Python's strings as texts, which come while those before them are counted.

use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use text::{Field, Parts};

/// The strings of a list.
pub(crate) fn strings<'py>(texts: &Bound<'py, PyList>) -> PyResult<Vec<Bound<'py, PyString>>> {
    texts.iter().map(|text| Ok(text.cast_into::<PyString>()?)).collect()
}

/// The text of a string: who asks for it waits until [`come`] gives it.
///
/// To make UTF-8 of strings that have other letters than ASCII takes a sixth of the time that counting
/// them takes, and the interpreter's lock.
pub(crate) struct Coming<'a> {
    n_chars: usize,
    text: OnceLock<&'a str>,
}

impl Coming<'_> {
    /// Texts that are still to come, of all `strings`.
    pub(crate) fn of(strings: &[Bound<'_, PyString>]) -> PyResult<Vec<Self>> {
        let coming = |string: &Bound<'_, PyString>| {
            Ok(Self { n_chars: string.len()?, text: OnceLock::new() })
        };
        strings.iter().map(coming).collect()
    }
}

impl Parts for Coming<'_> {
    fn each_part<'p>(&'p self, mut each: impl FnMut(Field<'p>)) {
        each(Field { text: self.text.wait(), weight: 1 });
    }

    /// As many as characters, before it has come: that is near enough for sharing out the work.
    fn n_bytes(&self) -> usize {
        self.n_chars
    }
}

/// Gives every one of `coming` its string's own UTF-8, in their order. After an error the others are
/// empty, so that nobody waits for them.
pub(crate) fn come<'a>(coming: &[Coming<'a>], strings: &'a [Bound<'_, PyString>]) -> PyResult<()> {
    let mut outcome = Ok(());
    for (coming, string) in coming.iter().zip(strings) {
        let text = match outcome {
            Ok(()) => string.to_str().unwrap_or_else(|error| {
                outcome = Err(error);
                ""
            }),
            Err(_) => "",
        };
        coming.text.get_or_init(|| text);
    }
    outcome
}

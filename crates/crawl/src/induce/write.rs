//! The lines of a recipe.

use std::fmt;

/// A table of TOML with its keys.
#[derive(Debug)]
pub(crate) struct Lines(String);

impl Lines {
    pub(crate) fn table(name: &str) -> Self {
        Self(format!("[{name}]\n"))
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.0.push_str(&format!("{key} = {}\n", quoted(text)));
    }

    /// `key = true`.
    pub(crate) fn flag(&mut self, key: &str) {
        self.0.push_str(&format!("{key} = true\n"));
    }

    /// A string, or an array of them; nothing where there is none.
    pub(crate) fn texts(&mut self, key: &str, texts: &[String]) {
        match texts {
            [] => {}
            [text] => self.text(key, text),
            texts => {
                self.0.push_str(&format!("{key} = [\n"));
                for text in texts {
                    self.0.push_str(&format!("    {},\n", quoted(text)));
                }
                self.0.push_str("]\n");
            }
        }
    }

    /// A selector with filters: pairs of a key and its value in TOML.
    pub(crate) fn filtered(&mut self, key: &str, selector: &str, filters: &[(&str, String)]) {
        self.0.push_str(&format!("{key} = {{ select = {}", quoted(selector)));
        for (key, value) in filters {
            self.0.push_str(&format!(", {key} = {value}"));
        }
        self.0.push_str(" }\n");
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

//! CSS selectors.

use scraper::error::SelectorErrorKind;

use crate::Error;

/// A CSS selector, such as `div.talk > a`; a comma parts alternatives.
#[derive(Debug, Clone)]
pub struct Selector {
    text: String,
    inner: scraper::Selector,
    /// What matches has one of these names, whatever their case; none where that is not told from the
    /// text at a glance.
    names: Option<Vec<String>>,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`Error::Selector`] with the text and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match scraper::Selector::parse(text) {
            Ok(inner) => Ok(Self { text: text.to_owned(), inner, names: names(text) }),
            Err(kind) => {
                Err(Error::Selector { selector: text.to_owned(), problem: problem(&kind) })
            }
        }
    }

    /// The selector as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn inner(&self) -> &scraper::Selector {
        &self.inner
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }
}

/// The names that the last parts of all alternatives begin with: `h1` and `b` of `h1, div.x > b.y`.
fn names(text: &str) -> Option<Vec<String>> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ,.#>+~-_".contains(c);
    if !text.chars().all(is_plain) {
        return None;
    }
    let name_of = |alternative: &str| {
        let last = alternative.rsplit([' ', '>', '+', '~']).next()?;
        let name = last.split(['.', '#']).next()?;
        (!name.is_empty()).then(|| name.to_owned())
    };
    text.split(',').map(|alternative| name_of(alternative.trim())).collect()
}

fn problem(kind: &SelectorErrorKind) -> String {
    match kind {
        SelectorErrorKind::UnexpectedToken => "a character stands where none is allowed".to_owned(),
        SelectorErrorKind::EndOfLine => "it ends in the middle".to_owned(),
        SelectorErrorKind::ExpectedColonOnPseudoElement
        | SelectorErrorKind::ExpectedIdentityOnPseudoElement => {
            "a name must follow a colon".to_owned()
        }
        // The kinds inside are of a crate below scraper; their names say enough.
        SelectorErrorKind::UnexpectedSelectorParseError(kind) => match format!("{kind:?}").as_str()
        {
            "EmptySelector" => "a selector is missing".to_owned(),
            name => spaced(name),
        },
        other => spaced(&format!("{other:?}")),
    }
}

/// `DanglingCombinator` as `dangling combinator`.
fn spaced(variant: &str) -> String {
    let mut words = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_what_matches_are_told_from_plain_selectors() {
        for (text, expected) in [
            ("h1", Some(vec!["h1"])),
            (" H1.x , div.a > b#y.z ", Some(vec!["H1", "b"])),
            ("ul li+li", Some(vec!["li"])),
            ("div .x", None),
            ("h1, #x", None),
            ("h1, *", None),
            ("a[href='x, y']", None),
            ("li:not(.x)", None),
        ] {
            let names = Selector::parse(text).unwrap().names;
            assert_eq!(
                names,
                expected.map(|names| names.into_iter().map(str::to_owned).collect()),
                "{text}"
            );
        }
    }

    #[test]
    fn names_within_drawings_may_have_capitals() {
        let page = crate::html::Html::parse("<svg><linearGradient></linearGradient></svg>");
        assert_eq!(page.root().select(&Selector::parse("linearGradient").unwrap()).count(), 1);
    }

    #[test]
    fn a_bad_selector_is_named_with_what_is_wrong() {
        for (text, problem) in [
            ("", "a selector is missing"),
            ("div >", "dangling combinator"),
            ("a:hover", "unsupported pseudo class or element"),
            ("a[", "it ends in the middle"),
            ("a..b", "class needs ident"),
            ("<p>", "a selector is missing"),
            ("a b ! c", "dangling combinator"),
            ("a!", "a character stands where none is allowed"),
        ] {
            let message = Selector::parse(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{text:?} is not a CSS selector")), "{message}");
            assert!(message.contains(problem), "{message}");
        }
    }

    #[test]
    fn a_selector_keeps_its_text() {
        assert_eq!(Selector::parse("div.talk > a").unwrap().as_str(), "div.talk > a");
    }
}

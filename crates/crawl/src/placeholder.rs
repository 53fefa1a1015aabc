//! Pages that stand where a document should: errors with status 200, and login forms.

use corpus::Document;
use corpus::html::{Element, Html, Selector};

use crate::Problem;
use crate::induce::words::tokens;

/// A page with this much text of its own is no placeholder, whatever its words, bytes.
const MAX_TEXT_BYTES: usize = 400;

/// Why `page` is no document, if it is none; `document` is what was read from it.
pub(crate) fn problem(page: &Html, document: &Document, link_text: &str) -> Option<Problem> {
    if document.text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let select = |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
    let headings = select("title, h1, h2, h3");
    let headings = page.select(&headings).map(Element::inline_text);
    let link_words = tokens(link_text);
    for heading in headings.take(12) {
        let words = tokens(&heading);
        let is_own =
            !link_words.is_empty() && words.windows(link_words.len()).any(|w| w == link_words);
        if !is_own && says_not_found(&words) {
            return Some(Problem::SoftNotFound { heading });
        }
    }
    if document.text.is_empty() && page.select(&select("input[type=password]")).next().is_some() {
        return Some(Problem::LoginWall);
    }
    None
}

/// Whether a heading says that there is no such page.
fn says_not_found(words: &[String]) -> bool {
    let text = words.join(" ");
    let is_short = words.len() <= 9;
    let starts = ["404", "error 404", "http 404", "403 forbidden", "410 gone", "500 internal"];
    let parts = [
        "page not found",
        "not be found",
        "not found",
        "page doesn t exist",
        "page does not exist",
        "no longer available",
        "no longer exists",
        "seite nicht gefunden",
        "page introuvable",
        "página no encontrada",
        "access denied",
        "page you requested",
        "nothing found",
        "nicht gefunden",
        "pagina non trovata",
    ];
    is_short
        && (starts.iter().any(|start| text == *start || text.starts_with(&format!("{start} ")))
            || parts.iter().any(|part| text.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, text: &str, link: &str, expected: Option<&str>) {
        let document = Document { text: text.to_owned(), ..Document::default() };
        let problem = problem(&Html::parse(page), &document, link).map(|p| p.to_string());
        match expected {
            None => assert_eq!(problem, None),
            Some(part) => {
                assert!(problem.as_deref().is_some_and(|p| p.contains(part)), "{problem:?}");
            }
        }
    }

    #[test]
    fn errors_with_status_200_and_login_forms_are_no_documents() {
        check("<title>Conf</title><h1>Page not found</h1>", "", "A talk", Some("Page not found"));
        check("<title>404 - Conf</title>", "Sorry", "A talk", Some("404"));
        check("<h2>Log in</h2><input type=password>", "", "A talk", Some("login"));
        check(
            "<h1>Page not found: errors on the web</h1>",
            "",
            "Page not found: errors on the web",
            None,
        );
        check("<h1>Page not found</h1>", &"long ".repeat(100), "A talk", None);
        check("<h1>A talk</h1><input type=password>", "Text", "A talk", None);
    }
}

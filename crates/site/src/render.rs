//! One route → one file.

use minijinja::{Environment, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig};

use crate::batch::Batch;
use crate::html::write_escaped;
use crate::{Error, Route, Site, xml};

/// Every template, by the name that the others know it by.
const TEMPLATES: [(&str, &str); 17] = [
    ("about.html", include_str!("../templates/about.html")),
    ("base.html", include_str!("../templates/base.html")),
    ("data.html", include_str!("../templates/data.html")),
    ("document.html", include_str!("../templates/document.html")),
    ("documents.html", include_str!("../templates/documents.html")),
    ("index.html", include_str!("../templates/index.html")),
    ("macros.html", include_str!("../templates/macros.html")),
    ("map.html", include_str!("../templates/map.html")),
    ("not_found.html", include_str!("../templates/not_found.html")),
    ("search.html", include_str!("../templates/search.html")),
    ("speaker.html", include_str!("../templates/speaker.html")),
    ("speakers.html", include_str!("../templates/speakers.html")),
    ("tag.html", include_str!("../templates/tag.html")),
    ("tags.html", include_str!("../templates/tags.html")),
    ("terms.html", include_str!("../templates/terms.html")),
    ("time.html", include_str!("../templates/time.html")),
    ("topic.html", include_str!("../templates/topic.html")),
];
const STYLE: &str = include_str!("../assets/style.css");
const ICON: &str = include_str!("../assets/icon.svg");
const SEARCH_SCRIPT: &str = include_str!("../assets/search.js");
/// The names of an [`Override`](Renderer::with_overrides) that is no template: the style sheet, rules
/// after it, and the icon.
const STYLE_NAME: &str = "style.css";
const EXTRA_STYLE_NAME: &str = "custom.css";
const ICON_NAME: &str = "icon.svg";

/// One file of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutFile {
    /// Where it belongs: relative to the root of the site, parted by `/`, safe characters only
    /// (`topic/testing/index.html`).
    pub path: String,
    /// Its media type, with the charset.
    pub content_type: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The templates of all pages. It may be shared by threads and outlive the sites it renders.
#[derive(Debug)]
pub struct Renderer {
    pub(crate) templates: Environment<'static>,
    style: String,
    pub(crate) icon: String,
    /// What replaces parts of the program: names and contents.
    pub(crate) overrides: Vec<(String, String)>,
}

impl Renderer {
    /// Compiles the templates that are part of the program.
    ///
    /// # Panics
    /// Never: tests compile them.
    #[must_use]
    pub fn new() -> Self {
        Self::with_overrides(&[]).expect("embedded templates compile")
    }

    /// Compiles the templates, with `overrides`, names and contents, in the place of those of the same
    /// name: `topic.html` replaces the template of topics, `style.css` the style sheet, `icon.svg` the
    /// icon; `custom.css` is added to the end of the style sheet.
    ///
    /// # Errors
    /// [`Error::UnknownOverride`] for a name that replaces nothing, [`Error::Template`] for a template
    /// with an error, naming the line.
    pub fn with_overrides(overrides: &[(String, String)]) -> Result<Self, Error> {
        let mut templates = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        if let Ok(syntax) = syntax {
            templates.set_syntax(syntax);
        }
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        // The engine's own escaping turns every `/` of every link into six characters.
        templates.set_formatter(|out, _, value| {
            match value.as_str() {
                Some(html) if value.is_safe() => out.write_str(html)?,
                Some(text) => write_escaped(out, text)?,
                None => write_escaped(out, &value.to_string())?,
            }
            Ok(())
        });
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(|error| template_error(name, &error))?;
        }
        let (mut style, mut icon) = (STYLE.to_owned(), ICON.to_owned());
        let mut extra = String::new();
        for (name, text) in overrides {
            match name.as_str() {
                STYLE_NAME => style.clone_from(text),
                EXTRA_STYLE_NAME => extra = format!("\n{text}"),
                ICON_NAME => icon.clone_from(text),
                name if TEMPLATES.iter().any(|(known, _)| *known == name) => templates
                    .add_template_owned(name.to_owned(), text.clone())
                    .map_err(|error| template_error(name, &error))?,
                _ => return Err(unknown_override(name)),
            }
        }
        Ok(Self { templates, style: style + &extra, icon, overrides: overrides.to_vec() })
    }

    /// Makes the file of `route`. The same data give the same bytes. For many pages a [`Batch`] is
    /// faster.
    ///
    /// The time depends on what the page shows, not on the size of the site; the start page and
    /// the list of tags show all topics and all tags.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`] when the site has no such page; [`Error::Template`] never, unless a
    /// template is at fault.
    pub fn render_page(&self, site: &Site<'_>, route: Route) -> Result<OutFile, Error> {
        let path = site.path(route)?;
        match route {
            Route::Style => return Ok(asset(path, "text/css; charset=utf-8", &self.style)),
            Route::Icon => return Ok(asset(path, "image/svg+xml", &self.icon)),
            Route::SearchScript => {
                return Ok(asset(path, "text/javascript; charset=utf-8", SEARCH_SCRIPT));
            }
            Route::Sitemap(_) | Route::Feed | Route::OpenSearch => {
                let base = site.base().ok_or(Error::NoSuchPage(route))?;
                let (content_type, text) = match route {
                    Route::Sitemap(part) => ("application/xml", xml::sitemap(site, &base, part)),
                    Route::Feed => ("application/atom+xml", xml::feed(site, &base)),
                    _ => ("application/opensearchdescription+xml", xml::open_search(site, &base)),
                };
                return Ok(asset(path, content_type, &text));
            }
            _ => {}
        }
        Batch::of_one(self, site).page(route, path)
    }
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

fn asset(path: String, content_type: &'static str, text: &str) -> OutFile {
    OutFile { path, content_type, bytes: text.as_bytes().to_vec() }
}

fn unknown_override(name: &str) -> Error {
    let mut allowed: Vec<&str> = TEMPLATES.iter().map(|(name, _)| *name).collect();
    allowed.extend([STYLE_NAME, EXTRA_STYLE_NAME, ICON_NAME]);
    Error::UnknownOverride { name: name.to_owned(), allowed: allowed.join(", ") }
}

/// Where a template is at fault, and how. The engine tells the template by itself when it is another
/// than the one that was asked for.
pub(crate) fn template_error(name: &str, error: &minijinja::Error) -> Error {
    let problem = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let hint = match error.kind() {
        ErrorKind::UndefinedError => {
            "; a page knows frame, site and page, with the fields that \
                                      the template it replaces uses"
        }
        _ => "",
    };
    Error::Template {
        template: error.name().unwrap_or(name).to_owned(),
        line: error.line().unwrap_or(1),
        problem: problem + hint,
    }
}

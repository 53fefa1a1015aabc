//! One route → one file.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};
use serde::Serialize;

use crate::html::{after_scheme, web_url, write_escaped};
use crate::pages::{self, Page};
use crate::site::Noun;
use crate::views::{Links, or_untitled, site_lang};
use crate::{Error, Route, Site};

/// Every template, by the name that the others know it by.
const TEMPLATES: [(&str, &str); 10] = [
    ("about.html", include_str!("../templates/about.html")),
    ("base.html", include_str!("../templates/base.html")),
    ("document.html", include_str!("../templates/document.html")),
    ("documents.html", include_str!("../templates/documents.html")),
    ("index.html", include_str!("../templates/index.html")),
    ("macros.html", include_str!("../templates/macros.html")),
    ("not_found.html", include_str!("../templates/not_found.html")),
    ("tag.html", include_str!("../templates/tag.html")),
    ("tags.html", include_str!("../templates/tags.html")),
    ("topic.html", include_str!("../templates/topic.html")),
];
const STYLE: &str = include_str!("../assets/style.css");
const ICON: &str = include_str!("../assets/icon.svg");

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
    templates: Environment<'static>,
}

/// What the frame around a page needs.
#[derive(Serialize)]
struct Frame<'s> {
    root: &'s str,
    title: String,
    description: &'s str,
    canonical: Option<String>,
    section: &'static str,
    is_start: bool,
}

/// What every page says of its site.
#[derive(Serialize)]
struct Whole<'s> {
    title: &'s str,
    lang: Option<&'s str>,
    generator: &'s str,
    noun: Noun,
    has_tags: bool,
}

impl Renderer {
    /// Compiles the templates.
    ///
    /// # Panics
    /// Never: the templates are part of the program, and tests compile them.
    #[must_use]
    pub fn new() -> Self {
        let mut templates = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        templates.set_syntax(syntax.expect("the usual delimiters"));
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
            templates.add_template(name, source).expect("embedded templates compile");
        }
        Self { templates }
    }

    /// Makes the file of `route`. The same data give the same bytes.
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
            Route::Style => return Ok(asset(path, "text/css; charset=utf-8", STYLE)),
            Route::Icon => return Ok(asset(path, "image/svg+xml", ICON)),
            _ => {}
        }
        let links = Links { site, root: root_of(site, route, &path) };
        let Some(page) = pages::page(&links, route) else {
            return Err(Error::NoSuchPage(route));
        };
        let html = self
            .render(&links, &page, &path)
            .map_err(|source| Error::Template { template: page.template, source: source.into() })?;
        Ok(OutFile { path, content_type: "text/html; charset=utf-8", bytes: html.into_bytes() })
    }

    fn render(
        &self,
        links: &Links<'_>,
        page: &Page,
        path: &str,
    ) -> Result<String, minijinja::Error> {
        let data = links.site.data();
        let site_title = or_untitled(data.title);
        let frame = Frame {
            root: &links.root,
            title: match &page.title {
                Some(title) => format!("{title} · {site_title}"),
                None => site_title.to_owned(),
            },
            description: &page.description,
            canonical: data
                .base_url
                .and_then(web_url)
                .filter(|_| page.template != "not_found.html")
                .map(|base| {
                    format!(
                        "{}/{}",
                        base.trim_end_matches('/'),
                        path.trim_end_matches("index.html")
                    )
                }),
            section: page.section,
            is_start: page.title.is_none(),
        };
        let whole = Whole {
            title: site_title,
            lang: site_lang(links.site),
            generator: data.generator,
            noun: links.site.noun(),
            has_tags: !data.tags.is_empty(),
        };
        let context = context! {
            frame => Value::from(Serde(frame)),
            site => Value::from(Serde(whole)),
            page => page.content.clone(),
        };
        self.templates.get_template(page.template)?.render(context)
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

/// The way from the file at `path` to the root of the site.
///
/// A host shows the 404 page for addresses at any depth, where a relative way leads astray; so that
/// page starts from the root of the host, as soon as it is known where the site lies on it.
fn root_of(site: &Site<'_>, route: Route, path: &str) -> String {
    let base = site.data().base_url.and_then(web_url).and_then(after_scheme);
    match base {
        Some(base) if route == Route::NotFound => {
            let below_host = base.split(['?', '#']).next().unwrap_or(base);
            let folder = below_host.split_once('/').map_or("", |(_, folder)| folder);
            match folder.trim_matches('/') {
                "" => "/".to_owned(),
                folder => format!("/{folder}/"),
            }
        }
        _ => "../".repeat(path.matches('/').count()),
    }
}

//! Many pages of one site.

use std::sync::{Mutex, PoisonError};

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use crate::html::{after_scheme, web_url};
use crate::pages::{self, Page};
use crate::render::{OutFile, template_error};
use crate::site::Noun;
use crate::views::{Line, Links, or_untitled, site_lang};
use crate::{Error, Renderer, Route, Site, fragments};

/// The way to the root from nearly all pages, that of a document and of a tag among them.
const USUAL_ROOT: &str = "../../";
/// What a page of a document takes, about, bytes.
const PAGE_LEN: usize = 20_000;

/// A renderer at work on one site: what many pages show alike is rendered once.
///
/// It may be shared by threads. It keeps, beside the site, the line of every document that a page
/// has listed, some 400 bytes for each.
#[derive(Debug)]
pub struct Batch<'s> {
    renderer: &'s Renderer,
    site: &'s Site<'s>,
    whole: Value,
    /// For each document its line in lists of pages that lie as deep as most do; empty for one page.
    lines: Vec<Mutex<Option<Value>>>,
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
    /// Whether the page runs the script of the search.
    is_search: bool,
}

/// What every page says of its site.
#[derive(Serialize)]
struct Whole<'s> {
    title: &'s str,
    lang: Option<&'s str>,
    generator: &'s str,
    noun: Noun,
    /// In the page itself: the same file once more would be one more request.
    icon: Value,
    people: &'static str,
    /// What there is besides topics and documents.
    has: Vec<&'static str>,
}

impl<'s> Batch<'s> {
    /// All pages of `site`, by `renderer`.
    #[must_use]
    pub fn new(renderer: &'s Renderer, site: &'s Site<'s>) -> Self {
        let lines = site.data().documents.iter().map(|_| Mutex::default()).collect();
        Self { lines, ..Self::of_one(renderer, site) }
    }

    /// The same for one page, for which nothing is kept.
    pub(crate) fn of_one(renderer: &'s Renderer, site: &'s Site<'s>) -> Self {
        let data = site.data();
        let whole = Whole {
            title: or_untitled(data.title),
            lang: site_lang(site),
            generator: data.generator,
            noun: site.noun(),
            icon: Value::from_safe_string(renderer.icon.clone()),
            people: site.people(),
            has: [
                ("tags", !data.tags.is_empty()),
                ("speakers", !data.speakers.is_empty()),
                ("terms", !data.terms.is_empty()),
                ("time", site.timeline().is_some()),
                ("data", !data.downloads.is_empty()),
                ("feed", site.base().is_some()),
            ]
            .into_iter()
            .filter_map(|(name, is_there)| is_there.then_some(name))
            .collect(),
        };
        Self { renderer, site, whole: Value::from(Serde(whole)), lines: Vec::new() }
    }

    /// Makes the file of `route`, as [`Renderer::render_page`] does.
    ///
    /// # Errors
    /// As there.
    pub fn render_page(&self, route: Route) -> Result<OutFile, Error> {
        match route {
            Route::Document(_) | Route::Tag(..) | Route::Speaker(_) | Route::Documents(_) => {
                self.page(route, self.site.path(route)?)
            }
            _ => self.renderer.render_page(self.site, route),
        }
    }

    /// The HTML page of `route`, which lies at `path`.
    pub(crate) fn page(&self, route: Route, path: String) -> Result<OutFile, Error> {
        let links = Links { site: self.site, root: root_of(self.site, route, &path) };
        let page = pages::page(self, &links, route).ok_or(Error::NoSuchPage(route))?;
        let bytes = self
            .render(&links, &page, &path)
            .map_err(|error| template_error(page.template, &error))?;
        Ok(OutFile { path, content_type: "text/html; charset=utf-8", bytes })
    }

    /// The line of a document in a list of documents of several topics.
    pub(crate) fn line(&self, links: &Links<'_>, document: usize) -> Line {
        let anchor = links.anchor(document);
        let kept = self.lines.get(document).filter(|_| links.root == USUAL_ROOT);
        let kept = kept.map(|line| line.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(html) = kept.as_deref().and_then(Option::as_ref) {
            return Line { anchor, html: html.clone() };
        }
        let html = fragments::row(&links.row_with_topic(document));
        if let Some(mut kept) = kept {
            *kept = Some(html.clone());
        }
        Line { anchor, html }
    }

    /// Lines as the items of a list; nothing where there are none.
    pub(crate) fn lines(&self, links: &Links<'_>, documents: &[usize]) -> Option<Value> {
        fragments::lines(documents.iter().map(|&document| self.line(links, document)))
    }

    fn render(
        &self,
        links: &Links<'_>,
        page: &Page,
        path: &str,
    ) -> Result<Vec<u8>, minijinja::Error> {
        let site_title = or_untitled(self.site.data().title);
        let frame = Frame {
            root: &links.root,
            title: match &page.title {
                Some(title) => format!("{title} · {site_title}"),
                None => site_title.to_owned(),
            },
            description: &page.description,
            canonical: self
                .site
                .base()
                .filter(|_| page.template != "not_found.html")
                .map(|base| format!("{base}{}", path.trim_end_matches("index.html"))),
            section: page.section,
            is_start: page.title.is_none(),
            is_search: page.template == "search.html",
        };
        let context = context! {
            frame => Value::from(Serde(frame)),
            site => self.whole.clone(),
            page => page.content.clone(),
        };
        let mut bytes = Vec::with_capacity(PAGE_LEN);
        let template = self.renderer.templates.get_template(page.template)?;
        template.render_captured_to(context, &mut bytes)?;
        Ok(bytes)
    }
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

//! The pages of a site and where they lie.

use crate::html::web_url;
use crate::pages::{MAX_ROWS, documents, speakers, tags, terms};
use crate::{Error, Site, xml};

/// One file of a site. Positions are those of [`SiteData`](crate::SiteData); lists that go over
/// several pages count them from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Route {
    /// The style sheet of all pages.
    Style,
    /// The icon of all pages.
    Icon,
    /// The script of the page for searching.
    SearchScript,
    /// The start page: every topic.
    Index,
    /// The page for searching.
    Search,
    /// The documents as dots, near to each other when they are about the same.
    Map,
    /// The topics over time.
    Time,
    /// The files with the results as data.
    Data,
    /// How to read the site.
    About,
    /// What a server shows for an address that does not exist.
    NotFound,
    /// A topic, and a page of its list of documents.
    Topic(usize, usize),
    /// A document.
    Document(usize),
    /// A tag, and a page of its list of documents.
    Tag(usize, usize),
    /// A speaker or author.
    Speaker(usize),
    /// A page of the list of all documents.
    Documents(usize),
    /// A page of the list of all tags.
    Tags(usize),
    /// A page of the list of all speakers.
    Speakers(usize),
    /// A page of the index of terms.
    Terms(usize),
    /// The addresses of all pages, for search engines: the first file, and those that it names when
    /// there are more than one may hold.
    Sitemap(usize),
    /// The newest documents, for feed readers.
    Feed,
    /// How browsers search the site.
    OpenSearch,
}

/// How many pages a list of `n` rows has.
pub(crate) fn n_pages(n: usize, per_page: usize) -> usize {
    n.div_ceil(per_page).max(1)
}

impl Site<'_> {
    /// Every file of the site but those of the search index. What there is nothing to show on is
    /// left out: lists of tags, speakers and terms, the topics over time, and without a base URL the
    /// files that need one.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        let n_sitemaps = self.base().map_or(0, |_| xml::n_sitemaps(self));
        self.pages().chain((0..n_sitemaps).map(Route::Sitemap))
    }

    /// Every file but those of the search index and the sitemaps.
    pub(crate) fn pages(&self) -> impl Iterator<Item = Route> {
        use Route::{
            About, Data, Documents, Feed, Icon, Index, Map, NotFound, OpenSearch, Search,
            SearchScript, Style,
        };
        let data = self.data();
        let some = |n: usize, per_page: usize| if n == 0 { 0 } else { n_pages(n, per_page) };
        let pages_of = |n_documents: usize| 0..n_pages(n_documents, MAX_ROWS);
        [Style, Icon, SearchScript, Index, Search, Map, Data, About, NotFound]
            .into_iter()
            .chain(self.timeline().map(|_| Route::Time))
            .chain(self.base().into_iter().flat_map(|_| [Feed, OpenSearch]))
            .chain((0..n_pages(data.documents.len(), documents::PER_PAGE)).map(Documents))
            .chain((0..some(data.tags.len(), tags::PER_PAGE)).map(Route::Tags))
            .chain((0..some(data.speakers.len(), speakers::PER_PAGE)).map(Route::Speakers))
            .chain((0..some(data.terms.len(), terms::PER_PAGE)).map(Route::Terms))
            .chain(data.topics.iter().enumerate().flat_map(move |(topic, of)| {
                pages_of(of.documents.len()).map(move |page| Route::Topic(topic, page))
            }))
            .chain((0..self.n_document_pages()).map(Route::Document))
            .chain(data.tags.iter().enumerate().flat_map(move |(tag, of)| {
                pages_of(of.documents.len()).map(move |page| Route::Tag(tag, page))
            }))
            .chain((0..data.speakers.len()).map(Route::Speaker))
    }

    /// The address of the site, ending in `/`, when it is one that can be linked.
    pub(crate) fn base(&self) -> Option<String> {
        let base = self.data().base_url.and_then(web_url)?;
        Some(format!("{}/", base.trim_end_matches('/')))
    }

    /// The path of a file: relative, parted by `/`, of safe characters only
    /// (`topic/testing/index.html`).
    ///
    /// # Errors
    /// [`Error::NoSuchPage`] when the site has no such page.
    pub fn path(&self, route: Route) -> Result<String, Error> {
        let data = self.data();
        let no_such_page = || Error::NoSuchPage(route);
        let paged = |folder: String, page: usize, n: usize, per_page: usize| {
            if page >= n_pages(n, per_page) {
                return Err(no_such_page());
            }
            Ok(match page {
                0 => [&folder, "/index.html"].concat(),
                _ => format!("{folder}/{}/index.html", page + 1),
            })
        };
        let fixed = match route {
            Route::Style => "style.css",
            Route::Icon => "icon.svg",
            Route::SearchScript => "search/search.js",
            Route::Index => "index.html",
            Route::Search => "search/index.html",
            Route::Map => "map/index.html",
            Route::Time => "time/index.html",
            Route::Data => "data/index.html",
            Route::About => "about/index.html",
            Route::NotFound => "404.html",
            Route::Sitemap(0) => "sitemap.xml",
            Route::Sitemap(part) if part < xml::n_sitemaps(self) => {
                return Ok(format!("sitemap-{part}.xml"));
            }
            Route::Sitemap(_) => return Err(no_such_page()),
            Route::Feed => "feed.xml",
            Route::OpenSearch => "opensearch.xml",
            Route::Documents(page) => {
                let n = data.documents.len();
                return paged("documents".to_owned(), page, n, documents::PER_PAGE);
            }
            Route::Tags(page) => {
                return paged("tags".to_owned(), page, data.tags.len(), tags::PER_PAGE);
            }
            Route::Speakers(page) => {
                let n = data.speakers.len();
                return paged("speakers".to_owned(), page, n, speakers::PER_PAGE);
            }
            Route::Terms(page) => {
                return paged("terms".to_owned(), page, data.terms.len(), terms::PER_PAGE);
            }
            Route::Topic(topic, page) => {
                let topic = data.topics.get(topic).ok_or_else(no_such_page)?;
                let folder = ["topic/", topic.slug].concat();
                return paged(folder, page, topic.documents.len(), MAX_ROWS);
            }
            Route::Tag(tag, page) => {
                let tag = data.tags.get(tag).ok_or_else(no_such_page)?;
                return paged(["tag/", tag.slug].concat(), page, tag.documents.len(), MAX_ROWS);
            }
            Route::Speaker(speaker) => {
                let speaker = data.speakers.get(speaker).ok_or_else(no_such_page)?;
                return Ok(["speaker/", speaker.slug, "/index.html"].concat());
            }
            Route::Document(document) => {
                let document = data.documents.get(document).ok_or_else(no_such_page)?;
                return Ok(["doc/", document.slug, "/index.html"].concat());
            }
        };
        Ok(fixed.to_owned())
    }
}

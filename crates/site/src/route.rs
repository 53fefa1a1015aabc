//! The pages of a site and where they lie.

use crate::pages::documents;
use crate::{Error, Site};

/// One file of a site. Positions are those of [`SiteData`](crate::SiteData).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Route {
    /// The style sheet of all pages.
    Style,
    /// The icon of all pages.
    Icon,
    /// The start page: every topic.
    Index,
    /// A topic.
    Topic(usize),
    /// A document.
    Document(usize),
    /// A tag.
    Tag(usize),
    /// A page of the list of all documents; the first is 0.
    Documents(usize),
    /// The list of all tags.
    Tags,
    /// How to read the site.
    About,
    /// What a server shows for an address that does not exist.
    NotFound,
}

impl Site<'_> {
    /// Every file of the site. The list of tags is among them when there are tags.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        let data = self.data();
        [Route::Style, Route::Icon, Route::Index, Route::About, Route::NotFound]
            .into_iter()
            .chain((!data.tags.is_empty()).then_some(Route::Tags))
            .chain((0..documents::n_pages(self)).map(Route::Documents))
            .chain((0..data.topics.len()).map(Route::Topic))
            .chain((0..data.documents.len()).map(Route::Document))
            .chain((0..data.tags.len()).map(Route::Tag))
    }

    /// The path of a file: relative, parted by `/`, of safe characters only
    /// (`topic/testing/index.html`).
    ///
    /// # Errors
    /// [`Error::NoSuchPage`] when the site has no such page.
    pub fn path(&self, route: Route) -> Result<String, Error> {
        let data = self.data();
        let no_such_page = || Error::NoSuchPage(route);
        Ok(match route {
            Route::Style => "style.css".to_owned(),
            Route::Icon => "icon.svg".to_owned(),
            Route::Index => "index.html".to_owned(),
            Route::About => "about/index.html".to_owned(),
            Route::NotFound => "404.html".to_owned(),
            Route::Tags => "tags/index.html".to_owned(),
            Route::Documents(0) => "documents/index.html".to_owned(),
            Route::Documents(page) if page < documents::n_pages(self) => {
                format!("documents/{}/index.html", page + 1)
            }
            Route::Documents(_) => return Err(no_such_page()),
            Route::Topic(topic) => {
                let topic = data.topics.get(topic).ok_or_else(no_such_page)?;
                format!("topic/{}/index.html", topic.slug)
            }
            Route::Document(document) => {
                let document = data.documents.get(document).ok_or_else(no_such_page)?;
                format!("doc/{}/index.html", document.slug)
            }
            Route::Tag(tag) => {
                let tag = data.tags.get(tag).ok_or_else(no_such_page)?;
                format!("tag/{}/index.html", tag.slug)
            }
        })
    }
}

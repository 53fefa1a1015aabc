//! The files that need to know where the site is published: sitemaps, feed and OpenSearch.

use crate::html::write_escaped;
use crate::site::Site;
use crate::views::or_untitled;
use crate::when::{Period, period};

/// Addresses in a sitemap at most (sitemaps.org, "Sitemaps XML format").
const MAX_ADDRESSES: usize = 50_000;
/// Entries of the feed.
const MAX_ENTRIES: usize = 50;
/// What a feed gives as its time when no document has a date: a feed has to give one, and the time of
/// the build would change its bytes.
const NO_DATE: &str = "1970-01-01T00:00:00Z";
/// Characters of a document's text in the feed.
const MAX_SUMMARY: usize = 400;

/// How many files the addresses of all pages need: one, or one for each 50,000 and one that names
/// them.
pub(crate) fn n_sitemaps(site: &Site<'_>) -> usize {
    let n_parts = folders(site).count().div_ceil(MAX_ADDRESSES);
    if n_parts > 1 { 1 + n_parts } else { 1 }
}

/// The addresses of all pages but the one for addresses that do not exist, or the addresses of the
/// files that have them.
pub(crate) fn sitemap(site: &Site<'_>, base: &str, part: usize) -> String {
    let n_files = n_sitemaps(site);
    if part == 0 && n_files > 1 {
        let files = (1..n_files).map(|part| format!("sitemap-{part}.xml"));
        return sitemap_of("sitemapindex", "sitemap", base, files);
    }
    let first = part.saturating_sub(1) * MAX_ADDRESSES;
    sitemap_of("urlset", "url", base, folders(site).skip(first).take(MAX_ADDRESSES))
}

fn sitemap_of(
    root: &str,
    element: &str,
    base: &str,
    paths: impl Iterator<Item = String>,
) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    for path in paths {
        let address = format!("{base}{path}");
        out += &format!("<{element}><loc>{}</loc></{element}>\n", Xml(&address));
    }
    out + &format!("</{root}>\n")
}

/// The folders of all pages that have an address of their own.
fn folders(site: &Site<'_>) -> impl Iterator<Item = String> {
    let paths = site.pages().filter_map(|route| site.path(route).ok());
    paths.filter_map(|path| path.strip_suffix("index.html").map(str::to_owned))
}

/// An Atom feed (RFC 4287) of the newest documents, those without a date last.
pub(crate) fn feed(site: &Site<'_>, base: &str) -> String {
    let data = site.data();
    let mut newest: Vec<usize> = (0..site.n_document_pages()).collect();
    let date = |document: usize| {
        let document = &data.documents[document];
        period(document.start, document.date)
    };
    newest.sort_by(|&a, &b| date(b).cmp(&date(a)).then(a.cmp(&b)));
    newest.truncate(MAX_ENTRIES);
    let moment = |document: usize| date(document).map_or(NO_DATE.to_owned(), Period::first_moment);
    let updated = newest.first().map_or(NO_DATE.to_owned(), |&document| moment(document));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}</title>\n<id>{base}</id>\n\
         <link href=\"{base}\"/>\n<link rel=\"self\" href=\"{base}feed.xml\"/>\n\
         <updated>{updated}</updated>\n<author><name>{}</name></author>\n<generator>{}</generator>\n",
        Xml(or_untitled(data.title)),
        Xml(or_untitled(data.title)),
        Xml(data.generator),
        base = Xml(base),
    );
    for index in newest {
        let document = &data.documents[index];
        let address = format!("{base}doc/{}/", document.slug);
        out += &format!(
            "<entry>\n<title>{}</title>\n<id>{address}</id>\n<link href=\"{address}\"/>\n\
             <updated>{}</updated>\n",
            Xml(or_untitled(document.title)),
            moment(index),
            address = Xml(&address),
        );
        for &speaker in &document.speakers {
            let name = or_untitled(data.speakers[speaker].name);
            out += &format!("<author><name>{}</name></author>\n", Xml(name));
        }
        for &tag in &document.tags {
            out += &format!("<category term=\"{}\"/>\n", Xml(or_untitled(data.tags[tag].name)));
        }
        let words = document.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            let mut summary: String = words.chars().take(MAX_SUMMARY).collect();
            if summary.len() < words.len() {
                summary.push('…');
            }
            out += &format!("<summary>{}</summary>\n", Xml(&summary));
        }
        out += "</entry>\n";
    }
    out + "</feed>\n"
}

/// How a browser searches the site (OpenSearch 1.1, draft 6).
pub(crate) fn open_search(site: &Site<'_>, base: &str) -> String {
    // At most 16 characters are allowed.
    let title = or_untitled(site.data().title);
    let short: String = title.chars().take(16).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>{}</ShortName>\n<Description>Search {}</Description>\n\
         <InputEncoding>UTF-8</InputEncoding>\n\
         <Url type=\"text/html\" template=\"{}search/index.html?q={{searchTerms}}\"/>\n\
         </OpenSearchDescription>\n",
        Xml(short.trim()),
        Xml(title),
        Xml(base),
    )
}

/// Text in XML: escaped, and without the characters that XML 1.0 forbids.
struct Xml<'t>(&'t str);

impl std::fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.contains(['\u{fffe}', '\u{ffff}']) {
            return write_escaped(f, &self.0.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"));
        }
        write_escaped(f, self.0)
    }
}

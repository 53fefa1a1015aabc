//! A page that may hold a list: what it links to, what it tells of the site, and why it holds none.

use std::collections::HashSet;

use corpus::Document;
use corpus::html::{Element, Html, Selector};
use url::Url;

use crate::Problem;
use crate::address::redact;
use crate::cache::Entry;
use crate::extract;
use crate::induce::link_words;
use crate::induce::links::{self, Link, List};
use crate::induce::outline::Outline;
use crate::induce::words::{LIST_WORDS, tokens};

/// A page without a list is a document if its text has as many bytes.
const MIN_ARTICLE_BYTES: usize = 400;

/// A page that leads to as many files is a list of them.
const MIN_FILES: usize = 5;

/// A page that may hold a list.
pub(crate) struct ListPage {
    pub(crate) html: Html,
    pub(crate) base: Url,
    pub(crate) outline: Outline,
    pub(crate) links: Vec<Link>,
    /// Where the list goes on.
    pub(crate) more: Vec<Url>,
}

impl ListPage {
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let html = extract::parse(entry)?;
        let base = extract::base(&html, entry)?;
        let outline = Outline::of(&html);
        let links = links::links(&outline, &base);
        let more = links::more_lists(&outline, &links, &base);
        Some(Self { html, base, outline, links, more })
    }

    /// The pages of the days of a programme.
    pub(crate) fn days(&self) -> Vec<Url> {
        let is_day = |url: &Url| {
            self.links.iter().any(|link| link.url == *url && link_words::is_day(&link.text))
        };
        self.more.iter().filter(|url| is_day(url)).cloned().collect()
    }

    /// Where the programs that make conference sites put their schedules, as far as the page shows
    /// that it was made by one.
    pub(crate) fn usual_places(&self) -> Vec<Url> {
        let select =
            |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
        let mut signs = String::new();
        for element in self
            .html
            .select(&select("meta[name=generator], script[src], link[href], pretalx-schedule"))
        {
            for name in ["content", "src", "href", "event-url"] {
                signs.push_str(element.attribute(name).unwrap_or_default());
                signs.push(' ');
            }
        }
        let signs = signs.to_lowercase();
        let segments: Vec<&str> = self.base.path().split('/').filter(|s| !s.is_empty()).collect();
        // The path of the event: what stands before the page's own part.
        let before = |names: &[&str]| {
            let at = segments.iter().position(|s| names.contains(s)).unwrap_or(segments.len());
            segments[..at].iter().fold(String::new(), |path, s| path + "/" + s)
        };
        let mut places = Vec::new();
        if signs.contains("pretalx") {
            let event = before(&["schedule", "talk", "speaker", "featured", "sneak"]);
            places.push(format!("{event}/schedule/export/schedule.json"));
            places.push(format!("{event}/schedule/widgets/schedule.json"));
        }
        if signs.contains("frab")
            || signs.contains("pentabarf")
            || self.base.path().to_lowercase().contains("fahrplan")
        {
            places.push("schedule.json".to_owned());
            places.push("schedule.xml".to_owned());
        }
        if signs.contains("indico")
            && let ["event", id, ..] = segments.as_slice()
        {
            places.push(format!("/export/event/{id}.json?detail=contributions"));
        }
        if self.base.host_str().is_some_and(|host| host.ends_with(".sched.com")) {
            places.push("/all.ics".to_owned());
        }
        places.iter().filter_map(|place| self.base.join(place).ok()).collect()
    }

    /// The list that the page tells machines, unless `shown` shows half of it to people too.
    pub(crate) fn named_list(&self, shown: Option<&List>) -> Option<List> {
        let named = extract::named(&self.html, &self.base);
        let list = links::find_named(&named)?;
        let shown: HashSet<&Url> =
            shown.into_iter().flat_map(|list| &list.links).map(|link| &link.url).collect();
        let n_shown = list.links.iter().filter(|link| shown.contains(&link.url)).count();
        (2 * n_shown < list.links.len() && shown.len() < 2 * list.links.len()).then_some(list)
    }

    /// What the site calls itself: the title of the start page without that of the page.
    pub(crate) fn title(&self) -> Option<String> {
        let select =
            |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
        let site_name = self
            .html
            .select(&select("meta[property='og:site_name']"))
            .find_map(|meta| meta.attribute("content"))
            .map(corpus::single_line);
        let title = self.html.select(&select("head title")).next().map(Element::inline_text);
        let own: Option<String> = title.map(|title| {
            let parts: Vec<&str> = title
                .split(['|', '—', '–', '·', '•'])
                .flat_map(|p| p.split(" - "))
                .map(|p| p.trim().trim_matches('-').trim())
                .filter(|p| !p.is_empty())
                .collect();
            let is_of_list =
                |part: &&&str| tokens(part).iter().any(|w| LIST_WORDS.contains(&w.as_str()));
            let named = parts.iter().find(|part| !is_of_list(part)).or(parts.first());
            (*named.unwrap_or(&title.as_str())).to_owned()
        });
        site_name.into_iter().chain(own).find(|title| !title.is_empty())
    }

    /// The page itself as a document, where it is an article.
    pub(crate) fn article(&self, url: &Url) -> Option<Document> {
        let mut document = corpus::of_page(&self.html);
        if let Some(told) = corpus::embedded(&self.html, &document.title) {
            extract::fill(&mut document, &told);
        }
        let url = redact(url);
        let is_article = document.text.len() >= MIN_ARTICLE_BYTES && !document.title.is_empty();
        is_article.then(|| Document { id: url.clone(), url: Some(url), ..document })
    }

    /// Why there is nothing to be found on it.
    pub(crate) fn problem(&self) -> Problem {
        let select =
            |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
        if self.html.select(&select("input[type=password]")).next().is_some() {
            return Problem::LoginWall;
        }
        let body = self.html.select(&select("body")).next();
        let n_text = body.map_or(0, |body| body.inline_text().len());
        let n_scripts = self.html.select(&select("script")).count();
        if n_text < 600 && n_scripts > 0 {
            return Problem::JavaScriptOnly { found: self.endpoints() };
        }
        let files = links::files(&self.outline, &self.base);
        let n_named: usize = files.iter().map(|(_, text)| text.len()).sum();
        match files.first() {
            // Whatever else the page says, it is less than what the files are called.
            Some((first, _)) if files.len() >= MIN_FILES && n_text < 4 * n_named => {
                Problem::FilesOnly { n: files.len(), first: redact(first) }
            }
            _ => Problem::NothingFound,
        }
    }

    /// Addresses of data that the page names, in its links and scripts.
    fn endpoints(&self) -> Vec<String> {
        let select =
            |css: &str| Selector::parse(css).expect("a fixed selector, read in every test");
        let mut found = Vec::new();
        let mut add = |text: &str| {
            let is_data = text.contains("/api/")
                || text.contains(".json")
                || text.contains("graphql")
                || text.contains(".ics");
            if is_data
                && let Ok(url) = self.base.join(text)
                && found.len() < 5
            {
                let url = redact(&url);
                if !found.contains(&url) && url.starts_with("http") {
                    found.push(url);
                }
            }
        };
        for element in self.html.select(&select("link[href], a[href]")) {
            add(element.attribute("href").unwrap_or_default());
        }
        for script in self.html.select(&select("script")) {
            let text = script.raw_text();
            for piece in text
                .split(['"', '\'', '`'])
                .filter(|piece| piece.len() < 300 && !piece.contains(char::is_whitespace))
            {
                add(piece);
            }
        }
        found
    }
}

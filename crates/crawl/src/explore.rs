//! From the address of a site to its documents, without a recipe.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;

use corpus::html::{Element, Selector};
use corpus::{Document, Schedule};
use jobs::{FileStore, Run};
use url::Url;

use crate::address::{is_same_site, redact, without_credentials};
use crate::cache::Entry;
use crate::crawl::{Session, Take, collected, give};
use crate::extract;
use crate::fetch::{Failure, Kind};
use crate::fields::Field;
use crate::induce::inline::{self, Items};
use crate::induce::links::{self, Link, List};
use crate::induce::outline::Outline;
use crate::induce::{self, Listing, MAX_SAMPLES, RowsOf, Sample};
use crate::list_page::ListPage;
use crate::{Coverage, Crawl, CrawlConfig, Error, Problem, Recipe};

/// How many pages of a list are followed.
const MAX_LISTS: usize = 50;

/// How many sitemaps are read, and how many addresses taken from them.
const MAX_SITEMAPS: usize = 20;
const MAX_SITEMAP_URLS: usize = 100_000;

/// So many pages of a list tell whether it leads anywhere.
const PROBED_PAGES: usize = 3;

/// How many links away from the start page the list may be.
const MAX_HOPS: usize = 2;

/// Finds the documents of a site from the page at `start`, without a recipe.
///
/// First what the site publishes for machines: the page itself where it is a schedule, schema.org
/// events, data embedded in the page, schedule files that it names or that lie where the program
/// that made it puts them (at most eight requests). Else the list of links that looks like titles, on that page or on the one that it calls its schedule, or the sitemap; the other pages
/// of the list; on the pages that the list leads to, what varies from page to page. What was found
/// out is in [`Crawl::recipe`]: [`crawl`](fn@crate::crawl) with that recipe reads the same
/// documents.
///
/// What [`crawl`](fn@crate::crawl) says of hosts, robots.txt, the store, order and cost holds here
/// too.
///
/// # Errors
/// An [`Error`] of the start page, of a site without a list, or of the store.
///
/// # Panics
/// When it is called inside an asynchronous runtime: it has its own.
pub fn explore(
    start: &Url,
    config: &CrawlConfig,
    store: &FileStore,
    run: &Run,
) -> Result<Crawl, Error> {
    collected(|take| explore_each(start, config, store, run, take))
}

/// As [`explore`], for more documents than memory should hold: each is handed to `take` as
/// [`crawl_each`](crate::crawl_each) does, and [`Crawl::documents`] stays empty.
///
/// # Errors
/// As for [`explore`], and [`jobs::Error::Cancelled`] when `take` breaks.
///
/// # Panics
/// As for [`explore`], and when `take` does.
pub fn explore_each(
    start: &Url,
    config: &CrawlConfig,
    store: &FileStore,
    run: &Run,
    take: &mut dyn FnMut(Document) -> ControlFlow<()>,
) -> Result<Crawl, Error> {
    let session = Session::open(std::slice::from_ref(start), config, store, run)?;
    let mut at = start.clone();
    let mut n_probes = 0;
    let mut first: Option<ListPage> = None;
    // What the start page has instead of a list, if nothing better comes.
    let mut menu: Option<List> = None;
    // The other days of a programme, for the page of the first.
    let mut days: Vec<Url> = Vec::new();
    for _ in 0..=MAX_HOPS {
        let entry = match session.entry(&at) {
            Ok(entry) => entry,
            // The page that was called the schedule is not there: what remains is the start page.
            Err(Error::Start { .. }) if first.is_some() => break,
            Err(error) => return Err(error),
        };
        if let Some(schedule) = entry.body.unpack().and_then(|bytes| corpus::schedule(&bytes)) {
            return session.of_schedule(schedule, take);
        }
        let vanished = || Error::Start { url: redact(&at), problem: Problem::Vanished };
        let mut page = ListPage::of(&entry).ok_or_else(vanished)?;
        page.more.append(&mut days);
        let lists = links::find_all(&page.outline, &page.links);
        if let Some(schedule) = session.published(&page, lists.first(), &mut n_probes)? {
            return session.of_schedule(schedule, take);
        }
        if let Some(named) = page.named_list(lists.first()) {
            return session.read_list(vec![at], &page, &named, take);
        }
        if let Some(items) = inline::find(&page.outline, &page.base, lists.first()) {
            return session.read_items(&at, &page, &items, take);
        }
        let longest = lists.iter().map(|list| list.links.len()).max().unwrap_or_default();
        let anchored = links::anchored_page(&page.links, longest).filter(|next| **next != at);
        let next = if anchored.is_some() {
            anchored.cloned()
        } else if let (Some(list), Some(schedule)) =
            (lists.first().filter(|list| list.is_menu()), links::list_page(&page.links))
            && first.is_none()
            && list.links.iter().any(|link| link.url == schedule.url)
        {
            menu = Some(list.clone());
            Some(schedule.url.clone())
        } else if let Some(list) = session.first_alive(&lists)? {
            return session.read_list(vec![at], &page, list, take);
        } else if let Some((day, others)) = page.days().split_first().filter(|(_, n)| !n.is_empty())
        {
            days = others.to_vec();
            Some(day.clone())
        } else {
            let next = links::list_page(&page.links).filter(|next| next.url != at);
            next.map(|next| next.url.clone())
        };
        first.get_or_insert(page);
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    let page = first.expect("the first page was read");
    if let Some(list) = menu {
        return session.read_list(vec![start.clone()], &page, &list, take);
    }
    if let Some((sitemaps, list)) = session.in_sitemap(&page)? {
        return session.read_list(sitemaps, &page, &list, take);
    }
    let problem = page.problem();
    if let Problem::JavaScriptOnly { found } = &problem
        && let Some(schedule) = session.first_schedule(found, &mut n_probes)?
    {
        return session.of_schedule(schedule, take);
    }
    let article = page.article(start).filter(|_| !matches!(problem, Problem::FilesOnly { .. }));
    match article {
        Some(document) => {
            let documents = vec![document];
            let schedule = Schedule { documents, ..Schedule::default() };
            let crawl = session.of_schedule(schedule, take)?;
            Ok(Crawl { confidence: CONFIDENCE_OF_ARTICLE, ..crawl })
        }
        None => Err(Error::Start { url: redact(start), problem }),
    }
}

/// How sure it is that a page on which no list was found is the one document that is wanted.
const CONFIDENCE_OF_ARTICLE: f64 = 0.4;

/// The parts that [`learn`] takes.
pub const LEARNT: &[&str] =
    &["title", "abstract", "tags", "speakers", "date", "start", "end", "room", "track", "language"];

/// Finds the recipe of a site as [`explore`] does, and the selectors of the parts in `example`
/// (their names and their texts, as one page shows them) where that page shows them. The text of
/// the recipe.
///
/// # Errors
/// Those of [`explore`], and [`Error::NoExample`] where no page of the list shows a part.
///
/// # Panics
/// When it is called inside an asynchronous runtime: it has its own.
pub fn learn(
    start: &Url,
    example: &[(String, String)],
    config: &CrawlConfig,
    store: &FileStore,
    run: &Run,
) -> Result<String, Error> {
    let session = Session::open(std::slice::from_ref(start), config, store, run)?;
    let page = session.list_page(start)?;
    let problem = || Error::Start { url: redact(start), problem: page.problem() };
    let list = links::find(&page.outline, &page.links).ok_or_else(problem)?;
    let rows: Vec<(Url, String)> =
        list.links.iter().map(|link| (link.url.clone(), link.text.clone())).collect();
    let samples = session.samples(&rows)?;
    let listing = Listing {
        from: &session.home,
        start: &[without_credentials(start)],
        title: page.title(),
        rows: RowsOf::Elements(&page.outline, &list),
    };
    let text = induce::recipe(&listing, &samples);
    induce::with_example(&text, &samples, example)
        .map_err(|(part, value)| Error::NoExample { part, value })
}

/// So many events in a page are its schedule, whatever else it shows.
const SURE_EVENTS: usize = 8;

/// Requests for schedules that a page does not name.
const MAX_PROBES: usize = 8;

impl Session<'_> {
    /// The start page, which may be a schedule itself.
    fn entry(&self, url: &Url) -> Result<Entry, Error> {
        let entry = self.runtime.block_on(self.fetcher.page(url, Kind::ListOrData));
        self.run.progress().advanced(1);
        match entry {
            Ok(entry) => Ok(entry),
            Err(Failure::Page(problem)) => Err(Error::Start { url: redact(url), problem }),
            Err(Failure::Fatal(error)) => Err(error),
        }
    }

    /// The crawl that a schedule is worth.
    fn of_schedule(&self, schedule: Schedule, take: Take<'_>) -> Result<Crawl, Error> {
        let (found, coverage) = (schedule.documents.len(), Coverage::of(&schedule.documents));
        for document in schedule.documents {
            give(document, take)?;
        }
        Ok(Crawl {
            found,
            coverage,
            documents: Vec::new(),
            skipped: Vec::new(),
            requests: self.fetcher.n_requests(),
            fetched: self.fetcher.n_fetched(),
            from_cache: self.fetcher.n_from_cache(),
            recipe: None,
            confidence: 1.0,
            title: schedule.title,
        })
    }

    /// The schedule that a page holds for machines, or that lies where it says, or where the
    /// program that made it puts one. `list` is what the page shows to people.
    fn published(
        &self,
        page: &ListPage,
        list: Option<&List>,
        n_probes: &mut usize,
    ) -> Result<Option<Schedule>, Error> {
        let published = corpus::published(&page.html);
        let n_listed = list.map_or(0, |list| list.links.len());
        // A few events beside a long list are those that come next.
        let is_all = |schedule: &Schedule| {
            let n = schedule.documents.len();
            n >= SURE_EVENTS || n_listed < 2 * n
        };
        if let Some(schedule) = published.schedule.filter(|s| is_worth_it(s) && is_all(s)) {
            return Ok(Some(schedule));
        }
        let named = published.links.iter().filter_map(|link| page.base.join(link).ok());
        let mut candidates: Vec<Url> = named.collect();
        candidates.extend(page.usual_places());
        self.first_of(candidates, n_probes)
    }

    /// The first schedule among the addresses that a page names.
    fn first_schedule(
        &self,
        named: &[String],
        n_probes: &mut usize,
    ) -> Result<Option<Schedule>, Error> {
        self.first_of(named.iter().filter_map(|url| url.parse().ok()).collect(), n_probes)
    }

    /// The first schedule that lies at one of `candidates`, as far as they are of this site.
    fn first_of(
        &self,
        mut candidates: Vec<Url>,
        n_probes: &mut usize,
    ) -> Result<Option<Schedule>, Error> {
        let mut known = HashSet::new();
        candidates.retain(|url| known.insert(url.clone()) && is_same_site(url, &self.home));
        for url in candidates {
            if *n_probes >= MAX_PROBES {
                break;
            }
            *n_probes += 1;
            let entry = self.runtime.block_on(self.fetcher.page(&url, Kind::ListOrData));
            let entry = match entry {
                Ok(entry) => entry,
                // A guess that was wrong.
                Err(Failure::Page(_)) => continue,
                Err(Failure::Fatal(error)) => return Err(error),
            };
            let schedule = entry.body.unpack().and_then(|bytes| corpus::schedule(&bytes));
            if let Some(schedule) = schedule.filter(is_worth_it) {
                return Ok(Some(schedule));
            }
        }
        Ok(None)
    }

    /// The sitemaps of the site, and the documents that they name.
    fn in_sitemap(&self, page: &ListPage) -> Result<Option<(Vec<Url>, List)>, Error> {
        let Ok(first) = page.base.join("/sitemap.xml") else { return Ok(None) };
        let mut queue = VecDeque::from([first]);
        let mut urls = Vec::new();
        let mut sitemaps = Vec::new();
        let mut n_read = 0;
        while let Some(url) = queue.pop_front() {
            n_read += 1;
            if n_read > MAX_SITEMAPS || urls.len() > MAX_SITEMAP_URLS {
                break;
            }
            let entry = match self.runtime.block_on(self.fetcher.page(&url, Kind::ListOrData)) {
                Ok(entry) => entry,
                Err(Failure::Page(_)) => continue,
                Err(Failure::Fatal(error)) => return Err(error),
            };
            let bytes = entry.body.unpack().unwrap_or_default();
            let Some((own, more)) = corpus::sitemap(&String::from_utf8_lossy(&bytes)) else {
                continue;
            };
            if !own.is_empty() {
                sitemaps.push(url);
            }
            let parsed = |urls: Vec<String>| urls.into_iter().filter_map(|url| url.parse().ok());
            urls.extend(parsed(own).filter(|url: &Url| is_same_site(url, &self.home)));
            queue.extend(
                parsed(more).filter(|url: &Url| is_same_site(url, &self.home)).take(MAX_SITEMAPS),
            );
        }
        Ok(links::find_by_url(&urls).map(|list| (sitemaps, list)))
    }

    fn list_page(&self, url: &Url) -> Result<ListPage, Error> {
        let entry = self.runtime.block_on(self.fetcher.page(url, Kind::List));
        self.run.progress().advanced(1);
        let page = match entry {
            Ok(entry) => ListPage::of(&entry).ok_or(Problem::Vanished),
            Err(Failure::Page(problem)) => Err(problem),
            Err(Failure::Fatal(error)) => return Err(error),
        };
        page.map_err(|problem| Error::Start { url: redact(url), problem })
    }

    /// The documents of a list, its other pages included.
    fn read_list(
        &self,
        mut lists: Vec<Url>,
        page: &ListPage,
        list: &List,
        take: Take<'_>,
    ) -> Result<Crawl, Error> {
        let mut rows: Vec<(Url, String)> =
            list.links.iter().map(|link| (link.url.clone(), link.text.clone())).collect();
        let mut seen: HashSet<Url> = rows.iter().map(|(url, _)| url.clone()).collect();
        let globs = crate::globs::Globs::new(list.globs.clone());
        let mut queue: VecDeque<Url> = page.more.clone().into();
        let mut known: HashSet<Url> =
            queue.iter().cloned().chain([without_credentials(&lists[0])]).collect();
        while let Some(url) = queue.pop_front() {
            if lists.len() >= MAX_LISTS || seen.contains(&url) {
                continue;
            }
            // A further page that cannot be read is no loss that the user must hear of twice: the
            // crawl by recipe does not name it then.
            let Ok(more) = self.list_page(&url) else { continue };
            let own: Vec<&Link> =
                more.links.iter().filter(|link| globs.matches(&link.url)).collect();
            let n_before = rows.len();
            for link in own {
                if seen.insert(link.url.clone()) {
                    rows.push((link.url.clone(), link.text.clone()));
                }
            }
            if rows.len() == n_before {
                continue;
            }
            lists.push(url);
            queue.extend(more.more.into_iter().filter(|next| known.insert(next.clone())));
        }
        let samples = self.samples(&rows)?;
        let start: Vec<Url> = lists.iter().map(without_credentials).collect();
        let title = page.title();
        let outline = &page.outline;
        let mut text = String::new();
        // Rows that hold what the list says of each document, if they are found on all its pages;
        // else the bare links.
        for rows_of in [RowsOf::Elements(outline, list), RowsOf::Links(list)] {
            let from = &self.home;
            let listing = Listing { from, start: &start, title: title.clone(), rows: rows_of };
            text = induce::recipe(&listing, &samples);
            if self.lists_all(&start, &Recipe::parse(&text)?, &rows) {
                break;
            }
        }
        let recipe = Recipe::parse(&text)?;
        let mut crawl = self.read_each(&lists, &recipe, take)?;
        crawl.recipe = Some(text);
        crawl.confidence = confidence(list, &crawl);
        Ok(crawl)
    }

    /// Whether the recipe finds all of `rows` on the pages of the list.
    fn lists_all(&self, lists: &[Url], recipe: &Recipe, rows: &[(Url, String)]) -> bool {
        let entry = |url| self.runtime.block_on(self.fetcher.page(url, Kind::ListOrData)).ok();
        let entries = lists.iter().filter_map(entry);
        let listed = entries.filter_map(|entry| extract::list(&entry, recipe));
        let found: HashSet<Url> = listed.flat_map(|list| list.rows).map(|row| row.url).collect();
        rows.iter().all(|(url, _)| found.contains(url))
    }

    /// Pages that the list leads to, spread over it.
    fn samples(&self, rows: &[(Url, String)]) -> Result<Vec<Sample>, Error> {
        let max_pages = self.config.max_pages;
        let step = rows.len().min(max_pages).div_ceil(MAX_SAMPLES).max(1);
        let chosen: Vec<&(Url, String)> = rows.iter().take(max_pages).step_by(step).collect();
        let urls = chosen.iter().map(|(url, _)| url.clone()).collect();
        let outcomes = self.fetch(urls, usize::MAX, |_, entry| {
            let outline = extract::parse(&entry).map(|mut page| {
                extract::part_lines(&mut page);
                Outline::without_paths(&page)
            });
            (entry.final_url, outline)
        })?;
        let mut ends: HashMap<String, usize> = HashMap::new();
        for (end, _) in outcomes.iter().flatten() {
            *ends.entry(end.clone()).or_default() += 1;
        }
        let samples = chosen.into_iter().zip(outcomes).filter_map(|((_, link_text), outcome)| {
            let (end, outline) = outcome.ok()?;
            // Where several links end is a login or a start page, and no document.
            (ends[&end] == 1).then_some((outline?, link_text.clone()))
        });
        Ok(Sample::of_template(samples))
    }

    /// The first list whose pages are there; the first of all where none is.
    fn first_alive<'l>(&self, lists: &'l [List]) -> Result<Option<&'l List>, Error> {
        for list in lists.iter().filter(|_| lists.len() > 1) {
            let step = list.links.len().div_ceil(PROBED_PAGES).max(1);
            let urls = list.links.iter().step_by(step).map(|link| link.url.clone());
            let max_pages = self.config.max_pages;
            let outcomes = self.fetch(urls.take(max_pages).collect(), usize::MAX, |_, _| ())?;
            if outcomes.iter().any(Result::is_ok) {
                return Ok(Some(list));
            }
        }
        Ok(lists.first())
    }

    /// The documents on the page of the list itself, and on its other pages.
    fn read_items(
        &self,
        start: &Url,
        page: &ListPage,
        items: &Items,
        take: Take<'_>,
    ) -> Result<Crawl, Error> {
        let field = Field::new(std::slice::from_ref(&items.item), Vec::new())
            .map_err(|source| Error::RecipeSelector { key: "list.item".to_owned(), source })?;
        let mut outlines = Vec::new();
        let mut lists = vec![start.clone()];
        let mut known = HashSet::from([without_credentials(start)]);
        let mut queue: VecDeque<Url> = VecDeque::new();
        let mut read = |page: &ListPage, queue: &mut VecDeque<Url>| {
            let own = extract::items(&page.html, &field, items.extent);
            queue.extend(page.more.iter().filter(|url| known.insert((*url).clone())).cloned());
            let is_list = !own.is_empty();
            outlines.extend(own.into_iter().map(|mut item| {
                extract::part_lines(&mut item.html);
                let lead = |link: &Element<'_>| {
                    let target = link.attribute("href").and_then(|href| href.strip_prefix('#'));
                    target.is_some() && target == item.anchor.as_deref()
                };
                let all = Selector::parse("a[href^='#']").expect("a fixed selector");
                let link = page.html.select(&all).find(lead);
                let text = link.map(Element::inline_text).unwrap_or_default();
                (Outline::without_paths(&item.html), text)
            }));
            is_list
        };
        read(page, &mut queue);
        while let Some(url) = queue.pop_front() {
            if lists.len() >= MAX_LISTS {
                break;
            }
            let Ok(more) = self.list_page(&url) else { continue };
            if read(&more, &mut queue) {
                lists.push(url);
            }
        }
        let samples = Sample::of_template(outlines.into_iter().take(MAX_SAMPLES));
        let start: Vec<Url> = lists.iter().map(without_credentials).collect();
        let rows = RowsOf::Items(items);
        let listing = Listing { from: &self.home, start: &start, title: page.title(), rows };
        let text = induce::recipe(&listing, &samples);
        let mut crawl = self.read_each(&lists, &Recipe::parse(&text)?, take)?;
        crawl.recipe = Some(text);
        let n = crawl.coverage.documents.max(1) as f64;
        crawl.confidence = (60.0 + 30.0 * crawl.coverage.text as f64 / n).round() / 100.0;
        Ok(crawl)
    }
}

/// Whether a schedule says more than the pages would: texts, for half of its events.
fn is_worth_it(schedule: &Schedule) -> bool {
    let n_texts = schedule.documents.iter().filter(|d| d.text.len() >= 40).count();
    schedule.documents.len() >= 3 && 2 * n_texts >= schedule.documents.len()
}

/// How sure it is that the right list was found: by its links, and by how many of the pages have
/// a title and a text.
fn confidence(list: &List, crawl: &Crawl) -> f64 {
    let n = crawl.coverage.documents.max(1) as f64;
    let text = crawl.coverage.text as f64 / n;
    let kept = crawl.coverage.documents as f64 / crawl.found.max(1) as f64;
    let confidence = list.confidence * (0.3 + 0.7 * text) * kept;
    (confidence * 100.0).round() / 100.0
}

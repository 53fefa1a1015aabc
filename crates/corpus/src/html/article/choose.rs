//! Which elements hold the article.

use super::outline::Entry;
use super::pieces;

/// A body that the page names has at least as many bytes.
const MIN_BODY_BYTES: usize = 400;

/// A paragraph that is shorter does not vote, bytes.
const MIN_PARAGRAPH_BYTES: usize = 25;

/// The other sections of an article have at least this share of the votes of the richest one.
const SECTION_SHARE: f64 = 0.25;

/// What readers have said counts so much.
const COMMENT_WEIGHT: f64 = 0.2;

/// An introduction has as many bytes.
const LEAD_BYTES: std::ops::RangeInclusive<usize> = 60..=1500;

/// How many elements around an article may hold its introduction.
const MAX_LEAD_DISTANCE: usize = 4;

/// The elements that hold the article, in the order of the page; none where no paragraph is.
pub(super) fn parts(entries: &mut [Entry<'_>]) -> Vec<usize> {
    let mut parts = if let Some(body) = declared(entries) {
        pieces::of(entries, body)
    } else {
        vote(entries);
        let Some(winner) = best(entries) else { return Vec::new() };
        match pieces::alike(entries, winner) {
            alone if alone.len() == 1 => with_siblings(entries, winner),
            alike => alike,
        }
    };
    if let Some(lead) = lead(entries, &parts) {
        parts.insert(0, lead);
    }
    parts
}

/// The element that the page itself calls the body of its article.
fn declared(entries: &[Entry<'_>]) -> Option<usize> {
    let is_body = |entry: &Entry<'_>| {
        let by_schema = entry
            .attribute("itemprop")
            .is_some_and(|property| property.to_ascii_lowercase().contains("articlebody"));
        by_schema || entry.marks.is_body()
    };
    let candidates = entries.iter().enumerate().filter(|(_, entry)| {
        !entry.is_gone
            && entry.text >= MIN_BODY_BYTES
            && entry.link_density() < 0.4
            && is_body(entry)
    });
    // Of several the longest: the others are teasers, or pieces. Inside each other, the outer one.
    let (at, found) = candidates.max_by_key(|(at, entry)| (entry.text, std::cmp::Reverse(*at)))?;
    // One that holds little of what the page says is something else, but beside many comments.
    let is_much = found.text * 5 >= entries[0].text - entries[0].links
        || found.text * 2 >= unlinked_prose(entries);
    is_much.then_some(at)
}

/// The text of the page without links and without what its names call no text, bytes.
fn unlinked_prose(entries: &[Entry<'_>]) -> usize {
    let mut n = entries[0].text - entries[0].links;
    let mut at = 1;
    while at < entries.len() {
        let entry = &entries[at];
        if entry.is_gone || entry.marks.is_unlikely() && !entry.marks.is_likely() {
            n -= entry.text - entry.links;
            at = entry.end;
        } else {
            at += 1;
        }
    }
    n
}

/// Lets every paragraph vote for the elements around it.
fn vote(entries: &mut [Entry<'_>]) {
    // Where what readers say ends.
    let mut comments_end = 0;
    for at in 0..entries.len() {
        let entry = &entries[at];
        if entry.marks.is_comments() && !entry.marks.is_likely() {
            comments_end = comments_end.max(entry.end);
        }
        let is_voter = match entry.name() {
            "p" | "pre" | "blockquote" | "td" | "li" | "dd" => entry.own >= MIN_PARAGRAPH_BYTES,
            // Text between line breaks.
            "div" | "section" | "article" | "span" | "center" | "main" => {
                entry.own >= 4 * MIN_PARAGRAPH_BYTES && entry.is_block()
            }
            _ => false,
        };
        if entry.is_gone || !is_voter || entry.link_density() > 0.6 {
            continue;
        }
        let in_list = if entry.name() == "li" { 0.4 } else { 1.0 };
        let in_comments = if at < comments_end { COMMENT_WEIGHT } else { 1.0 };
        let votes = in_list
            * in_comments
            * (1.0 + entry.commas.min(20) as f64 + (entry.own as f64 / 100.0).min(4.0));
        entries[at].votes += votes;
        let mut share = 1.0;
        // A block with text of its own is its own container.
        let first = if matches!(entries[at].name(), "div" | "section" | "article" | "main") {
            Some(at)
        } else {
            entries[at].parent
        };
        for around in
            std::iter::successors(first, |at| entries[*at].parent).take(5).collect::<Vec<_>>()
        {
            entries[around].score += votes * share;
            share *= 0.5;
        }
    }
    for at in (1..entries.len()).rev() {
        // Parents come before their children.
        if let Some(parent) = entries[at].parent.filter(|_| !entries[at].is_gone) {
            entries[parent].votes += entries[at].votes;
        }
    }
    for entry in entries.iter_mut().filter(|entry| entry.score > 0.0) {
        let mut weight = match entry.name() {
            "article" | "main" => 1.3,
            "div" | "section" => 1.0,
            "td" | "blockquote" | "pre" => 0.9,
            "ul" | "ol" | "dl" | "form" | "th" | "li" | "dd" => 0.5,
            "body" => 0.6,
            _ => 0.8,
        };
        if entry.marks.is_likely() {
            weight *= 1.2;
        } else if entry.marks.is_unlikely() {
            weight *= 0.4;
        }
        entry.score *= weight * (1.0 - entry.link_density());
    }
}

/// The element with the most votes; its parent where that holds much more that reads like it.
fn best(entries: &[Entry<'_>]) -> Option<usize> {
    let candidates =
        entries.iter().enumerate().filter(|(_, entry)| entry.score > 0.0 && !entry.is_gone);
    let (mut at, _) =
        candidates.max_by(|a, b| a.1.score.total_cmp(&b.1.score).then(b.0.cmp(&a.0)))?;
    while let Some(parent) = entries[at].parent {
        let (own, outer) = (&entries[at], &entries[parent]);
        let is_richer = outer.score >= 0.75 * own.score
            && outer.text as f64 * (1.0 - outer.link_density()) >= 1.3 * own.text as f64
            && outer.link_density() < 0.25
            && outer.name() != "body";
        if !is_richer {
            break;
        }
        at = parent;
    }
    Some(around_all_sections(entries, at))
}

/// Of an article in several sections, of which `at` is one, the element around all of them.
///
/// Sections are what stands beside each other in one `article`, has the same classes, or is a row of the same
/// table.
fn around_all_sections(entries: &[Entry<'_>], at: usize) -> usize {
    let (mut best, mut child) = (at, at);
    while let Some(parent) = entries[child].parent {
        let outer = &entries[parent];
        if outer.name() == "body" || outer.is_gone || outer.marks.is_unlikely() {
            break;
        }
        let class = entries[child].attribute("class");
        let mut alike = 0.0;
        for sibling in children(entries, parent) {
            let is_alike = entries[sibling].name() == entries[child].name()
                && (class.is_some() || entries[child].name() == "tr")
                && entries[sibling].attribute("class") == class;
            if sibling != child && is_alike {
                alike += entries[sibling].votes;
            }
        }
        let mut chain = std::iter::successors(Some(parent), |at| entries[*at].parent);
        let is_article = chain.any(|at| entries[at].name() == "article");
        let gain = if is_article { outer.votes - entries[best].votes } else { alike };
        if gain >= SECTION_SHARE * entries[best].votes && outer.link_density() < 0.25 {
            best = parent;
        }
        child = parent;
    }
    best
}

/// What stands directly inside an element.
fn children<'e, 'a>(
    entries: &'e [Entry<'a>],
    parent: usize,
) -> impl Iterator<Item = usize> + use<'e, 'a> {
    let end = entries[parent].end;
    std::iter::successors(Some(parent + 1), move |at| (*at < end).then(|| entries[*at].end))
        .take_while(move |at| *at < end)
}

/// The winner with the siblings that read like it.
fn with_siblings(entries: &[Entry<'_>], winner: usize) -> Vec<usize> {
    let Some(parent) = entries[winner].parent.filter(|_| entries[winner].score > 0.0) else {
        return vec![winner];
    };
    let own = &entries[winner];
    let class = own.attribute("class");
    let is_part = |at: &usize| {
        let entry = &entries[*at];
        let is_same_kind = class.is_some() && entry.attribute("class") == class;
        let is_paragraph = entry.name() == "p" && entry.text >= 80 && entry.link_density() < 0.25;
        let is_good = entry.score >= own.score * if is_same_kind { 0.1 } else { 0.25 };
        *at == winner
            || !entry.is_gone
                && entry.link_density() < 0.3
                && !entry.marks.is_unlikely()
                && (is_good || is_paragraph)
    };
    children(entries, parent).filter(is_part).collect()
}

/// The paragraph that introduces the article, where it stands before its body.
fn lead(entries: &[Entry<'_>], parts: &[usize]) -> Option<usize> {
    let first = *parts.first()?;
    let around: Vec<usize> = std::iter::successors(entries[first].parent, |at| entries[*at].parent)
        .take(MAX_LEAD_DISTANCE)
        .take_while(|at| !matches!(entries[*at].name(), "body" | "html"))
        .collect();
    let outermost = *around.last()?;
    let is_lead = |at: &usize| {
        let entry = &entries[*at];
        entry.marks.is_lead()
            && !entry.is_gone
            && entry.end <= first
            && entry.is_block()
            && LEAD_BYTES.contains(&entry.text)
            && entry.link_density() < 0.2
    };
    let found: Vec<usize> = (outermost + 1..first).filter(is_lead).collect();
    // More than one with another in it are the teasers of other articles.
    let (at, rest) = found.split_first()?;
    rest.iter().all(|inner| *inner < entries[*at].end).then_some(*at)
}

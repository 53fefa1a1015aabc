//! An article whose body is cut into pieces of one name, with pictures and quotations between them.

use std::iter::successors;

use super::outline::Entry;

/// A piece that is shorter is a label, bytes.
const MIN_PIECE_BYTES: usize = 25;

/// What is alike is more of the text where it has at least this share of the votes of the winner.
const MIN_MORE: f64 = 0.25;

/// The elements that are called as `body` is and belong to the same article, `body` among them, in the
/// order of the page.
///
/// What stands in an `article` of its own, or below a title, is another article: posts of a list are
/// called alike too.
pub(super) fn of(entries: &[Entry<'_>], body: usize) -> Vec<usize> {
    let Some(name) = name(&entries[body]) else { return vec![body] };
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < entries.len() {
        let entry = &entries[at];
        let is_alike = entry.marks.is_body() && self::name(entry) == Some(name);
        let is_around = at < body && body < entry.end;
        if at == body || is_alike && !is_around && is_piece(entries, at, body) {
            pieces.push(at);
            at = entry.end;
        } else {
            at += 1;
        }
    }
    pieces
}

/// The first of its classes; what follows is often how this one looks.
fn name<'a>(entry: &'a Entry<'_>) -> Option<&'a str> {
    entry.attribute("class")?.split_whitespace().next()
}

fn is_piece(entries: &[Entry<'_>], at: usize, body: usize) -> bool {
    let entry = &entries[at];
    let article_of = |at: usize| around(entries, at).find(|at| entries[*at].name() == "article");
    // The largest element that holds this piece and not the body.
    let block = successors(Some(at), |at| entries[*at].parent)
        .take_while(|outer| !(*outer < body && body < entries[*outer].end))
        .last();
    !entry.is_gone
        && entry.text >= MIN_PIECE_BYTES
        && entry.link_density() < 0.4
        && article_of(at) == article_of(body)
        && block.is_some_and(|block| {
            (block..entries[block].end).all(|at| entries[at].is_gone || !is_title(entries, at))
        })
}

/// What readers would take for more of the text in `winner`, which no name calls a body: elements of the
/// same kind and class elsewhere, as the answers to a question are. `winner` among them, in the order of the
/// page.
pub(super) fn alike(entries: &[Entry<'_>], winner: usize) -> Vec<usize> {
    let own = &entries[winner];
    let class = own.attribute("class").filter(|class| !class.trim().is_empty());
    let mut alike = Vec::new();
    let (mut votes, mut at) = (0.0, 0);
    while class.is_some() && at < entries.len() {
        let entry = &entries[at];
        if entry.marks.is_unlikely() && !entry.marks.is_likely() && entry.end <= winner {
            at = entry.end;
            continue;
        }
        let is_alike = entry.name() == own.name() && entry.attribute("class") == class;
        if at == winner || is_alike && entry.votes > 0.0 && is_piece(entries, at, winner) {
            votes += entry.votes;
            alike.push(at);
            at = entry.end;
        } else {
            at += 1;
        }
    }
    if votes >= (1.0 + MIN_MORE) * own.votes { alike } else { vec![winner] }
}

/// A heading that leads to another page, or is the first of its page.
fn is_title(entries: &[Entry<'_>], at: usize) -> bool {
    let leads_away = |at: &usize| {
        let entry = &entries[*at];
        entry.name() == "a" && entry.attribute("href").is_some_and(|to| !to.starts_with('#'))
    };
    match entries[at].name() {
        "h1" => true,
        "h2" | "h3" | "h4" => {
            let is_link = entries[at].link_density() > 0.5;
            is_link && (at..entries[at].end).any(|at| leads_away(&at))
                || around(entries, at).any(|at| leads_away(&at))
        }
        _ => false,
    }
}

/// The elements around one, from the nearest.
fn around(entries: &[Entry<'_>], at: usize) -> impl Iterator<Item = usize> {
    successors(entries[at].parent, |at| entries[*at].parent)
}

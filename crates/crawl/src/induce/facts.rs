//! Speakers, tags, rooms and times on the pages of a template.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::selectors::Paths;
use super::template::{Sample, Template, is_content};
use super::words::{self, Role};
use super::write::{Lines, quoted};

/// Where each kind of fact stands.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    found: BTreeMap<&'static str, Fact>,
    /// Those whose elements hold other things too.
    announced: BTreeMap<&'static str, Fact>,
}

#[derive(Debug)]
struct Fact {
    path: String,
    /// What tells its elements from others of the path, as CSS.
    narrowed: String,
    /// The labels before its elements, where others of the path have other ones.
    labels: Vec<String>,
    /// Instead of the text.
    attribute: Option<&'static str>,
    filters: Vec<(&'static str, String)>,
}

impl Fact {
    /// All elements of a path.
    fn at(path: &str, filters: Vec<(&'static str, String)>) -> Self {
        let path = path.to_owned();
        Self { path, narrowed: String::new(), labels: Vec::new(), attribute: None, filters }
    }
}

impl Facts {
    /// The paths of the elements that hold them and nothing else, and what tells these from others of
    /// the path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.found.values().filter(|fact| fact.labels.is_empty());
        own.map(|fact| (fact.path.as_str(), fact.narrowed.as_str()))
    }

    pub(crate) fn write(&self, talk: &mut Lines, paths: &Paths<'_>) {
        for (key, fact) in self.found.iter().chain(&self.announced) {
            let mut selector = paths.selector(&fact.path) + &fact.narrowed;
            if let Some(attribute) = fact.attribute {
                selector.push('@');
                selector.push_str(attribute);
            }
            let mut filters = fact.filters.clone();
            if !fact.labels.is_empty() {
                let labels: Vec<String> = fact.labels.iter().map(|label| quoted(label)).collect();
                filters.insert(0, ("label", format!("[{}]", labels.join(", "))));
            }
            if filters.is_empty() {
                talk.text(key, &selector);
            } else {
                talk.filtered(key, &selector, &filters);
            }
        }
    }
}

/// What is known of a path that may hold a fact.
#[derive(Debug, Default)]
struct Candidate {
    pages: BTreeSet<usize>,
    texts: Vec<String>,
    is_link: bool,
    /// How many of the elements tell machines a moment, and how many a day.
    moments: usize,
    days: usize,
    /// The labels of the elements, and how many have one that says what they are.
    labels: BTreeSet<String>,
    n_labelled: usize,
    /// The part of their addresses that says what they are, and how many of them it does.
    address: Option<String>,
    n_addressed: usize,
}

impl Candidate {
    /// A fact of its elements, of which the path may hold others too.
    fn fact(&self, path: &str, n_at_path: usize, filters: Vec<(&'static str, String)>) -> Fact {
        let n = self.texts.len();
        let (mut narrowed, mut labels) = (String::new(), Vec::new());
        if n < n_at_path && self.n_addressed == n {
            let address = self.address.as_deref().unwrap_or_default();
            narrowed = format!("[href*='/{address}/']");
        } else if n < n_at_path && self.n_labelled == n {
            labels = self.labels.iter().cloned().collect();
        }
        Fact { path: path.to_owned(), narrowed, labels, attribute: None, filters }
    }

    /// Whether its elements are what `inner` is: most begin with one of those.
    fn begins_with(&self, inner: &Self) -> bool {
        let starts = |text: &&String| inner.texts.iter().any(|own| text.starts_with(own.as_str()));
        2 * self.texts.iter().filter(starts).count() >= self.texts.len()
    }
}

/// Finds the facts on the pages of `samples`.
pub(crate) fn find(samples: &[Sample], template: &Template<'_>, containers: &[&str]) -> Facts {
    let candidates = candidates(samples, template, containers);
    let mut n_at_path: HashMap<&str, usize> = HashMap::new();
    for sample in samples {
        for (at, node) in sample.outline.nodes.iter().enumerate() {
            if !node.text.is_empty() {
                *n_at_path.entry(sample.outline.path(at)).or_default() += 1;
            }
        }
    }
    let n = samples.len();
    let mut facts = Facts::default();
    for (key, role, share) in [
        ("speakers", Role::Speakers, 0.3),
        ("tags", Role::Tags, 0.05),
        ("track", Role::Track, 0.3),
        ("room", Role::Room, 0.3),
        ("language", Role::Language, 0.3),
    ] {
        let least = ((share * n as f64).ceil() as usize).max(2);
        let best = candidates
            .iter()
            .filter(|((own, _), c)| *own == role && c.pages.len() >= least && is_plausible(role, c))
            // The affiliation in an element of its own, behind the name, is no name.
            .filter(|((_, path), c)| {
                role != Role::Speakers
                    || !candidates.iter().any(|((other_role, around), other)| {
                        *other_role == role
                            && path
                                .strip_prefix(around.as_str())
                                .is_some_and(|r| r.starts_with(" > "))
                            && is_plausible(role, other)
                            && other.pages.len() >= c.pages.len()
                            && !other.begins_with(c)
                    })
            })
            .max_by(|(a, x), (b, y)| {
                let rank = |path: &str, c: &Candidate| {
                    // Of elements in each other the inner ones are the single names.
                    (c.pages.len() * 10 / n, c.is_link, path.matches(" > ").count(), c.pages.len())
                };
                rank(&a.1, x).cmp(&rank(&b.1, y)).then_with(|| b.1.cmp(&a.1))
            });
        if let Some(((_, path), candidate)) = best {
            let mut filters: Vec<(&'static str, String)> = Vec::new();
            if role == Role::Speakers {
                let prefix = prefix_of(&candidate.texts);
                filters.extend(prefix.map(|prefix| ("strip_prefix", quoted(prefix))));
            }
            let n_all = n_at_path.get(path.as_str()).copied().unwrap_or_default();
            facts.found.insert(key, candidate.fact(path, n_all, filters));
        }
    }
    times(&candidates, n, &mut facts);
    announced(template, n, &mut facts);
    if !facts.found.contains_key("speakers") && !facts.announced.contains_key("speakers") {
        let names = bare_names(samples, template, containers);
        facts.found.extend(names.map(|fact| ("speakers", fact)));
    }
    facts
}

/// What stands before names.
const BEFORE_NAMES: &[&str] =
    &["by ", "by: ", "with ", "speaker: ", "speakers: ", "presented by ", "von "];

/// What most of `texts`, which are names, begin with.
fn prefix_of(texts: &[String]) -> Option<&'static str> {
    let n = |prefix: &str| texts.iter().filter(|t| t.to_lowercase().starts_with(prefix)).count();
    BEFORE_NAMES.iter().copied().find(|prefix| 2 * n(prefix) > texts.len())
}

/// Fewer pages with names tell nothing.
const MIN_NAMED_PAGES: usize = 4;

/// The elements that hold names of people and say so by nothing else: on most pages, nothing but names,
/// and seldom the same ones, as rooms and kinds of talks are.
fn bare_names(samples: &[Sample], template: &Template<'_>, containers: &[&str]) -> Option<Fact> {
    let mut places: BTreeMap<&str, (BTreeSet<usize>, Vec<String>)> = BTreeMap::new();
    for (page, (sample, leaves)) in samples.iter().zip(&template.pages).enumerate() {
        let outline = &sample.outline;
        let wanted = leaves.iter().filter(|leaf| {
            let in_prose =
                containers.iter().any(|c| leaf.path.starts_with(c)) && leaf.node.text.len() > 150;
            is_content(leaf) && leaf.announced.is_none() && !leaf.node.is_heading() && !in_prose
        });
        for at in wanted.flat_map(|leaf| leaf.at..leaf.node.end) {
            let text = &outline.nodes[at].text;
            if !text.is_empty() && text.len() <= 150 {
                let (pages, texts) = places.entry(outline.path(at)).or_default();
                pages.insert(page);
                texts.push(text.clone());
            }
        }
    }
    let are_names = |(path, (pages, texts)): &(&str, (BTreeSet<usize>, Vec<String>))| {
        let is_name = |text: &&String| {
            let text = crate::fields::without_brackets(text);
            let prefix = BEFORE_NAMES.iter().find(|p| text.to_lowercase().starts_with(**p));
            let name = prefix.and_then(|prefix| text.get(prefix.len()..)).unwrap_or(&text);
            words::is_name_of_people(name)
        };
        let distinct: BTreeSet<&String> = texts.iter().collect();
        path.starts_with("html > body")
            && pages.len() >= MIN_NAMED_PAGES
            && 5 * pages.len() >= 3 * samples.len()
            && 5 * texts.iter().filter(is_name).count() >= 4 * texts.len()
            && 2 * distinct.len() >= texts.len()
    };
    let found = places.into_iter().filter(are_names);
    // Of elements in each other the inner ones are the single names.
    let best = found.max_by_key(|(path, (pages, _))| {
        (pages.len(), path.matches(" > ").count(), std::cmp::Reverse(*path))
    });
    let (path, (_, texts)) = best?;
    let prefix = prefix_of(&texts).map(|prefix| ("strip_prefix", quoted(prefix)));
    Some(Fact::at(path, prefix.into_iter().collect()))
}

/// What blocks announce themselves: `Speaker: Ada Moor`.
fn announced(template: &Template<'_>, n: usize, facts: &mut Facts) {
    let mut places: BTreeMap<(Role, &str, &str), (usize, Vec<&str>)> = BTreeMap::new();
    for leaves in &template.pages {
        for leaf in leaves.iter().filter(|leaf| is_content(leaf)) {
            let Some((start, role)) = leaf.announced else { continue };
            let (n_pages, texts) = places.entry((role, start, leaf.path)).or_default();
            *n_pages += 1;
            texts.push(leaf.node.text[start.len()..].trim());
        }
    }
    for (key, role) in [
        ("speakers", Role::Speakers),
        ("tags", Role::Tags),
        ("track", Role::Track),
        ("room", Role::Room),
        ("date", Role::Time),
        ("language", Role::Language),
    ] {
        let own = places.iter().filter(|((own, ..), (n_pages, texts))| {
            let is_short = texts.iter().all(|text| text.len() <= 150);
            *own == role && 3 * n_pages >= n && is_short
        });
        let best = own.max_by_key(|((_, start, path), (n_pages, _))| {
            (*n_pages, std::cmp::Reverse((*start, *path)))
        });
        let Some(((_, start, path), _)) = best else { continue };
        if key == "date" && !places_days(&places[&(role, *start, *path)].1) {
            continue;
        }
        if !facts.found.contains_key(key) {
            // One and several of a kind have labels of their own.
            let is_kin =
                |(own, _, own_path): &&(Role, &str, &str)| (*own, *own_path) == (role, *path);
            let labels: Vec<String> = match key {
                "speakers" | "tags" => {
                    places.keys().filter(is_kin).map(|k| regex::escape(k.1)).collect()
                }
                _ => vec![regex::escape(start)],
            };
            let label = match labels.as_slice() {
                [label] => label.clone(),
                labels => format!("(?:{})", labels.join("|")),
            };
            let pattern = format!("^{label}\\s*(.+)$");
            let mut filters = vec![("regex", quoted(&pattern))];
            filters.extend((key == "date").then(|| ("date", "true".to_owned())));
            facts.announced.insert(key, Fact::at(path, filters));
        }
    }
}

fn places_days(texts: &[&str]) -> bool {
    2 * texts.iter().filter(|text| crate::dates::day_in(text).is_some()).count() >= texts.len()
}

fn times(candidates: &BTreeMap<(Role, String), Candidate>, n: usize, facts: &mut Facts) {
    let times = || candidates.iter().filter(|((role, _), _)| *role == Role::Time);
    // When a talk ends, or was put on the page, is not when it is.
    let is_start = |path: &str| {
        let step = path.rsplit(" > ").next().unwrap_or(path);
        !words::tokens(step).iter().any(|word| words::OTHER_TIMES.contains(&word.as_str()))
    };
    let with_moment = times().filter(|(_, c)| 2 * c.moments >= n && c.moments >= 2);
    if let Some(((_, path), _)) = with_moment
        .max_by_key(|((_, path), c)| (is_start(path), c.moments, std::cmp::Reverse(path.clone())))
    {
        let attribute = Some("datetime");
        facts.found.insert("start", Fact { attribute, ..Fact::at(path, Vec::new()) });
    }
    let for_machines = times().filter(|(_, c)| 2 * c.days >= n && c.days >= 2);
    if let Some(((_, path), _)) = for_machines
        .max_by_key(|((_, path), c)| (is_start(path), c.days, std::cmp::Reverse(path.clone())))
    {
        let filters = vec![("date", "true".to_owned())];
        let attribute = Some("datetime");
        facts.found.insert("date", Fact { attribute, ..Fact::at(path, filters) });
    }
    let days = |c: &Candidate| c.texts.iter().filter(|t| crate::dates::day_in(t).is_some()).count();
    let with_day = times().filter(|(_, c)| 3 * days(c) >= n && days(c) >= 2);
    if !facts.found.contains_key("date")
        && let Some(((_, path), _)) = with_day
            .max_by_key(|((_, path), c)| (is_start(path), days(c), std::cmp::Reverse(path.clone())))
    {
        let filters = vec![("date", "true".to_owned())];
        facts.found.insert("date", Fact::at(path, filters));
    }
    if facts.found.contains_key("room") {
        return;
    }
    let rooms = |c: &Candidate| c.texts.iter().filter(|t| room_in(t)).count();
    let with_room = times().filter(|(_, c)| 3 * rooms(c) >= n && rooms(c) >= 2);
    if let Some(((_, path), _)) =
        with_room.max_by_key(|((_, path), c)| (rooms(c), std::cmp::Reverse(path.clone())))
    {
        let filters = vec![("regex", quoted(r"\b(?:in|@|at) ([A-Z0-9][^,;]*)$"))];
        facts.found.insert("room", Fact::at(path, filters));
    }
}

/// Whether a time ends with a place: `9 a.m. in Room 15`.
fn room_in(text: &str) -> bool {
    [" in ", " @ ", " at "].iter().any(|word| {
        text.rsplit_once(word).is_some_and(|(before, after)| {
            before.chars().any(|c| c.is_ascii_digit())
                && after.len() <= 40
                && after.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        })
    })
}

fn candidates(
    samples: &[Sample],
    template: &Template<'_>,
    containers: &[&str],
) -> BTreeMap<(Role, String), Candidate> {
    let mut candidates: BTreeMap<(Role, String), Candidate> = BTreeMap::new();
    for (page, (sample, leaves)) in samples.iter().zip(&template.pages).enumerate() {
        let outline = &sample.outline;
        let mut leaf_of = vec![None; outline.nodes.len()];
        for leaf in leaves {
            leaf_of[leaf.at..leaf.node.end].fill(Some(leaf));
        }
        for (at, node) in outline.nodes.iter().enumerate() {
            let Some(leaf) = leaf_of[at].filter(|leaf| leaf.announced.is_none()) else { continue };
            let is_person = template.people.contains(outline.path(at));
            if node.text.is_empty()
                || node.text.len() > 150
                || node.is_heading()
                    && !Template::is_fact(&node.text)
                    && !is_person
                    && (leaf.is_template || leaf.label != Some(Role::Speakers))
            {
                continue;
            }
            if node.in_frame || leaf.at == at && leaf.is_template {
                continue;
            }
            let path = outline.path(at);
            // Links in running text are no facts.
            let in_prose =
                containers.iter().any(|c| path.starts_with(c)) && leaf.node.text.len() > 150;
            if in_prose || !path.starts_with("html > body") {
                continue;
            }
            let moment = node.datetime.as_deref().and_then(crate::dates::moment);
            let day = node.datetime.as_deref().and_then(crate::dates::day_in);
            let by_name = named_role(template, path);
            let by_link = node.href.as_deref().and_then(role_of_link);
            let role =
                by_name.or(by_link.as_ref().map(|(role, _)| *role)).or(leaf.label).or_else(|| {
                    (is_content(leaf) && (day.is_some() || Template::is_fact(&node.text)))
                        .then_some(Role::Time)
                });
            let role = match role {
                _ if is_person => Role::Speakers,
                // A room with a time is first of all a time.
                Some(Role::Body | Role::Title | Role::Level | Role::Room)
                    if Template::is_fact(&node.text) =>
                {
                    Role::Time
                }
                Some(role) => role,
                None => continue,
            };
            let candidate = candidates.entry((role, path.to_owned())).or_default();
            candidate.pages.insert(page);
            candidate.texts.push(node.text.clone());
            candidate.is_link |= node.tag == "a";
            if by_name.is_none() && by_link.is_none() && leaf.label == Some(role) {
                candidate.n_labelled += 1;
                candidate.labels.extend(leaf.label_text.map(str::to_owned));
            }
            if let (None, Some((_, word))) = (by_name, by_link) {
                let is_segment =
                    node.href.as_deref().is_some_and(|href| href.contains(&format!("/{word}/")));
                let is_one =
                    is_segment && candidate.address.as_deref().is_none_or(|own| own == word);
                candidate.n_addressed += usize::from(is_one);
                candidate.address.get_or_insert(word);
            }
            candidate.moments += usize::from(moment.is_some());
            candidate.days += usize::from(day.is_some());
        }
    }
    candidates
}

/// The role that one of the three innermost steps names.
fn named_role(template: &Template<'_>, path: &str) -> Option<Role> {
    let steps = template.own_steps(path);
    steps.iter().rev().take(3).find_map(|step| {
        let names = step.split_once(['.', '#'])?.1;
        words::role_of(names).filter(|role| !matches!(role, Role::Body | Role::Title))
    })
}

/// Words in the addresses of links, by what these name.
const IN_ADDRESSES: &[(Role, &[&str])] = &[
    (
        Role::Speakers,
        &[
            "speaker",
            "speakers",
            "profile",
            "author",
            "authors",
            "people",
            "person",
            "users",
            "presenter",
        ],
    ),
    (
        Role::Tags,
        &["tag", "tags", "keyword", "keywords", "topic", "topics", "category", "categories"],
    ),
    (Role::Track, &["track", "tracks"]),
    (Role::Room, &["room", "rooms", "venue", "location"]),
];

/// What the address of a link says of what it names, and by which word.
fn role_of_link(href: &str) -> Option<(Role, String)> {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    let words = words::tokens(path);
    IN_ADDRESSES.iter().find_map(|(role, list)| {
        let word = words.iter().find(|word| list.contains(&word.as_str()))?;
        Some((*role, word.clone()))
    })
}

fn is_plausible(role: Role, candidate: &Candidate) -> bool {
    let n = candidate.texts.len();
    let short =
        |most: usize| 10 * candidate.texts.iter().filter(|t| t.len() <= most).count() >= 9 * n;
    let facts = candidate.texts.iter().filter(|t| Template::is_fact(t)).count();
    let distinct: BTreeSet<&str> = candidate.texts.iter().map(String::as_str).collect();
    match role {
        Role::Speakers => {
            short(120) && 4 * facts < n && 4 * distinct.len() >= candidate.pages.len()
        }
        // Tags repeat, but not all of them on every page.
        Role::Tags => short(50) && 4 * facts < n && distinct.len() > 1,
        Role::Track | Role::Language => {
            short(60) && 2 * distinct.len() <= n.max(4) && 4 * facts < n
        }
        Role::Room => short(60) && 4 * facts < n,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::induce::outline::Outline;
    use crate::induce::template::subtract;
    use corpus::html::Html;

    #[track_caller]
    fn check(page: impl Fn(usize) -> String, expected: &str) {
        let samples: Vec<Sample> = (0..6)
            .map(|n| Sample {
                outline: Outline::of(&Html::parse(&page(n))),
                link_text: format!("Title {n}"),
            })
            .collect();
        let template = subtract(&samples);
        let paths = Paths::of(samples.iter().map(|sample| &sample.outline));
        let containers = template.text_containers(None);
        let mut talk = Lines::table("talk");
        find(&samples, &template, &containers).write(&mut talk, &paths);
        assert_eq!(talk.to_string(), format!("[talk]\n{expected}"));
    }

    fn prose(n: usize) -> String {
        format!("The text of page {n}, long enough to be taken for prose by anybody who reads it. ")
            .repeat(3)
    }

    #[test]
    fn names_of_classes_tell_speakers_tags_and_rooms() {
        check(
            |n| {
                format!(
                    "<main><h1>Title {n}</h1><p class=speaker-names>by Ada {n}</p><ul class=tags>\
                     <li class=tag>t{}</li><li class=tag>u{}</li></ul><span class=room>Room {}</span>\
                     <p>{}</p></main>",
                    n % 3,
                    n % 2,
                    n % 2,
                    prose(n)
                )
            },
            "room = \"span.room\"\nspeakers = { select = \"p.speaker-names\", strip_prefix = \"by \" }\n\
             tags = \"li.tag\"\n",
        );
    }

    #[test]
    fn an_affiliation_behind_a_name_is_no_name() {
        check(
            |n| {
                format!(
                    "<main><h1>Title {n}</h1><time datetime=2026-05-0{n}T10:00+02:00>{n} May</time>\
                     <ul class=author-list><li>Ada {n} <span class=affiliation>(Home of {n})</span></ul>\
                     <div class=text><p>{}</p></div></main>",
                    prose(n)
                )
            },
            "date = { select = \"html > body > main > time@datetime\", date = true }\n\
             speakers = \"ul.author-list > li\"\n\
             start = \"html > body > main > time@datetime\"\n",
        );
    }

    #[test]
    fn labels_and_links_tell_them_too() {
        check(
            |n| {
                format!(
                    "<main><h1>Title {n}</h1><h3>Wednesday - April 1{n}th, 2023 9 a.m. in Hall {n}</h3>\
                     <h4>Presented by:</h4><ul class=plain><li><a href=/people/{n}>Ada {n}</a></ul>\
                     <div class=text><p>{}</p></div></main>",
                    prose(n)
                )
            },
            "date = { select = \"html > body > main > h3\", date = true }\n\
             room = { select = \"html > body > main > h3\", regex = '\\b(?:in|@|at) ([A-Z0-9][^,;]*)$' }\n\
             speakers = \"ul.plain > li > a\"\n",
        );
    }
}

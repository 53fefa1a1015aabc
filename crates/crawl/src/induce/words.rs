//! The words by which people name the parts of a page, in the languages of most conferences.

/// The words of a class, an id, a path or a label: in lower case, parted at signs and capitals.
pub(crate) fn tokens(name: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        let ends = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if ends && !token.is_empty() {
            tokens.push(std::mem::take(&mut token));
        }
        if c.is_alphanumeric() {
            token.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

/// What a name or a label says of what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Body,
    Title,
    Speakers,
    /// About the speakers: no part of the text.
    Biography,
    Tags,
    Track,
    Room,
    Time,
    Language,
    Level,
    /// Beside the text: comments, related documents, downloads, navigation.
    Aside,
}

const ROLES: &[(Role, &[&str])] = &[
    (
        Role::Biography,
        &[
            "bio",
            "bios",
            "biography",
            "biographies",
            "biografie",
            "biographie",
            "biografia",
            "biografía",
        ],
    ),
    (
        Role::Aside,
        &[
            "comment",
            "comments",
            "related",
            "similar",
            "recommended",
            "share",
            "sharing",
            "social",
            "sidebar",
            "widget",
            "nav",
            "navigation",
            "navbar",
            "menu",
            "footer",
            "breadcrumb",
            "breadcrumbs",
            "pagination",
            "pager",
            "cookie",
            "cookies",
            "login",
            "newsletter",
            "sponsor",
            "sponsors",
            "advert",
            "ads",
            "promo",
            "banner",
            "handout",
            "handouts",
            "slides",
            "slide",
            "video",
            "videos",
            "download",
            "downloads",
            "attachments",
            "feedback",
            "rating",
            "ratings",
            "popular",
            "trending",
            "toolbar",
            "skip",
            "search",
            "subscribe",
            "recording",
            "resources",
            "upcoming",
            "latest",
            "news",
            "register",
            "registration",
            "bookmark",
            "kommentare",
            "copyright",
        ],
    ),
    (
        Role::Speakers,
        &[
            "speaker",
            "speakers",
            "presenter",
            "presenters",
            "presented",
            "author",
            "authors",
            "byline",
            "instructor",
            "instructors",
            "person",
            "persons",
            "people",
            "lecturer",
            "panelist",
            "panelists",
            "referent",
            "referenten",
            "ponente",
            "ponentes",
            "orateur",
            "intervenant",
            "intervenants",
            "profile",
            "profiles",
            "performer",
            "host",
            "hosts",
            "with",
            "by",
            "from",
            "facilitator",
            "facilitators",
            "vortragende",
            "relatore",
        ],
    ),
    (
        Role::Tags,
        &[
            "tag",
            "tags",
            "keyword",
            "keywords",
            "topic",
            "topics",
            "category",
            "categories",
            "chip",
            "chips",
            "schlagwörter",
            "etiquetas",
            "themen",
            "subjects",
            "subject",
        ],
    ),
    (Role::Track, &["track", "tracks", "stream", "strand"]),
    (
        Role::Room,
        &[
            "room",
            "rooms",
            "location",
            "venue",
            "hall",
            "place",
            "where",
            "stage",
            "auditorium",
            "raum",
            "ort",
            "salle",
            "sala",
            "aula",
        ],
    ),
    (
        Role::Time,
        &[
            "date",
            "dates",
            "time",
            "times",
            "when",
            "datetime",
            "slot",
            "day",
            "hour",
            "start",
            "starts",
            "begin",
            "datum",
            "zeit",
            "fecha",
            "hora",
            "quand",
            "duration",
            "timeslot",
            "published",
            "posted",
            "scheduled",
            "timestamp",
        ],
    ),
    (Role::Language, &["language", "sprache", "langue", "idioma", "lang"]),
    (
        Role::Level,
        &[
            "level",
            "audience",
            "experience",
            "difficulty",
            "type",
            "format",
            "kind",
            "badge",
            "badges",
            "status",
            "presentation_types",
            "niveau",
        ],
    ),
    (
        Role::Body,
        &[
            "abstract",
            "description",
            "summary",
            "body",
            "content",
            "text",
            "details",
            "detail",
            "entry",
            "about",
            "outline",
            "article",
            "story",
            "prose",
            "markdown",
            "cms",
            "beschreibung",
            "zusammenfassung",
            "résumé",
            "resumen",
            "descripción",
            "objective",
            "objectives",
            "notes",
            "richtext",
            "overview",
            "intro",
        ],
    ),
    (Role::Title, &["title", "headline", "heading", "titel", "título", "titre", "titolo"]),
    // Links to tags are tags.
    (Role::Aside, &["link", "links"]),
];

/// What a part of a page may belong to without being it: a `video-abstract` is an abstract.
const QUALIFIERS: &[&str] = &["video", "videos", "recording", "slide", "slides"];

/// The first role, in the order of the table, that a word of `name` has.
pub(crate) fn role_of(name: &str) -> Option<Role> {
    let tokens = tokens(name);
    let role_of = |tokens: &[String]| {
        let has = |words: &[&str]| tokens.iter().any(|t| words.contains(&t.as_str()));
        ROLES.iter().find(|(_, words)| has(words)).map(|(role, _)| *role)
    };
    let (last, before) = tokens.split_last()?;
    let own = role_of(std::slice::from_ref(last));
    let is_qualified = !before.is_empty()
        && before.iter().any(|token| QUALIFIERS.contains(&token.as_str()))
        && own.is_some_and(|role| role != Role::Aside);
    if is_qualified { own } else { role_of(&tokens) }
}

/// What names times that are not the start of a talk.
pub(crate) const OTHER_TIMES: &[&str] =
    &["end", "ends", "until", "dtend", "published", "posted", "updated", "modified", "created"];

/// Whether a text is the name of a person, or several, as far as its letters tell: two to four words
/// each, with capitals.
pub(crate) fn is_name_of_people(text: &str) -> bool {
    const SMALL: &[&str] = &[
        "de", "da", "di", "del", "della", "der", "den", "du", "la", "le", "van", "von", "zu", "al",
        "bin", "ter",
    ];
    let is_word = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
            || SMALL.contains(&word)
    };
    let is_name = |name: &str| {
        let words: Vec<&str> = name.split_whitespace().collect();
        (2..=4).contains(&words.len()) && name.len() <= 40 && words.into_iter().all(is_word)
    };
    let names: Vec<&str> =
        text.split([',', '&', ';', '/', '、']).flat_map(|s| s.split(" and ")).collect();
    names.len() <= 6 && names.into_iter().all(|name| is_name(name.trim()))
}

/// Parts of URLs that lead to documents.
pub(crate) const DOCUMENT_PATHS: &[&str] = &[
    "talk",
    "talks",
    "session",
    "sessions",
    "event",
    "events",
    "presentation",
    "presentations",
    "paper",
    "papers",
    "abstract",
    "abstracts",
    "proposal",
    "proposals",
    "lecture",
    "lectures",
    "tutorial",
    "tutorials",
    "workshop",
    "workshops",
    "poster",
    "posters",
    "contribution",
    "contributions",
    "submission",
    "submissions",
    "schedule",
    "program",
    "programme",
    "agenda",
    "keynote",
    "keynotes",
    "vortrag",
    "vortraege",
    "charla",
    "charlas",
    "conference",
    "timetable",
    "doc",
    "docs",
    "programm",
    "ponencias",
    "fahrplan",
];

/// Parts of URLs that lead to documents where a site has no others.
pub(crate) const NEWS_PATHS: &[&str] =
    &["blog", "news", "post", "posts", "story", "stories", "article", "articles", "archive"];

/// Parts of URLs that lead to something else.
pub(crate) const OTHER_PATHS: &[&str] = &[
    "speaker",
    "speakers",
    "profile",
    "profiles",
    "people",
    "person",
    "user",
    "users",
    "author",
    "authors",
    "member",
    "members",
    "tag",
    "tags",
    "category",
    "categories",
    "topic",
    "topics",
    "track",
    "tracks",
    "room",
    "rooms",
    "venue",
    "login",
    "account",
    "accounts",
    "register",
    "registration",
    "sponsor",
    "sponsors",
    "job",
    "jobs",
    "about",
    "privacy",
    "search",
    "feed",
    "rss",
    "ics",
    "ical",
    "signup",
    "signin",
    "logout",
    "contact",
    "media",
    "static",
    "assets",
    "wp-content",
    "wp-json",
    "edit",
    "admin",
    "help",
    "terms",
    "legal",
    "imprint",
    "impressum",
    "location",
    "locations",
    "organizers",
    "organisers",
    "team",
    "tickets",
    "download",
];

/// Words of links to where the list of documents is, for a start page without one.
pub(crate) const LIST_WORDS: &[&str] = &[
    "schedule",
    "program",
    "programme",
    "talks",
    "sessions",
    "agenda",
    "timetable",
    "fahrplan",
    "programm",
    "presentations",
    "lectures",
    "papers",
    "abstracts",
    "proceedings",
    "vorträge",
    "programa",
    "charlas",
    "archive",
    "articles",
    "posts",
    "events",
    "contributions",
    "lineup",
    "tutorials",
    "workshops",
    "vortragsprogramm",
    "referate",
    "ponencias",
    "palestras",
    "conférences",
    "programma",
    "доклады",
    "программа",
    "расписание",
    "タイムテーブル",
    "プログラム",
    "议程",
    "議程",
];

/// Whether a heading announces what stands beside the content of a page.
pub(crate) fn announces_other(heading: &str) -> bool {
    const OTHER: &[&str] = &[
        "news",
        "related",
        "recent",
        "popular",
        "trending",
        "similar",
        "sponsors",
        "sponsor",
        "partners",
        "archives",
        "categories",
        "comments",
        "announcements",
        "tweets",
        "nachrichten",
        "neuigkeiten",
        "aktuelles",
        "noticias",
        "actualités",
        "notizie",
        "новости",
        "お知らせ",
        "ニュース",
        "新闻",
        "supporters",
        "organizers",
        "organisers",
    ];
    const PHRASES: &[&str] = &[
        "also like",
        "read next",
        "more from",
        "see also",
        "mehr zum thema",
        "lesen sie auch",
        "lire aussi",
        "leia também",
        "te puede interesar",
        "leggi anche",
        "читайте также",
    ];
    let words = tokens(heading);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let heading = heading.to_lowercase();
    let says = PHRASES.iter().any(|phrase| heading.contains(phrase));
    (has(OTHER) || says) && !has(LIST_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(tokens("talkSpeaker-name_2"), ["talk", "speaker", "name", "2"]);
        assert_eq!(tokens("Presented by:"), ["presented", "by"]);
    }
}

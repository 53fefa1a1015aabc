//! How to find the talks of a site: a table of selectors.

use corpus::html::Selector;
use toml::{Table, Value};
use url::Url;

use crate::address::is_web;
use crate::extract::Extent;
use crate::fields::{Drop, Field, Fields, Filter};
use crate::globs::Globs;
use crate::{Error, builtin};

/// A site's talks: where their list is, how to take them out of it, and what to take out of the
/// page of each.
///
/// Written in TOML; an unknown key is refused. A selector is CSS, and `css@attribute` takes an
/// attribute in place of the text. `@attribute` alone is an attribute of the element itself.
///
/// ```
/// let recipe = crawl::Recipe::parse(r#"
///     [recipe]
///     name = "my-conference"
///     title = "My Conference"                   # what a site made of it is called; optional
///     start = ["https://conf.example/talks/"]   # one URL or several; optional
///     [list]
///     item = "li.talk"           # one element for each talk
///     link = "a@href"            # the first one inside; items without are no talks
///     title = "a"                # without one here and below: the text of the link
///     [talk]                     # on the page that the link leads to
///     abstract = "div.abstract"  # the first match
///     tags = "span.tag"          # all matches; the commas of a single one part names
///     [weights]
///     tags = 3                   # count like a text that repeats them three times
///     [limits]
///     pages = 500
/// "#)?;
/// assert_eq!(recipe.weights().tags, 3);
/// assert_eq!(recipe.title(), Some("My Conference"));
/// # Ok::<(), crawl::Error>(())
/// ```
///
/// `[list]` and `[talk]` both take `title`, `abstract`, `tags`, `speakers`, `date`, `start`,
/// `end`, `room`, `track` and `language`; what the talk's page gives goes before what the list
/// gives. A field is a selector, an array of them (names: all that match; text: the parts in the
/// order of the page; the rest: the first with something in it), or a table that filters what
/// `select` finds: `{ select = "h4", strip_prefix = "by ", strip_suffix = ".", regex = "in (.+)",
/// date = true, label = ["Room"] }`. With `label`, elements count that one of these texts stands before:
/// a term, a heading, the head of a row. With `all = true` every match of an `abstract` is a part of the
/// text. Regular expressions take time in proportion to the text, and keep the first
/// group where there is one; `date` keeps the day, as `2026-05-14`. The commas of a single name part it, and
/// of speakers also the word for "and", where first and last names stand on both sides.
///
/// `list.urls` are globs that a link's path must match (`*` stands for anything without a
/// slash), `list.next` links to further pages of the list and to other days. `talk.drop` are
/// selectors of elements that are left out of the text, `talk.drop_text` whole paragraphs,
/// `talk.drop_start` paragraphs that begin so, and `talk.drop_section` headings with what follows
/// them up to the next heading.
///
/// With `lines = true` in `[talk]` the lines that `<br>` parts are elements called `line`, in every
/// element of which two or more begin with a label (`Room: …`).
///
/// `recipe.from` is the address from which the site was looked through, where the list was found on
/// another page: a recipe that is kept for that address says so.
///
/// Without `list.link` the items are the talks: what `[talk]` selects is looked for in each of
/// them. With `section = true` in `[list]` an item is a heading with what follows it up to the next
/// item.
#[derive(Debug, Clone)]
pub struct Recipe {
    name: String,
    title: Option<String>,
    start: Vec<Url>,
    from: Option<Url>,
    pub(crate) item: Field,
    /// None: the items are the talks themselves.
    pub(crate) link: Option<Field>,
    /// How much an item is, where there is no link.
    pub(crate) extent: Extent,
    pub(crate) urls: Globs,
    pub(crate) next: Option<Field>,
    pub(crate) list: Fields,
    pub(crate) talk: Fields,
    /// Whether lines that `<br>` parts are elements, where they begin with labels.
    pub(crate) parts_lines: bool,
    weights: Weights,
    pub(crate) max_pages: Option<usize>,
}

/// A regular expression that needs more room than this was written to need it.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// How often parts of a document count: a weight of 3 counts like a text that repeats them three
/// times, 0 leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Of the title. Default: 1.
    pub title: u32,
    /// Of the tags. Default: 1.
    pub tags: u32,
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// [`Error::RecipeSyntax`], [`Error::RecipeKey`], [`Error::RecipeMissing`],
    /// [`Error::RecipeValue`] and [`Error::RecipeSelector`], with the path of the key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let table = text.parse::<Table>().map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|b| *b == b'\n').count();
            Error::RecipeSyntax { problem: error.message().replace('\n', ", "), line }
        })?;
        let root = Section { path: String::new(), table: &table };
        root.only(&["recipe", "list", "talk", "weights", "limits"])?;

        let head = root.section("recipe", "a table with the name")?;
        head.only(&["name", "title", "start", "from"])?;
        let list = root.section("list", "a table with the selectors item and link")?;
        list.only(LIST_KEYS)?;
        let talk = root.section("talk", "a table with the selector abstract")?;
        talk.only(TALK_KEYS)?;

        let recipe = Self {
            name: head.required("name", "the name of the recipe", Section::text)?,
            title: head.text("title")?,
            start: head.urls("start")?,
            from: head.urls("from")?.into_iter().next(),
            item: list.required("item", "a CSS selector", Section::field)?,
            link: list.field("link")?.map(|field| field.or_attribute("href")),
            extent: if list.flag("section")? { Extent::Section } else { Extent::Element },
            urls: Globs::new(list.texts("urls")?),
            next: list.field("next")?.map(|field| field.or_attribute("href")),
            list: list.fields()?,
            talk: talk.fields()?.without(talk.dropped()?),
            parts_lines: talk.flag("lines")?,
            weights: root.weights()?,
            max_pages: root.max_pages()?,
        };
        if !recipe.list.has("abstract") && !recipe.talk.has("abstract") {
            let expected = "a CSS selector for the text, here or in [list]";
            return Err(Error::RecipeMissing { key: "talk.abstract".to_owned(), expected });
        }
        Ok(recipe)
    }

    /// A recipe that comes with the program.
    ///
    /// # Errors
    /// [`Error::UnknownRecipe`] when none has that name.
    pub fn builtin(name: &str) -> Result<Self, Error> {
        let text = builtin::text(name).ok_or(Error::UnknownRecipe { name: name.to_owned() })?;
        Self::parse(text)
    }

    /// The names of the recipes that come with the program, sorted.
    #[must_use]
    pub fn builtin_names() -> Vec<&'static str> {
        builtin::names()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a site made of the talks is called, where the recipe says.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The pages with the lists of talks, where the recipe is for one site.
    #[must_use]
    pub fn start(&self) -> &[Url] {
        &self.start
    }

    /// The address from which the site was looked through, where that is not the first of
    /// [`start`](Self::start).
    #[must_use]
    pub fn from(&self) -> Option<&Url> {
        self.from.as_ref()
    }

    /// How often titles and tags count.
    #[must_use]
    pub fn weights(&self) -> Weights {
        self.weights
    }
}

const LIST_KEYS: &[&str] = &[
    "item", "link", "section", "urls", "next", "title", "abstract", "tags", "speakers", "date",
    "start", "end", "room", "track", "language",
];

const TALK_KEYS: &[&str] = &[
    "title",
    "abstract",
    "drop",
    "drop_section",
    "drop_start",
    "drop_text",
    "lines",
    "tags",
    "speakers",
    "date",
    "start",
    "end",
    "room",
    "track",
    "language",
];

const FILTER_KEYS: &[&str] =
    &["select", "label", "all", "strip_prefix", "strip_suffix", "regex", "date"];

/// A table of the file, and the path to it for messages.
struct Section<'a> {
    path: String,
    table: &'a Table,
}

impl Section<'_> {
    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn only(&self, allowed: &'static [&'static str]) -> Result<(), Error> {
        match self.table.keys().find(|key| !allowed.contains(&key.as_str())) {
            Some(key) => Err(Error::RecipeKey { key: self.path_of(key), allowed }),
            None => Ok(()),
        }
    }

    fn wrong(&self, key: &str, expected: &'static str) -> Error {
        let found = self.table.get(key).map(ToString::to_string).unwrap_or_default();
        Error::RecipeValue { key: self.path_of(key), found, expected }
    }

    fn section(&self, key: &str, expected: &'static str) -> Result<Section<'_>, Error> {
        self.required(key, expected, Section::optional_section)
    }

    fn optional_section(&self, key: &str) -> Result<Option<Section<'_>>, Error> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(Section { path: self.path_of(key), table })),
            Some(_) => Err(self.wrong(key, "a table")),
        }
    }

    fn required<'s, T>(
        &'s self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'s Self, &str) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        read(self, key)?.ok_or(Error::RecipeMissing { key: self.path_of(key), expected })
    }

    fn text(&self, key: &str) -> Result<Option<String>, Error> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, "a string with something in it")),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, Error> {
        match self.table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(key, "true or false")),
        }
    }

    /// One string or an array of them.
    fn texts(&self, key: &str) -> Result<Vec<String>, Error> {
        let text = |value: &Value| {
            value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
        };
        let texts = match self.table.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(text).collect(),
            Some(value) => text(value).map(|text| vec![text]),
        };
        texts.ok_or_else(|| self.wrong(key, "a string with something in it, or an array of them"))
    }

    /// Selectors, alone or in a table with filters.
    fn field(&self, key: &str) -> Result<Option<Field>, Error> {
        let (mut labels, mut takes_all) = (Vec::new(), false);
        let (selectors, filters) = match self.table.get(key) {
            None => return Ok(None),
            Some(Value::Table(table)) => {
                let section = Section { path: self.path_of(key), table };
                section.only(FILTER_KEYS)?;
                labels = section.texts("label")?;
                takes_all = section.flag("all")?;
                (section.texts("select")?, section.filters()?)
            }
            Some(_) => (self.texts(key)?, Vec::new()),
        };
        if selectors.is_empty() {
            return Err(self.wrong(key, "a CSS selector, or a table with one under select"));
        }
        Field::new(&selectors, filters)
            .map(|field| field.labelled(&labels))
            .map(|field| Some(if takes_all { field.taking_all() } else { field }))
            .map_err(|source| Error::RecipeSelector { key: self.path_of(key), source })
    }

    fn filters(&self) -> Result<Vec<Filter>, Error> {
        let mut filters = Vec::new();
        filters.extend(self.raw_text("strip_prefix")?.map(Filter::StripPrefix));
        filters.extend(self.raw_text("strip_suffix")?.map(Filter::StripSuffix));
        if let Some(pattern) = self.raw_text("regex")? {
            let regex = regex::RegexBuilder::new(&pattern).size_limit(MAX_REGEX_BYTES).build();
            filters.push(Filter::Regex(
                regex.map_err(|_| self.wrong("regex", "a regular expression"))?,
            ));
        }
        if self.flag("date")? {
            filters.push(Filter::Date);
        }
        Ok(filters)
    }

    /// A string as it stands, with its outer gaps.
    fn raw_text(&self, key: &str) -> Result<Option<String>, Error> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, "a string with something in it")),
        }
    }

    fn dropped(&self) -> Result<Drop, Error> {
        let selectors = self.texts("drop")?;
        let elements = selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>();
        let elements = elements
            .map_err(|source| Error::RecipeSelector { key: self.path_of("drop"), source })?;
        let lines = |key| -> Result<_, Error> {
            Ok(self.texts(key)?.iter().map(|text| corpus::single_line(text)).collect())
        };
        Ok(Drop {
            elements,
            texts: lines("drop_text")?,
            starts: self.texts("drop_start")?,
            sections: lines("drop_section")?,
        })
    }

    fn fields(&self) -> Result<Fields, Error> {
        let mut fields = Fields::default();
        for key in Fields::KEYS {
            if let Some(field) = self.field(key)? {
                fields.insert(key, field);
            }
        }
        Ok(fields)
    }

    fn urls(&self, key: &str) -> Result<Vec<Url>, Error> {
        let expected = "an http or https URL, or an array of them";
        let urls = match self.table.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(urls)) => urls.as_slice(),
            Some(url) => std::slice::from_ref(url),
        };
        let read = |value: &Value| value.as_str()?.parse().ok().filter(is_web);
        let urls = urls.iter().map(read).collect::<Option<Vec<Url>>>();
        urls.ok_or_else(|| self.wrong(key, expected))
    }

    fn weights(&self) -> Result<Weights, Error> {
        let Some(section) = self.optional_section("weights")? else {
            return Ok(Weights { title: 1, tags: 1 });
        };
        section.only(&["title", "tags"])?;
        let weight = |key| match section.table.get(key) {
            None => Ok(1),
            Some(Value::Integer(weight @ 0..=100)) => Ok(*weight as u32),
            Some(_) => Err(section.wrong(key, "a whole number from 0 to 100")),
        };
        Ok(Weights { title: weight("title")?, tags: weight("tags")? })
    }

    fn max_pages(&self) -> Result<Option<usize>, Error> {
        let Some(section) = self.optional_section("limits")? else { return Ok(None) };
        section.only(&["pages"])?;
        match section.table.get("pages") {
            None => Ok(None),
            Some(Value::Integer(pages @ 1..=1_000_000)) => Ok(Some(*pages as usize)),
            Some(_) => Err(section.wrong("pages", "a whole number from 1 to 1000000")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        [recipe]
        name = "small"
        [list]
        item = "li"
        link = "a"
        title = "a"
        [talk]
        abstract = "p"
    "#;

    #[track_caller]
    fn refused(text: &str) -> (String, Option<String>) {
        let error = Recipe::parse(text).unwrap_err();
        (error.to_string(), error.hint())
    }

    #[test]
    fn a_small_recipe_has_defaults_for_the_rest() {
        let recipe = Recipe::parse(SMALL).unwrap();
        assert_eq!(recipe.name(), "small");
        assert_eq!(recipe.start(), []);
        assert_eq!(recipe.weights(), Weights { title: 1, tags: 1 });
        assert_eq!(recipe.max_pages, None);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_path_and_the_nearest() {
        let (message, hint) = refused(&SMALL.replace("abstract", "abstrct"));
        assert!(message.contains("unknown key talk.abstrct"), "{message}");
        assert!(message.contains("title, abstract, drop"), "{message}");
        assert_eq!(hint.as_deref(), Some("did you mean abstract?"));
        let (message, hint) = refused(&format!("{SMALL}[wieghts]\ntags = 1"));
        assert!(message.contains("unknown key wieghts"), "{message}");
        assert_eq!(hint.as_deref(), Some("did you mean weights?"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_with_its_path() {
        for (from, to, part) in [
            ("name = \"small\"", "", "no recipe.name"),
            ("[recipe]", "[recipe", "not TOML"),
            ("item = \"li\"", "", "no list.item"),
            ("item = \"li\"", "item = 3", "list.item in the recipe is 3"),
            ("item = \"li\"", "item = \" \"", "list.item in the recipe is \" \""),
            ("item = \"li\"", "item = \"li[\"", "list.item in the recipe: \"li[\" is not a CSS"),
            ("abstract = \"p\"", "tags = \"p\"", "no talk.abstract"),
            ("[list]", "start = \"ftp://x.example\"\n[list]", "recipe.start in the recipe is"),
            ("[talk]", "[weights]\ntags = -1\n[talk]", "weights.tags in the recipe is -1"),
            ("[talk]", "[limits]\npages = 0\n[talk]", "limits.pages in the recipe is 0"),
            ("[talk]", "[weights]\n[[talk]]", "talk in the recipe is"),
        ] {
            let (message, _) = refused(&SMALL.replacen(from, to, 1));
            assert!(message.contains(part), "{message}");
        }
        let (message, _) = refused("[recipe]\nname = \"x\"\n[list\n");
        assert!(message.contains("line 3"), "{message}");
    }

    #[test]
    fn every_built_in_recipe_can_be_read_under_its_name() {
        let names = Recipe::builtin_names();
        assert!(names.is_sorted() && names.contains(&"europython-2016"));
        for name in names {
            let recipe = Recipe::builtin(name).unwrap();
            assert_eq!(recipe.name(), name);
            assert!(!recipe.start().is_empty());
        }
        assert_eq!(Recipe::builtin("europython-2016").unwrap().weights().tags, 3);
    }

    #[test]
    fn an_unknown_recipe_is_refused_with_those_that_there_are() {
        let error = Recipe::builtin("europython2016").unwrap_err();
        assert!(error.to_string().contains("europython-2016"), "{error}");
        assert_eq!(error.hint().as_deref(), Some("did you mean europython-2016?"));
    }
}

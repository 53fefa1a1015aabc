//! Invented talks with what real ones have: lists and links in the text, several speakers, levels.

/// What a site shows of a talk.
pub(super) struct Talk {
    pub(super) title: String,
    /// Paragraphs; one that starts with `- ` is an item of a list.
    pub(super) paragraphs: Vec<String>,
    pub(super) speakers: Vec<String>,
    /// Of each speaker.
    pub(super) bios: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) room: String,
    pub(super) day: usize,
    pub(super) hour: usize,
    pub(super) level: String,
    pub(super) slug: String,
}

impl Talk {
    /// The words that the text should have.
    pub(super) fn text(&self) -> String {
        self.paragraphs.iter().map(|p| p.trim_start_matches("- ")).collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn date(&self) -> String {
        format!("2026-05-{:02}", self.day)
    }

    /// The text as paragraphs and lists.
    pub(super) fn html(&self) -> String {
        let mut html = String::new();
        for (n, paragraph) in self.paragraphs.iter().enumerate() {
            match paragraph.strip_prefix("- ") {
                Some(item) => {
                    let is_first = n == 0 || !self.paragraphs[n - 1].starts_with("- ");
                    let next = self.paragraphs.get(n + 1);
                    let is_last = !next.is_some_and(|p| p.starts_with("- "));
                    html += if is_first { "<ul>\n" } else { "" };
                    html += &format!("<li>{item}</li>\n");
                    html += if is_last { "</ul>\n" } else { "" };
                }
                None => html += &format!("<p>{paragraph}</p>\n"),
            }
        }
        html
    }

    /// The text with line breaks, as old pages have it.
    pub(super) fn breaks(&self) -> String {
        self.paragraphs.join("<br><br>\n")
    }

    pub(super) fn by(&self) -> String {
        self.speakers.join(", ")
    }
}

/// Words of a language to make talks of.
pub(super) struct Words {
    verbs: &'static [&'static str],
    nouns: &'static [&'static str],
    names: &'static [&'static str],
    tags: &'static [&'static str],
    title: &'static [&'static str],
    sentences: &'static [&'static str],
    bio: &'static str,
    room: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    verbs: &[
        "Scaling",
        "Debugging",
        "Rethinking",
        "Profiling",
        "Teaching",
        "Shipping",
        "Untangling",
    ],
    nouns: &[
        "telescopes",
        "orchards",
        "schedulers",
        "tidal models",
        "ledgers",
        "compilers",
        "sensors",
        "gardens",
        "archives",
        "pipelines",
        "ferries",
        "caches",
        "maps",
    ],
    names: &[
        "Ada Moor",
        "Lin Okafor",
        "José Prat",
        "Mia Andersson",
        "Tomás Quint",
        "Noor Haddad",
        "Wei Zhu",
        "Ivy Chen-Doyle",
    ],
    tags: &["web", "data science", "tooling", "community", "security", "embedded"],
    title: &[
        "{v} {a} with {b}: lessons from year {n}",
        "{v} {a}",
        "Why {a} need {b} ({n})",
        "{a}, {b} and other surprises of release {n}",
    ],
    sentences: &[
        "We spent {n} months with {a} before we understood what {b} had been telling us all along.",
        "Most guides to {a} stop where the trouble with {b} begins, and this one starts there.",
        "You will see {n} small programs, each of which breaks in its own way when {a} meet {b}.",
        "Nobody needs to know {a} beforehand; a little curiosity about {b} is enough.",
        "At the end there is a checklist of {n} points that you can take home and try on your own {a}.",
    ],
    bio: "{s} has worked on {a} for {n} years, maintains two libraries, and lives near the sea with a dog that dislikes {b}.",
    room: "Hall",
};

pub(super) const RUSSIAN: Words = Words {
    verbs: &["Отладка", "Масштабирование", "Измерение", "Обучение", "Проверка"],
    nouns: &["телескопов", "садов", "планировщиков", "компиляторов", "датчиков", "архивов", "карт"],
    names: &["Анна Волкова", "Пётр Лебедев", "Игорь Соколов", "Мария Орлова"],
    tags: &["сеть", "данные", "инструменты", "сообщество"],
    title: &["{v} {a} и {b}: уроки года {n}", "{v} {a} без {b}, часть {n}"],
    sentences: &[
        "Мы провели {n} месяцев среди {a}, прежде чем поняли, что нам говорили архивы {b}.",
        "Большинство руководств заканчивается там, где начинаются трудности {a} и {b}.",
        "В конце будет список из {n} пунктов, который можно взять домой и проверить на примере {a}.",
    ],
    bio: "{s} занимается разработкой {a} уже {n} лет и живёт у моря вместе с собакой, которая не любит {b}.",
    room: "Зал",
};

pub(super) const JAPANESE: Words = Words {
    verbs: &["実践的な", "はじめての", "速い", "静かな"],
    nouns: &["望遠鏡", "果樹園", "スケジューラ", "コンパイラ", "センサー", "アーカイブ", "地図"],
    names: &["山田花子", "佐藤健", "鈴木一郎", "高橋美咲"],
    tags: &["ウェブ", "データ", "ツール", "コミュニティ"],
    title: &["{v}{a}と{b}の設計 第{n}回", "{v}{a}を{b}で動かす その{n}"],
    sentences: &[
        "{a}を{n}か月使い続けて、ようやく{b}の本当の意味がわかりました。",
        "多くの入門書は、{a}と{b}の問題が始まるところで終わってしまいます。",
        "最後に、皆さんの{a}で試せる{n}個のチェックリストを紹介します。",
    ],
    bio: "{s}は{n}年間{a}の開発に携わり、二つのライブラリを保守しています。海の近くで{b}の嫌いな犬と暮らしています。",
    room: "ホール",
};

/// `n` talks in a language, each a little different from the others.
pub(super) fn talks(words: &Words, n: usize) -> Vec<Talk> {
    (0..n).map(|k| talk(words, k)).collect()
}

fn talk(words: &Words, k: usize) -> Talk {
    let pick = |list: &[&'static str], step: usize| list[(k * step + step / 2) % list.len()];
    let fill = |text: &str, s: usize| {
        text.replace("{v}", pick(words.verbs, 1))
            .replace("{a}", words.nouns[(k + s) % words.nouns.len()])
            .replace("{b}", words.nouns[(k * 3 + s + 2) % words.nouns.len()])
            .replace("{n}", &(100 + k * 7 + s).to_string())
    };
    // The bare pattern is not unique, and every third talk has it at most once.
    let pattern = words.title[k % words.title.len()];
    let mut title = fill(pattern, 0);
    if !pattern.contains("{n}") {
        title += &format!(" No. {k}");
    }
    let title = {
        let mut letters = title.chars();
        letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap()
    };
    let sentence = |s: usize| fill(words.sentences[(k + s) % words.sentences.len()], s);
    let mut paragraphs: Vec<String> = (0..2 + k % 3)
        .map(|p| (0..2 + (k + p) % 3).map(|s| sentence(p * 3 + s)).collect::<Vec<_>>().join(" "))
        .collect();
    if k % 3 == 1 {
        paragraphs.extend((0..3).map(|s| format!("- {}", sentence(20 + s))));
    }
    if k % 4 == 2 {
        paragraphs.push(sentence(31));
    }
    let n_speakers = 1 + usize::from(k % 5 == 3);
    let speakers: Vec<String> =
        (0..n_speakers).map(|s| words.names[(k * 3 + s) % words.names.len()].to_owned()).collect();
    let bio = |s: &String| fill(words.bio, 5).replace("{s}", s);
    Talk {
        bios: speakers.iter().map(bio).collect(),
        speakers,
        tags: vec![
            words.tags[k % words.tags.len()].to_owned(),
            words.tags[(k + 1 + k / 4 % 2) % words.tags.len()].to_owned(),
        ],
        room: format!("{} {}", words.room, ["A", "B", "C"][k % 3]),
        day: 11 + k * 3 / 40 % 3 + k % 2,
        hour: 9 + k % 8,
        level: ["Beginner", "Intermediate", "Advanced"][k % 3].to_owned(),
        slug: title
            .to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect::<String>()
            .trim_matches('-')
            .to_owned(),
        paragraphs,
        title,
    }
}

/// A page with what stands around the content on all pages.
pub(super) fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title><link rel=stylesheet href=/style.css></head>\
         <body><header class=site-header><a class=logo href=/>TideConf</a><nav class=main-nav><ul>\
         <li><a href=/about/>About the conference</a></li><li><a href=/schedule/>Schedule</a></li>\
         <li><a href=/speakers/>Speakers</a></li><li><a href=/venue/>Venue and travel</a></li>\
         <li><a href=/tickets/>Tickets</a></li><li><a href=/code-of-conduct/>Code of conduct</a></li></ul></nav></header>\n\
         {body}\n<footer><p>TideConf is organised by volunteers of the Society for Invented Events.</p>\
         <ul><li><a href=/imprint/>Imprint</a></li><li><a href=/privacy/>Privacy</a></li><li><a href=/sponsors/>Become a sponsor</a></li></ul></footer></body></html>"
    )
}

/// Each talk written by `row`, one after the other.
pub(super) fn rows(talks: &[Talk], row: impl Fn(usize, &Talk) -> String) -> String {
    talks.iter().enumerate().map(|(n, talk)| row(n, talk)).collect::<Vec<_>>().join("\n")
}

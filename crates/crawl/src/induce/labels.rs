//! What people write above or before the parts of a talk, in their languages.

use super::words::{Role, role_of, tokens};

/// Words of labels beyond those that classes have too, by what they announce. A word that ends in
/// `*` stands for all that begin so.
const LABELS: &[(Role, &[&str])] = &[
    (
        Role::Biography,
        &[
            "биография",
            "біографія",
            "bio",
            "biografi*",
            "vita",
            "życiorys",
            "életrajz",
            "cv",
            "curriculum",
            "özgeçmiş",
            "životopis",
            "medailonek",
            "kurzbiographie",
            "kurzbiografie",
        ],
    ),
    (
        Role::Aside,
        &[
            "материалы",
            "слайды",
            "видео",
            "запись",
            "комментарии",
            "презентация",
            "folien",
            "aufzeichnung",
            "diapositivas",
            "transparents",
            "slajdy",
            "nagranie",
            "kommentare",
            "grabación",
            "gravação",
            "registrazione",
            "opname",
        ],
    ),
    (
        Role::Speakers,
        &[
            "speaking",
            "autor",
            "autoren",
            "autorin",
            "autores",
            "auteur",
            "auteurs",
            "autrice",
            "autore",
            "autori",
            "auteure",
            "докладчик*",
            "спикер*",
            "автор",
            "авторы",
            "ведущий",
            "доповідач*",
            "prelegent*",
            "mówca",
            "přednášející",
            "řečník",
            "palestrante*",
            "orador*",
            "relator*",
            "spreker*",
            "talare",
            "puhuja",
            "konuşmacı*",
            "előadó",
            "vortragend*",
            "redner*",
            "sprecher*",
            "conférencier*",
            "ponent*",
            "foredragsholder*",
            "conferencista*",
        ],
    ),
    (
        Role::Tags,
        &[
            "теги",
            "тэги",
            "метки",
            "тематика",
            "темы",
            "słowa",
            "mots-clés",
            "palabras",
            "schlagworte",
            "tagi",
            "štítky",
        ],
    ),
    (Role::Track, &["секция", "поток", "трек", "ścieżka", "trilha", "sekce", "themenbereich"]),
    (
        Role::Room,
        &[
            "зал",
            "место",
            "аудитория",
            "помещение",
            "lokal",
            "miejsce",
            "místnost",
            "zaal",
            "lieu",
            "lugar",
            "luogo",
            "saal",
            "hörsaal",
            "kde",
            "gdzie",
            "où",
            "dónde",
            "wo",
            "где",
        ],
    ),
    (
        Role::Time,
        &[
            "когда",
            "дата",
            "время",
            "начало",
            "час",
            "kiedy",
            "czas",
            "godzina",
            "kdy",
            "čas",
            "wann",
            "uhrzeit",
            "cuándo",
            "horario",
            "horaire",
            "quando",
            "orario",
            "tijd",
            "tarih",
            "saat",
            "termin",
        ],
    ),
    (
        Role::Language,
        &["язык", "język", "jazyk", "língua", "lingua", "taal", "språk", "kieli", "dil"],
    ),
    (
        Role::Level,
        &[
            "уровень",
            "аудитория",
            "poziom",
            "nivel",
            "nível",
            "livello",
            "zielgruppe",
            "publikum",
            "niveau",
            "seviye",
            "úroveň",
            "dauer",
            "durée",
            "duración",
            "vorkenntnisse",
        ],
    ),
    (
        Role::Body,
        &[
            "описание",
            "аннотация",
            "тезисы",
            "содержание",
            "резюме",
            "опис",
            "opis",
            "abstrakt",
            "streszczenie",
            "popis",
            "anotace",
            "resumo",
            "descrição",
            "descrizione",
            "riassunto",
            "samenvatting",
            "omschrijving",
            "sammanfattning",
            "kuvaus",
            "özet",
            "összefoglaló",
            "kurzbeschreibung",
            "inhalt",
            "contenu",
            "contenido",
        ],
    ),
];

/// The same for languages without gaps between words: parts of a label.
const PARTS: &[(Role, &[&str])] = &[
    (
        Role::Biography,
        &[
            "プロフィール",
            "略歴",
            "经历",
            "簡歷",
            "简介人",
            "讲者简介",
            "講者簡介",
            "약력",
            "소개글",
        ],
    ),
    (Role::Aside, &["スライド", "動画", "资料下载", "コメント", "발표자료"]),
    (
        Role::Speakers,
        &[
            "講演者",
            "発表者",
            "登壇者",
            "スピーカー",
            "讲者",
            "講者",
            "演讲者",
            "嘉宾",
            "발표자",
            "연사",
        ],
    ),
    (Role::Tags, &["タグ", "カテゴリ", "标签", "標籤", "태그"]),
    (Role::Track, &["トラック", "分会场", "트랙"]),
    (Role::Room, &["会場", "部屋", "場所", "地点", "會議室", "会议室", "장소"]),
    (Role::Time, &["日時", "時間", "日付", "时间", "時刻", "시간", "일시"]),
    (Role::Language, &["言語", "语言", "語言", "언어"]),
    (Role::Level, &["レベル", "対象", "难度", "難度", "난이도"]),
    (
        Role::Body,
        &[
            "概要",
            "内容",
            "説明",
            "アブストラクト",
            "摘要",
            "简介",
            "簡介",
            "描述",
            "개요",
            "내용",
            "소개",
        ],
    ),
];

/// Words that make the label of a person one of his life.
const ABOUT: &[&str] = &[
    "about",
    "meet",
    "über",
    "information",
    "о",
    "об",
    "про",
    "sobre",
    "acerca",
    "à",
    "propos",
    "su",
    "o",
    "over",
    "om",
    "hakkında",
    "zu",
    "zur",
    "zum",
    "quién",
    "qui",
    "who",
    "wer",
    "więcej",
];

/// What a short label that people read announces: `Presented by:`, `About the speaker`.
pub(crate) fn role_of_label(label: &str) -> Option<Role> {
    let words = tokens(label);
    if words.is_empty() || words.len() > 5 {
        return None;
    }
    let by_part = || {
        let is_short = label.chars().count() <= 16;
        PARTS.iter().find(|(_, parts)| is_short && parts.iter().any(|part| label.contains(part)))
    };
    let is_word = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => words.iter().any(|word| word.starts_with(start)),
        None => words.iter().any(|word| word == pattern),
    };
    let by_word = || LABELS.iter().find(|(_, list)| list.iter().any(|pattern| is_word(pattern)));
    let role = role_of(label).or_else(|| by_word().or_else(by_part).map(|(role, _)| *role));
    match role {
        // "About the speaker", "Speaker bio": of the person. "About this talk": of the text.
        Some(Role::Speakers) if words.iter().any(|word| ABOUT.contains(&word.as_str())) => {
            Some(Role::Biography)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_what_follows() {
        for (label, role) in [
            ("Presented by:", Some(Role::Speakers)),
            ("About the speaker", Some(Role::Biography)),
            ("Who is speaking?", Some(Role::Biography)),
            ("Speaker bio", Some(Role::Biography)),
            ("Description", Some(Role::Body)),
            ("Student Handout", Some(Role::Aside)),
            ("Where", Some(Role::Room)),
            ("О докладчике", Some(Role::Biography)),
            ("Докладчик:", Some(Role::Speakers)),
            ("Über die Vortragenden", Some(Role::Biography)),
            ("Über den Autor", Some(Role::Biography)),
            ("Autoren:", Some(Role::Speakers)),
            ("講演者", Some(Role::Speakers)),
            ("講演者プロフィール", Some(Role::Biography)),
            ("A heading of the text that goes on", None),
            ("Warum es sich lohnt", None),
        ] {
            assert_eq!(role_of_label(label), role, "{label}");
        }
    }
}

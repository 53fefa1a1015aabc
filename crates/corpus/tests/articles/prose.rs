//! Invented sentences in several scripts, and the frame of a news site.

/// Sentences to make paragraphs of.
pub(super) struct Prose {
    words: Vec<&'static str>,
    gap: &'static str,
    comma: &'static str,
    stop: &'static str,
    /// Words of a sentence.
    length: usize,
    state: u64,
}

impl Prose {
    pub(super) fn english() -> Self {
        Self::of(
            "the harbour tide pilot chart lamp rope winter ferry captain found that with under morning never before often again bridge storm light crew had been told about every island",
            " ",
            ", ",
            ". ",
            14,
        )
    }

    pub(super) fn arabic() -> Self {
        Self::of(
            "المدينة الجديدة تبني مركزا كبيرا للعلوم والتقنية حيث يعمل الباحثون على تطوير أنظمة تساعد الناس في حياتهم اليومية",
            " ",
            "، ",
            ". ",
            12,
        )
    }

    pub(super) fn chinese() -> Self {
        Self::of(
            "今日 研究 人员 发现 新的 方法 可以 提高 系统 效率 同时 降低 成本 专家 表示 这项 技术 将在 未来 广泛 应用",
            "",
            "，",
            "。",
            16,
        )
    }

    fn of(
        words: &'static str,
        gap: &'static str,
        comma: &'static str,
        stop: &'static str,
        length: usize,
    ) -> Self {
        let words = words.split_whitespace().collect();
        Self { words, gap, comma, stop, length, state: 0x9E37_79B9_7F4A_7C15 }
    }

    /// The next number below `n`; the same in every run (xorshift, Marsaglia 2003).
    fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % n as u64) as usize
    }

    /// So many words without a full stop.
    pub(super) fn words(&mut self, n: usize) -> String {
        let n_words = self.words.len();
        let chosen: Vec<usize> = (0..n).map(|_| self.below(n_words)).collect();
        let words: Vec<&str> = chosen.into_iter().map(|at| self.words[at]).collect();
        words.join(self.gap)
    }

    pub(super) fn sentence(&mut self) -> String {
        let n = self.length + self.below(6);
        let (first, second) = (self.words(n / 2), self.words(n - n / 2));
        format!("{first}{}{second}{}", self.comma, self.stop)
    }

    pub(super) fn paragraph(&mut self) -> String {
        let n = 2 + self.below(3);
        let text: String = (0..n).map(|_| self.sentence()).collect();
        text.trim_end().to_owned()
    }

    pub(super) fn paragraphs(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.paragraph()).collect()
    }
}

/// Each of `texts` in an element that begins with `open`.
pub(super) fn each(texts: &[String], open: &str) -> String {
    let close = open.split([' ', '>']).next().unwrap_or_default().replace('<', "</") + ">";
    texts.iter().map(|text| format!("{open}{text}{close}\n")).collect()
}

/// What each of `0..n` becomes.
pub(super) fn times(n: usize, piece: impl FnMut(usize) -> String) -> String {
    (0..n).map(piece).collect()
}

/// A page with the menu and the foot of a site.
pub(super) fn framed(title: &str, body: &str) -> String {
    let menu = times(16, |n| format!("<li><a href=/s{n}>Section {n}</a></li>"));
    format!(
        "<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body>\
         <div class=hdr><div class=logo>The Courier</div><ul class=mn>{menu}</ul></div>{body}\
         <div class=ft><p>Copyright 2026 Courier Media. All rights reserved, nothing may be reproduced.</p>\
         <a href=/i>Imprint</a> <a href=/p>Privacy</a></div></body></html>"
    )
}

//! The language of a text, told by its function words.

use super::lists;
use super::stop_words::codes;
use crate::Analyzer;
use crate::analyze::Scratch;
use crate::intern::{LOOKS, Look, Words};

/// Words read at most: a language shows in far fewer.
const READ_WORDS: usize = 400;
/// Bytes of a passage at least: a heading shows no language.
const PASSAGE_BYTES: usize = 40;
/// Passages read at most.
const READ_PASSAGES: usize = 200;
/// Function words that a text must have of its language, at least.
const MIN_WORDS: u32 = 4;
/// What convinces: a share of function words among the words, and how many times as many the next
/// language has at most. Running text has a third to a half; languages that say with endings what
/// others say with words have few, but then nobody else has them.
const CONVINCING: &[(f64, f64)] = &[(0.15, 1.05), (0.06, 1.4)];

/// Tells languages apart by the lists of their stop words.
///
/// ```
/// let languages = text::Languages::new();
/// let text = "Wir zeigen, wie man aus vielen kleinen Programmen ein verlässliches Werkzeug baut.";
/// assert_eq!(languages.detect(text), Some("de"));
/// assert_eq!(languages.detect("ok"), None);
/// ```
///
/// A word counts for every language that has it as a stop word, and the language with the most wins
/// when it is ahead of the next. So every language with a list can be found, and what is found is
/// what counting needs: the list that fits the text.
#[derive(Debug, Clone)]
pub struct Languages {
    /// Fewer than there are bits in a mask.
    codes: Vec<&'static str>,
    /// The stop words of all languages.
    words: Words,
    /// For each of them: the languages that have it, as bits.
    spoken_in: Vec<u64>,
    analyzer: Analyzer,
}

impl Languages {
    /// All languages that have a list. Cost: some milliseconds.
    #[must_use]
    pub fn new() -> Self {
        let codes = codes();
        let (mut words, mut spoken_in) = (Words::default(), Vec::new());
        for (language, code) in codes.iter().enumerate() {
            for word in lists::words(code) {
                let number = words.number(word.as_bytes()) as usize;
                spoken_in.resize(words.len(), 0);
                spoken_in[number] |= 1_u64 << language;
            }
        }
        Self { codes, words, spoken_in, analyzer: Analyzer::words() }
    }

    /// What [`detect`](Self::detect) and [`of_passages`](Self::of_passages) tell of a text; one of a
    /// single passage is read once.
    #[must_use]
    pub fn of_text(&self, text: &str) -> (Option<&'static str>, Vec<&'static str>) {
        let whole = self.detect(text);
        if text.contains('\n') {
            return (whole, self.of_passages(text));
        }
        (whole, whole.into_iter().filter(|_| text.len() >= PASSAGE_BYTES).collect())
    }

    /// The languages of the passages of `text` that are long enough to tell: its
    /// paragraphs, or its lines where nothing parts these. Every language comes once, in the order of the alphabet. Cost: linear in the
    /// text's first two hundred passages.
    ///
    /// ```
    /// let languages = text::Languages::new();
    /// let text = "Wir zeigen, wie man aus vielen kleinen Programmen ein verlässliches Werkzeug baut.\n\
    ///             We will show how many small programs can be made into a tool that you can rely on.";
    /// assert_eq!(languages.of_passages(text), ["de", "en"]);
    /// ```
    #[must_use]
    pub fn of_passages(&self, text: &str) -> Vec<&'static str> {
        let between = if text.contains("\n\n") { "\n\n" } else { "\n" };
        let passages = text.split(between).filter(|passage| passage.len() >= PASSAGE_BYTES);
        let mut scratch = Scratch::default();
        let detect = |passage| self.detect_in(passage, &mut scratch);
        let mut found: Vec<_> = passages.take(READ_PASSAGES).filter_map(detect).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The language of `text` as an ISO 639-1 code, or `None` when the text is short, mixed or in a
    /// language without a list. Cost: linear in the first four hundred words.
    #[must_use]
    pub fn detect(&self, text: &str) -> Option<&'static str> {
        self.detect_in(text, &mut Scratch::default())
    }

    fn detect_in(&self, text: &str, scratch: &mut Scratch) -> Option<&'static str> {
        if let Some(code) = by_script(text) {
            return Some(code);
        }
        let mut scores = [0_u32; u64::BITS as usize];
        let mut n_words = 0_usize;
        let mut looks = [Look::default(); LOOKS];
        let read = self.analyzer.each_term(start_of(text), 0, scratch, |buffer, spans| {
            n_words += spans.len();
            for spans in spans.chunks(LOOKS) {
                self.words.look_up(&mut looks, buffer, spans);
                for (look, &span) in looks.iter().zip(spans) {
                    let word = self.words.find_looked_for(look, buffer, span);
                    let mut languages = word.map_or(0, |word| self.spoken_in[word as usize]);
                    while languages != 0 {
                        scores[languages.trailing_zeros() as usize] += 1;
                        languages &= languages - 1;
                    }
                }
            }
        });
        // A text too long to be counted.
        read.ok()?;
        let (mut best, mut most, mut second) = (0, 0, 0);
        for (language, &score) in scores.iter().enumerate() {
            if score > most {
                (best, most, second) = (language, score, most);
            } else {
                second = second.max(score);
            }
        }
        let (score, next) = (f64::from(most), f64::from(second));
        let convinces =
            |&(share, lead): &(f64, f64)| score >= share * n_words as f64 && score >= lead * next;
        let is_sure = most >= MIN_WORDS && CONVINCING.iter().any(convinces);
        is_sure.then(|| self.codes[best])
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::new()
    }
}

/// About the first [`READ_WORDS`] words.
fn start_of(text: &str) -> &str {
    // No more characters are white space: those outside ASCII begin with a byte beyond it.
    let most = text.bytes().filter(|&byte| byte <= b' ' || byte >= 0xc2).count();
    if most < READ_WORDS {
        return text;
    }
    let end = text
        .split_whitespace()
        .nth(READ_WORDS)
        .map_or(text.len(), |word| word.as_ptr() as usize - text.as_ptr() as usize);
    &text[..end]
}

/// Languages that are written without spaces between words, by their scripts.
fn by_script(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
    let (mut kana, mut han, mut thai, mut letters) = (0, 0, 0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(READ_WORDS) {
        letters += 1;
        match c {
            '\u{3040}'..='\u{30ff}' => kana += 1,
            '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => han += 1,
            '\u{0e00}'..='\u{0e7f}' => thai += 1,
            _ => {}
        }
    }
    if 10 * kana > letters && kana + han > letters / 2 {
        Some("ja")
    } else if han > letters / 2 {
        Some("zh")
    } else if thai > letters / 2 {
        Some("th")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let cases = [
            (
                "en",
                "The harbour master explains how the lamp of the old lighthouse was automated, and \
                 what she would do with it now.",
            ),
            (
                "fr",
                "La gardienne raconte comment la lampe du vieux phare a été automatisée, et ce \
                 qu'elle en ferait dans les années qui viennent.",
            ),
            (
                "es",
                "La guardiana cuenta cómo se automatizó la lámpara del viejo faro del puerto, y lo \
                 que haría con ella en los años que vienen.",
            ),
            (
                "de",
                "Die Wärterin erzählt, wie die Lampe des alten Leuchtturms automatisiert wurde und \
                 was sie heute damit machen würde.",
            ),
            (
                "eu",
                "Hitzaldi honetan itsasargi zaharraren historia azalduko dugu, eta gaur egun horrekin \
                 zer egin daiteke ere bai; hau da gure proiektua eta zuek ere parte hartu dezakezue.",
            ),
            (
                "ru",
                "Смотритель рассказывает, как автоматизировали лампу старого маяка и что бы она с ней \
                 сделала, если бы это было возможно сейчас.",
            ),
            ("ja", "古い灯台のランプを自動化した話をします。"),
            ("zh", "我们将讲述旧灯塔的灯如何实现自动化。"),
            ("th", "เราจะเล่าเรื่องการทำให้ตะเกียงของประภาคารเก่าเป็นอัตโนมัติ"),
        ];
        let languages = Languages::new();
        for (code, text) in cases {
            assert_eq!(languages.detect(text), Some(code), "{text}");
        }
    }

    #[test]
    fn names_and_short_texts_have_no_language() {
        let languages = Languages::new();
        for text in ["", "Docker", "PostgreSQL Redis Kafka Spark Hadoop Hive Flink Beam", "the"] {
            assert_eq!(languages.detect(text), None, "{text}");
        }
    }
}

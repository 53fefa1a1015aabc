//! Shards to counts: which words are terms, and the matrix over them.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jobs::{Run, with_large_pages, zeros_in_large_pages};
use sprs::CsMatI;

use super::Counts;
use super::config::{CountConfig, DocFreqLimits, Fold, TermOrder};
use super::corpus_words::CorpusWords;
use super::matrix::{NO_COLUMN, Ranks};
use super::phrases::{Phrases, words_of};
use super::rows::{Numbers, Rows, SpilledJoined, When, WithPhrases};
use super::shard::{ShardCounts, ShardRows};
use super::sorted::{Sorted, WORDS_AT_ONCE, sort, sorted, texts_of};
use super::spilled::Shards;
use super::stems::{DocLanguages, fold_stems};
use crate::vocabulary::joined as text_of;
use crate::{Error, Stops, Vocabulary, plural, stem};

/// The matrix of `shards` and its columns.
pub(super) fn merge(
    shards: &[ShardCounts],
    languages: &DocLanguages,
    config: &CountConfig,
    run: &Run,
) -> Result<Counts, Error> {
    let (words, numbers) = CorpusWords::of_kept(shards, run)?;
    let corpus = (Shards::Kept(shards), words, numbers);
    let Chosen { words, rows, terms, column_of, variants, .. } =
        choose(corpus, languages, config, run)?;
    let ranks = run.share(shards.len(), |shard| {
        rows.with(shard, |rows, numbers| ranks_of(rows, numbers, (&column_of, terms.len())))
    })?;
    let ranks: Vec<Ranks> = ranks.into_iter().collect::<Result<_, _>>()?;
    let rows = rows.kept().expect("the rows of shards that are kept are kept");
    let mut matrix = side_by_side((rows, &ranks), terms.len(), run)?;
    let vocabulary = Vocabulary::of(texts_of(&terms, &words, run)?, variants);
    if config.binary {
        matrix.data_mut().fill(1);
    }
    Ok(Counts { matrix, vocabulary })
}

/// Which words of the corpus are terms.
pub(super) struct Chosen<'a> {
    pub(super) words: CorpusWords,
    pub(super) rows: Rows<'a>,
    /// In the order of the columns.
    pub(super) terms: Vec<Sorted>,
    /// For every word of the corpus.
    pub(super) column_of: Vec<u32>,
    /// Words and phrases that are counted as another, with its column.
    pub(super) variants: BTreeMap<String, u32>,
    /// For every word of the corpus: the number of documents that have it or what is counted as it.
    pub(super) doc_freq: Vec<u32>,
}

/// Which words of `shards` are terms; `numbers` are those of the words of each among `words`, all of them.
pub(super) fn choose<'a>(
    (shards, mut words, numbers): (Shards<'a>, CorpusWords, Numbers),
    languages: &DocLanguages,
    config: &CountConfig,
    run: &Run,
) -> Result<Chosen<'a>, Error> {
    let n_docs = shards.n_docs();
    let limits = DocFreqLimits::new(config, n_docs)?;
    let plain = Rows::of_words(shards, numbers, run)?;
    let usage = Usage::of_words(&plain, &words, config, run)?;
    let mut target = match config.fold {
        Fold::None => None,
        Fold::Plurals => Some(fold_plurals(&words, &usage.doc_freq, run)?),
        Fold::Stems => Some(fold_stems(&words, &usage.doc_freq, (&plain, languages), run)?),
    };
    let is_dropped = are_dropped(&words, config, run)?;
    let found = match &config.phrases {
        Some(phrases) if plain.shards.have_tokens() => {
            let of_words = (&plain.numbers, words.len() as u32, target.as_deref());
            Some(Phrases::find(&plain.shards, of_words, (phrases, &is_dropped), run)?)
        }
        _ => None,
    };
    let (rows, usage, mut phrases) = match found.filter(|found| found.len() > 0) {
        None => (plain, usage, None),
        Some(found) => {
            let Rows { shards, numbers, .. } = plain;
            let (rows, phrases) =
                with_phrases(found, (shards, numbers), (&mut words, &mut target), run)?;
            let usage = Usage::of_words(&rows, &words, config, run)?;
            (rows, usage, Some(phrases))
        }
    };
    let target = target.as_deref();
    let mut rows = rows;
    let mut usage = usage.folded_to(target, &rows, run)?;
    let of_terms = (&is_dropped[..], &limits, config);
    let mut terms = choose_terms(&words, &usage, of_terms, run)?;
    // The words of a phrase that is no term are counted in its place, as they are of a document that comes
    // later. That makes them more frequent, so that terms are chosen anew.
    while let Some(phrases) = &mut phrases
        && phrases.leave_out_all_but(&terms, (target, &usage.doc_freq))
    {
        rows = phrases.rows_again(rows, &words, target, run)?;
        usage = Usage::of_words(&rows, &words, config, run)?.folded_to(target, &rows, run)?;
        terms = choose_terms(&words, &usage, of_terms, run)?;
    }
    let phrase_forms = phrases.map(WithForms::into_forms).unwrap_or_default();
    if terms.is_empty() {
        return Err(Error::EmptyVocabulary {
            n_docs,
            n_words: words.len(),
            min_df: config.min_df,
            max_df: config.max_df,
        });
    }
    let mut column_of = vec![NO_COLUMN; words.len()];
    for (column, term) in (0..).zip(&terms) {
        column_of[term.word as usize] = column;
    }
    if let Some(target) = target {
        for word in 0..words.len() {
            column_of[word] = column_of[target[word] as usize];
        }
    }
    let variants = variants_of(&words, (&column_of, target), &phrase_forms, run)?;
    Ok(Chosen { words, rows, terms, column_of, variants, doc_freq: usage.doc_freq })
}

/// The columns of a shard with these rows, whose words have these corpus numbers; there are `n_columns`.
pub(super) fn ranks_of(
    rows: &ShardRows<'_>,
    numbers: &[u32],
    (column_of, n_columns): (&[u32], usize),
) -> Ranks {
    let columns: Vec<u32> = numbers.iter().map(|&word| column_of[word as usize]).collect();
    Ranks::new(rows.n_of_word(), &columns, n_columns)
}

/// A way of writing a phrase, and the phrase's number.
type PhraseForm = (String, u32);

/// For every phrase: how often it is written how.
type Forms = Vec<BTreeMap<String, u64>>;

/// The phrases of a corpus whose rows have them.
struct WithForms {
    found: Phrases,
    forms_of: Forms,
    /// The corpus numbers of the phrases.
    numbers: Vec<u32>,
}

/// Rows with phrases in place of their words, and the phrases of each shard; on disk where the shards are.
struct Joined {
    kept: Vec<(ShardRows<'static>, Vec<u32>)>,
    on_disk: Vec<SpilledJoined>,
}

/// The rows of `shards` with phrases in place of their words: `words` and `target` are made to know them. A
/// phrase is called as it is written most often.
fn with_phrases<'a>(
    found: Phrases,
    (shards, numbers): (Shards<'a>, Numbers),
    (words, target): (&mut CorpusWords, &mut Option<Vec<u32>>),
    run: &Run,
) -> Result<(Rows<'a>, WithForms), Error> {
    let mut forms_of = vec![BTreeMap::new(); found.len()];
    let of_words = (&*words, target.as_deref());
    let joined = join(&found, (&shards, &numbers), of_words, &mut forms_of, run)?;
    let names: Vec<&str> = forms_of
        .iter()
        .map(|forms| {
            let most = forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            most.map_or("", |(form, _)| form.as_str())
        })
        .collect();
    let of_phrase = words.extend(names.iter().copied());
    // Where words are written without spaces, a phrase may be what elsewhere is one word.
    let as_words: Vec<(u32, u32)> = of_phrase
        .iter()
        .zip(&names)
        .filter_map(|(&number, name)| Some((number, words.find(name)?)))
        .collect();
    let n_words = words.len() as u32;
    if target.is_some() || !as_words.is_empty() {
        let folds = target.is_some();
        let target = target.get_or_insert_default();
        target.extend(target.len() as u32..n_words);
        if folds {
            fold_doings((&forms_of, &names), &of_phrase, target);
        }
        for (number, word) in as_words {
            target[number as usize] = target[word as usize];
        }
    }
    let rows = joined.into_rows((shards, numbers), &of_phrase);
    Ok((rows, WithForms { found, forms_of, numbers: of_phrase }))
}

/// Joins the phrases of all shards that are counted. How they are written is added to `forms_of`.
fn join(
    found: &Phrases,
    (shards, numbers): (&Shards<'_>, &Numbers),
    (words, target): (&CorpusWords, Option<&[u32]>),
    forms_of: &mut Forms,
    run: &Run,
) -> Result<Joined, Error> {
    let joined = |shard| {
        let counts = shards.get(shard)?;
        let mut joined = found.rows_of(counts.view(), (&numbers.get(shard)?, target));
        let mut put = None;
        if let Shards::Spilled(shards) = shards {
            put = Some(SpilledJoined::put(&joined, shards)?);
            joined.rows = ShardRows::default();
        }
        Ok::<_, Error>((joined, put))
    };
    let none = Joined { kept: Vec::new(), on_disk: Vec::new() };
    run.fold(0..shards.len(), joined, none, |mut all, joined| {
        let (joined, put) = joined?;
        let surfaces: Vec<_> = joined.surfaces.iter().collect();
        for (&(phrase, surface), &count) in surfaces {
            let form = text_of(words_of(&surface).map(|word| words.get(word)));
            *forms_of[phrase as usize].entry(form).or_insert(0) += u64::from(count);
        }
        match put {
            Some(put) => all.on_disk.push(put),
            None => all.kept.push((joined.rows, joined.phrases)),
        }
        Ok::<_, Error>(all)
    })
}

impl Joined {
    /// The rows of `shards`, whose words alone have these corpus numbers; `of_phrase` are those of the
    /// phrases.
    fn into_rows<'a>(
        self,
        (shards, numbers): (Shards<'a>, Numbers),
        of_phrase: &[u32],
    ) -> Rows<'a> {
        match numbers {
            Numbers::Kept(mut of_shard) => {
                let mut rows = Vec::with_capacity(self.kept.len());
                for (of_word, (own, phrases)) in of_shard.iter_mut().zip(self.kept) {
                    of_word.extend(phrases.iter().map(|&phrase| of_phrase[phrase as usize]));
                    rows.push(own);
                }
                Rows { shards, numbers: Numbers::Kept(of_shard), made: When::Once(rows) }
            }
            Numbers::Spilled(spilled) => {
                let numbers = of_phrase.to_vec();
                let shards_on_disk = Arc::clone(&spilled);
                let made = WithPhrases { shards: shards_on_disk, rows: self.on_disk, numbers };
                Rows { shards, numbers: Numbers::Spilled(spilled), made: When::OnDisk(made) }
            }
        }
    }
}

impl WithForms {
    /// Leaves out the phrases that are not among `terms`, nor what they are counted as; true where one of
    /// them stands in the rows.
    fn leave_out_all_but(
        &mut self,
        terms: &[Sorted],
        (target, doc_freq): (Option<&[u32]>, &[u32]),
    ) -> bool {
        let mut is_term = vec![false; doc_freq.len()];
        for term in terms {
            is_term[term.word as usize] = true;
        }
        let mut stands = false;
        for (phrase, &number) in self.numbers.iter().enumerate() {
            let number = target.map_or(number, |target| target[number as usize]) as usize;
            if self.found.is_counted(phrase) && !is_term[number] {
                self.found.leave_out(phrase);
                stands |= doc_freq[number] > 0;
            }
        }
        stands
    }

    /// The rows anew, without the phrases that are left out by now.
    fn rows_again<'a>(
        &mut self,
        rows: Rows<'a>,
        words: &CorpusWords,
        target: Option<&[u32]>,
        run: &Run,
    ) -> Result<Rows<'a>, Error> {
        let Rows { shards, mut numbers, .. } = rows;
        if let (Numbers::Kept(of_shard), Shards::Kept(kept)) = (&mut numbers, &shards) {
            for (of_word, shard) in of_shard.iter_mut().zip(*kept) {
                of_word.truncate(shard.n_words());
            }
        }
        let of_words = (words, target);
        let joined = join(&self.found, (&shards, &numbers), of_words, &mut self.forms_of, run)?;
        Ok(joined.into_rows((shards, numbers), &self.numbers))
    }

    /// Every form of every phrase that is counted, with the phrase's number.
    fn into_forms(self) -> Vec<PhraseForm> {
        let forms = self.forms_of.into_iter().zip(&self.numbers).enumerate();
        forms
            .filter(|(phrase, _)| self.found.is_counted(*phrase))
            .flat_map(|(_, (forms, &number))| forms.into_keys().map(move |form| (form, number)))
            .collect()
    }
}

/// Phrases that say the same with a verb and a noun (`unit testing`, `unit tests`) are counted as the more
/// frequent of the two, or of equals as the first by its name. `forms_of`: how often each phrase is
/// written how; `names`: how it is called; `numbers`: its number.
fn fold_doings(
    (forms_of, names): (&[BTreeMap<String, u64>], &[&str]),
    numbers: &[u32],
    target: &mut [u32],
) {
    let n_uses: Vec<u64> = forms_of.iter().map(|forms| forms.values().sum()).collect();
    let of_form: BTreeMap<&str, usize> = forms_of
        .iter()
        .enumerate()
        .flat_map(|(phrase, forms)| forms.keys().map(move |form| (form.as_str(), phrase)))
        .collect();
    // Every step leads to a phrase of more uses, or of as many and a name before its own, so that
    // chains end.
    let mut better: Vec<usize> = (0..forms_of.len()).collect();
    for (&form, &doing) in &of_form {
        for thing in plural::things_done(form).iter().filter_map(|thing| of_form.get(&**thing)) {
            let by_use = |&phrase: &usize| (n_uses[phrase], Reverse((names[phrase], phrase)));
            let (most, least) =
                if by_use(thing) > by_use(&doing) { (*thing, doing) } else { (doing, *thing) };
            if better[least] == least {
                better[least] = most;
            }
        }
    }
    for phrase in 0..better.len() {
        let mut end = phrase;
        while better[end] != end {
            end = better[end];
        }
        target[numbers[phrase] as usize] = numbers[end];
    }
}

/// Positions of words that are not joined.
const N_APART: u32 = 8;

/// How often the corpus uses each word.
struct Usage {
    /// The number of documents.
    doc_freq: Vec<u32>,
    /// The sum of its counts; nothing where nobody asks.
    total: Vec<u64>,
}

impl Usage {
    fn of_words(
        rows: &Rows<'_>,
        words: &CorpusWords,
        config: &CountConfig,
        run: &Run,
    ) -> Result<Self, Error> {
        let has_totals = config.max_terms.is_some() && !config.binary;
        if !has_totals && let Some(doc_freq) = rows.known_doc_freq(words.len())? {
            return Ok(Self { doc_freq, total: Vec::new() });
        }
        let of_shard = |_, rows: &ShardRows<'_>, numbers: &[u32]| {
            let mut total = Vec::new();
            if has_totals {
                total.resize(numbers.len(), 0);
                rows.entries().each(|entry| {
                    total[entry.word as usize] += u64::from(entry.count);
                });
            }
            (rows.n_of_word().to_vec(), total, numbers.to_vec())
        };
        let n_totals = if has_totals { words.len() } else { 0 };
        let none = Self { doc_freq: vec![0; words.len()], total: vec![0; n_totals] };
        rows.fold(run, of_shard, none, |mut all, (doc_freq, total, numbers)| {
            for (&number, doc_freq) in numbers.iter().zip(doc_freq) {
                all.doc_freq[number as usize] += doc_freq;
            }
            for (&number, total) in numbers.iter().zip(total) {
                all.total[number as usize] += total;
            }
            Ok::<_, Error>(all)
        })
    }

    /// The usage of every word by what it is counted as, where anything is.
    fn folded_to(self, target: Option<&[u32]>, rows: &Rows<'_>, run: &Run) -> Result<Self, Error> {
        match target {
            None => Ok(self),
            Some(target) => self.folded(target, rows, run),
        }
    }

    /// The usage of words that are counted as another, `target`, moved to it: a document that has both
    /// counts once.
    fn folded(mut self, target: &[u32], rows: &Rows<'_>, run: &Run) -> Result<Self, Error> {
        let mut is_joined = vec![false; target.len()];
        for (word, &target) in (0_u32..).zip(target) {
            if word != target {
                is_joined[word as usize] = true;
                is_joined[target as usize] = true;
                if !self.total.is_empty() {
                    self.total[target as usize] += std::mem::take(&mut self.total[word as usize]);
                }
                self.doc_freq[word as usize] = 0;
                self.doc_freq[target as usize] = 0;
            }
        }
        let of_shard = |_, rows: &ShardRows<'_>, numbers: &[u32]| {
            joined_doc_freq(rows, numbers, (target, &is_joined))
        };
        rows.fold(run, of_shard, self, |mut all, of_shard| {
            for (target, doc_freq) in of_shard {
                all.doc_freq[target as usize] += doc_freq;
            }
            Ok(all)
        })
    }
}

/// The targets that occur in `shard` of words that are joined, and the number of its documents with
/// any of their words.
fn joined_doc_freq(
    shard: &ShardRows<'_>,
    to_corpus: &[u32],
    (target, is_joined): (&[u32], &[bool]),
) -> Vec<(u32, u32)> {
    let mut by_target: Vec<(u32, u32)> = (0..)
        .zip(to_corpus)
        .filter(|(_, number)| is_joined[**number as usize])
        .map(|(word, &number)| (target[number as usize], word))
        .collect();
    by_target.sort_unstable();
    // For every word of the shard: the position of its target among those found. Words that are not joined
    // have the positions before, which are several so that none waits for what the one before it wrote.
    let mut position: Vec<u32> = (0..to_corpus.len() as u32).map(|word| word % N_APART).collect();
    let mut found = vec![(u32::MAX, 0); N_APART as usize];
    for (target, word) in by_target {
        if found[found.len() - 1].0 != target {
            found.push((target, 0));
        }
        position[word as usize] = found.len() as u32 - 1;
    }
    let mut counted_in = vec![0_u32; found.len()];
    for (row, entries) in (1_u32..).zip(shard.rows()) {
        entries.each(|entry| {
            // No branch: whether a word is joined is anybody's guess.
            let position = position[entry.word as usize] as usize;
            found[position].1 += u32::from(counted_in[position] != row);
            counted_in[position] = row;
        });
    }
    found.split_off(N_APART as usize)
}

/// For every word: the word it is counted as, itself as a rule.
fn fold_plurals(words: &CorpusWords, doc_freq: &[u32], run: &Run) -> Result<Vec<u32>, Error> {
    let doc_freq_of = |number: u32| Some(doc_freq[number as usize]).filter(|&df| df > 0);
    let known = |word: &str| {
        let number = words.find(word)?;
        Some((doc_freq_of(number)?, number))
    };
    let singular_of = |number: u32| {
        // What ends otherwise is no plural: most words are told by their last letter.
        let word = words.bytes(number).ends_with(b"s").then(|| words.get(number))?;
        plural::singular_of((word, doc_freq_of(number)?), known)
    };
    let starts = (0..words.len()).step_by(WORDS_AT_ONCE).collect();
    let found = run.share_items(starts, |start: usize| {
        let end = words.len().min(start + WORDS_AT_ONCE) as u32;
        (start as u32..end).map(|number| singular_of(number).unwrap_or(number)).collect::<Vec<_>>()
    })?;
    let mut target = found.concat();
    // `a -> b -> c` becomes `a -> c`: singulars are shorter, so that chains end.
    for number in 0..target.len() {
        let mut end = target[number];
        while target[end as usize] != end {
            end = target[end as usize];
        }
        target[number] = end;
    }
    Ok(target)
}

/// For every word: whether it is dropped in any form; nothing where none is.
fn are_dropped(words: &CorpusWords, config: &CountConfig, run: &Run) -> Result<Vec<bool>, Error> {
    let language = match &config.analyzer.stops {
        Stops::OwnAnd(code) => code,
        Stops::Own | Stops::None => "",
    };
    let stem_of =
        |word: &str| stem(language, word).map_or_else(|| word.to_owned(), Cow::into_owned);
    let folded: HashSet<String> = match config.fold {
        Fold::None | Fold::Plurals => config.dropped.iter().cloned().collect(),
        Fold::Stems => config.dropped.iter().map(|word| stem_of(word)).collect(),
    };
    if folded.is_empty() && config.hexadecimal {
        return Ok(Vec::new());
    }
    let is_dropped = |number: u32| {
        let word = words.get(number);
        if !config.hexadecimal && is_hexadecimal(word) {
            return true;
        }
        !folded.is_empty()
            && match config.fold {
                Fold::Stems => folded.contains(&stem_of(word)),
                Fold::Plurals if word.ends_with('s') => {
                    folded.contains(word)
                        || plural::singulars(word).iter().any(|s| folded.contains(s))
                }
                Fold::Plurals | Fold::None => folded.contains(word),
            }
    };
    let starts = (0..words.len()).step_by(WORDS_AT_ONCE).collect();
    let found = run.share_items(starts, |start: usize| {
        let end = words.len().min(start + WORDS_AT_ONCE) as u32;
        (start as u32..end).map(is_dropped).collect::<Vec<_>>()
    })?;
    Ok(found.concat())
}

/// Whether a word is a number such as `9fceb02`, or as `0x1f`. No word of seven letters and more has two
/// digits and no letter after f.
fn is_hexadecimal(word: &str) -> bool {
    let is_all = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = word.strip_prefix("0x") {
        return !digits.is_empty() && is_all(digits);
    }
    let n_decimal = || word.bytes().filter(u8::is_ascii_digit).count();
    word.len() >= 7 && is_all(word) && n_decimal() >= 2
}

/// The words that are terms, in the order of the columns.
fn choose_terms(
    words: &CorpusWords,
    usage: &Usage,
    (is_dropped, limits, config): (&[bool], &DocFreqLimits, &CountConfig),
    run: &Run,
) -> Result<Vec<Sorted>, Error> {
    let doc_freq = |word: u32| usage.doc_freq[word as usize];
    let is_kept = |word: u32| !is_dropped.get(word as usize).is_some_and(|is_dropped| *is_dropped);
    let kept: Vec<u32> = (0..words.len() as u32)
        .filter(|&word| doc_freq(word) > 0 && limits.allow(doc_freq(word)) && is_kept(word))
        .collect();
    let mut kept = sorted(&kept, words, run)?;
    if let Some(max_terms) = config.max_terms.filter(|&max| max < kept.len()) {
        let total = |word: u32| {
            if config.binary { u64::from(doc_freq(word)) } else { usage.total[word as usize] }
        };
        // Stable sorts: ties stay in alphabetical order.
        kept.sort_by_key(|term| Reverse(total(term.word)));
        kept.truncate(max_terms);
        sort(&mut kept, words, run)?;
    }
    if config.order == TermOrder::DocFreq {
        kept = by_falling(&kept, doc_freq);
    }
    Ok(kept)
}

/// `terms` by falling document frequency, those with the same in their order: dealt out, as most are in few
/// documents.
fn by_falling(terms: &[Sorted], doc_freq: impl Fn(u32) -> u32) -> Vec<Sorted> {
    let most = terms.iter().map(|term| doc_freq(term.word)).max().unwrap_or(0);
    let group_of = |term: &Sorted| (most - doc_freq(term.word)) as usize;
    // Where the next of each group goes.
    let mut next = vec![0; most as usize + 1];
    for term in terms {
        next[group_of(term)] += 1;
    }
    let mut n_before = 0;
    for next in &mut next {
        n_before += std::mem::replace(next, n_before);
    }
    let mut dealt = with_large_pages(terms.len());
    dealt.resize(terms.len(), Sorted::default());
    for term in terms {
        let next = &mut next[group_of(term)];
        dealt[*next] = *term;
        *next += 1;
    }
    dealt
}

/// The matrix of `shards`, whose words have these ranks.
fn side_by_side(
    (shards, ranks): (&[ShardRows<'_>], &[Ranks]),
    n_terms: usize,
    run: &Run,
) -> Result<CsMatI<u32, u32, usize>, Error> {
    // The memory is met first, which takes its time, by those who fill it.
    let room = ranks.iter().map(|ranks| ranks.n_entries).sum();
    let (mut indices, mut data) = (zeros_in_large_pages(room), zeros_in_large_pages(room));
    let mut tasks = Vec::new();
    let (mut indices_left, mut data_left) = (&mut indices[..], &mut data[..]);
    for (shard, ranks) in ranks.iter().enumerate() {
        let (indices_here, indices_after) = indices_left.split_at_mut(ranks.n_entries);
        let (data_here, data_after) = data_left.split_at_mut(ranks.n_entries);
        (indices_left, data_left) = (indices_after, data_after);
        tasks.push((shard, indices_here, data_here));
    }
    let lens =
        run.share_items(tasks, |(shard, indices, data): (usize, &mut [u32], &mut [u32])| {
            ranks[shard].write_rows(&shards[shard], (indices, data))
        })?;
    let n_docs = shards.iter().map(ShardRows::n_docs).sum::<usize>();
    let mut indptr = Vec::with_capacity(n_docs + 1);
    indptr.push(0);
    // Where the next shard's room begins, and where its rows go when those before leave room.
    let (mut start, mut end) = (0, 0);
    for (lens, ranks) in lens.iter().zip(ranks) {
        let (rows_start, n_before) = (start, end);
        start += ranks.n_entries;
        indptr.extend(lens.iter().map(|&len| {
            end += len as usize;
            end
        }));
        if n_before < rows_start {
            let rows = rows_start..rows_start + (end - n_before);
            indices.copy_within(rows.clone(), n_before);
            data.copy_within(rows, n_before);
        }
    }
    indices.truncate(end);
    data.truncate(end);
    Ok(CsMatI::new((n_docs, n_terms), indptr, indices, data))
}

/// Words that are counted as another, and phrases written otherwise than their term, with its column.
fn variants_of(
    words: &CorpusWords,
    (column_of, target): (&[u32], Option<&[u32]>),
    phrase_forms: &[PhraseForm],
    run: &Run,
) -> Result<BTreeMap<String, u32>, Error> {
    let all = (0_u32..).zip(target.unwrap_or_default());
    let joined: Vec<u32> = all
        .filter(|&(word, &target)| word != target && column_of[target as usize] != NO_COLUMN)
        .map(|(word, _)| word)
        .collect();
    // A map is made faster of what is sorted, and that is done on all threads.
    let joined = sorted(&joined, words, run)?.into_iter().map(|Sorted { word, .. }| {
        let text = words.get(word).to_owned();
        (text, column_of[word as usize])
    });
    let mut variants: BTreeMap<String, u32> = joined.collect();
    let written_otherwise = phrase_forms.iter().filter(|(form, number)| {
        column_of[*number as usize] != NO_COLUMN && words.get(*number) != form
    });
    for (form, number) in written_otherwise {
        variants.entry(form.clone()).or_insert(column_of[*number as usize]);
    }
    Ok(variants)
}

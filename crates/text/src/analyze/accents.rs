//! Texts without accents, as scikit-learn's `strip_accents` has them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::config::Accents;

/// `text` without accents.
pub(super) fn strip(text: String, accents: Accents) -> String {
    match accents {
        _ if text.is_ascii() => text,
        Accents::Keep => text,
        Accents::Ascii => text.nfkd().filter(char::is_ascii).collect(),
        Accents::Unicode => text.nfkd().filter(|&c| canonical_combining_class(c) == 0).collect(),
    }
}

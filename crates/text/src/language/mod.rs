//! What is known of languages: how to tell them, and which words say nothing in them.

mod detect;
mod lists;
mod stop_words;

pub use detect::Languages;
pub(crate) use stop_words::StopTable;
pub use stop_words::StopWords;

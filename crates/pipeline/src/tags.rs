//! The tags of all documents.

use corpus::Document;
use hashbrown::HashMap;

use crate::names::Names;
use crate::results::Tag;

/// The tags in the order in which they first come, and for every document those it carries. Tags
/// that differ in capitals alone are one.
pub(crate) fn tags(documents: &[Document]) -> (Vec<Tag>, Vec<Vec<usize>>) {
    let mut names = Names::default();
    let mut found: Vec<Tag> = Vec::new();
    let mut position: HashMap<String, usize> = HashMap::new();
    let mut of_documents = Vec::with_capacity(documents.len());
    for (doc, document) in documents.iter().enumerate() {
        let mut own = Vec::with_capacity(document.tags.len());
        for name in &document.tags {
            let at = *position.entry(name.to_lowercase()).or_insert_with(|| {
                let slug = names.give(name, name, "tag");
                found.push(Tag { name: name.clone(), slug, documents: Vec::new() });
                found.len() - 1
            });
            if !own.contains(&at) {
                own.push(at);
                found[at].documents.push(doc);
            }
        }
        of_documents.push(own);
    }
    (found, of_documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_differ_in_capitals_are_one_and_keep_their_first_spelling() {
        let tagged = |tags: &[&str]| Document {
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..Document::default()
        };
        let (tags, own) = tags(&[tagged(&["Testing", "c++"]), tagged(&["testing", "C#", "C#"])]);
        let found: Vec<(&str, &str)> =
            tags.iter().map(|tag| (tag.name.as_str(), tag.slug.as_str())).collect();
        assert_eq!((found[0], found[1]), (("Testing", "testing"), ("c++", "c")));
        assert_eq!(tags[0].documents, [0, 1]);
        assert_eq!(own[1], [0, 2]);
        assert_ne!(tags[1].slug, tags[2].slug);
    }
}

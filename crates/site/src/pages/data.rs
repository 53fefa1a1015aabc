//! The files with the results as data.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::Page;
use crate::views::Links;

#[derive(Serialize)]
struct Content<'s> {
    files: Vec<FileView<'s>>,
}

#[derive(Serialize)]
struct FileView<'s> {
    href: String,
    path: &'s str,
    about: &'s str,
}

pub(super) fn page(links: &Links<'_>) -> Page {
    let files = links.site.data().downloads.iter().map(|file| FileView {
        href: format!("{}{}", links.root, file.path),
        path: file.path,
        about: file.about,
    });
    Page {
        template: "data.html",
        title: Some("Data".to_owned()),
        description: "The results behind this site, for programs".to_owned(),
        section: "data",
        content: Value::from(Serde(Content { files: files.collect() })),
    }
}

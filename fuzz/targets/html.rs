//! Web pages: their bytes, their article, and what they say in data.

#![no_main]

use corpus::html::{Html, Selector};
use corpus::{decode_html, embedded, item_list, of_page, published};
use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    b"<html lang=en><head><title>T - S</title><meta charset=latin1><meta name=keywords content='a,b'></head><body><nav><a href=/>x</a></nav>\
      <article class=post-content><h1>T</h1><p>One sentence, with a comma, and so on.<ul><li>a<li>b</ul><table><tr><td>x<td>y</table>\
      <pre>a  b</pre><figure><figcaption>c</figcaption></figure></article><div class=comments><p>Well, no.</div>",
    b"<script type='application/ld+json'>{\"@type\": \"Event\", \"name\": \"T\", \"description\": \"<p>D\", \"startDate\": \"2026-05-14T10:00\"}</script>\
      <script type='application/ld+json'>{\"@type\": \"ItemList\", \"itemListElement\": [{\"url\": \"/a\", \"name\": \"A\"}]}</script>\
      <div itemscope itemtype='https://schema.org/Event'><b itemprop=name>T</b><i itemprop=performer>Ada</i></div>",
    b"<script id=__NEXT_DATA__ type='application/json'>{\"props\": {\"talk\": {\"title\": \"T\", \"abstract\": \"A text.\", \"speakers\": [{\"name\": \"Ada\"}]}}}</script><h1>T</h1>",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    let mut page = Html::parse(&decode_html(data, None));
    let document = of_page(&page);
    common::check(&document);
    drop(published(&page));
    drop(item_list(&page));
    drop(embedded(&page, &document.title));
    for part in page.select(&Selector::parse("p, li, td, div").expect("a fixed selector")) {
        assert!(!part.inline_text().contains('\n'));
        drop(part.block_text());
    }
    page.part_lines(|line| line.starts_with('T'));
    drop(page.root().outer_html());
});

//! XML: schedules, feeds and sitemaps.

#![no_main]

use libfuzzer_sys::fuzz_target;

mod common;

const SEEDS: &[&[u8]] = &[
    b"<?xml version='1.0'?><schedule><conference><title>C</title></conference><day date='2026-05-14'><room name='R'>\
      <event id='1' guid='g'><date>2026-05-14T10:00:00+02:00</date><start>10:00</start><duration>00:30</duration>\
      <title>T &amp; U</title><track>K</track><language>en</language><abstract>&lt;p&gt;x</abstract>\
      <persons><person id='1'>Ada</person></persons></event></room></day></schedule>",
    b"<rss version='2.0'><channel><title>F</title><item><title>T</title><link>https://a.example/1</link>\
      <description><![CDATA[<p>D]]></description><category>c</category><pubDate>Thu, 14 May 2026 10:00:00 GMT</pubDate>\
      </item></channel></rss>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><title type='html'>&lt;b&gt;T</title>\
      <link href='https://a.example/2'/><author><name>Ada</name></author><updated>2026-05-14T10:00:00Z</updated>\
      <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x</p></div></content></entry></feed>",
    b"<urlset><url><loc>https://x.example/a</loc></url></urlset>",
    b"<!DOCTYPE s [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><sitemapindex><sitemap><loc>https://x.example/&c;</loc></sitemap></sitemapindex>",
];

fuzz_target!(init: common::write_seeds(SEEDS), |data: &[u8]| {
    if let Some(schedule) = corpus::schedule(data) {
        schedule.documents.iter().for_each(common::check);
    }
    drop(corpus::sitemap(&String::from_utf8_lossy(data)));
});

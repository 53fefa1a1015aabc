//! RSS and Atom.

use super::xml::Element;
use super::{Schedule, markup};
use crate::moment::Moment;
use crate::{Document, plain};

/// The entries of a feed; none for another root.
pub(super) fn read(root: &Element) -> Option<Schedule> {
    let (channel, entries, format) = match root.name.as_str() {
        "rss" => {
            let channel = root.child("channel")?;
            (channel, channel.all("item").collect::<Vec<_>>(), "RSS")
        }
        "rdf" => (root, root.all("item").collect(), "RSS"),
        "feed" => (root, root.all("entry").collect(), "Atom"),
        _ => return None,
    };
    let documents = entries.into_iter().enumerate().filter_map(|(n, entry)| document(entry, n));
    let title = channel.text_of("title").map(|title| markup::line(&title));
    Some(Schedule { documents: documents.collect(), title, format })
}

fn document(entry: &Element, n: usize) -> Option<Document> {
    let line = |name: &str| entry.text_of(name).map(|t| markup::line(&t)).filter(|t| !t.is_empty());
    // The longest of what the feed gives of the text.
    let texts = ["encoded", "content", "description", "summary"];
    let text = texts
        .iter()
        .filter_map(|name| entry.text_of(name))
        .map(|text| markup::text(&text))
        .max_by_key(String::len)
        .unwrap_or_default();
    let title = line("title").unwrap_or_else(|| plain::title_from(&text));
    if title.is_empty() {
        return None;
    }
    let links = entry.all("link");
    let link = links
        .filter(|link| link.attributes.get("rel").is_none_or(|rel| rel == "alternate"))
        .map(|link| link.attributes.get("href").cloned().unwrap_or_else(|| link.whole_text()))
        .find_map(|link| plain::web_url(&link));
    let tags: Vec<String> = entry
        .all("category")
        .map(|c| {
            c.attributes
                .get("label")
                .or(c.attributes.get("term"))
                .cloned()
                .unwrap_or_else(|| c.whole_text())
        })
        .map(|tag| markup::line(&tag))
        .collect();
    let authors: Vec<String> = entry
        .all("author")
        .chain(entry.all("creator"))
        .map(|author| author.text_of("name").unwrap_or_else(|| author.whole_text()))
        .map(|name| markup::line(&name))
        .collect();
    let date = ["pubdate", "published", "updated", "date"].iter().find_map(|name| line(name));
    let id = line("guid").or_else(|| line("id")).or_else(|| link.clone());
    Some(Document {
        id: id.unwrap_or_else(|| format!("entry-{}", n + 1)),
        url: link,
        title,
        text,
        tags: plain::names(tags.iter().map(String::as_str)),
        speakers: plain::names(authors.iter().map(String::as_str)),
        date: date.map(|date| {
            Moment::parse(&date).map_or_else(|| day_of_mail(&date).unwrap_or(date), |m| m.day())
        }),
        language: line("language").as_deref().and_then(crate::language_code).map(str::to_owned),
        ..Document::default()
    })
}

/// The day of a date as mails have it (RFC 5322): `Thu, 14 May 2026 10:00:00 +0200`.
fn day_of_mail(date: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let rest = date.split_once(',').map_or(date, |(_, rest)| rest);
    let mut words = rest.split_whitespace();
    let day: u32 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = words.next()?.to_lowercase();
    let month = MONTHS.iter().position(|name| month.starts_with(name))? + 1;
    let year: u32 = words.next()?.parse().ok().filter(|year| (1970..=2199).contains(year))?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::super::schedule;

    #[test]
    fn rss_and_atom_give_their_entries() {
        let rss = schedule(
            b"<?xml version='1.0'?><rss version='2.0' xmlns:dc='d' xmlns:content='c'><channel><title>Blog</title>
              <item><title>A &amp; B</title><link>https://b.example/1</link><guid>g1</guid><description>Short</description>
              <content:encoded><![CDATA[<p>Long</p><p>text</p>]]></content:encoded><category>x</category>
              <dc:creator>Ada</dc:creator><pubDate>Thu, 14 May 2026 10:00:00 +0200</pubDate></item></channel></rss>",
        )
        .unwrap();
        let item = &rss.documents[0];
        assert_eq!((rss.format, rss.title.as_deref()), ("RSS", Some("Blog")));
        assert_eq!(
            (item.title.as_str(), item.text.as_str(), item.id.as_str()),
            ("A & B", "Long\n\ntext", "g1")
        );
        assert_eq!(
            (item.date.as_deref(), item.speakers.as_slice()),
            (Some("2026-05-14"), &["Ada".to_owned()][..])
        );
        let atom = schedule(
            b"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><id>i</id><title type='html'>T &lt;b&gt;x&lt;/b&gt;</title>
              <link rel='self' href='https://x.example/s'/><link href='https://x.example/1'/><author><name>Ada</name></author>
              <updated>2026-05-14T10:00:00Z</updated><category term='t' label='Tag'/><summary>S</summary></entry></feed>",
        )
        .unwrap();
        let entry = &atom.documents[0];
        assert_eq!(
            (entry.title.as_str(), entry.url.as_deref()),
            ("T x", Some("https://x.example/1"))
        );
        assert_eq!(
            (entry.date.as_deref(), entry.tags.as_slice()),
            (Some("2026-05-14"), &["Tag".to_owned()][..])
        );
    }
}

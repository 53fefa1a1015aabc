//! Invented pages of many kinds: what is taken for their text is the text that was put into them.

#![allow(clippy::format_collect, reason = "pages are put together from few pieces")]

mod prose;

use std::collections::HashMap;

use corpus::html::Html;
use corpus::of_page;

use prose::{Prose, each, framed, times};

/// How much of the text is found, and how much of what is found is text, as one number.
const LEAST_F1: f64 = 0.95;

fn tokens(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    let is_han = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}');
    let spaced: String =
        text.chars().flat_map(|c| if is_han(c) { vec![' ', c, ' '] } else { vec![c] }).collect();
    for token in spaced.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()) {
        *counts.entry(token.to_lowercase()).or_default() += 1;
    }
    counts
}

#[track_caller]
fn check(page: &str, text: &[String]) {
    let found = of_page(&Html::parse(page)).text;
    let (own, gold) = (tokens(&found), tokens(&text.join(" ")));
    let both: usize = own.iter().map(|(t, n)| (*n).min(gold.get(t).copied().unwrap_or(0))).sum();
    let all = own.values().sum::<usize>() + gold.values().sum::<usize>();
    let f1 = 2.0 * both as f64 / all as f64;
    assert!(f1 >= LEAST_F1, "{f1:.3}\n{found}\n----\n{}", text.join("\n"));
}

#[test]
fn a_question_with_its_answers() {
    let mut prose = Prose::english();
    let posts: Vec<Vec<String>> = (0..4).map(|n| prose.paragraphs(3 - n / 2)).collect();
    let post = |n: usize| {
        let class = if n == 0 { "question" } else { "answer" };
        format!(
            "<div class='{class}' data-id={n}><div class=votecell><button>up</button><span>{n}</span></div>\
             <div class=postcell><div class=s-prose>{}</div><div class=post-menu><a>Share</a> <a>Edit</a></div>\
             <div class=user-info>answered Mar {n} at 10:0{n} <a href=/u>Ada</a> <span>1,2{n}4</span></div></div>\
             <ul class=comments-list><li class=comment><span>Well, have you tried it with a longer rope?</span></ul></div>",
            each(&posts[n], "<p>")
        )
    };
    let related = times(12, |n| format!("<div><a href=/q{n}>How to find tide {n}?</a></div>"));
    let body = format!(
        "<div id=content><h1>How do I tie a rope?</h1><div class=facts>Asked today, viewed 32 times</div>{}\
         <h2>3 Answers</h2>{}</div><div id=sidebar><h4>Related</h4>{related}</div>",
        post(0),
        times(3, |n| post(n + 1))
    );
    check(&framed("rope - How do I tie a rope?", &body), &posts.concat());
}

#[test]
fn a_thread_of_a_forum_without_what_is_told_of_its_members() {
    let mut prose = Prose::english();
    let posts: Vec<Vec<String>> = (0..8).map(|n| prose.paragraphs(1 + n % 2)).collect();
    let body = times(8, |n| {
        format!(
            "<div id=p{n} class='post has-profile bg{}'><dl class=postprofile><dt><a href=/u{n}>Lin</a></dt>\
             <dd><strong>Posts:</strong> 3{n}</dd><dd><strong>Joined:</strong> Mon Mar 02, 2020 4:15 pm</dd></dl>\
             <div class=postbody><h3><a href=#p{n}>Re: Boat engines</a></h3>\
             <p class=author>by <strong>Lin</strong> » Tue May 05, 2026 10:1{n} am</p>\
             <div class=content>{}</div><div class=signature>May your tides be kind, and your ropes dry.</div></div></div>",
            n % 2,
            posts[n].join("<br><br>")
        )
    });
    let page =
        framed("Boat engines", &format!("<div id=page-body><h2>Boat engines</h2>{body}</div>"));
    check(&page, &posts.concat());
}

#[test]
fn a_letter_in_tables_in_tables() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(9);
    let rows = texts.iter().enumerate().map(|(n, text)| {
        let more = if n % 3 == 2 { "<tr><td><a href=/r class=btn>Read more</a></td></tr>" } else { "" };
        format!(
            "<tr><td><table width=100%><tr><td style='padding:10px'><table><tr><td style='font:16px arial'>\
             <p style='margin:0'>{text}</p></td></tr></table></td></tr></table></td></tr>{more}"
        )
    });
    let page = format!(
        "<html><head><title>News of the week</title></head><body><table width=100%><tr><td align=center><table width=600>\
         <tr><td><a href=/web>View in browser</a></td></tr><tr><td><img></td></tr>{}\
         <tr><td style='font-size:11px'>You receive this mail because you signed up. <a>Unsubscribe</a></td></tr>\
         </table></td></tr></table></body></html>",
        rows.collect::<String>()
    );
    check(&page, &texts);
}

#[test]
fn the_first_of_several_articles_that_follow_each_other() {
    let mut prose = Prose::english();
    let articles: Vec<(String, Vec<String>)> =
        (0..4).map(|n| (format!("{} number {n}", prose.words(5)), prose.paragraphs(6))).collect();
    let article = |(title, texts): &(String, Vec<String>)| {
        let texts = each(texts, "<p>");
        format!(
            "<article class=story><h1>{title}</h1><div class=story-text>{texts}</div></article>"
        )
    };
    let stream: String = articles.iter().map(article).collect();
    let page = |title: &str| framed(title, &format!("<div class=stream>{stream}</div>"));
    check(&page(&format!("{} | The Courier", articles[0].0)), &articles[0].1);
    // The page that is called by none of them has all.
    let all: Vec<String> =
        articles.iter().flat_map(|(title, texts)| [&[title.clone()][..], texts].concat()).collect();
    check(&page("The Courier"), &all);
}

#[test]
fn an_article_with_a_gallery_that_is_longer() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(6);
    let gallery =
        times(14, |_| format!("<li><h2>{}</h2>{}</li>", prose.words(3), prose.paragraph()));
    let body = format!(
        "<main><div class=art-text>{}<div class=full-gallery><ul class=legends>{gallery}</ul></div></div></main>",
        each(&texts, "<p>")
    );
    check(&framed("A town by the sea", &body), &texts);
}

#[test]
fn the_beginning_of_an_article_that_must_be_paid_for() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(3);
    let plan = |name: &str| {
        format!(
            "<div class=plan><b>{name}</b><p>First month for one euro, then ten euros a month, charged to your card.</p>\
             <a>Subscribe now</a></div>"
        )
    };
    let body = format!(
        "<main><article><header><h1>The quiet tide</h1><p class=standfirst>{}</p></header>\
         <div class=body-text><p>{}</p><p>{}</p></div><section class=offer><h2>Read on with Courier Plus</h2>\
         <ul><li>All articles, on all devices, without limits</li><li>The weekend edition as an e-paper</li></ul>{}{}\
         <p>Already a subscriber? <a>Log in</a></p></section></article></main>",
        texts[0],
        texts[1],
        texts[2],
        plan("Monthly"),
        plan("Yearly")
    );
    check(&framed("The quiet tide", &body), &texts);
}

#[test]
fn paragraphs_that_are_marked_as_what_must_be_paid_for() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(12);
    let body = format!(
        "<main><article><h1>The long night</h1><div class=art-inner><p>{}</p>{}</div></article></main>",
        texts[0],
        each(&texts[1..], "<p class=paywall>")
    );
    check(&framed("The long night", &body), &texts);
}

#[test]
fn scripts_without_gaps_and_from_right_to_left() {
    let mut prose = Prose::chinese();
    let texts = prose.paragraphs(8);
    let menu = times(15, |_| format!("<a href=/m>{}</a><br>", prose.words(6)));
    let page = format!(
        "<html lang=zh><head><title>新闻</title></head><body><div id=h><a href=/>首页</a></div><table><tr>\
         <td width=180>{menu}</td><td>{}</td></tr></table><div id=f>版权所有 2026</div></body></html>",
        texts.join("<br><br>")
    );
    check(&page, &texts);
    let paragraphs = each(&texts, "<p>");
    let hot = times(12, |_| format!("<li><a href=/h>{}</a></li>", prose.words(12)));
    let page = format!(
        "<html lang=zh><head><title>新闻</title></head><body><div class=box><div class=info>2026年5月14日 来源：新社</div>\
         <div class=cont>{paragraphs}</div><div class=edit>（责任编辑：王明）</div></div>\
         <div class=rightcol><h3>热点</h3><ul>{hot}</ul></div></body></html>"
    );
    check(&page, &texts);
    let mut prose = Prose::arabic();
    let texts = prose.paragraphs(8);
    let others = times(8, |_| format!("<div><a href=/o>{}</a></div>", prose.words(7)));
    let body = format!(
        "<div class=page><div class=news_detail>{}</div><div class=more-news><h3>أخبار أخرى</h3>{others}</div></div>",
        each(&texts, "<p dir=rtl>")
    );
    check(&framed("الأخبار", &body), &texts);
}

#[test]
fn a_report_that_is_added_to_while_things_happen() {
    let mut prose = Prose::english();
    let entries: Vec<(String, Vec<String>)> =
        (0..12).map(|n| (prose.words(6), prose.paragraphs(1 + n % 2))).collect();
    let first = prose.paragraph();
    let entry = |(title, texts): &(String, Vec<String>)| {
        format!(
            "<article class=liveblog-entry><header><time>10:30</time><h2>{title}</h2></header>\
             <div class=entry-text>{}</div><div class=entry-share><a>Share</a></div></article>",
            each(texts, "<p>")
        )
    };
    let body = format!(
        "<main><h1>Storm hits the coast: live</h1><p class=lede>{first}</p><div class=key-events><h2>Key events</h2>\
         <ul><li><a href=#e1>10:30 Bridge closed</a><li><a href=#e2>11:00 Ferry late</a></ul></div>\
         <div class=liveblog>{}</div></main>",
        entries.iter().map(entry).collect::<String>()
    );
    let mut text = vec![first];
    text.extend(entries.iter().flat_map(|(title, texts)| [&[title.clone()][..], texts].concat()));
    check(&framed("Storm hits the coast: live", &body), &text);
}

#[test]
fn instructions_with_lists() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(5);
    let parts: Vec<String> = (0..12).map(|n| format!("{n} cups of {}", prose.words(2))).collect();
    let steps: Vec<String> = (0..8).map(|_| prose.sentence()).collect();
    let comments = times(8, |_| format!("<li class=comment><p>{}</p></li>", prose.paragraph()));
    let body = format!(
        "<div class=wrap><div class=ent><h1>Lemon tart</h1><div class=jump><a href=#r>Jump to recipe</a> <a>Print</a></div>{}\
         <div id=r class=tasty-recipes><div class=rating-stars>4.8 from 213 votes</div><h3>Ingredients</h3><ul>{}</ul>\
         <h3>Instructions</h3><ol>{}</ol></div></div><div id=comments class=comments-area><ol>{comments}</ol></div></div>",
        each(&texts, "<p>"),
        each(&parts, "<li>"),
        each(&steps, "<li>")
    );
    check(&framed("Lemon tart", &body), &[texts, parts, steps].concat());
}

#[test]
fn the_description_of_a_thing_that_is_sold() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(4);
    let reviews = times(6, |_| format!("<div class=review><p>{}</p></div>", prose.sentence()));
    let also = times(8, |n| {
        format!(
            "<div class=card><a href=/p{n}><b>{}</b></a><span>EUR 9</span></div>",
            prose.words(3)
        )
    });
    let body = format!(
        "<div class=pdp><div class=gallery><img></div><div class=buy><h1>Router 3000</h1><span>EUR 99</span>\
         <button>Add to cart</button><p class=ship>Free shipping, and returns within thirty days.</p></div>\
         <div class=tabs><a href=#d>Description</a><a href=#v>Reviews</a></div><div id=d class='panel description'>{}</div>\
         <div id=v class='panel reviews'><h2>Customer reviews</h2>{reviews}</div></div>\
         <div class=also><h3>Customers also bought</h3>{also}</div>",
        each(&texts, "<p>")
    );
    check(&framed("Router 3000", &body), &texts);
}

#[test]
fn pages_of_reference_without_their_tools() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(8);
    let links = times(30, |n| format!("<li><a href=/w{n}>Page {n}</a></li>"));
    let references =
        times(9, |n| format!("<li>Moor, Ada (19{n}0). <a>A book of tides, part {n}</a></li>"));
    let page = format!(
        "<html><head><title>Harbour</title></head><body><div id=mw-panel><ul>{links}</ul></div><div id=content><h1>Harbour</h1>\
         <div class=mw-parser-output><div class=hatnote>For other uses, see <a>Harbour (disambiguation)</a>.</div>\
         <table class=infobox><tr><th>Depth<td>12 m</table>{}<h2>History<span class=mw-editsection>[<a>edit</a>]</span></h2>{}\
         <div class=reflist><ol>{references}</ol></div><div class=navbox><ul>{links}</ul></div></div></div></body></html>",
        each(&texts[..2], "<p>"),
        each(&texts[2..], "<p>")
    );
    check(&page, &[&texts[..2], &["History".to_owned()], &texts[2..]].concat());
    let code = "import lamp\nlamp.on(3)";
    let page = format!(
        "<html><head><title>Lamps</title></head><body><header class=md-header><form><input></form></header><div class=md-container>\
         <div class=md-sidebar><nav><ul>{links}</ul></nav></div><div class=md-content><article class=md-content__inner>\
         <a href=/e>Edit this page</a><h1>Lamps</h1>{}<div class=highlight><pre><code>{code}</code></pre></div>\
         <div class='admonition note'><p class=admonition-title>Note</p>{}</div></article></div></div>\
         <footer><nav><a>Previous</a><a>Next</a></nav></footer></body></html>",
        each(&texts[..5], "<p>"),
        each(&texts[5..], "<p>")
    );
    check(&page, &[&texts[..5], &[code.to_owned(), "Note".to_owned()], &texts[5..]].concat());
}

#[test]
fn news_between_consent_and_boxes_and_a_page_of_divs() {
    let mut prose = Prose::english();
    let texts = prose.paragraphs(11);
    let consent = format!(
        "<div class=cmp-banner id=consent-sdk><h2>We value your privacy</h2>{}<button>Accept</button></div>",
        each(&prose.paragraphs(7), "<p>")
    );
    let body = texts.iter().enumerate().map(|(n, text)| {
        let between = match n % 3 {
            0 => "<div class=ad-slot><span>Advertisement</span><p>Story continues below advertisement</p></div>".to_owned(),
            1 => format!("<div class=c-box--promo><h3>More on this</h3><ul><li><a href=/z>{}</a></ul></div>", prose.words(9)),
            _ => format!("<aside class=pullquote><p>{}</p></aside>", prose.words(12)),
        };
        format!("<p>{text}</p>{between}")
    });
    let body: String = body.collect();
    let page = format!(
        "{consent}<main><h1>A town rebuilds</h1><div class=c-art>{body}</div></main>{consent}"
    );
    check(&framed("A town rebuilds", &page), &texts);
    let wrapped =
        times(8, |n| format!("<div class=css-7w><div class=css-5p>{}</div></div>", texts[n]));
    let cards = times(6, |n| {
        format!(
            "<div class=css-cd><a href=/r{n}><div>{}</div><div>{}</div></a></div>",
            prose.words(8),
            prose.words(16)
        )
    });
    let page = format!(
        "<div id=__next><div class=css-0m><div class=css-3a><div class=css-ti>Tides of change</div>\
         <div class=css-by>Ada Moor · May 14 · 5 min read</div>{wrapped}<div class=css-bar>128 claps</div></div>\
         <div class=css-4b><div>Recommended</div>{cards}</div></div></div>"
    );
    check(&framed("Tides of change", &page), &texts[..8]);
}

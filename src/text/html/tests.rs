use super::*;
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::paragraphs("<p>One\n two</p><p>Three<br>four</p>", "One two\n\nThree\nfour")]
#[case::lists(
    "<p>Steps:</p><ol><li>First<ul><li>inner</li></ul></li><li><p>Second</p></li></ol>after",
    "Steps:\n\n1. First\n  - inner\n2. Second\n\nafter"
)]
#[case::hidden(
    "<div style='display: none'>preview</div><p hidden>x</p><script>y()</script><b>seen</b>",
    "seen"
)]
#[case::entities("Fish &amp; chips&nbsp;&#8364;5 &lt;b&gt;", "Fish & chips €5 <b>")]
#[case::table(
    "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>",
    "A | B\n1 | 2"
)]
#[case::layout(
    "<table><tr><td><p>Left</p></td><td><p>Right</p></td></tr></table>",
    "Left\n\nRight"
)]
#[case::code("<pre>let a\n  = 1;\n\n\nb</pre>x", "let a\n  = 1;\n\nb\n\nx")]
#[case::links(
    "See <a href='https://x'>the <i>docs</i></a>, now<img src=x alt=y>.",
    "See the docs, now."
)]
#[case::headings("<h2>Title</h2>text<div>a</div><div>b</div>", "Title\n\ntext\na\nb")]
#[case::broken("<p>open <b>bold <i>both</p>next", "open bold both\n\nnext")]
#[case::empty("", "")]
fn a_fragment_reads_as_seen(#[case] html: &str, #[case] text: &str) {
    assert_eq!(fragment(html), text);
}

const PAGE: &str = r#"<!doctype html><html lang="en-GB"><head><title>Rescue | The Blog</title>
<meta property="og:title" content="No-show rescue"><meta property="og:site_name" content="The Blog">
<link rel="canonical" href="/posts/rescue"><meta name="author" content="Ada Byron">
<script type="application/ld+json">{"@graph":[{"@type":"WebSite","name":"x"},{"@type":["NewsArticle"],"headline":"H","datePublished":"2026-11-17T08:00:00Z","author":[{"name":"Grace"}]}]}</script>
</head><body><nav><a href=/>Home</a> <a href=/about>About</a></nav><article><h1>No-show rescue</h1>
<p>When a visit is marked as missed, the clinic's assistant texts the patient and offers the next two free slots. That alone saved the front desk about six hours a week, and the calendar is full again.</p>
<p>We built it with a calendar, a table of patients, and a texting service. It took two evenings, and the longest part was writing the message in a tone that people answer.</p>
<ul><li>Watch the calendar for missed visits every fifteen minutes.</li><li>Text an offer with two free slots and wait for the reply.</li><li>Book the slot and log the outcome.</li></ul>
</article><footer>Imprint, cookies, newsletter</footer></body></html>"#;

#[test]
fn a_page_yields_its_article_and_its_metadata() {
    let page = readable(PAGE, Some("https://blog.example/x?y=1"));
    assert_eq!(page.title, "No-show rescue");
    assert_eq!(page.author.as_deref(), Some("Grace"));
    assert_eq!(page.published.as_deref(), Some("2026-11-17T08:00:00Z"));
    assert_eq!(page.language.as_deref(), Some("en"));
    assert_eq!(page.url.as_deref(), Some("https://blog.example/posts/rescue"));
    assert_eq!(page.site.as_deref(), Some("The Blog"));
    assert!(page.text.contains("When a visit is marked as missed"), "{}", page.text);
    assert!(page.text.contains("\n- Text an offer with two free slots"), "{}", page.text);
    assert!(!page.text.contains("Imprint") && !page.text.contains("About"), "{}", page.text);
}

#[test]
fn a_page_without_an_article_yields_its_visible_text() {
    let page =
        readable("<html><head><title>T</title></head><body><p>Short.</p></body></html>", None);
    assert_eq!((page.title.as_str(), page.text.as_str()), ("T", "Short."));
}

#[rstest]
#[case::nested("<div>".repeat(200_000))]
#[case::barely_tame("<div>".repeat(6_000))]
#[case::formatting("<b><i>".repeat(50_000))]
#[case::copies(format!("{}{}", (0..500).map(|n| format!("<b a={n}>")).collect::<String>(), "<p>x</p>".repeat(50_000)))]
#[case::lists("<ul><li>".repeat(50_000))]
#[case::tables("<table><tr><td>".repeat(30_000))]
#[case::open_tag(format!("<a {}", "x=".repeat(50_000)))]
#[case::comments("<!--".repeat(50_000))]
#[case::json(format!("<script type='application/ld+json'>{}</script>x", "[".repeat(50_000)))]
fn hostile_nesting_is_survived_in_time(#[case] html: String) {
    let start = std::time::Instant::now();
    readable(&html, None);
    fragment(&html);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn any_markup_is_survived(html in "(<[a-z/!]{0,6}|>|[a-zé &;\"'=]{0,6}|<li>|<p>|</p>|<td>|<pre>){0,60}") {
        fragment(&html);
    }
}

use super::*;
use crate::model::DocumentKind;

fn read_feed(location: &str, text: &str) -> Vec<NewDocument> {
    let raw = RawBody {
        format: "feed".to_owned(),
        location: location.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    read(&Arc::new(raw)).into_iter().filter_map(Result::ok).collect()
}

#[test]
fn rss_entries_become_documents_that_share_their_body() {
    let documents = read_feed(
        "https://ops.example/feed",
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>Ops &amp; Co</title><link>https://ops.example/</link>
        <item><title>One &lt;b&gt;bold&lt;/b&gt;</title><link>https://ops.example/1?utm_source=rss</link><guid isPermaLink="false">17</guid>
          <pubDate>Mon, 16 Nov 2026 05:10:00 +0100</pubDate><dc:creator>Ada</dc:creator>
          <description>Short.</description><content:encoded><![CDATA[<p>When a form is filled in,</p><ul><li>a mail goes out</li></ul>]]></content:encoded></item>
        <item><title>Two</title><link>https://ops.example/2</link><guid>same</guid><description>Second text&nbsp;here</description></item>
        <item><title>Three</title><link>https://ops.example/3</link><guid>same</guid><description>Third</description></item>
        <item><title>Four</title><pubDate>Mon, 16 Nov 2026 05:10:00 +0100</pubDate><description>No link</description></item>
        </channel></rss>"#,
    );
    let identities: Vec<_> = documents.iter().map(|d| d.identity.as_str()).collect();
    assert_eq!(
        identities,
        [
            "ops.example#17",
            "https://ops.example/2",
            "https://ops.example/3",
            "ops.example#Four@2026-11-16T04:10:00Z"
        ]
    );
    let first = &documents[0];
    assert_eq!(first.title, "One bold");
    assert_eq!(first.url.as_deref(), Some("https://ops.example/1"));
    assert_eq!(first.readable, "When a form is filled in,\n\n- a mail goes out");
    assert_eq!((first.author.as_deref(), first.origin.as_deref()), (Some("Ada"), Some("Ops & Co")));
    assert_eq!(first.published.unwrap().to_string(), "2026-11-16T04:10:00Z");
    assert_eq!(first.kind, DocumentKind::Article);
    assert!(Arc::ptr_eq(&first.raw, &documents[3].raw));
}

#[test]
fn reddit_posts_lose_their_tail_and_gain_their_community() {
    let documents = read_feed(
        "reddit.xml",
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>/r/a/.rss</id>
        <entry><author><name>/u/ada</name></author><category term="hvac" label="r/hvac"/><id>t3_1</id><link href="https://www.reddit.com/r/hvac/comments/1/x/"/>
        <updated>2026-11-16T00:00:00+00:00</updated><title>Quotes</title>
        <content type="html">&lt;!-- SC_OFF --&gt;&lt;div class="md"&gt;&lt;p&gt;We text &amp;amp; call.&lt;/p&gt;&lt;/div&gt;&lt;!-- SC_ON --&gt; &amp;#32; submitted by &amp;#32; /u/ada &lt;span&gt;[link]&lt;/span&gt; [comments]</content></entry>
        <entry><id>t3_2</id><link href="https://www.reddit.com/r/roofing/comments/2/y/"/><title>Only a link</title>
        <content type="html">submitted by &lt;a&gt;/u/bob&lt;/a&gt; &lt;span&gt;[link]&lt;/span&gt; &lt;span&gt;[comments]&lt;/span&gt;</content></entry></feed>"#,
    );
    assert_eq!(documents[0].readable, "We text & call.");
    assert_eq!(
        (documents[0].kind, documents[0].origin.as_deref()),
        (DocumentKind::Post, Some("r/hvac"))
    );
    assert_eq!(documents[0].author.as_deref(), Some("ada"));
    assert_eq!(
        (documents[1].readable.as_str(), documents[1].origin.as_deref()),
        ("Only a link", Some("r/roofing"))
    );
}

#[test]
fn a_video_feed_reads_the_description() {
    let documents = read_feed(
        "https://www.youtube.com/feeds/videos.xml?channel_id=UC1",
        r#"<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
        <id>yt:channel:UC1</id><title>Ledger</title><entry><id>yt:video:abc</id><title>Month end</title><link rel="alternate" href="https://www.youtube.com/watch?v=abc"/>
        <author><name>The Ledger</name></author><published>2026-11-16T00:00:00+00:00</published>
        <media:group><media:title>Month end</media:title><media:content url="https://www.youtube.com/v/abc?version=3" type="application/x-shockwave-flash" width="640" height="390"/><media:description>How my firm chases documents.</media:description></media:group></entry></feed>"#,
    );
    let video = &documents[0];
    assert_eq!(
        (video.identity.as_str(), video.readable.as_str()),
        ("yt:video:abc", "How my firm chases documents.")
    );
    assert_eq!((video.kind, video.origin.as_deref()), (DocumentKind::Article, Some("Ledger")));
}

#[test]
fn a_launch_loses_its_line_of_links() {
    let documents = read_feed(
        "ph.xml",
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:www.producthunt.com,2005:/feed</id><link rel="alternate" href="https://www.producthunt.com"/><title>PH</title>
        <entry><id>tag:www.producthunt.com,2005:Post/9</id><title>Tide</title><content type="html">&lt;p&gt;Reviews on time&lt;/p&gt;&lt;p&gt;&lt;a href="x"&gt;Discussion&lt;/a&gt; | &lt;a href="y"&gt;Link&lt;/a&gt;&lt;/p&gt;</content></entry></feed>"#,
    );
    assert_eq!(
        (documents[0].readable.as_str(), documents[0].kind),
        ("Reviews on time", DocumentKind::Launch)
    );
}

#[test]
fn a_json_feed_is_read() {
    let documents = read_feed(
        "f.json",
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":"https://j.example/","items":[{"id":"1","url":"https://j.example/1?utm_medium=x","title":"T","content_html":"<p>Body</p>","date_published":"2026-11-16T00:00:00Z"}]}"#,
    );
    assert_eq!((documents[0].title.as_str(), documents[0].readable.as_str()), ("T", "Body"));
    assert_eq!(documents[0].url.as_deref(), Some("https://j.example/1"));
}

#[test]
fn a_feed_that_breaks_off_gives_what_it_has() {
    let raw = RawBody {
        format: "feed".to_owned(),
        location: "x".to_owned(),
        bytes: b"<rss version=\"2.0\"><channel><title>x</title><item><title>A</title></item><item><title>B</ti".to_vec(),
    };
    let outcomes = read(&Arc::new(raw));
    assert_eq!(outcomes[0].as_ref().unwrap().title, "A");
    assert!(outcomes[1].as_ref().unwrap_err().what.contains("ends in the middle"));
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn hostile_bytes_and_foreign_encodings_are_read() {
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><rss version=\"2.0\"><channel><title>Caf\xe9</title><item><title>\x1b[31mred\x00</title><description>\x0b na\xefve</description></item></channel></rss>".to_vec();
    let raw = RawBody { format: "feed".to_owned(), location: "x".to_owned(), bytes: bytes.clone() };
    let document = read(&Arc::new(raw)).remove(0).unwrap();
    assert_eq!((document.origin.as_deref(), document.readable.as_str()), (Some("Café"), "naïve"));
    assert!(!document.title.contains('\u{1b}'));
    bytes.truncate(60);
    let raw = RawBody { format: "feed".to_owned(), location: "x".to_owned(), bytes };
    assert!(read(&Arc::new(raw))[0].is_err());
}

//! An entry of a feed as a document, by the habits of the site it comes from.

use super::super::address;
use super::super::found::Found;
use crate::model::DocumentKind;
use crate::text::html;
use feed_rs::model::{Entry, Feed, Link};
use jiff::Timestamp;

/// Longest GUID that is taken for one, in bytes.
const MAX_GUID: usize = 500;

/// What a feed says about all its entries.
pub(super) struct Shape {
    title: Option<String>,
    author: Option<String>,
    language: Option<String>,
    /// The feed's own site, to tell its GUIDs from another's.
    host: String,
    kind: Option<DocumentKind>,
}

impl Shape {
    /// Reads the feed's own metadata; `base` is where it was fetched.
    pub(super) fn of(feed: &Feed, base: Option<&str>) -> Self {
        let links = feed.links.iter().map(|link| link.href.as_str());
        let addresses: Vec<&str> = links.chain(base).chain([feed.id.as_str()]).collect();
        let host = addresses.iter().find_map(|address| {
            let url = url::Url::parse(address).ok()?;
            Some(url.host_str()?.trim_start_matches("www.").to_owned())
        });
        let generator =
            feed.generator.as_ref().map(|g| g.content.to_lowercase()).unwrap_or_default();
        let is_newsletter = ["substack", "beehiiv", "ghost", "buttondown", "mailchimp"]
            .iter()
            .any(|name| generator.contains(name));
        let of_address = addresses.iter().find_map(|address| address::kind_of_address(address));
        Self {
            title: feed.title.as_ref().map(|title| plain(&title.content)),
            author: feed.authors.first().and_then(|author| author.name.clone()),
            language: feed.language.clone(),
            host: host.unwrap_or_default(),
            kind: of_address.or(is_newsletter.then_some(DocumentKind::Newsletter)),
        }
    }

    /// Reads one entry; `None` for one with neither title nor text nor address.
    pub(super) fn read(&self, entry: Entry, has_own_guid: bool) -> Option<Found> {
        let link = link(&entry.links).map(|link| link.href.clone());
        let url = link.or_else(|| entry.id.starts_with("http").then(|| entry.id.clone()));
        let of_entry = url.as_deref().and_then(address::kind_of_address);
        let is_post = of_entry == Some(DocumentKind::Post);
        // A feed about everything may link to a site of one kind; a site's own feed is of its kind.
        let kind = if is_post { of_entry } else { self.kind.or(of_entry) };
        let readable = text(&entry, kind);
        let title = entry.title.as_ref().map(|title| plain(&title.content)).unwrap_or_default();
        if title.is_empty() && readable.is_empty() {
            return None;
        }
        let published = entry.published.or(entry.updated);
        let published = published.and_then(|at| Timestamp::from_second(at.timestamp()).ok());
        let author = entry.authors.first().and_then(|author| author.name.clone());
        Some(Found {
            identity: self.identity(&entry, url.as_deref(), &title, published, has_own_guid),
            origin: if is_post { community(&entry, url.as_deref()) } else { None }
                .or_else(|| self.title.clone()),
            url,
            title,
            author: author.or_else(|| self.author.clone()),
            published,
            kind,
            language: entry.language.or_else(|| self.language.clone()),
            readable,
            ..Found::default()
        })
    }

    /// GUID when sane, else canonical address, else title and date.
    fn identity(
        &self,
        entry: &Entry,
        url: Option<&str>,
        title: &str,
        published: Option<Timestamp>,
        has_own_guid: bool,
    ) -> Option<String> {
        let guid = entry.id.trim();
        let is_sane = has_own_guid && (2..=MAX_GUID).contains(&guid.len()) && !guid.contains('\n');
        if is_sane {
            let address = guid.starts_with("http").then(|| address::canonical(guid)).flatten();
            return Some(address.unwrap_or_else(|| {
                // Bare numbers and words are a site's own; URIs and UUIDs are the world's.
                let is_global = guid.contains(':') || guid.len() >= 32;
                if is_global { guid.to_owned() } else { format!("{}#{guid}", self.host) }
            }));
        }
        url.and_then(address::canonical).or_else(|| {
            let dated = published.map(|at| at.to_string()).unwrap_or_default();
            Some(format!("{}#{title}@{dated}", self.host))
        })
    }
}

/// The link to the entry itself: `alternate`, else one without a role, else the first.
fn link(links: &[Link]) -> Option<&Link> {
    let is_page = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    links
        .iter()
        .find(is_page)
        .or_else(|| links.iter().find(|l| l.rel.as_deref() != Some("enclosure")))
}

/// The entry's text: its content, else its summary, else a video's description.
fn text(entry: &Entry, kind: Option<DocumentKind>) -> String {
    let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let summary = entry.summary.as_ref().map(|summary| summary.content.as_str());
    let media = entry.media.iter().find_map(|media| media.description.as_ref());
    let mut best = String::new();
    for part in [content, summary, media.map(|text| text.content.as_str())].into_iter().flatten() {
        let part = match kind {
            Some(DocumentKind::Post) => of_post(part),
            _ => plain(part),
        };
        // A stub ("Read more") in front of a real summary is not the text.
        if best.is_empty() || part.len() > best.len() * 4 {
            best = part;
        }
    }
    if kind == Some(DocumentKind::Launch) {
        best = without_launch_links(&best).to_owned();
    }
    best
}

/// A Reddit post's own words: between its markers, without "submitted by … [link] [comments]".
fn of_post(content: &str) -> String {
    if let Some((_, rest)) = content.split_once("<!-- SC_OFF -->") {
        return html::fragment(rest.split("<!-- SC_ON -->").next().unwrap_or(rest));
    }
    let text = plain(content);
    let is_tail = text.contains("[link]") && text.contains("[comments]");
    match text.rfind("submitted by").filter(|_| is_tail) {
        Some(at) => text[..at].trim_end().to_owned(),
        None => text,
    }
}

/// Product Hunt closes each entry with a line of links.
fn without_launch_links(text: &str) -> &str {
    match text.trim_end().rsplit_once('\n') {
        Some((body, last)) if last.replace(' ', "") == "Discussion|Link" => body.trim_end(),
        _ => text,
    }
}

/// The subreddit as people write it, by the entry's category or its address.
fn community(entry: &Entry, url: Option<&str>) -> Option<String> {
    let labelled = entry.categories.iter().find_map(|category| category.label.as_deref());
    if let Some(label) = labelled.filter(|label| label.starts_with("r/")) {
        return Some(label.to_owned());
    }
    let name = url?.split("/r/").nth(1)?.split('/').next()?;
    (!name.is_empty()).then(|| format!("r/{name}"))
}

/// Feed text as plain text, whether it is marked up or not.
fn plain(text: &str) -> String {
    let is_marked_up = text.contains('<') || text.contains('&');
    if is_marked_up { html::fragment(text) } else { text.trim().to_owned() }
}

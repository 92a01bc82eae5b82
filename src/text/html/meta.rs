//! What a page says about itself: meta elements, JSON-LD, headings.

use super::Readable;
use scraper::{Html, Selector};
use serde_json::Value;
use std::sync::LazyLock;

/// Objects of JSON-LD that are looked at, in one page.
const MAX_OBJECTS: usize = 200;

static META: LazyLock<Selector> = LazyLock::new(|| selector("meta[content]"));
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("title"));
static HEADING: LazyLock<Selector> = LazyLock::new(|| selector("h1"));
static JSON_LD: LazyLock<Selector> =
    LazyLock::new(|| selector("script[type='application/ld+json']"));
static CANONICAL: LazyLock<Selector> = LazyLock::new(|| selector("link[rel='canonical'][href]"));
static TIME: LazyLock<Selector> = LazyLock::new(|| selector("time[datetime]"));
static BYLINE: LazyLock<Selector> = LazyLock::new(|| selector("[rel='author'], .byline, .author"));

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("invariant: the room's own selectors are valid")
}

/// Reads a page's metadata; its text is left empty.
pub(super) fn read(page: &Html, base: Option<&str>) -> Readable {
    let told = json_ld(page);
    let meta = |names: &[&str]| meta_content(page, names);
    let heading = first_text(page, &HEADING);
    let title = meta(&["og:title"])
        .or_else(|| told.title.clone())
        .or(heading)
        .or_else(|| first_text(page, &TITLE))
        .or_else(|| meta(&["twitter:title", "dc.title"]));
    let url = page.select(&CANONICAL).find_map(|link| link.attr("href")).map(str::to_owned);
    let url = url.or_else(|| meta(&["og:url"])).and_then(|url| absolute(&url, base));
    Readable {
        title: title.unwrap_or_default(),
        text: String::new(),
        author: told
            .author
            .or_else(|| {
                meta(&[
                    "author",
                    "article:author",
                    "dc.creator",
                    "parsely-author",
                    "twitter:creator",
                ])
            })
            .filter(|author| !author.starts_with("http"))
            .or_else(|| first_text(page, &BYLINE).filter(|line| line.len() <= 80)),
        published: meta(&[
            "article:published_time",
            "datepublished",
            "date",
            "dc.date",
            "dc.date.issued",
            "parsely-pub-date",
            "pubdate",
        ])
        .or(told.published)
        .or_else(|| page.select(&TIME).find_map(|time| time.attr("datetime")).map(str::to_owned)),
        language: language(page, &meta),
        url,
        site: meta(&["og:site_name", "application-name"]).or(told.site),
    }
}

fn language(page: &Html, meta: &dyn Fn(&[&str]) -> Option<String>) -> Option<String> {
    let declared = page.root_element().attr("lang").map(str::to_owned);
    let declared = declared.or_else(|| meta(&["og:locale", "content-language", "language"]))?;
    let primary = declared.split(['-', '_', ',']).next()?.trim().to_ascii_lowercase();
    let is_code =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    is_code.then_some(primary)
}

/// The content of the first meta element that bears one of `names`, earlier names first.
fn meta_content(page: &Html, names: &[&str]) -> Option<String> {
    names.iter().find_map(|wanted| {
        page.select(&META).find_map(|meta| {
            let name = meta
                .attr("property")
                .or(meta.attr("name"))
                .or(meta.attr("itemprop"))
                .or(meta.attr("http-equiv"))?;
            let content = meta.attr("content")?.trim();
            (name.eq_ignore_ascii_case(wanted) && !content.is_empty()).then(|| content.to_owned())
        })
    })
}

fn first_text(page: &Html, selector: &Selector) -> Option<String> {
    page.select(selector)
        .map(|element| element.text().collect::<String>())
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|text| !text.is_empty())
}

fn absolute(address: &str, base: Option<&str>) -> Option<String> {
    let url = match base.and_then(|base| url::Url::parse(base).ok()) {
        Some(base) => base.join(address).ok()?,
        None => url::Url::parse(address).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// What JSON-LD tells about the article of a page.
#[derive(Default)]
struct Told {
    title: Option<String>,
    author: Option<String>,
    published: Option<String>,
    site: Option<String>,
}

fn json_ld(page: &Html) -> Told {
    let mut told = Told::default();
    for script in page.select(&JSON_LD) {
        let text: String = script.text().collect();
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let mut queue = vec![&value];
        let mut seen = 0;
        while let Some(value) = queue.pop().filter(|_| seen < MAX_OBJECTS) {
            seen += 1;
            match value {
                Value::Array(values) => queue.extend(values.iter().rev()),
                Value::Object(object) => {
                    if is_article(value) {
                        tell(&mut told, value);
                    }
                    queue.extend(object.get("@graph").into_iter().chain(object.get("mainEntity")));
                }
                _ => {}
            }
        }
    }
    told
}

fn is_article(value: &Value) -> bool {
    let is_kind = |kind: &Value| {
        kind.as_str().is_some_and(|k| {
            k.ends_with("Article") || k.ends_with("Posting") || k == "VideoObject" || k == "Report"
        })
    };
    match &value["@type"] {
        Value::Array(kinds) => kinds.iter().any(is_kind),
        kind => is_kind(kind),
    }
}

fn tell(told: &mut Told, article: &Value) {
    let text =
        |value: &Value| value.as_str().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let name = |value: &Value| {
        let one = value.get(0).unwrap_or(value);
        text(&one["name"]).or_else(|| text(one))
    };
    told.title =
        told.title.take().or_else(|| text(&article["headline"])).or_else(|| text(&article["name"]));
    told.author = told.author.take().or_else(|| name(&article["author"]));
    told.published = told.published.take().or_else(|| text(&article["datePublished"]));
    told.site = told.site.take().or_else(|| name(&article["publisher"]));
}

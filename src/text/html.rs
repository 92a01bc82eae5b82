//! HTML as plain readable text with what the page says about itself.

mod meta;
mod render;
mod wild;

use scraper::{Html, Node};

/// Pages beyond so many bytes are read whole instead of being searched for their main text.
const MAX_SEARCHED: usize = 2 << 20;
/// The same for pages nested deeper than people write them: the search recurses.
const MAX_DEPTH: usize = 250;
/// Main text shorter than this share of the page's words is not believed.
const MIN_SHARE: f64 = 0.1;
/// Main text from so many bytes is believed whatever its share.
const ENOUGH: usize = 1_200;

/// A page read for its main text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readable {
    pub title: String,
    /// Paragraphs parted by an empty line, list items on lines of their own; not yet safe for
    /// terminals.
    pub text: String,
    pub author: Option<String>,
    /// As written: ISO 8601 on most pages.
    pub published: Option<String>,
    /// BCP 47 primary language, lower case, as the page declares it.
    pub language: Option<String>,
    /// The page's canonical address, where it names one.
    pub url: Option<String>,
    /// The publication's name.
    pub site: Option<String>,
}

/// Reads a whole page: its main text without navigation and advertisements, and its metadata.
///
/// `base` is the page's address, where known. Never fails: a page without a recognisable main text
/// yields all its visible text, one that is built to exhaust parsers the text between its tags.
pub fn readable(html: &str, base: Option<&str>) -> Readable {
    if !wild::is_tame(html) {
        return Readable { text: wild::strip(html), ..Readable::default() };
    }
    let page = Html::parse_document(html);
    let mut readable = meta::read(&page, base);
    let whole = render::render(&page);
    let main = main_text(html, &page, base);
    readable.text = match main {
        Some(main) if main.len() >= ENOUGH || is_believable(&main, &whole) => main,
        _ => whole,
    };
    readable
}

/// Reads a piece of HTML that is content throughout, such as a feed entry or a mail's body.
pub fn fragment(html: &str) -> String {
    if !wild::is_tame(html) {
        return wild::strip(html);
    }
    render::render(&Html::parse_fragment(html))
}

/// Whether `text` begins like an HTML page rather than like prose or XML.
pub fn is_html(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let head: String = start.chars().take(2_000).collect::<String>().to_ascii_lowercase();
    let opens = ["<!doctype html", "<html", "<head", "<body"];
    opens.iter().any(|tag| head.starts_with(tag))
        || (head.starts_with('<')
            && ["<html", "<body", "<p>", "<div", "<article"].iter().any(|tag| head.contains(tag)))
}

fn is_believable(main: &str, whole: &str) -> bool {
    let (main, whole) = (main.split_whitespace().count(), whole.split_whitespace().count());
    main > 0 && main as f64 >= whole as f64 * MIN_SHARE
}

/// The main text by rs-trafilatura; `None` where it is not tried, fails or finds nothing.
fn main_text(html: &str, page: &Html, base: Option<&str>) -> Option<String> {
    if html.len() > MAX_SEARCHED || depth(page) > MAX_DEPTH {
        return None;
    }
    let options = rs_trafilatura::Options {
        url: base.map(str::to_owned),
        favor_recall: true,
        ..rs_trafilatura::Options::default()
    };
    // Foreign code on hostile input: a panic in it must cost one page's layout, not the run.
    let found = std::panic::catch_unwind(|| rs_trafilatura::extract_with_options(html, &options));
    let found = found.ok()?.ok()?;
    let text = match found.content_html {
        Some(html) if !html.trim().is_empty() => fragment(&html),
        _ => found.content_text,
    };
    let is_empty = text.trim().is_empty();
    (!is_empty).then_some(text)
}

/// How deep elements are nested.
fn depth(page: &Html) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    walk(page, |visit| {
        match visit {
            Visit::Open(Node::Element(_)) => depth += 1,
            Visit::Close(Node::Element(_)) => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
        true
    });
    deepest
}

/// A step of a walk through a page.
enum Visit<'a> {
    Open(&'a Node),
    Close(&'a Node),
}

/// Walks a page in document order without recursion, so that no nesting overflows the stack.
///
/// `visit` answers an `Open` with whether the node's children are wanted.
fn walk<'a>(page: &'a Html, mut visit: impl FnMut(Visit<'a>) -> bool) {
    let root = page.tree.root();
    let mut node = root;
    loop {
        if visit(Visit::Open(node.value()))
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        loop {
            visit(Visit::Close(node.value()));
            if node.id() == root.id() {
                return;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return };
            node = parent;
        }
    }
}

#[cfg(test)]
mod tests;

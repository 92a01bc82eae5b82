//! Elements to lines of text.

use super::{Visit, walk};
use scraper::node::Element;
use scraper::{Html, Node};

/// Renders what a reader of the page would see as text.
pub(super) fn render(page: &Html) -> String {
    let mut writer = Writer::default();
    walk(page, |visit| match visit {
        Visit::Open(Node::Element(element)) => writer.open(element),
        Visit::Close(Node::Element(element)) => {
            writer.close(element);
            true
        }
        Visit::Open(Node::Text(text)) => {
            writer.text(text);
            true
        }
        _ => true,
    });
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends owed before the next text, 0 to 2.
    breaks: u8,
    is_space_owed: bool,
    /// A cell's border owed before the next text of the same row.
    is_cell_owed: bool,
    /// For each open list, the number of its next item; `None` where items are not numbered.
    lists: Vec<Option<u32>>,
    /// The marker of an item that has no text yet.
    marker: Option<String>,
    preformatted: u32,
}

/// How an element stands in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Inline,
    /// On lines of its own.
    Line,
    /// Parted by an empty line.
    Paragraph,
    /// Not shown.
    Hidden,
}

fn flow(name: &str) -> Flow {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "table" | "dl"
        | "figure" | "hr" | "article" | "main" => Flow::Paragraph,
        "div" | "section" | "header" | "li" | "ul" | "ol" | "tr" | "dt" | "dd" | "aside"
        | "form" | "address" | "details" | "summary" | "fieldset" | "center" | "caption"
        | "figcaption" | "body" => Flow::Line,
        "script" | "style" | "noscript" | "template" | "svg" | "math" | "head" | "title"
        | "iframe" | "object" | "embed" | "canvas" | "audio" | "video" | "select" | "button"
        | "textarea" | "nav" | "footer" | "dialog" | "map" | "datalist" => Flow::Hidden,
        _ => Flow::Inline,
    }
}

impl Writer {
    /// Begins an element; tells whether its contents are shown.
    fn open(&mut self, element: &Element) -> bool {
        let name = element.name();
        let flow = flow(name);
        if flow == Flow::Hidden || is_hidden(element) {
            return false;
        }
        self.part(name, flow);
        match name {
            "br" => {
                self.breaks = (self.breaks + 1).min(2);
                self.is_space_owed = false;
            }
            "ul" => self.lists.push(None),
            "ol" => {
                let start = element.attr("start").and_then(|start| start.parse().ok());
                self.lists.push(Some(start.unwrap_or(1)));
            }
            "li" => self.item(),
            "td" | "th" => self.is_cell_owed = self.breaks == 0 && !self.out.is_empty(),
            "pre" => self.preformatted += 1,
            _ => {}
        }
        true
    }

    fn close(&mut self, element: &Element) {
        let name = element.name();
        let flow = flow(name);
        // A hidden element was never opened.
        if flow == Flow::Hidden || is_hidden(element) {
            return;
        }
        match name {
            "ul" | "ol" => {
                self.lists.pop();
            }
            "li" => self.marker = None,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
        self.part(name, flow);
    }

    fn part(&mut self, name: &str, flow: Flow) {
        let is_list = name == "ul" || name == "ol";
        let breaks = match flow {
            // Paragraphs inside an item stay together.
            Flow::Paragraph if self.lists.is_empty() => 2,
            Flow::Line if is_list && self.lists.is_empty() => 2,
            Flow::Paragraph | Flow::Line => 1,
            Flow::Inline | Flow::Hidden => return,
        };
        self.breaks = self.breaks.max(breaks);
        self.is_space_owed = false;
        self.is_cell_owed = false;
    }

    fn item(&mut self) {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(6));
        let sign = match self.lists.last_mut() {
            Some(Some(number)) => {
                let sign = format!("{number}. ");
                *number = number.saturating_add(1);
                sign
            }
            _ => "- ".to_owned(),
        };
        self.marker = Some(indent + &sign);
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            return self.preformatted(text);
        }
        for (at, word) in text.split(|c: char| c.is_whitespace()).enumerate() {
            if at > 0 {
                self.is_space_owed = true;
            }
            if !word.is_empty() {
                self.settle();
                self.out.push_str(word);
            }
        }
    }

    fn preformatted(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.breaks = (self.breaks + 1).min(2);
            }
            if !line.trim().is_empty() {
                self.settle();
                self.out.push_str(line.trim_end());
            }
        }
    }

    /// Writes what is owed before text.
    fn settle(&mut self) {
        let breaks = if self.out.is_empty() { 0 } else { self.breaks };
        for _ in 0..breaks {
            self.out.push('\n');
        }
        if let Some(marker) = self.marker.take() {
            self.out.push_str(&marker);
        } else if self.is_cell_owed && breaks == 0 {
            self.out.push_str(" | ");
        } else if self.is_space_owed && breaks == 0 && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.is_space_owed = false;
        self.is_cell_owed = false;
    }
}

/// Whether an element is kept from readers: previews of mails, traps, spare parts.
fn is_hidden(element: &Element) -> bool {
    if element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true") {
        return true;
    }
    let Some(style) = element.attr("style") else { return false };
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let style = style.to_ascii_lowercase();
    ["display:none", "visibility:hidden", "mso-hide:all"].iter().any(|hide| style.contains(hide))
}

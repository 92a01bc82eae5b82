//! Sources as OPML 2.0 (<https://opml.org/spec2.opml>), read and written.
//!
//! What OPML has no word for (a folder, a name, a schedule, whether it is visited) stands in
//! attributes of a namespace of its own, which other readers pass over.

use super::CliError;
use super::input::Input;
use crate::model::{Schedule, Source, SourceKind};
use crate::text::sanitize_line;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};
use std::io;

const NAMESPACE: &str = "urn:reservoir:source";
const HINT: &str = "export the list of feeds again from where it comes; nothing was added";

/// A source that an outline describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    pub line: usize,
    pub name: Option<String>,
    pub title: Option<String>,
    /// A folder's path, or a feed's address; not checked yet.
    pub address: String,
    pub is_folder: bool,
    pub is_disabled: bool,
    pub schedule: Option<String>,
}

/// The sources that an OPML text lists, in its order, however deep they stand.
///
/// # Errors
/// Where it is not OPML, or is damaged; with file, line and column.
pub fn read(input: &Input) -> Result<Vec<Outline>, CliError> {
    let mut reader = Reader::from_str(&input.text);
    let wrong = |offset: u64, what: &str| {
        let (line, column) = input.place(usize::try_from(offset).unwrap_or(usize::MAX));
        let what = format!("{}:{line}:{column}: {what}", input.name);
        CliError::Usage { what, hint: Some(HINT.to_owned()) }
    };
    let mut outlines = Vec::new();
    let mut depth = 0_usize;
    let mut is_opml = false;
    loop {
        let offset = reader.buffer_position();
        let event = reader.read_event();
        let event = event.map_err(|error| wrong(reader.error_position(), &error.to_string()))?;
        let (element, deeper) = match &event {
            Event::Eof if depth > 0 => return Err(wrong(offset, "it ends in the middle")),
            Event::Eof if is_opml => return Ok(outlines),
            Event::Eof => return Err(wrong(0, "it is no OPML: it has no <opml>")),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Start(element) => (element, 1),
            Event::Empty(element) => (element, 0),
            _ => continue,
        };
        let name = element.local_name().into_inner().to_ascii_lowercase();
        if depth == 0 && name != "opml" {
            return Err(wrong(offset, &format!("it is no OPML: it begins with <{name}>")));
        }
        is_opml = true;
        depth += deeper;
        if name == "outline" {
            let line = input.place(usize::try_from(offset).unwrap_or(usize::MAX)).0;
            outlines.extend(outline(element, line));
        }
    }
}

/// What an outline describes; `None` where it only groups others.
fn outline(element: &BytesStart<'_>, line: usize) -> Option<Outline> {
    let mut found = Outline { line, ..Outline::default() };
    let (mut text, mut title, mut is_untitled) = (None, None, false);
    for attribute in element.html_attributes().with_checks(false).flatten() {
        // Exporters forget to escape `&` in addresses: it is then meant as it stands.
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
        let value = sanitize_line(&value).into_owned();
        let key = attribute.key.into_inner().to_ascii_lowercase();
        match key.as_str() {
            _ if value.is_empty() => {}
            "xmlurl" => found.address = value,
            "text" => text = Some(value),
            "title" => title = Some(value),
            "reservoir:name" => found.name = Some(value),
            "reservoir:folder" => (found.address, found.is_folder) = (value, true),
            "reservoir:untitled" => is_untitled = true,
            "reservoir:enabled" => found.is_disabled = value == "false",
            "reservoir:schedule" => found.schedule = Some(value),
            _ => {}
        }
    }
    found.title = title.or(text).filter(|_| !is_untitled);
    (!found.address.is_empty()).then_some(found)
}

/// Sources as OPML.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn write(sources: &[Source]) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = [("version", "2.0"), ("xmlns:reservoir", NAMESPACE)];
    writer.write_event(Event::Start(BytesStart::new("opml").with_attributes(root)))?;
    writer.write_event(Event::Start(BytesStart::new("head")))?;
    writer.create_element("title").write_text_content(BytesText::new("Sources of Reservoir"))?;
    writer.write_event(Event::End(BytesEnd::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("body")))?;
    for source in sources {
        write_outline(&mut writer, source)?;
    }
    writer.write_event(Event::End(BytesEnd::new("body")))?;
    writer.write_event(Event::End(BytesEnd::new("opml")))?;
    let mut text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

fn write_outline(writer: &mut Writer<Vec<u8>>, source: &Source) -> io::Result<()> {
    let title = source.title.as_deref();
    let schedule = source.schedule.as_ref().map(Schedule::to_string);
    let mut outline = BytesStart::new("outline");
    outline.push_attribute(("text", title.unwrap_or(&source.name)));
    if let Some(title) = title {
        outline.push_attribute(("title", title));
    }
    if source.kind == SourceKind::Folder {
        outline.push_attribute(("reservoir:folder", source.address.as_str()));
    } else {
        outline.push_attribute(("type", "rss"));
        outline.push_attribute(("xmlUrl", source.address.as_str()));
    }
    outline.push_attribute(("reservoir:name", source.name.as_str()));
    if title.is_none() {
        outline.push_attribute(("reservoir:untitled", "true"));
    }
    if !source.is_enabled {
        outline.push_attribute(("reservoir:enabled", "false"));
    }
    if let Some(schedule) = &schedule {
        outline.push_attribute(("reservoir:schedule", schedule.as_str()));
    }
    writer.write_event(Event::Empty(outline))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn input(text: &str) -> Input {
        Input { name: "in.opml".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn nested_outlines_give_their_feeds_and_groups_none() {
        let text = r#"<?xml version="1.0"?><!-- c --><OPML version="1.0"><head/><body>
            <outline text="Group"><outline text="A &amp; B" xmlURL="https://a.example/?x=1&y=2"/>
            <outline text="t" title="Title" type="rss" xmlUrl='https://b.example/feed'></outline>
            </outline></body></OPML>"#;
        let found = read(&input(text)).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.line, one.title.as_deref().unwrap(), one.address.as_str()))
            .collect();
        assert_eq!(
            told,
            [(2, "A & B", "https://a.example/?x=1&y=2"), (3, "Title", "https://b.example/feed")]
        );
    }

    #[rstest]
    #[case("<rss><channel/></rss>", "begins with <rss>")]
    #[case("<opml><body><outline", "in.opml:1:")]
    #[case("<opml><body>", "ends in the middle")]
    #[case("<opml><body></opml>", "in.opml:1:")]
    #[case("just words", "no <opml>")]
    fn what_is_no_opml_is_refused(#[case] text: &str, #[case] expected: &str) {
        let error = read(&input(text)).unwrap_err();
        assert_eq!(error.exit_status(), 2);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

//! How a text is laid out: headings, list items, paragraphs, and what its sections are about.

use crate::extract::pattern;
use crate::text;
use regex::RegexSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest line (characters) that may be a heading.
const HEADING_LENGTH: usize = 90;

/// What a section is about, as its heading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Section {
    /// Before any heading.
    Lead,
    How,
    Setup,
    Customise,
    Benefit,
    Audience,
    Problem,
    About,
    Other,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Heading,
    /// An item of a list, with its number where it has one, and its indent in bytes.
    Item {
        number: Option<u16>,
        indent: u16,
    },
    Paragraph,
}

/// A heading, a list item or a paragraph, without its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
    pub(crate) section: Section,
    /// Its sentences, as indexes into `Outline::sentences`.
    pub(crate) sentences: Range<usize>,
}

/// A sentence, trimmed of list marks and emphasis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) range: Range<usize>,
    pub(crate) block: usize,
}

/// A text's layout.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(crate) blocks: Vec<Block>,
    pub(crate) sentences: Vec<Sentence>,
}

impl Outline {
    pub(crate) fn of(text: &str) -> Self {
        let mut outline = Self::default();
        let mut section = Section::Lead;
        for range in text::sentences(text) {
            let line = Line::at(text, &range);
            let opens_line = text[line.range.start..range.start].trim().is_empty();
            let content = trim_marks(text, &range, if opens_line { line.mark } else { 0 });
            if opens_line || outline.blocks.is_empty() {
                if line.kind == Kind::Heading {
                    section = section_named(&text[content.clone()]).unwrap_or(Section::Other);
                }
                let next = outline.sentences.len();
                let block = Block {
                    range: content.clone(),
                    kind: line.kind,
                    section,
                    sentences: next..next,
                };
                outline.blocks.push(block);
            }
            let at = outline.blocks.len() - 1;
            if content.is_empty() {
                continue;
            }
            let block = &mut outline.blocks[at];
            block.range.end = content.end;
            block.sentences.end += 1;
            outline.sentences.push(Sentence { range: content, block: at });
        }
        outline.blocks.retain(|block| !block.sentences.is_empty());
        for (at, block) in outline.blocks.iter().enumerate() {
            for sentence in &mut outline.sentences[block.sentences.clone()] {
                sentence.block = at;
            }
        }
        outline
    }

    /// The section in which the byte `at` stands.
    pub(crate) fn section_at(&self, at: usize) -> Section {
        let after = self.blocks.partition_point(|block| block.range.start <= at);
        after.checked_sub(1).map_or(Section::Lead, |at| self.blocks[at].section)
    }

    /// The sentence in which the byte `at` stands, or the one before it.
    pub(crate) fn sentence_at(&self, at: usize) -> Option<usize> {
        self.sentences.partition_point(|sentence| sentence.range.start <= at).checked_sub(1)
    }
}

/// The line in which a sentence stands.
struct Line {
    range: Range<usize>,
    kind: Kind,
    /// How many bytes of list or heading mark it begins with, after its indent.
    mark: usize,
}

impl Line {
    fn at(text: &str, sentence: &Range<usize>) -> Self {
        let start = text[..sentence.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[sentence.start..].find('\n').map_or(text.len(), |at| sentence.start + at);
        let raw = &text[start..end];
        let content = raw.trim_start();
        let indent = u16::try_from(raw.len() - content.len()).unwrap_or(u16::MAX);
        let hashes = content.bytes().take_while(|b| *b == b'#').count();
        if hashes > 0 && content[hashes..].starts_with(' ') {
            return Self { range: start..end, kind: Kind::Heading, mark: hashes };
        }
        if let Some((mark, number)) = item_mark(content) {
            return Self { range: start..end, kind: Kind::Item { number, indent }, mark };
        }
        let kind = if is_heading(text, start, end) { Kind::Heading } else { Kind::Paragraph };
        Self { range: start..end, kind, mark: 0 }
    }
}

/// The length of a list mark and its number: `- `, `3) `, `Step 2: `, `4️⃣ `.
fn item_mark(line: &str) -> Option<(usize, Option<u16>)> {
    let first = line.chars().next()?;
    let rest = &line[first.len_utf8()..];
    if matches!(first, '-' | '*' | '+' | '•' | '◦' | '–' | '·' | '▪' | '→' | '➡' | '✅' | '👉')
    {
        return rest.starts_with(char::is_whitespace).then_some((first.len_utf8(), None));
    }
    let is_step = line.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("step "));
    let lead = if is_step { 5 } else { 0 };
    let digits = line[lead..].bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let number = line[lead..lead + digits].parse().ok();
    let after = &line[lead + digits..];
    let close = after.chars().next()?;
    let is_keycap = after.starts_with("\u{fe0f}\u{20e3}");
    let mark = lead + digits + if is_keycap { "\u{fe0f}\u{20e3}".len() } else { close.len_utf8() };
    let is_mark = is_keycap
        || matches!(close, '.' | ')' | ':')
        || (is_step && matches!(close, '-' | '–' | ' '));
    let is_parted = line[mark..].starts_with(char::is_whitespace) || line[mark..].is_empty();
    (is_mark && is_parted).then_some((mark, number))
}

/// Whether the plain line `start..end` stands as a heading over what follows.
fn is_heading(text: &str, start: usize, end: usize) -> bool {
    let line = text[start..end].trim();
    let before = text[..start].trim_end_matches([' ', '\t']);
    let is_parted = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let is_wholly_bold =
        line.len() > 4 && line.starts_with("**") && line.trim_end_matches(':').ends_with("**");
    let rest = text[end..].trim_start();
    let length = line.chars().count();
    let closes = line.ends_with(['.', ',', ';', '!', '…', '。', ')']) && !is_wholly_bold;
    let is_question = line.ends_with(['?', '？']) && section_named(line).is_none();
    let opens_well = line.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase());
    let is_label = line.ends_with(':') && length <= 60;
    (is_parted || is_wholly_bold || (is_label && section_named(line).is_some()))
        && length <= HEADING_LENGTH
        && line.split_whitespace().count() <= 12
        && opens_well
        && !closes
        && !is_question
        && !rest.is_empty()
}

/// `range` without its list mark, emphasis and ornaments at the edges.
fn trim_marks(text: &str, range: &Range<usize>, mark: usize) -> Range<usize> {
    let mut start = (range.start + mark).min(range.end);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let part = &text[start..range.end];
    let kept = part.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '*' | '_' | '`' | '#' | '>' | '•' | '-' | '–' | '|')
            || is_ornament(c)
    });
    let start = range.end - kept.len();
    let kept = kept.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '*' | '_' | '`' | '|') || is_ornament(c)
    });
    start..start + kept.len()
}

/// Pictures that decorate the edge of a line.
fn is_ornament(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{20e3}' | '\u{200d}' | '\u{1f000}'..='\u{1faff}')
}

/// Patterns over a heading, most telling first; the first that fits decides.
static SECTIONS: LazyLock<(RegexSet, [Section; 7])> = LazyLock::new(|| {
    let set = pattern::set([
        r"(?i)\b(set ?up|setup|requirements?|prerequisit\w*|credentials?|configur\w*|install\w*|before you|you('| wi)?ll need|what you need|you need|how to (use|set|run|get|import|install)|getting started|needed|voraussetzung\w*|einrichtung|requisitos|configuraci[oó]n|pr[eé]requis|api keys?|test(ing)?( it)?$|usage|instructions)\b",
        r"(?i)\b(customi[sz]\w*|extend\w*|adapt\w*|modif\w*|enhanc\w*|alternativ\w*|ideas|next steps?|improve\w*|make it your|limitations?|troubleshoot\w*|tips|faq|optional|anpassen|what (did ?n.t|failed|went wrong)|was nicht)\b",
        r"(?i)\b(how (it|this|the \w+) works?|how does (it|this)|what (it|this|the) ?(workflow|template|automation|agent)? ?does|workflow|steps?|process|flow|under the hood|behind the scenes|step.by.step|nodes?|pipeline|architecture|so funktioniert|wie es (ist|l[äa]uft|funktioniert)|c[oó]mo funciona|comment [cç]a marche|fonctionnement|como funciona|come funziona|functionality|features?|key components|overview|what happens|しくみ|仕組み)\b|しくみ|仕組み",
        r"(?i)\b(problem|pain|challenge|before|why (we|i|it)|the issue|wie es war|das problem|le probl[eè]me|el problema|il problema|o problema)\b",
        r"(?i)\b(benefits?|advantages?|results?|outcomes?|why (use|this|it)|value|impact|savings?|roi|was es bringt|ergebnis\w*|resultad\w*|r[eé]sultats?|risultat\w*|vorteile)\b|結果|効果",
        r"(?i)\b(who|use ?cases?|perfect for|ideal for|audience|f[üu]r wen|para qui[eé]n|pour qui|when to use|applications?)\b",
        r"(?i)\b(about|author|contact|support|need help|help|resources?|links?|credits?|connect with|follow|video|demo|disclaimer|community|hire|sponsor\w*|feedback)\b",
    ]);
    let kinds = [
        Section::Setup,
        Section::Customise,
        Section::How,
        Section::Problem,
        Section::Benefit,
        Section::Audience,
        Section::About,
    ];
    (set, kinds)
});

/// What the heading `line` announces, where it says.
pub(crate) fn section_named(line: &str) -> Option<Section> {
    SECTIONS.0.matches(line).iter().next().map(|at| SECTIONS.1[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const POST: &str = "What we built\n\nWhen a form comes in, it is read. Then it is sent.\n\nHow it works\n\
                        1. Read the form\n2. **Send** it\n\nSetup steps:\n- Add keys\n- Run it";

    #[test]
    fn lines_are_told_apart() {
        let outline = Outline::of(POST);
        let kinds: Vec<(&str, Kind, Section)> =
            outline.blocks.iter().map(|b| (&POST[b.range.clone()], b.kind, b.section)).collect();
        let item = |number| Kind::Item { number, indent: 0 };
        assert_eq!(
            kinds,
            [
                ("What we built", Kind::Heading, Section::Other),
                (
                    "When a form comes in, it is read. Then it is sent.",
                    Kind::Paragraph,
                    Section::Other
                ),
                ("How it works", Kind::Heading, Section::How),
                ("Read the form", item(Some(1)), Section::How),
                ("Send** it", item(Some(2)), Section::How),
                ("Setup steps:", Kind::Heading, Section::Setup),
                ("Add keys", item(None), Section::Setup),
                ("Run it", item(None), Section::Setup),
            ]
        );
        assert_eq!(outline.sentences.len(), 9);
        assert_eq!(outline.section_at(POST.len() - 1), Section::Setup);
    }

    #[rstest]
    #[case("## 🛠️ Prerequisites", Some(Section::Setup))]
    #[case("How it works", Some(Section::How))]
    #[case("Customization Guide", Some(Section::Customise))]
    #[case("So funktioniert es", Some(Section::How))]
    #[case("My dog", None)]
    fn headings_name_sections(#[case] heading: &str, #[case] section: Option<Section>) {
        assert_eq!(section_named(heading), section);
    }
}

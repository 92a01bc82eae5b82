//! What a text tells, apart from how it is set up and whom to ask.

/// Headings that hold one of these open what is not told of the automation itself.
const ASIDES: &[&str] = &[
    "about me",
    "about the",
    "activat",
    "adjust",
    "author",
    "before you",
    "best practices",
    "common issues",
    "configur",
    "connect with",
    "contact",
    "credential",
    "customis",
    "customiz",
    "disclaimer",
    "docs",
    "error handling",
    "estimated",
    "feedback",
    "getting started",
    "hire",
    "import the",
    "install",
    "license",
    "ll need",
    "need help",
    "next steps",
    "notes",
    "precondition",
    "prerequisite",
    "questions",
    "quick start",
    "requirement",
    "resources",
    "set up",
    "set-up",
    "setup",
    "support",
    "test the",
    "troubleshoot",
    "what you need",
];

/// The longest line that may be a heading by its looks alone, in bytes and in words.
const LONGEST: usize = 60;
const MOST_WORDS: usize = 8;

/// The lines of a lower-case text, Markdown or plain, parted into what is told and asides.
pub(super) fn split(text: &str) -> (String, String) {
    let (mut told, mut aside) = (String::with_capacity(text.len()), String::new());
    let mut is_aside = false;
    let mut is_parted = true;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(heading) = heading(trimmed, is_parted) {
            is_aside = ASIDES.iter().any(|word| heading.contains(word));
        }
        is_parted = trimmed.is_empty();
        let zone = if is_aside { &mut aside } else { &mut told };
        zone.push_str(line);
        zone.push('\n');
    }
    (told, aside)
}

/// What a line says as a heading; `is_parted` when an empty line or nothing stands before it.
fn heading(line: &str, is_parted: bool) -> Option<&str> {
    if line.starts_with('#') {
        return Some(line.trim_start_matches('#'));
    }
    let is_bold = line.len() > 4 && line.starts_with("**");
    if is_bold && line.len() < 90 && line.trim_end_matches(':').ends_with("**") {
        return Some(line);
    }
    let first = line.chars().next()?;
    let is_item = matches!(first, '-' | '*' | '•') || first.is_ascii_digit();
    let is_label = line.ends_with(':');
    let closes = line.ends_with(['.', ',', ';', '!', '…']);
    let is_short = line.len() <= LONGEST && line.split_whitespace().count() <= MOST_WORDS;
    (is_short && !is_item && !closes && (is_label || is_parted)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_up_falls_aside_until_the_next_heading_when_split() {
        let markdown = "it reads mail.\n## setup\nadd a key.\n### how it works\nit answers.";
        let (told, aside) = split(markdown);
        assert_eq!(told, "it reads mail.\n### how it works\nit answers.\n");
        assert_eq!(aside, "## setup\nadd a key.\n");
    }

    #[test]
    fn a_plain_line_is_a_heading_when_an_empty_one_stands_before_it() {
        let (told, aside) =
            split("requirements\na key.\nsupport is not one\n\nhow it works\nit runs.");
        assert_eq!(told, "how it works\nit runs.\n");
        assert!(aside.contains("support is not one"));
    }
}

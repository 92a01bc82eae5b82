//! WebVTT and SubRip captions as one readable text with its clock.

use crate::model::Mark;
use unicode_width::UnicodeWidthChar;

/// Silence, in seconds, that begins a new paragraph at a sentence's end.
const PAUSE: f64 = 2.5;
/// A paragraph ends at the next sentence's end beyond so many bytes.
const PARAGRAPH: usize = 500;

/// Captions read as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// Sentences run across caption breaks; safe for terminals.
    pub text: String,
    /// One a caption that adds words.
    pub marks: Vec<Mark>,
    /// `Name: value` lines of the header and of NOTE blocks, names lower-cased.
    pub headers: Vec<(String, String)>,
}

impl Transcript {
    /// The value of header `name`, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Whether `text` begins as WebVTT or SubRip does.
pub fn is_transcript(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if let Some(rest) = text.strip_prefix("WEBVTT") {
        return rest.is_empty() || rest.starts_with(char::is_whitespace);
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim();
    let timing =
        if first.parse::<u32>().is_ok() { lines.next().unwrap_or_default() } else { first };
    timing_of(timing).is_some()
}

/// Reads captions; words that roll from one caption into the next are taken once.
///
/// Blocks without a timing are notes, styles or broken; notes may carry `name: value` lines.
pub fn read(text: &str) -> Transcript {
    let mut joiner = Joiner::default();
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().peekable();
    let mut is_header = true;
    while let Some(line) = lines.next() {
        if let Some((start, end)) = timing_of(line) {
            is_header = false;
            let mut cue = Cue { start, end, lines: Vec::new() };
            while let Some(line) = lines.next_if(|l| !l.trim().is_empty() && timing_of(l).is_none())
            {
                let (voice, words) = clean(line);
                joiner.voice(voice, &mut cue);
                cue.lines.extend(Some(words).filter(|w| !w.is_empty()));
            }
            // A block's number may stand right before the next timing, without an empty line.
            if lines.peek().is_some_and(|l| timing_of(l).is_some()) {
                cue.lines.pop_if(|last| last.bytes().all(|b| b.is_ascii_digit()));
            }
            joiner.add(cue);
            continue;
        }
        let trimmed = line.trim();
        let is_note = trimmed == "NOTE" || trimmed.starts_with("NOTE ");
        if is_note || (is_header && !trimmed.is_empty()) {
            joiner.header(trimmed.strip_prefix("NOTE").unwrap_or(trimmed));
        }
        if is_note || trimmed == "STYLE" || trimmed == "REGION" {
            while let Some(line) = lines.next_if(|l| !l.trim().is_empty()) {
                joiner.header(line);
            }
        }
    }
    joiner.done
}

struct Cue {
    start: f64,
    end: f64,
    lines: Vec<String>,
}

#[derive(Default)]
struct Joiner {
    done: Transcript,
    /// Lines of the caption before.
    before: Vec<String>,
    ended: f64,
    voice: Option<String>,
    is_new_voice: bool,
}

impl Joiner {
    fn header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let is_name = !name.is_empty() && name.len() <= 24 && !name.contains(['{', ';', '"']);
        if is_name && !value.is_empty() && self.done.headers.len() < 32 {
            self.done.headers.push((name, value.to_owned()));
        }
    }

    fn voice(&mut self, voice: Option<String>, cue: &mut Cue) {
        if voice.is_some() && voice != self.voice {
            self.is_new_voice = self.voice.is_some() || !self.done.text.is_empty();
            cue.lines.extend(voice.as_ref().map(|name| format!("{name}:")));
            self.voice = voice;
        }
    }

    /// Adds what `cue` says beyond the caption before it.
    fn add(&mut self, cue: Cue) {
        let is_next = cue.start - self.ended < PAUSE;
        let repeated = if is_next { repeated_lines(&self.before, &cue.lines) } else { 0 };
        let mut words = cue.lines[repeated..].join(" ");
        if repeated == 0
            && is_next
            && let [before] = self.before.as_slice()
            && let Some(rest) = words.strip_prefix(before.as_str())
            && rest.starts_with(' ')
        {
            // A caption that grows word by word.
            words = rest.trim_start().to_owned();
        }
        let pause = cue.start - self.ended;
        self.ended = cue.end.max(cue.start);
        if !cue.lines.is_empty() {
            self.before = cue.lines;
        }
        if words.is_empty() {
            return;
        }
        let words = words.strip_prefix(">>").map_or(words.as_str(), |rest| {
            self.is_new_voice = !self.done.text.is_empty();
            // Nothing may cling to the mark that is cut off: an accent would be left without letter.
            rest.trim_start().trim_start_matches(|c: char| c.width() == Some(0))
        });
        if words.is_empty() {
            return;
        }
        self.part(pause);
        let offset = u32::try_from(self.done.text.len()).unwrap_or(u32::MAX);
        // Clocks are bounded by their parser: six digits of hours.
        let seconds = cue.start.max(0.0) as u32;
        self.done.marks.push(Mark { offset, seconds });
        self.done.text.push_str(words);
    }

    /// Writes what stands between the last words and the next.
    fn part(&mut self, pause: f64) {
        let text = &mut self.done.text;
        if text.is_empty() {
            return;
        }
        let ends = text.ends_with(['.', '!', '?', '…', '。', '？', '！']);
        let length = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
        let breaks = self.is_new_voice || (ends && (pause >= PAUSE || length > PARAGRAPH));
        self.is_new_voice = false;
        if breaks {
            text.push('\n');
        } else if !text.ends_with(is_wide) {
            text.push(' ');
        }
    }
}

/// Scripts written without spaces between words.
fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x3000..=0x30FF | 0x3400..=0x9FFF | 0xFF00..=0xFF60)
}

/// How many lines at the head of `now` repeat the tail of `before`.
fn repeated_lines(before: &[String], now: &[String]) -> usize {
    let most = before.len().min(now.len());
    (1..=most).rev().find(|&n| before[before.len() - n..] == now[..n]).unwrap_or(0)
}

/// A line's speaker and its words, without tags and entities.
fn clean(line: &str) -> (Option<String>, String) {
    let mut words = String::with_capacity(line.len());
    let mut voice = None;
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{', '&']) {
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'<' => tag(rest, &mut voice),
            b'{' => rest.starts_with("{\\").then(|| rest.find('}')).flatten().map(|end| end + 1),
            _ => entity(rest, &mut words),
        };
        let taken = taken.unwrap_or_else(|| {
            words.push_str(&rest[..1]);
            1
        });
        rest = &rest[taken..];
    }
    words.push_str(rest);
    // Made safe here, before marks count offsets into the text.
    (voice, super::sanitize_line(&words).into_owned())
}

/// A tag's length, its speaker noted where it names one.
fn tag(rest: &str, voice: &mut Option<String>) -> Option<usize> {
    let end = rest.bytes().take(200).position(|b| b == b'>')?;
    let inside = &rest[1..end];
    if let Some(name) = inside.strip_prefix("v ").or(inside.strip_prefix("v.")) {
        let name = super::sanitize_line(name).into_owned();
        *voice = Some(name).filter(|name| !name.is_empty());
    }
    Some(end + 1)
}

fn entity(rest: &str, words: &mut String) -> Option<usize> {
    let known = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&lrm;", ""),
        ("&rlm;", ""),
    ];
    let (name, shown) = known.iter().find(|(name, _)| rest.starts_with(name))?;
    words.push_str(shown);
    Some(name.len())
}

/// Start and end in seconds of a timing line, `00:01.000 --> 00:02.000 align:start`.
fn timing_of(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((clock(start.trim())?, clock(end)?))
}

/// Seconds of `[HH:]MM:SS[.,]mmm`.
fn clock(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut parts = 0;
    for part in text.split(':') {
        parts += 1;
        let is_number = !part.is_empty()
            && part.len() <= 6
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        if !is_number || parts > 3 {
            return None;
        }
        seconds = seconds * 60.0 + part.replace(',', ".").parse::<f64>().ok()?;
    }
    (parts >= 2).then_some(seconds)
}

#[cfg(test)]
mod tests;

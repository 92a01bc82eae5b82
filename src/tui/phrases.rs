//! Numbers, ages and names as the screens say them.

use crate::model::{DocumentKind, Status, Verdict};
use jiff::Timestamp;

/// How long ago, in at most three columns: `now`, `5m`, `3h`, `2d`, `6w`, `4y`.
pub(super) fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (minutes, hours, days) {
        (0, ..) => "now".to_owned(),
        (1..60, ..) => format!("{minutes}m"),
        (_, 1..24, _) => format!("{hours}h"),
        (.., 1..14) => format!("{days}d"),
        (.., 14..700) => format!("{}w", days / 7),
        _ => format!("{}y", days / 365),
    }
}

/// The same in a sentence: `just now`, `5m ago`.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    match age(then, now).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

/// A probability in three columns: `.86`, `1.0`.
pub(super) fn share(p: f32) -> String {
    let hundredths = (p.clamp(0.0, 1.0) * 100.0).round() as u32;
    if hundredths == 100 { "1.0".to_owned() } else { format!(".{hundredths:02}") }
}

/// A share in whole hundredths: `62%`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}%", share.clamp(0.0, 1.0) * 100.0)
}

/// A number of bytes in few columns: `0.8 MB`, `41 MB`.
pub(super) fn size(bytes: u64) -> String {
    let mut rest = bytes as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if rest < 100.0 {
            break;
        }
        (rest, unit) = (rest / 1000.0, larger);
    }
    if rest < 10.0 && unit != "B" {
        format!("{rest:.1} {unit}")
    } else {
        format!("{rest:.0} {unit}")
    }
}

/// A whole number with thousands apart.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 item`, `3 items`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(n as u64))
}

/// A duration as a clock shows it: `0:40`, `12:05`, `1:02:00`.
pub(super) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// One column that tells the kind of source.
pub(super) fn kind_glyph(kind: Option<DocumentKind>) -> &'static str {
    match kind {
        Some(DocumentKind::Transcript) => "►",
        Some(DocumentKind::Article) => "¶",
        Some(DocumentKind::Post) => "»",
        Some(DocumentKind::Newsletter) => "@",
        Some(DocumentKind::Workflow) => "◆",
        Some(DocumentKind::Template) => "◇",
        Some(DocumentKind::Launch) => "↑",
        Some(DocumentKind::Repository) => "±",
        Some(DocumentKind::Note) => "·",
        None => "✎",
    }
}

/// The kind of source in one word.
pub(super) fn kind_word(kind: Option<DocumentKind>) -> &'static str {
    match kind {
        Some(DocumentKind::Transcript) => "video",
        Some(kind) => kind.name(),
        None => "by hand",
    }
}

/// One column that tells a status.
pub(super) fn status_glyph(status: Status) -> &'static str {
    match status {
        Status::Inbox => " ",
        Status::Approved => "✓",
        Status::Rejected => "✗",
        Status::Deferred => "~",
        Status::Merged => "&",
    }
}

/// What a verdict does, as a verb in the past.
pub(super) fn verdict_done(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approved",
        Verdict::Reject { .. } => "rejected",
        Verdict::Defer { .. } => "deferred",
        Verdict::Reopen => "put back",
    }
}

/// The same as an order.
pub(super) fn verdict_order(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approve",
        Verdict::Reject { .. } => "reject",
        Verdict::Defer { .. } => "defer",
        Verdict::Reopen => "put back",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use rstest::rstest;

    #[rstest]
    #[case(30, "now")]
    #[case(60 * 59, "59m")]
    #[case(3600 * 23, "23h")]
    #[case(86_400 * 13, "13d")]
    #[case(86_400 * 60, "8w")]
    #[case(86_400 * 800, "2y")]
    fn an_age_takes_three_columns(#[case] seconds: i64, #[case] expected: &str) {
        let then: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(age(then, then + seconds.seconds()), expected);
    }

    #[rstest]
    #[case(0.856, ".86")]
    #[case(0.999, "1.0")]
    #[case(0.0, ".00")]
    fn a_share_takes_three_columns(#[case] p: f32, #[case] expected: &str) {
        assert_eq!(share(p), expected);
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(99, "99 B")]
    #[case(1_400, "1.4 kB")]
    #[case(812_000, "0.8 MB")]
    #[case(41_300_000, "41 MB")]
    #[case(4_100_000_000, "4.1 GB")]
    fn sizes_take_few_columns(#[case] bytes: u64, #[case] expected: &str) {
        assert_eq!(size(bytes), expected);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "item"), "1 item");
        assert_eq!(clock(3725), "1:02:05");
    }
}

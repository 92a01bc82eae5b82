//! Dates as sources write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// Reads RFC 3339, RFC 2822, `YYYY-MM-DD[ HH:MM[:SS]]`, `YYYYMMDD` or Unix seconds; without an
/// offset UTC is meant. `None` for anything else.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            8 => {
                utc(Date::strptime("%Y%m%d", text).ok()?.to_datetime(jiff::civil::Time::midnight()))
            }
            9..=10 => Timestamp::from_second(text.parse().ok()?).ok(),
            13 => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            _ => None,
        };
    }
    if let Ok(moment) = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text) {
        return Some(moment);
    }
    text.parse::<DateTime>().ok().and_then(utc).or_else(|| slashed(text))
}

/// `YYYY/MM/DD`, the one order of slashes that is not ambiguous.
fn slashed(text: &str) -> Option<Timestamp> {
    let date = Date::strptime("%Y/%m/%d", text.get(..10)?).ok()?;
    utc(date.to_datetime(jiff::civil::Time::midnight()))
}

fn utc(moment: DateTime) -> Option<Timestamp> {
    Some(moment.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-16T08:30:00Z", Some("2026-11-16T08:30:00Z"))]
    #[case("2026-11-16T08:30:00.123+02:00", Some("2026-11-16T06:30:00.123Z"))]
    #[case("Mon, 16 Nov 2026 05:10:00 +0100", Some("2026-11-16T04:10:00Z"))]
    #[case("Mon, 16 Nov 2026 05:10:00 GMT", Some("2026-11-16T05:10:00Z"))]
    #[case("2026-11-16", Some("2026-11-16T00:00:00Z"))]
    #[case("2026-11-16 08:30", Some("2026-11-16T08:30:00Z"))]
    #[case("20261116", Some("2026-11-16T00:00:00Z"))]
    #[case("1794744000", Some("2026-11-15T12:00:00Z"))]
    #[case("2026/11/16", Some("2026-11-16T00:00:00Z"))]
    #[case("yesterday", None)]
    #[case("2026-13-45", None)]
    #[case("", None)]
    #[case("é26/11/16é", None)]
    fn dates_are_read_as_sources_write_them(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(read(text).map(|moment| moment.to_string()).as_deref(), expected);
    }
}

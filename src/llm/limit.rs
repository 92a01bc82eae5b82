//! What a provider's headers say about when to come again.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

/// Longest wait that a provider may ask for: a day.
const MAX_WAIT: i64 = 24 * 3600;

/// When a limited call may be sent again: `retry-after-ms`, `Retry-After` (seconds or a date), else
/// the latest reset of a limit that is used up.
pub(super) fn retry_at(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let milliseconds = text(headers, "retry-after-ms").and_then(|value| value.parse().ok());
    if let Some(milliseconds) = milliseconds {
        return Some(after(now, SignedDuration::from_millis(milliseconds)));
    }
    if let Some(value) = text(headers, "retry-after") {
        let date = || rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value);
        return match value.parse::<f64>() {
            Ok(seconds) => Some(after(now, seconds_of(seconds))),
            Err(_) => date().ok().map(|at| after(now, at.duration_since(now))),
        };
    }
    rest_until(headers, now).or_else(|| resets(headers, now, false).max())
}

/// Until when a key shall rest although its call was answered: one of its limits is used up.
pub(super) fn rest_until(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    resets(headers, now, true).max()
}

/// The moments at which limits start anew, as `x-ratelimit-reset-requests`, `-tokens` and the bare
/// one name them; only those used up where `is_spent_only`.
fn resets(
    headers: &HeaderMap,
    now: Timestamp,
    is_spent_only: bool,
) -> impl Iterator<Item = Timestamp> + '_ {
    ["", "-requests", "-tokens"].into_iter().filter_map(move |of| {
        let left = text(headers, &format!("x-ratelimit-remaining{of}"));
        let is_spent = left.and_then(|left| left.parse::<f64>().ok()).is_some_and(|n| n < 1.0);
        let reset = moment(text(headers, &format!("x-ratelimit-reset{of}"))?, now)?;
        (is_spent || !is_spent_only).then_some(reset)
    })
}

/// `12`, `0.5`, `1m30.5s`, `120ms`, seconds or milliseconds since 1970, or a date.
fn moment(value: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(number) = value.parse::<f64>() {
        let from_epoch = |seconds: f64| seconds - now.as_millisecond() as f64 / 1e3;
        let wait = match number {
            _ if number > 1e11 => from_epoch(number / 1e3),
            _ if number > 1e9 => from_epoch(number),
            _ => number,
        };
        return Some(after(now, seconds_of(wait)));
    }
    if let Ok(at) = value.parse::<Timestamp>() {
        return Some(after(now, at.duration_since(now)));
    }
    let mut seconds = 0.0;
    let mut rest = value;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit =
            rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |n| digits + n);
        seconds += number
            * match &rest[digits..unit] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!value.is_empty()).then(|| after(now, seconds_of(seconds)))
}

fn seconds_of(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::from_secs(MAX_WAIT))
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    let wait = wait.clamp(SignedDuration::ZERO, SignedDuration::from_secs(MAX_WAIT));
    now.saturating_add(wait).unwrap_or(now)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[("retry-after", "2")], Some(2_000))]
    #[case(&[("retry-after", "0")], Some(0))]
    #[case(&[("retry-after", "0.5")], Some(500))]
    #[case(&[("retry-after-ms", "120"), ("retry-after", "9")], Some(120))]
    #[case(&[("retry-after", "Mon, 16 Nov 2026 00:01:00 GMT")], Some(60_000))]
    #[case(&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30.5s"),
        ("x-ratelimit-remaining-tokens", "9"), ("x-ratelimit-reset-tokens", "6h")], Some(90_500))]
    #[case(&[("x-ratelimit-reset-tokens", "120ms")], Some(120))]
    #[case(&[("x-ratelimit-reset", "1794787260")], Some(60_000))]
    #[case(&[("x-ratelimit-reset", "1794787260000")], Some(60_000))]
    #[case(&[("x-ratelimit-reset", "2026-11-16T00:00:07Z")], Some(7_000))]
    #[case(&[("x-ratelimit-reset", "soon")], None)]
    #[case(&[("retry-after", "999999999")], Some(86_400_000))]
    #[case(&[], None)]
    fn waits_are_read_in_every_spelling(
        #[case] pairs: &[(&'static str, &str)],
        #[case] expected: Option<i64>,
    ) {
        let now: Timestamp = "2026-11-16T00:00:00Z".parse().unwrap();
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let wait = retry_at(&headers, now).map(|at| at.as_millisecond() - now.as_millisecond());
        assert_eq!(wait, expected);
    }
}

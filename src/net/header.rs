//! What headers say about when to come again.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, CACHE_CONTROL, EXPIRES, HeaderMap, RETRY_AFTER};

/// Longest wait that a server may ask for: 30 days.
const MAX_WAIT: i64 = 30 * 24 * 3600;

/// The moment that `Retry-After` (seconds or a date), else a rate limit's reset names.
pub(super) fn retry_at(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    if let Some(value) = text(headers, RETRY_AFTER.as_str()) {
        return match value.parse::<u64>() {
            Ok(seconds) => Some(after(now, i64::try_from(seconds).unwrap_or(MAX_WAIT))),
            Err(_) => date(value).map(|at| at.clamp(now, after(now, MAX_WAIT))),
        };
    }
    let is_spent = text(headers, "x-ratelimit-remaining")
        .and_then(|left| left.parse::<f64>().ok())
        .is_some_and(|left| left < 1.0);
    let reset = text(headers, "x-ratelimit-reset").and_then(|at| at.parse::<f64>().ok())?;
    // Some count seconds from now, others since 1970.
    let seconds = if reset > 1e9 { reset - now.as_second() as f64 } else { reset };
    is_spent.then(|| after(now, seconds.max(0.0) as i64))
}

/// Until when the answer is fresh: `max-age` less `Age`, else `Expires`. `None` where not said.
pub(super) fn fresh_until(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let control = text(headers, CACHE_CONTROL.as_str()).unwrap_or_default().to_ascii_lowercase();
    if control.contains("no-cache") || control.contains("no-store") {
        return None;
    }
    let max_age = control.split(',').find_map(|part| {
        part.trim().strip_prefix("max-age=")?.trim_matches('"').parse::<i64>().ok()
    });
    if let Some(max_age) = max_age {
        let age = text(headers, AGE.as_str()).and_then(|age| age.parse::<i64>().ok()).unwrap_or(0);
        let left = max_age.saturating_sub(age.max(0));
        return (left > 0).then(|| after(now, left));
    }
    date(text(headers, EXPIRES.as_str())?)
        .filter(|at| *at > now)
        .map(|at| at.min(after(now, MAX_WAIT)))
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn date(value: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok()
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds.clamp(0, MAX_WAIT))).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[rstest]
    #[case(&[("retry-after", "120")], Some("2026-11-16T00:02:00Z"))]
    #[case(&[("retry-after", "0")], Some("2026-11-16T00:00:00Z"))]
    #[case(&[("retry-after", "Mon, 16 Nov 2026 01:00:00 GMT")], Some("2026-11-16T01:00:00Z"))]
    #[case(&[("retry-after", "Sun, 15 Nov 2026 01:00:00 GMT")], Some("2026-11-16T00:00:00Z"))]
    #[case(&[("retry-after", "99999999999999")], Some("2026-12-16T00:00:00Z"))]
    #[case(&[("x-ratelimit-remaining", "0.0"), ("x-ratelimit-reset", "65")], Some("2026-11-16T00:01:05Z"))]
    #[case(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1794787260")], Some("2026-11-16T00:01:00Z"))]
    #[case(&[("x-ratelimit-remaining", "9"), ("x-ratelimit-reset", "65")], None)]
    #[case(&[("retry-after", "soon")], None)]
    #[case(&[], None)]
    fn waits_are_read_in_every_spelling(
        #[case] pairs: &[(&'static str, &str)],
        #[case] expected: Option<&str>,
    ) {
        let now: Timestamp = "2026-11-16T00:00:00Z".parse().unwrap();
        assert_eq!(retry_at(&headers(pairs), now).map(|at| at.to_string()).as_deref(), expected);
    }

    #[rstest]
    #[case(&[("cache-control", "public, max-age=3600"), ("age", "600")], Some("2026-11-16T00:50:00Z"))]
    #[case(&[("cache-control", "no-cache, max-age=3600")], None)]
    #[case(&[("cache-control", "max-age=0")], None)]
    #[case(&[("expires", "Mon, 16 Nov 2026 01:00:00 GMT")], Some("2026-11-16T01:00:00Z"))]
    #[case(&[("expires", "0")], None)]
    fn freshness_is_read(#[case] pairs: &[(&'static str, &str)], #[case] expected: Option<&str>) {
        let now: Timestamp = "2026-11-16T00:00:00Z".parse().unwrap();
        assert_eq!(fresh_until(&headers(pairs), now).map(|at| at.to_string()).as_deref(), expected);
    }
}

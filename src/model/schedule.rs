//! How often a source is visited.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// At most one visit in so much time: `15m` to `52w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Schedule {
    minutes: u32,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "cannot read `{0}` as a schedule; write 15m to 52w, as 30m, 6h, 1d or 2w, or hourly, daily or weekly"
)]
pub struct ScheduleError(String);

/// The units, longest first, in minutes.
const UNITS: [(char, u32); 4] = [('w', 7 * 24 * 60), ('d', 24 * 60), ('h', 60), ('m', 1)];
const SHORTEST: u32 = 15;
const LONGEST: u32 = 52 * 7 * 24 * 60;

impl Schedule {
    /// The time between two visits, in seconds; a twentieth shorter than said, so that a daily
    /// source is due for a run at the same hour of the next day.
    pub fn pause_seconds(self) -> i64 {
        let seconds = i64::from(self.minutes) * 60;
        seconds - seconds / 20
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let word = text.trim().to_ascii_lowercase();
        let minutes = match word.as_str() {
            "hourly" => Some(60),
            "daily" => Some(24 * 60),
            "weekly" => Some(7 * 24 * 60),
            _ => UNITS.iter().find_map(|(letter, minutes)| {
                word.strip_suffix(*letter)?.trim().parse::<u32>().ok()?.checked_mul(*minutes)
            }),
        };
        let minutes = minutes.filter(|minutes| (SHORTEST..=LONGEST).contains(minutes));
        minutes.map(|minutes| Self { minutes }).ok_or_else(|| ScheduleError(text.to_owned()))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, minutes)| self.minutes.is_multiple_of(*minutes));
        let (letter, minutes) = whole.copied().unwrap_or(('m', 1));
        write!(f, "{}{letter}", self.minutes / minutes)
    }
}

impl TryFrom<String> for Schedule {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, ScheduleError> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("daily", Some("1d"))]
    #[case("90m", Some("90m"))]
    #[case("120m", Some("2h"))]
    #[case("7d", Some("1w"))]
    #[case("14m", None)]
    #[case("53w", None)]
    #[case("often", None)]
    #[case("9999999999w", None)]
    fn a_schedule_is_read_and_told_in_its_longest_unit(
        #[case] text: &str,
        #[case] expected: Option<&str>,
    ) {
        let read = text.parse::<Schedule>().ok().map(|schedule| schedule.to_string());
        assert_eq!(read.as_deref(), expected);
    }
}

//! ISO 8601 weeks, in UTC.

use jiff::civil::{ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::fmt;
use std::str::FromStr;

/// A week such as `2026-W47`, Monday to Sunday, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    monday: jiff::civil::Date,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("cannot read `{0}` as a week; write it as 2026-W47")]
pub struct WeekError(String);

impl Week {
    /// The week in which `moment` falls.
    pub fn of(moment: Timestamp) -> Self {
        let date = moment.to_zoned(TimeZone::UTC).date().iso_week_date();
        Self::from_iso(date.year(), date.week()).expect("invariant: a date's own week exists")
    }

    fn from_iso(year: i16, week: i8) -> Option<Self> {
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        Some(Self { monday })
    }

    /// The number within its year, 1 to 53.
    pub fn number(self) -> i8 {
        self.monday.iso_week_date().week()
    }

    /// First moment of the week.
    pub fn start(self) -> Timestamp {
        self.monday.to_zoned(TimeZone::UTC).expect("invariant: UTC has every midnight").timestamp()
    }

    /// First moment after the week.
    pub fn end(self) -> Timestamp {
        self.start() + (7 * 24).hours()
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.monday.iso_week_date();
        write!(f, "{}-W{:02}", date.year(), date.week())
    }
}

impl FromStr for Week {
    type Err = WeekError;

    fn from_str(text: &str) -> Result<Self, WeekError> {
        let parse = || {
            let (year, week) = text.split_once("-W").or_else(|| text.split_once("-w"))?;
            Self::from_iso(year.parse().ok()?, week.parse().ok()?)
        };
        parse().ok_or_else(|| WeekError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_read_written_and_bounded() {
        let week: Week = "2026-W47".parse().unwrap();
        assert_eq!(week.to_string(), "2026-W47");
        assert_eq!(week.start().to_string(), "2026-11-16T00:00:00Z");
        assert_eq!(week.end().to_string(), "2026-11-23T00:00:00Z");
        assert_eq!(Week::of("2026-11-22T23:59:59Z".parse().unwrap()), week);
    }

    #[test]
    fn the_last_days_of_december_may_belong_to_week_one() {
        assert_eq!(Week::of("2025-12-30T00:00:00Z".parse().unwrap()).to_string(), "2026-W01");
        assert!("2025-W53".parse::<Week>().is_err());
        assert!("week 3".parse::<Week>().is_err());
    }
}

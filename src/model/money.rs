//! Money: whole millionths of the currency's unit, never a fraction.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// Millionths in one unit.
const UNIT: i64 = 1_000_000;

/// A sum in millionths of the unit of the one currency that the settings name.
///
/// Addition and subtraction stop at the ends of the range (about nine billion units).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text is no sum of money.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no sum of money; write it as 12.50, with at most six decimals")]
pub struct MoneyError(String);

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// `share` hundredths of it, rounded down.
    pub fn percent(self, share: u8) -> Self {
        Self(saturated(i128::from(self.0) * i128::from(share) / 100))
    }

    /// What a count of things costs at prices for a million of each, rounded up once, at the end.
    pub fn at_prices(counted: impl IntoIterator<Item = (u64, Self)>) -> Self {
        let sum: i128 = counted
            .into_iter()
            .map(|(count, price)| i128::from(count) * i128::from(price.0))
            .fold(0, i128::saturating_add);
        let million = i128::from(UNIT);
        Self(saturated(sum.div_euclid(million) + i128::from(sum.rem_euclid(million) != 0)))
    }
}

fn saturated(micros: i128) -> i64 {
    let bound = if micros < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(micros).unwrap_or(bound)
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// At least two decimals, as many as are needed.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let unit = UNIT.unsigned_abs();
        let (whole, rest) = (self.0.unsigned_abs() / unit, self.0.unsigned_abs() % unit);
        let decimals = format!("{rest:06}");
        let kept = decimals.trim_end_matches('0').len().max(2);
        f.pad(&format!("{sign}{whole}.{}", &decimals[..kept]))
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let read = || {
            let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
            let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            let fits = !whole.is_empty() && decimals.len() <= 6;
            if !fits || !are_digits(whole) || !are_digits(decimals) {
                return None;
            }
            let whole = whole.parse::<i64>().ok()?.checked_mul(UNIT)?;
            whole.checked_add(format!("{decimals:0<6}").parse().ok()?)
        };
        read().map(Self).ok_or_else(|| MoneyError(text.to_owned()))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads `"0.15"`, and as settings have it `0.15` and `3`.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;
        impl Visitor<'_> for Amount {
            type Value = Money;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sum of money such as 12.50")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Money, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, whole: i64) -> Result<Money, E> {
                self.visit_str(&whole.to_string())
            }

            fn visit_u64<E: Error>(self, whole: u64) -> Result<Money, E> {
                self.visit_str(&whole.to_string())
            }

            // The shortest text of a float is what the user wrote: no arithmetic is done on it.
            fn visit_f64<E: Error>(self, written: f64) -> Result<Money, E> {
                self.visit_str(&written.to_string())
            }
        }
        deserializer.deserialize_any(Amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("0.15", 150_000, "0.15")]
    #[case("12", 12_000_000, "12.00")]
    #[case("0.000001", 1, "0.000001")]
    #[case("3.5", 3_500_000, "3.50")]
    fn sums_are_read_and_written(#[case] text: &str, #[case] micros: i64, #[case] shown: &str) {
        let money: Money = text.parse().unwrap();
        assert_eq!((money.micros(), money.to_string().as_str()), (micros, shown));
    }

    #[rstest]
    #[case("")]
    #[case(".5")]
    #[case("-1")]
    #[case("1.0000001")]
    #[case("1e3")]
    #[case("99999999999999")]
    fn what_is_no_sum_is_refused(#[case] text: &str) {
        assert!(text.parse::<Money>().is_err());
    }

    #[test]
    fn a_part_of_a_millionth_is_rounded_up_once() {
        let price = Money::from_micros(150_000);
        assert_eq!(Money::at_prices([(1, price), (1, price)]), Money::from_micros(1));
        assert_eq!(Money::at_prices([(1_000_000, price)]), price);
        assert_eq!(Money::at_prices([(0, price)]), Money::ZERO);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(micros in 0..i64::MAX) {
            let money = Money::from_micros(micros);
            prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
        }

        #[test]
        fn a_sum_in_settings_keeps_its_decimals(micros in 0..1_000_000_000_i64) {
            let money = Money::from_micros(micros);
            let read: Money = toml::from_str::<std::collections::HashMap<String, Money>>(
                &format!("x = {money}"),
            ).unwrap()["x"];
            prop_assert_eq!(read, money);
        }
    }
}

//! Reading rows: times, names and JSON columns.

use super::StoreError;
use super::error::Doing;
use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A moment from its column; a value out of range becomes the nearest moment there is.
pub(super) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(if milliseconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

pub(super) fn moment_at(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(moment)
}

pub(super) fn optional_moment_at(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(moment))
}

/// A JSON column.
pub(super) fn json_at<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_json(&text)
}

/// A JSON column that may be NULL.
pub(super) fn optional_json_at<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?.map(|text| from_json(&text)).transpose()
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A column that holds one of a closed set of names.
pub(super) fn name_at<T>(
    row: &Row<'_>,
    column: &str,
    from_name: fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_name(&text).ok_or_else(|| unknown(column, &text))
}

/// As [`name_at`], for a column that may be NULL.
pub(super) fn optional_name_at<T>(
    row: &Row<'_>,
    column: &str,
    from_name: fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| from_name(&text).ok_or_else(|| unknown(column, &text))).transpose()
}

fn unknown(column: &str, text: &str) -> rusqlite::Error {
    let message = format!("column {column} holds `{text}`, which this program does not know");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, message.into())
}

pub(super) fn to_json<T: Serialize>(value: &T, what: &str) -> Result<String, StoreError> {
    serde_json::to_string(value).doing(format!("write {what} as JSON"))
}

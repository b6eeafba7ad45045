//! Moments in requests.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::pick::Pick;

/// A date or an instant that is sent exactly as it was given, offset and precision included:
/// some services want `2026-01-31`, others `2026-01-31T10:00:00+02:00`.
///
/// ```
/// use specwright_runtime::chrono::{NaiveDate, TimeZone, Utc};
/// use specwright_runtime::record::Timestamp;
///
/// let date = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// assert_eq!(Timestamp::from(date).as_str(), "2026-01-31");
///
/// let instant = Utc.with_ymd_and_hms(2026, 1, 31, 10, 0, 0).unwrap();
/// assert_eq!(Timestamp::from(instant).as_str(), "2026-01-31T10:00:00Z");
///
/// let text: Timestamp = "2026-01-31T10:00:00+02:00".parse()?;
/// assert_eq!(text.as_str(), "2026-01-31T10:00:00+02:00");
/// assert!("tomorrow".parse::<Timestamp>().is_err());
/// # Ok::<(), specwright_runtime::record::ParseTimestampError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Cow<'static, str>);

impl Timestamp {
    /// A text that is known to be a date or an instant: it is not checked. Generated code has the
    /// defaults of documents so.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The text that is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
    /// RFC 3339 with the offset of `instant`, which for UTC is `Z`.
    fn from(instant: DateTime<Tz>) -> Self {
        Self(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true).into())
    }
}

impl From<NaiveDate> for Timestamp {
    fn from(date: NaiveDate) -> Self {
        Self(date.format("%Y-%m-%d").to_string().into())
    }
}

impl From<NaiveDateTime> for Timestamp {
    /// Date and time without an offset.
    fn from(time: NaiveDateTime) -> Self {
        Self(time.format("%Y-%m-%dT%H:%M:%S%.f").to_string().into())
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Takes RFC 3339, date and time without offset, or a date alone, and keeps it as it is.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        match DateTime::<Utc>::pick(&text.into()) {
            Some(_) => Ok(Self(text.to_owned().into())),
            None => Err(ParseTimestampError(())),
        }
    }
}

impl Pick for Timestamp {
    const EXPECTED: &'static str = "a date, or a date and time in RFC 3339";

    fn pick(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A text that is neither a date nor a date and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError(());

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date (`2026-01-31`) or a date and time in RFC 3339")
    }
}

impl std::error::Error for ParseTimestampError {}

//! Selectors, and what a selected value may be.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde_json::Value;

use super::Selector;

impl Selector {
    /// The value inside another one.
    pub(super) fn step(self, value: &Value) -> Option<&Value> {
        match self {
            Self::Key(key) => value.get(key),
            Self::Index(index) => value.get(index),
        }
    }
}

/// A field of a record: its name in the document, and where it is in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The steps from the root of the reply.
    pub selector: &'static [Selector],
}

impl Field {
    /// A field.
    pub const fn new(name: &'static str, selector: &'static [Selector]) -> Self {
        Self { name, selector }
    }

    /// The value as it is in the reply; `None` when it is absent or `null`.
    pub fn find<'a>(&self, reply: &'a Value) -> Option<&'a Value> {
        let found = self
            .selector
            .iter()
            .try_fold(reply, |value, step| step.step(value));
        found.filter(|value| !value.is_null())
    }

    /// The value as a `T`; `None` when it is absent or `null`.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn pick<T: Pick>(&self, reply: &Value) -> Result<Option<T>, PickError> {
        let Some(value) = self.find(reply) else {
            return Ok(None);
        };
        match T::pick(value) {
            Some(picked) => Ok(Some(picked)),
            None => Err(PickError {
                field: *self,
                expected: T::EXPECTED,
                found: noun(value),
            }),
        }
    }

    /// The steps in the way paths are written: `content[0].text`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.selector {
            match step {
                Selector::Key(key) if path.is_empty() => path.push_str(key),
                Selector::Key(key) => path.extend([".", key]),
                Selector::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

/// What a field of a record can be.
pub trait Pick: Sized {
    /// What is accepted, with an article.
    const EXPECTED: &'static str;

    /// The value as this type; `None` when it is of another one.
    fn pick(value: &Value) -> Option<Self>;

    /// The value as JSON.
    fn to_json(&self) -> Value;
}

impl Pick for String {
    const EXPECTED: &'static str = "a string";

    fn pick(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Pick for i64 {
    const EXPECTED: &'static str = "an integer";

    fn pick(value: &Value) -> Option<Self> {
        value
            .as_i64()
            .or_else(|| integral(value.as_f64().filter(|_| value.is_f64())?))
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

/// The integer a number without fraction is, as far as doubles count exactly.
fn integral(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = number.fract() == 0.0 && number.abs() <= EXACT;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and is in range"
    )]
    exact.then_some(number as i64)
}

impl Pick for f64 {
    const EXPECTED: &'static str = "a number";

    fn pick(value: &Value) -> Option<Self> {
        value.as_f64()
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Pick for bool {
    const EXPECTED: &'static str = "a boolean";

    fn pick(value: &Value) -> Option<Self> {
        value.as_bool().or_else(|| match i64::pick(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Pick for DateTime<Utc> {
    const EXPECTED: &'static str = "a date and time";

    fn pick(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => date_time(text.trim()),
            Value::Number(number) => match number.as_i64() {
                Some(seconds) => DateTime::from_timestamp(seconds, 0),
                None => seconds(number.as_f64()?),
            },
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
    }
}

fn date_time(text: &str) -> Option<DateTime<Utc>> {
    const LOCAL: [&str; 4] = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
    ];
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    let local = LOCAL
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let midnight = || {
        Some(
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_time(NaiveTime::MIN),
        )
    };
    local.or_else(midnight).map(|time| time.and_utc())
}

fn seconds(seconds: f64) -> Option<DateTime<Utc>> {
    let nanos = (seconds.fract() * 1e9).round();
    let whole = DateTime::from_timestamp(integral(seconds.trunc())?, 0)?;
    whole.checked_add_signed(chrono::Duration::nanoseconds(integral(nanos)?))
}

impl Pick for Value {
    const EXPECTED: &'static str = "anything";

    fn pick(value: &Value) -> Option<Self> {
        Some(value.clone())
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl Pick for Vec<Value> {
    const EXPECTED: &'static str = "a list";

    fn pick(value: &Value) -> Option<Self> {
        value.as_array().cloned()
    }

    fn to_json(&self) -> Value {
        self.clone().into()
    }
}

/// A value of a reply that is not of the type the document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickError {
    field: Field,
    expected: &'static str,
    found: &'static str,
}

impl PickError {
    /// The field's name in the document.
    pub fn field(&self) -> &'static str {
        self.field.name
    }

    /// Where the value is: `content[0].text`.
    pub fn path(&self) -> String {
        self.field.path()
    }
}

impl fmt::Display for PickError {
    // The value itself is left out: it may be large, and it may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            expected,
            found,
        } = self;
        write!(
            f,
            "field `{}` at `{}`: expected {expected}, found {found}",
            field.name,
            field.path()
        )
    }
}

impl std::error::Error for PickError {}

/// What kind of value it is, with an article.
pub(crate) fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Selector::{Index, Key};
    use super::*;

    #[test]
    fn selectors_walk_objects_and_lists() {
        let reply = json!({"labels": [{"name": "bug"}], "reactions": {"+1": 3}, "none": null});
        let find = |selector| Field::new("f", selector).find(&reply).cloned();
        assert_eq!(
            find(&[Key("labels"), Index(0), Key("name")]),
            Some(json!("bug"))
        );
        assert_eq!(find(&[Key("reactions"), Key("+1")]), Some(json!(3)));
        assert_eq!(find(&[Key("labels"), Index(1), Key("name")]), None);
        assert_eq!(find(&[Key("none")]), None);
        // An index does not select a member, nor a key an element.
        assert_eq!(find(&[Index(0)]), None);
        assert_eq!(find(&[Key("labels"), Key("0")]), None);
    }

    #[test]
    fn values_that_can_only_mean_one_thing_are_accepted() {
        assert_eq!(i64::pick(&json!(2.0)), Some(2));
        assert_eq!(i64::pick(&json!(i64::MIN)), Some(i64::MIN));
        assert_eq!(bool::pick(&json!(1)), Some(true));
        assert_eq!(bool::pick(&json!(0)), Some(false));
        assert_eq!(f64::pick(&json!(1)), Some(1.0));
        assert_eq!(Vec::<Value>::pick(&json!([])), Some(vec![]));
    }

    #[test]
    fn others_are_not() {
        for value in [json!(2.5), json!("2"), json!(u64::MAX), json!(1e300)] {
            assert_eq!(i64::pick(&value), None, "{value}");
        }
        assert_eq!(bool::pick(&json!(2)), None);
        assert_eq!(bool::pick(&json!("true")), None);
        assert_eq!(String::pick(&json!(1)), None);
        assert_eq!(f64::pick(&json!("1")), None);
    }

    #[test]
    fn moments_in_the_forms_services_write() {
        let pick = |value: Value| DateTime::<Utc>::pick(&value).map(|at| at.to_rfc3339());
        let cases = [
            (
                json!("2026-01-02T03:04:05+02:00"),
                "2026-01-02T01:04:05+00:00",
            ),
            (
                json!("2026-01-02T03:04:05.25Z"),
                "2026-01-02T03:04:05.250+00:00",
            ),
            (json!("2026-01-02T03:04"), "2026-01-02T03:04:00+00:00"),
            (json!("2026-01-02"), "2026-01-02T00:00:00+00:00"),
            (json!(1_700_000_000), "2023-11-14T22:13:20+00:00"),
            (json!(1_700_000_000.5), "2023-11-14T22:13:20.500+00:00"),
            (json!(-1.5), "1969-12-31T23:59:58.500+00:00"),
        ];
        for (value, expected) in cases {
            assert_eq!(pick(value.clone()).as_deref(), Some(expected), "{value}");
        }
        for value in [
            json!("soon"),
            json!("2026-13-01"),
            json!(i64::MAX),
            json!(1e300),
            json!([]),
        ] {
            assert_eq!(pick(value.clone()), None, "{value}");
        }
    }
}

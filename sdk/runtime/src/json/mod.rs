//! Looking at JSON values, for unions that no property tells apart.

pub(crate) mod place;

use std::cmp::Reverse;

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number without fraction that fits an `i64` or `u64`.
    Integer,
    /// Any other number.
    Number,
    /// Text.
    String,
    /// A list.
    Array,
    /// A map.
    Object,
}

/// The kind of a value.
///
/// ```
/// use specwright_runtime::json::{Kind, kind};
///
/// assert_eq!(kind(&serde_json::json!({"a": 1})), Kind::Object);
/// assert_eq!(kind(&serde_json::json!(1)), Kind::Integer);
/// assert_eq!(kind(&serde_json::json!(1.0)), Kind::Number);
/// ```
#[inline]
pub fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) if number.is_f64() => Kind::Number,
        Value::Number(_) => Kind::Integer,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}

/// Whether a value is an object that has all these keys, be they `null`.
///
/// ```
/// use specwright_runtime::json::has_keys;
///
/// let value = serde_json::json!({"id": "a", "url": null});
/// assert!(has_keys(&value, &["id", "url"]));
/// assert!(!has_keys(&value, &["id", "data"]));
/// assert!(!has_keys(&serde_json::json!("id"), &[]));
/// ```
#[inline]
pub fn has_keys(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|object| keys.iter().all(|key| object.contains_key(*key)))
}

/// Whether a value is an object that has one of these keys, or none at all.
///
/// ```
/// use specwright_runtime::json::has_any_of;
///
/// assert!(has_any_of(&serde_json::json!({"id": "a", "n": 1}), &["id", "url"]));
/// assert!(has_any_of(&serde_json::json!({}), &["id"]));
/// assert!(!has_any_of(&serde_json::json!({"n": 1}), &["id", "url"]));
/// ```
#[inline]
pub fn has_any_of(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.is_empty() || keys.iter().any(|key| object.contains_key(*key)))
}

/// The objects a value may be, those first that name more of its members. `known` are the members
/// that each names; those that all name may be left out. Equals stay in their order.
///
/// ```
/// use specwright_runtime::json::by_fit;
///
/// let value = serde_json::json!({"lines": [], "total": 2});
/// assert_eq!(by_fit(&value, [&["text"], &["lines", "total"], &[]]), [1, 0, 2]);
/// ```
#[inline]
pub fn by_fit<const N: usize>(value: &Value, known: [&[&str]; N]) -> [usize; N] {
    let named = known.map(|names| {
        let named = names.iter().filter(|name| value.get(**name).is_some());
        named.count()
    });
    let mut order = std::array::from_fn(|index| index);
    order.sort_by_key(|index| Reverse(named.get(*index)));
    order
}

/// Decodes a value; the message of the error says where inside it.
///
/// The value is written as text and read again: so there is one way in which a type is decoded,
/// and it is compiled once.
///
/// # Errors
/// The value is not of this shape.
///
/// ```
/// use specwright_runtime::json::from_value;
///
/// let value = serde_json::json!([{"n": 1}, {"n": "x"}]);
/// let result: Result<Vec<std::collections::HashMap<String, u8>>, serde_json::Error> =
///     from_value(value);
/// assert!(result.unwrap_err().to_string().starts_with("`[1].n`: invalid type"));
/// ```
pub fn from_value<T: DeserializeOwned, E: Error>(value: Value) -> Result<T, E> {
    let json = value.to_string();
    serde_json::from_str(&json).map_err(|error| E::custom(located(&error, &json)))
}

/// Decodes a value, which stays. `None` when it is not of this shape.
///
/// ```
/// let value = serde_json::json!([1, 2]);
/// assert_eq!(specwright_runtime::json::to::<Vec<u8>>(&value), Some(vec![1, 2]));
/// assert_eq!(specwright_runtime::json::to::<String>(&value), None);
/// ```
pub fn to<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_str(&value.to_string()).ok()
}

/// The message of an error, with the path in place of line and column.
#[inline]
pub(crate) fn located(error: &serde_json::Error, json: &str) -> String {
    let message = place::without_place(error);
    match place::path_to(error, json) {
        Some(path) => format!("`{path}`: {message}"),
        None => message,
    }
}

/// Decodes text. The error comes with the path to where it is, which is looked for only then.
pub(crate) fn read<T: DeserializeOwned>(
    json: &[u8],
) -> Result<T, (Option<String>, serde_json::Error)> {
    let text = std::str::from_utf8(json).map_err(|error| {
        let at = error.valid_up_to();
        (
            None,
            Error::custom(format_args!("not UTF-8 from byte {at} on")),
        )
    })?;
    serde_json::from_str(text).map_err(|error| (place::path_to(&error, text), error))
}

/// JSON text in which escapes of half a surrogate pair, which no Rust string
/// can hold, are U+FFFD. `None` when it has none.
#[inline]
pub(crate) fn without_lone_surrogates(json: &str) -> Option<String> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..)?.find('\\') {
        let escape = at + found;
        let Some(unit) = utf16_escape(json, escape) else {
            // The escaped character may be a backslash: it starts nothing.
            let escaped = json.get(escape + 1..)?.chars().next()?;
            at = escape + 1 + escaped.len_utf8();
            continue;
        };
        let pair = (0xd800..0xdc00).contains(&unit)
            && matches!(utf16_escape(json, escape + 6), Some(0xdc00..0xe000));
        at = escape + if pair { 12 } else { 6 };
        if !pair && (0xd800..0xe000).contains(&unit) {
            repaired.push_str(json.get(copied..escape)?);
            repaired.push_str("\\ufffd");
            copied = at;
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(json.get(copied..)?);
    Some(repaired)
}

/// The code unit of the `\u` escape at this place.
#[inline]
fn utf16_escape(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_are_replaced_and_pairs_are_not() {
        for (json, repaired) in [
            (r#""\ud83e\udd80""#, None),
            (r#""plain \n \\ud800 \u00e9""#, None),
            (r#""a\ud800b""#, Some(r#""a\ufffdb""#)),
            (
                r#""\udd80\ud83e\ud83e\udd80é""#,
                Some(r#""\ufffd\ufffd\ud83e\udd80é""#),
            ),
            (r#""\\\uD800""#, Some(r#""\\\ufffd""#)),
            (r#""\ud800\n\u"#, Some(r#""\ufffd\n\u"#)),
            (r#""\é\"#, None),
        ] {
            assert_eq!(without_lone_surrogates(json).as_deref(), repaired, "{json}");
        }
    }
}

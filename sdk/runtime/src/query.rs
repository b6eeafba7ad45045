//! How parameters are written into paths, queries, headers, cookies and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How a query parameter with several values is written.
///
/// A single value is written `name=value` in every style but `Json`; `null`
/// and empty lists are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryStyle {
    /// `ids=a,b`; an object as `name=k,v,k2,v2`.
    Form,
    /// `ids=a&ids=b`; an object as `k=v&k2=v2`.
    FormExplode,
    /// `ids=a%20b`.
    SpaceDelimited,
    /// `ids=a%7Cb`.
    PipeDelimited,
    /// `name[k]=v`, nested as deep as needed; a list as `name[]=a`.
    DeepObject,
    /// `name={"k":"v"}`, percent-encoded.
    Json,
    /// `ids[]=a&ids[]=b`; an object as `name[k]=v`.
    Brackets,
}

/// The pairs of a query in the order they were given, percent-encoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    /// The value as it was given, when it is one.
    scalar: Option<String>,
    encoded: String,
}

impl Query {
    /// Sets a parameter, in the place of one of the same name.
    #[inline]
    pub(crate) fn set(&mut self, name: &str, style: QueryStyle, value: &Value) {
        let mut encoded = String::new();
        encode(&mut encoded, name, style, value);
        let place = self.entries.iter().position(|entry| entry.name == name);
        if encoded.is_empty() {
            self.remove(name);
            return;
        }
        let entry = Entry {
            name: name.to_owned(),
            scalar: scalar(value),
            encoded,
        };
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Appends a pair, whatever is there already.
    #[inline]
    pub(crate) fn append(&mut self, name: &str, value: &str) {
        let mut encoded = String::new();
        push_pair(&mut encoded, name, value);
        self.entries.push(Entry {
            name: name.to_owned(),
            scalar: Some(value.to_owned()),
            encoded,
        });
    }

    #[inline]
    pub(crate) fn remove(&mut self, name: &str) {
        self.entries.retain(|entry| entry.name != name);
    }

    /// The value of a parameter that has one value.
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        entry.scalar.as_deref()
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The names, without the values: those may be personal.
    #[inline]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Appends the pairs to a query string.
    #[inline]
    pub(crate) fn write(&self, query: &mut String) {
        self.write_without(&Self::default(), query);
    }

    /// Appends the pairs to a query string, but for parameters that `others` has.
    #[inline]
    pub(crate) fn write_without(&self, others: &Self, query: &mut String) {
        for entry in &self.entries {
            if !others.names().any(|name| name == entry.name) {
                push(query, &entry.encoded);
            }
        }
    }
}

#[inline]
fn encode(out: &mut String, name: &str, style: QueryStyle, value: &Value) {
    match (style, value) {
        (_, Value::Null) => {}
        (QueryStyle::Json, value) => push_pair(out, name, &value.to_string()),
        (QueryStyle::FormExplode, Value::Array(items)) => {
            for item in items.iter().filter(|item| !item.is_null()) {
                push_pair(out, name, &plain(item));
            }
        }
        (QueryStyle::FormExplode, Value::Object(members)) => {
            for (key, member) in members {
                encode(out, key, style, member);
            }
        }
        (QueryStyle::DeepObject | QueryStyle::Brackets, Value::Array(items)) => {
            for item in items {
                encode(out, &format!("{name}[]"), style, item);
            }
        }
        (QueryStyle::DeepObject | QueryStyle::Brackets, Value::Object(members)) => {
            for (key, member) in members {
                encode(out, &format!("{name}[{key}]"), style, member);
            }
        }
        (QueryStyle::SpaceDelimited, value) => push_list(out, name, "%20", value),
        (QueryStyle::PipeDelimited, value) => push_list(out, name, "%7C", value),
        (QueryStyle::Form, value) => push_list(out, name, ",", value),
        (_, value) => push_pair(out, name, &plain(value)),
    }
}

/// One pair whose values are separated by a delimiter; the delimiter within a
/// value is encoded, so that it separates nothing.
#[inline]
fn push_list(out: &mut String, name: &str, delimiter: &str, value: &Value) {
    let values = flat(value);
    if values.is_empty() {
        return;
    }
    separate(out);
    out.push_str(&escape(name));
    out.push('=');
    out.push_str(&joined(&values, delimiter));
}

#[inline]
fn push_pair(out: &mut String, name: &str, value: &str) {
    separate(out);
    out.push_str(&escape(name));
    out.push('=');
    out.push_str(&escape(value));
}

/// Appends encoded pairs to a query string.
#[inline]
pub(crate) fn push(out: &mut String, pairs: &str) {
    if !pairs.is_empty() {
        separate(out);
        out.push_str(pairs);
    }
}

#[inline]
fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
}

#[inline]
fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The values, each encoded, with a delimiter between them.
#[inline]
fn joined(values: &[String], delimiter: &str) -> String {
    let values: Vec<String> = values.iter().map(|value| escape(value)).collect();
    values.join(delimiter)
}

/// The values of a list, or the keys and values of an object, in order.
#[inline]
fn flat(value: &Value) -> Vec<String> {
    let mut flat = Vec::new();
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                if !item.is_null() {
                    flat.push(plain(item));
                }
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                if !member.is_null() {
                    flat.push(key.clone());
                    flat.push(plain(member));
                }
            }
        }
        value => flat.push(plain(value)),
    }
    flat
}

/// A value as plain text; what has no plain form, as JSON.
#[inline]
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[inline]
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(plain(value)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A parameter value as JSON; the message names no value.
pub(crate) fn to_value(what: &str, name: &str, value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value)
        .map_err(|error| format!("{what} `{name}` cannot be serialised: {error}"))
}

/// A path parameter, percent-encoded; lists and objects separated by commas
/// (style `simple`).
///
/// Values that would change the path's shape are refused: the empty one, `.`
/// and `..`.
#[inline]
pub(crate) fn path_segment(name: &str, value: &Value) -> Result<String, String> {
    let values = flat(value);
    match values.as_slice() {
        [] => Err(format!("path parameter `{name}` is null or an empty list")),
        [only] if only.is_empty() => Err(format!("path parameter `{name}` is empty")),
        [only] if only == "." || only == ".." => Err(format!(
            "path parameter `{name}` is `{only}`, which would change the path"
        )),
        values => Ok(joined(values, ",")),
    }
}

/// A header value: lists and objects separated by commas. `None` for `null`.
#[inline]
pub(crate) fn header_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        value => Some(flat(value).join(",")),
    }
}

/// Two lists in a header, each value once.
#[inline]
pub(crate) fn joined_lists(first: &str, second: &str) -> String {
    let mut values: Vec<&str> = Vec::new();
    for value in first.split(',').chain(second.split(',')).map(str::trim) {
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    values.join(",")
}

/// A cookie value, percent-encoded. `None` for `null`.
#[inline]
pub(crate) fn cookie_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        value => Some(joined(&flat(value), ",")),
    }
}

/// An object as `application/x-www-form-urlencoded`: lists repeat the name,
/// nested objects are written `name[key]`.
#[inline]
pub(crate) fn form(members: &Map<String, Value>) -> String {
    let mut out = String::new();
    for (name, value) in members {
        let style = match value {
            Value::Object(_) => QueryStyle::DeepObject,
            _ => QueryStyle::FormExplode,
        };
        encode(&mut out, name, style, value);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(style: QueryStyle, value: Value) -> String {
        let mut query = Query::default();
        query.set("p", style, &value);
        let mut out = String::new();
        query.write(&mut out);
        out
    }

    #[test]
    fn every_style_writes_scalars_lists_and_objects() {
        use QueryStyle::*;
        let list = json!(["a b", "c,d", null, 3]);
        let object = json!({"k": "v&", "n": null, "z": true});
        for (style, of_list, of_object) in [
            (Form, "p=a%20b,c%2Cd,3", "p=k,v%26,z,true"),
            (FormExplode, "p=a%20b&p=c%2Cd&p=3", "k=v%26&z=true"),
            (
                SpaceDelimited,
                "p=a%20b%20c%2Cd%203",
                "p=k%20v%26%20z%20true",
            ),
            (
                PipeDelimited,
                "p=a%20b%7Cc%2Cd%7C3",
                "p=k%7Cv%26%7Cz%7Ctrue",
            ),
            (
                DeepObject,
                "p%5B%5D=a%20b&p%5B%5D=c%2Cd&p%5B%5D=3",
                "p%5Bk%5D=v%26&p%5Bz%5D=true",
            ),
            (
                Brackets,
                "p%5B%5D=a%20b&p%5B%5D=c%2Cd&p%5B%5D=3",
                "p%5Bk%5D=v%26&p%5Bz%5D=true",
            ),
        ] {
            assert_eq!(
                written(style, json!("x y/ü")),
                "p=x%20y%2F%C3%BC",
                "{style:?}"
            );
            assert_eq!(written(style, json!(1.5)), "p=1.5", "{style:?}");
            assert_eq!(written(style, Value::Null), "", "{style:?}");
            assert_eq!(written(style, json!([])), "", "{style:?}");
            assert_eq!(written(style, list.clone()), of_list, "{style:?}");
            assert_eq!(written(style, object.clone()), of_object, "{style:?}");
        }
        assert_eq!(
            written(Json, json!({"a": [1]})),
            "p=%7B%22a%22%3A%5B1%5D%7D"
        );
        assert_eq!(
            written(DeepObject, json!({"a": {"b": 1}})),
            "p%5Ba%5D%5Bb%5D=1"
        );
    }

    #[test]
    fn setting_replaces_in_place_and_null_removes() {
        let mut query = Query::default();
        query.set("a", QueryStyle::Form, &json!(1));
        query.set("b", QueryStyle::Form, &json!("x"));
        query.append("b", "extra");
        query.set("a", QueryStyle::Form, &json!(2));
        let text = |query: &Query| {
            let mut out = String::new();
            query.write(&mut out);
            out
        };
        assert_eq!(text(&query), "a=2&b=x&b=extra");
        assert_eq!(query.get("a"), Some("2"));
        query.set("a", QueryStyle::Form, &Value::Null);
        assert_eq!(text(&query), "b=x&b=extra");
    }

    #[test]
    fn path_values_cannot_change_the_path() {
        assert_eq!(
            path_segment("id", &json!("a/b?c#d%2e")).unwrap(),
            "a%2Fb%3Fc%23d%252e"
        );
        assert_eq!(path_segment("id", &json!(["a", 7])).unwrap(), "a,7");
        assert_eq!(path_segment("id", &json!("...")).unwrap(), "...");
        for bad in [
            json!(""),
            json!("."),
            json!(".."),
            json!(null),
            json!([]),
            json!([".."]),
        ] {
            let message = path_segment("id", &bad).unwrap_err();
            assert!(message.contains("`id`"), "{message}");
        }
    }

    #[test]
    fn forms_repeat_lists_and_nest_objects() {
        let value = json!({"a": [1, 2], "b": {"c": "d e"}, "f": null, "g": "+"});
        assert_eq!(
            form(value.as_object().unwrap()),
            "a=1&a=2&b%5Bc%5D=d%20e&g=%2B"
        );
    }
}

//! What arrives at the server, worked out from the model: paths, queries, headers, forms, and the
//! bodies of templates.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::model::{Style, Template, TextPart};

/// What a value does not have as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What the fixed parts of a path do not have as they are.
const OUTSIDE_OF_PATHS: &AsciiSet = &RESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'|')
    .remove(b'^')
    .remove(b'\\');

/// A value as plain text; what has no plain form, as JSON.
pub(super) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The values of a list, or the keys and values of an object.
fn flat(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items
            .iter()
            .filter(|item| !item.is_null())
            .map(plain)
            .collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .flat_map(|(key, member)| [key.clone(), plain(member)])
            .collect(),
        value => vec![plain(value)],
    }
}

/// The pairs of a query, decoded.
pub(super) fn pairs(name: &str, style: Style, value: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    match style {
        Style::Json => pairs.push((name.to_owned(), value.to_string())),
        Style::Form => joined(&mut pairs, name, ",", value),
        Style::SpaceDelimited => joined(&mut pairs, name, " ", value),
        Style::PipeDelimited => joined(&mut pairs, name, "|", value),
        Style::DeepObject => deep(&mut pairs, name, value),
        Style::FormExplode | Style::Simple => {
            explode(&mut pairs, name, value);
        }
    }
    pairs
}

fn joined(pairs: &mut Vec<(String, String)>, name: &str, mark: &str, value: &Value) {
    let values = flat(value);
    if !values.is_empty() {
        pairs.push((name.to_owned(), values.join(mark)));
    }
}

// Recursion ends: values nest no deeper than their drafts.
fn deep(pairs: &mut Vec<(String, String)>, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            let name = format!("{name}[]");
            items.iter().for_each(|item| deep(pairs, &name, item));
        }
        Value::Object(members) => {
            for (key, member) in members {
                deep(pairs, &format!("{name}[{key}]"), member);
            }
        }
        value => pairs.push((name.to_owned(), plain(value))),
    }
}

// Recursion ends: values nest no deeper than their drafts.
fn explode(pairs: &mut Vec<(String, String)>, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null());
            pairs.extend(items.map(|item| (name.to_owned(), plain(item))));
        }
        Value::Object(members) => {
            for (key, member) in members {
                explode(pairs, key, member);
            }
        }
        value => pairs.push((name.to_owned(), plain(value))),
    }
}

/// The pairs of a form: lists repeat the name, objects are `name[key]`.
pub(super) fn form(members: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::Object(_) => deep(&mut pairs, name, value),
            _ => explode(&mut pairs, name, value),
        }
    }
    pairs
}

/// The value of a header: lists and objects separated by commas.
pub(super) fn header(value: &Value) -> String {
    flat(value).join(",")
}

/// A part of a path or a cookie, percent-encoded.
pub(super) fn encoded(value: &Value) -> String {
    let values = flat(value);
    values
        .iter()
        .map(|value| utf8_percent_encode(value, RESERVED).to_string())
        .collect::<Vec<_>>()
        .join(",")
}

/// A path with these values in the places of its parameters.
pub(super) fn path(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        path.push_str(&literal(before));
        path.push_str(&value(name).unwrap_or_default());
        rest = after;
    }
    path + &literal(rest)
}

/// A fixed part of a path as it stands in a url.
fn literal(text: &str) -> String {
    utf8_percent_encode(text, OUTSIDE_OF_PATHS).to_string()
}

/// The body that a template is with these arguments.
// Recursion ends: templates nest no deeper than the documents they are read from.
pub(super) fn template(template: &Template, argument: &impl Fn(&str) -> Value) -> Value {
    match template {
        Template::Literal(value) => value.clone(),
        Template::Number(number) => Value::Number(number.clone()),
        Template::Text(parts) => text(parts, argument).into(),
        Template::Argument(wire) => argument(wire),
        Template::Array(items) => items
            .iter()
            .map(|item| self::template(item, argument))
            .collect(),
        Template::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| (text(key, argument), self::template(value, argument)));
            Value::Object(members.collect())
        }
    }
}

fn text(parts: &[TextPart], argument: &impl Fn(&str) -> Value) -> String {
    let parts = parts.iter().map(|part| match part {
        TextPart::Literal(text) => text.clone(),
        TextPart::Argument(wire) => plain(&argument(wire)),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn queries_by_style() {
        let list = json!(["a", 1, null]);
        let object = json!({ "k": true, "n": null });
        let cases = [
            (Style::Form, "p=a,1", "p=k,true"),
            (Style::FormExplode, "p=a&p=1", "k=true"),
            (Style::SpaceDelimited, "p=a 1", "p=k true"),
            (Style::PipeDelimited, "p=a|1", "p=k|true"),
            (Style::DeepObject, "p[]=a&p[]=1", "p[k]=true"),
        ];
        for (style, of_list, of_object) in cases {
            for (value, expected) in [(&list, of_list), (&object, of_object)] {
                let pairs = pairs("p", style, value);
                let pairs: Vec<_> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
                assert_eq!(pairs.join("&"), expected, "{style:?}");
            }
        }
    }

    #[test]
    fn paths() {
        let value = |name: &str| (name == "id").then(|| encoded(&json!("a b/c")));
        assert_eq!(path("/x y/{id}:go", value), "/x%20y/a%20b%2Fc:go");
        assert_eq!(encoded(&json!(["a", 1])), "a,1");
    }
}

//! The limits of a value in a few words.

use serde_json::Value;

use super::tuples;
use super::upgrade::{self, Bound};

/// Characters of a pattern or an example that are still worth a line.
const MAX_SHOWN: usize = 120;

/// The limits a schema states, for the documentation: `1 to 64 characters`, `at least 1`.
pub(super) fn of(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    numbers(schema, &mut found);
    count(
        schema,
        ["minLength", "maxLength"],
        ["character", "characters"],
        &mut found,
    );
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        found.extend(code(pattern).map(|code| format!("matches {code}")));
    }
    // A tuple says itself how many there are.
    if !tuples::is_exact(schema) {
        count(
            schema,
            ["minItems", "maxItems"],
            ["item", "items"],
            &mut found,
        );
    }
    if schema.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
        found.push("items all different".to_owned());
    }
    count(
        schema,
        ["minProperties", "maxProperties"],
        ["member", "members"],
        &mut found,
    );
    found.extend(format(schema).map(str::to_owned));
    found.extend(allowed(schema));
    found.extend(example(schema));
    found
}

fn numbers(schema: &Value, found: &mut Vec<String>) {
    let lower = upgrade::lower_bound(schema).filter(|bound| !is_type_limit(bound));
    let upper = upgrade::upper_bound(schema).filter(|bound| !is_type_limit(bound));
    match (lower, upper) {
        (Some(low), Some(high)) if !low.exclusive && !high.exclusive => {
            found.push(if low.value == high.value {
                format!("exactly {}", low.value)
            } else {
                format!("{} to {}", low.value, high.value)
            });
        }
        (low, high) => {
            found.extend(low.map(|bound| match bound.exclusive {
                true => format!("more than {}", bound.value),
                false => format!("at least {}", bound.value),
            }));
            found.extend(high.map(|bound| match bound.exclusive {
                true => format!("less than {}", bound.value),
                false => format!("at most {}", bound.value),
            }));
        }
    }
    if let Some(Value::Number(step)) = schema.get("multipleOf")
        && step.as_f64() != Some(1.0)
    {
        found.push(format!("a multiple of {step}"));
    }
}

/// Generators of documents write the limits of the type itself, which say nothing.
fn is_type_limit(bound: &Bound<'_>) -> bool {
    bound
        .value
        .as_f64()
        .is_some_and(|value| value.abs() >= 2_147_483_647.0)
}

fn count(schema: &Value, keys: [&str; 2], [one, many]: [&str; 2], found: &mut Vec<String>) {
    let [low, high] = keys.map(|key| schema.get(key).and_then(Value::as_u64));
    let noun = |count| if count == 1 { one } else { many };
    match (
        low.filter(|low| *low > 0),
        high.filter(|high| *high < u64::from(u32::MAX >> 1)),
    ) {
        (Some(low), Some(high)) if low == high => {
            found.push(format!("exactly {low} {}", noun(low)))
        }
        (Some(low), Some(high)) => found.push(format!("{low} to {high} {}", noun(high))),
        (Some(low), None) => found.push(format!("at least {low} {}", noun(low))),
        (None, Some(high)) => found.push(format!("at most {high} {}", noun(high))),
        (None, None) => {}
    }
}

/// Formats that stay strings in Rust but tell the reader what to write.
fn format(schema: &Value) -> Option<&'static str> {
    match schema.get("format")?.as_str()? {
        "uri" | "url" | "uri-reference" | "iri" => Some("a URI"),
        "email" | "idn-email" => Some("an e-mail address"),
        "hostname" | "idn-hostname" => Some("a host name"),
        "ipv4" => Some("an IPv4 address"),
        "ipv6" => Some("an IPv6 address"),
        "time" => Some("a time of day"),
        "duration" => Some("an ISO 8601 duration"),
        "unix-time" | "unixtime" | "timestamp" => Some("seconds since 1970-01-01T00:00:00Z"),
        _ => None,
    }
}

/// The values of an enum that is no string enum, and so no type of its own.
fn allowed(schema: &Value) -> Option<String> {
    let is_shown = |value: &&Value| value.is_number() || value.is_boolean();
    if let Some(value) = schema.get("const").filter(is_shown) {
        return Some(format!("always `{value}`"));
    }
    let values = schema.get("enum")?.as_array()?;
    let shown: Vec<String> = values
        .iter()
        .filter(is_shown)
        .map(Value::to_string)
        .collect();
    if let ([only], 1) = (shown.as_slice(), values.len()) {
        return Some(format!("always `{only}`"));
    }
    let list = shown.join(", ");
    (!shown.is_empty() && list.len() <= MAX_SHOWN).then(|| format!("one of {list}"))
}

fn example(schema: &Value) -> Option<String> {
    let value = upgrade::examples(schema).next()?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    code(&text).map(|code| format!("for example {code}"))
}

/// Text as inline code, when it is short enough for a line.
fn code(text: &str) -> Option<String> {
    let fits = !text.trim().is_empty() && text.len() <= MAX_SHOWN && !text.contains(['\n', '\r']);
    fits.then(|| match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_in_words() {
        let cases = [
            (
                json!({"minLength": 1, "maxLength": 64}),
                vec!["1 to 64 characters"],
            ),
            (json!({"maxLength": 1}), vec!["at most 1 character"]),
            (json!({"minLength": 0}), vec![]),
            (json!({"minimum": 1}), vec!["at least 1"]),
            (
                json!({"exclusiveMinimum": 0, "maximum": 1}),
                vec!["more than 0", "at most 1"],
            ),
            (
                json!({"minimum": -2_147_483_648_i64, "maximum": 2_147_483_647}),
                vec![],
            ),
            (json!({"pattern": "^a$"}), vec!["matches `^a$`"]),
            (
                json!({"minItems": 1, "maxItems": 100}),
                vec!["1 to 100 items"],
            ),
            (json!({"enum": [1, 2]}), vec!["one of 1, 2"]),
            (json!({"enum": [4]}), vec!["always `4`"]),
            (json!({"enum": [4, null]}), vec!["one of 4"]),
            (json!({"enum": ["a", "b"]}), vec![]),
            (json!({"example": "msg_1"}), vec!["for example `msg_1`"]),
        ];
        for (schema, expected) in cases {
            assert_eq!(of(&schema), expected, "{schema}");
        }
    }
}

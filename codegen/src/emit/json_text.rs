//! JSON values as text inside Rust, broken into lines where it is long.

use serde_json::Value;

/// Length up to which a value stays on one line.
const SHORT: usize = 60;

/// The text between the parentheses of `json!(…)`.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text
}

fn write(out: &mut String, value: &Value, indent: usize) {
    let one_line = compact(value);
    if one_line.chars().count() <= SHORT {
        out.push_str(&one_line);
        return;
    }
    let inner = indent + 4;
    match value {
        Value::Array(items) => {
            out.push('[');
            for item in items {
                out.push_str(&format!("\n{:inner$}", ""));
                write(out, item, inner);
                out.push(',');
            }
            out.push_str(&format!("\n{:indent$}]", ""));
        }
        Value::Object(members) => {
            out.push('{');
            for (key, value) in members {
                out.push_str(&format!("\n{:inner$}{key:?}: ", ""));
                write(out, value, inner);
                out.push(',');
            }
            out.push_str(&format!("\n{:indent$}}}", ""));
        }
        _ => out.push_str(&one_line),
    }
}

fn compact(value: &Value) -> String {
    match value {
        // Rust's own escapes: what JSON writes for control characters is no Rust.
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(compact).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key:?}: {}", compact(value)))
                .collect();
            if members.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", members.join(", "))
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_broken_and_short_ones_are_not() {
        let value = serde_json::json!({"type": "object", "required": ["city"]});
        assert_eq!(
            pretty(&value),
            r#"{ "type": "object", "required": ["city"] }"#
        );
        let value = serde_json::json!({"text": "a \u{7} line that takes more room than one line has in an example"});
        assert_eq!(
            pretty(&value),
            "{\n    \"text\": \"a \\u{7} line that takes more room than one line has in an example\",\n}"
        );
    }
}

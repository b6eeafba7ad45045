//! JSON values as text inside Rust, broken into lines where it is long.

use serde_json::Value;

/// Length up to which a value stays on one line.
const SHORT: usize = 60;

/// The text between the parentheses of `json!(…)`.
pub(super) fn pretty(value: &Value) -> String {
    text(value, Text::Rust)
}

/// JSON.
pub(super) fn json(value: &Value) -> String {
    text(value, Text::Json)
}

fn text(value: &Value, text: Text) -> String {
    let mut out = String::new();
    text.write(&mut out, value, 0);
    out
}

/// What the text is read by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// `json!`: with Rust's escapes, since what JSON writes for control characters is no Rust, and
    /// a comma after the last item.
    Rust,
    Json,
}

impl Text {
    // Recursion ends: values nest no deeper than the documents they are read from.
    fn write(self, out: &mut String, value: &Value, indent: usize) {
        let one_line = self.compact(value);
        if one_line.chars().count() <= SHORT {
            out.push_str(&one_line);
            return;
        }
        let inner = indent + 4;
        match value {
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(&format!("\n{:inner$}", ""));
                    self.write(out, item, inner);
                    out.push_str(self.comma(index + 1 == items.len()));
                }
                out.push_str(&format!("\n{:indent$}]", ""));
            }
            Value::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(&format!("\n{:inner$}{}: ", "", self.string(key)));
                    self.write(out, value, inner);
                    out.push_str(self.comma(index + 1 == members.len()));
                }
                out.push_str(&format!("\n{:indent$}}}", ""));
            }
            _ => out.push_str(&one_line),
        }
    }

    fn comma(self, last: bool) -> &'static str {
        if last && self == Self::Json { "" } else { "," }
    }

    fn string(self, text: &str) -> String {
        match self {
            Self::Rust => format!("{text:?}"),
            Self::Json => Value::from(text).to_string(),
        }
    }

    fn compact(self, value: &Value) -> String {
        let all = |items: Vec<String>| items.join(", ");
        match value {
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.compact(item));
                format!("[{}]", all(items.collect()))
            }
            Value::Object(members) if members.is_empty() => "{}".to_owned(),
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.string(key), self.compact(value)));
                format!("{{ {} }}", all(members.collect()))
            }
            other => other.to_string(),
        }
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
        assert_eq!(
            json(&value),
            "{\n    \"text\": \"a \\u0007 line that takes more room than one line has in an example\"\n}"
        );
    }
}

//! Comparing JSON so that the differences can be read.

use serde_json::Value;

/// One line for each place where the two differ, with its JSON pointer.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(expected), Some(found), &mut lines);
    lines
}

fn compare(place: &str, expected: Option<&Value>, found: Option<&Value>, lines: &mut Vec<String>) {
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let more = found.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(more) {
                compare(
                    &format!("{place}/{key}"),
                    expected.get(key),
                    found.get(key),
                    lines,
                );
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                compare(
                    &format!("{place}/{index}"),
                    expected.get(index),
                    found.get(index),
                    lines,
                );
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            lines.push(format!(
                "{place}: expected {}, found {}",
                text(expected),
                text(found)
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn every_difference_has_its_place() {
        let expected = json!({"a": [1, {"b": 2}], "c": null, "same": "x"});
        let found = json!({"a": [1, {"b": 3}, 4], "d": true, "same": "x"});
        let lines = [
            "/a/1/b: expected 2, found 3",
            "/a/2: expected nothing, found 4",
            "/c: expected null, found nothing",
            "/d: expected nothing, found true",
        ];
        assert_eq!(differences(&expected, &found), lines);
    }
}

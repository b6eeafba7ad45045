//! Where in JSON text an error is: from the line and column that serde_json tells to the path that
//! people read.

use std::fmt::Write;

/// What is open around a place.
enum Step<'a> {
    /// An object, and the key whose value is read.
    Object(Option<&'a str>),
    /// A list, and the index of the item that is read.
    Array(usize),
}

/// The path to the value that ends, or breaks, at the place of this error: `content[0].text`.
/// `None` for the whole text, and for an error that has no place.
///
/// A deserializer that keeps track of its path would do the same, at the price of all code that
/// decodes being compiled once more.
#[inline]
pub(crate) fn path_to(error: &serde_json::Error, json: &str) -> Option<String> {
    let line = error.line().checked_sub(1)?;
    let before: usize = json.split_inclusive('\n').take(line).map(str::len).sum();
    let steps = steps(json, before + error.column());
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Object(None) => {}
            Step::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Array(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    (!path.is_empty()).then_some(path)
}

/// What is open after the first `end` bytes of a text that is JSON up to there.
#[inline]
fn steps(json: &str, end: usize) -> Vec<Step<'_>> {
    let bytes = json.as_bytes();
    let end = end.min(bytes.len());
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at < end) {
        at += 1;
        match byte {
            b'{' => steps.push(Step::Object(None)),
            b'[' => steps.push(Step::Array(0)),
            b'}' | b']' => {
                steps.pop();
            }
            b',' => match steps.last_mut() {
                Some(Step::Object(key)) => *key = None,
                Some(Step::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let start = at;
                at = end_of_string(bytes, start);
                if let Some(Step::Object(key @ None)) = steps.last_mut() {
                    *key = json.get(start..at);
                }
                at += 1;
            }
            _ => {}
        }
    }
    steps
}

/// Where the quote is that ends the string which starts here.
#[inline]
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// The text of an error without its place, which [`path_to`] says better.
#[inline]
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    if text.ends_with(&place) {
        text.truncate(text.len() - place.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only its errors are of interest")]
    struct Part {
        size: u8,
        #[serde(default)]
        parts: Vec<Part>,
        #[serde(default)]
        by_name: BTreeMap<String, Part>,
    }

    #[test]
    fn the_path_is_the_one_to_the_value() {
        for (json, path) in [
            (r#"{"size":"x"}"#, Some("size")),
            (r#"{"size":256}"#, Some("size")),
            (r#"{"size":{}}"#, Some("size")),
            (r#"{}"#, None),
            (r#"[]"#, None),
            (r#"7"#, None),
            (r#""#, None),
            (
                r#"{"parts":[{"size":1},{"parts":[]}],"size":1}"#,
                Some("parts[1]"),
            ),
            (
                "{\"parts\":\n[{\"size\":1},\n {\"parts\":\n[7]}]}",
                Some("parts[1].parts[0]"),
            ),
            (
                r#"{"parts":[{"size":1,"a \"b]":[1,{"c":"}"}]},{"size":-1}]}"#,
                Some("parts[1].size"),
            ),
            (
                r#"{"by_name":{"é,{":{"size":1},"b":{"size":null}}}"#,
                Some("by_name.b.size"),
            ),
            (r#"{"by_name":{"b":{"size":1"#, Some("by_name.b.size")),
            (r#"{"size":1} x"#, None),
        ] {
            let error = serde_json::from_str::<Part>(json).unwrap_err();
            assert_eq!(path_to(&error, json).as_deref(), path, "{json}: {error}");
            assert!(!without_place(&error).contains(" at line "), "{error}");
        }
    }
}

//! Reading and setting members of a JSON object that is serialised already.
//!
//! A request body can be tens of megabytes (files in base64). Adding a member
//! to the bytes costs one scan; going through a tree of values would copy
//! every string of it.

use std::ops::Range;

use serde_json::Value;

/// Sets a member of the object in `json`, replacing one of the same name.
/// `false` when `json` is not an object; it is then unchanged.
#[inline]
pub(crate) fn set_member(json: &mut Vec<u8>, name: &str, value: &Value) -> bool {
    put(json, name, value, true)
}

/// Sets a member of the object in `json`, unless it has one of the same name. Nothing happens when
/// `json` is not an object.
#[inline]
pub(crate) fn add_member(json: &mut Vec<u8>, name: &str, value: &Value) {
    put(json, name, value, false);
}

#[inline]
fn put(json: &mut Vec<u8>, name: &str, value: &Value, replace: bool) -> bool {
    let mut found = [None];
    let Some(object) = find(json, &[name], &mut found) else {
        return false;
    };
    let (at, member) = match found {
        [Some(_)] if !replace => return true,
        [Some(old)] => (old, value.to_string()),
        [None] => {
            let comma = if object.empty { "" } else { "," };
            let member = format!("{comma}{}:{value}", Value::from(name));
            (object.close..object.close, member)
        }
    };
    splice(json, at, member.as_bytes());
    true
}

/// What `Vec::splice` does, of which far more is compiled.
#[inline]
fn splice(json: &mut Vec<u8>, at: Range<usize>, with: &[u8]) {
    let rest = at.start + with.len();
    let (before, after) = (json.len(), rest + json.len() - at.end);
    json.resize(before.max(after), 0);
    json.copy_within(at.end..before, rest);
    json.truncate(after);
    if let Some(place) = json.get_mut(at.start..rest) {
        place.copy_from_slice(with);
    }
}

pub(crate) struct Object {
    /// The position of the closing brace.
    close: usize,
    empty: bool,
}

/// Finds the end of the top-level object, and where in it the values of the wanted members are, by one
/// scan. `None` when `json` is no object. The bytes are known to be valid JSON: serde_json wrote them.
#[inline]
pub(crate) fn find(
    json: &[u8],
    wanted: &[&str],
    found: &mut [Option<Range<usize>>],
) -> Option<Object> {
    let open = json.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if json.get(open) != Some(&b'{') {
        return None;
    }
    let mut at = open + 1;
    let mut depth = 1_usize;
    let mut empty = true;
    // The value of a member begins here; it ends at the next comma or brace of depth 1.
    let mut value_start = None;
    let mut key = None;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(json, at)?;
                if depth == 1 {
                    empty = false;
                    key = key.or(json.get(at..end));
                }
                at = end;
                continue;
            }
            b':' if depth == 1 => value_start = Some(at + 1),
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' => {
                if depth == 1
                    && let (Some(key), Some(start)) = (key.take(), value_start.take())
                {
                    let wanted = wanted.iter().position(|name| is_string(key, name));
                    if let Some(found) = wanted.and_then(|index| found.get_mut(index)) {
                        *found = Some(start..at);
                    }
                }
                if byte != b',' {
                    depth -= 1;
                }
                if depth == 0 {
                    return Some(Object { close: at, empty });
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The position after the string that begins at `start`.
#[inline]
fn end_of_string(json: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let rest = json.get(at..)?;
        let offset = memchr::memchr2(b'"', b'\\', rest)?;
        match rest.get(offset)? {
            b'"' => return Some(at + offset + 1),
            // Skips the escaped byte, which may be a quote.
            _ => at += offset + 2,
        }
    }
}

/// Whether a JSON string is this text.
#[inline]
fn is_string(quoted: &[u8], wanted: &str) -> bool {
    let text = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    if !text.contains(&b'\\') {
        return text == wanted.as_bytes();
    }
    // Not `from_slice`: the reader of text is compiled anyway.
    std::str::from_utf8(quoted)
        .is_ok_and(|text| serde_json::from_str::<String>(text).is_ok_and(|text| text == wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(json: &str, name: &str, value: Value) -> Option<String> {
        let mut bytes = json.as_bytes().to_vec();
        set_member(&mut bytes, name, &value).then(|| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn members_are_added_or_replaced_in_place() {
        for (before, name, value, after) in [
            ("{}", "a", json!(1), r#"{"a":1}"#),
            (r#"{"a":1}"#, "b", json!([2]), r#"{"a":1,"b":[2]}"#),
            (r#"{"a":1,"b":2}"#, "a", json!(null), r#"{"a":null,"b":2}"#),
            (
                r#"{"a":{"b":1},"b":"x"}"#,
                "b",
                json!(2),
                r#"{"a":{"b":1},"b":2}"#,
            ),
            (
                r#"{"a":"b","c":3}"#,
                "b",
                json!(2),
                r#"{"a":"b","c":3,"b":2}"#,
            ),
            (
                r#"{"s":"}\"{,:\\","n":[{"n":1}]}"#,
                "n",
                json!(0),
                r#"{"s":"}\"{,:\\","n":0}"#,
            ),
            (r#"{"A":1}"#, "A", json!("q\"é"), r#"{"A":"q\"é"}"#),
            (
                r#"{"a":[]}"#,
                "we\"ird",
                json!({}),
                r#"{"a":[],"we\"ird":{}}"#,
            ),
        ] {
            assert_eq!(set(before, name, value).as_deref(), Some(after));
        }
    }

    #[test]
    fn members_are_found_at_the_top_alone() {
        let json = br#"{"in":{"n":1},"s":"\"n\":2,","n": [3, {"n":4}] ,"last":"x"}"#;
        let mut found = [const { None }; 4];
        find(json, &["n", "in", "last", "x"], &mut found).unwrap();
        let [n, inside, last, x] = found.map(|at| Some(std::str::from_utf8(&json[at?]).unwrap()));
        assert_eq!(n.map(str::trim), Some(r#"[3, {"n":4}]"#));
        assert_eq!(inside, Some(r#"{"n":1}"#));
        assert_eq!(last, Some(r#""x""#));
        assert_eq!(x, None);
        assert!(find(br#"{"n":1"#, &["n"], &mut [None]).is_none());
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        for json in ["", "null", "[]", "\"{}\"", "12", "{\"a\""] {
            assert_eq!(set(json, "a", json!(1)), None, "{json}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_result_is_what_a_tree_would_give(
            members in proptest::collection::btree_map(".{0,6}", ".{0,8}", 0..6),
            name in ".{0,6}",
            value in ".{0,8}",
        ) {
            let mut expected = json!(members);
            let mut bytes = expected.to_string().into_bytes();
            proptest::prop_assert!(set_member(&mut bytes, &name, &json!(value)));
            expected[name.as_str()] = json!(value);
            let got: Value = serde_json::from_slice(&bytes).unwrap();
            proptest::prop_assert_eq!(got, expected);
        }
    }
}

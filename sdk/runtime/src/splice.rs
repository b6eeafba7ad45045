//! Reading and setting members of a JSON object that is serialised already.
//!
//! A request body can be tens of megabytes (files in base64). Adding a member
//! to the bytes costs one scan; going through a tree of values would copy
//! every string of it.

use serde_json::Value;

/// Sets a member of the object in `json`, replacing one of the same name.
/// `false` when `json` is not an object; it is then unchanged.
#[inline]
pub(crate) fn set_member(json: &mut Vec<u8>, name: &str, value: &Value) -> bool {
    let Some(object) = scan(json, name) else {
        return false;
    };
    let value = value.to_string();
    match object.found {
        Some((start, end)) => {
            json.splice(start..end, value.into_bytes());
        }
        None => {
            let comma = if object.empty { "" } else { "," };
            let member = format!("{comma}{}:{value}", Value::from(name));
            json.splice(object.close..object.close, member.into_bytes());
        }
    }
    true
}

/// Sets a member of the object in `json`, unless it has one of the same name. Nothing happens when
/// `json` is not an object.
#[inline]
pub(crate) fn add_member(json: &mut Vec<u8>, name: &str, value: &Value) {
    if scan(json, name).is_some_and(|object| object.found.is_none()) {
        set_member(json, name, value);
    }
}

/// The value of a member of the object in `json`.
pub(crate) fn member<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (start, end) = scan(json, name)?.found?;
    json.get(start..end)
}

struct Object {
    /// The position of the closing brace.
    close: usize,
    empty: bool,
    /// Where the value of the wanted member begins and ends.
    found: Option<(usize, usize)>,
}

/// Finds the end of the top-level object and the wanted member in it. The
/// bytes are known to be valid JSON: serde_json wrote them.
#[inline]
fn scan(json: &[u8], wanted: &str) -> Option<Object> {
    let open = json.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if json.get(open) != Some(&b'{') {
        return None;
    }
    let mut object = Object {
        close: 0,
        empty: true,
        found: None,
    };
    let mut at = open + 1;
    let mut depth = 1_usize;
    // The value of the wanted member begins here; it ends at the next comma or
    // brace of depth 1.
    let mut value_start = None;
    let mut key = None;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(json, at)?;
                if depth == 1 {
                    object.empty = false;
                    key = key.or(json.get(at..end));
                }
                at = end;
                continue;
            }
            b':' if depth == 1 && key.is_some_and(|key| is_string(key, wanted)) => {
                value_start = Some(at + 1);
            }
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' => {
                if depth == 1 {
                    if let Some(start) = value_start.take() {
                        object.found = Some((start, at));
                    }
                    key = None;
                }
                if byte != b',' {
                    depth -= 1;
                }
                if depth == 0 {
                    object.close = at;
                    return Some(object);
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

#[inline]
fn is_string(quoted: &[u8], wanted: &str) -> bool {
    serde_json::from_slice::<String>(quoted).is_ok_and(|text| text == wanted)
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
    fn a_member_is_found_at_the_top_alone() {
        let json = br#"{"in":{"n":1},"s":"\"n\":2,","n": [3, {"n":4}] ,"last":"x"}"#;
        let member = |name| member(json, name).map(|json| std::str::from_utf8(json).unwrap());
        assert_eq!(member("n").map(str::trim), Some(r#"[3, {"n":4}]"#));
        assert_eq!(member("in"), Some(r#"{"n":1}"#));
        assert_eq!(member("last"), Some(r#""x""#));
        assert_eq!(member("x"), None);
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

//! JSON that another program wrote down, compared with ours: the same values may be written in
//! other ways, and members that our documents do not name may be missing.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::json;

/// The text of the documents in `spec/`, to tell whether they name a member.
static DOCUMENTS: LazyLock<String> = LazyLock::new(|| {
    ["claude-platform", "claude-ai"]
        .map(|name| format!("{}/../spec/{name}/openapi.yaml", env!("CARGO_MANIFEST_DIR")))
        .map(|path| std::fs::read_to_string(&path).expect(&path))
        .concat()
});

/// One line for each place where ours says something else.
///
/// - `null` is the same as nothing;
/// - times are the same when they are the same instant;
/// - `{"$utf16": […]}` stands for a string with lone surrogates, which are U+FFFD in ours;
/// - `{"$len": …, "$sha256": …}` stands for a long string;
/// - a member that the documents do not name may be missing.
pub fn differences(recorded: &Value, ours: &Value) -> Vec<String> {
    let (mut recorded, mut ours) = (recorded.clone(), ours.clone());
    align(&mut recorded, &mut ours);
    json::differences(&recorded, &ours)
}

/// [`differences`] as the outcome of a case.
///
/// # Errors
/// The differences, if there are any, after what it is that differs.
pub fn same(what: &str, recorded: &Value, ours: &Value) -> Result<(), String> {
    let differences = differences(recorded, ours);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(format!("{what}: {}", differences.join("; "))),
    }
}

fn align(recorded: &mut Value, ours: &mut Value) {
    if let (Some(units), Value::String(_)) = (recorded.get("$utf16"), &ours) {
        let units = units.as_array().into_iter().flatten();
        let units: Vec<u16> = units
            .filter_map(|unit| u16::try_from(unit.as_u64()?).ok())
            .collect();
        *recorded = Value::String(String::from_utf16_lossy(&units));
    }
    if let (Some(digest), Value::String(text)) = (recorded.get("$sha256"), &ours)
        && *digest == sha256(text.as_bytes())
    {
        *recorded = Value::String(text.clone());
    }
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            recorded.retain(|_, value| !value.is_null());
            ours.retain(|_, value| !value.is_null());
            recorded.retain(|key, _| ours.contains_key(key) || is_documented(key));
            for (key, value) in recorded.iter_mut() {
                if let Some(ours) = ours.get_mut(key) {
                    align(value, ours);
                }
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            for (recorded, ours) in recorded.iter_mut().zip(ours) {
                align(recorded, ours);
            }
        }
        (Value::String(recorded), Value::String(ours)) if recorded != ours => {
            let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
            if time(recorded).is_some() && time(recorded) == time(ours) {
                recorded.clone_from(ours);
            }
        }
        _ => {}
    }
}

fn is_documented(key: &str) -> bool {
    DOCUMENTS.contains(&format!(" {key}:"))
}

/// The digest of bytes, in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{differences, sha256};

    #[test]
    fn other_ways_to_write_the_same_are_the_same() {
        let recorded = json!({
            "id": "a",
            "gone": null,
            "brand_new_member": 1,
            "created_at": "2026-11-20T00:00:00+00:00",
            "text": {"$utf16": [97, 55296, 98]},
            "data": [{"text": {"$len": 3, "$sha256": sha256(b"abc")}}],
        });
        let ours = json!({
            "id": "a",
            "usage": null,
            "created_at": "2026-11-20T00:00:00Z",
            "text": "a\u{fffd}b",
            "data": [{"text": "abc"}],
        });
        assert!(differences(&recorded, &ours).is_empty());
    }

    #[test]
    fn what_the_documents_name_must_be_there() {
        let recorded = json!({"id": "a", "usage": {"input_tokens": 1}});
        assert_eq!(
            differences(&recorded, &json!({"id": "b"})),
            [
                "/id: expected \"a\", found \"b\"",
                "/usage: expected {\"input_tokens\":1}, found nothing",
            ]
        );
    }
}

//! Ways in which a document is wrong.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Text that programs stumble over.
const ODD: [&str; 14] = [
    "",
    " ",
    "\u{0}",
    "\u{feff}",
    "\u{202e}abc",
    "e\u{301}",
    "日本語",
    "🦀",
    "r#type",
    "self",
    "*/ fn main() {} /*",
    "\"; panic!(); \"",
    "a/b~1c~0d%25#",
    "`code` [link](x) <b> ```rust",
];

/// Numbers that do not fit.
const HUGE: [&str; 6] = [
    "1e400",
    "-1e400",
    "18446744073709551616",
    "-9223372036854775809",
    "1e-400",
    "0.1e1",
];

/// Words that mean something where they stand.
const KEYS: [&str; 24] = [
    "type",
    "properties",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "$ref",
    "enum",
    "const",
    "required",
    "nullable",
    "format",
    "discriminator",
    "mapping",
    "additionalProperties",
    "parameters",
    "requestBody",
    "responses",
    "content",
    "schema",
    "in",
    "name",
    "default",
];

/// The text of a document after one to six changes; sometimes the text itself is damaged, too.
pub(crate) fn text(document: &Value, rng: &mut Rng) -> String {
    let mut document = document.clone();
    for _ in 0..rng.usize(1..=6) {
        let size = count(&document);
        let target = rng.usize(..size);
        let pointers = references(&document);
        if let Some(value) = nth(&mut document, target) {
            change(value, &pointers, rng);
        }
    }
    let text = with_huge_numbers(document.to_string(), rng);
    if rng.u8(..) < 12 {
        damaged(&text, rng)
    } else {
        text
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The value that is the `target`-th in the order of the document.
fn nth(value: &mut Value, target: usize) -> Option<&mut Value> {
    if target == 0 {
        return Some(value);
    }
    let mut before = 1;
    let parts: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(members) => Box::new(members.values_mut()),
        _ => return None,
    };
    for part in parts {
        let size = count(part);
        if target < before + size {
            return nth(part, target - before);
        }
        before += size;
    }
    None
}

/// The places that references could lead to.
fn references(document: &Value) -> Vec<String> {
    let components = document.get("components").and_then(Value::as_object);
    let groups = components.into_iter().flatten();
    let names = groups.flat_map(|(group, members)| {
        let members = members.as_object().into_iter().flatten();
        members.map(move |(name, _)| format!("#/components/{group}/{name}"))
    });
    names.collect()
}

fn change(value: &mut Value, references: &[String], rng: &mut Rng) {
    match rng.u8(..12) {
        0 | 1 => drop_member(value, rng),
        2 => *value = of_wrong_kind(rng),
        3 => *value = json!({ "$ref": reference(references, rng) }),
        4 => rename_member(value, rng),
        5 => *value = json!(ODD[rng.usize(..ODD.len())]),
        6 => *value = json!(format!("huge number {}", rng.usize(..HUGE.len()))),
        7 => *value = nested(value.take(), rng),
        8 => add_member(value, references, rng),
        9 => repeat(value, rng),
        10 => *value = Value::Null,
        _ => *value = schema(references, rng),
    }
}

fn reference(references: &[String], rng: &mut Rng) -> String {
    match rng.u8(..8) {
        0 => "#".to_owned(),
        1 => "#/components/schemas/DoesNotExist".to_owned(),
        2 => "missing.yaml#/a".to_owned(),
        3 => "#/paths/~1/get/%zz".to_owned(),
        _ if references.is_empty() => "#/paths".to_owned(),
        _ => references[rng.usize(..references.len())].clone(),
    }
}

fn of_wrong_kind(rng: &mut Rng) -> Value {
    match rng.u8(..6) {
        0 => json!(rng.bool()),
        1 => json!(rng.i64(..)),
        2 => json!([[], {}, null]),
        3 => json!({}),
        4 => json!(1.5),
        _ => json!("text"),
    }
}

fn drop_member(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let key = members.keys().nth(rng.usize(..members.len())).cloned();
            members.remove(&key.unwrap_or_default());
        }
        Value::Array(items) if !items.is_empty() => {
            items.remove(rng.usize(..items.len()));
        }
        other => *other = Value::Null,
    }
}

fn rename_member(value: &mut Value, rng: &mut Rng) {
    let Value::Object(members) = value else {
        return;
    };
    let Some(key) = members
        .keys()
        .nth(rng.usize(..members.len().max(1)))
        .cloned()
    else {
        return;
    };
    let moved = members.remove(&key).unwrap_or_default();
    let name = match rng.u8(..3) {
        0 => ODD[rng.usize(..ODD.len())].to_owned(),
        1 => key.to_uppercase(),
        _ => KEYS[rng.usize(..KEYS.len())].to_owned(),
    };
    members.insert(name, moved);
}

fn add_member(value: &mut Value, references: &[String], rng: &mut Rng) {
    let added = match rng.bool() {
        true => of_wrong_kind(rng),
        false => schema(references, rng),
    };
    let key = KEYS[rng.usize(..KEYS.len())];
    match value {
        Value::Object(members) => drop(members.insert(key.to_owned(), added)),
        Value::Array(items) => items.push(added),
        other => *other = Value::Object(Map::from_iter([(key.to_owned(), added)])),
    }
}

fn repeat(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Array(items) => {
            let copies = items.clone();
            items.extend(copies);
        }
        Value::Object(members) => {
            let copies: Vec<_> = members
                .iter()
                .map(|(key, it)| (format!("{key}_"), it.clone()))
                .collect();
            members.extend(copies.into_iter().take(50));
        }
        Value::String(text) => *text = text.repeat(rng.usize(2..200)),
        _ => {}
    }
}

/// The value below many schemas or lists.
fn nested(value: Value, rng: &mut Rng) -> Value {
    let depth = [3, 40, 200][rng.usize(..3)];
    let kind = rng.u8(..4);
    (0..depth).fold(value, |inner, _| match kind {
        0 => json!([inner]),
        1 => json!({ "type": "array", "items": inner }),
        2 => json!({ "allOf": [inner] }),
        _ => json!({ "type": "object", "properties": { "a": inner } }),
    })
}

/// A schema that is unusual, or no schema at all.
fn schema(references: &[String], rng: &mut Rng) -> Value {
    let other = json!({ "$ref": reference(references, rng) });
    match rng.u8(..12) {
        0 => json!({ "allOf": [other, { "type": "string" }] }),
        1 => json!({ "oneOf": [other, other] }),
        2 => json!({ "anyOf": [other, { "type": "null" }, false] }),
        3 => json!({ "enum": [1, "a", null, {}, [], 1, true] }),
        4 => json!({ "type": ["object", "array", "string", "null"], "items": other }),
        5 => json!({ "not": other, "if": true, "then": false }),
        6 => json!({ "type": "object", "additionalProperties": other, "required": ["x", "x", 1] }),
        7 => {
            json!({ "discriminator": { "propertyName": "type", "mapping": { "a": "#/nowhere" } }, "oneOf": [other] })
        }
        8 => json!({ "const": { "a": [1, "b"] } }),
        9 => json!({ "prefixItems": [other], "items": false }),
        10 => json!({ "type": "string", "format": ODD[rng.usize(..ODD.len())], "pattern": "((((" }),
        _ => json!(rng.bool()),
    }
}

/// Numbers that JSON can say and no Rust type holds: they cannot be a [`Value`], so they are put
/// into the text.
fn with_huge_numbers(mut text: String, rng: &mut Rng) -> String {
    for (number, huge) in HUGE.iter().enumerate() {
        text = text.replace(&format!("\"huge number {number}\""), huge);
    }
    if rng.u8(..) < 8 {
        text = text.replacen("\"minimum\":", "\"minimum\":-1e999,\"was\":", 1);
    }
    text
}

/// The text cut off, or with bytes that do not belong there.
fn damaged(text: &str, rng: &mut Rng) -> String {
    let mut at = rng.usize(..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    match rng.u8(..3) {
        0 => before.to_owned(),
        1 => format!("{before}{}{after}", ODD[rng.usize(..ODD.len())]),
        _ => format!("{before}{}{after}", "[{\"a\":".repeat(rng.usize(1..3000))),
    }
}

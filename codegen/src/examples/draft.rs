//! Documents as the validator takes them: JSON Schema 2020-12 with absolute references.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::origin::{FileId, Origin};
use crate::source::Sources;

/// The uri of a document within one check.
pub(super) fn document_uri(file: FileId) -> String {
    format!("specwright:/{}", file.0)
}

/// What a JSON pointer does not have as it is in a uri.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The uri of a schema within one check.
pub(super) fn schema_uri(origin: &Origin) -> String {
    let pointer = origin.pointer();
    let pointer = utf8_percent_encode(&pointer, ESCAPED);
    format!("{}#{pointer}", document_uri(origin.file()))
}

/// A copy of a document in which all schemas are of draft 2020-12: `nullable`, boolean bounds and
/// types that only OpenAPI knows are rewritten, members of one direction are not required, and
/// references are absolute. What leads nowhere allows everything. Descriptions and examples, most of
/// many documents, are left out.
pub(super) fn document(sources: &Sources, file: FileId) -> Value {
    let document = sources.file(file);
    Rewriter { sources, file }.copy(document.value())
}

/// Members whose own members have names that the document gives.
const NAMES: [&str; 10] = [
    "$defs",
    "definitions",
    "dependentSchemas",
    "headers",
    "parameters",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
];

struct Rewriter<'a> {
    sources: &'a Sources,
    file: FileId,
}

// Recursion ends: documents nest no deeper than their reader allows.
impl Rewriter<'_> {
    fn copy(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.copy(item)).collect(),
            Value::Object(members) => {
                let mut copied = Map::with_capacity(members.len());
                for (key, member) in members {
                    let member = match (key.as_str(), member) {
                        ("example" | "examples", _) => continue,
                        ("description" | "summary", Value::String(_)) => continue,
                        ("const" | "enum", _) => member.clone(),
                        (name, Value::Object(members)) if NAMES.contains(&name) => members
                            .iter()
                            .map(|(name, member)| (name.clone(), self.copy(member)))
                            .collect(),
                        _ => self.copy(member),
                    };
                    copied.insert(key.clone(), member);
                }
                self.reference(&mut copied);
                bounds(&mut copied);
                types(&mut copied);
                required(&mut copied);
                nullable(&mut copied);
                Value::Object(copied)
            }
            scalar => scalar.clone(),
        }
    }

    fn reference(&self, members: &mut Map<String, Value>) {
        for key in ["$id", "$anchor", "$schema", "$dynamicRef", "$dynamicAnchor"] {
            if members.get(key).is_some_and(Value::is_string) {
                members.shift_remove(key);
            }
        }
        let Some(Value::String(reference)) = members.get("$ref") else {
            return;
        };
        let target = self
            .sources
            .resolve(&self.sources.file(self.file), reference);
        match target {
            Ok(target) => {
                members.insert("$ref".to_owned(), schema_uri(target.origin()).into());
            }
            Err(_) => drop(members.shift_remove("$ref")),
        }
    }
}

/// Draft 4 has `exclusiveMinimum: true` beside `minimum`.
fn bounds(members: &mut Map<String, Value>) {
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let Some(Value::Bool(is_exclusive)) = members.get(exclusive) else {
            continue;
        };
        let limit = members
            .get(bound)
            .filter(|limit| *is_exclusive && limit.is_number())
            .cloned();
        members.shift_remove(exclusive);
        if let Some(limit) = limit {
            members.shift_remove(bound);
            members.insert(exclusive.to_owned(), limit);
        }
    }
}

/// Only the types of JSON Schema count; `file` and the like allow everything.
fn types(members: &mut Map<String, Value>) {
    const KNOWN: &[&str] = &[
        "null", "boolean", "object", "array", "number", "string", "integer",
    ];
    let known = |value: &Value| value.as_str().is_some_and(|name| KNOWN.contains(&name));
    let keep = match members.get("type") {
        Some(Value::Array(names)) => names.iter().all(known),
        Some(Value::String(name)) => KNOWN.contains(&name.as_str()),
        // A property named `type`, or no type.
        Some(Value::Object(_)) | None => true,
        Some(_) => false,
    };
    if !keep {
        members.shift_remove("type");
    }
}

/// Members that only one direction has are not required: examples are of both.
fn required(members: &mut Map<String, Value>) {
    let one_way = |name: &str| {
        let property = members
            .get("properties")
            .and_then(|properties| properties.get(name));
        ["readOnly", "writeOnly"].iter().any(|key| {
            property
                .and_then(|property| property.get(key))
                .and_then(Value::as_bool)
                == Some(true)
        })
    };
    let names = match members.get("required") {
        Some(Value::Array(names)) => {
            let kept = names
                .iter()
                .filter(|name| !name.as_str().is_some_and(one_way));
            Value::Array(kept.cloned().collect())
        }
        // Draft 3 has `required: true` on the property itself.
        Some(Value::Bool(_) | Value::Null) => Value::Array(Vec::new()),
        _ => return,
    };
    members.insert("required".to_owned(), names);
}

/// OpenAPI 3.0 has `nullable: true`.
fn nullable(members: &mut Map<String, Value>) {
    if members.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    members.shift_remove("nullable");
    let combined = ["$ref", "allOf", "anyOf", "oneOf", "not"];
    match members.get("type") {
        Some(Value::String(name)) if !combined.iter().any(|key| members.contains_key(*key)) => {
            let types = json!([name, "null"]);
            members.insert("type".to_owned(), types);
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.push(Value::Null);
            }
        }
        Some(Value::Object(_)) => {}
        _ => {
            let inner = Value::Object(std::mem::take(members));
            members.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
        }
    }
}

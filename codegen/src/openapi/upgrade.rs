//! What the versions of OpenAPI say differently, read the same way.
//!
//! Documents mix the dialects freely (`nullable` in 3.1, `const` in 3.0), so each question is
//! answered from what a schema says and not from the version the document claims. Only where the
//! same words mean different things is the [`Dialect`] asked.

use serde_json::{Number, Value};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::source::Node;

/// Which meaning of a schema holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenAPI 3.0: what stands beside a `$ref` does not count.
    Draft5,
    /// OpenAPI 3.1 and later: JSON Schema 2020-12.
    JsonSchema,
}

/// The dialect of a document; `None`, with an error told, when it is none we read.
pub(super) fn dialect(root: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Dialect> {
    let Some(version) = root.get("openapi") else {
        diagnostics.push(not_openapi(root));
        return None;
    };
    // `openapi: 3.1` without quotes is a number in YAML.
    let text = match version.value() {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let minor = text
        .strip_prefix("3.")
        .map(|rest| rest.split('.').next().unwrap_or(rest));
    match minor {
        Some("0") => Some(Dialect::Draft5),
        Some("1" | "2") => Some(Dialect::JsonSchema),
        Some(_) => {
            let message = format!("OpenAPI {text} is newer than what is known here");
            diagnostics.push(
                Diagnostic::warning(codes::UNKNOWN_VERSION, version.origin(), message)
                    .action("it is read as 3.2"),
            );
            Some(Dialect::JsonSchema)
        }
        None => {
            let message = format!("`{text}` is not a version of OpenAPI 3");
            diagnostics.push(Diagnostic::error(
                codes::UNSUPPORTED_VERSION,
                version.origin(),
                message,
            ));
            None
        }
    }
}

fn not_openapi(root: &Node<'_>) -> Diagnostic {
    match root.get("swagger") {
        Some(swagger) => Diagnostic::error(
            codes::UNSUPPORTED_VERSION,
            swagger.origin(),
            "this is a Swagger 2.0 document; OpenAPI 3.0, 3.1 and 3.2 are read",
        )
        .help("convert it once, with `npx swagger2openapi` for example, and keep the result"),
        None => Diagnostic::error(
            codes::UNSUPPORTED_VERSION,
            root.origin(),
            "the document has no `openapi` member that gives its version",
        ),
    }
}

/// The kinds of JSON value a schema allows.
pub(super) struct Kinds<'a> {
    /// All but `null`, in the document's order; empty when the schema does not say.
    pub(super) names: Vec<&'a str>,
    /// Whether `null` is listed.
    pub(super) null: bool,
}

/// What `type` says, as one name or a list.
pub(super) fn kinds(schema: &Value) -> Kinds<'_> {
    let mut kinds = Kinds {
        names: Vec::new(),
        null: false,
    };
    let listed = match schema.get("type") {
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    for kind in listed {
        match kind {
            Value::Null => kinds.null = true,
            Value::String(name) if name == "null" => kinds.null = true,
            Value::String(name) if !kinds.names.contains(&name.as_str()) => kinds.names.push(name),
            _ => {}
        }
    }
    // What holds for every number holds for integers.
    if kinds.names.contains(&"number") {
        kinds.names.retain(|name| *name != "integer");
    }
    kinds
}

/// Whether a schema by itself, without looking into its members, allows `null`.
pub(super) fn says_nullable(schema: &Value) -> bool {
    let flag = |key| schema.get(key).and_then(Value::as_bool) == Some(true);
    flag("nullable")
        || flag("x-nullable")
        || kinds(schema).null
        || schema.get("const").is_some_and(Value::is_null)
        || lists_null(schema)
}

fn lists_null(schema: &Value) -> bool {
    // An explicit `nullable: false` beside an enum that lists null: the flag is the clearer word.
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| values.iter().any(Value::is_null))
        && schema.get("nullable").and_then(Value::as_bool) != Some(false)
}

/// Whether a schema allows nothing but `null`: a member of a union that only makes it nullable.
pub(super) fn is_null(schema: &Value) -> bool {
    let kinds = kinds(schema);
    if kinds.names.is_empty() && kinds.null {
        return true;
    }
    if schema.get("const").is_some_and(Value::is_null) {
        return true;
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return !values.is_empty() && values.iter().all(Value::is_null);
    }
    // `oneOf: [{$ref}, {nullable: true}]` of 3.0.
    schema.get("nullable").and_then(Value::as_bool) == Some(true) && !says_what(schema)
}

/// Members that say what a value is; all others describe or limit it.
const STRUCTURE: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "prefixItems",
    "enum",
    "const",
    "allOf",
    "oneOf",
    "anyOf",
    "format",
    "contentSchema",
    "contentEncoding",
    "contentMediaType",
];

/// Whether a schema says what a value is, rather than only describing or limiting it.
pub(super) fn says_what(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => STRUCTURE.iter().any(|key| members.contains_key(*key)),
        other => other.is_boolean(),
    }
}

/// Whether a string schema stands for raw bytes.
pub(super) fn is_binary(schema: &Value) -> bool {
    let text = |key| schema.get(key).and_then(Value::as_str);
    match (
        text("format"),
        text("contentMediaType"),
        text("contentEncoding"),
    ) {
        (Some("binary"), _, _) => true,
        (_, Some(media), None) => {
            media == "application/octet-stream" || media.starts_with("image/")
        }
        _ => schema.get("type").and_then(Value::as_str) == Some("file"),
    }
}

/// Whether a string schema stands for bytes as base64 text.
pub(super) fn is_base64(schema: &Value) -> bool {
    let text = |key| schema.get(key).and_then(Value::as_str);
    matches!(text("format"), Some("byte" | "base64"))
        || matches!(text("contentEncoding"), Some("base64"))
}

/// A limit of a number.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    /// The limit.
    pub(super) value: &'a Number,
    /// Whether the limit itself is not allowed.
    pub(super) exclusive: bool,
}

/// The lower limit of a number.
pub(super) fn lower_bound(schema: &Value) -> Option<Bound<'_>> {
    bound(schema, "minimum", "exclusiveMinimum")
}

/// The upper limit of a number.
pub(super) fn upper_bound(schema: &Value) -> Option<Bound<'_>> {
    bound(schema, "maximum", "exclusiveMaximum")
}

/// In 3.0 `exclusiveMinimum` is a flag beside `minimum`, later it is the limit itself.
fn bound<'a>(schema: &'a Value, inclusive: &str, exclusive: &str) -> Option<Bound<'a>> {
    let limit = match schema.get(inclusive) {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    };
    match schema.get(exclusive) {
        Some(Value::Number(number)) => Some(Bound {
            value: number,
            exclusive: true,
        }),
        Some(Value::Bool(true)) => limit.map(|value| Bound {
            value,
            exclusive: true,
        }),
        _ => limit.map(|value| Bound {
            value,
            exclusive: false,
        }),
    }
}

/// The examples of a schema: `example` of 3.0, the list `examples` of JSON Schema.
pub(super) fn examples(schema: &Value) -> impl Iterator<Item = &Value> {
    let one = schema.get("example").into_iter();
    one.chain(
        schema
            .get("examples")
            .and_then(Value::as_array)
            .into_iter()
            .flatten(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_say_null() {
        for schema in [
            json!({"type": "string", "nullable": true}),
            json!({"type": ["string", "null"]}),
            json!({"enum": ["a", null]}),
        ] {
            assert!(says_nullable(&schema), "{schema}");
            assert!(!is_null(&schema), "{schema}");
        }
        for schema in [
            json!({"type": "null"}),
            json!({"const": null}),
            json!({"enum": [null]}),
            json!({"nullable": true}),
        ] {
            assert!(is_null(&schema), "{schema}");
        }
        assert!(!says_nullable(
            &json!({"type": "string", "nullable": false})
        ));
    }

    #[test]
    fn exclusive_bounds_of_both_dialects() {
        let exclusive = |schema: Value| {
            lower_bound(&schema).map(|bound| (bound.value.to_string(), bound.exclusive))
        };
        assert_eq!(
            exclusive(json!({"minimum": 0, "exclusiveMinimum": true})),
            Some(("0".into(), true))
        );
        assert_eq!(
            exclusive(json!({"exclusiveMinimum": 0})),
            Some(("0".into(), true))
        );
        assert_eq!(
            exclusive(json!({"minimum": 0, "exclusiveMinimum": false})),
            Some(("0".into(), false))
        );
        assert_eq!(exclusive(json!({"minimum": "0"})), None);
    }
}

//! Any schema is adapted to what the API takes, or refused; never sent as something else.

use claude_typed::structured::{Schema, adapt};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const TYPES: [&str; 7] = [
    "object", "array", "string", "number", "integer", "boolean", "null",
];
const FORMATS: [&str; 10] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
];

/// What is wrong with a schema in the eyes of the API.
fn objection(node: &Value) -> Option<String> {
    let Value::Object(node) = node else {
        return Some(format!("{node} is no schema"));
    };
    if node.contains_key("$ref") && node.keys().any(|key| key != "$ref" && key != "$defs") {
        return Some(format!("a reference does not stand alone: {node:?}"));
    }
    let known_type = node
        .get("type")
        .is_some_and(|kind| TYPES.iter().any(|known| kind == known));
    let says_values = ["$ref", "anyOf", "allOf", "enum", "const"];
    if !known_type && !says_values.iter().any(|key| node.contains_key(*key)) {
        return Some(format!("it says nothing: {node:?}"));
    }
    if node.get("type") == Some(&json!("object"))
        && node.get("additionalProperties") != Some(&json!(false))
    {
        return Some(format!("it is open: {node:?}"));
    }
    node.iter()
        .find_map(|(key, value)| match (key.as_str(), value) {
            ("properties" | "$defs", Value::Object(nodes)) => nodes.values().find_map(objection),
            ("anyOf" | "allOf", Value::Array(nodes)) => nodes.iter().find_map(objection),
            ("items", node) => objection(node),
            ("format", Value::String(format)) if FORMATS.contains(&format.as_str()) => None,
            ("minItems", least) if *least == 0 || *least == 1 => None,
            (
                "type" | "$ref" | "title" | "description" | "required" | "additionalProperties",
                _,
            ) => None,
            ("enum", Value::Array(values)) if !values.iter().any(is_nested) => None,
            ("const", value) if !is_nested(value) => None,
            _ => Some(format!("`{key}: {value}` is not known")),
        })
}

fn is_nested(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

fn leaf() -> impl Strategy<Value = Value> {
    let formats = prop::sample::select(vec!["uri", "email", "iri", "binary"]);
    let values = prop::sample::select(vec![
        json!({"enum": ["a", 1, null], "type": "string"}),
        json!({"enum": [["a"]], "type": "array"}),
        json!({"const": {"a": 1}, "type": "object"}),
        json!({"const": 0}),
        json!({"type": "boolean", "default": true}),
        json!({"type": ["string", "null"], "format": "uri", "maxLength": 3}),
        json!({"type": ["string"]}),
        json!({"type": "null"}),
        json!({"$ref": "#/$defs/Part", "description": "A part.", "default": null}),
        json!({"$ref": "#/$defs/Part", "properties": {"more": {"type": "string"}}}),
        json!({"description": "Anything."}),
        json!(true),
    ]);
    prop_oneof![
        4 => formats.prop_map(|format| json!({"type": "string", "format": format})),
        4 => (any::<i32>()).prop_map(|least| json!({"type": "integer", "minimum": least})),
        4 => values,
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let properties = || prop::collection::btree_map("[a-c~/]{1,2}", inner.clone(), 0..3);
        let nodes = || prop::collection::vec(inner.clone(), 1..3);
        let choice = prop::sample::select(vec!["anyOf", "oneOf", "allOf"]);
        prop_oneof![
            (properties(), any::<bool>()).prop_map(|(properties, open)| {
                let required: Vec<&String> = properties.keys().collect();
                json!({"type": "object", "properties": properties, "required": required,
                    "additionalProperties": open, "title": "Object"})
            }),
            (inner.clone(), 0..4_u8).prop_map(|(items, least)| {
                json!({"type": "array", "items": items, "minItems": least, "uniqueItems": true})
            }),
            (nodes(), choice).prop_map(|(nodes, choice)| {
                Value::Object(Map::from_iter([(choice.to_owned(), nodes.into())]))
            }),
            (properties(), nodes()).prop_map(|(properties, nodes)| {
                json!({"type": "object", "properties": properties, "oneOf": nodes})
            }),
        ]
    })
}

/// A schema with a definition that parts may refer to.
fn document() -> impl Strategy<Value = Value> {
    schema().prop_map(|mut schema| {
        if let Value::Object(schema) = &mut schema {
            let part = json!({"type": "object", "properties": {"id": {"type": "integer"}}});
            schema.insert("$defs".to_owned(), json!({"Part": part}));
        }
        schema
    })
}

proptest! {
    #[test]
    fn any_schema_is_taken_or_refused(schema in document()) {
        if let Ok(adapted) = adapt(&schema) {
            prop_assert_eq!(objection(&adapted), None);
            prop_assert_eq!(&adapt(&adapted).unwrap(), &adapted);
        }
        if let Ok(prepared) = Schema::from_value(schema.clone()) {
            prop_assert_eq!(prepared.original(), &schema);
            prop_assert_eq!(objection(&prepared.adapted().clone().into()), None);
        }
    }
}

//! Instances of a document's schemas.

use std::path::Path;

use serde_json::{Map, Value, json};
use specwright::diagnostics::Diagnostics;
use specwright::source::Sources;

/// A member that no schema names.
const UNKNOWN: &str = "not_in_the_document";

/// Deeper than this, only what is required is filled in, and only one member of a union.
const DEEPEST: usize = 5;

/// What an instance is filled with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Every property has a value.
    Full,
    /// Every property has the emptiest value it can have: null, zero, an empty text or list.
    Empty,
    /// Only the required properties are there, with a value.
    Required,
}

/// The schemas of a document.
pub(crate) struct Samples {
    schemas: Value,
}

impl Samples {
    pub(crate) fn platform() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = path.join("../spec/claude-platform/openapi.yaml");
        let sources = Sources::load(&path, &mut Diagnostics::default()).unwrap();
        let schemas = sources.root().value()["components"]["schemas"].clone();
        Self { schemas }
    }

    /// How many members the union of this name has.
    pub(crate) fn variants(&self, name: &str) -> usize {
        self.schemas[name]["oneOf"].as_array().map_or(0, Vec::len)
    }

    /// Instances of a schema: one for each member of each union in it.
    pub(crate) fn of(&self, name: &str, fill: Fill) -> Vec<Value> {
        self.instances(
            &json!({"$ref": format!("#/components/schemas/{name}")}),
            fill,
            0,
        )
    }

    fn instances(&self, schema: &Value, fill: Fill, depth: usize) -> Vec<Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.instances(&self.schemas[name], fill, depth);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(members) = schema[key].as_array() {
                return self.members(members, fill, depth);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.instances(&self.merged(parts), fill, depth);
        }
        if let Some(value) = schema.get("const") {
            return vec![value.clone()];
        }
        let types = &schema["type"];
        let nullable = types
            .as_array()
            .is_some_and(|types| types.contains(&json!("null")));
        if nullable && fill == Fill::Empty {
            return vec![Value::Null];
        }
        match types.as_str().or_else(|| types[0].as_str()) {
            Some("null") => vec![Value::Null],
            Some("boolean") => vec![json!(fill != Fill::Empty)],
            Some("integer") if fill == Fill::Empty => vec![json!(0)],
            Some("number") if fill == Fill::Empty => vec![json!(0.0)],
            Some("integer") => vec![json!(7)],
            Some("number") => vec![json!(0.5)],
            Some("string") => vec![text(schema, fill)],
            Some("array") if fill == Fill::Empty => vec![json!([])],
            Some("array") => vec![Value::from(self.instances(
                &schema["items"],
                fill,
                depth + 1,
            ))],
            Some("object") => self.objects(schema, fill, depth),
            _ => vec![json!({ "any": [0, null, ""] })],
        }
    }

    fn members(&self, members: &[Value], fill: Fill, depth: usize) -> Vec<Value> {
        let all = members
            .iter()
            .map(|member| self.instances(member, fill, depth));
        let all: Vec<Value> = all.flatten().collect();
        let null = members.iter().any(|member| member["type"] == "null");
        if null && fill == Fill::Empty {
            return vec![Value::Null];
        }
        let all = all.into_iter().filter(|value| !value.is_null());
        if depth < DEEPEST {
            all.collect()
        } else {
            all.take(1).collect()
        }
    }

    fn merged(&self, parts: &[Value]) -> Value {
        let mut whole = json!({"type": "object", "additionalProperties": true,
            "properties": {}, "required": []});
        for part in parts {
            let part = match part["$ref"].as_str() {
                Some(reference) => &self.schemas[reference.rsplit('/').next().unwrap()],
                None => part,
            };
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                whole["properties"][name] = property.clone();
            }
            let required = part["required"].as_array().into_iter().flatten();
            whole["required"]
                .as_array_mut()
                .unwrap()
                .extend(required.cloned());
        }
        whole
    }

    /// One object for each instance of the property that has most; the other properties go round.
    fn objects(&self, schema: &Value, fill: Fill, depth: usize) -> Vec<Value> {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let properties: Vec<(&String, Vec<Value>)> = properties
            // Only the SDK itself sets these.
            .filter(|(_, property)| property["x-specwright-internal"] != true)
            .filter(|(name, _)| {
                let needed = required.contains(&json!(name));
                needed || (fill != Fill::Required && depth < DEEPEST)
            })
            .map(|(name, property)| (name, self.instances(property, fill, depth + 1)))
            .collect();
        let count = properties
            .iter()
            .map(|(_, values)| values.len())
            .max()
            .unwrap_or(1);
        (0..count.max(1))
            .map(|index| {
                let mut object = Map::new();
                for (name, values) in &properties {
                    object.insert((*name).clone(), values[index % values.len()].clone());
                }
                self.unknown_member(schema, fill, &mut object);
                Value::from(object)
            })
            .collect()
    }

    fn unknown_member(&self, schema: &Value, fill: Fill, object: &mut Map<String, Value>) {
        let value = match &schema["additionalProperties"] {
            Value::Bool(true) => json!({ "deep": [{ UNKNOWN: null }, "", 0] }),
            Value::Object(member) => {
                let member = Value::from(member.clone());
                self.instances(&member, fill, DEEPEST).remove(0)
            }
            _ => panic!("an object that may not grow: {schema}"),
        };
        object.insert(UNKNOWN.to_owned(), value);
    }
}

fn text(schema: &Value, fill: Fill) -> Value {
    if let Some(values) = schema["enum"].as_array() {
        return match fill {
            // Values of enums may be new, too.
            Fill::Empty => json!("not-in-the-document"),
            Fill::Full | Fill::Required => values.last().unwrap().clone(),
        };
    }
    match schema["format"].as_str() {
        Some("date-time") => json!("2026-11-25T10:00:00Z"),
        Some("byte") => json!("AAEC"),
        _ if fill == Fill::Empty => json!(""),
        _ => json!("text"),
    }
}

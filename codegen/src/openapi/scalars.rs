//! Strings, numbers, booleans and enums.

use std::collections::HashSet;

use serde_json::Value;

use super::{Reader, extensions, plain, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{EnumValue, OpenEnum, Primitive, Shape, TypeRef};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// The type of a schema of this scalar kind.
    pub(super) fn scalar(&mut self, kind: &str, node: &Node<'a>) -> TypeRef {
        let schema = node.value();
        let primitive = match kind {
            "string" if schema.get(extensions::SECRET).and_then(Value::as_bool) == Some(true) => {
                Primitive::Secret
            }
            "string" => string(schema),
            "integer" => integer(schema),
            "number" => number(schema),
            "boolean" => Primitive::Bool,
            "file" => Primitive::Binary,
            "any" => return TypeRef::Any,
            _ => return self.unknown_kind(kind, node),
        };
        TypeRef::Primitive(primitive)
    }

    /// A `type` that does not exist, read as what it most likely means.
    fn unknown_kind(&mut self, kind: &str, node: &Node<'a>) -> TypeRef {
        let meant = match kind.to_ascii_lowercase().as_str() {
            "bool" => Some(Primitive::Bool),
            "int" | "long" | "int64" => Some(Primitive::Int64),
            "int32" => Some(Primitive::Int32),
            "float" | "double" | "decimal" => Some(Primitive::Double),
            "str" | "text" | "string" => Some(Primitive::String),
            "date-time" | "datetime" => Some(Primitive::DateTime),
            "date" => Some(Primitive::Date),
            "uuid" => Some(Primitive::Uuid),
            _ => None,
        };
        let action = match meant {
            Some(_) => "it is read as what it most likely means",
            None => "it is any JSON in the generated code",
        };
        let place = node.get("type").unwrap_or_else(|| node.clone());
        let message = format!("there is no type `{kind}`");
        self.diagnostics
            .push(Diagnostic::warning(codes::UNKNOWN_TYPE, place.origin(), message).action(action));
        meant.map_or(TypeRef::Any, TypeRef::Primitive)
    }

    /// The shape of a schema with `enum` or `const`; `None` when it has neither, or its values
    /// only limit what the rest of the schema says.
    pub(super) fn enumeration(&mut self, node: &Node<'a>) -> Option<Shape> {
        let schema = node.value();
        if let Some(value) = schema.get("const").filter(|value| !value.is_null()) {
            return match value {
                Value::String(text) => {
                    let description = self.text(node, "description");
                    let value = EnumValue {
                        wire: text.clone(),
                        name: String::new(),
                        description,
                    };
                    Some(Shape::OpenEnum(OpenEnum {
                        values: vec![value],
                    }))
                }
                other => Some(Shape::Alias(kind_of_all(std::slice::from_ref(other)))),
            };
        }
        let values = schema.get("enum")?.as_array()?;
        let kinds = upgrade::kinds(schema);
        let strings = match kinds.names.as_slice() {
            ["string"] => true,
            [] => values
                .iter()
                .all(|value| value.is_string() || value.is_null()),
            _ => return None,
        };
        if strings {
            let values = enum_values(schema, values);
            return (!values.is_empty()).then_some(Shape::OpenEnum(OpenEnum { values }));
        }
        Some(Shape::Alias(kind_of_all(values)))
    }
}

/// The values of a string enum, each once; `null` is told elsewhere.
fn enum_values(schema: &Value, values: &[Value]) -> Vec<EnumValue> {
    // Beside the values, in their order or by value.
    let beside = |keys: [&str; 2], index: usize, wire: &str| {
        let all = keys.iter().find_map(|key| schema.get(*key))?;
        let text = all.get(index).or_else(|| all.get(wire))?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let mut seen = HashSet::new();
    let mut known = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        if value.is_null() || value.is_object() || value.is_array() {
            continue;
        }
        // `enum: [1.0, yes]` of a string: what YAML made a number or a flag was meant as text.
        let wire = plain(value);
        if !seen.insert(wire.clone()) {
            continue;
        }
        let name = beside(["x-enum-varnames", "x-enumNames"], index, &wire);
        let description = beside(["x-enum-descriptions", "x-enumDescriptions"], index, &wire);
        known.push(EnumValue {
            wire,
            name: name.unwrap_or_default(),
            description,
        });
    }
    known
}

/// The one type that holds all these values.
fn kind_of_all(values: &[Value]) -> TypeRef {
    let values = || values.iter().filter(|value| !value.is_null());
    if values().next().is_none() {
        TypeRef::Any
    } else if values().all(|value| value.is_i64() || value.is_u64()) {
        TypeRef::Primitive(Primitive::Int64)
    } else if values().all(Value::is_number) {
        TypeRef::Primitive(Primitive::Double)
    } else if values().all(Value::is_boolean) {
        TypeRef::Primitive(Primitive::Bool)
    } else {
        TypeRef::Any
    }
}

fn format(schema: &Value) -> &str {
    schema
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn string(schema: &Value) -> Primitive {
    if upgrade::is_base64(schema) {
        return Primitive::Base64;
    }
    if upgrade::is_binary(schema) {
        return Primitive::Binary;
    }
    match format(schema) {
        "date-time" => Primitive::DateTime,
        "date" => Primitive::Date,
        "uuid" => Primitive::Uuid,
        "password" => Primitive::Secret,
        _ => Primitive::String,
    }
}

fn integer(schema: &Value) -> Primitive {
    let highest = upgrade::upper_bound(schema).map(|bound| bound.value);
    let beyond = |limit: u64| {
        highest
            .and_then(serde_json::Number::as_u64)
            .is_some_and(|highest| highest > limit)
    };
    match format(schema) {
        "int32" | "int16" | "int8" if !beyond(i32::MAX.unsigned_abs().into()) => Primitive::Int32,
        "uint32" | "uint16" | "uint8" => Primitive::Uint32,
        "uint64" | "uint" => Primitive::Uint64,
        _ if beyond(i64::MAX.unsigned_abs()) => Primitive::Uint64,
        _ => Primitive::Int64,
    }
}

fn number(schema: &Value) -> Primitive {
    match format(schema) {
        "float" => Primitive::Float,
        "int32" | "int64" | "uint32" | "uint64" | "integer" => integer(schema),
        _ => Primitive::Double,
    }
}

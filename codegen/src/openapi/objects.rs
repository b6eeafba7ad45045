//! Object schemas into structs and maps.

use std::collections::HashSet;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::naming::joined;
use super::schemas::members;
use super::{Reader, constraints, extensions, upgrade};
use crate::model::{Extra, Field, Object, Primitive, Shape, TypeRef};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// A struct when the schema names members, else a map.
    pub(super) fn object(&mut self, node: &Node<'a>, name: &str) -> Shape {
        let properties = node.object("properties", self.diagnostics);
        let named = properties.filter(|properties| properties.entries().next().is_some());
        let Some(properties) = named else {
            let closed = node
                .value()
                .get("additionalProperties")
                .and_then(Value::as_bool)
                == Some(false);
            return match self.other_members(node, name) {
                Some(value) => Shape::Alias(TypeRef::Map(Box::new(value))),
                None if closed => Shape::Object(Object::default()),
                None => Shape::Alias(TypeRef::Map(Box::new(TypeRef::Any))),
            };
        };
        if !["oneOf", "anyOf"]
            .iter()
            .any(|key| node.value().get(*key).is_some())
        {
            self.note_base(node);
        }
        let required: HashSet<&str> = members(node, "required")
            .filter_map(|name| name.as_str())
            .collect();
        let mut fields = Vec::new();
        for (wire, property) in properties.entries() {
            if !property.is_object() && !property.value().is_boolean() {
                property.warn_kind("a schema", self.diagnostics);
                continue;
            }
            fields.push(self.field(wire, &property, required.contains(wire), name));
        }
        let extra = self
            .other_members(node, name)
            .map_or(Extra::Ignored, Extra::Kept);
        Shape::Object(Object { fields, extra })
    }

    /// The type of members the schema does not name, when it says that there may be some.
    fn other_members(&mut self, node: &Node<'a>, name: &str) -> Option<TypeRef> {
        let hint = || joined(name, "Value");
        let extra = node
            .get("additionalProperties")
            .or_else(|| node.get("unevaluatedProperties"));
        let by_pattern = node.get("patternProperties").filter(Node::is_object);
        let mut patterns = by_pattern
            .iter()
            .flat_map(|patterns| patterns.entries().map(|(_, schema)| schema));
        match extra.as_ref().map(|extra| extra.value()) {
            Some(Value::Bool(true)) => return Some(TypeRef::Any),
            Some(Value::Object(_)) => return extra.map(|extra| self.schema(&extra, &hint())),
            Some(Value::Bool(false)) | None => {}
            Some(_) => extra
                .iter()
                .for_each(|extra| extra.warn_kind("a schema", self.diagnostics)),
        }
        let first = self.schema(&patterns.next()?, &hint());
        let all_same = patterns.all(|schema| self.schema(&schema, &hint()) == first);
        Some(if all_same { first } else { TypeRef::Any })
    }

    fn field(&mut self, wire: &str, node: &Node<'a>, required: bool, parent: &str) -> Field {
        let schema = node.value();
        let constant = constant(schema, required);
        let ty = match constant {
            Some(Value::String(_)) => TypeRef::Primitive(Primitive::String),
            _ => {
                let hint = format!("{parent}{}", wire.to_upper_camel_case());
                self.schema(node, &hint)
            }
        };
        let mut field = Field::new(wire, ty, required, node.origin().clone());
        field.constant = constant.cloned();
        if self.flag(node, extensions::SECRET) {
            field.ty = secret(field.ty);
        }
        field.name = self.text(node, extensions::NAME).unwrap_or_default();
        field.default = schema
            .get("default")
            .filter(|default| !default.is_null())
            .cloned();
        field.description = self.text(node, "description");
        field.constraints = constraints::of(schema);
        field.deprecated = self.flag(node, "deprecated");
        field.read_only = self.flag(node, "readOnly");
        field.write_only = self.flag(node, "writeOnly");
        field.internal = self.flag(node, extensions::INTERNAL);
        self.complete(&mut field, node);
        field
    }

    /// What a schema says that stands inside the property's for the sake of `null`.
    fn complete(&mut self, field: &mut Field, node: &Node<'a>) {
        let Some(essence) = self.essence(node) else {
            return;
        };
        if field.description.is_none() {
            field.description = self.text(&essence, "description");
        }
        if field.constraints.is_empty() {
            field.constraints = constraints::of(essence.value());
        }
        if field.default.is_none() {
            field.default = essence
                .value()
                .get("default")
                .filter(|default| !default.is_null())
                .cloned();
        }
    }
}

/// The one value a property can be: its `const`, or the only value of the enum of a required
/// property, which is how 3.0 says it. Only text is constant where it may be left out: numbers and
/// flags are members like others, which the caller leaves out or gives.
fn constant(schema: &Value, required: bool) -> Option<&Value> {
    if upgrade::says_nullable(schema) {
        return None;
    }
    let value = match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => value,
        (None, Some(Value::Array(values))) if required => match values.as_slice() {
            [only] => only,
            _ => return None,
        },
        _ => return None,
    };
    let whole = value.is_i64() || value.is_u64();
    let constant = value.is_string() || (required && (whole || value.is_boolean()));
    constant.then_some(value)
}

/// The same type, its text never printed.
pub(super) fn secret(ty: TypeRef) -> TypeRef {
    match ty {
        TypeRef::Primitive(Primitive::String) => TypeRef::Primitive(Primitive::Secret),
        TypeRef::Nullable(inner) => TypeRef::Nullable(Box::new(secret(*inner))),
        TypeRef::List(inner) => TypeRef::List(Box::new(secret(*inner))),
        TypeRef::Tuple(places) => TypeRef::Tuple(places.into_iter().map(secret).collect()),
        other => other,
    }
}

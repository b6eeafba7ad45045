//! `allOf`, unions and properties of one schema put together.

use std::collections::HashSet;

use serde_json::Value;

use super::schemas::{has_members, members};
use super::{Reader, upgrade};
use crate::model::{AllOf, Field, Object, Shape, TypeDef, TypeRef};
use crate::source::Node;

/// What a schema is put together from.
enum Part<'a> {
    /// Its own `$ref`, beside other members.
    Reference,
    /// A member of `allOf`.
    Member(Node<'a>),
    /// `oneOf` or `anyOf`.
    Union(Node<'a>),
    /// Its own properties.
    Own,
}

impl<'a> Reader<'a, '_> {
    /// `allOf`, `oneOf`, `anyOf` and what stands beside them; `None` when there is none.
    pub(super) fn composition(&mut self, node: &Node<'a>, name: &str) -> Option<Shape> {
        let mut parts = self.parts(node);
        let required = self.narrowed(node, &parts);
        if let ([part], true) = (parts.as_slice(), required.is_empty()) {
            return match part {
                Part::Own => None,
                Part::Reference => {
                    let reference = node.value().get("$ref")?;
                    Some(Shape::Alias(self.reference(node, reference, name)))
                }
                Part::Member(member) => Some(self.nested(member, name)),
                Part::Union(members) => Some(self.union(node, members, name)),
            };
        }
        // Own properties come last: they narrow what they inherit.
        parts.sort_by_key(|part| matches!(part, Part::Own));
        let mut types = Vec::with_capacity(parts.len());
        for part in &parts {
            types.extend(self.part(node, part, name));
        }
        if !required.is_empty() {
            let object = Object {
                fields: required,
                ..Object::default()
            };
            types.push(self.anonymous(node, name, Shape::Object(object)));
        }
        (!types.is_empty()).then_some(Shape::AllOf(AllOf { parts: types }))
    }

    fn parts(&mut self, node: &Node<'a>) -> Vec<Part<'a>> {
        let schema = node.value();
        let mut parts = Vec::new();
        if schema.get("$ref").is_some() {
            parts.push(Part::Reference);
        }
        for member in members(node, "allOf") {
            if upgrade::says_what(member.value()) && !is_bare_kind(member.value()) {
                parts.push(Part::Member(member));
            }
        }
        let own = has_members(schema, "properties");
        let alternatives = self.alternatives(node, own);
        parts.extend(alternatives.map(Part::Union));
        if own || (!parts.is_empty() && is_map(schema)) {
            parts.push(Part::Own);
        }
        if parts.is_empty() {
            // `allOf: [{type: object}]` says something after all.
            parts.extend(
                members(node, "allOf")
                    .filter(|member| upgrade::says_what(member.value()))
                    .map(Part::Member)
                    .next(),
            );
        }
        parts
    }

    /// The members of the union a schema is. Where it is two at once, both hold: the one with more
    /// members knows all that the other does.
    fn alternatives(&mut self, node: &Node<'a>, own: bool) -> Option<Node<'a>> {
        let mut found: Option<Node<'a>> = None;
        for key in ["oneOf", "anyOf"] {
            let Some(union) = node.get(key).filter(Node::is_array) else {
                continue;
            };
            let says = |member: Node<'a>| {
                let schema = member.value();
                let limits = own && is_bare_kind(schema);
                upgrade::says_what(schema) && !upgrade::is_null(schema) && !limits
            };
            if union.items().any(says) {
                let fewer = |known: &Node<'a>| known.items().count() < union.items().count();
                if found.as_ref().is_none_or(fewer) {
                    found = Some(union);
                }
            } else if union.items().next().is_some() {
                let message = format!(
                    "the members of this `{key}` only limit the value; they are not checked"
                );
                self.note_ignored(&union, message);
            }
        }
        found
    }

    /// The type of one part of an `allOf`. The types made for parts are gone after normalizing,
    /// so they take the name of the whole: what they define in turn is named after it.
    fn part(&mut self, node: &Node<'a>, part: &Part<'a>, name: &str) -> Option<TypeRef> {
        Some(match part {
            Part::Reference => {
                let reference = node.value().get("$ref")?;
                self.reference(node, reference, name)
            }
            Part::Member(member) => self.schema(member, name),
            Part::Union(members) => match self.union(node, members, name) {
                Shape::Alias(ty) => ty,
                shape => self.anonymous(members, name, shape),
            },
            Part::Own => match self.object(node, name) {
                Shape::Alias(ty) => ty,
                shape => self.anonymous(node, name, shape),
            },
        })
    }

    /// Properties that one part of an `allOf` declares and another one only requires, as required
    /// fields of any type: merged with the declaration they narrow it.
    fn narrowed(&self, node: &Node<'a>, parts: &[Part<'a>]) -> Vec<Field> {
        let requiring = std::iter::once(node.clone()).chain(members(node, "allOf"));
        let mut fields: Vec<Field> = Vec::new();
        let mut seen = HashSet::new();
        for schema in requiring.filter(|schema| schema.value().get("required").is_some()) {
            let own = schema.value().get("properties");
            for name in members(&schema, "required") {
                let Some(wire) = name.as_str() else { continue };
                let declared_here = own.is_some_and(|own| own.get(wire).is_some());
                if declared_here || !seen.insert(wire) || !self.part_declares(node, parts, wire) {
                    continue;
                }
                fields.push(Field::new(wire, TypeRef::Any, true, name.origin().clone()));
            }
        }
        fields
    }

    fn part_declares(&self, node: &Node<'a>, parts: &[Part<'a>], property: &str) -> bool {
        parts.iter().any(|part| match part {
            Part::Reference | Part::Own => self.declares(node, property),
            Part::Member(member) => self.declares(member, property),
            Part::Union(_) => false,
        })
    }

    /// The schema that alone says what `node` is, when it stands inside `node` for the sake of a
    /// description or of `null`.
    pub(super) fn essence(&self, node: &Node<'a>) -> Option<Node<'a>> {
        let mut said = ["allOf", "oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| members(node, key))
            .filter(|member| {
                upgrade::says_what(member.value()) && !upgrade::is_null(member.value())
            });
        let only = said.next()?;
        (said.next().is_none() && only.value().get("$ref").is_none()).then_some(only)
    }

    /// A type that no schema stands for alone.
    pub(super) fn anonymous(&mut self, node: &Node<'a>, name: &str, shape: Shape) -> TypeRef {
        TypeRef::Named(
            self.api
                .types
                .add(TypeDef::new(name, false, shape, node.origin().clone())),
        )
    }
}

/// Whether a schema says what members without a name of their own hold.
fn is_map(schema: &Value) -> bool {
    has_members(schema, "patternProperties")
        || schema
            .get("additionalProperties")
            .is_some_and(|extra| extra.is_object() || extra.as_bool() == Some(true))
}

/// Whether a schema names its kind and nothing else that matters: beside other parts of an
/// `allOf` it adds nothing.
fn is_bare_kind(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else {
        return true;
    };
    schema.get("type").and_then(Value::as_str) == Some("object")
        && ![
            "properties",
            "$ref",
            "allOf",
            "oneOf",
            "anyOf",
            "enum",
            "const",
        ]
        .iter()
        .any(|key| members.contains_key(*key))
        && !is_map(schema)
}

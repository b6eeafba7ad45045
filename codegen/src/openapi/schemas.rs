//! Schemas into types.

use serde_json::Value;

use super::naming::joined;
use super::upgrade::{self, Dialect};
use super::{MAX_DEPTH, Reader, Slot, address, extensions, pointers, tuples};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Primitive, Shape, TypeDef, TypeId, TypeRef};
use crate::normalize::names::singular;
use crate::source::Node;

/// A look through a schema to tell whether it allows `null`, or declares a property. What it refers
/// to may be large, or lead in a circle.
struct Look {
    /// How many schemas may still be looked at.
    left: usize,
    /// How many lead to the one that is looked at, references among them.
    depth: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            left: 1_000,
            depth: 0,
        }
    }
}

impl Look {
    /// What is found in one more schema; `None` when there were enough.
    fn further<T>(&mut self, find: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.left == 0 || self.depth == MAX_DEPTH {
            return None;
        }
        self.left -= 1;
        self.depth += 1;
        let found = find(self);
        self.depth -= 1;
        Some(found)
    }
}

/// Members of an example that are still an example and not a data set.
const MAX_EXAMPLE: usize = 2_000;

impl<'a> Reader<'a, '_> {
    /// Every component schema is a type, in the document's order.
    pub(super) fn components(&mut self) {
        let Some(components) = self.root.object("components", self.diagnostics) else {
            return;
        };
        let Some(schemas) = components.object("schemas", self.diagnostics) else {
            return;
        };
        let entries: Vec<_> = schemas.entries().collect();
        self.component_names
            .extend(entries.iter().map(|(name, _)| *name));
        for (name, node) in entries {
            if node.is_object() || node.value().is_boolean() {
                self.reserve(&node, name, true);
            } else {
                node.warn_kind("a schema", self.diagnostics);
            }
        }
    }

    /// Gives every queued schema its shape.
    pub(super) fn drain(&mut self) {
        while let Some((id, node)) = self.queue.pop_front() {
            // A schema read in its own place meanwhile has its shape.
            if self.open.remove(&id) {
                self.define(id, &node);
            }
        }
    }

    /// The slot of a schema, made and queued when it has none.
    pub(super) fn reserve(&mut self, node: &Node<'a>, name: &str, named: bool) -> Slot {
        if let Some(slot) = self.slots.get(&address(node)) {
            return *slot;
        }
        let placeholder = Shape::Alias(TypeRef::Any);
        let id = self.api.types.add(TypeDef::new(
            name,
            named,
            placeholder,
            node.origin().clone(),
        ));
        let slot = Slot {
            id,
            nullable: self.is_nullable(node),
        };
        self.slots.insert(address(node), slot);
        self.open.insert(id);
        self.queue.push_back((id, node.clone()));
        slot
    }

    fn define(&mut self, id: TypeId, node: &Node<'a>) {
        let name = self.api.types.get(id).source_name.clone();
        let shape = if self.envelopes.contains(&address(node)) {
            self.envelope(node, &name)
        } else {
            // Each use of the type says that it may be null; the type itself does not.
            match self.shape(node, &name) {
                Shape::Alias(TypeRef::Nullable(inner)) => Shape::Alias(*inner),
                shape => shape,
            }
        };
        self.api.types.get_mut(id).shape = shape;
        self.annotate(id, node);
    }

    /// What is said about a type, whatever it is.
    fn annotate(&mut self, id: TypeId, node: &Node<'a>) {
        let mut description = self.text(node, "description");
        if description.is_none() {
            description = self
                .essence(node)
                .and_then(|essence| self.text(&essence, "description"));
        }
        let module = self.text(node, extensions::MODULE);
        let name = self.text(node, extensions::NAME);
        let deprecated = self.flag(node, "deprecated");
        let examples = upgrade::examples(node.value())
            .filter(|example| is_small(example))
            .cloned()
            .collect();
        let def = self.api.types.get_mut(id);
        def.description = description;
        def.module = module;
        def.deprecated = deprecated;
        def.examples = examples;
        if let Some(name) = name {
            def.source_name = name;
            def.named = true;
        }
    }

    /// The type a schema stands for. `hint` names what it defines on the way.
    pub(super) fn schema(&mut self, node: &Node<'a>, hint: &str) -> TypeRef {
        if let Some(slot) = self.slots.get(&address(node)) {
            return slot.ty();
        }
        if !self.enter(node) {
            return TypeRef::Any;
        }
        let nullable = self.is_nullable(node);
        let ty = match self.shape(node, hint) {
            Shape::Alias(ty) => ty,
            shape => TypeRef::Named(self.inline(node, hint, shape, nullable)),
        };
        self.depth -= 1;
        if nullable { ty.nullable() } else { ty }
    }

    /// A type for a schema that stands in its place without a name.
    fn inline(&mut self, node: &Node<'a>, hint: &str, shape: Shape, nullable: bool) -> TypeId {
        let id = match self.slots.get(&address(node)) {
            // A reference from inside led here.
            Some(slot) => {
                self.open.remove(&slot.id);
                self.api.types.get_mut(slot.id).shape = shape;
                slot.id
            }
            None => {
                let id =
                    self.api
                        .types
                        .add(TypeDef::new(hint, false, shape, node.origin().clone()));
                self.slots.insert(address(node), Slot { id, nullable });
                id
            }
        };
        self.annotate(id, node);
        id
    }

    /// One schema deeper; `false`, with a warning, when that is too deep.
    fn enter(&mut self, node: &Node<'a>) -> bool {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            return true;
        }
        let message = format!("schemas nest more than {MAX_DEPTH} deep here");
        self.diagnostics.push(
            Diagnostic::warning(codes::TOO_DEEP, node.origin(), message)
                .action("it is any JSON in the generated code"),
        );
        false
    }

    /// What a schema is, apart from `null`. [`Shape::Alias`] when it needs no type of its own.
    pub(super) fn shape(&mut self, node: &Node<'a>, name: &str) -> Shape {
        match node.value() {
            Value::Object(_) => {}
            Value::Bool(true) => return Shape::Alias(TypeRef::Any),
            Value::Bool(false) => {
                self.note_ignored(
                    node,
                    "this schema allows no value; it is any JSON in the generated code",
                );
                return Shape::Alias(TypeRef::Any);
            }
            _ => {
                node.warn_kind("a schema", self.diagnostics);
                return Shape::Alias(TypeRef::Any);
            }
        }
        let schema = node.value();
        if let Some(reference) = schema.get("$ref")
            && (self.dialect == Dialect::Draft5 || !adds_structure(schema))
        {
            return Shape::Alias(self.reference(node, reference, name));
        }
        if let Some(shape) = self.enumeration(node) {
            return shape;
        }
        self.note_unread(node);
        match self.composition(node, name) {
            Some(shape) => shape,
            None => self.plain(node, name),
        }
    }

    /// The type a reference leads to.
    pub(super) fn reference(&mut self, node: &Node<'a>, reference: &Value, hint: &str) -> TypeRef {
        let Some(reference) = reference.as_str() else {
            self.unresolved(node.origin(), "`$ref` is not a string");
            return TypeRef::Any;
        };
        let target = match self.sources.resolve(node, reference) {
            Ok(target) => target,
            Err(error) => {
                let message = format!("this reference leads nowhere: {error}");
                self.diagnostics.push(
                    Diagnostic::warning(codes::UNRESOLVED_REF, node.origin(), message)
                        .action("it is any JSON in the generated code"),
                );
                return TypeRef::Any;
            }
        };
        if !target.is_object() {
            return self.schema(&target, hint);
        }
        match pointers::component_name(self.sources, &target) {
            Some(name) => self.reserve(&target, &name, true).ty(),
            None if defines(target.value()) => {
                let name = pointers::hint(&target);
                self.reserve(&target, &name, false).ty()
            }
            None => self.repeated(&target),
        }
    }

    /// What a list or a scalar stands for that a reference finds in another's place: it is no type
    /// of its own, unless it contains itself.
    fn repeated(&mut self, target: &Node<'a>) -> TypeRef {
        let hint = pointers::hint(target);
        if let Some(known) = self.repeated.get(&address(target)) {
            return match known {
                Some(ty) => ty.clone(),
                None => self.reserve(target, &hint, false).ty(),
            };
        }
        self.repeated.insert(address(target), None);
        let ty = self.schema(target, &hint);
        self.repeated.insert(address(target), Some(ty.clone()));
        ty
    }

    /// The shape of a schema that stands alone inside another and is the same thing.
    pub(super) fn nested(&mut self, node: &Node<'a>, name: &str) -> Shape {
        if let Some(slot) = self.slots.get(&address(node)) {
            return Shape::Alias(slot.ty());
        }
        if !self.enter(node) {
            return Shape::Alias(TypeRef::Any);
        }
        let shape = self.shape(node, name);
        self.depth -= 1;
        shape
    }

    /// A schema without composition: by the kinds of value it allows.
    pub(super) fn plain(&mut self, node: &Node<'a>, name: &str) -> Shape {
        let kinds = upgrade::kinds(node.value());
        match kinds.names.as_slice() {
            [] => match implied_kind(node.value()) {
                Some(kind) => self.of_kind(kind, node, name),
                None => Shape::Alias(TypeRef::Any),
            },
            [kind] => self.of_kind(kind, node, name),
            // Everything but null.
            kinds if kinds.len() >= 5 => Shape::Alias(TypeRef::Any),
            kinds => self.union_of_kinds(kinds, node, name),
        }
    }

    pub(super) fn of_kind(&mut self, kind: &str, node: &Node<'a>, name: &str) -> Shape {
        match kind {
            "object" => self.object(node, name),
            "array" => Shape::Alias(self.array(node, name)),
            _ => match self.scalar(kind, node) {
                TypeRef::Primitive(primitive) if self.is_newtype(primitive, node) => {
                    Shape::Newtype(primitive)
                }
                ty => Shape::Alias(ty),
            },
        }
    }

    /// Whether a scalar is to be a type of its own: text and UUIDs can.
    fn is_newtype(&mut self, primitive: Primitive, node: &Node<'a>) -> bool {
        if !self.flag(node, extensions::NEWTYPE) {
            return false;
        }
        let can = matches!(primitive, Primitive::String | Primitive::Uuid);
        if let (false, Some(place)) = (can, node.get(extensions::NEWTYPE)) {
            let problem = "only a string, plain or with `format: uuid`, can be a type of its own";
            extensions::invalid(&place, problem, self.diagnostics);
        }
        can
    }

    /// A list, or a tuple where each place has a type of its own and none can be missing.
    fn array(&mut self, node: &Node<'a>, name: &str) -> TypeRef {
        let hint = self.item_name(name);
        let item = match (tuples::places(node), node.get("items")) {
            (Some(places), _) if tuples::is_exact(node.value()) => {
                let places = places.items().map(|place| self.schema(&place, &hint));
                return TypeRef::Tuple(places.collect());
            }
            (Some(places), _) => self.any_of_places(&places, &hint),
            (None, Some(items)) => self.schema(&items, &hint),
            (None, None) => TypeRef::Any,
        };
        TypeRef::List(Box::new(item))
    }

    /// What an element of a list is that may end before its last place or go on after it.
    fn any_of_places(&mut self, places: &Node<'a>, hint: &str) -> TypeRef {
        self.note_ignored(
            places,
            "elements with a type for each place become a list of any of those types",
        );
        match self.union(places, places, hint) {
            Shape::Alias(ty) => ty,
            shape => self.anonymous(places, hint, shape),
        }
    }

    fn item_name(&self, name: &str) -> String {
        let one = singular(name);
        if one == name || self.component_names.contains(one.as_str()) {
            joined(name, "Item")
        } else {
            one
        }
    }

    /// Tells what is said here and cannot be expressed.
    fn note_unread(&mut self, node: &Node<'a>) {
        for key in ["not", "if", "dependentSchemas", "dependencies"] {
            if let Some(limit) = node.get(key).filter(Node::is_object) {
                self.note_ignored(
                    &limit,
                    format!("`{key}` is not checked and not part of the type"),
                );
            }
        }
    }

    /// Whether a schema, looked at through references and unions, allows `null`.
    pub(super) fn is_nullable(&self, node: &Node<'a>) -> bool {
        self.nullable_within(node, &mut Look::default())
    }

    fn nullable_within(&self, node: &Node<'a>, look: &mut Look) -> bool {
        let is_nullable = |look: &mut Look| self.says_null(node, look);
        node.value().is_object() && look.further(is_nullable).unwrap_or(false)
    }

    fn says_null(&self, node: &Node<'a>, look: &mut Look) -> bool {
        let schema = node.value();
        if upgrade::says_nullable(schema) {
            return true;
        }
        if let Some(slot) = self.slots.get(&address(node)) {
            return slot.nullable;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.sources.resolve(node, reference);
            return target.is_ok_and(|target| self.nullable_within(&target, look));
        }
        if !upgrade::kinds(schema).names.is_empty() {
            return false;
        }
        let mut unions = ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| members(node, key));
        if unions
            .any(|member| upgrade::is_null(member.value()) || self.nullable_within(&member, look))
        {
            return true;
        }
        // Every part of an `allOf` must allow it.
        let mut parts = members(node, "allOf")
            .filter(|part| upgrade::says_what(part.value()))
            .peekable();
        parts.peek().is_some() && parts.all(|part| self.nullable_within(&part, look))
    }

    /// Whether a schema, looked at through references and `allOf`, declares a property.
    pub(super) fn declares(&self, node: &Node<'a>, property: &str) -> bool {
        self.property(node, property).is_some()
    }

    /// The property a schema declares, looked for through references and `allOf`.
    pub(super) fn property(&self, node: &Node<'a>, property: &str) -> Option<Node<'a>> {
        self.property_within(node, property, &mut Look::default())
    }

    fn property_within(
        &self,
        node: &Node<'a>,
        property: &str,
        look: &mut Look,
    ) -> Option<Node<'a>> {
        look.further(|look| self.property_here(node, property, look))?
    }

    fn property_here(&self, node: &Node<'a>, property: &str, look: &mut Look) -> Option<Node<'a>> {
        if let Some(found) = node
            .get("properties")
            .and_then(|properties| properties.get(property))
        {
            return Some(found);
        }
        if let Some(reference) = node.value().get("$ref").and_then(Value::as_str) {
            let target = self.sources.resolve(node, reference).ok()?;
            return self.property_within(&target, property, look);
        }
        members(node, "allOf").find_map(|part| self.property_within(&part, property, look))
    }
}

/// The elements of the array member `key`.
pub(super) fn members<'a>(node: &Node<'a>, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
    // Most schemas have no such member; no place is made for them.
    node.value()
        .get(key)
        .is_some()
        .then(|| node.get(key))
        .flatten()
        .into_iter()
        .flat_map(|list| list.items().collect::<Vec<_>>())
}

pub(super) fn has_members(schema: &Value, key: &str) -> bool {
    schema
        .get(key)
        .and_then(Value::as_object)
        .is_some_and(|members| !members.is_empty())
}

/// Whether what stands beside a `$ref` says what the value is, too.
fn adds_structure(schema: &Value) -> bool {
    has_members(schema, "properties")
        || ["allOf", "oneOf", "anyOf"]
            .iter()
            .any(|key| schema.get(*key).is_some_and(Value::is_array))
}

/// Whether a schema becomes a type of its own rather than a use of others.
fn defines(schema: &Value) -> bool {
    let strings = || {
        let values = schema.get("enum").and_then(Value::as_array);
        values.is_some_and(|values| values.iter().any(Value::is_string))
    };
    has_members(schema, "properties")
        || ["allOf", "oneOf", "anyOf"]
            .iter()
            .any(|key| schema.get(*key).is_some_and(Value::is_array))
        || strings()
}

/// The kind of a schema that does not name it.
fn implied_kind(schema: &Value) -> Option<&'static str> {
    const BY_KEY: &[(&str, &str)] = &[
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("patternProperties", "object"),
        ("items", "array"),
        ("prefixItems", "array"),
        ("pattern", "string"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("contentEncoding", "string"),
        ("contentMediaType", "string"),
        ("multipleOf", "number"),
    ];
    let format = schema.get("format").and_then(Value::as_str);
    match format {
        Some("date-time" | "date" | "uuid" | "uri" | "email" | "byte" | "binary" | "password") => {
            return Some("string");
        }
        Some("int32" | "int64" | "uint32" | "uint64") => return Some("integer"),
        Some("float" | "double") => return Some("number"),
        _ => {}
    }
    BY_KEY
        .iter()
        .find(|(key, _)| schema.get(*key).is_some())
        .map(|(_, kind)| *kind)
}

/// Whether an example is small enough to be kept.
pub(super) fn is_small(example: &Value) -> bool {
    fn count(value: &Value, left: &mut usize) -> bool {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match value {
            Value::Array(items) => items.iter().all(|item| count(item, left)),
            Value::Object(members) => members.values().all(|member| count(member, left)),
            _ => true,
        }
    }
    count(example, &mut MAX_EXAMPLE.clone())
}

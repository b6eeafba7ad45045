//! Shapes that schemas of Rust types have and that would be lost in adaptation: a reference with
//! properties beside it (`#[serde(tag = "…")]`), and a choice with properties beside it
//! (`#[serde(flatten)]` of an enum). Both become plain objects, which say the same.

use serde_json::{Map, Value};

use super::references::{Holds, definition_name, keyword_holds};

type Object = Map<String, Value>;

/// Keywords that say which values an object schema allows, and so cannot stand beside others.
const SHAPE: [&str; 6] = ["properties", "required", "type", "anyOf", "oneOf", "allOf"];

/// The schema without those shapes.
pub(super) fn prepare(schema: &Value) -> Value {
    let none = Object::new();
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let definitions = Definitions(definitions.unwrap_or(&none));
    definitions.node(schema, &mut Vec::new())
}

struct Definitions<'a>(&'a Object);

impl Definitions<'_> {
    /// `inside` are the definitions that were put in place of references around this node.
    fn node(&self, node: &Value, inside: &mut Vec<String>) -> Value {
        match node {
            Value::Object(node) => self.object(node.clone(), inside).into(),
            Value::Array(nodes) => nodes.iter().map(|node| self.node(node, inside)).collect(),
            other => other.clone(),
        }
    }

    fn object(&self, mut node: Object, inside: &mut Vec<String>) -> Object {
        let has_shape = SHAPE.iter().any(|keyword| node.contains_key(*keyword));
        if has_shape && node.contains_key("$ref") {
            let depth = inside.len();
            if let Some(definition) = self.enter(&node, inside) {
                node.retain(|key, _| key != "$ref");
                let node = self.object(merge(node, definition), inside);
                inside.truncate(depth);
                return node;
            }
        }
        if let Some(node) = self.distribute(&node, inside) {
            return node;
        }
        let parts = node.into_iter();
        let parts = parts.map(|(key, part)| {
            let part = match keyword_holds(&key) {
                Holds::Data => part,
                Holds::Named => self.named(part, inside),
                Holds::Schemas => self.node(&part, inside),
            };
            (key, part)
        });
        parts.collect()
    }

    fn named(&self, nodes: Value, inside: &mut Vec<String>) -> Value {
        match nodes {
            Value::Object(nodes) => {
                let nodes = nodes.into_iter();
                let nodes = nodes.map(|(name, node)| (name, self.node(&node, inside)));
                Value::Object(nodes.collect())
            }
            other => other,
        }
    }

    /// The definition a node refers to, unless the node is a part of it.
    fn enter(&self, node: &Object, inside: &mut Vec<String>) -> Option<Object> {
        let name = definition_name(node.get("$ref")?.as_str()?)?;
        let definition = self.0.get(&name)?.as_object()?;
        if inside.contains(&name) {
            return None;
        }
        inside.push(name);
        Some(definition.clone())
    }

    /// Properties beside a choice, put into each of its members.
    fn distribute(&self, node: &Object, inside: &mut Vec<String>) -> Option<Object> {
        if !node.contains_key("properties") {
            return None;
        }
        let choice = ["anyOf", "oneOf"]
            .into_iter()
            .find(|choice| node.contains_key(*choice))?;
        let members = node.get(choice)?;
        let parts = node.clone().into_iter().filter(|(key, _)| key != choice);
        let about_all = |(key, _): &(String, Value)| {
            matches!(key.as_str(), "$schema" | "$defs" | "title" | "description")
        };
        let (mut outer, base): (Object, Object) = parts.partition(about_all);
        if let Some(definitions) = outer.get_mut("$defs") {
            *definitions = self.named(definitions.take(), inside);
        }
        let mut distributed = Vec::new();
        for member in members.as_array()? {
            let depth = inside.len();
            let mut member = member.as_object()?.clone();
            if let Some(definition) = self.enter(&member, inside) {
                member.retain(|key, _| key != "$ref");
                member = merge(member, definition);
            }
            if member.contains_key("$ref") {
                return None;
            }
            let is_null = member.get("type").is_some_and(|null| null == "null");
            let member = if is_null { Object::new() } else { member };
            distributed.push(Value::Object(
                self.object(merge(base.clone(), member), inside),
            ));
            inside.truncate(depth);
        }
        outer.insert("anyOf".to_owned(), distributed.into());
        Some(outer)
    }
}

/// Both objects in one: the properties and the required ones of both; of all else what the first
/// says.
fn merge(mut first: Object, second: Object) -> Object {
    for (key, value) in second {
        match (key.as_str(), first.get_mut(&key), value) {
            ("properties", Some(Value::Object(have)), Value::Object(more)) => {
                for (name, property) in more {
                    have.entry(name).or_insert(property);
                }
            }
            ("required", Some(Value::Array(have)), Value::Array(more)) => {
                let more = more.into_iter().filter(|name| !have.contains(name));
                let more: Vec<Value> = more.collect();
                have.extend(more);
            }
            (_, Some(_), _) => {}
            (_, None, value) => {
                first.insert(key, value);
            }
        }
    }
    first
}

//! Schemas of a stream's items into event types.
//!
//! The canonical form is an envelope: an object with `event` and `data`, whose `oneOf` fixes the
//! event name and, by `contentSchema`, the type of the data. Documents also describe the data
//! alone, or an envelope whose `data` is the decoded value.

use std::collections::HashSet;

use serde_json::Value;

use super::naming::joined;
use super::schemas::members;
use super::{Reader, address, extensions, pointers, upgrade};
use crate::model::{EventDef, Events, Shape, TypeRef};
use crate::source::Node;

impl<'a> Reader<'a, '_> {
    /// The event type of a stream whose items have this schema.
    pub(super) fn stream_type(&mut self, item: &Node<'a>, hint: &str) -> TypeRef {
        let Some(target) = self.follow(item) else {
            return self.untyped_stream(item, hint);
        };
        if let Some(id) = self.streams.get(&address(&target)) {
            return TypeRef::Named(*id);
        }
        let component = pointers::component_name(self.sources, &target);
        let form = self.form(&target);
        if let (Form::Canonical, Some(name)) = (form, &component) {
            // The component itself is the event type, whether it is read before or after this.
            self.envelopes.insert(address(&target));
            let slot = self.reserve(&target, name, true);
            self.streams.insert(address(&target), slot.id);
            return TypeRef::Named(slot.id);
        }
        let hint = component
            .as_deref()
            .map_or_else(|| hint.to_owned(), event_name);
        let shape = match form {
            Form::Canonical | Form::Decoded => self.envelope(&target, &hint),
            Form::Data => {
                let payload = self.schema(item, &joined(&hint, "Data"));
                let event = EventDef {
                    wire: String::new(),
                    name: String::new(),
                    payload: Some(payload),
                    frequent: false,
                    boxed: false,
                    description: None,
                };
                Shape::Events(Events {
                    events: vec![event],
                })
            }
        };
        let ty = self.anonymous(&target, &hint, shape);
        if let TypeRef::Named(id) = ty {
            let description = self.text(&target, "description");
            self.api.types.get_mut(id).description = description;
            self.streams.insert(address(&target), id);
        }
        ty
    }

    /// A stream whose events the document does not describe.
    pub(super) fn untyped_stream(&mut self, node: &Node<'a>, hint: &str) -> TypeRef {
        self.anonymous(node, hint, Shape::Events(Events { events: Vec::new() }))
    }

    /// The events of an envelope schema.
    pub(super) fn envelope(&mut self, node: &Node<'a>, name: &str) -> Shape {
        let mut events: Vec<EventDef> = Vec::new();
        let mut seen = HashSet::new();
        for member in self.envelope_members(node) {
            let Some(event) = self.event(node, &member, name) else {
                continue;
            };
            if seen.insert(event.wire.clone()) {
                events.push(event);
            }
        }
        Shape::Events(Events { events })
    }

    fn event(&mut self, envelope: &Node<'a>, member: &Node<'a>, name: &str) -> Option<EventDef> {
        let target = self.follow(member)?;
        let tag = self
            .property(&target, "event")
            .and_then(|event| fixed(event.value()));
        let title = self.text(&target, "title");
        let given = self.text(member, extensions::NAME);
        let hint = joined(name, title.as_deref().or(tag).unwrap_or("Data"));
        let data = self
            .property(&target, "data")
            .or_else(|| self.property(envelope, "data"));
        let payload = data.and_then(|data| self.event_payload(&data, &hint));
        Some(EventDef {
            wire: tag.unwrap_or_default().to_owned(),
            name: given.or(title).unwrap_or_default(),
            payload,
            frequent: self.flag(member, extensions::FREQUENT),
            boxed: false,
            description: self.text(&target, "description"),
        })
    }

    /// The type of an event's data; `None` when it carries nothing that is described.
    fn event_payload(&mut self, data: &Node<'a>, hint: &str) -> Option<TypeRef> {
        let content = match data.get("contentSchema") {
            Some(content) => content,
            // Text that is not said to be JSON.
            None if upgrade::kinds(data.value()).names == ["string"] => return None,
            None if !upgrade::says_what(data.value()) || fixed(data.value()).is_some() => {
                return None;
            }
            None => data.clone(),
        };
        let target = self.follow(&content)?;
        if is_empty(target.value()) {
            return None;
        }
        Some(self.schema(&content, hint))
    }

    fn form(&self, node: &Node<'a>) -> Form {
        let members = self.envelope_members(node);
        let mut encoded = false;
        for member in &members {
            let target = self
                .sources
                .follow(member)
                .unwrap_or_else(|_| member.clone());
            let named = self
                .property(&target, "event")
                .is_some_and(|event| fixed(event.value()).is_some());
            let data = self
                .property(&target, "data")
                .or_else(|| self.property(node, "data"));
            let content = data
                .as_ref()
                .is_some_and(|data| data.value().get("contentSchema").is_some());
            // An envelope without event names is one only when its data is text with a schema.
            let decoded = named && data.is_some();
            if !decoded && !content {
                return Form::Data;
            }
            encoded |= content;
        }
        if encoded {
            Form::Canonical
        } else {
            Form::Decoded
        }
    }

    /// The members of an envelope: those of its union, or the schema itself.
    fn envelope_members(&self, node: &Node<'a>) -> Vec<Node<'a>> {
        let union: Vec<_> = ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| members(node, key))
            .collect();
        if union.is_empty() {
            vec![node.clone()]
        } else {
            union
        }
    }
}

/// How a document describes the items of a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An envelope whose data is text with a `contentSchema`.
    Canonical,
    /// An envelope whose data is the decoded value.
    Decoded,
    /// The data alone.
    Data,
}

/// The one string a schema allows.
fn fixed(schema: &Value) -> Option<&str> {
    if let Some(text) = schema.get("const").and_then(Value::as_str) {
        return Some(text);
    }
    match schema
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => only.as_str(),
        _ => None,
    }
}

/// Whether a schema is an object about whose members nothing is said.
fn is_empty(schema: &Value) -> bool {
    let said = |key: &str| match schema.get(key) {
        Some(Value::Object(members)) => !members.is_empty(),
        // A document that says by itself that there may be members is taken at its word.
        Some(Value::Bool(open)) => *open,
        None => false,
        Some(_) => true,
    };
    ![
        "properties",
        "additionalProperties",
        "patternProperties",
        "allOf",
        "oneOf",
        "anyOf",
        "enum",
    ]
    .into_iter()
    .any(said)
        && matches!(upgrade::kinds(schema).names.as_slice(), ["object"] | [])
}

/// The name of the event type around a component that is the data of each event.
fn event_name(component: &str) -> String {
    if component.ends_with("Event") {
        format!("{component}s")
    } else {
        joined(component, "Event")
    }
}

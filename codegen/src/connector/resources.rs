//! The resources document: each resource with its record, operations and webhooks.

use heck::ToSnakeCase;

use super::format::{self, Text};
use super::naming::{self, Scope};
use super::service::{Service, check_handle};
use super::{fields, keys, operations, webhooks};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Record, Resource, Shape, TypeDef, TypeRef};
use crate::source::Node;

/// What the documentation of every record says.
pub(super) const ABSENT: &str =
    "Every value is `None` when the reply does not have it, or has `null`.";

/// File group of the records of replies.
pub(super) const MODULE: &str = "records";

/// Reads every resource into the API of `service`.
pub(super) fn read(root: &Node<'_>, service: &mut Service, diagnostics: &mut Diagnostics) {
    let Some(list) = list(root, diagnostics) else {
        return;
    };
    let mut handles = Scope::new("resource handle");
    let mut events = Scope::new("webhook event");
    for node in list.items() {
        resource(&node, service, &mut handles, &mut events, diagnostics);
    }
    if list.items().next().is_none() {
        let message = "the resources document is empty";
        diagnostics.push(Diagnostic::warning(
            codes::CONNECTOR_EMPTY,
            list.origin(),
            message,
        ));
    }
}

/// The list of resources: the document itself, or a member of it.
fn list<'a>(root: &Node<'a>, diagnostics: &mut Diagnostics) -> Option<Node<'a>> {
    let what = "the resources document";
    if root.is_array() {
        return Some(root.clone());
    }
    if !root.is_object() {
        keys::wrong_kind(root, what, "an array", diagnostics);
        return None;
    }
    keys::object::<format::Resources>(root, what, diagnostics);
    let list = keys::required(root, what, "resources", diagnostics)?;
    if !list.is_array() {
        keys::wrong_kind(
            &list,
            &format!("`resources` of {what}"),
            "an array",
            diagnostics,
        );
        return None;
    }
    Some(list)
}

/// A resource as its operations see it.
pub(super) struct Context<'a> {
    /// Handle in the document.
    pub(super) handle: &'a str,
    /// Name in paths of resources: the handle in snake_case.
    pub(super) name: String,
    /// What stands between base url and path.
    pub(super) endpoint: String,
    /// Its record.
    pub(super) record: TypeRef,
}

fn resource(
    node: &Node<'_>,
    service: &mut Service,
    handles: &mut Scope<'_>,
    events: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) {
    let handle = node
        .get("handle")
        .and_then(|handle| handle.as_str())
        .unwrap_or_default();
    let what = if handle.is_empty() {
        "a resource".to_owned()
    } else {
        format!("resource `{handle}`")
    };
    if !keys::object::<format::Resource>(node, &what, diagnostics) {
        return;
    }
    if let Some((handle, place)) = keys::required_string(node, &what, "handle", diagnostics)
        && check_handle(handle, &place, &what, diagnostics)
    {
        handles.claim(handle, place.origin(), diagnostics);
    }
    let meta = keys::meta(node, &what, diagnostics);
    let title = meta.short.unwrap_or_else(|| naming::words(handle));
    let endpoint = keys::optional(node, "endpoint").and_then(|endpoint| {
        let what = format!("`endpoint` of {what}");
        keys::wrapped::<Text>(&endpoint, &what, diagnostics).map(|(text, _)| text.to_owned())
    });
    let record = fields::read(node, &what, "fields", diagnostics);
    let description = format!(
        "What a reply about {} says, picked out of it.\n\n{ABSENT}",
        naming::words(handle)
    );
    let record = add_record(
        service,
        naming::record_type(handle),
        MODULE,
        description,
        record,
        node,
    );
    let context = Context {
        handle,
        name: handle.to_snake_case(),
        endpoint: endpoint.unwrap_or_default(),
        record,
    };
    service.api.resources.push(Resource {
        path: vec![context.name.clone()],
        description: Some(meta.description.unwrap_or(title)),
        origin: node.origin().clone(),
        type_name: String::new(),
    });
    operations::read(node, &what, &context, service, diagnostics);
    webhooks::read(node, &what, &context, service, events, diagnostics);
}

/// Adds a record type.
pub(super) fn add_record(
    service: &mut Service,
    name: String,
    module: &str,
    description: String,
    record: Record,
    node: &Node<'_>,
) -> TypeRef {
    let mut def = TypeDef::new(name, true, Shape::Record(record), node.origin().clone());
    def.module = Some(module.to_owned());
    def.description = Some(description);
    TypeRef::Named(service.api.types.add(def))
}

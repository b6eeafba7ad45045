//! Webhooks of a resource.

use super::naming::{self, Scope};
use super::resources::{Context, add_record};
use super::service::Service;
use super::{fields, format, keys};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::Webhook;
use crate::source::Node;

/// File group of payloads.
const MODULE: &str = "webhooks";

/// Reads the webhooks of the resource `node`, which is `what`.
pub(super) fn read(
    node: &Node<'_>,
    what: &str,
    context: &Context<'_>,
    service: &mut Service,
    events: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) {
    for webhook in keys::items(node, what, "webhooks", diagnostics) {
        if let Some(webhook) = read_one(&webhook, context, service, events, diagnostics) {
            service.api.webhooks.push(webhook);
        }
    }
}

fn read_one(
    node: &Node<'_>,
    context: &Context<'_>,
    service: &mut Service,
    events: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Webhook> {
    let event = node
        .get("event")
        .and_then(|event| event.as_str())
        .unwrap_or_default();
    let what = if event.is_empty() {
        "a webhook".to_owned()
    } else {
        format!("webhook `{event}`")
    };
    if !keys::object::<format::Webhook>(node, &what, diagnostics) {
        return None;
    }
    let event = keys::required_string(node, &what, "event", diagnostics)
        .filter(|(event, place)| check_event(event, place, context, diagnostics))
        .filter(|(event, place)| events.claim(event, place.origin(), diagnostics));
    let path = node.string("path", diagnostics);
    if let Some(path) = path.filter(|path| !path.starts_with('/')) {
        let message = format!("the path `{path}` of {what} does not begin with `/`");
        let place = node.origin().key("path");
        diagnostics.push(Diagnostic::error(codes::CONNECTOR_URL, &place, message));
    }
    let record = fields::read(node, &what, "payload", diagnostics);
    let meta = keys::meta(node, &what, diagnostics);
    let (event, _) = event?;
    let variant = naming::event_type(event);
    let description = meta
        .description
        .or(meta.short)
        .unwrap_or_else(|| format!("What the event `{event}` says, picked out of its body."));
    let payload = add_record(
        service,
        variant.clone(),
        MODULE,
        description.clone(),
        record,
        node,
    );
    Some(Webhook {
        event: event.to_owned(),
        path: path.map(str::to_owned),
        payload,
        resource: Some(context.handle.to_owned()),
        variant,
        description: Some(description),
        origin: node.origin().clone(),
    })
}

fn check_event(
    event: &str,
    place: &Node<'_>,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let letters = |part: &str| part.chars().any(char::is_alphabetic);
    let Some((resource, action)) = event
        .rsplit_once('.')
        .filter(|(a, b)| letters(a) && letters(b))
    else {
        let message = format!("webhook event `{event}` is not of the form `resource.action`");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_EVENT, place.origin(), message)
                .help(format!("begin it with `{}.`", context.handle)),
        );
        return false;
    };
    if resource != context.handle {
        let message = format!(
            "webhook event `{event}` begins with `{resource}`, but its resource is `{}`",
            context.handle
        );
        diagnostics.push(
            Diagnostic::warning(codes::CONNECTOR_EVENT, place.origin(), message)
                .action("the event keeps its name")
                .help(format!("is `{}.{action}` meant?", context.handle)),
        );
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '?' | '#');
    if event.contains(odd) {
        let message = format!("webhook event `{event}` cannot be the last part of a path");
        diagnostics.push(Diagnostic::error(
            codes::CONNECTOR_EVENT,
            place.origin(),
            message,
        ));
        return false;
    }
    true
}

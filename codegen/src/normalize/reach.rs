//! Which types travel in which direction. A type that no operation and no webhook reaches has no
//! usage and is not emitted.

use crate::diagnostics::Diagnostics;
use crate::model::{Api, BodyContent, Payload, TypeId, TypeRef, Types};

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    let mut sent = Vec::new();
    let mut received = Vec::new();
    for operation in &api.operations {
        for parameter in &operation.parameters {
            parameter.ty.for_each_named(&mut |id| sent.push(id));
        }
        for form in operation.body.iter().flat_map(|body| &body.forms) {
            if let BodyContent::Json(ty) | BodyContent::Form(ty) | BodyContent::Multipart(ty) =
                &form.content
            {
                ty.for_each_named(&mut |id| sent.push(id));
            }
        }
        for payload in payloads(operation) {
            if let Some(ty) = payload_type(payload) {
                ty.for_each_named(&mut |id| received.push(id));
            }
        }
    }
    for parameter in &api.client_parameters {
        parameter.ty.for_each_named(&mut |id| sent.push(id));
    }
    for webhook in &api.webhooks {
        webhook.payload.for_each_named(&mut |id| received.push(id));
    }
    for id in closure(&api.types, sent) {
        api.types.get_mut(id).usage.sent = true;
    }
    for id in closure(&api.types, received) {
        api.types.get_mut(id).usage.received = true;
    }
}

/// Every payload an operation can answer with.
pub(super) fn payloads(operation: &crate::model::Operation) -> impl Iterator<Item = &Payload> {
    let outcomes = &operation.outcomes;
    outcomes
        .success
        .iter()
        .chain(&outcomes.errors)
        .map(|outcome| &outcome.payload)
        .chain(operation.stream.iter().map(|stream| &stream.payload))
}

/// The type a payload carries.
pub(super) fn payload_type(payload: &Payload) -> Option<&TypeRef> {
    match payload {
        Payload::Json(ty)
        | Payload::MaybeJson(ty)
        | Payload::Events(ty)
        | Payload::JsonLines(ty)
        | Payload::Record(ty)
        | Payload::Records(ty) => Some(ty),
        Payload::Empty | Payload::Text | Payload::Bytes => None,
    }
}

/// Every type reached from `roots`, in the order found.
pub(super) fn closure(types: &Types, roots: Vec<TypeId>) -> Vec<TypeId> {
    let mut seen = std::collections::HashSet::new();
    let mut queue: std::collections::VecDeque<_> = roots.into();
    let mut found = Vec::new();
    while let Some(id) = queue.pop_front() {
        if seen.insert(id) {
            found.push(id);
            types.get(id).shape.for_each_type(|ty: &TypeRef| {
                ty.for_each_named(&mut |id| queue.push_back(id));
            });
        }
    }
    found
}

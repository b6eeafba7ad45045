//! Which types travel in which direction. A type that no operation and no webhook reaches has no
//! usage and is not emitted, unless it is asked for: then it may travel in both.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Operation, TypeDef, TypeId, TypeRef, Types, Usage};

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    let mut sent = Vec::new();
    let mut received = Vec::new();
    for operation in &api.operations {
        for ty in operation.sent_types() {
            ty.for_each_named(&mut |id| sent.push(id));
        }
        for ty in operation.received_types() {
            ty.for_each_named(&mut |id| received.push(id));
        }
    }
    for parameter in &api.client_parameters {
        parameter.ty.for_each_named(&mut |id| sent.push(id));
    }
    for webhook in &api.webhooks {
        webhook.payload.for_each_named(&mut |id| received.push(id));
    }
    mark(&mut api.types, sent, |usage| usage.sent = true);
    mark(&mut api.types, received, |usage| usage.received = true);
    let unused = |def: &TypeDef| def.wanted && !def.usage.sent && !def.usage.received;
    let wanted = api.types.iter().filter(|(_, def)| unused(def));
    let wanted = wanted.map(|(id, _)| id).collect();
    mark(&mut api.types, wanted, |usage| {
        *usage = Usage {
            sent: true,
            received: true,
        };
    });
}

/// Notes a usage of everything that is reached from `roots`.
fn mark(types: &mut Types, roots: Vec<TypeId>, note: fn(&mut Usage)) {
    for id in closure(types, roots) {
        note(&mut types.get_mut(id).usage);
    }
}

/// The types that an operation mentions.
fn named_types(operation: &Operation) -> Vec<TypeId> {
    let mut found = Vec::new();
    for ty in operation.sent_types().chain(operation.received_types()) {
        ty.for_each_named(&mut |id| found.push(id));
    }
    found
}

/// The types that the operations of each top-level resource mention.
pub(super) fn by_resource(api: &Api) -> BTreeMap<&str, Vec<TypeId>> {
    let mut mentioned: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for operation in &api.operations {
        if let Some(resource) = operation.resource.first() {
            let types = mentioned.entry(resource).or_default();
            types.extend(named_types(operation));
        }
    }
    mentioned
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

//! Which file each type is written to: the group the document names, else the resource that
//! alone uses it, else a shared one; groups too long for a file are split.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Field, Shape, TypeId, TypeRef, Types, Usage};
use crate::normalize::names::SHARED;
use crate::normalize::reach::{closure, named_types};

/// Lines of a file that are still pleasant to read.
const LINES_OF_A_FILE: usize = 600;

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    inherit(&mut api.types);
    for (id, module) in by_resource(api) {
        let def = api.types.get_mut(id);
        if def.module.is_none() {
            def.module = Some(module);
        }
    }
    let used: Vec<TypeId> = used(&api.types);
    for id in &used {
        let def = api.types.get_mut(*id);
        let module = def.module.take().unwrap_or_else(|| SHARED.to_owned());
        def.module = Some(super::names::snake(&module));
    }
    split(&mut api.types, &used);
}

fn used(types: &Types) -> Vec<TypeId> {
    types
        .iter()
        .filter(|(_, def)| def.usage != Usage::default())
        .map(|(id, _)| id)
        .collect()
}

/// A type without a name of its own goes where the type goes that mentions it.
fn inherit(types: &mut Types) {
    let mut queue: Vec<TypeId> = types
        .ids()
        .filter(|id| types.get(*id).module.is_some())
        .collect();
    while let Some(id) = queue.pop() {
        let module = types.get(id).module.clone();
        let mut parts = Vec::new();
        types.get(id).shape.for_each_type(|ty: &TypeRef| {
            ty.for_each_named(&mut |part| parts.push(part));
        });
        for part in parts {
            let def = types.get_mut(part);
            if !def.named && def.module.is_none() {
                def.module.clone_from(&module);
                queue.push(part);
            }
        }
    }
}

/// The resource of each type that only one top-level resource uses.
fn by_resource(api: &Api) -> Vec<(TypeId, String)> {
    let mut users: BTreeMap<TypeId, BTreeSet<&str>> = BTreeMap::new();
    let mut roots: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for operation in &api.operations {
        let Some(resource) = operation.resource.first() else {
            continue;
        };
        roots
            .entry(resource)
            .or_default()
            .extend(named_types(operation));
    }
    for (resource, roots) in roots {
        for id in closure(&api.types, roots) {
            users.entry(id).or_default().insert(resource);
        }
    }
    let single = users.into_iter().filter(|(_, users)| users.len() == 1);
    single
        .filter_map(|(id, users)| Some((id, users.first()?.to_string())))
        .collect()
}

/// About how many lines a type takes when emitted.
fn lines(types: &Types, id: TypeId) -> usize {
    let def = types.get(id);
    let sent = def.usage.sent;
    8 + match &def.shape {
        Shape::Object(object) if sent => 12 + object.fields.iter().map(sent_lines).sum::<usize>(),
        Shape::Object(object) => object.fields.len() * 4,
        Shape::OpenEnum(known) => 28 + known.values.len() * 4,
        Shape::Union(union) => 35 + union.variants.len() * 14,
        Shape::Events(events) => 20 + events.events.len() * 4,
        Shape::Record(record) => 25 + record.fields.len() * 5,
        Shape::Newtype(_) | Shape::Alias(_) | Shape::AllOf(_) => 0,
    }
}

/// A field that is sent has a setter when it is optional, and another one that says null.
fn sent_lines(field: &Field) -> usize {
    match (field.required, field.ty.split_nullable().1) {
        (true, _) => 6,
        (false, false) => 12,
        (false, true) => 19,
    }
}

fn split(types: &mut Types, used: &[TypeId]) {
    let mut filled: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for id in used {
        let lines = lines(types, *id);
        let def = types.get_mut(*id);
        let Some(module) = def.module.clone() else {
            continue;
        };
        let (file, length) = filled.entry(module.clone()).or_insert((1, 0));
        if *length > 0 && *length + lines > LINES_OF_A_FILE {
            *file += 1;
            *length = 0;
        }
        *length += lines;
        if *file > 1 {
            def.module = Some(format!("{module}_{file}"));
        }
    }
}

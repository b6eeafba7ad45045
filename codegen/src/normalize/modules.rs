//! Which file each type is written to: the group the document names, else the resource that
//! alone uses it, else a shared one; groups too long for a file are split.
//!
//! Where there are cargo features, types that the same ones need have a folder or, when they fit in
//! one, a file.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostics;
use crate::model::{
    Api, Extra, Features, Field, Object, Shape, TypeDef, TypeId, TypeRef, Types, Usage,
};
use crate::normalize::names::SHARED;
use crate::normalize::reach::{self, closure};

/// Lines of a file that are still pleasant to read.
const LINES_OF_A_FILE: usize = 600;

/// What a folder of types holds that have no group of their own.
const GENERAL: &str = "general";

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    inherit(&mut api.types);
    if api.features.is_none() {
        for (id, module) in of_one_resource(api) {
            let def = api.types.get_mut(id);
            if def.module.is_none() {
                def.module = Some(module);
            }
        }
    }
    let used: Vec<TypeId> = used(&api.types);
    for id in &used {
        let def = api.types.get_mut(*id);
        let otherwise = if def.group.is_some() { GENERAL } else { SHARED };
        let module = def.module.take().unwrap_or_else(|| otherwise.to_owned());
        def.module = Some(super::names::snake(&module));
    }
    if let Some(features) = &api.features {
        fold(features, &mut api.types, &used);
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
fn of_one_resource(api: &Api) -> Vec<(TypeId, String)> {
    let mut users: BTreeMap<TypeId, BTreeSet<&str>> = BTreeMap::new();
    for (resource, roots) in reach::by_resource(api) {
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
fn lines(def: &TypeDef) -> usize {
    5 + described(def.description.as_deref())
        + match &def.shape {
            Shape::Object(object) => object_lines(object, def.usage.sent),
            // Each value is a variant, and a line of the table of texts.
            Shape::OpenEnum(known) => known.values.iter().fold(8, |lines, value| {
                lines + 2 + described(value.description.as_deref())
            }),
            Shape::Union(union) => {
                // Declared, and both of serde's traits.
                31 + union.variants.len() * 18
            }
            Shape::Events(events) => 40 + events.events.len() * 8,
            Shape::Record(record) => 25 + record.fields.len() * 5,
            Shape::Newtype(_) | Shape::Alias(_) | Shape::AllOf(_) => 0,
        }
}

fn object_lines(object: &Object, sent: bool) -> usize {
    let fields = object.fields.iter().map(|field| {
        let says = field.default.is_some() || !field.constraints.is_empty();
        let declared = 1 + described(field.description.as_deref()).max(usize::from(says));
        declared + if sent { sent_lines(field) } else { 0 }
    });
    let fields: usize = fields.sum();
    fields
        + if sent { 6 } else { 0 }
        + match object.extra {
            // Both of serde's traits, written out: a loop over the members, with three lines or four
            // for each that is known, and a chain with one for each.
            Extra::Kept(_) => 35 + object.fields.len() * 5,
            Extra::Ignored => 0,
        }
}

/// What a field adds to a struct that callers build: an argument of `new`, or a chained method and
/// another one that says null.
fn sent_lines(field: &Field) -> usize {
    match (field.required, field.ty.split_nullable().1) {
        (true, _) => 2,
        (false, false) => 9,
        (false, true) => 16,
    }
}

/// Lines of a comment.
fn described(description: Option<&str>) -> usize {
    description.map_or(0, |text| text.trim().lines().count())
}

/// The types of a feature are a file where they fit in one; in a folder no file has its name.
fn fold(features: &Features, types: &mut Types, used: &[TypeId]) {
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    for id in used {
        if let Some(group) = types.get(*id).group {
            *lengths.entry(group).or_default() += lines(types.get(*id));
        }
    }
    for id in used {
        let def = types.get_mut(*id);
        let Some(group) = def.group else { continue };
        let name = features.groups.get(group).map(|group| &group.name);
        if lengths
            .get(&group)
            .is_some_and(|length| *length <= LINES_OF_A_FILE)
        {
            def.module = name.cloned();
        } else if def.module.as_ref() == name {
            def.module = Some(GENERAL.to_owned());
        }
    }
}

fn split(types: &mut Types, used: &[TypeId]) {
    let mut filled: BTreeMap<(Option<usize>, String), (usize, usize)> = BTreeMap::new();
    for id in used {
        let def = types.get_mut(*id);
        let lines = lines(def);
        let Some(module) = def.module.clone() else {
            continue;
        };
        let (file, length) = filled.entry((def.group, module.clone())).or_insert((1, 0));
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

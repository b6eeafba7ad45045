//! Types without a name of their own that say the same become one type.
//!
//! Documents that were themselves generated write the same object out wherever it is used. One
//! struct for all of them is what a person would write: values can be passed from one call to the
//! next, and there is less to compile. Types that the document names stay apart, since it says
//! that they are different things.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;

use crate::diagnostics::Diagnostics;
use crate::model::{Api, Extra, Field, Shape, TypeDef, TypeId, TypeRef, Types};
use crate::normalize::names::{RESERVED_TYPES, common_ending, pascal};

pub(super) fn run(api: &mut Api, _diagnostics: &mut Diagnostics) {
    let shared = shared(&api.types);
    if shared.is_empty() {
        return;
    }
    let mut taken: HashSet<String> = RESERVED_TYPES
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    taken.extend(
        api.resources
            .iter()
            .map(|resource| pascal(resource.name(), "")),
    );
    speak_for_all(&mut api.types, &shared, taken);
    api.for_each_type_mut(|ty: &mut TypeRef| replace(ty, &shared));
}

/// Gives each shared type the name and the description that all it stands for have in common. A
/// name that another type has is not taken away from it.
fn speak_for_all(types: &mut Types, shared: &HashMap<TypeId, TypeId>, mut taken: HashSet<String>) {
    let others = types.iter().filter(|(id, _)| !shared.contains_key(id));
    taken.extend(others.map(|(_, def)| pascal(&def.source_name, "")));
    for (first, members) in by_first(types, shared) {
        let names: Vec<String> = members
            .iter()
            .map(|id| pascal(&types.get(*id).source_name, ""))
            .collect();
        let common = common_ending(names.iter().map(String::as_str)).to_owned();
        let descriptions = members.iter().map(|id| &types.get(*id).description);
        let agree = descriptions.collect::<HashSet<_>>().len() == 1;
        let def = types.get_mut(first);
        if !common.is_empty() && taken.insert(common.clone()) {
            def.source_name = common;
        }
        if !agree {
            def.description = None;
        }
    }
}

/// The types that stand for others, and all that each stands for, itself first.
fn by_first(types: &Types, shared: &HashMap<TypeId, TypeId>) -> Vec<(TypeId, Vec<TypeId>)> {
    let mut members: BTreeMap<TypeId, Vec<TypeId>> = BTreeMap::new();
    for id in types.ids() {
        if let Some(first) = shared.get(&id) {
            members
                .entry(*first)
                .or_insert_with(|| vec![*first])
                .push(id);
        }
    }
    members.into_iter().collect()
}

/// The type that stands for each type that says the same as one before it.
fn shared(types: &Types) -> HashMap<TypeId, TypeId> {
    let mut shared = HashMap::new();
    let mut known: HashMap<String, TypeId> = HashMap::new();
    for id in children_first(types) {
        let Some(said) = said(types.get(id), &shared) else {
            continue;
        };
        let first = *known.entry(said).or_insert(id);
        if first != id {
            shared.insert(id, first);
        }
    }
    shared
}

/// Every type without a name of its own, after those it is made from; of types that contain
/// themselves, some come before.
fn children_first(types: &Types) -> Vec<TypeId> {
    let mut met = vec![false; types.len()];
    let mut order = Vec::new();
    for root in types.ids() {
        // Each type is met twice: before and after all that it is made from.
        let mut stack = vec![(root, false)];
        while let Some((id, parts_done)) = stack.pop() {
            if parts_done {
                order.push(id);
                continue;
            }
            let def = types.get(id);
            let Some(met) = met.get_mut(id.index()).filter(|met| !**met) else {
                continue;
            };
            if def.named {
                continue;
            }
            *met = true;
            stack.push((id, true));
            let mut parts: Vec<TypeId> = Vec::new();
            def.shape
                .for_each_type(|ty: &TypeRef| ty.for_each_named(&mut |part| parts.push(part)));
            stack.extend(parts.into_iter().rev().map(|part| (part, false)));
        }
    }
    order
}

/// Everything that makes a difference in Rust, as text to compare; `None` for what is never
/// shared. What the type is used for is said where it is used: its own description may differ.
fn said(def: &TypeDef, shared: &HashMap<TypeId, TypeId>) -> Option<String> {
    let mut text = def.deprecated.to_string();
    match &def.shape {
        Shape::Object(object) => {
            for field in &object.fields {
                say_field(&mut text, field, shared);
            }
            if let Extra::Kept(ty) = &object.extra {
                text.push_str("extra ");
                say_type(&mut text, ty, shared);
            }
        }
        Shape::OpenEnum(known) => {
            for value in &known.values {
                let value = (&value.wire, &value.name, &value.description);
                say(&mut text, format_args!("{value:?}"));
            }
        }
        Shape::Union(union) => {
            say(&mut text, format_args!("{:?}", union.tagging));
            for variant in &union.variants {
                let docs = (&variant.name, &variant.description);
                say(
                    &mut text,
                    format_args!("{docs:?}{:?}{}", variant.tags, variant.default),
                );
                say_type(&mut text, &variant.ty, shared);
            }
        }
        Shape::AllOf(_)
        | Shape::Events(_)
        | Shape::Record(_)
        | Shape::Newtype(_)
        | Shape::Alias(_) => return None,
    }
    Some(text)
}

fn say_field(text: &mut String, field: &Field, shared: &HashMap<TypeId, TypeId>) {
    let names = (&field.wire, &field.name);
    let values = (field.required, &field.constant, &field.default);
    let docs = (&field.description, &field.constraints, field.deprecated);
    let ways = (field.read_only, field.write_only, field.internal);
    say(text, format_args!("{names:?}{values:?}{docs:?}{ways:?}"));
    say_type(text, &field.ty, shared);
}

fn say_type(text: &mut String, ty: &TypeRef, shared: &HashMap<TypeId, TypeId>) {
    let mut ty = ty.clone();
    replace(&mut ty, shared);
    say(text, format_args!("{ty:?};"));
}

fn say(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

fn replace(ty: &mut TypeRef, shared: &HashMap<TypeId, TypeId>) {
    match ty {
        TypeRef::Named(id) => {
            if let Some(first) = shared.get(id) {
                *id = *first;
            }
        }
        TypeRef::List(inner) | TypeRef::Map(inner) | TypeRef::Nullable(inner) => {
            replace(inner, shared);
        }
        TypeRef::Tuple(places) => places.iter_mut().for_each(|it| replace(it, shared)),
        TypeRef::Primitive(_) | TypeRef::Any => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Object, Primitive};
    use crate::origin::Origin;

    const TEXT: TypeRef = TypeRef::Primitive(Primitive::String);

    fn add(types: &mut Types, name: &str, named: bool, fields: &[(&str, TypeRef)]) -> TypeRef {
        let field =
            |(wire, ty): &(&str, TypeRef)| Field::new(*wire, ty.clone(), true, Origin::default());
        let object = Object {
            fields: fields.iter().map(field).collect(),
            ..Object::default()
        };
        let def = TypeDef::new(name, named, Shape::Object(object), Origin::default());
        TypeRef::Named(types.add(def))
    }

    /// The type of each field of an object.
    fn fields(types: &Types, ty: &TypeRef) -> Vec<TypeRef> {
        let mut fields = Vec::new();
        if let TypeRef::Named(id) = ty {
            let shape = &types.get(*id).shape;
            shape.for_each_type(|ty: &TypeRef| fields.push(ty.clone()));
        }
        fields
    }

    #[test]
    fn equal_types_without_names_become_one_inside_out() {
        let mut api = Api::default();
        let mut outer = |parent: &str| {
            let types = &mut api.types;
            let city = add(
                types,
                &format!("{parent}AddressCity"),
                false,
                &[("zip", TEXT)],
            );
            let address = add(types, &format!("{parent}Address"), false, &[("city", city)]);
            add(types, parent, true, &[("address", address)])
        };
        let (user, shop) = (outer("User"), outer("Shop"));
        run(&mut api, &mut Diagnostics::default());
        let (user, shop) = (fields(&api.types, &user), fields(&api.types, &shop));
        assert_eq!(user, shop);
        let TypeRef::Named(address) = &user[0] else {
            panic!()
        };
        assert_eq!(api.types.get(*address).source_name, "Address");
        let city = fields(&api.types, &user[0]);
        let TypeRef::Named(city) = &city[0] else {
            panic!()
        };
        assert_eq!(api.types.get(*city).source_name, "AddressCity");
    }

    #[test]
    fn types_that_the_document_names_stay_apart() {
        let mut api = Api::default();
        let a = add(&mut api.types, "Cat", true, &[("name", TEXT)]);
        let b = add(&mut api.types, "Dog", true, &[("name", TEXT)]);
        let both = add(
            &mut api.types,
            "Both",
            true,
            &[("a", a.clone()), ("b", b.clone())],
        );
        run(&mut api, &mut Diagnostics::default());
        assert_eq!(fields(&api.types, &both), [a, b]);
    }

    #[test]
    fn a_name_that_is_taken_is_not_shared() {
        let mut api = Api::default();
        add(&mut api.types, "Owner", true, &[]);
        let a = add(&mut api.types, "CatOwner", false, &[("name", TEXT)]);
        let b = add(&mut api.types, "DogOwner", false, &[("name", TEXT)]);
        let both = add(&mut api.types, "Both", true, &[("a", a.clone()), ("b", b)]);
        run(&mut api, &mut Diagnostics::default());
        assert_eq!(fields(&api.types, &both), [a.clone(), a.clone()]);
        let TypeRef::Named(owner) = a else { panic!() };
        assert_eq!(api.types.get(owner).source_name, "CatOwner");
    }

    #[test]
    fn a_type_that_contains_itself_ends_the_search() {
        let mut api = Api::default();
        let node = add(&mut api.types, "Node", false, &[]);
        let TypeRef::Named(id) = &node else { panic!() };
        let Shape::Object(object) = &mut api.types.get_mut(*id).shape else {
            panic!()
        };
        object
            .fields
            .push(Field::new("next", node.clone(), false, Origin::default()));
        run(&mut api, &mut Diagnostics::default());
        assert_eq!(fields(&api.types, &node), [node]);
    }
}

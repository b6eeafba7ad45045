//! How the member of a union is told, and what trivial unions stand for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, EnumValue, Object, OpenEnum, Primitive, Shape, Tagging, TypeId, TypeRef, Types, Union,
    Variant,
};

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    let ids: Vec<_> = api
        .types
        .ids()
        .filter(|id| matches!(api.types.get(*id).shape, Shape::Union(_)))
        .collect();
    for id in &ids {
        flatten(&mut api.types, *id);
        simplify(&mut api.types, *id);
    }
    for id in &ids {
        decide(&mut api.types, *id, diagnostics);
    }
    fix_tags(&mut api.types, &ids);
}

/// A member that is itself a union told by the same property brings its members along; `null`
/// members are gone already, so a union of one is that one.
fn flatten(types: &mut Types, id: TypeId) {
    let Shape::Union(union) = types.get(id).shape.clone() else {
        return;
    };
    let Tagging::Undecided {
        property: Some(property),
    } = &union.tagging
    else {
        return;
    };
    let mut variants = Vec::new();
    for variant in union.variants {
        match types.resolve(&variant.ty) {
            TypeRef::Named(member) if *member != id => match &types.get(*member).shape {
                Shape::Union(inner)
                    if inner.tagging
                        == (Tagging::Undecided {
                            property: Some(property.clone()),
                        }) =>
                {
                    variants.extend(inner.variants.clone());
                }
                _ => variants.push(variant),
            },
            _ => variants.push(variant),
        }
    }
    let mut seen = BTreeSet::new();
    variants.retain(|variant| match &variant.ty {
        TypeRef::Named(member) => seen.insert((*member, variant.tags.clone())),
        _ => true,
    });
    types.get_mut(id).shape = Shape::Union(Union {
        variants,
        tagging: Tagging::Undecided {
            property: Some(property.clone()),
        },
    });
}

/// Unions of strings are a string or an open enum, unions of numbers a number, unions of one
/// that one, unions with anything are anything.
fn simplify(types: &mut Types, id: TypeId) {
    let Shape::Union(union) = &types.get(id).shape else {
        return;
    };
    // With a discriminator even a union of one says that more may come.
    let declared = matches!(union.tagging, Tagging::Undecided { property: Some(_) });
    let mut members: Vec<TypeRef> = Vec::new();
    for variant in &union.variants {
        let member = types.resolve(&variant.ty).clone();
        if !members.contains(&member) {
            members.push(member);
        }
    }
    if members.is_empty() || members.contains(&TypeRef::Any) {
        types.get_mut(id).shape = Shape::Alias(TypeRef::Any);
    } else if members.len() == 1 && !declared {
        // The variant's own type keeps the name the document gave it.
        let only = union
            .variants
            .first()
            .map_or(TypeRef::Any, |variant| variant.ty.clone());
        types.get_mut(id).shape = Shape::Alias(only);
    } else if let Some(values) = string_values(types, &members) {
        types.get_mut(id).shape = if values.is_empty() {
            Shape::Alias(TypeRef::Primitive(Primitive::String))
        } else {
            Shape::OpenEnum(OpenEnum { values })
        };
    } else if let Some(number) = widest_number(&members) {
        types.get_mut(id).shape = Shape::Alias(TypeRef::Primitive(number));
    } else {
        unite_same_types(types, id);
    }
}

/// Variants of one type (`oneOf: [{$ref: A}, {$ref: A}]`) are one variant with all their tags.
fn unite_same_types(types: &mut Types, id: TypeId) {
    let Shape::Union(union) = &mut types.get_mut(id).shape else {
        return;
    };
    let mut united: Vec<Variant> = Vec::with_capacity(union.variants.len());
    for variant in union.variants.drain(..) {
        match united.iter_mut().find(|known| known.ty == variant.ty) {
            Some(known) => {
                for tag in variant.tags {
                    if !known.tags.contains(&tag) {
                        known.tags.push(tag);
                    }
                }
            }
            None => united.push(variant),
        }
    }
    union.variants = united;
}

/// The known values when every member is a string or an enum of strings.
fn string_values(types: &Types, members: &[TypeRef]) -> Option<Vec<EnumValue>> {
    let mut values: Vec<EnumValue> = Vec::new();
    for member in members {
        match member {
            TypeRef::Primitive(Primitive::String) => {}
            TypeRef::Named(id) => match &types.get(*id).shape {
                Shape::OpenEnum(known) => {
                    for value in &known.values {
                        if !values.iter().any(|other| other.wire == value.wire) {
                            values.push(value.clone());
                        }
                    }
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(values)
}

fn widest_number(members: &[TypeRef]) -> Option<Primitive> {
    use Primitive::{Double, Float, Int32, Int64, Uint32, Uint64};
    let mut widest = None;
    for member in members {
        let TypeRef::Primitive(primitive) = member else {
            return None;
        };
        widest = match (widest, primitive) {
            (None, Int32 | Int64 | Uint32 | Uint64 | Float | Double) => Some(*primitive),
            (Some(_), Float | Double) | (Some(Float | Double), Int32 | Int64 | Uint32 | Uint64) => {
                Some(Double)
            }
            (Some(_), Int32 | Int64 | Uint32 | Uint64) => Some(Int64),
            _ => return None,
        };
    }
    widest
}

/// The object a member is, looked at through names.
fn object<'a>(types: &'a Types, ty: &'a TypeRef) -> Option<(TypeId, &'a Object)> {
    match types.resolve(ty) {
        TypeRef::Named(id) => match &types.get(*id).shape {
            Shape::Object(object) => Some((*id, object)),
            _ => None,
        },
        _ => None,
    }
}

fn constant(object: &Object, property: &str) -> Option<String> {
    let field = object.fields.iter().find(|field| field.wire == property)?;
    match &field.constant {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The values an object's property is limited to: its constant, or its enum.
fn possible_tags(types: &Types, object: &Object, property: &str) -> Vec<String> {
    if let Some(tag) = constant(object, property) {
        return vec![tag];
    }
    let Some(field) = object.fields.iter().find(|field| field.wire == property) else {
        return Vec::new();
    };
    match types.resolve(field.ty.split_nullable().0) {
        TypeRef::Named(id) => match &types.get(*id).shape {
            Shape::OpenEnum(known) => known
                .values
                .iter()
                .map(|value| value.wire.clone())
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn decide(types: &mut Types, id: TypeId, diagnostics: &mut Diagnostics) {
    let Shape::Union(union) = &types.get(id).shape else {
        return;
    };
    let Tagging::Undecided { property } = &union.tagging else {
        return;
    };
    let declared = property.is_some();
    let candidates: Vec<String> = match property {
        Some(property) => vec![property.clone()],
        None => common_constants(types, union),
    };
    let origin = types.get(id).origin.clone();
    let decided = candidates
        .into_iter()
        .find_map(|property| tagged(types, union, property));
    let mut union = union.clone();
    match decided {
        Some((property, tags)) => {
            for (variant, (tags, default)) in union.variants.iter_mut().zip(tags) {
                variant.tags = tags;
                variant.default = default;
            }
            union.tagging = Tagging::Property(property);
        }
        None => {
            if declared {
                diagnostics.push(
                    Diagnostic::warning(
                        codes::DISCRIMINATOR_UNUSABLE,
                        &origin,
                        "the discriminator cannot tell the members of this union apart",
                    )
                    .action("the member is told by its JSON kind and required properties")
                    .help("give every member an object schema and a value of the discriminator of its own"),
                );
            }
            union.tagging = Tagging::Shape;
        }
    }
    types.get_mut(id).shape = Shape::Union(union);
}

/// Properties that every member fixes to one string, best first: `type` before others.
fn common_constants(types: &Types, union: &Union) -> Vec<String> {
    let mut common: Option<Vec<String>> = None;
    for variant in &union.variants {
        let Some((_, object)) = object(types, &variant.ty) else {
            return Vec::new();
        };
        let fixed = object
            .fields
            .iter()
            .filter(|field| !possible_tags(types, object, &field.wire).is_empty());
        let fixed: Vec<String> = fixed.map(|field| field.wire.clone()).collect();
        common = Some(match common {
            None => fixed,
            Some(known) => known
                .into_iter()
                .filter(|wire| fixed.contains(wire))
                .collect(),
        });
    }
    let mut common = common.unwrap_or_default();
    common.sort_by_key(|wire| wire != "type");
    common
}

/// The tags of a member, and whether it stands for an absent tag.
type Tags = (Vec<String>, bool);

/// The tags of each member, if `property` tells every member from every other.
fn tagged(types: &Types, union: &Union, property: String) -> Option<(String, Vec<Tags>)> {
    let mut all = Vec::with_capacity(union.variants.len());
    let mut seen = BTreeSet::new();
    let mut defaults = 0;
    for variant in &union.variants {
        let (id, object) = object(types, &variant.ty)?;
        let mut tags = variant.tags.clone();
        for tag in possible_tags(types, object, &property) {
            if (variant.tags.is_empty() || constant(object, &property).is_some())
                && !tags.contains(&tag)
            {
                tags.push(tag);
            }
        }
        if tags.is_empty() && types.get(id).named {
            // The discriminator's implicit mapping: the schema's own name.
            tags.push(types.get(id).source_name.clone());
        }
        if tags.is_empty() || !tags.iter().all(|tag| seen.insert(tag.clone())) {
            return None;
        }
        let field = object.fields.iter().find(|field| field.wire == property);
        let default = field.is_some_and(|field| !field.required);
        defaults += usize::from(default);
        all.push((tags, default));
    }
    if defaults != 1 {
        // Several members may lack the tag, so its absence says nothing.
        all.iter_mut().for_each(|(_, default)| *default = false);
    }
    Some((property, all))
}

/// A member that is always chosen by one and the same tag writes that tag itself: its tag
/// property becomes a constant, so that a wrong one cannot be built.
fn fix_tags(types: &mut Types, unions: &[TypeId]) {
    let mut uses: BTreeMap<(TypeId, String), BTreeSet<String>> = BTreeMap::new();
    for id in unions {
        let Shape::Union(Union {
            variants,
            tagging: Tagging::Property(property),
        }) = &types.get(*id).shape
        else {
            continue;
        };
        for variant in variants {
            // The tag of the member that may lack it stays what the caller makes of it.
            let member = object(types, &variant.ty).filter(|_| !variant.default);
            if let Some((member, _)) = member {
                let tags = variant.tags.iter().cloned();
                uses.entry((member, property.clone()))
                    .or_default()
                    .extend(tags);
            }
        }
    }
    for ((member, property), tags) in uses {
        let (Some(tag), 1) = (tags.first(), tags.len()) else {
            continue;
        };
        let origin = types.get(member).origin.clone();
        let Shape::Object(object) = &mut types.get_mut(member).shape else {
            continue;
        };
        match object
            .fields
            .iter_mut()
            .find(|field| field.wire == property)
        {
            Some(field) if field.constant.is_none() => {
                field.constant = Some(Value::String(tag.clone()));
                field.required = true;
            }
            Some(_) => {}
            None => {
                let text = TypeRef::Primitive(Primitive::String);
                let mut field = crate::model::Field::new(property, text, true, origin);
                field.constant = Some(Value::String(tag.clone()));
                object.fields.insert(0, field);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Extra, Field, TypeDef};
    use crate::origin::Origin;

    fn add(types: &mut Types, name: &str, shape: Shape) -> TypeRef {
        TypeRef::Named(types.add(TypeDef::new(name, true, shape, Origin::default())))
    }

    fn tagged_object(types: &mut Types, name: &str, tag: Option<&str>) -> TypeRef {
        let mut field = Field::new(
            "type",
            TypeRef::Primitive(Primitive::String),
            true,
            Origin::default(),
        );
        field.constant = tag.map(|tag| Value::String(tag.to_owned()));
        add(
            types,
            name,
            Shape::Object(Object {
                fields: vec![field],
                extra: Extra::Ignored,
            }),
        )
    }

    fn variant(ty: TypeRef, tags: &[&str]) -> Variant {
        Variant {
            name: String::new(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            default: false,
            ty,
            description: None,
            boxed: false,
            origin: Origin::default(),
        }
    }

    fn decided(api: &mut Api, variants: Vec<Variant>, property: Option<&str>) -> Shape {
        let tagging = Tagging::Undecided {
            property: property.map(str::to_owned),
        };
        let TypeRef::Named(id) = add(
            &mut api.types,
            "U",
            Shape::Union(Union { variants, tagging }),
        ) else {
            panic!()
        };
        run(api, &mut Diagnostics::default());
        api.types.get(id).shape.clone()
    }

    #[test]
    fn constants_are_found_without_a_discriminator() {
        let mut api = Api::default();
        let a = tagged_object(&mut api.types, "A", Some("a"));
        let b = tagged_object(&mut api.types, "B", Some("b"));
        let Shape::Union(union) = decided(&mut api, vec![variant(a, &[]), variant(b, &[])], None)
        else {
            panic!()
        };
        assert_eq!(union.tagging, Tagging::Property("type".into()));
        assert_eq!(union.variants[1].tags, ["b"]);
    }

    #[test]
    fn a_mapping_makes_the_tag_property_constant() {
        let mut api = Api::default();
        let a = tagged_object(&mut api.types, "A", None);
        let b = tagged_object(&mut api.types, "B", None);
        let TypeRef::Named(id) = a else { panic!() };
        decided(
            &mut api,
            vec![variant(a.clone(), &["x"]), variant(b, &["y"])],
            Some("type"),
        );
        let Shape::Object(object) = &api.types.get(id).shape else {
            panic!()
        };
        assert_eq!(object.fields[0].constant, Some(Value::String("x".into())));
    }

    #[test]
    fn unions_of_strings_and_numbers_are_no_unions() {
        let mut api = Api::default();
        let text = TypeRef::Primitive(Primitive::String);
        let known = OpenEnum {
            values: vec![EnumValue {
                wire: "a".into(),
                name: String::new(),
                description: None,
            }],
        };
        let known = add(&mut api.types, "E", Shape::OpenEnum(known));
        let shape = decided(
            &mut api,
            vec![variant(text, &[]), variant(known, &[])],
            None,
        );
        assert!(matches!(shape, Shape::OpenEnum(_)), "{shape:?}");
        let int = TypeRef::Primitive(Primitive::Int32);
        let double = TypeRef::Primitive(Primitive::Double);
        let shape = decided(
            &mut api,
            vec![variant(int, &[]), variant(double, &[])],
            None,
        );
        assert!(
            matches!(shape, Shape::Alias(TypeRef::Primitive(Primitive::Double))),
            "{shape:?}"
        );
    }
}

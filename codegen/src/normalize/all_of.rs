//! `allOf` becomes one struct, inherited fields first.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    AllOf, Api, Extra, Field, Object, Shape, TypeDef, TypeId, TypeRef, Types, Union,
};

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    let ids: Vec<_> = api.types.ids().collect();
    for id in ids {
        merge(&mut api.types, id, &mut BTreeSet::new(), diagnostics);
    }
}

/// What is gathered from the parts of an `allOf`.
#[derive(Default)]
struct Merged {
    object: Object,
    /// The one part that is no object, if any.
    other: Option<TypeRef>,
    /// Unions among the parts: the result is one of their members, each with all the fields.
    unions: Vec<Union>,
    objects: usize,
}

/// Replaces the shape of `id` when it is an `allOf`; `open` are the ids being merged further up.
fn merge(
    types: &mut Types,
    id: TypeId,
    open: &mut BTreeSet<TypeId>,
    diagnostics: &mut Diagnostics,
) {
    let Shape::AllOf(AllOf { parts }) = types.get(id).shape.clone() else {
        return;
    };
    if !open.insert(id) {
        let def = types.get_mut(id);
        def.shape = Shape::Object(Object::default());
        diagnostics.push(
            Diagnostic::warning(
                codes::ALL_OF_CYCLE,
                &def.origin,
                "this `allOf` contains itself",
            )
            .action("the part that leads back is left out"),
        );
        return;
    }
    let mut merged = Merged::default();
    for part in &parts {
        gather(types, part, &mut merged, open, diagnostics);
    }
    open.remove(&id);
    let shape = settle(types, id, merged, &parts, diagnostics);
    types.get_mut(id).shape = shape;
}

fn gather(
    types: &mut Types,
    part: &TypeRef,
    merged: &mut Merged,
    open: &mut BTreeSet<TypeId>,
    diagnostics: &mut Diagnostics,
) {
    match part {
        TypeRef::Named(id) => {
            merge(types, *id, open, diagnostics);
            match types.get(*id).shape.clone() {
                Shape::Object(object) => {
                    merged.objects += 1;
                    add_object(&mut merged.object, object);
                }
                Shape::Union(union) => merged.unions.push(union),
                // One that leads back to itself adds nothing; it is told where it stands.
                Shape::Alias(target) => {
                    if open.insert(*id) {
                        gather(types, &target, merged, open, diagnostics);
                        open.remove(id);
                    }
                }
                _ => merged.other = Some(part.clone()),
            }
        }
        TypeRef::Nullable(inner) => gather(types, inner, merged, open, diagnostics),
        TypeRef::Map(value) => {
            merged.objects += 1;
            merged.object.extra = Extra::Kept((**value).clone());
        }
        TypeRef::Any => {}
        TypeRef::Primitive(_) | TypeRef::List(_) | TypeRef::Tuple(_) => {
            merged.other = Some(part.clone())
        }
    }
}

/// Adds the fields of `part`; a field that is there already is narrowed in its place.
fn add_object(object: &mut Object, part: Object) {
    for field in part.fields {
        match object
            .fields
            .iter_mut()
            .find(|known| known.wire == field.wire)
        {
            Some(known) => narrow(known, field),
            None => object.fields.push(field),
        }
    }
    if part.extra != Extra::Ignored {
        object.extra = part.extra;
    }
}

/// The later part of an `allOf` says more about a field than the earlier one.
fn narrow(known: &mut Field, later: Field) {
    known.required |= later.required;
    known.read_only |= later.read_only;
    known.write_only |= later.write_only;
    known.deprecated |= later.deprecated;
    known.internal |= later.internal;
    if later.ty != TypeRef::Any {
        known.ty = later.ty;
    }
    if later.constant.is_some() {
        known.constant = later.constant;
    }
    if later.default.is_some() {
        known.default = later.default;
    }
    if later.description.is_some() {
        known.description = later.description;
    }
    if !later.constraints.is_empty() {
        known.constraints = later.constraints;
    }
}

fn settle(
    types: &mut Types,
    id: TypeId,
    merged: Merged,
    parts: &[TypeRef],
    diagnostics: &mut Diagnostics,
) -> Shape {
    let Merged {
        object,
        other,
        mut unions,
        objects,
    } = merged;
    let plain = object.fields.is_empty() && object.extra == Extra::Ignored;
    match (unions.pop(), other) {
        (Some(union), None) if unions.is_empty() => {
            if plain {
                Shape::Union(union)
            } else {
                Shape::Union(distribute(types, id, &object, union))
            }
        }
        (None, Some(other)) if plain => Shape::Alias(other),
        (None, None) if objects == 1 && parts.len() == 1 => match parts.first() {
            // One part alone and nothing beside it: another name for that part.
            Some(TypeRef::Named(part)) => Shape::Alias(TypeRef::Named(*part)),
            _ => Shape::Object(object),
        },
        (None, None) if plain && objects == 0 => Shape::Alias(TypeRef::Any),
        (None, None) => Shape::Object(object),
        _ => {
            let origin = &types.get(id).origin;
            diagnostics.push(
                Diagnostic::warning(
                    codes::ALL_OF_MIXED,
                    origin,
                    "this `allOf` combines parts that no one struct can hold",
                )
                .action("it is any JSON in the generated code"),
            );
            Shape::Alias(TypeRef::Any)
        }
    }
}

/// `allOf: [Base, oneOf: [A, B]]` is one of `A` with the fields of `Base` and `B` with them.
fn distribute(types: &mut Types, id: TypeId, base: &Object, mut union: Union) -> Union {
    let (prefix, origin) = {
        let def = types.get(id);
        (def.source_name.clone(), def.origin.clone())
    };
    for (index, variant) in union.variants.iter_mut().enumerate() {
        let TypeRef::Named(member) = types.resolve(&variant.ty).clone() else {
            continue;
        };
        let Shape::Object(own) = types.get(member).shape.clone() else {
            continue;
        };
        let mut object = base.clone();
        add_object(&mut object, own);
        let member = types.get(member);
        let hint = format!(
            "{prefix}{}",
            if member.named {
                member.source_name.clone()
            } else {
                format!("Variant{}", index + 1)
            }
        );
        let mut def = TypeDef::new(hint, false, Shape::Object(object), origin.clone());
        def.description = member.description.clone();
        if variant.name.is_empty() && member.named {
            variant.name = member.source_name.clone();
        }
        variant.ty = TypeRef::Named(types.add(def));
    }
    union
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Primitive;
    use crate::origin::Origin;

    fn object(types: &mut Types, name: &str, fields: &[(&str, TypeRef, bool)]) -> TypeRef {
        let fields = fields
            .iter()
            .map(|(wire, ty, required)| Field::new(*wire, ty.clone(), *required, Origin::default()))
            .collect();
        let shape = Shape::Object(Object {
            fields,
            extra: Extra::Ignored,
        });
        TypeRef::Named(types.add(TypeDef::new(name, true, shape, Origin::default())))
    }

    fn merged(api: &mut Api, parts: Vec<TypeRef>) -> (Shape, Diagnostics) {
        let def = TypeDef::new(
            "All",
            true,
            Shape::AllOf(AllOf { parts }),
            Origin::default(),
        );
        let id = api.types.add(def);
        let mut diagnostics = Diagnostics::default();
        run(api, &mut diagnostics);
        (api.types.get(id).shape.clone(), diagnostics)
    }

    #[test]
    fn inherited_fields_come_first_and_later_parts_narrow() {
        let mut api = Api::default();
        let text = TypeRef::Primitive(Primitive::String);
        let base = object(
            &mut api.types,
            "Base",
            &[("id", text.clone(), false), ("at", text.clone(), false)],
        );
        let own = object(
            &mut api.types,
            "",
            &[("name", text.clone(), true), ("id", TypeRef::Any, true)],
        );
        let (shape, diagnostics) = merged(&mut api, vec![base, own]);
        let Shape::Object(object) = shape else {
            panic!("{shape:?}")
        };
        let fields: Vec<_> = object
            .fields
            .iter()
            .map(|field| (field.wire.as_str(), field.required))
            .collect();
        assert_eq!(fields, [("id", true), ("at", false), ("name", true)]);
        assert_eq!(object.fields[0].ty, text);
        assert!(diagnostics.is_empty());
    }

    #[test]
    fn a_cycle_is_told_and_ends() {
        let mut api = Api::default();
        let id = api.types.add(TypeDef::new(
            "A",
            true,
            Shape::AllOf(AllOf { parts: vec![] }),
            Origin::default(),
        ));
        api.types.get_mut(id).shape = Shape::AllOf(AllOf {
            parts: vec![TypeRef::Named(id)],
        });
        let mut diagnostics = Diagnostics::default();
        run(&mut api, &mut diagnostics);
        assert_eq!(diagnostics.len(), 1);
    }

    #[test]
    fn a_part_that_is_an_alias_of_itself_adds_nothing() {
        let mut api = Api::default();
        let mut alias = |name| {
            let shape = Shape::Alias(TypeRef::Any);
            api.types
                .add(TypeDef::new(name, true, shape, Origin::default()))
        };
        let (a, b) = (alias("A"), alias("B"));
        api.types.get_mut(a).shape = Shape::Alias(TypeRef::Named(b));
        api.types.get_mut(b).shape = Shape::Alias(TypeRef::Named(a).nullable());
        let (shape, _) = merged(&mut api, vec![TypeRef::Named(a)]);
        assert!(matches!(shape, Shape::Alias(TypeRef::Any)), "{shape:?}");
    }

    #[test]
    fn a_union_part_gets_the_fields_of_the_others() {
        let mut api = Api::default();
        let text = TypeRef::Primitive(Primitive::String);
        let base = object(&mut api.types, "Base", &[("id", text.clone(), true)]);
        let a = object(&mut api.types, "A", &[("a", text.clone(), true)]);
        let union = Union {
            variants: vec![crate::model::Variant {
                name: String::new(),
                tags: vec![],
                default: false,
                ty: a,
                description: None,
                boxed: false,
                origin: Origin::default(),
            }],
            tagging: crate::model::Tagging::Undecided { property: None },
        };
        let union = api.types.add(TypeDef::new(
            "",
            false,
            Shape::Union(union),
            Origin::default(),
        ));
        let (shape, _) = merged(&mut api, vec![base, TypeRef::Named(union)]);
        let Shape::Union(union) = shape else {
            panic!("{shape:?}")
        };
        let TypeRef::Named(member) = union.variants[0].ty else {
            panic!()
        };
        let Shape::Object(object) = &api.types.get(member).shape else {
            panic!()
        };
        assert_eq!(object.fields.len(), 2);
    }
}

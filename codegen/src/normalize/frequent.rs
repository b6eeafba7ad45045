//! Events that come by the thousand are moved about at the size of the largest event there can be:
//! beside them, what is large goes into a `Box`.

use crate::diagnostics::Diagnostics;
use crate::model::{Api, EventDef, Field, Object, Shape, TypeId, TypeRef, Types};

/// Fields of an object that is not worth a box.
const FEW: usize = 2;

pub(super) fn run(api: &mut Api, _: &mut Diagnostics) {
    for id in api.types.ids() {
        let Shape::Events(events) = &api.types.get(id).shape else {
            continue;
        };
        if !events.events.iter().any(|event| event.frequent) {
            continue;
        }
        let is_boxed = |event: &EventDef| {
            let payload = event.payload.as_ref();
            !event.frequent && payload.is_some_and(|ty| is_large(&api.types, ty))
        };
        let boxed: Vec<bool> = events.events.iter().map(is_boxed).collect();
        let frequent = events.events.iter().filter(|event| event.frequent);
        let payloads = frequent.filter_map(|event| event.payload.as_ref());
        let unions: Vec<TypeId> = payloads.flat_map(|ty| unions(&api.types, ty)).collect();
        if let Shape::Events(events) = &mut api.types.get_mut(id).shape {
            for (event, boxed) in events.events.iter_mut().zip(boxed) {
                event.boxed = boxed;
            }
        }
        for union in unions {
            box_variants(&mut api.types, union);
        }
    }
}

/// The object behind a type.
fn object<'a>(types: &'a Types, ty: &'a TypeRef) -> Option<&'a Object> {
    match types.resolve(ty) {
        TypeRef::Named(id) => match &types.get(*id).shape {
            Shape::Object(object) => Some(object),
            _ => None,
        },
        _ => None,
    }
}

fn is_large(types: &Types, ty: &TypeRef) -> bool {
    let Some(object) = object(types, ty) else {
        return matches!(types.resolve(ty), TypeRef::Named(_));
    };
    let fields = object
        .fields
        .iter()
        .filter(|field| field.constant.is_none());
    let is_scalar = |field: &Field| {
        let (ty, _) = types.resolve(&field.ty).split_nullable();
        matches!(types.resolve(ty), TypeRef::Primitive(_))
    };
    fields.clone().count() > FEW || !fields.clone().all(is_scalar)
}

/// The unions that an object has as fields.
fn unions(types: &Types, payload: &TypeRef) -> Vec<TypeId> {
    let fields = object(types, payload).map(|object| object.fields.as_slice());
    let fields = fields.unwrap_or_default().iter();
    let named = fields.filter_map(|field| match types.resolve(&field.ty) {
        TypeRef::Named(id) => Some(*id),
        _ => None,
    });
    named
        .filter(|id| matches!(types.get(*id).shape, Shape::Union(_)))
        .collect()
}

fn box_variants(types: &mut Types, union: TypeId) {
    let Shape::Union(members) = &types.get(union).shape else {
        return;
    };
    let large = |ty| is_large(types, ty);
    let large: Vec<bool> = members
        .variants
        .iter()
        .map(|variant| large(&variant.ty))
        .collect();
    if let Shape::Union(members) = &mut types.get_mut(union).shape {
        for (variant, large) in members.variants.iter_mut().zip(large) {
            variant.boxed |= large;
        }
    }
}

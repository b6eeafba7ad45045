//! About how large values of a type are: enough to say where the variants of an enum differ much.

use super::Context;
use crate::model::{Extra, Primitive, Shape, TypeRef};

/// How deep types are looked into: what is deeper is large anyway.
const MAX_DEPTH: usize = 12;

/// Difference between the two largest variants from which an enum says that it means it. Less
/// than what clippy asks for, because sizes here are estimates.
const LARGE: usize = 120;

/// Whether the largest of some payloads is much larger than the others.
pub(super) fn differ<'a>(
    context: &Context<'_>,
    payloads: impl Iterator<Item = Option<&'a TypeRef>>,
) -> bool {
    let mut sizes: Vec<usize> = payloads
        .map(|payload| payload.map_or(0, |ty| size(context, ty, 0)))
        .collect();
    // The variant for what the document does not know.
    sizes.push(72);
    sizes.sort_unstable();
    match sizes.as_slice() {
        [.., second, largest] => largest - second >= LARGE,
        _ => false,
    }
}

fn size(context: &Context<'_>, ty: &TypeRef, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 0;
    }
    let types = &context.api.types;
    match ty {
        TypeRef::Primitive(primitive) => match primitive {
            Primitive::Bool => 1,
            Primitive::Int32 | Primitive::Uint32 | Primitive::Float | Primitive::Date => 4,
            Primitive::Int64 | Primitive::Uint64 | Primitive::Double => 8,
            Primitive::DateTime => 12,
            Primitive::Uuid => 16,
            Primitive::Base64 | Primitive::Binary => 32,
            Primitive::String | Primitive::Secret | Primitive::Timestamp => 24,
        },
        TypeRef::List(_) | TypeRef::Map(_) => 24,
        TypeRef::Nullable(inner) => size(context, inner, depth + 1) + 4,
        TypeRef::Any => 72,
        TypeRef::Named(id) => match &types.get(*id).shape {
            Shape::Object(object) => {
                let fields = object
                    .fields
                    .iter()
                    .filter(|field| field.constant.is_none() && !field.internal);
                let fields: usize = fields
                    .map(|field| {
                        if field.boxed {
                            8
                        } else {
                            size(context, &field.ty, depth + 1)
                        }
                    })
                    .sum();
                fields
                    + if object.extra == Extra::Ignored {
                        0
                    } else {
                        48
                    }
            }
            Shape::Union(union) => {
                let variants = union.variants.iter().map(|variant| {
                    if variant.boxed {
                        8
                    } else {
                        size(context, &variant.ty, depth + 1)
                    }
                });
                variants.max().unwrap_or(0).max(32) + 8
            }
            Shape::Alias(target) => size(context, target, depth + 1),
            Shape::OpenEnum(_) => 24,
            Shape::Record(record) => record.fields.len() * 24 + 72,
            Shape::AllOf(_) | Shape::Events(_) => 0,
        },
    }
}

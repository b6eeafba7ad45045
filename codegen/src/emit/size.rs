//! About how large values of a type are: enough to say where the variants of an enum differ much.

use std::collections::HashMap;

use crate::model::{Extra, Primitive, Shape, TypeId, TypeRef, Types};

/// How deep types are looked into: what is deeper is large anyway.
const MAX_DEPTH: usize = 12;

/// Difference between the two largest variants from which an enum says that it means it. Less
/// than what clippy asks for, because sizes here are estimates.
const LARGE: usize = 120;

/// About how many bytes a value of each type takes.
pub(crate) struct Sizes(HashMap<TypeId, usize>);

impl Sizes {
    /// Measures every type once a round, each round one type deeper, until nothing changes.
    /// Following types from each place that mentions them would take time without bound: a
    /// document may mention each of a chain of types several times in the one before.
    pub(super) fn new(types: &Types) -> Self {
        let mut sizes = Self(HashMap::with_capacity(types.len()));
        for _ in 0..MAX_DEPTH {
            let mut changed = false;
            for (id, def) in types.iter() {
                let size = sizes.of_shape(&def.shape);
                changed |= sizes.0.insert(id, size) != Some(size);
            }
            if !changed {
                break;
            }
        }
        sizes
    }

    /// Whether the largest of some payloads is much larger than the others.
    pub(super) fn differ<'a>(&self, payloads: impl Iterator<Item = Option<&'a TypeRef>>) -> bool {
        let mut sizes: Vec<usize> = payloads
            .map(|payload| payload.map_or(0, |ty| self.of(ty)))
            .collect();
        // The variant for what the document does not know.
        sizes.push(72);
        sizes.sort_unstable();
        match sizes.as_slice() {
            [.., second, largest] => largest - second >= LARGE,
            _ => false,
        }
    }

    fn of(&self, ty: &TypeRef) -> usize {
        match ty {
            TypeRef::Primitive(primitive) => match primitive {
                Primitive::Bool => 1,
                Primitive::Int32 | Primitive::Uint32 | Primitive::Float | Primitive::Date => 4,
                Primitive::Int64 | Primitive::Uint64 | Primitive::Double => 8,
                Primitive::DateTime => 12,
                Primitive::Uuid => 16,
                Primitive::Base64 | Primitive::Binary => 32,
                Primitive::String | Primitive::Secret | Primitive::Timestamp => 24,
                Primitive::Upload => 136,
            },
            TypeRef::List(_) | TypeRef::Map(_) => 24,
            TypeRef::Tuple(places) => places
                .iter()
                .fold(0, |sum: usize, place| sum.saturating_add(self.of(place))),
            TypeRef::Nullable(inner) => self.of(inner).saturating_add(4),
            TypeRef::Any => 72,
            TypeRef::Named(id) => self.0.get(id).copied().unwrap_or(0),
        }
    }

    fn of_shape(&self, shape: &Shape) -> usize {
        let held = |boxed, ty| if boxed { 8 } else { self.of(ty) };
        match shape {
            Shape::Object(object) => {
                let fields = object
                    .fields
                    .iter()
                    .filter(|field| field.constant.is_none() && !field.internal)
                    .map(|field| held(field.boxed, &field.ty));
                let extra = if object.extra == Extra::Ignored {
                    0
                } else {
                    48
                };
                fields.fold(extra, usize::saturating_add)
            }
            Shape::Union(union) => {
                let variants = union.variants.iter();
                let variants = variants.map(|variant| held(variant.boxed, &variant.ty));
                variants.max().unwrap_or(0).max(32).saturating_add(8)
            }
            Shape::Alias(target) => self.of(target),
            Shape::Newtype(primitive) => self.of(&TypeRef::Primitive(*primitive)),
            Shape::OpenEnum(_) => 24,
            Shape::Record(record) => record.fields.len() * 24 + 72,
            Shape::AllOf(_) | Shape::Events(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, Object, TypeDef};
    use crate::origin::Origin;

    /// A chain of `length` types, each with the one before it in several fields.
    fn chain(length: usize) -> (Types, TypeRef) {
        let mut types = Types::default();
        let mut ty = TypeRef::Primitive(Primitive::Int64);
        for _ in 0..length {
            let field =
                |name: usize| Field::new(format!("f{name}"), ty.clone(), true, Origin::default());
            let object = Object {
                fields: (0..64).map(field).collect(),
                ..Object::default()
            };
            let def = TypeDef::new("Link", true, Shape::Object(object), Origin::default());
            ty = TypeRef::Named(types.add(def));
        }
        (types, ty)
    }

    #[test]
    fn sizes_add_up() {
        let (types, ty) = chain(2);
        assert_eq!(Sizes::new(&types).of(&ty), 64 * 64 * 8);
    }

    #[test]
    fn types_that_are_mentioned_often_are_measured_once() {
        let (types, ty) = chain(40);
        let sizes = Sizes::new(&types);
        assert_eq!(sizes.of(&ty), usize::MAX);
        assert!(sizes.differ([Some(&ty), None].into_iter()));
    }
}

//! Values of types, where a document has no example.

use serde_json::{Map, Value};

use crate::model::{Extra, Field, Object, Shape, TypeRef, Types, Union};

/// How deep a value may nest: types can contain themselves.
const MAX_DEPTH: usize = 24;

/// How deep lists have an item: trees end there.
const MAX_LIST_DEPTH: usize = 8;

/// How deep optional members are filled in.
const MAX_OPTIONAL_DEPTH: usize = 3;

/// Makes values of the types of an API.
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'a> {
    types: &'a Types,
    purpose: Purpose,
    optional: bool,
}

/// What values are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Request,
    Reply,
}

impl<'a> Sampler<'a> {
    /// JSON to send: without members that only replies have.
    pub fn request(types: &'a Types) -> Self {
        Self {
            types,
            purpose: Purpose::Request,
            optional: false,
        }
    }

    /// JSON of a reply: without members that only requests have.
    pub fn reply(types: &'a Types) -> Self {
        Self {
            purpose: Purpose::Reply,
            ..Self::request(types)
        }
    }

    /// With optional members, nullable values and map entries, a few levels deep; of a union, its
    /// last member instead of its first.
    #[must_use]
    pub fn with_optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// A value of a type; texts are `name`.
    pub fn value(&self, ty: &TypeRef, name: &str) -> Value {
        self.at(ty, name, 0)
    }

    fn at(&self, ty: &TypeRef, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        let fills = self.fills(depth);
        match self.types.resolve(ty) {
            TypeRef::Primitive(primitive) => primitive.sample(name),
            TypeRef::List(_) if depth > MAX_LIST_DEPTH => Value::Array(Vec::new()),
            TypeRef::List(inner) => vec![self.at(inner, name, depth + 1)].into(),
            TypeRef::Tuple(places) => {
                let values = places.iter().map(|place| self.at(place, name, depth + 1));
                values.collect()
            }
            TypeRef::Map(inner) if fills => self.entry(inner, name, depth).collect(),
            TypeRef::Map(_) | TypeRef::Any => Value::Object(Map::new()),
            TypeRef::Nullable(inner) if fills => self.at(inner, name, depth),
            TypeRef::Nullable(_) => Value::Null,
            TypeRef::Named(id) => match &self.types.get(*id).shape {
                Shape::OpenEnum(known) => known
                    .values
                    .first()
                    .map_or(name, |value| value.wire.as_str())
                    .into(),
                Shape::Union(union) => self.union(union, name, depth),
                Shape::Newtype(primitive) => primitive.sample(name),
                Shape::Object(object) => Value::Object(self.object(object, name, depth)),
                _ => Value::Null,
            },
        }
    }

    /// Whether what need not be there is there at this depth.
    fn fills(&self, depth: usize) -> bool {
        self.optional && depth <= MAX_OPTIONAL_DEPTH
    }

    fn object(&self, object: &Object, name: &str, depth: usize) -> Map<String, Value> {
        let fields = object.fields.iter().filter(|field| {
            !field.internal && self.travels(field) && (field.required || self.fills(depth))
        });
        let members = fields.map(|field| {
            let value = match &field.constant {
                Some(value) => value.clone(),
                None => self.at(&field.ty, &field.wire, depth + 1),
            };
            (field.wire.clone(), value)
        });
        let mut members: Map<String, Value> = members.collect();
        if let Extra::Kept(ty) = &object.extra
            && self.fills(depth)
        {
            members.extend(self.entry(ty, name, depth));
        }
        members
    }

    /// Whether a field is there in the direction of the value.
    fn travels(&self, field: &Field) -> bool {
        match self.purpose {
            Purpose::Request => !field.read_only || field.constant.is_some(),
            Purpose::Reply => !field.write_only,
        }
    }

    /// An entry of a map.
    fn entry(
        &self,
        ty: &TypeRef,
        name: &str,
        depth: usize,
    ) -> impl Iterator<Item = (String, Value)> {
        std::iter::once(("another_key".to_owned(), self.at(ty, name, depth + 1)))
    }

    fn union(&self, union: &Union, name: &str, depth: usize) -> Value {
        let chosen = if self.fills(depth) {
            union.variants.last()
        } else {
            union.variants.first()
        };
        let Some(variant) = chosen else {
            return Value::Null;
        };
        union.told(variant, self.at(&variant.ty, name, depth + 1))
    }
}

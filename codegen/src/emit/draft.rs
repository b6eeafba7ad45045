//! Values of types, for examples and tests where the document has none.

use serde_json::{Map, Value};

use super::expression::MAX_DEPTH;
use super::travel::{Way, travel};
use super::{Context, Place, Scope};
use crate::model::{Field, Shape, TypeRef, Union};

/// A value a caller may send: with what is required, and nothing else.
pub(crate) fn sample(context: &Context<'_>, ty: &TypeRef, name: &str) -> Value {
    draft(&Scope::new(context, Place::Resource), ty, name, Way::Sent)
}

/// A value that goes this way. What is sent has only what is required; what is read has all members
/// of the outermost object, and those that are required of the inner ones. A type that has an
/// example in the document is that.
pub(crate) fn draft(scope: &Scope<'_>, ty: &TypeRef, name: &str, way: Way) -> Value {
    Drafter { scope, way }.at(ty, name, 0)
}

/// Lists are empty from this depth on: a type that holds a list of itself would nest without end.
const DEEP: usize = 8;

struct Drafter<'a> {
    scope: &'a Scope<'a>,
    way: Way,
}

impl Drafter<'_> {
    fn at(&self, ty: &TypeRef, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        match self.scope.context.api.types.resolve(ty) {
            TypeRef::Primitive(primitive) => primitive.sample(name),
            TypeRef::List(_) if depth >= DEEP => Value::Array(Vec::new()),
            TypeRef::List(inner) => vec![self.at(inner, name, depth + 1)].into(),
            TypeRef::Tuple(places) => {
                let values = places.iter().map(|place| self.at(place, name, depth + 1));
                values.collect()
            }
            TypeRef::Map(_) | TypeRef::Any => Value::Object(Map::new()),
            TypeRef::Nullable(_) => Value::Null,
            TypeRef::Named(id) => self.named(ty, *id, name, depth),
        }
    }

    fn named(&self, ty: &TypeRef, id: crate::model::TypeId, name: &str, depth: usize) -> Value {
        let def = self.scope.context.api.types.get(id);
        let mut examples = def.examples.iter();
        if let Some(example) = examples.find_map(|it| travel(self.scope, ty, it, self.way)) {
            return example;
        }
        match &def.shape {
            Shape::OpenEnum(known) => known
                .values
                .first()
                .map_or(name, |value| value.wire.as_str())
                .into(),
            Shape::Union(union) => self.union(union, name, depth),
            Shape::Newtype(primitive) => primitive.sample(name),
            Shape::Object(object) => {
                let fields = object
                    .fields
                    .iter()
                    .filter(|field| self.has(field, depth == 0));
                let members = fields.map(|field| {
                    let stated = field.constant.as_ref().or(field.default.as_ref());
                    let stated =
                        stated.and_then(|value| travel(self.scope, &field.ty, value, self.way));
                    let value =
                        stated.unwrap_or_else(|| self.at(&field.ty, &field.wire, depth + 1));
                    (field.wire.clone(), value)
                });
                Value::Object(members.collect())
            }
            _ => Value::Null,
        }
    }

    /// Whether an object has this member.
    fn has(&self, field: &Field, outermost: bool) -> bool {
        let wanted = match self.way {
            Way::Sent => field.required && (!field.read_only || field.constant.is_some()),
            Way::Read | Way::Written => !field.write_only && (field.required || outermost),
        };
        wanted && !field.internal
    }

    fn union(&self, union: &Union, name: &str, depth: usize) -> Value {
        let Some(variant) = union.variants.first() else {
            return Value::Null;
        };
        union.told(variant, self.at(&variant.ty, name, depth + 1))
    }
}

//! What the model has at a place of a JSON value.

use specwright::model::{Api, Extra, Field, Shape, TypeRef};

/// What the model has at a place.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    /// A member that the document describes.
    Field(&'a Field),
    /// A member that it does not, of an object that ignores those.
    Ignored,
}

/// What may be at a place of a value of a type: a union has several members. `pointer` is a JSON
/// pointer.
pub(crate) fn at<'a>(api: &'a Api, ty: &'a TypeRef, pointer: &str) -> Vec<At<'a>> {
    let (mut types, mut found) = (vec![ty], Vec::new());
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        let (mut next, mut named) = (Vec::new(), Vec::new());
        let mut open = types;
        // Unions can contain each other.
        for _ in 0..=api.types.len() {
            let Some(ty) = open.pop() else { break };
            match api.types.resolve(ty) {
                TypeRef::Nullable(inner) => open.push(inner),
                TypeRef::List(inner) | TypeRef::Map(inner) => next.push(&**inner),
                TypeRef::Tuple(places) => next.extend(places),
                TypeRef::Named(id) => match &api.types.get(*id).shape {
                    Shape::Union(union) => {
                        open.extend(union.variants.iter().map(|variant| &variant.ty));
                    }
                    Shape::Object(object) => {
                        let mut fields = object.fields.iter();
                        match (fields.find(|field| field.wire == name), &object.extra) {
                            (Some(field), _) => {
                                next.push(&field.ty);
                                named.push(At::Field(field));
                            }
                            (None, Extra::Kept(ty)) => next.push(ty),
                            (None, Extra::Ignored) => named.push(At::Ignored),
                        }
                    }
                    _ => {}
                },
                TypeRef::Primitive(_) | TypeRef::Any => {}
            }
        }
        (types, found) = (next, named);
    }
    found
}

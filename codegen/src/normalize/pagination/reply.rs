//! What a pager looks for in a reply.

use crate::model::{Field, Object, Operation, Payload, Primitive, Shape, TypeRef, Types};

/// Objects of a reply that say something about the list as a whole.
const ABOUT: [&str; 5] = ["meta", "metadata", "pagination", "paging", "page"];

/// What the reply of an operation looks like to a pager.
pub(super) struct Reply<'a> {
    pub(super) types: &'a Types,
    /// The object, `None` when the reply is the list itself (or a union of list and object).
    pub(super) object: Option<&'a Object>,
}

impl<'a> Reply<'a> {
    pub(super) fn of(types: &'a Types, operation: &'a Operation) -> Option<Self> {
        let Payload::Json(ty) = &operation.outcomes.success.first()?.payload else {
            return None;
        };
        match types.resolve(ty) {
            TypeRef::List(_) => Some(Self {
                types,
                object: None,
            }),
            TypeRef::Named(id) => match &types.get(*id).shape {
                Shape::Object(object) => Some(Self {
                    types,
                    object: Some(object),
                }),
                Shape::Union(union) => {
                    let list = union
                        .variants
                        .iter()
                        .any(|variant| matches!(types.resolve(&variant.ty), TypeRef::List(_)));
                    list.then_some(Self {
                        types,
                        object: None,
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The property `a`, or `b` of the object `a` for `a.b`.
    pub(super) fn find(&self, path: &str) -> Option<&'a Field> {
        let mut object = self.object?;
        let mut names = path.split('.').peekable();
        loop {
            let name = names.next()?;
            let field = object.fields.iter().find(|field| field.wire == name)?;
            if names.peek().is_none() {
                return Some(field);
            }
            let TypeRef::Named(id) = self.types.resolve(field.ty.split_nullable().0) else {
                return None;
            };
            let Shape::Object(inner) = &self.types.get(*id).shape else {
                return None;
            };
            object = inner;
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// Whether a property is of such a primitive type.
    pub(super) fn is(&self, path: &str, such: impl Fn(Primitive) -> bool) -> bool {
        let ty = self.find(path).map(|field| &field.ty);
        let ty = ty.map(|ty| self.types.resolve(ty.split_nullable().0));
        matches!(ty, Some(TypeRef::Primitive(primitive)) if such(*primitive))
    }

    /// The first of these properties that is there, at the root or in an object about the list as a
    /// whole.
    pub(super) fn first_about(
        &self,
        names: &[&str],
        such: impl Fn(Primitive) -> bool,
    ) -> Option<String> {
        let inner = ABOUT.iter().flat_map(|about| {
            let name = move |name: &&str| format!("{about}.{name}");
            names.iter().map(name)
        });
        let mut paths = names.iter().map(|name| (*name).to_owned()).chain(inner);
        paths.find(|path| self.is(path, &such))
    }

    pub(super) fn first_of(&self, properties: &[&str]) -> Option<String> {
        properties
            .iter()
            .find(|property| self.has(property))
            .map(|property| (*property).to_owned())
    }

    /// The one property that holds a list.
    pub(super) fn items(&self) -> Option<String> {
        let object = self.object?;
        let mut lists = object.fields.iter().filter(|field| {
            matches!(
                self.types.resolve(field.ty.split_nullable().0),
                TypeRef::List(_)
            )
        });
        match (lists.next(), lists.next()) {
            (Some(list), None) => Some(list.wire.clone()),
            _ => None,
        }
    }
}

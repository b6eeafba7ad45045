//! Arguments: what a caller may write for a value of a type.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Scope;
use crate::model::{Primitive, Shape, TypeRef};

/// An argument of a function.
pub(crate) struct Argument {
    /// Its type, mostly `impl Into<…>`.
    pub(crate) ty: TokenStream,
    /// The expression that makes the value of it.
    pub(crate) value: TokenStream,
}

/// The argument called `name` for a value of type `ty`.
pub(crate) fn argument(scope: &Scope<'_>, ty: &TypeRef, name: &Ident) -> Argument {
    if converts(scope, ty) {
        let ty = scope.ty(ty);
        return Argument {
            ty: quote!(impl Into<#ty>),
            value: quote!(#name.into()),
        };
    }
    match scope.context.api.types.resolve(ty) {
        TypeRef::List(inner) => list(scope, inner, name),
        TypeRef::Map(inner) => map(scope, inner, name),
        _ => Argument {
            ty: scope.ty(ty),
            value: quote!(#name),
        },
    }
}

fn list(scope: &Scope<'_>, inner: &TypeRef, name: &Ident) -> Argument {
    let item = scope.ty(inner);
    if converts(scope, inner) {
        Argument {
            ty: quote!(impl IntoIterator<Item = impl Into<#item>>),
            value: quote!(#name.into_iter().map(Into::into).collect()),
        }
    } else {
        Argument {
            ty: quote!(impl IntoIterator<Item = #item>),
            value: quote!(#name.into_iter().collect()),
        }
    }
}

fn map(scope: &Scope<'_>, inner: &TypeRef, name: &Ident) -> Argument {
    let item = scope.ty(inner);
    let (item, value) = if converts(scope, inner) {
        (quote!(impl Into<#item>), quote!(value.into()))
    } else {
        (item, quote!(value))
    };
    Argument {
        ty: quote!(impl IntoIterator<Item = (impl Into<String>, #item)>),
        value: quote!(#name.into_iter().map(|(key, value)| (key.into(), #value)).collect()),
    }
}

/// Whether values of a type are mostly made from something else: text, enums, unions.
pub(crate) fn converts(scope: &Scope<'_>, ty: &TypeRef) -> bool {
    match scope.context.api.types.resolve(ty) {
        TypeRef::Primitive(primitive) => matches!(
            primitive,
            Primitive::String
                | Primitive::Secret
                | Primitive::Base64
                | Primitive::Binary
                | Primitive::Timestamp
        ),
        TypeRef::Named(id) => {
            matches!(
                scope.context.api.types.get(*id).shape,
                Shape::OpenEnum(_) | Shape::Union(_)
            )
        }
        TypeRef::Any | TypeRef::Nullable(_) => true,
        TypeRef::List(_) | TypeRef::Tuple(_) | TypeRef::Map(_) => false,
    }
}

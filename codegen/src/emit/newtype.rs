//! Newtypes: identifiers that are types of their own.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::type_docs;
use super::{Scope, ident};
use crate::model::{Primitive, TypeDef};

pub(crate) fn tokens(scope: &Scope<'_>, def: &TypeDef, primitive: Primitive) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let inner = scope.primitive(primitive);
    let (copy, methods) = match primitive {
        Primitive::Uuid => (Some(quote!(Copy,)), scope.runtime("impl_uuid_newtype")),
        _ => (None, scope.runtime("impl_text_newtype")),
    };
    quote! {
        #docs
        #[derive(Clone, #copy Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #name(#inner);

        #methods!(#name);
    }
}

//! Open enums: known strings, and any other kept as it is.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::object::type_docs;
use super::{Scope, ident};
use crate::model::{OpenEnum, TypeDef};
use crate::normalize::names::snake;

pub(crate) fn tokens(scope: &Scope<'_>, def: &TypeDef, known: &OpenEnum) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let variants = known.values.iter().map(|value| {
        // The name says the text, unless it had to be changed.
        let text = if snake(&value.name) == value.wire {
            String::new()
        } else {
            format!("`{}`", value.wire)
        };
        let docs = scope.documented(&Docs::new(value.description.as_deref(), &text));
        let name = ident(&value.name);
        quote! { #docs #name, }
    });
    let wires = known.values.iter().map(|value| {
        let (name, wire) = (ident(&value.name), &value.wire);
        quote! { #name = #wire }
    });
    let impl_open_enum = scope.runtime("impl_open_enum");
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that the document does not know.
            Unknown(String),
        }

        #impl_open_enum!(#name { #(#wires),* });
    }
}

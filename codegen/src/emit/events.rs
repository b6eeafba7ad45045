//! The typed events of a stream.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::type_docs;
use super::{Scope, ident, union};
use crate::model::{EventDef, Events, TypeDef, TypeRef};

/// What a stream itself turns into an error.
const ERROR: &str = "error";

pub(crate) fn tokens(scope: &Scope<'_>, def: &TypeDef, events: &Events) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let events: Vec<_> = events
        .events
        .iter()
        .filter(|event| event.wire != ERROR)
        .collect();
    let payloads = events.iter().map(|event| {
        let payload = event.payload.as_ref();
        payload.filter(|_| !event.boxed)
    });
    let large = union::large(scope, payloads);
    let variants = events.iter().map(|event| {
        let docs = scope.documented_variant(event.description.as_deref(), event.payload.as_ref());
        let name = ident(&event.name);
        match &event.payload {
            Some(payload) if event.boxed => {
                let ty = scope.ty(payload);
                quote! { #docs #name(Box<#ty>), }
            }
            Some(payload) => {
                let ty = scope.ty(payload);
                quote! { #docs #name(#ty), }
            }
            None => quote! { #docs #name, },
        }
    });
    let event_trait = scope.runtime("events::Event");
    let raw_event = scope.runtime("events::RawEvent");
    let unknown_event = scope.runtime("events::UnknownEvent");
    let serde_json = scope.runtime("serde_json");
    let decode = decode(scope, &events);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #large
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// An event that the document does not know.
            Unknown(#unknown_event),
        }

        impl #event_trait for #name {
            #[inline]
            fn decode(event: &#raw_event<'_>) -> Result<Self, #serde_json::Error> {
                let event = #decode;
                Ok(event)
            }
        }
    }
}

fn decode(scope: &Scope<'_>, events: &[&EventDef]) -> TokenStream {
    let value = |event: &EventDef| {
        let name = ident(&event.name);
        let payload = event.payload.as_ref();
        match payload.map(|ty| scope.context.api.types.resolve(ty)) {
            Some(TypeRef::Named(id)) if scope.context.plain.contains(id) => {
                quote!(Self::#name(event.plain_json()?))
            }
            Some(_) => quote!(Self::#name(event.json()?)),
            None => quote!(Self::#name),
        }
    };
    let named = events
        .iter()
        .filter(|event| !event.wire.is_empty())
        .map(|event| {
            let (wire, value) = (&event.wire, value(event));
            quote! { #wire => #value, }
        });
    // The one event of a stream that does not name its events takes any name.
    let rest = match events.iter().find(|event| event.wire.is_empty()) {
        Some(event) => value(event),
        None => quote!(Self::Unknown(event.to_unknown())),
    };
    if events.iter().all(|event| event.wire.is_empty()) {
        return rest;
    }
    quote! { match event.name { #(#named)* _ => #rest } }
}

//! How a struct is written without serde's derive: a chain over its members.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::{Member, Presence, allow_deprecated};
use super::{Scope, ident};
use crate::model::{Extra, Object, TypeDef, TypeRef};

pub(super) fn tokens(
    scope: &Scope<'_>,
    def: &TypeDef,
    members: &[Member<'_>],
    object: &Object,
) -> TokenStream {
    let name = ident(&def.name);
    let written = scope.runtime("object::Members");
    let (serialize, serializer) = (
        scope.item("serde::Serialize"),
        scope.item("serde::Serializer"),
    );
    let calls = members.iter().filter(|member| !member.read_only);
    let calls = calls.map(|member| {
        let (name, wire) = (&member.name, &member.field.wire);
        let list = matches!(member.inner, TypeRef::List(_)) && !member.field.boxed;
        if let Some(value) = member.constant {
            return quote! { .member(#wire, #value) };
        }
        match member.presence {
            Presence::Always if list => quote! { .list(#wire, &self.#name) },
            Presence::Optional if list => quote! { .optional_list(#wire, &self.#name) },
            Presence::Maybe if list => quote! { .maybe_list(#wire, &self.#name) },
            Presence::Always | Presence::Nullable => quote! { .member(#wire, &self.#name) },
            Presence::Optional => quote! { .optional(#wire, &self.#name) },
            Presence::Maybe => quote! { .maybe(#wire, &self.#name) },
        }
    });
    let extra = matches!(object.extra, Extra::Kept(_)).then(|| quote! { .extra(&self.extra) });
    let deprecated = allow_deprecated(members);
    quote! {
        impl #serialize for #name {
            #deprecated
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #written::new(serializer) #(#calls)* #extra .end()
            }
        }
    }
}

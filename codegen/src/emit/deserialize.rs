//! How a struct is read that keeps the members it does not know: a loop over the members of an
//! object, each into its place. What serde derives for `flatten` puts every value aside first, and is
//! several times as much to compile.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::{Member, Presence, extra_type, initial};
use super::{Scope, ident};
use crate::model::{TypeDef, TypeRef};

pub(super) fn tokens(
    scope: &Scope<'_>,
    def: &TypeDef,
    members: &[Member<'_>],
    extra: &TypeRef,
) -> TokenStream {
    let name = ident(&def.name);
    let module = scope.runtime("object");
    let (object_trait, key) = (
        scope.runtime("object::Object"),
        scope.runtime("object::Key"),
    );
    let (deserialize, deserializer) = (
        scope.item("serde::Deserialize"),
        scope.item("serde::Deserializer"),
    );
    let map_access = scope.item("serde::de::MapAccess");
    let places = members.iter().filter_map(|member| {
        let name = &member.name;
        let value = match (member.marker, member.presence) {
            (Some(_), _) => return None,
            (None, Presence::Always) => quote!(None),
            (None, _) => initial_absent(scope, member),
        };
        Some(quote! { let mut #name = #value; })
    });
    let arms = members.iter().map(|member| {
        let (name, wire) = (&member.name, &member.field.wire);
        match (member.marker, member.presence) {
            (Some(_), _) => quote! { #wire => #module::skip(&mut __map)?, },
            (None, Presence::Always) => {
                quote! { #wire => #name = Some(__map.next_value()?), }
            }
            (None, _) => quote! { #wire => #name = __map.next_value()?, },
        }
    });
    let extra = extra_type(scope, extra);
    let values = members.iter().map(|member| {
        let (name, wire) = (&member.name, &member.field.wire);
        match (member.marker, member.presence) {
            (Some(_), _) => {
                let constant = initial(scope, member);
                quote!(#name: #constant,)
            }
            (None, Presence::Always) => quote!(#name: #module::required(#name, #wire)?,),
            (None, _) => quote!(#name,),
        }
    });
    // The document deprecates fields; that they are still read is no oversight.
    let deprecated = members
        .iter()
        .any(|member| member.field.deprecated)
        .then(|| quote! { #[allow(deprecated)] });
    quote! {
        impl<'de> #object_trait<'de> for #name {
            #deprecated
            fn read<A: #map_access<'de>>(mut __map: A) -> Result<Self, A::Error> {
                #(#places)*
                let mut extra: #extra = Default::default();
                while let Some(__key) = __map.next_key::<#key<'de>>()? {
                    match &*__key {
                        #(#arms)*
                        _ => { extra.insert(__key.into(), __map.next_value()?); }
                    }
                }
                Ok(Self { #(#values)* extra })
            }
        }

        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #module::deserialize(deserializer)
            }
        }
    }
}

/// What a member is that does not come.
fn initial_absent(scope: &Scope<'_>, member: &Member<'_>) -> TokenStream {
    match member.presence {
        Presence::Nullable => quote!(None),
        _ => initial(scope, member),
    }
}

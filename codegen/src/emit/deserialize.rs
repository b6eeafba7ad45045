//! How a struct is read: a loop over the members of an object, each into its place. Derived code
//! does the same with several times as much to compile.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::{Member, Presence, extra_type, initial};
use super::{Scope, ident};
use crate::model::{Extra, Object, TypeDef};

pub(super) fn tokens(
    scope: &Scope<'_>,
    def: &TypeDef,
    members: &[Member<'_>],
    object: &Object,
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
    let kept = matches!(object.extra, Extra::Kept(_));
    let arms = members.iter().filter_map(|member| {
        let (name, wire) = (&member.name, &member.field.wire);
        match (member.marker, member.presence) {
            (Some(_), _) => kept.then(|| quote! { #wire => #module::skip(&mut __map)?, }),
            (None, Presence::Always) => {
                Some(quote! { #wire => #name = Some(__map.next_value()?), })
            }
            (None, _) => Some(quote! { #wire => #name = __map.next_value()?, }),
        }
    });
    let arms: Vec<_> = arms.collect();
    let rest = if kept {
        quote! { _ => { extra.insert(__key.into(), __map.next_value()?); } }
    } else {
        quote! { _ => #module::skip(&mut __map)?, }
    };
    let extra = match &object.extra {
        Extra::Kept(ty) => {
            let ty = extra_type(scope, ty);
            quote! { let mut extra: #ty = Default::default(); }
        }
        Extra::Ignored => TokenStream::new(),
    };
    let read = if arms.is_empty() && !kept {
        quote! { while __map.next_key::<#key<'de>>()?.is_some() { #module::skip(&mut __map)?; } }
    } else {
        quote! {
            while let Some(__key) = __map.next_key::<#key<'de>>()? {
                match &*__key { #(#arms)* #rest }
            }
        }
    };
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
    let extra_value = kept.then(|| quote!(extra,));
    // The document deprecates fields; that they are still read is no oversight.
    let deprecated = members
        .iter()
        .any(|member| member.field.deprecated)
        .then(|| quote! { #[allow(deprecated)] });
    quote! {
        impl<'de> #object_trait<'de> for #name {
            #deprecated
            fn read<A: #map_access<'de>>(mut __map: A) -> Result<Self, A::Error> {
                #(#places)* #extra
                #read
                Ok(Self { #(#values)* #extra_value })
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

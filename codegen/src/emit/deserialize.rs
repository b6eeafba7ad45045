//! How a struct is read without serde's derive: a loop over the members of an object, each into its
//! place.

use proc_macro2::TokenStream;
use quote::quote;

use super::object::{Member, Presence, allow_deprecated, extra_type, initial};
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
    let object_trait = scope.runtime("object::Object");
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
    let read = members_loop(scope, members, object);
    let extra = match &object.extra {
        Extra::Kept(extra) => Some(extra_type(scope, extra)),
        Extra::Ignored => None,
    };
    let place = extra
        .as_ref()
        .map(|extra| quote! { let mut extra: #extra = Default::default(); });
    let kept = extra.map(|_| quote!(extra));
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
    let deprecated = allow_deprecated(members);
    quote! {
        impl<'de> #object_trait<'de> for #name {
            #deprecated
            fn read<A: #map_access<'de>>(mut __map: A) -> Result<Self, A::Error> {
                #(#places)*
                #place
                #read
                Ok(Self { #(#values)* #kept })
            }
        }

        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #module::deserialize(deserializer)
            }
        }
    }
}

/// The loop over the members that come. Constant values are passed by; where other members are kept,
/// they have to be told from these.
fn members_loop(scope: &Scope<'_>, members: &[Member<'_>], object: &Object) -> TokenStream {
    let (module, key) = (scope.runtime("object"), scope.runtime("object::Key"));
    let kept = object.extra != Extra::Ignored;
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
    if arms.is_empty() && !kept {
        return quote! {
            while __map.next_key::<#key<'de>>()?.is_some() {
                #module::skip(&mut __map)?;
            }
        };
    }
    let rest = match kept {
        true => quote! { { extra.insert(__key.into(), __map.next_value()?); } },
        false => quote! { #module::skip(&mut __map)?, },
    };
    quote! {
        while let Some(__key) = __map.next_key::<#key<'de>>()? {
            match &*__key {
                #(#arms)*
                _ => #rest
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

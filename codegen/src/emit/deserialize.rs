//! How a struct is read without serde's derive: each member of an object into its place, by a loop
//! of the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

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
            (None, Presence::Always) => {
                let required = scope.runtime("object::Required");
                quote!(#required::default())
            }
            (None, _) => initial_absent(scope, member),
        };
        Some(quote! { let mut #name = #value; })
    });
    let read = reading(scope, members, object);
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
            (None, Presence::Always) => quote!(#name: #name.value(#wire)?,),
            (None, _) => quote!(#name,),
        }
    });
    let deprecated = allow_deprecated(members);
    quote! {
        impl<'de> #object_trait<'de> for #name {
            #deprecated
            fn read<A: #map_access<'de>>(__map: A) -> Result<Self, A::Error> {
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

/// The members are read, each into its place. Constant values are passed by; where other members are
/// kept, they have to be told from these.
fn reading(scope: &Scope<'_>, members: &[Member<'_>], object: &Object) -> TokenStream {
    let module = scope.runtime("object");
    let kept = object.extra != Extra::Ignored;
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for member in members {
        let place = match member.marker {
            Some(_) if !kept => continue,
            Some(_) => {
                let ignored = scope.item("serde::de::IgnoredAny");
                quote!(#ignored)
            }
            None => member.name.to_token_stream(),
        };
        names.push(&member.field.wire);
        places.push(place);
    }
    let rest = if kept { quote!(extra) } else { quote!(()) };
    quote! { #module::read(__map, &[#(#names),*], &mut [#(&mut #places),*], &mut #rest)?; }
}

/// What a member is that does not come.
fn initial_absent(scope: &Scope<'_>, member: &Member<'_>) -> TokenStream {
    match member.presence {
        Presence::Nullable => quote!(None),
        _ => initial(scope, member),
    }
}

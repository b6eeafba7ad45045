//! How a struct is read without serde's derive: each member of an object into its place, by a loop
//! of the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::object::{Member, Presence, allow_deprecated, extra, initial};
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
    let fields = || members.iter().filter(|member| member.is_field());
    let places = fields().map(|member| {
        let name = &member.name;
        let value = if is_required(member) {
            let required = scope.runtime("object::Required");
            quote!(#required(None))
        } else {
            initial_absent(scope, member)
        };
        quote! { let mut #name = #value; }
    });
    let (place, kept) = match &object.extra {
        Extra::Kept(ty) => {
            let (ty, none) = extra(scope, ty);
            (quote! { let mut extra: #ty = #none; }, quote!(extra))
        }
        Extra::Ignored => Default::default(),
    };
    let values = fields().map(|member| &member.name);
    let made = quote!(Self { #(#values,)* #kept });
    let read = reading(scope, members, object);
    let read = completed(scope, members, &read, &made);
    let deprecated = allow_deprecated(members);
    quote! {
        impl<'de> #object_trait<'de> for #name {
            #deprecated
            fn read<A: #map_access<'de>>(__map: A) -> Result<Self, A::Error> {
                #(#places)*
                #place
                #read
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
        let place = match member.constant {
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
    quote! { #module::read(__map, &[#(#names),*], &mut [#(&mut #places),*], &mut #rest) }
}

/// Takes the values of the members that have to come out of their places, and makes the struct of all.
/// There is no `?`, as it is more to compile, for each struct.
fn completed(
    scope: &Scope<'_>,
    members: &[Member<'_>],
    read: &TokenStream,
    made: &TokenStream,
) -> TokenStream {
    let names = members.iter().filter(|member| is_required(member));
    let names: Vec<_> = names.map(|member| &member.name).collect();
    if names.is_empty() {
        return quote! { match #read { Ok(()) => Ok(#made), Err(error) => Err(error) } };
    }
    let (module, required) = (scope.runtime("object"), scope.runtime("object::Required"));
    quote! {
        let __read = #read;
        match (__read, #(#names),*) {
            (Ok(()), #(#required(Some(#names))),*) => Ok(#made),
            (Err(error), ..) => Err(error),
            _ => Err(#module::missing()),
        }
    }
}

fn is_required(member: &Member<'_>) -> bool {
    member.is_field() && matches!(member.presence, Presence::Always)
}

/// What a member is that does not come.
fn initial_absent(scope: &Scope<'_>, member: &Member<'_>) -> TokenStream {
    match member.presence {
        Presence::Nullable => quote!(None),
        _ => initial(scope, member),
    }
}

//! Open enums: known strings, and any other kept as it is.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::object::type_docs;
use super::{Scope, ident};
use crate::model::{OpenEnum, TypeDef};

pub(crate) fn tokens(scope: &Scope<'_>, def: &TypeDef, known: &OpenEnum) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(def);
    let variants = known.values.iter().map(|value| {
        let docs = Docs::new(value.description.as_deref(), &format!("`{}`", value.wire)).tokens();
        let name = ident(&value.name);
        quote! { #docs #name, }
    });
    let text = known.values.iter().map(|value| {
        let (name, wire) = (ident(&value.name), &value.wire);
        quote! { Self::#name => #wire, }
    });
    let known_values = known.values.iter().map(|value| {
        let (name, wire) = (ident(&value.name), &value.wire);
        quote! { #wire => Self::#name, }
    });
    let conversions = conversions(&name);
    let serde = serde(scope, def);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that the document does not know.
            Unknown(String),
        }

        impl #name {
            /// The value as it is sent.
            pub fn as_str(&self) -> &str {
                match self { #(#text)* Self::Unknown(value) => value }
            }

            fn known(value: &str) -> Option<Self> {
                let known = match value { #(#known_values)* _ => return None };
                Some(known)
            }
        }

        #conversions
        #serde
    }
}

fn conversions(name: &Ident) -> TokenStream {
    quote! {
        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                Self::known(value).unwrap_or_else(|| Self::Unknown(value.to_owned()))
            }
        }

        impl From<String> for #name {
            fn from(value: String) -> Self { Self::known(&value).unwrap_or(Self::Unknown(value)) }
        }
    }
}

fn serde(scope: &Scope<'_>, def: &TypeDef) -> TokenStream {
    let name = ident(&def.name);
    let fmt = scope.item("std::fmt");
    let (serialize, serializer) = (
        scope.item("serde::Serialize"),
        scope.item("serde::Serializer"),
    );
    let (deserialize, deserializer) = (
        scope.item("serde::Deserialize"),
        scope.item("serde::Deserializer"),
    );
    let open_enum = scope.runtime("open_enum");
    quote! {
        impl #fmt::Display for #name {
            fn fmt(&self, f: &mut #fmt::Formatter<'_>) -> #fmt::Result { f.write_str(self.as_str()) }
        }

        impl #serialize for #name {
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #open_enum::deserialize(deserializer)
            }
        }
    }
}

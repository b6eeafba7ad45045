//! Records: structs whose values are picked from a reply (connectors).

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::object::type_docs;
use super::{Scope, ident};
use crate::model::{Record, RecordField, Selector, TypeDef};
use crate::normalize::names::snake;

/// The struct, its selectors, and how it is picked and read.
pub(crate) fn tokens(scope: &Scope<'_>, def: &TypeDef, record: &Record) -> TokenStream {
    let name = ident(&def.name);
    let value = scope.value();
    let docs = type_docs(scope, def);
    let fields = record.fields.iter().map(|field| declaration(scope, field));
    let picking = picking(scope, def, record);
    let reading = reading(scope, &name);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* raw: #value }

        impl #name {
            /// The whole reply; `null` when there was none.
            pub fn raw(&self) -> &#value { &self.raw }
        }

        #picking
        #reading
    }
}

fn declaration(scope: &Scope<'_>, field: &RecordField) -> TokenStream {
    let mut docs = Docs::new(field.description.as_deref(), &format!("`{}`.", field.wire));
    let path = path(&field.selector);
    if path != field.wire {
        docs.text(&format!("From `{}`.", path.replace('`', "'")));
    }
    let docs = docs.tokens();
    let (name, ty) = (ident(&field.name), scope.ty(&field.ty));
    quote! { #docs pub #name: Option<#ty>, }
}

/// The steps of a selector in the way paths are written: `content[0].text`.
fn path(selector: &[Selector]) -> String {
    let steps = selector.iter().map(|step| match step {
        Selector::Key(key) => format!(".{key}"),
        Selector::Index(index) => format!("[{index}]"),
    });
    let path: String = steps.collect();
    path.strip_prefix('.').map_or(path.clone(), str::to_owned)
}

fn picking(scope: &Scope<'_>, def: &TypeDef, record: &Record) -> TokenStream {
    let name = ident(&def.name);
    let constant = ident(&format!("{}_FIELDS", snake(&def.name).to_uppercase()));
    let field_type = scope.runtime("record::Field");
    let count = record.fields.len();
    let selectors = record.fields.iter().map(|field| {
        let (wire, steps) = (
            &field.wire,
            field.selector.iter().map(|step| self::step(scope, step)),
        );
        quote!(#field_type::new(#wire, &[#(#steps),*]))
    });
    let (record_trait, error) = (
        scope.runtime("record::Record"),
        scope.runtime("record::PickError"),
    );
    let value = scope.value();
    let names: Vec<Ident> = record
        .fields
        .iter()
        .map(|field| ident(&field.name))
        .collect();
    // A field may be called like the argument.
    let taken = names.iter().any(|name| name == "reply");
    let reply = ident(if taken { "whole_reply" } else { "reply" });
    let (named, json) = (
        scope.within("record", "named"),
        scope.within("record", "json"),
    );
    let map = scope.runtime("serde_json::Map");
    let bindings = (!names.is_empty()).then(|| quote! { let [#(#names),*] = &#constant; });
    quote! {
        const #constant: [#field_type; #count] = [#(#selectors),*];

        impl #record_trait for #name {
            const FIELDS: &'static [#field_type] = &#constant;

            fn from_reply(#reply: #value) -> Result<Self, #error> {
                #bindings
                Ok(Self { #(#names: #names.pick(&#reply)?,)* raw: #reply })
            }

            fn raw(&self) -> &#value { &self.raw }

            fn into_raw(self) -> #value { self.raw }

            fn values(&self) -> #map<String, #value> {
                #named(Self::FIELDS, [#(#json(&self.#names)),*])
            }
        }
    }
}

/// A step of a selector.
pub(crate) fn step(scope: &Scope<'_>, step: &Selector) -> TokenStream {
    match step {
        Selector::Key(key) => {
            let variant = scope.runtime("record::Selector::Key");
            quote!(#variant(#key))
        }
        Selector::Index(index) => {
            let variant = scope.runtime("record::Selector::Index");
            let index = proc_macro2::Literal::usize_unsuffixed(*index);
            quote!(#variant(#index))
        }
    }
}

fn reading(scope: &Scope<'_>, name: &Ident) -> TokenStream {
    let (deserialize, deserializer) = (
        scope.item("serde::Deserialize"),
        scope.item("serde::Deserializer"),
    );
    let record = scope.runtime("record");
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #record::deserialize(deserializer)
            }
        }
    }
}

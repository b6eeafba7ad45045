//! The `types` module: a file for each group of types.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::names::group_of;
use super::{
    Context, Module, Place, Scope, events, ident, newtype, object, open_enum, record, union,
};
use crate::model::{Shape, TypeId};

pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    let mut groups: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for (id, def) in context
        .api
        .types
        .iter()
        .filter(|(id, _)| context.emits(*id))
    {
        groups
            .entry(context.names.group(group_of(def)))
            .or_default()
            .push(id);
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let exports = groups.keys().map(|group| {
        let group = ident(group);
        quote! { pub use self::#group::*; }
    });
    let mut undocumented = false;
    let groups: Vec<_> = groups
        .iter()
        .map(|(group, ids)| {
            let scope = Scope::new(context, Place::Types((*group).to_owned()));
            let tokens = group_tokens(&scope, ids);
            undocumented |= scope.is_undocumented();
            Module {
                path: vec!["types".to_owned(), (*group).to_owned()],
                docs: format!("Types of `{group}`."),
                undocumented: false,
                public: false,
                tokens,
            }
        })
        .collect();
    let mut modules = vec![Module {
        path: vec!["types".to_owned()],
        docs: "What requests and replies are made of.".to_owned(),
        undocumented,
        public: true,
        tokens: quote! { #(#exports)* },
    }];
    modules.extend(constants(context));
    modules.extend(groups);
    modules
}

fn group_tokens(scope: &Scope<'_>, ids: &[TypeId]) -> TokenStream {
    let items = ids.iter().map(|id| {
        let def = scope.context.api.types.get(*id);
        match &def.shape {
            Shape::Object(object) => object::tokens(scope, *id, def, object),
            Shape::OpenEnum(known) => open_enum::tokens(scope, def, known),
            Shape::Union(union) => union::tokens(scope, *id, def, union),
            Shape::Events(events) => events::tokens(scope, def, events),
            Shape::Record(record) => record::tokens(scope, def, record),
            Shape::Newtype(primitive) => newtype::tokens(scope, def, *primitive),
            Shape::Alias(target) => {
                let (docs, name, target) = (
                    object::type_docs(scope, def),
                    ident(&def.name),
                    scope.ty(target),
                );
                quote! { #docs pub type #name = #target; }
            }
            Shape::AllOf(_) => TokenStream::new(),
        }
    });
    let items = quote! { #(#items)* };
    scope.file(&items)
}

/// The markers of constant values.
fn constants(context: &Context<'_>) -> Option<Module> {
    let markers = context.names.markers();
    if markers.is_empty() {
        return None;
    }
    let scope = Scope::new(context, Place::Types("constants".to_owned()));
    let constant_value = scope.runtime("constant::ConstantValue");
    let items = markers.iter().map(|(name, value)| {
        let name = ident(name);
        quote! { constant!(#name = #value); }
    });
    let items = quote! {
        macro_rules! constant {
            ($name:ident = $value:literal) => {
                #[doc = $value]
                pub(super) enum $name {}

                impl #constant_value for $name {
                    const VALUE: &'static str = $value;
                }
            };
        }

        #(#items)*
    };
    Some(Module {
        path: vec!["types".to_owned(), "constants".to_owned()],
        docs: "The values that properties are fixed to.".to_owned(),
        undocumented: false,
        public: false,
        tokens: scope.file(&items),
    })
}

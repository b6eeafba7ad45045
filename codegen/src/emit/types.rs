//! The `types` module: a file for each group of types, and a folder for large groups of a feature.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::gate::{self, export};
use super::{
    Context, Module, Place, Scope, events, ident, newtype, object, open_enum, record, union,
};
use crate::model::{Shape, TypeId};

pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    let mut files: BTreeMap<&[String], Vec<TypeId>> = BTreeMap::new();
    let types = context.api.types.iter();
    for (id, def) in types.filter(|(id, _)| context.emits(*id)) {
        files
            .entry(context.names.type_file(def))
            .or_default()
            .push(id);
    }
    if files.is_empty() {
        return Vec::new();
    }
    let mut undocumented = false;
    let mut modules: Vec<Module> = Vec::new();
    for (path, ids) in &files {
        let gate = ids.first().and_then(|id| gate::of_type(context, *id));
        if let [folder, _] = path
            && modules.last().and_then(|last| last.path.get(1)) != Some(folder)
        {
            let within = files.keys().filter(|path| path.first() == Some(folder));
            let exports = within.filter_map(|path| Some(export(path.last()?, None)));
            modules.push(Module {
                path: vec!["types".to_owned(), folder.clone()],
                docs: format!("Types of `{folder}`."),
                undocumented: false,
                public: false,
                gate: gate.cloned(),
                tokens: quote! { #(#exports)* },
            });
        }
        let scope = Scope::new(context, Place::Types(path.to_vec()));
        let tokens = file_tokens(&scope, ids);
        undocumented |= scope.is_undocumented();
        modules.push(Module {
            path: [&["types".to_owned()], *path].concat(),
            docs: format!("Types of `{}`.", path.join(".")),
            undocumented: false,
            public: false,
            gate: gate.filter(|_| path.len() == 1).cloned(),
            tokens,
        });
    }
    let direct = modules.iter().filter(|module| module.path.len() == 2);
    let exports = direct.filter_map(|it| Some(export(it.path.last()?, it.gate.as_ref())));
    let root = Module {
        path: vec!["types".to_owned()],
        docs: "What requests and replies are made of.".to_owned(),
        undocumented,
        public: true,
        gate: None,
        tokens: quote! { #(#exports)* },
    };
    [root].into_iter().chain(modules).collect()
}

fn file_tokens(scope: &Scope<'_>, ids: &[TypeId]) -> TokenStream {
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

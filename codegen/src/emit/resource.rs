//! Resources: one file with a client struct, its methods, and the requests they make.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::{Context, Module, Place, Scope, ident, operation, outcome, request};
use crate::model::{Operation, Resource};

/// The `resources` module and a file for each resource.
pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    let resources = &context.api.resources;
    if resources.is_empty() {
        return Vec::new();
    }
    let files: BTreeMap<&str, &Resource> =
        resources.iter().map(|resource| (context.names.file(&resource.path), resource)).collect();
    let exports = files.keys().map(|file| {
        let file = ident(file);
        quote! { pub use self::#file::*; }
    });
    let mut modules = vec![Module {
        path: vec!["resources".to_owned()],
        docs: "Resources: groups of operations, reached from the [`Client`](super::Client).".to_owned(),
        public: true,
        tokens: quote! { #(#exports)* },
    }];
    modules.extend(files.iter().map(|(file, resource)| module(context, file, resource)));
    modules
}

fn module(context: &Context<'_>, file: &str, resource: &Resource) -> Module {
    let scope = Scope::new(context, Place::Resource);
    let operations: Vec<&Operation> =
        context.api.operations.iter().filter(|operation| operation.resource == resource.path).collect();
    let client = client(&scope, resource, &operations);
    let constants = operations.iter().map(|operation| operation::constant(&scope, operation));
    let requests = operations.iter().map(|operation| {
        let request = request::tokens(&scope, &resource.type_name, operation);
        let by_status = outcome::by_status(&scope, operation);
        quote! { #request #by_status }
    });
    let items = quote! { #client #(#constants)* #(#requests)* };
    Module {
        path: vec!["resources".to_owned(), file.to_owned()],
        docs: format!("The resource `{}`.", resource.path.join(".")),
        public: false,
        tokens: scope.file(&items),
    }
}

fn client(scope: &Scope<'_>, resource: &Resource, operations: &[&Operation]) -> TokenStream {
    let name = ident(&resource.type_name);
    let docs = docs(scope.context, resource);
    let client = scope.runtime("Client");
    let children = children(scope.context, &resource.path).map(|child| accessor(scope, child, &quote!(self.client)));
    let methods = operations.iter().map(|operation| operation::methods(scope, operation));
    let methods = quote! { #(#children)* #(#methods)* };
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #name { client: #client }

        impl #name {
            pub(crate) fn new(client: #client) -> Self { Self { client } }

            #methods
        }
    }
}

fn docs(context: &Context<'_>, resource: &Resource) -> TokenStream {
    let mut docs = Docs::new(
        resource.description.as_deref(),
        &format!("The operations of `{}`.", resource.path.join(".")),
    );
    docs.text(&format!("Reached by `{}`.", path_to(context, &resource.path)));
    docs.tokens()
}

/// How a user gets to a resource: `client.messages().batches()`.
pub(crate) fn path_to(context: &Context<'_>, path: &[String]) -> String {
    let mut text = "client".to_owned();
    for depth in 1..=path.len() {
        let name = path.get(..depth).and_then(|path| accessor_name(context, path));
        text.push_str(&format!(".{}()", name.unwrap_or_default()));
    }
    text
}

fn accessor_name(context: &Context<'_>, path: &[String]) -> Option<String> {
    let resource = context.api.resources.iter().find(|resource| resource.path == path)?;
    let name = crate::normalize::names::snake(resource.name());
    // Names of functions that every client has.
    let taken = resource.path.len() == 1
        && (matches!(name.as_str(), "new" | "builder" | "builder_from_env" | "from_env" | "inner")
            || name.starts_with("with_"));
    let taken = taken || name == "new";
    Some(if taken { format!("{name}_resource") } else { name })
}

/// The resources right below a path, in the document's order.
pub(crate) fn children<'a>(context: &Context<'a>, path: &'a [String]) -> impl Iterator<Item = &'a Resource> {
    context
        .api
        .resources
        .iter()
        .filter(move |resource| resource.path.len() == path.len() + 1 && resource.path.starts_with(path))
}

/// The method that leads to a resource from its parent.
pub(crate) fn accessor(scope: &Scope<'_>, resource: &Resource, client: &TokenStream) -> TokenStream {
    let method = ident(&accessor_name(scope.context, &resource.path).unwrap_or_default());
    let ty = scope.emitted("resources", &resource.type_name);
    let own = ident(&resource.type_name);
    let docs = Docs::new(None, &format!("The operations of [`{own}`].")).tokens();
    quote! {
        #docs
        pub fn #method(&self) -> #ty { #ty::new(#client.clone()) }
    }
}

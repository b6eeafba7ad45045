//! Resources: one file with a client struct, its methods, and the requests they make.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{Docs, link};
use super::gate::{self, export};
use super::{Context, Module, Place, Scope, automation, ident, operation, outcome, request};
use crate::model::{Operation, Resource};

/// The `resources` module and a file for each resource.
pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    let resources = &context.api.resources;
    if resources.is_empty() {
        return Vec::new();
    }
    let mut files: BTreeMap<String, Part<'_>> = BTreeMap::new();
    let mut more = Vec::new();
    for resource in resources {
        let name = context.names.file(&resource.path);
        let mut parts = parts(context, resource).into_iter();
        let operations = parts.next().unwrap_or_default();
        files.insert(
            name.to_owned(),
            Part {
                resource,
                first: true,
                operations,
            },
        );
        more.extend(parts.map(|operations| (name, resource, operations)));
    }
    for (name, resource, operations) in more {
        let free = (2..).map(|number| format!("{name}_part_{number}"));
        if let Some(file) = free.into_iter().find(|file| !files.contains_key(file)) {
            let first = false;
            files.insert(
                file,
                Part {
                    resource,
                    first,
                    operations,
                },
            );
        }
    }
    let exports = files
        .iter()
        .filter(|(_, part)| part.exports())
        .map(|(file, part)| {
            export(
                file,
                gate::of_resource(context, &part.resource.path).as_ref(),
            )
        });
    let mut modules = vec![Module {
        path: vec!["resources".to_owned()],
        docs: "Resources: groups of operations, reached from the `Client`.".to_owned(),
        undocumented: false,
        public: true,
        gate: None,
        tokens: quote! { #(#exports)* },
    }];
    modules.extend(files.iter().map(|(file, part)| module(context, file, part)));
    modules
}

/// Lines of a file that are still pleasant to read.
const LINES_OF_A_FILE: usize = 600;

/// What one file holds of a resource.
struct Part<'a> {
    resource: &'a Resource,
    /// Whether the client struct itself is here.
    first: bool,
    operations: Vec<&'a Operation>,
}

impl Part<'_> {
    /// Whether there is anything public beside methods.
    fn exports(&self) -> bool {
        let public = |operation: &&Operation| {
            request::is_needed(operation) || outcome::is_by_status(operation)
        };
        self.first || self.operations.iter().any(public)
    }
}

/// The operations of a resource, by file.
fn parts<'a>(context: &Context<'a>, resource: &Resource) -> Vec<Vec<&'a Operation>> {
    let operations = context
        .api
        .operations
        .iter()
        .filter(|operation| operation.resource == resource.path);
    let mut parts = vec![Vec::new()];
    let mut length = 30;
    for operation in operations {
        let lines = lines(operation);
        if length + lines > LINES_OF_A_FILE
            && parts.last().is_some_and(|part: &Vec<_>| !part.is_empty())
        {
            parts.push(Vec::new());
            length = 20;
        }
        length += lines;
        if let Some(part) = parts.last_mut() {
            part.push(operation);
        }
    }
    parts
}

/// About how many lines an operation takes.
fn lines(operation: &Operation) -> usize {
    let described = operation
        .description
        .as_deref()
        .map_or(0, |text| text.lines().count());
    let forms = operation
        .body
        .as_ref()
        .map_or(0, |body| body.forms.len().saturating_sub(1));
    let request = if request::is_needed(operation) { 12 } else { 0 };
    45 + described
        + operation.outcomes.errors.len() * 2
        + operation.optional_parameters().count() * 9
        + (forms + usize::from(operation.stream.is_some())) * 30
        + request
}

fn module(context: &Context<'_>, file: &str, part: &Part<'_>) -> Module {
    let (resource, operations) = (part.resource, &part.operations);
    let scope = Scope::new(context, Place::Resource);
    let client = client(&scope, part);
    let constants = operations
        .iter()
        .map(|operation| operation::constant(&scope, operation));
    let requests = operations.iter().map(|operation| {
        let request = request::tokens(&scope, &resource.type_name, operation);
        let by_status = outcome::by_status(&scope, operation);
        quote! { #request #by_status }
    });
    let items = quote! { #client #(#constants)* #(#requests)* };
    let path = resource.path.join(".");
    Module {
        path: vec!["resources".to_owned(), file.to_owned()],
        docs: if part.first {
            format!("The resource `{path}`.")
        } else {
            format!("More of the resource `{path}`.")
        },
        undocumented: false,
        public: false,
        gate: gate::of_resource(context, &resource.path),
        tokens: scope.file(&items),
    }
}

fn client(scope: &Scope<'_>, part: &Part<'_>) -> TokenStream {
    let resource = part.resource;
    let methods = part
        .operations
        .iter()
        .map(|operation| operation::methods(scope, operation));
    if !part.first {
        let name = scope.emitted("resources", &resource.type_name);
        return quote! { impl #name { #(#methods)* } };
    }
    let name = ident(&resource.type_name);
    let docs = docs(scope.context, resource);
    let client = scope.runtime("Client");
    let children = children(scope.context, &resource.path).map(|child| {
        let ty = scope.emitted("resources", &child.type_name);
        accessor(scope.context, child, &ty, &quote!(self.client))
    });
    let methods = quote! { #(#children)* #(#methods)* };
    let top = resource.path.len() == 1 && scope.context.api.features.is_some();
    // Here it is compiled with the resource.
    let leading = top.then(|| {
        let accessor = accessor(
            scope.context,
            resource,
            &quote!(#name),
            &quote!(self.inner()),
        );
        quote! { impl super::super::Client { #accessor } }
    });
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #name { pub(crate) client: #client }

        impl #name {
            pub(crate) fn new(client: #client) -> Self { Self { client } }

            #methods
        }

        #leading
    }
}

fn docs(context: &Context<'_>, resource: &Resource) -> TokenStream {
    let mut docs = Docs::new(
        resource.description.as_deref(),
        &format!("The operations of `{}`.", resource.path.join(".")),
    );
    docs.text(&format!(
        "Reached by `{}`.",
        path_to(context, &resource.path)
    ));
    if let Some(gate) = gate::of_resource(context, &resource.path) {
        docs.text(&gate::note(&gate));
    }
    docs.tokens()
}

/// How a user gets to a resource: `client.messages().batches()`.
pub(crate) fn path_to(context: &Context<'_>, path: &[String]) -> String {
    let mut text = "client".to_owned();
    for depth in 1..=path.len() {
        let name = path
            .get(..depth)
            .and_then(|path| accessor_name(context, path));
        text.push_str(&format!(".{}()", name.unwrap_or_default()));
    }
    text
}

/// Whether every client has a function of this name.
pub(super) fn is_client_function(name: &str) -> bool {
    matches!(
        name,
        "new" | "builder" | "builder_from_env" | "from_env" | "inner" | "clone"
    )
}

pub(crate) fn accessor_name(context: &Context<'_>, path: &[String]) -> Option<String> {
    let resource = context
        .api
        .resources
        .iter()
        .find(|resource| resource.path == path)?;
    let name = crate::normalize::names::snake(resource.name());
    let taken = resource.path.len() == 1
        && (is_client_function(&name)
            || name.starts_with("with_")
            || (name == "call" && automation::is_automation(context.api)));
    let taken = taken || name == "new";
    Some(if taken {
        format!("{name}_resource")
    } else {
        name
    })
}

/// The resources right below a path, in the document's order.
pub(crate) fn children<'a>(
    context: &Context<'a>,
    path: &'a [String],
) -> impl Iterator<Item = &'a Resource> {
    context.api.resources.iter().filter(move |resource| {
        resource.path.len() == path.len() + 1 && resource.path.starts_with(path)
    })
}

/// The method that leads to a resource, of the type `ty`, from its parent.
pub(crate) fn accessor(
    context: &Context<'_>,
    resource: &Resource,
    ty: &TokenStream,
    client: &TokenStream,
) -> TokenStream {
    let method = ident(&accessor_name(context, &resource.path).unwrap_or_default());
    let own = ident(&resource.type_name);
    let docs = Docs::new(None, &format!("The operations of {}.", link(&own))).tokens();
    quote! {
        #docs
        pub fn #method(&self) -> #ty { #ty::new(#client.clone()) }
    }
}

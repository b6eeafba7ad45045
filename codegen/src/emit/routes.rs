//! The table of other methods and paths, and the setter that puts one in place.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::names::constant_ident;
use super::{Context, Module, Place, Scope, operation, resource};
use crate::model::{Api, Operation, Route};

/// Every route with the operation it is of.
fn routes(api: &Api) -> impl Iterator<Item = (&Operation, &Route)> {
    let operations = api.operations.iter();
    operations.flat_map(|operation| operation.routes.iter().map(move |route| (operation, route)))
}

/// Whether the document has any.
pub(super) fn has_any(api: &Api) -> bool {
    routes(api).next().is_some()
}

/// The `routes` module, when the document has any.
pub(crate) fn module(context: &Context<'_>) -> Option<Module> {
    if !has_any(context.api) {
        return None;
    }
    let scope = Scope::new(context, Place::TopLevel);
    let operation_type = scope.runtime("Operation");
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    let mut items = TokenStream::new();
    for (of, route) in routes(context.api) {
        let numbered = (2..).map(|number| format!("{}_{number}", route.name));
        let mut free = std::iter::once(route.name.clone()).chain(numbered);
        let Some(name) = free.find(|name| taken.insert(name.clone())) else {
            continue;
        };
        let (name, docs) = (constant_ident(&name), docs(context, of, route));
        let value = operation::value(&scope, of, route.method, &route.path);
        items.extend(quote! { #docs pub static #name: #operation_type = #value; });
        names.push(name);
    }
    let ids = context.api.operations.iter().map(|operation| &operation.id);
    let items = quote! {
        #items

        /// All of them.
        pub static ALL: &[&#operation_type] = &[#(&#names),*];

        /// The ids of all operations.
        pub(super) const OPERATIONS: &[&str] = &[#(#ids),*];
    };
    Some(Module {
        path: vec!["routes".to_owned()],
        docs:
            "Other methods and paths that operations were seen at.\n\nEach is put in place of the \
               documented one with `ClientBuilder::route`; where none fits, make an `Operation` \
               with the id of the one it is for."
                .to_owned(),
        public: true,
        gate: None,
        undocumented: false,
        tokens: scope.file(&items),
    })
}

fn docs(context: &Context<'_>, operation: &Operation, route: &Route) -> TokenStream {
    let path = resource::path_to(context, &operation.resource);
    let mut docs = Docs::new(
        None,
        &format!(
            "`{} {}` for `{path}.{}`.",
            route.method.as_str(),
            route.path,
            operation.name
        ),
    );
    if let Some(description) = &route.description {
        docs.markdown(description);
    }
    docs.tokens()
}

/// The setter of the client's builder, when the document has routes.
pub(crate) fn setter(scope: &Scope<'_>) -> Option<TokenStream> {
    if !has_any(scope.context.api) {
        return None;
    }
    let operation_type = scope.runtime("Operation");
    Some(quote! {
        /// Calls an operation by another method and path: one of [`routes`](super::routes), or one
        /// of your own with the id of the operation. The last one given for an id counts; an id
        /// that no operation has is refused by [`build`](Self::build).
        pub fn route(mut self, route: &'static #operation_type) -> Self {
            self.inner = if super::routes::OPERATIONS.contains(&route.id) {
                self.inner.route(route)
            } else {
                self.inner.invalid(format!("there is no operation `{}` to route", route.id))
            };
            self
        }
    })
}

//! The root module of an API: what it is, how to begin, and what a user needs of the runtime.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;

use super::docs::Docs;
use super::{Context, Module, client, example, ident};
use crate::model::{Api, Payload, Primitive, Shape, TypeRef};

pub(crate) fn module(context: &Context<'_>) -> Module {
    let Ok(runtime) = syn::parse_str::<syn::Path>(&context.options.runtime) else {
        return Module {
            path: Vec::new(),
            docs: docs(context),
            undocumented: false,
            public: true,
            gate: None,
            tokens: quote!(),
        };
    };
    let mut by_module: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in exports(context) {
        let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
        if context.taken.contains(name) {
            // The document's own type of that name is what the root shows.
            continue;
        }
        by_module.entry(module).or_default().push(name);
    }
    let exports = by_module.into_iter().map(|(module, names)| {
        let module = module
            .split("::")
            .filter(|segment| !segment.is_empty())
            .map(ident);
        let names = names.into_iter().map(ident);
        quote! { pub use #runtime #(::#module)*::{#(#names),*}; }
    });
    let exports: Vec<_> = exports.collect();
    let allow = context.api.features.is_some().then(|| {
        quote! {
            #[allow(unused_imports, unreachable_pub, reason = "some features bring none")]
        }
    });
    // Names are unique over resources and types, so one path reaches all of them.
    let resources = !context.api.resources.is_empty();
    let resources = resources.then(|| quote! { #allow pub use self::resources::*; });
    let emitted = context.api.types.ids().any(|id| context.emits(id));
    let types = emitted.then(|| quote! { #allow pub use self::types::*; });
    Module {
        path: Vec::new(),
        docs: docs(context),
        undocumented: false,
        public: true,
        gate: None,
        tokens: quote! {
            #(#exports)*
            pub use self::client::{Client, ClientBuilder};
            #resources
            #types
        },
    }
}

fn docs(context: &Context<'_>) -> String {
    let api = context.api;
    let title = client::title(api);
    let version = api.version.trim();
    let first = if version.is_empty() {
        format!("{title}.")
    } else {
        format!("{title}, version {version}.")
    };
    let mut docs = Docs::new(None, &first);
    if let Some(description) = &api.description {
        docs.markdown(description);
    }
    if let Some(example) = example::quick_start(context) {
        docs.section("Quick start", example);
    }
    docs.into_text()
}

/// Items of the runtime that callers meet, by their paths.
fn exports(context: &Context<'_>) -> BTreeSet<&'static str> {
    let api = context.api;
    let mut exports = BTreeSet::from(["ApiError", "Error", "Request", "Response"]);
    if !api.credentials.is_empty() {
        exports.insert("Secret");
    }
    let payloads = api.operations.iter().flat_map(|operation| {
        let outcomes = operation
            .outcomes
            .success
            .iter()
            .map(|outcome| &outcome.payload);
        outcomes.chain(operation.stream.iter().map(|stream| &stream.payload))
    });
    for payload in payloads {
        match payload {
            Payload::Events(_) => exports.insert("events::EventStream"),
            Payload::JsonLines(_) => exports.insert("jsonl::JsonLines"),
            Payload::Bytes => exports.insert("ByteStream"),
            Payload::Records(_) => exports.insert("record::RecordPage"),
            _ => false,
        };
    }
    if api
        .operations
        .iter()
        .any(|operation| operation.pagination.is_some())
    {
        exports.extend(["pages::Items", "pages::Pages"]);
    }
    let parameters = api
        .operations
        .iter()
        .flat_map(|operation| &operation.parameters);
    for parameter in parameters {
        let ty = match &parameter.ty {
            TypeRef::List(inner) => inner,
            other => other,
        };
        match ty {
            TypeRef::Primitive(Primitive::Timestamp) => exports.insert("record::Timestamp"),
            TypeRef::Primitive(Primitive::Upload) => exports.insert("multipart::Upload"),
            _ => false,
        };
    }
    if super::routes::has_any(api) {
        exports.extend(["Method", "Operation"]);
    }
    exports.extend(of_types(context));
    exports
}

/// Items that fields and arguments are made of.
fn of_types(context: &Context<'_>) -> BTreeSet<&'static str> {
    let api: &Api = context.api;
    let mut exports = BTreeSet::new();
    if !context.forms.is_empty() {
        exports.insert("multipart::Upload");
    }
    for (id, def) in api.types.iter().filter(|(id, _)| context.emits(*id)) {
        let Shape::Object(object) = &def.shape else {
            continue;
        };
        if context.forms.contains(&id) {
            continue;
        }
        for field in &object.fields {
            let (ty, nullable) = context.resolve(&field.ty);
            if def.usage.sent && nullable && !field.required && !matches!(ty, TypeRef::Any) {
                exports.insert("maybe::Maybe");
            }
            if matches!(ty, TypeRef::Primitive(Primitive::Base64)) {
                exports.insert("encoding::Base64");
            }
            if matches!(ty, TypeRef::Primitive(Primitive::Secret)) {
                exports.insert("Secret");
            }
        }
    }
    exports
}

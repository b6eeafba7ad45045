//! A connector as data: the list of its operations and triggers, and calling one by name.

use std::collections::BTreeMap;

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::draft::sample;
use super::expression::Expressions;
use super::{Context, Module, Place, Scope, client, docs, ident, resource};
use crate::model::{
    Api, Automation, AutomationKind, Operation, Parameter, Payload, Primitive, Record, Resource,
    Shape, TypeId, TypeRef, Webhook,
};

/// Whether an API is listed as data: it is a connector.
pub(crate) fn is_automation(api: &Api) -> bool {
    let called = api.operations.iter().any(|it| it.automation.is_some());
    called || api.webhooks.iter().any(|it| it.resource.is_some())
}

/// The `automation` module of a connector and, below it, the list.
pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    if !is_automation(context.api) {
        return Vec::new();
    }
    let calling = Module {
        path: vec!["automation".to_owned()],
        docs:
            "What the connector can do and tell of, as a list, and calling it by name: for hosts \
               that run automations from configuration."
                .to_owned(),
        undocumented: false,
        public: true,
        tokens: calling(context),
    };
    let list = Module {
        path: vec!["automation".to_owned(), "operations".to_owned()],
        docs: "The list of operations and triggers.".to_owned(),
        undocumented: false,
        public: false,
        tokens: list(context),
    };
    vec![calling, list]
}

/// An operation that can be called by name, and what an automation sees in it.
type Listed<'a> = (&'a Operation, &'a Automation);

fn listed<'a>(api: &'a Api) -> impl Iterator<Item = Listed<'a>> {
    let operations = api.operations.iter();
    operations.filter_map(|operation| Some((operation, operation.automation.as_ref()?)))
}

/// The inputs of an operation.
fn inputs(operation: &Operation) -> impl Iterator<Item = (&Parameter, &str)> {
    let parameters = operation.parameters.iter();
    parameters.filter_map(|parameter| Some((parameter, parameter.input.as_deref()?)))
}

/// `Client::call`, and a function for each resource that makes the typed call.
fn calling(context: &Context<'_>) -> TokenStream {
    let scope = Scope::new(context, Place::TopLevel);
    let mut by_resource: BTreeMap<&str, Vec<Listed<'_>>> = BTreeMap::new();
    for listed in listed(context.api) {
        by_resource
            .entry(&listed.1.resource)
            .or_default()
            .push(listed);
    }
    let resources: Vec<_> = by_resource
        .iter()
        .filter_map(|(handle, operations)| {
            let path = &operations.first()?.0.resource;
            let mut resources = context.api.resources.iter();
            let resource = resources.find(|resource| resource.path == *path)?;
            let function = ident(&format!("call_{}", context.names.file(path)));
            Some((*handle, resource, function, operations))
        })
        .collect();
    let arms = resources.iter().map(|(handle, resource, function, _)| {
        let accessor = accessor(context, resource);
        quote!(#handle => #function(&self.#accessor(), &mut given),)
    });
    let functions = resources.iter().map(|(_, resource, function, operations)| {
        let client = ident(&resource.type_name);
        let arms = operations.iter().map(|(operation, _)| {
            let (handle, call) = (&operation.id, arm(&scope, operation));
            quote!(#handle => #call)
        });
        quote! {
            fn #function(
                client: &super::resources::#client,
                given: &mut Given,
            ) -> Result<Call, CallError> {
                match given.operation().handle {
                    #(#arms)*
                    _ => Err(given.unknown()),
                }
            }
        }
    });
    let functions: Vec<_> = functions.collect();
    let docs = call_docs(context);
    let arms: Vec<_> = arms.collect();
    // Without operations nothing is ever taken from the inputs.
    let mutable = (!arms.is_empty()).then(|| quote!(mut));
    let items = quote! {
        impl super::Client {
            #docs
            pub fn call(
                &self,
                operation: &str,
                inputs: impl Into<Inputs>,
            ) -> Result<Call, CallError> {
                let #mutable given = inputs.into().of(OPERATIONS, operation)?;
                match given.operation().resource {
                    #(#arms)*
                    _ => Err(given.unknown()),
                }
            }
        }

        #(#functions)*
    };
    let file = scope.file(&items);
    let runtime = syn::parse_str::<syn::Path>(&context.options.runtime).ok();
    // A resource may be called like one of these: its client is mentioned by its path.
    let exports = runtime.map(|runtime| {
        let given = (!functions.is_empty()).then(|| quote! { use #runtime::automation::Given; });
        quote! {
            #given
            pub use #runtime::automation::{
                Call, CallError, Input, Inputs, Kind, Operation, Output, OutputStream, Outputs,
                ValueType,
            };
        }
    });
    quote! { #exports pub use self::operations::OPERATIONS; #file }
}

fn accessor(context: &Context<'_>, resource: &Resource) -> Ident {
    let path = resource::path_to(context, &resource.path);
    let name = path.rsplit('.').next().unwrap_or_default();
    ident(name.trim_end_matches("()"))
}

/// The typed call of an operation with arguments from its inputs.
fn arm(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let method = ident(&operation.name);
    let required = inputs(operation).filter(|(parameter, _)| parameter.required);
    let arguments = required.map(|(parameter, input)| {
        let ty = scope.ty(&parameter.ty);
        quote!(given.required::<#ty>(#input)?)
    });
    let request = quote!(client.#method(#(#arguments),*));
    let optional = inputs(operation).filter(|(parameter, _)| !parameter.required);
    let setters: Vec<_> = optional
        .map(|(parameter, input)| {
            let (ty, setter) = (scope.ty(&parameter.ty), ident(&parameter.name));
            quote! {
                if let Some(value) = given.optional::<#ty>(#input)? {
                    request = request.#setter(value);
                }
            }
        })
        .collect();
    let list = matches!(payload(operation), Some(Payload::Records(_)));
    let made = |request: TokenStream| match (list, operation.pagination.is_some()) {
        (true, true) => quote!(Ok(Call::pages(given, #request.pages()))),
        (true, false) => quote!(Ok(Call::page(given, #request))),
        (false, _) => quote!(Ok(Call::record(given, #request))),
    };
    if inputs(operation).next().is_none() {
        let made = made(request);
        return quote!(#made,);
    }
    let mutable = (!setters.is_empty()).then(|| quote!(mut));
    let made = made(quote!(request));
    quote!({ let #mutable request = #request; #(#setters)* #made })
}

fn payload(operation: &Operation) -> Option<&Payload> {
    let outcome = operation.outcomes.success.first();
    outcome.map(|outcome| &outcome.payload)
}

fn call_docs(context: &Context<'_>) -> TokenStream {
    let mut docs = docs::Docs::new(
        None,
        "An operation of [`OPERATIONS`] by its handle, with a JSON object of its inputs: checked, \
         and ready to be sent.",
    );
    docs.text(
        "# Errors\nThere is no such operation, an input is missing, unknown or of another type. \
         Nothing was sent then.",
    );
    if let Some((operation, _)) = listed(context.api).next() {
        docs.section("Example", example(context, operation));
    }
    docs.tokens()
}

fn example(context: &Context<'_>, operation: &Operation) -> Vec<String> {
    let expressions = Expressions::new(context);
    let (client, handle) = (client::example(context, &expressions), &operation.id);
    let values = inputs(operation).filter(|(parameter, _)| parameter.required);
    let values = values.map(|(parameter, input)| {
        let file = matches!(&parameter.ty, TypeRef::Primitive(Primitive::Upload));
        let value = if file {
            serde_json::json!({ "name": "file.txt", "text": "content" })
        } else {
            sample(context, &parameter.ty, input)
        };
        (input.to_owned(), value)
    });
    let values = expressions.json(&Value::Object(values.collect()));
    expressions.render(&quote! {
        let client = #client;
        let call = client.call(#handle, #values)?;
        for outputs in call.await?.into_inner() {
            println!("{:?}", outputs.values);
        }
    })
}

/// The list: a constant with the outputs of each record, then the operations, then the triggers.
fn list(context: &Context<'_>) -> TokenStream {
    let scope = Scope::new(context, Place::Resource);
    let api = context.api;
    let mut records: Vec<TypeId> = Vec::new();
    let used = listed(api).filter_map(|(operation, _)| payload_record(operation));
    for record in used.chain(api.webhooks.iter().filter_map(trigger_record)) {
        if !records.contains(&record) {
            records.push(record);
        }
    }
    let outputs = records.iter().filter_map(|id| outputs(&scope, *id));
    let outputs: Vec<_> = outputs.collect();
    let operations = listed(api).map(|listed| operation(&scope, listed));
    let operations: Vec<_> = operations.collect();
    let triggers = api.webhooks.iter().filter_map(|it| trigger(&scope, it));
    let triggers: Vec<_> = triggers.collect();
    let ty = scope.runtime("automation::Operation");
    let items = quote! {
        /// Every operation, and every trigger.
        pub static OPERATIONS: &[#ty] = &[#(#operations,)* #(#triggers,)*];

        #(#outputs)*
    };
    scope.file(&items)
}

fn payload_record(operation: &Operation) -> Option<TypeId> {
    match payload(operation)? {
        Payload::Record(TypeRef::Named(id)) | Payload::Records(TypeRef::Named(id)) => Some(*id),
        _ => None,
    }
}

fn trigger_record(webhook: &Webhook) -> Option<TypeId> {
    match &webhook.payload {
        TypeRef::Named(id) => Some(*id),
        _ => None,
    }
}

fn record<'a>(scope: &Scope<'a>, id: TypeId) -> Option<&'a Record> {
    match &scope.context.api.types.get(id).shape {
        Shape::Record(record) => Some(record),
        _ => None,
    }
}

fn constant(scope: &Scope<'_>, id: TypeId) -> Ident {
    let name = scope.context.api.types.get(id).name.to_shouty_snake_case();
    ident(&format!("{name}_OUTPUTS"))
}

fn outputs(scope: &Scope<'_>, id: TypeId) -> Option<TokenStream> {
    let fields = &record(scope, id)?.fields;
    if fields.is_empty() {
        return None;
    }
    let (name, output) = (constant(scope, id), scope.runtime("automation::Output"));
    let fields = fields.iter().map(|field| {
        let (wire, ty) = (&field.wire, value_type(scope, &field.ty));
        let description = field.description.as_deref().unwrap_or_default();
        quote!(#output::new(#wire, #ty, #description))
    });
    Some(quote! { const #name: &[#output] = &[#(#fields),*]; })
}

/// `.outputs(NAME)`, when there are any.
fn with_outputs(scope: &Scope<'_>, id: Option<TypeId>) -> Option<TokenStream> {
    let id = id.filter(|id| record(scope, *id).is_some_and(|record| !record.fields.is_empty()))?;
    let name = constant(scope, id);
    Some(quote!(.outputs(#name)))
}

fn operation(scope: &Scope<'_>, (operation, automation): Listed<'_>) -> TokenStream {
    let (handle, resource) = (&operation.id, &automation.resource);
    let kind = kind(
        scope,
        match automation.kind {
            AutomationKind::Action => "Action",
            AutomationKind::Query => "Query",
        },
    );
    let description = operation.summary.as_deref().unwrap_or_default();
    let ty = scope.runtime("automation::Operation");
    let list = matches!(payload(operation), Some(Payload::Records(_))).then(|| quote!(.list()));
    let inputs: Vec<_> = inputs(operation)
        .map(|(parameter, name)| input(scope, parameter, name))
        .collect();
    let inputs = (!inputs.is_empty()).then(|| quote!(.inputs(&[#(#inputs),*])));
    let outputs = with_outputs(scope, payload_record(operation));
    quote!(#ty::new(#handle, #resource, #kind, #description)#list #inputs #outputs)
}

fn trigger(scope: &Scope<'_>, webhook: &Webhook) -> Option<TokenStream> {
    let (event, resource) = (&webhook.event, webhook.resource.as_ref()?);
    let (ty, kind) = (
        scope.runtime("automation::Operation"),
        kind(scope, "Trigger"),
    );
    let description = webhook.description.as_deref().unwrap_or_default();
    let outputs = with_outputs(scope, trigger_record(webhook));
    Some(quote!(#ty::new(#event, #resource, #kind, #description)#outputs))
}

fn kind(scope: &Scope<'_>, name: &str) -> TokenStream {
    let (kind, name) = (scope.runtime("automation::Kind"), ident(name));
    quote!(#kind::#name)
}

fn input(scope: &Scope<'_>, parameter: &Parameter, name: &str) -> TokenStream {
    let (input, ty) = (
        scope.runtime("automation::Input"),
        value_type(scope, &parameter.ty),
    );
    let description = parameter.description.as_deref().unwrap_or_default();
    let new = ident(if parameter.required {
        "required"
    } else {
        "optional"
    });
    let default = parameter.default.as_ref().map(|default| {
        let json = default.to_string();
        quote!(.default(#json))
    });
    quote!(#input::#new(#name, #ty, #description)#default)
}

fn value_type(scope: &Scope<'_>, ty: &TypeRef) -> TokenStream {
    let name = match ty {
        TypeRef::Primitive(Primitive::Int64) => "Integer",
        TypeRef::Primitive(Primitive::Double) => "Float",
        TypeRef::Primitive(Primitive::Bool) => "Boolean",
        TypeRef::Primitive(Primitive::DateTime | Primitive::Timestamp) => "DateTime",
        TypeRef::Primitive(Primitive::Upload) => "File",
        TypeRef::Primitive(_) => "String",
        TypeRef::List(inner) if **inner == TypeRef::Primitive(Primitive::Upload) => "Files",
        TypeRef::List(_) => "Array",
        _ => "Json",
    };
    let (ty, name) = (scope.runtime("automation::ValueType"), ident(name));
    quote!(#ty::#name)
}

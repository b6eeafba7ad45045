//! A connector as data: the list of its operations and triggers, and calling one by name.

use std::collections::BTreeMap;

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::draft::sample;
use super::expression::Expressions;
use super::{Context, Module, Place, Scope, client, docs, gate, ident, resource};
use crate::model::{
    Api, Automation, AutomationKind, Operation, Parameter, Payload, Primitive, Record, Resource,
    Shape, TypeId, TypeRef, Webhook,
};

/// Whether an API is listed as data: it is a connector.
pub(crate) fn is_automation(api: &Api) -> bool {
    let called = api.operations.iter().any(|it| it.automation.is_some());
    called || api.webhooks.iter().any(|it| it.resource.is_some())
}

/// The `automation` module of a connector and, below it, the list and the calls of each resource.
pub(crate) fn modules(context: &Context<'_>) -> Vec<Module> {
    if !is_automation(context.api) {
        return Vec::new();
    }
    let resources = resources(context);
    let calling = Module {
        path: vec!["automation".to_owned()],
        docs:
            "What the connector can do and tell of, as a list, and calling it by name: for hosts \
               that run automations from configuration."
                .to_owned(),
        undocumented: false,
        public: true,
        gate: None,
        tokens: calling(context, &resources),
    };
    let list = Module {
        path: vec!["automation".to_owned(), "operations".to_owned()],
        docs: "The list of operations and triggers.".to_owned(),
        undocumented: false,
        public: false,
        gate: None,
        tokens: list(context),
    };
    let calls = resources.iter().map(|resource| calls(context, resource));
    [calling, list].into_iter().chain(calls).collect()
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

/// A resource with operations that can be called by name.
struct Called<'a> {
    /// Its name in the document.
    handle: &'a str,
    resource: &'a Resource,
    operations: Vec<&'a Operation>,
    /// The module that calls them.
    module: String,
}

fn resources<'a>(context: &Context<'a>) -> Vec<Called<'a>> {
    let mut by_resource: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for (operation, automation) in listed(context.api) {
        let operations = by_resource.entry(&automation.resource).or_default();
        operations.push(operation);
    }
    let called = by_resource.into_iter().filter_map(|(handle, operations)| {
        let path = &operations.first()?.resource;
        let mut resources = context.api.resources.iter();
        Some(Called {
            handle,
            resource: resources.find(|resource| resource.path == *path)?,
            operations,
            module: format!("call_{}", context.names.file(path)),
        })
    });
    called.collect()
}

/// `Client::call`.
fn calling(context: &Context<'_>, resources: &[Called<'_>]) -> TokenStream {
    let scope = Scope::new(context, Place::TopLevel);
    let arms = resources.iter().map(|called| {
        let (handle, module) = (called.handle, ident(&called.module));
        let accessor = accessor(context, called.resource);
        let gate = gate::of_resource(context, &called.resource.path);
        let gate = gate::attribute(gate.as_ref());
        quote!(#gate #handle => #module::call(&self.#accessor(), given),)
    });
    let docs = call_docs(context);
    let items = quote! {
        impl super::Client {
            #docs
            pub fn call(
                &self,
                operation: &str,
                inputs: impl Into<Inputs>,
            ) -> Result<Call, CallError> {
                let given = inputs.into().of(OPERATIONS, operation)?;
                match given.operation().resource {
                    #(#arms)*
                    _ => Err(given.unknown()),
                }
            }
        }
    };
    let file = scope.file(&items);
    let runtime = syn::parse_str::<syn::Path>(&context.options.runtime).ok();
    let exports = runtime.map(|runtime| {
        quote! {
            pub use #runtime::automation::{
                Call, CallError, Input, Inputs, Kind, Operation, Output, OutputStream, Outputs,
                ValueType,
            };
        }
    });
    quote! { #exports pub use self::operations::OPERATIONS; #file }
}

/// The typed calls of the operations of a resource.
fn calls(context: &Context<'_>, called: &Called<'_>) -> Module {
    let scope = Scope::new(context, Place::Resource);
    let [call, error, given] =
        ["Call", "CallError", "Given"].map(|name| scope.runtime(&format!("automation::{name}")));
    let client = ident(&called.resource.type_name);
    // Without inputs nothing is ever taken from them.
    let takes = |operation: &&Operation| inputs(operation).next().is_some();
    let mutable = called.operations.iter().any(takes).then(|| quote!(mut));
    let arms = called.operations.iter().map(|operation| {
        let (handle, call) = (&operation.id, arm(&scope, operation));
        quote!(#handle => #call)
    });
    let items = quote! {
        pub(super) fn call(
            client: &super::super::resources::#client,
            #mutable given: #given,
        ) -> Result<#call, #error> {
            match given.operation().handle {
                #(#arms)*
                _ => Err(given.unknown()),
            }
        }
    };
    Module {
        path: vec!["automation".to_owned(), called.module.clone()],
        docs: format!("Calls of the operations of `{}`.", called.handle),
        undocumented: false,
        public: false,
        gate: gate::of_resource(context, &called.resource.path),
        tokens: scope.file(&items),
    }
}

fn accessor(context: &Context<'_>, resource: &Resource) -> Ident {
    let path = resource::path_to(context, &resource.path);
    let name = path.rsplit('.').next().unwrap_or_default();
    ident(name.trim_end_matches("()"))
}

/// The typed call of an operation with arguments from its inputs.
fn arm(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let (method, call) = (ident(&operation.name), scope.runtime("automation::Call"));
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
        (true, true) => quote!(Ok(#call::pages(&given, #request.pages()))),
        (true, false) => quote!(Ok(#call::page(&given, #request))),
        (false, _) => quote!(Ok(#call::record(&given, #request))),
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
    let api = context.api;
    let mut records: Vec<TypeId> = Vec::new();
    let used = listed(api).filter_map(|(operation, _)| payload_record(operation));
    for record in used.chain(api.webhooks.iter().filter_map(trigger_record)) {
        if !records.contains(&record) {
            records.push(record);
        }
    }
    let outputs = records.iter().filter_map(|id| outputs(context, *id));
    let operations = listed(api).map(|listed| {
        let gate = gate::of_resource(context, &listed.0.resource);
        let (gate, operation) = (gate::attribute(gate.as_ref()), operation(context, listed));
        quote!(#gate #operation)
    });
    let gate = gate::attribute(gate::of_webhooks(context).as_ref());
    let triggers = api.webhooks.iter().filter_map(|it| trigger(context, it));
    let triggers = triggers.map(|trigger| quote!(#gate #trigger));
    // What is mentioned depends on the cargo features.
    let runtime = syn::parse_str::<syn::Path>(&context.options.runtime).ok();
    let uses = runtime.map(|runtime| quote! { use #runtime::automation::*; });
    quote! {
        #uses

        /// Every operation, and every trigger.
        pub static OPERATIONS: &[Operation] = &[#(#operations,)* #(#triggers,)*];

        #(#outputs)*
    }
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

fn record<'a>(context: &Context<'a>, id: TypeId) -> Option<&'a Record> {
    match &context.api.types.get(id).shape {
        Shape::Record(record) => Some(record),
        _ => None,
    }
}

fn constant(context: &Context<'_>, id: TypeId) -> Ident {
    let name = context.api.types.get(id).name.to_shouty_snake_case();
    ident(&format!("{name}_OUTPUTS"))
}

fn outputs(context: &Context<'_>, id: TypeId) -> Option<TokenStream> {
    let fields = &record(context, id)?.fields;
    if fields.is_empty() {
        return None;
    }
    let name = constant(context, id);
    let fields = fields.iter().map(|field| {
        let (wire, ty) = (&field.wire, value_type(&field.ty));
        let description = field.description.as_deref().unwrap_or_default();
        quote!(Output::new(#wire, #ty, #description))
    });
    let gate = gate::attribute(gate::of_type(context, id));
    Some(quote! { #gate const #name: &[Output] = &[#(#fields),*]; })
}

/// `.outputs(NAME)`, when there are any.
fn with_outputs(context: &Context<'_>, id: Option<TypeId>) -> Option<TokenStream> {
    let has_any = |id: &TypeId| record(context, *id).is_some_and(|it| !it.fields.is_empty());
    let name = constant(context, id.filter(has_any)?);
    Some(quote!(.outputs(#name)))
}

fn operation(context: &Context<'_>, (operation, automation): Listed<'_>) -> TokenStream {
    let (handle, resource) = (&operation.id, &automation.resource);
    let kind = match automation.kind {
        AutomationKind::Action => quote!(Kind::Action),
        AutomationKind::Query => quote!(Kind::Query),
    };
    let description = operation.summary.as_deref().unwrap_or_default();
    let list = matches!(payload(operation), Some(Payload::Records(_))).then(|| quote!(.list()));
    let inputs: Vec<_> = inputs(operation)
        .map(|(parameter, name)| input(parameter, name))
        .collect();
    let inputs = (!inputs.is_empty()).then(|| quote!(.inputs(&[#(#inputs),*])));
    let outputs = with_outputs(context, payload_record(operation));
    quote!(Operation::new(#handle, #resource, #kind, #description)#list #inputs #outputs)
}

fn trigger(context: &Context<'_>, webhook: &Webhook) -> Option<TokenStream> {
    let (event, resource) = (&webhook.event, webhook.resource.as_ref()?);
    let description = webhook.description.as_deref().unwrap_or_default();
    let outputs = with_outputs(context, trigger_record(webhook));
    Some(quote!(Operation::new(#event, #resource, Kind::Trigger, #description)#outputs))
}

fn input(parameter: &Parameter, name: &str) -> TokenStream {
    let ty = value_type(&parameter.ty);
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
    quote!(Input::#new(#name, #ty, #description)#default)
}

fn value_type(ty: &TypeRef) -> TokenStream {
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
    let name = ident(name);
    quote!(ValueType::#name)
}

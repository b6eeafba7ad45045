//! Request structs: what a caller can refine about an operation before awaiting it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::docs::{self, Docs};
use super::names::operator_name;
use super::operation::{Call, calls, form_tokens, is_paged};
use super::outcome::Output;
use super::parameter::{self, input};
use super::{Scope, ident, json, template};
use crate::model::{BodyContent, Operation, Parameter, Payload, Primitive, TypeRef};

/// Whether an operation has a request struct: there is something to chain.
pub(crate) fn is_needed(operation: &Operation) -> bool {
    let paged = operation.pagination.is_some()
        && operation.outcomes.success.len() == 1
        && matches!(
            operation
                .outcomes
                .success
                .first()
                .map(|outcome| &outcome.payload),
            Some(Payload::Json(_) | Payload::Records(_))
        );
    paged || operation.optional_parameters().next().is_some() || optional_body(operation).is_some()
}

fn optional_body(operation: &Operation) -> Option<&crate::model::BodyForm> {
    let body = operation.body.as_ref().filter(|body| !body.required)?;
    body.forms.first().filter(|form| !is_built(&form.content))
}

/// The type of the request struct of one call.
pub(crate) fn type_of(scope: &Scope<'_>, operation: &Operation, output: &Output) -> TokenStream {
    let name = ident(&operation.request_name);
    if is_plain_output(scope, operation, output) {
        return quote!(#name);
    }
    let (ty, format) = (&output.ty, output.format(scope));
    quote!(#name<#ty, #format>)
}

/// Whether this output is the one the struct has when no type is said.
fn is_plain_output(scope: &Scope<'_>, operation: &Operation, output: &Output) -> bool {
    operation.stream.is_none()
        || super::outcome::output(scope, operation).ty.to_string() == output.ty.to_string()
}

/// The struct made from a request.
pub(crate) fn value(scope: &Scope<'_>, operation: &Operation, built: &TokenStream) -> TokenStream {
    let name = ident(&operation.request_name);
    let Some(_) = rebuilt(operation) else {
        return quote!(#name { request: #built });
    };
    let fields = body_parameters(operation).map(|parameter| {
        let field = ident(&parameter.name);
        if parameter.required {
            quote!(#field)
        } else {
            let initial = initial(scope, parameter);
            quote!(#field: #initial)
        }
    });
    quote!(#name { request: #built, #(#fields),* }.with_body())
}

/// Whether a body is built from parameters.
pub(crate) fn is_built(content: &BodyContent) -> bool {
    matches!(content, BodyContent::Template(_) | BodyContent::Parts(_))
}

/// A body that is built from parameters some of which are chained: all are kept, and it is built
/// anew when one changes.
fn rebuilt(operation: &Operation) -> Option<&BodyContent> {
    body_parameters(operation).find(|parameter| !parameter.required)?;
    let forms = &operation.body.as_ref()?.forms;
    let mut contents = forms.iter().map(|form| &form.content);
    contents.find(|content| is_built(content))
}

/// The call that sets a body whose parameters are all arguments.
pub(crate) fn built(
    scope: &Scope<'_>,
    operation: &Operation,
    content: &BodyContent,
) -> TokenStream {
    if rebuilt(operation).is_some() {
        return TokenStream::new();
    }
    set_body(operation, content, &build(scope, operation, content))
}

/// The expression of a body that is built from parameters.
fn build(scope: &Scope<'_>, operation: &Operation, content: &BodyContent) -> TokenStream {
    match content {
        BodyContent::Template(body) => template::json_body(body, operation, scope),
        BodyContent::Parts(parts) => template::form(parts, operation, scope),
        _ => TokenStream::new(),
    }
}

/// The call that sets a body.
fn set_body(operation: &Operation, content: &BodyContent, body: &TokenStream) -> TokenStream {
    if matches!(content, BodyContent::Parts(_)) {
        return quote!(.multipart_body(#body));
    }
    let media_type = media_type(operation);
    quote!(.json_body(&#body)#media_type)
}

fn body_parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation
        .parameters
        .iter()
        .filter(|parameter| parameter.is_in_body())
}

/// The value of a chained parameter of a template that the caller does not give.
fn initial(scope: &Scope<'_>, parameter: &Parameter) -> TokenStream {
    let Some(default) = parameter
        .default
        .as_ref()
        .filter(|default| !default.is_null())
    else {
        return quote!(None);
    };
    let json = |value: &Value| {
        let (value, serde_json) = (json::tokens(value), scope.runtime("serde_json"));
        quote!(#serde_json::json!(#value))
    };
    match (scope.context.api.types.resolve(&parameter.ty), default) {
        (TypeRef::Primitive(Primitive::Double), Value::Number(number)) => {
            let number = number
                .as_f64()
                .filter(|number| number.is_finite())
                .unwrap_or_default();
            let number = proc_macro2::Literal::f64_unsuffixed(number);
            quote!(#number)
        }
        (TypeRef::Primitive(Primitive::Timestamp), Value::String(text)) => {
            let timestamp = scope.runtime("record::Timestamp");
            quote!(#timestamp::from_static(#text))
        }
        (TypeRef::List(_), Value::Array(items)) if items.is_empty() => quote!(Vec::new()),
        (TypeRef::List(_), Value::Array(items)) => {
            let items = items.iter().map(json);
            quote!(vec![#(#items),*])
        }
        (TypeRef::Any, default) => json(default),
        (_, Value::String(text)) if text.is_empty() => quote!(String::new()),
        (_, default) => match parameter::plain(default) {
            Some(value) if super::arguments::converts(scope, &parameter.ty) => {
                quote!(#value.into())
            }
            Some(value) => value,
            None => json(default),
        },
    }
}

fn has_default(parameter: &Parameter) -> bool {
    parameter
        .default
        .as_ref()
        .is_some_and(|default| !default.is_null())
}

/// The struct, its chained methods, and how it is sent.
pub(crate) fn tokens(scope: &Scope<'_>, resource: &str, operation: &Operation) -> TokenStream {
    if !is_needed(operation) {
        return TokenStream::new();
    }
    let name = ident(&operation.request_name);
    let calls = calls(scope, operation);
    let (generics, request_type) = parameters(scope, &calls);
    let method = calls
        .first()
        .map(|call| call.name.to_string())
        .unwrap_or_default();
    let docs = Docs::new(
        None,
        &format!(
            "A request of [`{resource}::{0}`]: awaited as it is, or refined first.",
            method.trim_start_matches("r#")
        ),
    )
    .tokens();
    let fields = rebuilt(operation)
        .into_iter()
        .flat_map(|_| body_parameters(operation))
        .map(|parameter| {
            let (name, ty) = (
                ident(&parameter.name),
                scope.ty(parameter.ty.split_nullable().0),
            );
            if parameter.required || has_default(parameter) {
                quote!(#name: #ty,)
            } else {
                quote!(#name: Option<#ty>,)
            }
        });
    let fields: Vec<_> = fields.collect();
    let setters = operation
        .optional_parameters()
        .map(|parameter| setter(scope, parameter));
    let body = body_setter(scope, operation);
    let with_body = with_body(scope, operation);
    let setters = quote! { #(#setters)* #body #with_body };
    let (impl_generics, type_generics) = if generics.is_empty() {
        (TokenStream::new(), TokenStream::new())
    } else {
        (quote!(<T, F>), quote!(<T, F>))
    };
    let setters = if setters.is_empty() {
        setters
    } else {
        quote! { impl #impl_generics #name #type_generics { #setters } }
    };
    let sending = sending(scope, operation, &name, &calls);
    quote! {
        #docs
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is awaited"]
        pub struct #name #generics { request: #request_type, #(#fields)* }

        #setters
        #sending
    }
}

/// The generics of the struct, and the type of the request in it. An operation that can also be
/// streamed has one struct for both answers.
fn parameters(scope: &Scope<'_>, calls: &[Call<'_>]) -> (TokenStream, TokenStream) {
    let outputs = outputs(calls);
    match outputs.as_slice() {
        [] => (TokenStream::new(), TokenStream::new()),
        [one] => (TokenStream::new(), one.request(scope)),
        [first, ..] => {
            let request = scope.runtime("Request");
            let (ty, format) = (&first.ty, first.format(scope));
            (quote!(<T = #ty, F = #format>), quote!(#request<T, F>))
        }
    }
}

/// The different outputs of the calls of an operation.
fn outputs<'a>(calls: &'a [Call<'_>]) -> Vec<&'a Output> {
    let mut outputs: Vec<&Output> = Vec::new();
    for call in calls {
        if !outputs
            .iter()
            .any(|known| known.ty.to_string() == call.output.ty.to_string())
        {
            outputs.push(&call.output);
        }
    }
    outputs
}

fn sending(
    scope: &Scope<'_>,
    operation: &Operation,
    name: &Ident,
    calls: &[Call<'_>],
) -> TokenStream {
    let outputs = outputs(calls);
    let paged = calls.iter().find(|call| is_paged(operation, call));
    let requests = match outputs.as_slice() {
        [page] if paged.is_some() => {
            let (impl_list_request, page) = (scope.runtime("impl_list_request"), &page.ty);
            return quote! { #impl_list_request!(#name, #page); };
        }
        [output] => {
            let (impl_request, ty, format) = (
                scope.runtime("impl_request"),
                &output.ty,
                output.format(scope),
            );
            quote! { #impl_request!(#name, #ty, #format); }
        }
        _ => generic_sending(scope, name),
    };
    let pages = paged.map(|call| {
        let (impl_pages, page) = (scope.runtime("impl_pages"), &call.output.ty);
        quote! { #impl_pages!(#name, #page); }
    });
    quote! { #requests #pages }
}

/// How a request struct of several answers is refined and sent.
fn generic_sending(scope: &Scope<'_>, name: &Ident) -> TokenStream {
    let (format, methods) = (scope.runtime("Format"), scope.runtime("request_methods"));
    let into_future = scope.item("std::future::IntoFuture");
    let sending = scope.runtime("Sending");
    let (response, error) = (scope.runtime("Response"), scope.runtime("Error"));
    quote! {
        impl<T, F: #format<T>> #name<T, F> { #methods!(T, F); }

        impl<T, F: #format<T>> #into_future for #name<T, F> {
            type Output = Result<#response<T>, #error>;
            type IntoFuture = #sending<T, F>;

            fn into_future(self) -> Self::IntoFuture { self.request.send() }
        }
    }
}

fn setter(scope: &Scope<'_>, parameter: &Parameter) -> TokenStream {
    let input = input(scope, parameter);
    let name = &input.name;
    let mut docs = Docs::new(
        parameter.description.as_deref(),
        &format!("Sets `{}`.", parameter.wire),
    );
    docs.limits(&parameter.constraints, parameter.default.as_ref());
    let (docs, deprecated) = (docs.tokens(), docs::deprecated(parameter.deprecated));
    let declaration = input.declaration();
    let binding = &input.binding;
    let change = match &input.call {
        Some(call) if parameter.is_in_body() => {
            let value = if has_default(parameter) {
                quote!(#name)
            } else {
                quote!(Some(#name))
            };
            quote! {
                #binding
                self.request = self.request #call;
                self.#name = #value;
                self.with_body()
            }
        }
        Some(call) => quote! { #binding self.request = self.request #call; self },
        None => {
            let value =
                super::arguments::argument(scope, parameter.ty.split_nullable().0, name).value;
            let value = if has_default(parameter) {
                value
            } else {
                quote!(Some(#value))
            };
            quote! { self.#name = #value; self.with_body() }
        }
    };
    let operator = operator_name(name);
    let inline = super::object::inline(&declaration);
    quote! {
        #docs #deprecated #operator #inline
        pub fn #name(mut self, #declaration) -> Self { #change }
    }
}

fn body_setter(scope: &Scope<'_>, operation: &Operation) -> Option<TokenStream> {
    let form = optional_body(operation)?;
    let tokens = form_tokens(scope, form, &[]);
    let (argument, call) = (tokens.argument?, tokens.call);
    let description = operation
        .body
        .as_ref()
        .and_then(|body| body.description.as_deref());
    let docs = Docs::new(description, "Sets the body.").tokens();
    let inline = super::object::inline(&argument);
    Some(quote! {
        #docs #inline
        pub fn body(mut self, #argument) -> Self { self.request = self.request #call; self }
    })
}

/// The header of a JSON body that has another media type than JSON has by itself.
fn media_type(operation: &Operation) -> Option<TokenStream> {
    let form = operation.body.as_ref()?.forms.first()?;
    let media_type =
        Some(&form.media_type).filter(|media_type| *media_type != "application/json")?;
    Some(quote!(.header_param("content-type", #media_type)))
}

/// Builds the body anew from the parameters as they are now.
fn with_body(scope: &Scope<'_>, operation: &Operation) -> Option<TokenStream> {
    let content = rebuilt(operation)?;
    let body = build(scope, operation, content);
    let names = body_parameters(operation).map(|parameter| ident(&parameter.name));
    let set_body = set_body(operation, content, &quote!(body));
    Some(quote! {
        fn with_body(mut self) -> Self {
            let Self { #(#names,)* request: _ } = &self;
            let body = #body;
            self.request = self.request #set_body;
            self
        }
    })
}

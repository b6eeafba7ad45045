//! Operations: a constant, a method of the resource's client for each form the call can take, and
//! a struct for the request when there is something to refine.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::docs::deprecated;
use super::names::constant_ident;
use super::outcome::{self, Output};
use super::parameter::{self, Input};
use super::{Scope, ident, method_docs, record, request};
use crate::model::{
    Api, BodyContent, BodyForm, HttpMethod, Latency, Operation, PageStyle, Pagination, Payload,
    Primitive, TypeRef,
};

/// The constant that fixes what never changes about an operation.
pub(crate) fn constant(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let name = constant_ident(&operation.name);
    let operation_type = scope.runtime("Operation");
    let value = value(scope, operation, operation.method, &operation.path);
    quote! { static #name: #operation_type = #value; }
}

/// What never changes about an operation that is called by this method and path.
pub(crate) fn value(
    scope: &Scope<'_>,
    operation: &Operation,
    method: HttpMethod,
    path: &str,
) -> TokenStream {
    let operation_type = scope.runtime("Operation");
    let id = &operation.id;
    let method = ident(&method.as_str().to_lowercase());
    let latency = operation.latency.map(|latency| {
        let latency_type = scope.runtime("Latency");
        let latency = ident(match latency {
            Latency::Fast => "Fast",
            Latency::Medium => "Medium",
            Latency::Slow => "Slow",
            Latency::Streaming => "Streaming",
        });
        quote!(.latency(#latency_type::#latency))
    });
    let unauthenticated = (!operation.authenticated).then(|| quote!(.unauthenticated()));
    let never_retry = operation.never_retry.then(|| quote!(.never_retry()));
    let reconnecting = operation.reconnects.then(|| quote!(.reconnecting()));
    let check = operation.check.as_ref().map(|path| {
        let path = syn::parse_str::<syn::Path>(path).ok();
        quote!(.check(#path))
    });
    quote! {
        #operation_type::#method(#id, #path)
            #latency #unauthenticated #never_retry #reconnecting #check
    }
}

/// Every method of an operation.
pub(crate) fn methods(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    let calls = calls(scope, operation);
    let methods = calls.iter().map(|call| method(scope, operation, call));
    quote! { #(#methods)* }
}

/// One way to call an operation.
pub(crate) struct Call<'a> {
    pub(crate) name: Ident,
    pub(crate) form: Option<&'a BodyForm>,
    pub(crate) output: Output,
    pub(crate) payload: Option<&'a Payload>,
    /// What tells this way from the first one, in words.
    pub(crate) variant: Option<&'static str>,
    /// Members of the body that this call sets.
    pub(crate) set: &'a [(String, Value)],
}

/// What tells the call that asks for a stream from the first one.
const AS_A_STREAM: &str = "as a stream";

impl Call<'_> {
    /// Whether it asks for a stream instead.
    pub(crate) fn is_stream(&self) -> bool {
        self.variant == Some(AS_A_STREAM)
    }
}

/// The ways to call an operation: one for each form of the body, and one for a stream.
pub(crate) fn calls<'a>(scope: &Scope<'_>, operation: &'a Operation) -> Vec<Call<'a>> {
    let payload = operation
        .outcomes
        .success
        .first()
        .map(|outcome| &outcome.payload);
    let names = method_names(scope.context.api, operation);
    let of_form = names
        .into_iter()
        .enumerate()
        .map(|(index, (name, form))| Call {
            name: ident(&name),
            form,
            output: outcome::output(scope, operation),
            payload,
            variant: form
                .filter(|_| index > 0)
                .map(|form| form_words(&form.content)),
            set: &[],
        });
    let mut calls: Vec<Call<'a>> = of_form.collect();
    if let Some(stream) = &operation.stream {
        calls.push(Call {
            name: ident(&stream.method),
            form: operation.body.as_ref().and_then(|body| body.forms.first()),
            output: outcome::of_payload(scope, &stream.payload),
            payload: Some(&stream.payload),
            variant: Some(AS_A_STREAM),
            set: &stream.set,
        });
    }
    calls
}

/// The names of the methods of an operation, streams aside, with the form of the body each sends.
/// The first is the plain one; a form without a name of its own has no method.
pub fn method_names<'a>(
    api: &Api,
    operation: &'a Operation,
) -> Vec<(String, Option<&'a BodyForm>)> {
    let forms: &[BodyForm] = operation.body.as_ref().map_or(&[], |body| &body.forms);
    let mut names = vec![(operation.name.clone(), forms.first())];
    // An optional body is a chained method, and then there is one form of it.
    if operation.body.as_ref().is_some_and(|body| body.required) {
        for form in forms.iter().skip(1) {
            let name = format!("{}_{}", operation.name, form_word(&form.content));
            let mut others = api.operations.iter();
            let taken = names.iter().any(|(known, _)| *known == name)
                || others.any(|it| it.resource == operation.resource && it.name == name);
            if !taken {
                names.push((name, Some(form)));
            }
        }
    }
    names
}

fn form_word(content: &BodyContent) -> &'static str {
    match content {
        BodyContent::Json(_) | BodyContent::Template(_) => "json",
        BodyContent::Form(_) => "form",
        BodyContent::Multipart(_) | BodyContent::Parts(_) => "multipart",
        BodyContent::Text => "text",
        BodyContent::Bytes => "bytes",
    }
}

fn form_words(content: &BodyContent) -> &'static str {
    match content {
        BodyContent::Json(_) | BodyContent::Template(_) => "with a JSON body",
        BodyContent::Form(_) => "with a form as its body",
        BodyContent::Multipart(_) | BodyContent::Parts(_) => "with a multipart body",
        BodyContent::Text => "with text as its body",
        BodyContent::Bytes => "with bytes as its body",
    }
}

fn method(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> TokenStream {
    let name = &call.name;
    let docs = method_docs::of_call(scope, operation, call);
    let deprecated = deprecated(operation.deprecated);
    let inputs: Vec<Input> = operation
        .required_parameters()
        .map(|parameter| parameter::input(scope, parameter))
        .collect();
    let body = body(scope, operation, call);
    let arguments: Vec<_> = inputs
        .iter()
        .map(Input::declaration)
        .chain(body.argument)
        .collect();
    let inline = super::object::inline(&quote!(#(#arguments),*));
    let bindings = inputs.iter().filter_map(|input| input.binding.as_ref());
    let chain = inputs.iter().filter_map(|input| input.call.as_ref());
    let defaults = parameter::sent_defaults(scope, operation);
    let paginate = paginate(scope, operation, call);
    let constant = constant_ident(&operation.name);
    let request = scope.runtime("Request");
    let body_call = body.call;
    let built = quote!(#request::new(&self.client, &#constant)#(#chain)* #(#defaults)* #body_call #paginate);
    let (ty, value) = if request::is_needed(operation) {
        let wrapper = request::type_of(scope, operation, &call.output);
        (wrapper, request::value(scope, operation, &built))
    } else {
        (call.output.request(scope), built)
    };
    let many = (arguments.len() > 6).then(|| {
        quote! { #[expect(clippy::too_many_arguments, reason = "each is required")] }
    });
    quote! {
        #docs #deprecated #many #inline
        pub fn #name(&self #(, #arguments)*) -> #ty { #(#bindings)* #value }
    }
}

/// The body of a call: the argument, and the call on the request that sets it.
#[derive(Default)]
pub(crate) struct BodyTokens {
    pub(crate) argument: Option<TokenStream>,
    pub(crate) call: TokenStream,
}

fn body(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> BodyTokens {
    let (Some(body), Some(form)) = (&operation.body, call.form) else {
        return BodyTokens::default();
    };
    if request::is_built(&form.content) {
        return BodyTokens {
            argument: None,
            call: request::built(scope, operation, &form.content),
        };
    }
    if !body.required {
        return BodyTokens::default();
    }
    let mut tokens = form_tokens(scope, form, call.set);
    if operation.check_body {
        let (check, call) = (check_body(&form.content), &tokens.call);
        tokens.call = quote!(#check #call);
    }
    tokens
}

/// The call that asks the body itself whether it can be sent.
fn check_body(content: &BodyContent) -> TokenStream {
    match content {
        BodyContent::Json(_) | BodyContent::Form(_) => quote!(.checked(body.borrow().check())),
        BodyContent::Multipart(_) => quote!(.checked(body.check())),
        _ => TokenStream::new(),
    }
}

/// The argument for a form of a body, and the call that sets it.
pub(crate) fn form_tokens(
    scope: &Scope<'_>,
    form: &BodyForm,
    set: &[(String, Value)],
) -> BodyTokens {
    let media_type = &form.media_type;
    let (ty, call) = match &form.content {
        BodyContent::Json(ty) => {
            let (argument, value) = borrowed(scope, ty);
            let media = (media_type != "application/json")
                .then(|| quote!(.header_param("content-type", #media_type)));
            let call = if set.is_empty() {
                quote!(.json_body(#value))
            } else {
                let set = set
                    .iter()
                    .map(|(name, value)| set_member(scope, name, value));
                quote!(.json_body_with(#value, &[#(#set),*]))
            };
            (argument, quote!(#call #media))
        }
        BodyContent::Form(ty) => {
            let (argument, value) = borrowed(scope, ty);
            (argument, quote!(.form_body(#value)))
        }
        BodyContent::Multipart(ty) => multipart(scope, ty),
        BodyContent::Text => (
            quote!(impl Into<String>),
            quote!(.text_body(#media_type, body)),
        ),
        BodyContent::Bytes => {
            let body = scope.runtime("Body");
            (
                quote!(impl Into<#body>),
                quote!(.bytes_body(#media_type, body)),
            )
        }
        BodyContent::Template(_) | BodyContent::Parts(_) => return BodyTokens::default(),
    };
    BodyTokens {
        argument: Some(quote!(body: #ty)),
        call,
    }
}

fn multipart(scope: &Scope<'_>, ty: &TypeRef) -> (TokenStream, TokenStream) {
    let is_form = matches!(
        scope.context.shape(ty),
        Some((_, crate::model::Shape::Object(_)))
    );
    if is_form {
        return (scope.ty(ty), quote!(.multipart_body(body.into_form())));
    }
    // A form whose parts the document does not name.
    let form = scope.runtime("multipart::Form");
    (form, quote!(.multipart_body(body)))
}

/// A body that is only read: what the caller gives, and the reference to it.
fn borrowed(scope: &Scope<'_>, ty: &TypeRef) -> (TokenStream, TokenStream) {
    match scope.context.api.types.resolve(ty) {
        TypeRef::Primitive(Primitive::String) => (quote!(impl AsRef<str>), quote!(&body.as_ref())),
        TypeRef::List(inner) => {
            let inner = scope.ty(inner);
            (quote!(impl AsRef<[#inner]>), quote!(&body.as_ref()))
        }
        _ => {
            let borrow = scope.item("std::borrow::Borrow");
            let ty = scope.ty(ty);
            (quote!(impl #borrow<#ty>), quote!(body.borrow()))
        }
    }
}

fn set_member(scope: &Scope<'_>, name: &str, value: &Value) -> TokenStream {
    let value = match value {
        Value::Bool(value) => quote!(#value.into()),
        Value::String(value) => quote!(#value.into()),
        Value::Number(number) if number.as_i64().is_some() => {
            let number = number.as_i64().unwrap_or_default();
            quote!(#number.into())
        }
        other => {
            let (json, text) = (scope.value(), other.to_string());
            quote!(#text.parse().unwrap_or(#json::Null))
        }
    };
    quote!((#name, #value))
}

fn paginate(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> TokenStream {
    let Some(pagination) = operation
        .pagination
        .as_ref()
        .filter(|_| is_paged(operation, call))
    else {
        return TokenStream::new();
    };
    let pagination = pagination_tokens(scope, pagination);
    quote!(.paginate(#pagination))
}

/// Whether the answer of a call is a page.
pub(crate) fn is_paged(operation: &Operation, call: &Call<'_>) -> bool {
    operation.pagination.is_some()
        && operation.outcomes.success.len() == 1
        && matches!(call.payload, Some(Payload::Json(_) | Payload::Records(_)))
}

fn pagination_tokens(scope: &Scope<'_>, pagination: &Pagination) -> TokenStream {
    let ty = scope.runtime("pages::Pagination");
    match &pagination.style {
        PageStyle::Cursor { after, before, .. } => {
            let before = before.as_deref().unwrap_or("");
            quote!(#ty::Cursor { after: #after, before: #before })
        }
        PageStyle::Token { token, .. } => quote!(#ty::Token { token: #token }),
        PageStyle::TokenAt { token, next } => {
            let next = next.iter().map(|step| record::step(scope, step));
            quote!(#ty::TokenAt { token: #token, next: &[#(#next),*] })
        }
        PageStyle::Offset {
            offset, page_size, ..
        } => {
            let limit = pagination.limit.as_deref().unwrap_or("");
            let page_size = proc_macro2::Literal::u32_unsuffixed(*page_size);
            quote!(#ty::Offset { offset: #offset, limit: #limit, page_size: #page_size })
        }
        PageStyle::Page { page, first, .. } => {
            let first = first.map(proc_macro2::Literal::u32_unsuffixed);
            let first = first.map_or(quote!(None), |first| quote!(Some(#first)));
            quote!(#ty::numbered(#page, #first))
        }
        PageStyle::Url { .. } => quote!(#ty::Url),
        PageStyle::Link => quote!(#ty::Link),
        PageStyle::Recognised => quote!(#ty::Recognised),
    }
}

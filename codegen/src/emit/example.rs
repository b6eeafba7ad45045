//! Examples that compile: they are doc tests of the generated crate.

use proc_macro2::TokenStream;
use quote::quote;

use super::draft::sample;
use super::expression::Expressions;
use super::operation::{Call, calls, is_paged};
use super::{Context, Place, Scope, client, gate, ident, resource};
use crate::model::{BodyContent, BodyForm, Operation, Payload, TypeRef};

/// The example of one way to call an operation, as lines of documentation.
pub(crate) fn of_call(scope: &Scope<'_>, operation: &Operation, call: &Call<'_>) -> Vec<String> {
    let expressions = Expressions::new(scope.context);
    let client = client::example(scope.context, &expressions);
    let statements = statements(&expressions, operation, call);
    expressions.render(&quote! { let client = #client; #statements })
}

/// What an example does with its `client`.
pub(super) fn statements(
    expressions: &Expressions<'_>,
    operation: &Operation,
    call: &Call<'_>,
) -> TokenStream {
    let context = expressions.context;
    let mut bound = TokenStream::new();
    let mut arguments: Vec<TokenStream> = operation
        .required_parameters()
        .map(|parameter| {
            let ty = parameter.ty.split_nullable().0;
            let value = sample(context, ty, &parameter.wire);
            let argument = expressions.value(ty, &value, false);
            argument.unwrap_or_else(|| quote!(Default::default()))
        })
        .collect();
    if let Some(form) = call
        .form
        .filter(|_| operation.body.as_ref().is_some_and(|body| body.required))
    {
        match body(expressions, form) {
            Some(Body::Inline(value)) => arguments.push(value),
            Some(Body::Bound(statement)) => {
                bound = statement;
                arguments.push(quote!(body));
            }
            None => {}
        }
    }
    let path = path_to_resource(context, operation);
    let method = &call.name;
    let called = quote!(client #path.#method(#(#arguments),*));
    let used = used(expressions, operation, call, &called);
    quote! { #bound #used }
}

/// The first steps with an API: its first operation.
pub(crate) fn quick_start(context: &Context<'_>) -> Option<Vec<String>> {
    let operation = context.api.operations.first()?;
    let scope = Scope::new(context, Place::Resource);
    let calls = calls(&scope, operation);
    let mut lines = of_call(&scope, operation, calls.first()?);
    if let Some(gate) = gate::of_resource(context, &operation.resource) {
        // After the line that begins the block.
        lines.insert(lines.len().min(1), format!("# #[cfg({gate})]"));
    }
    Some(lines)
}

/// `.messages().batches()`.
pub(super) fn path_to_resource(context: &Context<'_>, operation: &Operation) -> TokenStream {
    let path = resource::path_to(context, &operation.resource);
    let steps = path
        .split('.')
        .skip(1)
        .map(|step| ident(step.trim_end_matches("()")));
    quote!(#(.#steps())*)
}

/// The body of an example.
enum Body {
    /// Written where it is given.
    Inline(TokenStream),
    /// A statement that makes `body`.
    Bound(TokenStream),
}

fn body(expressions: &Expressions<'_>, form: &BodyForm) -> Option<Body> {
    let context = expressions.context;
    let ty = match &form.content {
        BodyContent::Json(ty) | BodyContent::Form(ty) | BodyContent::Multipart(ty) => ty,
        BodyContent::Text => return Some(Body::Inline(quote!("text"))),
        BodyContent::Bytes => return Some(Body::Inline(quote!("content"))),
        BodyContent::Template(_) | BodyContent::Parts(_) => return None,
    };
    let is_object = matches!(context.api.types.resolve(ty), TypeRef::Named(id) if context.multipart.contains(id));
    if matches!(form.content, BodyContent::Multipart(_)) && !is_object {
        expressions.import(&format!("{}::multipart::Form", context.options.runtime));
        return Some(Body::Inline(quote!(Form::new())));
    }
    let sampled = sample(context, ty, "body");
    let mut examples = form.examples.iter().chain([&sampled]);
    if let Some(statement) = examples.find_map(|example| expressions.bound(ty, example)) {
        return Some(Body::Bound(statement));
    }
    let example = form.examples.first().unwrap_or(&sampled);
    let (ty, json) = (expressions.type_of(ty), expressions.json(example));
    Some(Body::Bound(
        quote!(let body: #ty = serde_json::from_value(#json)?;),
    ))
}

/// What an example does with the answer.
fn used(
    expressions: &Expressions<'_>,
    operation: &Operation,
    call: &Call<'_>,
    called: &TokenStream,
) -> TokenStream {
    if is_paged(operation, call) {
        expressions.import("futures_util::TryStreamExt");
        return quote! {
            let mut items = #called.items();
            while let Some(item) = items.try_next().await? { println!("{item:?}"); }
        };
    }
    match call
        .payload
        .filter(|_| operation.outcomes.success.len() == 1 || operation.stream.is_some())
    {
        Some(Payload::Events(_)) => {
            expressions.import("futures_util::TryStreamExt");
            quote! {
                let mut events = #called.await?.into_inner();
                while let Some(event) = events.try_next().await? { println!("{event:?}"); }
            }
        }
        Some(Payload::JsonLines(_)) => {
            expressions.import("futures_util::TryStreamExt");
            quote! {
                let mut lines = #called.await?.into_inner();
                while let Some(line) = lines.try_next().await? { println!("{line:?}"); }
            }
        }
        Some(Payload::Bytes) => quote! { #called.await?.into_inner().save_to("download").await?; },
        Some(Payload::Empty) => quote! { #called.await?; },
        None if operation.outcomes.success.is_empty() => quote! { #called.await?; },
        _ => quote! {
            let reply = #called.await?;
            println!("{reply:?}");
        },
    }
}

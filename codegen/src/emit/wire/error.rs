//! The test of the errors that an operation documents.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use super::super::operation::Call;
use super::super::travel::{Way, travel};
use super::{Writer, call, status_of};
use crate::model::{Operation, Outcome, Payload, StatusRange, TypeRef};

/// Statuses that are answered alike: with the same JSON of the same type.
struct Alike<'o> {
    statuses: Vec<u16>,
    body: Option<(&'o TypeRef, Value)>,
}

/// The statements of the test; `None` when the document has no errors.
pub(super) fn statements(
    writer: &Writer<'_>,
    operation: &Operation,
    call: &Call<'_>,
) -> Option<TokenStream> {
    let groups = groups(writer, operation);
    if groups.is_empty() {
        return None;
    }
    let sent = call::of(writer, operation, call, false);
    let (before, request) = (&sent.before, &sent.request);
    let tries = groups.iter().map(|group| {
        let statuses = group
            .statuses
            .iter()
            .map(|status| Literal::u16_unsuffixed(*status));
        let (reply, check) = match &group.body {
            Some((ty, value)) => {
                let reply = writer.json(value);
                let ty =
                    is_written_alike(writer, ty, value).then(|| writer.expressions.type_of(ty));
                let ty = ty.unwrap_or_else(|| quote!(serde_json::Value));
                (
                    quote! { let reply = #reply; },
                    quote! { loopback::assert_refused::<#ty>(&error, status, &reply); },
                )
            }
            None => (
                TokenStream::new(),
                quote! { assert_eq!(error.status().map(|status| status.as_u16()), Some(status)); },
            ),
        };
        let server = match &group.body {
            Some(_) => quote!(loopback::start(status, &reply)),
            None => quote!(loopback::empty(status)),
        };
        quote! {
            #reply
            for status in [#(#statuses),*] {
                let server = #server.await;
                #before
                let error = #request.await.err().ok_or("no error")?;
                #check
            }
        }
    });
    Some(quote! { #(#tries)* })
}

/// Whether the type of an error is written again as it came.
fn is_written_alike(writer: &Writer<'_>, ty: &TypeRef, value: &Value) -> bool {
    let written = || travel(&writer.scope, ty, value, Way::Written);
    writer.is_written(ty) && written().as_ref() == Some(value)
}

fn groups<'o>(writer: &Writer<'_>, operation: &'o Operation) -> Vec<Alike<'o>> {
    let named: Vec<StatusRange> = operation
        .outcomes
        .errors
        .iter()
        .map(|it| it.status)
        .collect();
    let mut groups: Vec<Alike<'o>> = Vec::new();
    for outcome in &operation.outcomes.errors {
        let status = status_of(outcome.status, 500, &named);
        let body = body(writer, outcome);
        match groups.iter_mut().find(|group| group.body == body) {
            Some(group) if group.statuses.contains(&status) => {}
            Some(group) => group.statuses.push(status),
            None => groups.push(Alike {
                statuses: vec![status],
                body,
            }),
        }
    }
    groups
}

fn body<'o>(writer: &Writer<'_>, outcome: &'o Outcome) -> Option<(&'o TypeRef, Value)> {
    let (Payload::Json(ty) | Payload::MaybeJson(ty)) = &outcome.payload else {
        return None;
    };
    Some((ty, writer.readable(ty, &outcome.examples, "error")))
}

//! What a test's server answers, and what a test asks of the decoded reply.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use super::super::draft::draft;
use super::super::ident;
use super::super::object::members;
use super::super::operation::Call;
use super::super::outcome;
use super::super::travel::{Way, travel};
use super::Writer;
use crate::model::{
    EventDef, Operation, Outcome, Payload, Primitive, Record, Selector, Shape, TypeRef,
};

/// An answer of the server, and the checks of what it becomes.
pub(super) struct Reply {
    /// Statements that start `server`.
    pub(super) server: TokenStream,
    /// Whether the reply is looked at after its status.
    pub(super) checks: TokenStream,
}

/// The reply for a success outcome of a call.
pub(super) fn of(
    writer: &Writer<'_>,
    operation: &Operation,
    call: &Call<'_>,
    outcome: &Outcome,
    status: &Literal,
) -> Reply {
    let (payload, examples): (_, &[Value]) = match call.payload {
        Some(stream) if call.is_stream() => (stream, &[]),
        _ if outcome::is_by_status(operation) => {
            return of_variant(writer, operation, outcome, status);
        }
        _ => (&outcome.payload, &outcome.examples),
    };
    match payload {
        Payload::Empty => empty(status),
        Payload::Json(ty) | Payload::MaybeJson(ty) => json(
            writer,
            ty,
            examples,
            status,
            &quote!(&*answer),
            &quote!(answer),
        ),
        Payload::Text => {
            let text = text(examples);
            Reply {
                server: quote! { let server = loopback::text(#status, #text).await; },
                checks: quote! { assert_eq!(*answer, #text); },
            }
        }
        Payload::Bytes => Reply {
            server: quote! { let server = loopback::text(#status, "content").await; },
            checks: quote! { assert_eq!(answer.into_inner().collect().await?, "content"); },
        },
        Payload::Events(ty) => events(writer, ty, status),
        Payload::JsonLines(ty) => lines(writer, ty, examples, status),
        Payload::Record(ty) => record(writer, ty, status, false),
        Payload::Records(ty) => record(writer, ty, status, true),
    }
}

fn empty(status: &Literal) -> Reply {
    Reply {
        server: quote! { let server = loopback::empty(#status).await; },
        checks: TokenStream::new(),
    }
}

fn text(examples: &[Value]) -> String {
    let example = examples.iter().find_map(Value::as_str);
    example
        .filter(|text| !text.is_empty())
        .unwrap_or("text")
        .to_owned()
}

fn json(
    writer: &Writer<'_>,
    ty: &TypeRef,
    examples: &[Value],
    status: &Literal,
    reference: &TokenStream,
    place: &TokenStream,
) -> Reply {
    let value = writer.readable(ty, examples, "reply");
    let reply = writer.json(&value);
    let written = written(writer, ty, &value, reference);
    let read_only = read_only(writer, ty, &value, place);
    Reply {
        server: quote! { let reply = #reply; let server = loopback::start(#status, &reply).await; },
        checks: quote! { #written #read_only },
    }
}

/// The check that a decoded value is `reply` when it is written again.
fn written(
    writer: &Writer<'_>,
    ty: &TypeRef,
    value: &Value,
    reference: &TokenStream,
) -> TokenStream {
    if !writer.is_written(ty) {
        return TokenStream::new();
    }
    let expected = match writer.rewritten(ty, value) {
        Some(written) => writer.json(&written),
        None => quote!(reply),
    };
    quote! { loopback::assert_json(#reference, &#expected); }
}

/// The check that the members are there which are only ever read.
fn read_only(writer: &Writer<'_>, ty: &TypeRef, value: &Value, place: &TokenStream) -> TokenStream {
    let Some((id, Shape::Object(object))) = writer.scope.context.shape(ty) else {
        return TokenStream::new();
    };
    let def = writer.scope.context.api.types.get(id);
    if ty.split_nullable().1 {
        return TokenStream::new();
    }
    let members = members(&writer.scope, def, object);
    let checks = members
        .iter()
        .filter(|member| def.usage.sent && member.field.read_only && member.is_field())
        .filter(|member| member.literal.is_none())
        .filter(|member| {
            value
                .get(&member.field.wire)
                .is_some_and(|it| !it.is_null())
        })
        .map(|member| {
            let name = &member.name;
            quote! { assert!(#place.#name.is_some()); }
        });
    quote! { #(#checks)* }
}

/// The reply of an operation that answers with a variant for each status.
fn of_variant(
    writer: &Writer<'_>,
    operation: &Operation,
    outcome: &Outcome,
    status: &Literal,
) -> Reply {
    let name = writer.scope.context.names.reply(operation);
    writer.expressions.mention_name(&name.to_string());
    let variant = ident(&outcome::variant(outcome.status));
    let of = |checks: TokenStream| {
        quote! {
            let #name::#variant(answer) = answer.into_inner() else {
                return Err("another status".into());
            };
            #checks
        }
    };
    match &outcome.payload {
        Payload::Empty => Reply {
            checks: quote! { assert_eq!(answer.into_inner(), #name::#variant); },
            ..empty(status)
        },
        Payload::Text => {
            let text = text(&outcome.examples);
            Reply {
                server: quote! { let server = loopback::text(#status, #text).await; },
                checks: of(quote! { assert_eq!(answer, #text); }),
            }
        }
        Payload::Json(ty) | Payload::MaybeJson(ty) => {
            let reply = json(
                writer,
                ty,
                &outcome.examples,
                status,
                &quote!(&answer),
                &quote!(answer),
            );
            let checks = if reply.checks.is_empty() {
                quote! { assert!(matches!(answer.into_inner(), #name::#variant(_))); }
            } else {
                of(reply.checks)
            };
            Reply {
                server: reply.server,
                checks,
            }
        }
        _ => empty(status),
    }
}

fn events(writer: &Writer<'_>, ty: &TypeRef, status: &Literal) -> Reply {
    let context = writer.expressions.context;
    let TypeRef::Named(id) = context.api.types.resolve(ty) else {
        return empty(status);
    };
    let def = context.api.types.get(*id);
    let Shape::Events(events) = &def.shape else {
        return empty(status);
    };
    let known: Vec<&EventDef> = events
        .events
        .iter()
        .filter(|it| it.wire != "error")
        .collect();
    writer.expressions.import("futures_util::TryStreamExt");
    let name = ident(&def.name);
    let mut sent = Vec::new();
    let mut checks = Vec::new();
    for (index, event) in known.iter().enumerate() {
        let index = Literal::usize_unsuffixed(index);
        let variant = ident(&event.name);
        let value = event
            .payload
            .as_ref()
            .map(|ty| writer.readable(ty, &[], "reply"));
        let data = writer.json(value.as_ref().unwrap_or(&Value::Object(Map::new())));
        let wire = &event.wire;
        sent.push(quote!((#wire, #data)));
        writer.expressions.mention_name(&def.name);
        checks.push(match (&event.payload, value) {
            (Some(ty), Some(value)) if writer.is_written(ty) => {
                let expected = match writer.rewritten(ty, &value) {
                    Some(written) => writer.json(&written),
                    None => quote!(sent[#index].1),
                };
                quote! {
                    let #name::#variant(event) = &events[#index] else {
                        return Err(format!("{:?}", events[#index]).into());
                    };
                    loopback::assert_json(event, &#expected);
                }
            }
            (Some(_), _) => quote! { assert!(matches!(events[#index], #name::#variant(_))); },
            (None, _) => quote! { assert!(matches!(events[#index], #name::#variant)); },
        });
    }
    if sent.is_empty() {
        let data = writer.json(&Value::Object(Map::new()));
        sent.push(quote!(("message", #data)));
    }
    let count = Literal::usize_unsuffixed(sent.len());
    Reply {
        server: quote! {
            let sent = [#(#sent),*];
            let server = loopback::events(#status, &sent).await;
        },
        checks: quote! {
            let events: Vec<_> = answer.into_inner().try_collect().await?;
            assert_eq!(events.len(), #count);
            #(#checks)*
        },
    }
}

fn lines(writer: &Writer<'_>, ty: &TypeRef, examples: &[Value], status: &Literal) -> Reply {
    writer.expressions.import("futures_util::TryStreamExt");
    let value = writer.readable(ty, examples, "reply");
    let reply = writer.json(&value);
    let written = written(writer, ty, &value, &quote!(line));
    let checks = if written.is_empty() {
        TokenStream::new()
    } else {
        quote! { for line in &lines { #written } }
    };
    Reply {
        server: quote! { let reply = #reply; let server = loopback::lines(#status, [&reply, &reply]).await; },
        checks: quote! {
            let lines: Vec<_> = answer.into_inner().try_collect().await?;
            assert_eq!(lines.len(), 2);
            #checks
        },
    }
}

/// A record that is picked from the reply, or a page of one such record.
fn record(writer: &Writer<'_>, ty: &TypeRef, status: &Literal, page: bool) -> Reply {
    let context = writer.expressions.context;
    let Some((_, Shape::Record(shape))) = context.shape(ty) else {
        return empty(status);
    };
    let (reply, values) = picked(writer, shape);
    let (reply, values) = (writer.json(&reply), writer.json(&Value::Object(values)));
    writer
        .expressions
        .import(&format!("{}::record::Record", context.options.runtime));
    let (sent, checks) = if page {
        let checks = quote! {
            assert_eq!(answer.len(), 1);
            loopback::assert_json(&answer[0].values(), &#values);
        };
        (quote!(serde_json::Value::from(vec![reply])), checks)
    } else {
        let checks = quote! { loopback::assert_json(&answer.values(), &#values); };
        (quote!(reply), checks)
    };
    Reply {
        server: quote! { let reply = #reply; let server = loopback::start(#status, &#sent).await; },
        checks,
    }
}

/// A reply in which each selector of a record finds something, and what it finds.
fn picked(writer: &Writer<'_>, record: &Record) -> (Value, Map<String, Value>) {
    let mut reply = Value::Object(Map::new());
    for field in &record.fields {
        let value = draft(&writer.scope, &field.ty, &field.wire, Way::Read);
        put(&mut reply, &field.selector, value);
    }
    let found = record.fields.iter().map(|field| {
        let value = field
            .selector
            .iter()
            .try_fold(&reply, |value, step| match step {
                Selector::Key(key) => value.get(key),
                Selector::Index(index) => value.get(index),
            });
        let value = value.cloned().unwrap_or(Value::Null);
        // What a list or an object holds is whatever came.
        let loose = matches!(field.ty, TypeRef::Primitive(Primitive::DateTime));
        let travelled = travel(&writer.scope, &field.ty, &value, Way::Read);
        (
            field.wire.clone(),
            if loose {
                value
            } else {
                travelled.unwrap_or(value)
            },
        )
    });
    let values = found.collect();
    (reply, values)
}

/// Puts a value at a place, unless something else is on the way.
fn put(reply: &mut Value, selector: &[Selector], value: Value) {
    let Some((step, rest)) = selector.split_first() else {
        if reply.is_null() {
            *reply = value;
        }
        return;
    };
    match step {
        Selector::Key(key) => {
            if reply.is_null() {
                *reply = Value::Object(Map::new());
            }
            if let Some(members) = reply.as_object_mut() {
                put(
                    members.entry(key.clone()).or_insert(Value::Null),
                    rest,
                    value,
                );
            }
        }
        Selector::Index(index) => {
            if reply.is_null() {
                *reply = Value::Array(Vec::new());
            }
            if let Some(items) = reply.as_array_mut() {
                // Selectors count from the front, and few elements.
                while items.len() <= *index && *index < 16 {
                    items.push(Value::Null);
                }
                if let Some(item) = items.get_mut(*index) {
                    put(item, rest, value);
                }
            }
        }
    }
}

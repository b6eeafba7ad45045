//! The call of a test, and what it sends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::super::client::{self, BoundValue};
use super::super::draft::draft;
use super::super::example::path_to_resource;
use super::super::operation::Call;
use super::super::travel::{Way, travel};
use super::super::{Scope, ident, multipart, object};
use super::{Writer, expected};
use crate::model::{
    BodyContent, BodyForm, CredentialKind, Location, Operation, Parameter, PartContent, Shape,
    Style, TypeRef,
};

/// A call, and what the server has to see of it.
pub(super) struct Sent {
    /// Statements before the call.
    pub(super) before: TokenStream,
    /// The request, not awaited yet.
    pub(super) request: TokenStream,
    /// Statements that look at what arrived, `request`.
    pub(super) checks: TokenStream,
}

/// Parameters with the values they are given.
type Given<'o> = Vec<(&'o Parameter, Value)>;

/// The call with all its parameters, or with those alone that are required.
pub(super) fn of(writer: &Writer<'_>, operation: &Operation, call: &Call<'_>, all: bool) -> Sent {
    let mut given: Given<'_> = Vec::new();
    let mut arguments: Vec<TokenStream> = Vec::new();
    for parameter in operation.required_parameters() {
        let (value, argument) = argument(writer, parameter);
        arguments.push(argument.unwrap_or_else(|| quote!(Default::default())));
        given.push((parameter, on_the_wire(parameter, value)));
    }
    let mut setters: Vec<TokenStream> = Vec::new();
    for parameter in operation.optional_parameters() {
        // An expression that is not used would leave its imports.
        if let Some((value, Some(argument))) = all.then(|| argument(writer, parameter)) {
            let name = ident(&parameter.name);
            setters.push(quote!(.#name(#argument)));
            given.push((parameter, on_the_wire(parameter, value)));
        } else if parameter.send_default {
            given.extend(parameter.default.clone().map(|value| (parameter, value)));
        }
    }
    let body = Body::of(writer, operation, call, &given);
    let mut before = TokenStream::new();
    if let (Some(body), Some(shape)) = (&body, &operation.body) {
        before = body.before.clone();
        match &body.argument {
            Some(argument) if shape.required => arguments.push(argument.clone()),
            Some(argument) => setters.push(quote!(.body(#argument))),
            None => {}
        }
    }
    let resource = path_to_resource(writer.expressions.context, operation);
    let method = &call.name;
    let request = quote!(crate::client(&server)? #resource.#method(#(#arguments),*)#(#setters)*);
    let line = line(writer, operation, &given);
    let body = body.map(|body| body.checks);
    Sent {
        before,
        request,
        checks: quote! { #line #body },
    }
}

/// Whether the document gives a call a form whose body is no object: the runtime refuses it.
pub(super) fn is_unsendable(writer: &Writer<'_>, call: &Call<'_>) -> bool {
    call.form.is_some_and(|form| match &form.content {
        BodyContent::Form(ty) => !typed(writer, form, ty).2.is_object(),
        _ => false,
    })
}

/// What of a value arrives: outside of queries, JSON is a text like others.
fn on_the_wire(parameter: &Parameter, value: Value) -> Value {
    let is_text = parameter.style == Style::Json && parameter.location != Location::Query;
    if is_text {
        value.to_string().into()
    } else {
        value
    }
}

/// The value of a parameter, and the expression of it.
fn argument(writer: &Writer<'_>, parameter: &Parameter) -> (Value, Option<TokenStream>) {
    let ty = parameter.ty.split_nullable().0;
    let value = draft(&writer.scope, ty, &parameter.wire, Way::Sent);
    let value = travel(&writer.scope, ty, &value, Way::Sent).unwrap_or(value);
    let argument = writer.expressions.attempt(ty, &value, false);
    (value, argument)
}

/// The checks of method, path, query and headers.
fn line(writer: &Writer<'_>, operation: &Operation, given: &Given<'_>) -> TokenStream {
    let context = writer.expressions.context;
    let bound = client::bound_values(context);
    let at = |location| {
        given
            .iter()
            .filter(move |(parameter, _)| parameter.location == location)
    };
    let of_path = |name: &str| {
        let own = at(Location::Path).find(|(parameter, _)| parameter.wire == name);
        own.map(|(_, value)| expected::encoded(value))
            .or_else(|| text_of(&bound, name).map(|text| expected::encoded(&text.into())))
    };
    let path = expected::path(&operation.path, of_path);
    let (path, in_path) = path.split_once('?').unwrap_or((path.as_str(), ""));
    let method = operation.method.as_str();
    let mut pairs: Vec<(String, String)> = in_path
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (parameter, value) in at(Location::Query) {
        pairs.extend(expected::pairs(&parameter.wire, parameter.style, value));
    }
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut cookies: Vec<String> = Vec::new();
    if operation.authenticated {
        credential(writer, &mut pairs, &mut headers, &mut cookies);
    }
    headers.extend(context.api.headers.iter().cloned());
    let fixed = bound
        .iter()
        .filter(|it| it.parameter.location == Location::Header);
    headers.extend(fixed.map(|it| (it.parameter.wire.clone(), it.text.clone())));
    for (parameter, value) in at(Location::Header) {
        headers.push((parameter.wire.clone(), expected::header(value)));
    }
    for (parameter, value) in at(Location::Cookie) {
        cookies.push(format!("{}={}", parameter.wire, expected::encoded(value)));
    }
    // A header of the call counts more than one of the client.
    let mut last: Vec<(String, String)> = Vec::new();
    for (name, value) in headers {
        last.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        last.push((name, value));
    }
    let pairs = pairs.iter().map(|(name, value)| quote!((#name, #value)));
    let headers = last
        .iter()
        .map(|(name, value)| quote! { request.has_header(#name, #value); });
    let cookies = cookies
        .iter()
        .map(|pair| quote! { request.has_cookie(#pair); });
    quote! {
        request.is(#method, #path);
        request.has_query(&[#(#pairs),*]);
        #(#headers)* #(#cookies)*
    }
}

fn text_of(bound: &[BoundValue<'_>], wire: &str) -> Option<String> {
    let bound = bound.iter().find(|it| it.parameter.wire == wire)?;
    Some(bound.text.clone())
}

/// Where the first credential arrives.
fn credential(
    writer: &Writer<'_>,
    pairs: &mut Vec<(String, String)>,
    headers: &mut Vec<(String, String)>,
    cookies: &mut Vec<String>,
) {
    let Some(credential) = writer.expressions.context.api.credentials.first() else {
        return;
    };
    let secret = client::SECRET;
    match &credential.kind {
        CredentialKind::Header {
            name,
            prefix,
            suffix,
        } => headers.push((name.clone(), format!("{prefix}{secret}{suffix}"))),
        CredentialKind::Query(name) => pairs.push((name.clone(), secret.to_owned())),
        CredentialKind::Cookie(name) => cookies.push(format!("{name}={secret}")),
        CredentialKind::Bearer => {
            headers.push(("authorization".to_owned(), format!("Bearer {secret}")));
        }
        CredentialKind::Basic { user, password } => {
            let user = user.as_deref().unwrap_or(match password {
                Some(_) => secret,
                None => client::USER,
            });
            let password = password.as_deref().unwrap_or(secret);
            let pair = STANDARD.encode(format!("{user}:{password}"));
            headers.push(("authorization".to_owned(), format!("Basic {pair}")));
        }
    }
}

/// The body of a call.
struct Body {
    before: TokenStream,
    argument: Option<TokenStream>,
    checks: TokenStream,
}

impl Body {
    fn of(
        writer: &Writer<'_>,
        operation: &Operation,
        call: &Call<'_>,
        given: &Given<'_>,
    ) -> Option<Self> {
        let form = call.form?;
        let media_type = &form.media_type;
        let checks =
            |check: TokenStream| quote! { request.has_header("content-type", #media_type); #check };
        match &form.content {
            BodyContent::Json(ty) => Some(Self::json(writer, form, ty, call)),
            BodyContent::Form(ty) => {
                let (before, argument, value) = typed(writer, form, ty);
                let pairs = value.as_object().map(expected::form).unwrap_or_default();
                let pairs = pairs.iter().map(|(name, value)| quote!((#name, #value)));
                Some(Self {
                    before,
                    argument: Some(argument),
                    checks: quote! { request.has_form(&[#(#pairs),*]); },
                })
            }
            BodyContent::Multipart(ty) => Some(Self::multipart(writer, form, ty)),
            BodyContent::Text => Some(Self {
                before: TokenStream::new(),
                argument: Some(quote!("text")),
                checks: checks(quote! { request.has_body("text"); }),
            }),
            BodyContent::Bytes => Some(Self {
                before: TokenStream::new(),
                argument: Some(quote!("content")),
                checks: checks(quote! { request.has_body("content"); }),
            }),
            BodyContent::Template(template) => {
                let value = |wire: &str| {
                    let found = given.iter().find(|(parameter, _)| parameter.wire == wire);
                    found.map_or(Value::Null, |(_, value)| value.clone())
                };
                let complete = operation
                    .optional_parameters()
                    .all(|parameter| given.iter().any(|(known, _)| known.wire == parameter.wire));
                let body = writer.json(&expected::template(template, &value));
                Some(Self {
                    before: TokenStream::new(),
                    argument: None,
                    checks: if complete {
                        checks(quote! { request.has_json(&#body); })
                    } else {
                        TokenStream::new()
                    },
                })
            }
            BodyContent::Parts(parts) => {
                let given = |wire: &str| given.iter().any(|(known, _)| known.wire == wire);
                let names = parts.iter().filter_map(|part| match &part.content {
                    PartContent::File(wire) => given(wire).then_some(&part.name),
                    PartContent::Text(_) => Some(&part.name),
                });
                let names: Vec<_> = names.collect();
                Some(Self {
                    before: TokenStream::new(),
                    argument: None,
                    checks: quote! { request.has_parts(&[#(#names),*]); },
                })
            }
        }
    }

    fn json(writer: &Writer<'_>, form: &BodyForm, ty: &TypeRef, call: &Call<'_>) -> Self {
        let media_type = &form.media_type;
        let (before, argument, mut value) = typed(writer, form, ty);
        if let Value::Object(members) = &mut value {
            members.extend(call.set.iter().cloned());
        }
        let expected = writer.json(&value);
        Self {
            before,
            argument: Some(argument),
            checks: quote! {
                request.has_header("content-type", #media_type);
                request.has_json(&#expected);
            },
        }
    }

    fn multipart(writer: &Writer<'_>, form: &BodyForm, ty: &TypeRef) -> Self {
        let context = writer.expressions.context;
        let types = &context.api.types;
        let (before, argument, value) = match types.resolve(ty) {
            TypeRef::Named(id) if context.multipart.contains(id) => typed(writer, form, ty),
            _ => {
                let path = format!("{}::multipart::Form", context.options.runtime);
                writer.expressions.import(&path);
                let part = quote!(Form::new().text("part", "text"));
                let value =
                    Value::Object([("part".to_owned(), "text".into())].into_iter().collect());
                (TokenStream::new(), part, value)
            }
        };
        let names = value
            .as_object()
            .map(|members| parts(&writer.scope, ty, members));
        let names = names.unwrap_or_default();
        Self {
            before,
            argument: Some(argument),
            checks: quote! { request.has_parts(&[#(#names),*]); },
        }
    }
}

/// The names of the parts that a form has with these members.
fn parts(scope: &Scope<'_>, ty: &TypeRef, given: &serde_json::Map<String, Value>) -> Vec<String> {
    let Some((_, Shape::Object(shape))) = scope.context.shape(ty) else {
        return given.keys().cloned().collect();
    };
    let TypeRef::Named(id) = scope.context.api.types.resolve(ty) else {
        return Vec::new();
    };
    let def = scope.context.api.types.get(*id);
    let mut names = Vec::new();
    for member in object::members(scope, def, shape) {
        let wire = &member.field.wire;
        let count = match given.get(wire) {
            None => 0,
            Some(Value::Array(items)) if multipart::repeats(scope, member.inner) => {
                match multipart::files(scope, member.inner) {
                    Some(_) => 1,
                    None => items.len(),
                }
            }
            Some(Value::Null) => 0,
            Some(_) => 1,
        };
        names.extend(std::iter::repeat_n(wire.clone(), count));
    }
    names
}

/// A body of a type: statements before the call, the argument, and what is sent.
fn typed(writer: &Writer<'_>, form: &BodyForm, ty: &TypeRef) -> (TokenStream, TokenStream, Value) {
    let scope = &writer.scope;
    let drafted = draft(scope, ty, "body", Way::Sent);
    let candidates = form.examples.iter().chain([&drafted]);
    let mut sent = candidates.filter_map(|value| travel(scope, ty, value, Way::Sent));
    let made = sent.find_map(|value| {
        let bound = writer.expressions.bound(ty, &value)?;
        Some((bound, value))
    });
    match made {
        Some((statement, value)) => (statement, quote!(body), value),
        // What no expression says is read from its JSON.
        None => {
            let value = travel(scope, ty, &drafted, Way::Sent).unwrap_or_else(|| drafted.clone());
            let (ty, json) = (writer.expressions.type_of(ty), writer.json(&value));
            let statement = quote! { let body: #ty = serde_json::from_value(#json)?; };
            (statement, quote!(body), value)
        }
    }
}

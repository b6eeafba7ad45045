//! What an operation answers with: the output and format of its request, and the enum of an
//! operation that answers with a type for each status.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{Scope, ident};
use crate::model::{Operation, Outcome, Payload, StatusRange, TypeRef};

/// The type parameters of a request.
pub(crate) struct Output {
    pub(crate) ty: TokenStream,
    /// The module of the format, and its name there.
    format: (&'static str, &'static str),
}

/// The format that need not be written.
const JSON: (&str, &str) = ("format", "Json");

impl Output {
    /// `Request<T>` or `Request<T, F>`.
    pub(crate) fn request(&self, scope: &Scope<'_>) -> TokenStream {
        let request = scope.runtime("Request");
        let ty = &self.ty;
        if self.format == JSON {
            return quote!(#request<#ty>);
        }
        let format = self.format(scope);
        quote!(#request<#ty, #format>)
    }

    /// The format.
    pub(crate) fn format(&self, scope: &Scope<'_>) -> TokenStream {
        scope.within(self.format.0, self.format.1)
    }
}

/// The output of the plain method of an operation.
pub(crate) fn output(scope: &Scope<'_>, operation: &Operation) -> Output {
    match operation.outcomes.success.as_slice() {
        [] => of_payload(scope, &Payload::Empty),
        [one] => of_payload(scope, &one.payload),
        // A stream is read as it comes: which type it has cannot wait for its status.
        several => match several.iter().find(|outcome| is_stream(&outcome.payload)) {
            Some(stream) => of_payload(scope, &stream.payload),
            None => {
                let ty = scope.context.names.reply(operation);
                Output {
                    ty: quote!(#ty),
                    format: ("format", "ByStatus"),
                }
            }
        },
    }
}

/// Whether an operation answers with a type for each status.
pub(crate) fn is_by_status(operation: &Operation) -> bool {
    let outcomes = &operation.outcomes.success;
    outcomes.len() > 1 && !outcomes.iter().any(|outcome| is_stream(&outcome.payload))
}

pub(crate) fn is_stream(payload: &Payload) -> bool {
    matches!(
        payload,
        Payload::Events(_) | Payload::JsonLines(_) | Payload::Bytes
    )
}

/// The output of an operation that answers with this payload.
pub(crate) fn of_payload(scope: &Scope<'_>, payload: &Payload) -> Output {
    let (ty, format) = match payload {
        Payload::Empty => (quote!(()), "Empty"),
        Payload::Json(ty) => (scope.ty(ty), "Json"),
        Payload::MaybeJson(ty) => {
            let ty = scope.ty(ty);
            (quote!(Option<#ty>), "MaybeJson")
        }
        Payload::Text => (quote!(String), "Text"),
        Payload::Bytes => (scope.runtime("ByteStream"), "Download"),
        Payload::Events(ty) => {
            let (stream, ty) = (scope.runtime("events::EventStream"), scope.ty(ty));
            (quote!(#stream<#ty>), "Events")
        }
        Payload::JsonLines(ty) => {
            let (lines, ty) = (scope.runtime("jsonl::JsonLines"), scope.ty(ty));
            (quote!(#lines<#ty>), "JsonLines")
        }
        Payload::Record(ty) => {
            return Output {
                ty: scope.ty(ty),
                format: ("record", "Picked"),
            };
        }
        Payload::Records(ty) => {
            let (page, ty) = (scope.runtime("record::RecordPage"), scope.ty(ty));
            (quote!(#page<#ty>), "Json")
        }
    };
    Output {
        ty,
        format: ("format", format),
    }
}

/// The enum of an operation that answers with a type for each status.
pub(crate) fn by_status(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    if !is_by_status(operation) {
        return TokenStream::new();
    }
    let outcomes = &operation.outcomes.success;
    let name = scope.context.names.reply(operation);
    let cases = cases(outcomes);
    let docs = Docs::new(
        None,
        &format!("What `{}` answers with, by status.", operation.name),
    )
    .tokens();
    let variants = cases.iter().map(|(variant, outcome)| {
        let docs = Docs::new(
            outcome.description.as_deref(),
            &format!("{}.", status(outcome.status)),
        )
        .tokens();
        match payload_type(scope, &outcome.payload) {
            Some(ty) => quote! { #docs #variant(#ty), },
            None => quote! { #docs #variant, },
        }
    });
    let arms = cases.iter().map(|(variant, outcome)| {
        let pattern = pattern(outcome.status);
        let value = match &outcome.payload {
            Payload::Empty => quote!(Self::#variant),
            Payload::Text => quote!(Self::#variant(reply.text()?)),
            _ => quote!(Self::#variant(reply.json()?)),
        };
        quote! { #pattern => Ok(#value), }
    });
    let otherwise = (!outcomes
        .iter()
        .any(|outcome| outcome.status == StatusRange::Default))
    .then(|| {
        quote! { _ => Err(reply.decode_error("the document has no success of this status")), }
    });
    let from_status = scope.runtime("format::FromStatus");
    let (status_code, reply, error) = (
        scope.runtime("http::StatusCode"),
        scope.runtime("Reply"),
        scope.runtime("Error"),
    );
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }

        impl #from_status for #name {
            fn from_status(status: #status_code, reply: #reply) -> Result<Self, #error> {
                match status.as_u16() { #(#arms)* #otherwise }
            }
        }
    }
}

fn payload_type(scope: &Scope<'_>, payload: &Payload) -> Option<TokenStream> {
    match payload {
        Payload::Empty => None,
        Payload::MaybeJson(ty) => Some(scope.ty(&TypeRef::Nullable(Box::new(ty.clone())))),
        Payload::Text => Some(quote!(String)),
        Payload::Json(ty)
        | Payload::Record(ty)
        | Payload::Records(ty)
        | Payload::Events(ty)
        | Payload::JsonLines(ty) => Some(scope.ty(ty)),
        Payload::Bytes => Some(scope.value()),
    }
}

/// A variant for each status, exact statuses before ranges; the first of a status counts.
fn cases(outcomes: &[Outcome]) -> Vec<(Ident, &Outcome)> {
    let mut cases: Vec<(Ident, &Outcome)> = Vec::new();
    for outcome in outcomes {
        if !cases
            .iter()
            .any(|(_, known)| known.status == outcome.status)
        {
            cases.push((ident(&variant(outcome.status)), outcome));
        }
    }
    cases.sort_by_key(|(_, outcome)| match outcome.status {
        StatusRange::Code(_) => 0,
        StatusRange::Class(_) => 1,
        StatusRange::Default => 2,
    });
    cases
}

/// The name of the variant of a status.
pub(crate) fn variant(status: StatusRange) -> String {
    match status {
        StatusRange::Code(200) => "Ok".to_owned(),
        StatusRange::Code(201) => "Created".to_owned(),
        StatusRange::Code(202) => "Accepted".to_owned(),
        StatusRange::Code(203) => "NonAuthoritative".to_owned(),
        StatusRange::Code(204) => "NoContent".to_owned(),
        StatusRange::Code(205) => "ResetContent".to_owned(),
        StatusRange::Code(206) => "PartialContent".to_owned(),
        StatusRange::Code(code) => format!("Status{code}"),
        StatusRange::Class(class) => format!("Status{class}xx"),
        StatusRange::Default => "Other".to_owned(),
    }
}

fn pattern(status: StatusRange) -> TokenStream {
    match status {
        StatusRange::Code(code) => {
            let code = proc_macro2::Literal::u16_unsuffixed(code);
            quote!(#code)
        }
        StatusRange::Class(class) => {
            let first = proc_macro2::Literal::u16_unsuffixed(u16::from(class).saturating_mul(100));
            let last = proc_macro2::Literal::u16_unsuffixed(
                u16::from(class).saturating_mul(100).saturating_add(99),
            );
            quote!(#first..=#last)
        }
        StatusRange::Default => quote!(_),
    }
}

/// A status in documentation.
pub(crate) fn status(status: StatusRange) -> String {
    match status {
        StatusRange::Code(code) => format!("`{code}`"),
        StatusRange::Class(class) => format!("`{class}XX`"),
        StatusRange::Default => "Any other status".to_owned(),
    }
}

//! Parameters: arguments of methods, chained methods of requests, and the calls that set them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use super::arguments::argument;
use super::{Scope, ident};
use crate::model::{Location, Operation, Parameter, Primitive, Style, TypeRef};

/// A parameter as an argument.
pub(crate) struct Input {
    pub(crate) name: Ident,
    pub(crate) ty: TokenStream,
    /// A statement that converts the argument, where it needs one.
    pub(crate) binding: Option<TokenStream>,
    /// The call on the request that sets it; parameters of a body template have none.
    pub(crate) call: Option<TokenStream>,
}

impl Input {
    /// `name: Type`.
    pub(crate) fn declaration(&self) -> TokenStream {
        let (name, ty) = (&self.name, &self.ty);
        quote!(#name: #ty)
    }
}

/// The parameter as an argument.
pub(crate) fn input(scope: &Scope<'_>, parameter: &Parameter) -> Input {
    let name = ident(&parameter.name);
    let (ty, _) = parameter.ty.split_nullable();
    let resolved = scope.context.api.types.resolve(ty);
    let in_body = parameter.is_in_body();
    if *resolved == TypeRef::Primitive(Primitive::String) && !in_body {
        let call = call(scope, parameter, &quote!(#name.as_ref()));
        return Input {
            name,
            ty: quote!(impl AsRef<str>),
            binding: None,
            call,
        };
    }
    let argument = argument(scope, ty, &name);
    let value = argument.value;
    let owned = scope.ty(ty);
    let binding =
        (name != value.to_string().as_str()).then(|| quote! { let #name: #owned = #value; });
    // What the body holds as well is lent to the request.
    let lent = if in_body {
        quote!(&#name)
    } else {
        quote!(#name)
    };
    let call = call(scope, parameter, &lent);
    Input {
        name,
        ty: argument.ty,
        binding,
        call,
    }
}

/// The call on a request that sets a parameter.
fn call(scope: &Scope<'_>, parameter: &Parameter, value: &TokenStream) -> Option<TokenStream> {
    let wire = &parameter.wire;
    if parameter.style == Style::Json && parameter.location != Location::Query {
        let json = scope.runtime("serde_json");
        let text = quote!(#json::to_string(&#value).ok());
        let plain = Parameter {
            style: Style::Simple,
            ..parameter.clone()
        };
        return call(scope, &plain, &text);
    }
    match parameter.location {
        Location::Path => Some(quote!(.path_param(#wire, #value))),
        Location::Query => {
            let style = style(scope, parameter.style);
            Some(quote!(.query_param(#wire, #style, #value)))
        }
        Location::Header => Some(quote!(.header_param(#wire, #value))),
        Location::Cookie => Some(quote!(.cookie_param(#wire, #value))),
        Location::Body => None,
    }
}

fn style(scope: &Scope<'_>, style: Style) -> TokenStream {
    let query_style = scope.runtime("QueryStyle");
    let name = ident(match style {
        Style::Form => "Form",
        Style::SpaceDelimited => "SpaceDelimited",
        Style::PipeDelimited => "PipeDelimited",
        Style::DeepObject => "DeepObject",
        Style::Json => "Json",
        Style::FormExplode | Style::Simple => "FormExplode",
    });
    quote!(#query_style::#name)
}

/// The calls that set what is sent when the caller says nothing.
pub(crate) fn sent_defaults(scope: &Scope<'_>, operation: &Operation) -> Vec<TokenStream> {
    let sent = operation
        .optional_parameters()
        .filter(|parameter| parameter.send_default);
    sent.filter_map(|parameter| {
        let value = plain(parameter.default.as_ref()?)?;
        call(scope, parameter, &value)
    })
    .collect()
}

/// A scalar as an expression.
pub(crate) fn plain(value: &Value) -> Option<TokenStream> {
    match value {
        Value::Bool(value) => Some(quote!(#value)),
        Value::String(value) => Some(quote!(#value)),
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                let number = proc_macro2::Literal::i64_unsuffixed(number);
                return Some(if number.to_string().len() > 9 {
                    quote!(#number as i64)
                } else {
                    quote!(#number)
                });
            }
            let number = number.as_f64().filter(|number| number.is_finite())?;
            let number = proc_macro2::Literal::f64_unsuffixed(number);
            Some(quote!(#number))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

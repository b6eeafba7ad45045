//! Credentials: setters of the client builder.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Docs;
use super::{Scope, ident};
use crate::model::{Api, Credential, CredentialKind};

/// The arguments of a credential's setter.
pub(super) fn arguments(scope: &Scope<'_>, credential: &Credential) -> TokenStream {
    let secret = scope.runtime("Secret");
    let name = ident(&credential.name);
    match &credential.kind {
        CredentialKind::Basic {
            user: None,
            password: None,
        } => {
            quote!(user: impl Into<String>, password: impl Into<#secret>)
        }
        CredentialKind::Basic {
            user: None,
            password: Some(_),
        } => quote!(user: impl Into<#secret>),
        CredentialKind::Basic { user: Some(_), .. } => quote!(password: impl Into<#secret>),
        _ => quote!(#name: impl Into<#secret>),
    }
}

/// The call of a credential's setter with arguments of the same names.
pub(super) fn forward(credential: &Credential) -> TokenStream {
    let name = ident(&credential.name);
    match &credential.kind {
        CredentialKind::Basic {
            user: None,
            password: None,
        } => quote!(.#name(user, password)),
        CredentialKind::Basic {
            user: None,
            password: Some(_),
        } => quote!(.#name(user)),
        CredentialKind::Basic { user: Some(_), .. } => quote!(.#name(password)),
        _ => quote!(.#name(#name)),
    }
}

pub(super) fn setter(scope: &Scope<'_>, credential: &Credential) -> TokenStream {
    let name = ident(&credential.name);
    let arguments = arguments(scope, credential);
    let value = value(scope, credential);
    let docs = Docs::new(
        credential.description.as_deref(),
        &described(&credential.kind),
    )
    .tokens();
    quote! {
        #docs
        pub fn #name(mut self, #arguments) -> Self { self.inner = self.inner.credential(#value); self }
    }
}

/// The credential made from the arguments of its setter.
fn value(scope: &Scope<'_>, credential: &Credential) -> TokenStream {
    let ty = scope.runtime("Credential");
    let secret = scope.runtime("Secret");
    let name = ident(&credential.name);
    match &credential.kind {
        CredentialKind::Header {
            name: header,
            prefix,
            suffix,
        } if prefix.is_empty() && suffix.is_empty() => {
            quote!(#ty::header(#header, #name.into()))
        }
        CredentialKind::Header {
            name: header,
            prefix,
            suffix,
        } => {
            let format = format!("{}{{}}{}", braces(prefix), braces(suffix));
            quote!(#ty::header(#header, format!(#format, Into::<#secret>::into(#name).expose()).into()))
        }
        CredentialKind::Query(parameter) => quote!(#ty::query(#parameter, #name.into())),
        CredentialKind::Cookie(cookie) => quote!(#ty::cookie(#cookie, #name.into())),
        CredentialKind::Bearer => quote!(#ty::bearer(#name.into())),
        CredentialKind::Basic {
            user: None,
            password: None,
        } => quote!(#ty::basic(user, password.into())),
        CredentialKind::Basic {
            user: None,
            password: Some(password),
        } => {
            quote!(#ty::basic(Into::<#secret>::into(user).expose(), #password.into()))
        }
        CredentialKind::Basic {
            user: Some(user), ..
        } => quote!(#ty::basic(#user, password.into())),
    }
}

/// Text as a part of a format string.
fn braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

fn described(kind: &CredentialKind) -> String {
    match kind {
        CredentialKind::Header { name, .. } => format!("Authenticates with the header `{name}`."),
        CredentialKind::Query(name) => format!("Authenticates with the query parameter `{name}`."),
        CredentialKind::Cookie(name) => format!("Authenticates with the cookie `{name}`."),
        CredentialKind::Bearer => "Authenticates with a bearer token.".to_owned(),
        CredentialKind::Basic {
            user: None,
            password: None,
        } => "Authenticates with user name and password.".to_owned(),
        CredentialKind::Basic { .. } => "Authenticates with basic authentication.".to_owned(),
    }
}

/// The first credential that the environment has.
pub(super) fn from_env(api: &Api) -> TokenStream {
    let single = api.credentials.iter().filter(|credential| {
        !matches!(
            credential.kind,
            CredentialKind::Basic {
                user: None,
                password: None
            }
        )
    });
    let branches: Vec<_> = single
        .filter_map(|credential| {
            let (env, name) = (credential.env.as_ref()?, ident(&credential.name));
            Some(quote! { if let Some(secret) = variable(#env) { self = self.#name(secret); } })
        })
        .collect();
    quote! { #(#branches)else* }
}

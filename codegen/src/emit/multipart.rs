//! Multipart forms: structs whose fields are the parts.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, Docs};
use super::names::setter_ident;
use super::object::{Member, Presence, type_docs};
use super::{Scope, arguments, ident};
use crate::model::{Primitive, Shape, TypeDef, TypeRef};

/// What a field is in a form.
enum Part {
    /// A file.
    File,
    /// Files, each a part of the same name.
    Files,
    /// A value as text, by this method of it if any.
    Text(Option<&'static str>),
    /// Such values, each a part of the same name.
    Texts(Option<&'static str>),
    /// A value as JSON.
    Json,
}

fn part(scope: &Scope<'_>, ty: &TypeRef) -> Part {
    let types = &scope.context.api.types;
    match scope.context.api.types.resolve(ty) {
        TypeRef::Primitive(Primitive::Binary) => Part::File,
        TypeRef::Primitive(primitive) => Part::Text(match primitive {
            Primitive::Secret => Some("expose"),
            Primitive::DateTime => Some("to_rfc3339"),
            _ => None,
        }),
        TypeRef::List(inner) => match scalar(scope, inner) {
            Part::File => Part::Files,
            Part::Text(method) => Part::Texts(method),
            _ => Part::Json,
        },
        TypeRef::Tuple(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Nullable(_) => Part::Json,
        TypeRef::Named(id) => match &types.get(*id).shape {
            Shape::OpenEnum(_) | Shape::Newtype(_) => Part::Text(None),
            // One file or several: a list is both.
            Shape::Union(union) => {
                let files = union
                    .variants
                    .iter()
                    .all(|variant| match types.resolve(&variant.ty) {
                        TypeRef::Primitive(Primitive::Binary) => true,
                        TypeRef::List(inner) => {
                            *types.resolve(inner) == TypeRef::Primitive(Primitive::Binary)
                        }
                        _ => false,
                    });
                if files { Part::Files } else { Part::Json }
            }
            _ => Part::Json,
        },
    }
}

/// What an item of a list is in a form: lists in lists are JSON.
fn scalar(scope: &Scope<'_>, ty: &TypeRef) -> Part {
    match scope.context.api.types.resolve(ty) {
        TypeRef::List(_) => Part::Json,
        _ => part(scope, ty),
    }
}

/// Whether a field of a form takes files, and then whether several.
pub(super) fn files(scope: &Scope<'_>, ty: &TypeRef) -> Option<bool> {
    match part(scope, ty) {
        Part::File => Some(false),
        Part::Files => Some(true),
        Part::Texts(_) | Part::Text(_) | Part::Json => None,
    }
}

/// Whether each item of a field of a form is a part of its own.
pub(super) fn repeats(scope: &Scope<'_>, ty: &TypeRef) -> bool {
    matches!(part(scope, ty), Part::Files | Part::Texts(_))
}

/// The field's type, and the argument for it.
fn field_type(scope: &Scope<'_>, member: &Member<'_>) -> (TokenStream, arguments::Argument) {
    let name = &member.name;
    match part(scope, member.inner) {
        Part::File => {
            let upload = scope.runtime("multipart::Upload");
            (
                upload.clone(),
                arguments::Argument {
                    ty: upload,
                    value: quote!(#name),
                },
            )
        }
        Part::Files => {
            let upload = scope.runtime("multipart::Upload");
            let argument = arguments::Argument {
                ty: quote!(impl IntoIterator<Item = #upload>),
                value: quote!(#name.into_iter().collect()),
            };
            (quote!(Vec<#upload>), argument)
        }
        _ => {
            let ty = scope.ty(member.inner);
            (ty, arguments::argument(scope, member.inner, name))
        }
    }
}

/// A struct that is only ever a form.
pub(super) fn tokens(scope: &Scope<'_>, def: &TypeDef, members: &[Member<'_>]) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let into_form = into_form(scope, members, true);
    let members: Vec<_> = members
        .iter()
        .filter(|member| member.is_argument() || member.is_option())
        .collect();
    let fields = members.iter().map(|member| {
        let (field, (ty, _)) = (&member.name, field_type(scope, member));
        let mut docs = Docs::new(
            member.field.description.as_deref(),
            &format!("`{}`.", member.field.wire),
        );
        docs.limits(&member.field.constraints, member.field.default.as_ref());
        let (docs, deprecated) = (docs.tokens(), docs::deprecated(member.field.deprecated));
        if member.is_argument() {
            quote! { #docs #deprecated pub #field: #ty, }
        } else {
            quote! { #docs #deprecated pub #field: Option<#ty>, }
        }
    });
    let parameters = members
        .iter()
        .filter(|member| member.is_argument())
        .map(|member| {
            let (name, (_, argument)) = (&member.name, field_type(scope, member));
            let ty = argument.ty;
            quote!(#name: #ty)
        });
    let values = members.iter().map(|member| {
        let (name, (_, argument)) = (&member.name, field_type(scope, member));
        let value = if member.is_argument() {
            argument.value
        } else {
            quote!(None)
        };
        if name == value.to_string().as_str() {
            quote!(#name)
        } else {
            quote!(#name: #value)
        }
    });
    let setters = members
        .iter()
        .filter(|member| member.is_option())
        .map(|member| setter(scope, member));
    let new_docs = docs::line("With the parts that are required; the rest can be chained.");
    let deprecated = members.iter().any(|member| member.field.deprecated);
    let allow_deprecated = deprecated.then(|| quote! { #[allow(deprecated)] });
    let default = members.iter().all(|member| member.is_option());
    let default = default.then(|| quote!(, Default));
    quote! {
        #docs
        #[derive(Debug #default)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }

        #allow_deprecated
        impl #name {
            #new_docs
            pub fn new(#(#parameters),*) -> Self { Self { #(#values),* } }

            #(#setters)*

            #into_form
        }
    }
}

fn setter(scope: &Scope<'_>, member: &Member<'_>) -> TokenStream {
    let (name, (_, argument)) = (&member.name, field_type(scope, member));
    let setter = setter_ident(&member.field.name);
    let (ty, value) = (argument.ty, argument.value);
    let field = &member.field.name;
    let docs = docs::line(&format!("Sets [`{field}`](Self#structfield.{field})."));
    let deprecated = docs::deprecated(member.field.deprecated);
    quote! {
        #docs #deprecated #[must_use]
        pub fn #setter(mut self, #name: #ty) -> Self { self.#name = Some(#value); self }
    }
}

/// The method that makes the form. In a struct that is only a form, `is_form`, files are uploads
/// and what may be missing is an `Option`; in others a file is the bytes that it is in JSON.
pub(super) fn into_form(scope: &Scope<'_>, members: &[Member<'_>], is_form: bool) -> TokenStream {
    let form = scope.runtime("multipart::Form");
    let parts: Vec<_> = members
        .iter()
        .map(|member| {
            let (name, wire) = (&member.name, &member.field.wire);
            if let Some(value) = member.constant {
                return quote! { form = form.text(#wire, #value); };
            }
            if let Some(literal) = member.literal.as_ref().filter(|_| is_form) {
                return quote! { form = form.text(#wire, #literal); };
            }
            let value = quote!(value);
            match member.presence {
                Presence::Always => add(scope, member, &quote!(self.#name), is_form),
                Presence::Nullable if is_form => add(scope, member, &quote!(self.#name), is_form),
                Presence::Maybe if !is_form => {
                    let (maybe, add) = (
                        scope.runtime("maybe::Maybe"),
                        add(scope, member, &value, is_form),
                    );
                    quote! { if let #maybe::Value(value) = self.#name { #add } }
                }
                Presence::Optional | Presence::Nullable | Presence::Maybe => {
                    let add = add(scope, member, &value, is_form);
                    quote! { if let Some(value) = self.#name { #add } }
                }
            }
        })
        .collect();
    let mutable = (!parts.is_empty()).then(|| quote!(mut));
    quote! {
        /// The parts, ready to send.
        #[inline]
        pub fn into_form(self) -> #form {
            let #mutable form = #form::new();
            #(#parts)*
            form
        }
    }
}

/// The statement that adds a field to the form.
fn add(scope: &Scope<'_>, member: &Member<'_>, value: &TokenStream, is_form: bool) -> TokenStream {
    let wire = &member.field.wire;
    let call = |method: Option<&str>| {
        method.map(|method| {
            let method = ident(method);
            quote!(.#method())
        })
    };
    let upload = |value: TokenStream| {
        if is_form {
            return value;
        }
        let part = scope.runtime("multipart::Part");
        quote!(#part::bytes(#value.into_inner()))
    };
    let is_list = matches!(
        scope.context.api.types.resolve(member.inner),
        TypeRef::List(_)
    );
    match part(scope, member.inner) {
        Part::File => {
            let upload = upload(value.clone());
            quote! { form = form.part(#wire, #upload); }
        }
        Part::Files if is_form || is_list => {
            let upload = upload(quote!(part));
            quote! { for part in #value { form = form.part(#wire, #upload); } }
        }
        Part::Text(method) => {
            let method = call(method);
            quote! { form = form.text(#wire, #value #method); }
        }
        Part::Texts(method) => {
            let method = call(method);
            quote! { for value in #value { form = form.text(#wire, value #method); } }
        }
        Part::Files | Part::Json => quote! { form = form.json(#wire, &#value); },
    }
}

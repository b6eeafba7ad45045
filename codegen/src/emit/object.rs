//! Objects: structs, and how callers build those that are sent.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use serde_json::Value;

use super::arguments::argument;
use super::docs::{self, Docs};
use super::names::{operator_name, setter_ident};
use super::{Scope, deserialize, ident, multipart, page, plain, serialize};
use crate::model::{Extra, Field, Object, Primitive, TypeDef, TypeId, TypeRef};

/// How a struct says that a member may be missing or `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`.
    Always,
    /// `Option<T>`, left out when `None`.
    Optional,
    /// `Option<T>`, `null` when `None`.
    Nullable,
    /// `Maybe<T>`: left out, `null` or a value.
    Maybe,
}

/// A field as it is emitted.
pub(crate) struct Member<'a> {
    pub(crate) field: &'a Field,
    pub(crate) name: Ident,
    pub(crate) presence: Presence,
    /// Its type once there is a value.
    pub(crate) inner: &'a TypeRef,
    /// The text it always is. It is written and passed by; the struct has no field for it.
    pub(crate) constant: Option<&'a str>,
    /// The number or truth value it always is, in what is sent.
    pub(crate) literal: Option<TokenStream>,
    /// Whether it is never written, though its struct is sent.
    pub(crate) read_only: bool,
    /// Whether its struct is written by derived code.
    derives_writing: bool,
    /// Whether its struct is read by derived code.
    derives_reading: bool,
}

impl<'a> Member<'a> {
    fn new(scope: &Scope<'a>, def: &TypeDef, object: &Object, field: &'a Field) -> Self {
        let (resolved, nullable) = scope.context.resolve(&field.ty);
        let inner = if nullable { resolved } else { &field.ty };
        let any = matches!(resolved, TypeRef::Any);
        let missing =
            !field.required || field.read_only || (field.write_only && def.usage.received);
        let presence = match (
            def.usage.sent && !field.read_only,
            missing,
            nullable && !any,
        ) {
            (_, false, false) => Presence::Always,
            (true, false, true) => Presence::Nullable,
            (true, true, true) => Presence::Maybe,
            (_, true, false) | (false, _, true) => Presence::Optional,
        };
        let text = matches!(
            resolved,
            TypeRef::Primitive(Primitive::String) | TypeRef::Named(_)
        );
        let constant = field
            .constant
            .as_ref()
            .and_then(Value::as_str)
            .filter(|_| text);
        let literal = field
            .constant
            .as_ref()
            .filter(|_| def.usage.sent)
            .and_then(|value| literal(value, resolved));
        let presence = if literal.is_some() {
            Presence::Always
        } else {
            presence
        };
        let derives = !scope.context.writes_out(object);
        Self {
            field,
            name: ident(&field.name),
            presence,
            inner,
            constant,
            literal,
            read_only: field.read_only && def.usage.sent,
            derives_writing: derives && scope.context.serializes(def),
            derives_reading: derives && scope.context.deserializes(def),
        }
    }

    /// Whether the struct has it.
    pub(crate) fn is_field(&self) -> bool {
        self.constant.is_none()
    }

    /// Whether a caller has to give it.
    pub(crate) fn is_argument(&self) -> bool {
        self.is_field()
            && self.literal.is_none()
            && matches!(self.presence, Presence::Always | Presence::Nullable)
    }

    /// Whether a caller may chain it.
    pub(crate) fn is_option(&self) -> bool {
        self.is_field()
            && !self.read_only
            && matches!(self.presence, Presence::Optional | Presence::Maybe)
    }

    fn inner_type(&self, scope: &Scope<'_>) -> TokenStream {
        let inner = scope.ty(self.inner);
        if self.field.boxed {
            quote!(Box<#inner>)
        } else {
            inner
        }
    }

    fn ty(&self, scope: &Scope<'_>) -> TokenStream {
        let inner = self.inner_type(scope);
        match self.presence {
            Presence::Always => inner,
            Presence::Optional | Presence::Nullable => quote!(Option<#inner>),
            Presence::Maybe => {
                let maybe = scope.runtime("maybe::Maybe");
                quote!(#maybe<#inner>)
            }
        }
    }

    fn declaration(&self, scope: &Scope<'_>) -> TokenStream {
        let Self { field, name, .. } = self;
        let ty = self.ty(scope);
        let serde = self.serde();
        let mut docs = Docs::of(field.description.as_deref());
        docs.limits(&field.constraints, field.default.as_ref());
        let docs = scope.documented(&docs);
        let deprecated = docs::deprecated(field.deprecated);
        quote! { #docs #deprecated #serde pub #name: #ty, }
    }

    /// What derived code has to know.
    fn serde(&self) -> TokenStream {
        if !self.derives_writing && !self.derives_reading {
            return TokenStream::new();
        }
        let mut options = Vec::new();
        let wire = &self.field.wire;
        if self.name.to_string().trim_start_matches("r#") != wire {
            options.push(quote!(rename = #wire));
        }
        let is_maybe = self.presence == Presence::Maybe;
        if self.derives_reading && is_maybe {
            options.push(quote!(default));
        }
        if self.derives_writing {
            match self.presence {
                _ if self.read_only => options.push(quote!(skip_serializing)),
                Presence::Optional => options.push(quote!(skip_serializing_if = "Option::is_none")),
                Presence::Maybe => options.push(quote!(skip_serializing_if = "Maybe::is_absent")),
                Presence::Always | Presence::Nullable => {}
            }
        }
        if options.is_empty() {
            TokenStream::new()
        } else {
            quote! { #[serde(#(#options),*)] }
        }
    }

    /// The chained method of an optional field, and the one that says `null`.
    fn setters(&self, scope: &Scope<'_>) -> TokenStream {
        let name = &self.name;
        let setter = setter_ident(&self.field.name);
        let argument = argument(scope, self.inner, name);
        let (ty, value) = (argument.ty, self.boxed(argument.value));
        let field = name.to_string();
        let field = field.trim_start_matches("r#");
        let docs = docs::line(&format!("Sets [`{field}`](Self#structfield.{field})."));
        let deprecated = docs::deprecated(self.field.deprecated);
        let operator = operator_name(&setter);
        let inline = inline(&ty);
        if self.presence == Presence::Optional {
            return quote! {
                #docs #deprecated #operator #[must_use] #inline
                pub fn #setter(mut self, #name: #ty) -> Self { self.#name = Some(#value); self }
            };
        }
        let maybe = scope.runtime("maybe::Maybe");
        let null = ident(&format!("null_{}", self.field.name));
        let null_docs = docs::line(&format!(
            "Sends `null` as [`{field}`](Self#structfield.{field})."
        ));
        quote! {
            #docs #deprecated #operator #[must_use] #inline
            pub fn #setter(mut self, #name: #ty) -> Self { self.#name = #maybe::Value(#value); self }

            #null_docs #deprecated #[must_use] #[inline]
            pub fn #null(mut self) -> Self { self.#name = #maybe::Null; self }
        }
    }

    fn boxed(&self, value: TokenStream) -> TokenStream {
        if self.field.boxed {
            quote!(Box::new(#value))
        } else {
            value
        }
    }
}

/// The members of an object that are emitted.
pub(crate) fn members<'a>(
    scope: &Scope<'a>,
    def: &'a TypeDef,
    object: &'a Object,
) -> Vec<Member<'a>> {
    let usage = def.usage;
    let fields = object.fields.iter().filter(|field| {
        !field.internal && (usage.received || !field.read_only) && (usage.sent || !field.write_only)
    });
    fields
        .map(|field| Member::new(scope, def, object, field))
        .collect()
}

/// A constant that is no text, as an expression.
fn literal(value: &Value, ty: &TypeRef) -> Option<TokenStream> {
    let TypeRef::Primitive(primitive) = ty else {
        return None;
    };
    match (primitive, value) {
        (Primitive::Bool, Value::Bool(value)) => Some(quote!(#value)),
        (Primitive::Int32 | Primitive::Int64, Value::Number(number)) => {
            let number = proc_macro2::Literal::i64_unsuffixed(number.as_i64()?);
            Some(quote!(#number))
        }
        (Primitive::Uint32 | Primitive::Uint64, Value::Number(number)) => {
            let number = proc_macro2::Literal::u64_unsuffixed(number.as_u64()?);
            Some(quote!(#number))
        }
        (Primitive::Double | Primitive::Float, Value::Number(number)) => {
            let number = number.as_f64().filter(|number| number.is_finite())?;
            let number = proc_macro2::Literal::f64_unsuffixed(number);
            Some(quote!(#number))
        }
        _ => None,
    }
}

/// The struct and what belongs to it.
pub(crate) fn tokens(scope: &Scope<'_>, id: TypeId, def: &TypeDef, object: &Object) -> TokenStream {
    let members = members(scope, def, object);
    if scope.context.forms.contains(&id) {
        return multipart::tokens(scope, def, &members);
    }
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let (serializes, deserializes) = (
        scope.context.serializes(def),
        scope.context.deserializes(def),
    );
    let (mut derived, mut written) = (Vec::new(), TokenStream::new());
    if scope.context.writes_out(object) {
        if serializes {
            written.extend(serialize::tokens(scope, def, &members, object));
        }
        if deserializes {
            written.extend(deserialize::tokens(scope, def, &members, object));
        }
    } else {
        derived.extend(serializes.then(|| scope.item("serde::Serialize")));
        derived.extend(deserializes.then(|| scope.item("serde::Deserialize")));
    }
    let default = has_default(def, &members).then(|| quote!(Default,));
    let fields = members.iter().filter(|member| member.is_field());
    let fields = fields.map(|member| member.declaration(scope));
    let extra = extra_field(scope, object);
    let build = if def.usage.sent {
        build(scope, id, def, &members, object)
    } else {
        TokenStream::new()
    };
    let page = page::of_object(scope, id, def, &members);
    let plain = plain::object(scope, id, def, &members);
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, #(#derived),*)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* #extra }

        #build
        #written
        #page
        #plain
    }
}

/// What the document says about a type.
pub(crate) fn type_docs(scope: &Scope<'_>, def: &TypeDef) -> TokenStream {
    let mut docs = Docs::of(def.description.as_deref());
    if def.deprecated {
        docs.text("**Deprecated.**");
    }
    scope.documented(&docs)
}

fn has_default(def: &TypeDef, members: &[Member<'_>]) -> bool {
    def.usage.sent
        && !members
            .iter()
            .any(|member| member.is_argument() || member.literal.is_some())
}

fn extra_field(scope: &Scope<'_>, object: &Object) -> TokenStream {
    let Extra::Kept(ty) = &object.extra else {
        return TokenStream::new();
    };
    let (ty, _) = extra(scope, ty);
    quote! {
        /// Members that the document does not name; they are kept and sent back.
        pub extra: #ty,
    }
}

/// The type of the members that the document does not name, and the expression for none of them.
pub(super) fn extra(scope: &Scope<'_>, ty: &TypeRef) -> (TokenStream, TokenStream) {
    let (map, value) = if matches!(scope.context.resolve(ty).0, TypeRef::Any) {
        (scope.runtime("serde_json::Map"), scope.value())
    } else {
        (scope.item("std::collections::BTreeMap"), scope.ty(ty))
    };
    (quote!(#map<String, #value>), quote!(#map::new()))
}

/// `new` with what is required, and a chained method for each option.
fn build(
    scope: &Scope<'_>,
    id: TypeId,
    def: &TypeDef,
    members: &[Member<'_>],
    object: &Object,
) -> TokenStream {
    let name = ident(&def.name);
    let new = constructor(scope, def, members, object);
    let setters = members
        .iter()
        .filter(|member| member.is_option())
        .map(|member| member.setters(scope));
    let extra = match &object.extra {
        Extra::Kept(ty) => extra_setter(scope, ty),
        Extra::Ignored => TokenStream::new(),
    };
    let into_form = scope
        .context
        .multipart
        .contains(&id)
        .then(|| multipart::into_form(scope, members, false));
    let deprecated = allow_deprecated(members);
    quote! { #deprecated impl #name { #new #(#setters)* #extra #into_form } }
}

/// The document deprecates fields; that they can still be set, written and read is no oversight.
pub(super) fn allow_deprecated(members: &[Member<'_>]) -> Option<TokenStream> {
    members
        .iter()
        .any(|member| member.field.deprecated)
        .then(|| quote! { #[allow(deprecated)] })
}

/// Lets a method with these parameters be compiled by the crates that call it, not by all that
/// depend on it. Generic ones are so anyway.
pub(super) fn inline(parameters: &TokenStream) -> Option<TokenStream> {
    let generic = parameters
        .clone()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(word) if word == "impl"));
    (!generic).then(|| quote!(#[inline]))
}

fn extra_setter(scope: &Scope<'_>, ty: &TypeRef) -> TokenStream {
    let value = ident("value");
    let argument = argument(scope, ty, &value);
    let (ty, value) = (argument.ty, argument.value);
    quote! {
        /// Adds a member that the document does not name.
        #[must_use]
        pub fn extra(mut self, name: impl Into<String>, value: #ty) -> Self {
            self.extra.insert(name.into(), #value);
            self
        }
    }
}

fn constructor(
    scope: &Scope<'_>,
    def: &TypeDef,
    members: &[Member<'_>],
    object: &Object,
) -> TokenStream {
    if has_default(def, members) {
        return quote! {
            /// Nothing set.
            #[inline]
            pub fn new() -> Self { Self::default() }
        };
    }
    let arguments: Vec<_> = members
        .iter()
        .filter(|member| member.is_argument())
        .collect();
    let parameters = arguments.iter().map(|member| {
        let name = &member.name;
        let ty = match member.presence {
            Presence::Nullable => {
                let ty = member.inner_type(scope);
                quote!(impl Into<Option<#ty>>)
            }
            _ => argument(scope, member.inner, name).ty,
        };
        quote!(#name: #ty)
    });
    let parameters = quote!(#(#parameters),*);
    let inline = inline(&parameters);
    let fields = members.iter().filter(|member| member.is_field());
    let values = fields.map(|member| {
        let (name, value) = (&member.name, initial(scope, member));
        if name == value.to_string().as_str() {
            quote!(#name)
        } else {
            quote!(#name: #value)
        }
    });
    let extra = match &object.extra {
        Extra::Kept(ty) => {
            let (_, none) = extra(scope, ty);
            quote!(extra: #none,)
        }
        Extra::Ignored => TokenStream::new(),
    };
    let optional = members.iter().any(Member::is_option);
    let docs = docs::line(if optional {
        "With what is required; the rest can be chained."
    } else {
        "With all there is."
    });
    let many = (arguments.len() > 7).then(|| {
        quote! { #[expect(clippy::too_many_arguments, reason = "each is required")] }
    });
    quote! {
        #docs #many #inline
        pub fn new(#parameters) -> Self { Self { #(#values,)* #extra } }
    }
}

/// The value of a member in `new`.
pub(super) fn initial(scope: &Scope<'_>, member: &Member<'_>) -> TokenStream {
    let name = &member.name;
    if let Some(literal) = &member.literal {
        return literal.clone();
    }
    match member.presence {
        Presence::Always => member.boxed(argument(scope, member.inner, name).value),
        Presence::Nullable => quote!(#name.into()),
        Presence::Optional => quote!(None),
        Presence::Maybe => {
            let maybe = scope.runtime("maybe::Maybe");
            quote!(#maybe::Absent)
        }
    }
}

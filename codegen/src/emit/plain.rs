//! The short way to read the frequent events of streams: `Plain` for objects of texts, counts and
//! what is made of them, members in the document's order.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::object::Member;
use super::{Scope, ident};
use crate::model::{
    Api, Extra, Field, Primitive, Shape, Tagging, TypeDef, TypeId, TypeRef, Union, Variant,
};

/// The payloads of frequent events, and what they are made of, that can be read the short way.
pub(super) fn types(api: &Api) -> BTreeSet<TypeId> {
    let mut plain = BTreeSet::new();
    let shapes = api.types.iter().map(|(_, def)| &def.shape);
    let payloads = shapes.filter_map(|shape| match shape {
        Shape::Events(events) => Some(&events.events),
        _ => None,
    });
    for event in payloads.flatten().filter(|event| event.frequent) {
        if let Some(payload) = &event.payload {
            collect(api, payload, &mut plain);
        }
    }
    plain
}

/// Whether a type can be; adds it, and what it is made of, to the set if so. A type that has itself
/// inside has a box, and cannot.
fn collect(api: &Api, ty: &TypeRef, plain: &mut BTreeSet<TypeId>) -> bool {
    let TypeRef::Named(id) = api.types.resolve(ty) else {
        return false;
    };
    let def = api.types.get(*id);
    let can = match &def.shape {
        Shape::Object(object) => {
            let fields = object.fields.iter();
            let mut fields = fields.filter(|field| !field.internal && !field.write_only);
            let closed = object.extra == Extra::Ignored && def.usage.received;
            closed && fields.all(|field| is_plain_field(api, field, plain))
        }
        Shape::Union(union) => {
            let mut any = false;
            for variant in &union.variants {
                any |= starts_with_tag(api, union, variant) && collect(api, &variant.ty, plain);
            }
            any
        }
        _ => false,
    };
    if can {
        plain.insert(*id);
    }
    can
}

fn is_plain_field(api: &Api, field: &Field, plain: &mut BTreeSet<TypeId>) -> bool {
    if let Some(constant) = &field.constant {
        return constant.is_string();
    }
    let primitive = matches!(
        api.types.resolve(&field.ty),
        TypeRef::Primitive(Primitive::String | Primitive::Uint32 | Primitive::Uint64)
    );
    field.required && !field.boxed && (primitive || collect(api, &field.ty, plain))
}

/// Whether the object of a variant begins with its tag, so that no other variant's can be taken for
/// it.
fn starts_with_tag(api: &Api, union: &Union, variant: &Variant) -> bool {
    let (Tagging::Property(tag), false) = (&union.tagging, variant.boxed) else {
        return false;
    };
    let TypeRef::Named(id) = api.types.resolve(&variant.ty) else {
        return false;
    };
    let Shape::Object(object) = &api.types.get(*id).shape else {
        return false;
    };
    let first = object.fields.iter().find(|field| !field.internal);
    first.is_some_and(|field| {
        let constant = field.constant.as_ref().and_then(Value::as_str);
        field.wire == *tag
            && variant
                .tags
                .iter()
                .any(|tag| Some(tag.as_str()) == constant)
    })
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `Plain` of an object, if it is one that can be read so.
pub(super) fn object(
    scope: &Scope<'_>,
    id: TypeId,
    def: &TypeDef,
    members: &[Member<'_>],
) -> Option<TokenStream> {
    scope.context.plain.contains(&id).then(|| {
        let mut reads = Vec::new();
        // What comes up to the next value.
        let mut literal = String::from("{");
        for member in members {
            let name = &member.name;
            if literal.len() > 1 || !reads.is_empty() {
                literal.push(',');
            }
            literal.push_str(&quoted(&member.field.wire));
            literal.push(':');
            if let Some(value) = member.constant {
                literal.push_str(&quoted(value));
                continue;
            }
            let text = std::mem::take(&mut literal);
            let value = value(scope, member.inner);
            reads.push(quote! { json.literal(#text)?; let #name = #value; });
        }
        if !literal.is_empty() {
            reads.push(quote! { json.literal(#literal)?; });
        }
        let fields = members.iter().filter(|member| member.is_field());
        let fields = fields.map(|member| &member.name);
        let body = quote! { #(#reads)* json.close()?; Some(Self { #(#fields,)* }) };
        implementation(scope, def, &body)
    })
}

fn value(scope: &Scope<'_>, ty: &TypeRef) -> TokenStream {
    match scope.context.resolve(ty).0 {
        TypeRef::Primitive(Primitive::String) => quote!(json.string()?),
        TypeRef::Primitive(Primitive::Uint32) => quote!(json.unsigned()?.try_into().ok()?),
        TypeRef::Primitive(_) => quote!(json.unsigned()?),
        _ => {
            let (ty, plain) = (scope.ty(ty), scope.runtime("plain::Plain"));
            quote!(<#ty as #plain>::read(json)?)
        }
    }
}

/// `Plain` of a union, if some of its members can be read so.
pub(super) fn union(
    scope: &Scope<'_>,
    id: TypeId,
    def: &TypeDef,
    union: &Union,
) -> Option<TokenStream> {
    if !scope.context.plain.contains(&id) {
        return None;
    }
    let api = scope.context.api;
    let members = union.variants.iter().filter_map(|variant| {
        let TypeRef::Named(member) = api.types.resolve(&variant.ty) else {
            return None;
        };
        let can = starts_with_tag(api, union, variant) && scope.context.plain.contains(member);
        can.then(|| {
            let name = ident(&variant.name);
            quote!(json.attempt().map(Self::#name))
        })
    });
    let mut members: Vec<_> = members.collect();
    let first = members.remove(0);
    let body = quote! { #first #(.or_else(|| #members))* };
    Some(implementation(scope, def, &body))
}

fn implementation(scope: &Scope<'_>, def: &TypeDef, body: &TokenStream) -> TokenStream {
    let (plain, reader) = (
        scope.runtime("plain::Plain"),
        scope.runtime("plain::Reader"),
    );
    let name = ident(&def.name);
    quote! {
        impl #plain for #name {
            #[inline]
            fn read(json: &mut #reader<'_>) -> Option<Self> { #body }
        }
    }
}

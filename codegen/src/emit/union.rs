//! Unions: enums with one variant for each member and one for what the document does not know.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs;
use super::object::type_docs;
use super::{Scope, ident, page, plain, shape_union};
use crate::model::{Primitive, Shape, Tagging, TypeDef, TypeId, TypeRef, Union, Variant};
use crate::normalize::names::snake;

pub(crate) fn tokens(scope: &Scope<'_>, id: TypeId, def: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&def.name);
    let docs = type_docs(scope, def);
    let value = scope.value();
    let variants = union
        .variants
        .iter()
        .map(|variant| declaration(scope, variant));
    let large = large(
        scope,
        union
            .variants
            .iter()
            .map(|variant| (!variant.boxed).then_some(&variant.ty)),
    );
    let accessors = if def.usage.received {
        accessors(scope, def, union)
    } else {
        TokenStream::new()
    };
    // Callers build what is sent.
    let conversions = def.usage.sent.then(|| conversions(scope, id, def, union));
    let context = scope.context;
    let serialize = context
        .serializes(def)
        .then(|| serialize(scope, &name, union));
    let deserialize = context.deserializes(def).then(|| match &union.tagging {
        Tagging::Property(tag) => tagged(scope, &name, union, tag),
        Tagging::Shape | Tagging::Undecided { .. } => shape_union::deserialize(scope, &name, union),
    });
    let page = page::of_union(scope, id, def, union);
    let plain = plain::union(scope, id, def, union);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #large
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A member that the document does not know.
            Unknown(#value),
        }

        #accessors
        #conversions
        #serialize
        #deserialize
        #page
        #plain
    }
}

/// Says that variants of very different sizes are meant: boxes would be in the way of patterns.
pub(super) fn large<'a>(
    scope: &Scope<'_>,
    payloads: impl Iterator<Item = Option<&'a TypeRef>>,
) -> Option<TokenStream> {
    scope.context.sizes.differ(payloads)
        .then(|| quote! { #[allow(clippy::large_enum_variant, reason = "patterns reach through without a box")] })
}

fn declaration(scope: &Scope<'_>, variant: &Variant) -> TokenStream {
    let docs = scope.documented_variant(variant.description.as_deref(), Some(&variant.ty));
    let name = ident(&variant.name);
    let ty = payload(scope, variant);
    quote! { #docs #name(#ty), }
}

fn payload(scope: &Scope<'_>, variant: &Variant) -> TokenStream {
    let ty = scope.ty(&variant.ty);
    if variant.boxed { quote!(Box<#ty>) } else { ty }
}

/// `as_text()` and the like, for who reads.
fn accessors(scope: &Scope<'_>, def: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&def.name);
    let mut taken = BTreeSet::new();
    let methods = union.variants.iter().filter_map(|variant| {
        let method = format!("as_{}", snake(&variant.name));
        taken.insert(method.clone()).then(|| {
            let docs = docs::line(&format!(
                "The value, if this is [`{0}`](Self::{0}).",
                ident(&variant.name)
            ));
            let (method, variant_name) = (ident(&method), ident(&variant.name));
            let ty = scope.ty(&variant.ty);
            let value = if variant.boxed {
                quote!(value.as_ref())
            } else {
                quote!(value)
            };
            quote! {
                #docs
                #[inline]
                pub fn #method(&self) -> Option<&#ty> {
                    match self { Self::#variant_name(value) => Some(#value), _ => None }
                }
            }
        })
    });
    let methods: Vec<_> = methods.collect();
    if methods.is_empty() {
        TokenStream::new()
    } else {
        quote! { impl #name { #(#methods)* } }
    }
}

/// `From` for each type that is the payload of one variant only.
fn conversions(scope: &Scope<'_>, id: TypeId, def: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&def.name);
    let types = &scope.context.api.types;
    let mut by_type: BTreeMap<String, Vec<&Variant>> = BTreeMap::new();
    for variant in &union.variants {
        let key = format!("{:?}", types.resolve(&variant.ty)).replace("Binary", "Base64");
        by_type.entry(key).or_default().push(variant);
    }
    let distinct = |variant: &&Variant| {
        by_type
            .values()
            .any(|same| matches!(same.as_slice(), [one] if std::ptr::eq(*one, *variant)))
    };
    let itself = |variant: &Variant| *types.resolve(&variant.ty) == TypeRef::Named(id);
    let from = union.variants.iter().filter(distinct).filter(|variant| !itself(variant)).map(|variant| {
        let (variant_name, ty) = (ident(&variant.name), scope.ty(&variant.ty));
        let value = boxed(variant, quote!(value));
        quote! {
            impl From<#ty> for #name { #[inline] fn from(value: #ty) -> Self { Self::#variant_name(#value) } }
        }
    });
    let from: Vec<_> = from.collect();
    let text = text_variant(scope, union).map(|variant| {
        let variant_name = ident(&variant.name);
        let value = boxed(variant, quote!(value.into()));
        quote! {
            impl From<&str> for #name { #[inline] fn from(value: &str) -> Self { Self::#variant_name(#value) } }
        }
    });
    let narrower = narrower(scope, id, def, union);
    quote! { #(#from)* #text #(#narrower)* }
}

/// What is received can be sent: conversions from the received unions whose members are all
/// members of this one.
fn narrower(scope: &Scope<'_>, id: TypeId, def: &TypeDef, union: &Union) -> Vec<TokenStream> {
    let Tagging::Property(tag) = &union.tagging else {
        return Vec::new();
    };
    let types = &scope.context.api.types;
    let received = types
        .iter()
        .filter(|(other, def)| *other != id && def.usage.received);
    let narrower = received.filter_map(|(other, from)| {
        let Shape::Union(other_union) = &from.shape else {
            return None;
        };
        let same_tag = matches!(&other_union.tagging, Tagging::Property(other) if other == tag);
        let is_member = |variant: &Variant| *types.resolve(&variant.ty) == TypeRef::Named(other);
        if !same_tag || union.variants.iter().any(is_member) {
            return None;
        }
        let arms: Option<Vec<TokenStream>> = other_union
            .variants
            .iter()
            .map(|variant| same_member(union, variant))
            .collect();
        Some((other, arms?))
    });
    narrower
        .map(|(other, arms)| {
            let (name, other) = (ident(&def.name), scope.named(other));
            quote! {
                impl From<#other> for #name {
                    #[inline]
                    fn from(value: #other) -> Self {
                        match value { #(#other::#arms)* #other::Unknown(value) => Self::Unknown(value) }
                    }
                }
            }
        })
        .collect()
}

/// The arm, without the name of the other union, that turns its variant into the one of this
/// union with the same type and tags.
fn same_member(union: &Union, other: &Variant) -> Option<TokenStream> {
    let mut variants = union.variants.iter();
    let same = variants.find(|variant| variant.ty == other.ty && variant.tags == other.tags)?;
    let (from, to) = (ident(&other.name), ident(&same.name));
    let value = match (other.boxed, same.boxed) {
        (true, false) => quote!(*value),
        (false, true) => quote!(Box::new(value)),
        _ => quote!(value),
    };
    Some(quote! { #from(value) => Self::#to(#value), })
}

/// The variant that a text literal becomes: the one that is text, or the one that is an enum.
fn text_variant<'a>(scope: &Scope<'_>, union: &'a Union) -> Option<&'a Variant> {
    let types = &scope.context.api.types;
    let is_text =
        |variant: &&Variant| *types.resolve(&variant.ty) == TypeRef::Primitive(Primitive::String);
    let is_enum = |variant: &&Variant| matches!(types.resolve(&variant.ty), TypeRef::Named(id) if matches!(types.get(*id).shape, Shape::OpenEnum(_)));
    let mut enums = union.variants.iter().filter(is_enum);
    union
        .variants
        .iter()
        .find(is_text)
        .or_else(|| enums.next().filter(|_| enums.next().is_none()))
}

fn boxed(variant: &Variant, value: TokenStream) -> TokenStream {
    if variant.boxed {
        quote!(Box::new(#value))
    } else {
        value
    }
}

/// Every member writes itself, its tag included.
fn serialize(scope: &Scope<'_>, name: &Ident, union: &Union) -> TokenStream {
    let (serialize, serializer) = (
        scope.item("serde::Serialize"),
        scope.item("serde::Serializer"),
    );
    let arms = union.variants.iter().map(|variant| {
        let name = ident(&variant.name);
        if matches!(variant.ty, TypeRef::List(_)) && !variant.boxed {
            let list = scope.runtime("object::List");
            return quote! { Self::#name(values) => #list(values).serialize(serializer), };
        }
        quote! { Self::#name(value) => value.serialize(serializer), }
    });
    quote! {
        impl #serialize for #name {
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { #(#arms)* Self::Unknown(value) => value.serialize(serializer) }
            }
        }
    }
}

fn tagged(scope: &Scope<'_>, name: &Ident, union: &Union, tag: &str) -> TokenStream {
    let union_module = scope.runtime("union");
    let tagged = scope.runtime("union::Tagged");
    let (deserialize, deserializer) = (
        scope.item("serde::Deserialize"),
        scope.item("serde::Deserializer"),
    );
    let map_access = scope.item("serde::de::MapAccess");
    let arms = union.variants.iter().map(|variant| {
        let name = ident(&variant.name);
        let tags = &variant.tags;
        let default = variant.default.then(|| quote!(| None));
        let value = if writes_tag(scope, &variant.ty, tag) {
            read_member(scope, &variant.ty)
        } else {
            let json = scope.runtime("json");
            quote!(#json::from_value(#union_module::unknown(tag, Self::TAG, body)?)?)
        };
        quote! { Some(#(#tags)|*) #default => Self::#name(#value), }
    });
    quote! {
        impl<'de> #tagged<'de> for #name {
            const TAG: &'static str = #tag;

            fn variant<A: #map_access<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error> {
                let member = match tag {
                    #(#arms)*
                    _ => Self::Unknown(#union_module::unknown(tag, Self::TAG, body)?),
                };
                Ok(member)
            }
        }

        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #union_module::deserialize(deserializer)
            }
        }
    }
}

/// Reads a member from the properties that are left.
fn read_member(scope: &Scope<'_>, ty: &TypeRef) -> TokenStream {
    let read_by_members = match scope.context.shape(ty) {
        Some((_, Shape::Object(object))) => scope.context.writes_out(object),
        _ => false,
    };
    if read_by_members {
        let object = scope.runtime("object::Object");
        quote!(#object::read(body)?)
    } else {
        let union = scope.runtime("union");
        quote!(#union::member(body)?)
    }
}

/// Whether a member fixes its tag: it can do without when it is read, and writes it when sent.
fn writes_tag(scope: &Scope<'_>, ty: &TypeRef, tag: &str) -> bool {
    let types = &scope.context.api.types;
    let TypeRef::Named(id) = types.resolve(ty) else {
        return false;
    };
    match &types.get(*id).shape {
        Shape::Object(object) => object.fields.iter().any(|field| {
            field.wire == tag && field.constant.as_ref().is_some_and(|c| c.is_string())
        }),
        _ => false,
    }
}

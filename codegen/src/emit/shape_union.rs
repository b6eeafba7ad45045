//! Unions without a tag: the member is told by its JSON kind, then by required keys and constants,
//! then by how many members of the object it names.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use super::{Scope, ident};
use crate::model::{Extra, Object, Primitive, Shape, Tagging, TypeRef, Union, Variant};

/// Kinds of JSON, in the order in which they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    String,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
}

const KINDS: [Kind; 6] = [
    Kind::String,
    Kind::Boolean,
    Kind::Integer,
    Kind::Number,
    Kind::Array,
    Kind::Object,
];

/// How deep unions in unions are looked into: they may contain each other.
const MAX_DEPTH: usize = 4;

pub(super) fn deserialize(scope: &Scope<'_>, name: &Ident, union: &Union) -> TokenStream {
    let value = scope.value();
    let json = scope.runtime("json");
    let (deserialize, deserializer) = (
        scope.item("serde::Deserialize"),
        scope.item("serde::Deserializer"),
    );
    let arms = KINDS.iter().map(|kind| arm(scope, union, *kind));
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = #value::deserialize(deserializer)?;
                let member = match #json::kind(&value) { #(#arms)* _ => Self::Unknown(value) };
                Ok(member)
            }
        }
    }
}

fn arm(scope: &Scope<'_>, union: &Union, kind: Kind) -> TokenStream {
    let candidates = candidates(scope, union, kind);
    let guard = |ty: &TypeRef| guard(scope, ty, takes_any(scope, &candidates));
    let pattern = {
        let kind_type = scope.runtime("json::Kind");
        let name = ident(&format!("{kind:?}"));
        quote!(#kind_type::#name)
    };
    match candidates.as_slice() {
        [] => TokenStream::new(),
        [only] if !can_fail(scope, &only.ty) => {
            let json = scope.runtime("json");
            let name = ident(&only.name);
            let guard = guard(&only.ty).map(|guard| quote!(if #guard));
            quote! { #pattern #guard => Self::#name(#json::from_value(value)?), }
        }
        several => {
            let (fitting, rest) = if kind == Kind::Object {
                several.split_at(alike(scope, several))
            } else {
                several.split_at(0)
            };
            let by_fit = by_fit(scope, fitting, &guard);
            let tries = rest.iter().map(|variant| {
                let json = scope.runtime("json");
                let name = ident(&variant.name);
                match guard(&variant.ty) {
                    Some(guard) => quote! { if let (true, Some(inner)) = (#guard, #json::to(&value)) { Self::#name(inner) } else },
                    None => quote! { if let Some(inner) = #json::to(&value) { Self::#name(inner) } else },
                }
            });
            quote! { #pattern => { #by_fit #(#tries)* { Self::Unknown(value) } }, }
        }
    }
}

/// The members that JSON of a kind may be, in the order in which they are tried.
fn candidates<'a>(scope: &Scope<'_>, union: &'a Union, kind: Kind) -> Vec<&'a Variant> {
    let mut candidates: Vec<&Variant> = union
        .variants
        .iter()
        .filter(|variant| kinds(scope, &variant.ty, 0).contains(&kind))
        .collect();
    candidates.sort_by_key(|variant| rank(scope, &variant.ty));
    candidates
}

/// The members that a value may be, in the order in which they are tried, and whether it has to be
/// the only one: then it is an error when the value is none.
pub(super) fn candidates_of<'a>(
    scope: &Scope<'_>,
    union: &'a Union,
    value: &Value,
) -> (Vec<&'a Variant>, bool) {
    let kind = match value {
        Value::Null => return (Vec::new(), false),
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) if number.is_f64() => Kind::Number,
        Value::Number(_) => Kind::Integer,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    let mut candidates = candidates(scope, union, kind);
    let sure = matches!(candidates.as_slice(), [only] if !can_fail(scope, &only.ty));
    if kind == Kind::Object {
        let fitting = alike(scope, &candidates);
        let named = |looks: Looks<'_>| {
            let names = looks.names.into_iter();
            names.filter(|name| value.get(name).is_some()).count()
        };
        let fit = |it: &&Variant| Looks::of(scope, &it.ty).map(named);
        if let Some(objects) = candidates.get_mut(..fitting) {
            objects.sort_by_cached_key(|it| Reverse(fit(it)));
        }
    }
    let kept = takes_any(scope, &candidates);
    candidates.retain(|variant| passes(scope, &variant.ty, kept, value));
    (candidates, sure)
}

/// Whether one of the candidates takes any object, and keeps all of it.
fn takes_any(scope: &Scope<'_>, candidates: &[&Variant]) -> bool {
    let types = &scope.context.api.types;
    candidates
        .iter()
        .any(|variant| match types.resolve(&variant.ty) {
            TypeRef::Any => true,
            TypeRef::Map(inner) => matches!(types.resolve(inner), TypeRef::Any),
            _ => false,
        })
}

/// The members of which an object has to have one, where it demands nothing, and what it does not
/// name would be lost that another candidate keeps.
fn wanted(object: &Object, kept: bool) -> Option<Vec<&str>> {
    let (keys, constants) = demands(object);
    let open = keys.is_empty() && constants.is_empty() && object.extra == Extra::Ignored;
    let names = object.fields.iter().map(|field| field.wire.as_str());
    (kept && open).then(|| names.collect())
}

/// Whether a value passes the guard of a member.
fn passes(scope: &Scope<'_>, ty: &TypeRef, kept: bool, value: &Value) -> bool {
    let types = &scope.context.api.types;
    let TypeRef::Named(id) = types.resolve(ty) else {
        return true;
    };
    match &types.get(*id).shape {
        Shape::Object(object) => {
            if let (Some(names), Some(value)) = (wanted(object, kept), value.as_object()) {
                return value.is_empty() || names.iter().any(|name| value.contains_key(*name));
            }
            let (keys, constants) = demands(object);
            keys.iter().all(|key| value.get(key).is_some())
                && constants
                    .iter()
                    .all(|(key, constant)| value.get(key) == Some(constant))
        }
        Shape::Union(Union {
            tagging: Tagging::Property(tag),
            ..
        }) => value.get(tag).is_some(),
        _ => true,
    }
}

/// What tells an object from others.
struct Looks<'a> {
    /// The members it names.
    names: BTreeSet<&'a str>,
    /// Those it must have.
    keys: Vec<&'a str>,
    /// The values that some must be.
    constants: Vec<(&'a str, &'a Value)>,
}

impl<'a> Looks<'a> {
    /// The looks of an object, or of a union that has objects.
    fn of(scope: &Scope<'a>, ty: &'a TypeRef) -> Option<Self> {
        Self::within(scope, ty, 0)
    }

    fn within(scope: &Scope<'a>, ty: &'a TypeRef, depth: usize) -> Option<Self> {
        match scope.context.shape(ty)?.1 {
            Shape::Object(object) => {
                let names = object.fields.iter().map(|field| field.wire.as_str());
                let (keys, constants) = demands(object);
                Some(Self {
                    names: names.collect(),
                    keys,
                    constants,
                })
            }
            Shape::Union(Union {
                tagging: Tagging::Property(tag),
                variants,
            }) => {
                let members = variants.iter().filter_map(|it| object(scope, &it.ty));
                let fields = members.flat_map(|object| &object.fields);
                let names = fields.map(|field| field.wire.as_str());
                Some(Self {
                    names: names.chain([tag.as_str()]).collect(),
                    keys: vec![tag],
                    constants: Vec::new(),
                })
            }
            // It demands nothing: what none of its members takes it keeps as it is.
            Shape::Union(Union { variants, .. }) if depth < MAX_DEPTH => {
                let members = variants
                    .iter()
                    .filter_map(|it| Self::within(scope, &it.ty, depth + 1));
                let names: BTreeSet<&str> = members.flat_map(|looks| looks.names).collect();
                (!names.is_empty()).then(|| Self {
                    names,
                    keys: Vec::new(),
                    constants: Vec::new(),
                })
            }
            _ => None,
        }
    }

    /// Whether they demand other values of a member, or each a member that the other has not.
    fn are_told_apart(&self, other: &Self) -> bool {
        let differs = |(key, constant): &(&str, &Value)| {
            let mut others = other.constants.iter();
            others.any(|(same, other)| key == same && constant != other)
        };
        let lacks = |one: &Self, other: &Self| {
            let constant = other.constants.iter().map(|(key, _)| key);
            let mut demanded = other.keys.iter().chain(constant);
            demanded.any(|key| !one.names.contains(key))
        };
        self.constants.iter().any(differs) || (lacks(self, other) && lacks(other, self))
    }
}

/// How many of the candidates, from the first on, are objects between which the members of a value
/// decide: what they demand does not tell two of them apart.
fn alike(scope: &Scope<'_>, candidates: &[&Variant]) -> usize {
    let looks: Vec<Looks<'_>> = candidates
        .iter()
        .map_while(|variant| Looks::of(scope, &variant.ty))
        .collect();
    let is_alike = looks.iter().enumerate().any(|(index, one)| {
        let mut others = looks.iter().skip(index + 1);
        others.any(|other| !one.are_told_apart(other))
    });
    if is_alike { looks.len() } else { 0 }
}

/// The attempts to read objects, in the order of how many members of the value they name.
fn by_fit(
    scope: &Scope<'_>,
    candidates: &[&Variant],
    guard: &dyn Fn(&TypeRef) -> Option<TokenStream>,
) -> TokenStream {
    if candidates.is_empty() {
        return TokenStream::new();
    }
    let looks = candidates.iter().filter_map(|it| Looks::of(scope, &it.ty));
    let names: Vec<BTreeSet<&str>> = looks.map(|looks| looks.names).collect();
    // What all of them name says nothing.
    let known = names.iter().map(|own| {
        let own = own
            .iter()
            .filter(|name| !names.iter().all(|all| all.contains(*name)));
        quote!(&[#(#own),*])
    });
    let json = scope.runtime("json");
    let arms = candidates.iter().enumerate().map(|(index, variant)| {
        let (index, name) = (Literal::usize_unsuffixed(index), ident(&variant.name));
        let guard = guard(&variant.ty).map(|guard| quote!(if #guard));
        quote! { #index #guard => #json::to(&value).map(Self::#name), }
    });
    quote! {
        let order = #json::by_fit(&value, [#(#known),*]);
        let member = order.into_iter().find_map(|index| match index { #(#arms)* _ => None });
        if let Some(member) = member { member } else
    }
}

/// The kinds of JSON that may be a `ty`.
fn kinds(scope: &Scope<'_>, ty: &TypeRef, depth: usize) -> Vec<Kind> {
    match scope.context.api.types.resolve(ty) {
        TypeRef::Primitive(primitive) => match primitive {
            Primitive::Bool => vec![Kind::Boolean],
            Primitive::Int32 | Primitive::Int64 | Primitive::Uint32 | Primitive::Uint64 => {
                vec![Kind::Integer]
            }
            Primitive::Double | Primitive::Float => vec![Kind::Integer, Kind::Number],
            _ => vec![Kind::String],
        },
        TypeRef::List(_) | TypeRef::Tuple(_) => vec![Kind::Array],
        TypeRef::Map(_) => vec![Kind::Object],
        TypeRef::Nullable(inner) if depth < MAX_DEPTH => kinds(scope, inner, depth + 1),
        TypeRef::Nullable(_) => KINDS.to_vec(),
        TypeRef::Any => KINDS.to_vec(),
        TypeRef::Named(id) => match &scope.context.api.types.get(*id).shape {
            Shape::OpenEnum(_) | Shape::Newtype(_) => vec![Kind::String],
            Shape::Union(union) if union.tagging == Tagging::Shape && depth < MAX_DEPTH => union
                .variants
                .iter()
                .flat_map(|variant| kinds(scope, &variant.ty, depth + 1))
                .collect(),
            _ => vec![Kind::Object],
        },
    }
}

/// Strict members are tried before lenient ones, those that ask for more before those that ask
/// for less.
fn rank(scope: &Scope<'_>, ty: &TypeRef) -> (u8, std::cmp::Reverse<usize>) {
    let strictness = match scope.context.api.types.resolve(ty) {
        TypeRef::Primitive(Primitive::String | Primitive::Secret) => 3,
        TypeRef::Primitive(Primitive::Base64 | Primitive::Binary) => 4,
        TypeRef::Primitive(Primitive::Double | Primitive::Float) => 1,
        TypeRef::Map(_) => 3,
        // Any list that is a tuple may be a list of its types, too.
        TypeRef::List(_) => 1,
        TypeRef::Any => 5,
        TypeRef::Named(id) => match &scope.context.api.types.get(*id).shape {
            Shape::OpenEnum(_) | Shape::Union(_) => 2,
            Shape::Newtype(Primitive::String) => 3,
            _ => 0,
        },
        TypeRef::Primitive(_) | TypeRef::Tuple(_) | TypeRef::Nullable(_) => 0,
    };
    let (keys, constants) = object(scope, ty).map(demands).unwrap_or_default();
    (
        strictness,
        std::cmp::Reverse(constants.len() * 100 + keys.len()),
    )
}

fn object<'a>(scope: &Scope<'a>, ty: &'a TypeRef) -> Option<&'a Object> {
    match scope.context.shape(ty)? {
        (_, Shape::Object(object)) => Some(object),
        _ => None,
    }
}

/// The keys an object must have, and the values some of them must be.
fn demands(object: &Object) -> (Vec<&str>, Vec<(&str, &Value)>) {
    let required = object
        .fields
        .iter()
        .filter(|field| field.required && !field.write_only);
    let (mut keys, mut constants) = (Vec::new(), Vec::new());
    for field in required {
        match &field.constant {
            Some(constant) if is_compared(constant) => {
                constants.push((field.wire.as_str(), constant))
            }
            _ => keys.push(field.wire.as_str()),
        }
    }
    (keys, constants)
}

/// Whether a constant looks the same in every JSON text: `1.0` may come as `1`.
fn is_compared(constant: &Value) -> bool {
    constant.is_string() || constant.is_boolean() || constant.is_i64() || constant.is_u64()
}

/// Whether the member `key` is a constant.
fn is_constant(scope: &Scope<'_>, key: &str, constant: &Value) -> TokenStream {
    let (accessor, constant) = match constant {
        Value::Bool(flag) => ("as_bool", quote!(#flag)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => {
                let number = Literal::i64_unsuffixed(number);
                ("as_i64", quote!(#number))
            }
            None => {
                let number = number.as_u64().map(Literal::u64_unsuffixed);
                ("as_u64", quote!(#number))
            }
        },
        text => {
            let text = text.as_str();
            ("as_str", quote!(#text))
        }
    };
    let (value, accessor) = (scope.value(), ident(accessor));
    quote!(value.get(#key).and_then(#value::#accessor) == Some(#constant))
}

/// What an object must look like to be this member; `kept` is whether another candidate keeps all of
/// any object.
fn guard(scope: &Scope<'_>, ty: &TypeRef, kept: bool) -> Option<TokenStream> {
    let types = &scope.context.api.types;
    let TypeRef::Named(id) = types.resolve(ty) else {
        return None;
    };
    let json = scope.runtime("json");
    match &types.get(*id).shape {
        Shape::Object(object) => {
            if let Some(names) = wanted(object, kept) {
                return Some(quote!(#json::has_any_of(&value, &[#(#names),*])));
            }
            let (keys, constants) = demands(object);
            let has_keys =
                (!keys.is_empty()).then(|| quote!(#json::has_keys(&value, &[#(#keys),*])));
            let are_constant = constants
                .iter()
                .map(|(key, constant)| is_constant(scope, key, constant));
            let conditions: Vec<_> = has_keys.into_iter().chain(are_constant).collect();
            (!conditions.is_empty()).then(|| quote!(#(#conditions)&&*))
        }
        Shape::Union(Union {
            tagging: Tagging::Property(tag),
            ..
        }) => Some(quote!(#json::has_keys(&value, &[#tag]))),
        _ => None,
    }
}

/// Whether text of the right kind may still not be a `ty`; then it is kept as unknown.
fn can_fail(scope: &Scope<'_>, ty: &TypeRef) -> bool {
    let types = &scope.context.api.types;
    let ty = types.resolve(ty);
    if let TypeRef::Named(id) = ty {
        return matches!(types.get(*id).shape, Shape::Newtype(Primitive::Uuid));
    }
    matches!(
        ty,
        TypeRef::Primitive(
            Primitive::Date
                | Primitive::DateTime
                | Primitive::Uuid
                | Primitive::Base64
                | Primitive::Binary
                | Primitive::Timestamp
                | Primitive::Int32
                | Primitive::Uint32
                | Primitive::Int64
                | Primitive::Uint64
        )
    )
}

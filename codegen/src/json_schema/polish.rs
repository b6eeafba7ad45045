//! What typify emits, in the manner of the rest: a line of comment a line, names imported, fields
//! in the document's order, unions that keep what they do not know.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, File, Item, ItemEnum, ItemStruct, Lit, Meta, Path, parse_quote, parse_str,
    parse2,
};

use super::reduce::{Reduced, Union};

/// Paths that typify writes in full, and whether their last segment has to be imported.
const PATHS: &[(&[&str], bool)] = &[
    (&["self", "error", "ConversionError"], true),
    (&["serde", "Deserialize"], true),
    (&["serde", "Serialize"], true),
    (&["serde_json", "Map"], true),
    (&["serde_json", "Value"], true),
    (&["std", "boxed", "Box"], false),
    (&["std", "collections", "BTreeMap"], true),
    (&["std", "convert", "From"], false),
    (&["std", "convert", "TryFrom"], false),
    (&["std", "default", "Default"], false),
    (&["std", "option", "Option"], false),
    (&["std", "result", "Result"], false),
    (&["std", "str", "FromStr"], true),
    (&["std", "string", "String"], false),
    (&["std", "vec", "Vec"], false),
];

/// Names to import, by the path of what they are in.
pub(super) type Imports = BTreeMap<String, BTreeSet<String>>;

/// The items of all types. Paths in them are still those of typify: [`file`] shortens them.
pub(super) fn polish(tokens: TokenStream, reduced: &Reduced) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    for mut item in parse2::<File>(tokens)?.items {
        let mut decoding = None;
        match &mut item {
            Item::Struct(item) => structure(item, reduced),
            Item::Enum(item) => {
                item.variants
                    .iter_mut()
                    .for_each(|variant| comment(&mut variant.attrs));
                comment(&mut item.attrs);
                let union = reduced.unions.get(&item.ident.to_string());
                decoding = union.map(|union| tagged(item, union));
            }
            _ => {}
        }
        items.push(item);
        items.extend(parse2::<File>(decoding.into_token_stream())?.items);
    }
    let chosen = |item: &Item| matches!(item, Item::Enum(item) if !is_union(item, reduced));
    if !items.iter().any(chosen) {
        // Nothing is read from a text, so nothing has the error of that.
        items.retain(|item| !matches!(item, Item::Mod(_)));
    }
    Ok(items)
}

/// A file of some of the items. `imports` has the types of other files that they mention; `root` is
/// the path of the module that holds all: `self` or `super`.
pub(super) fn file(
    items: &[Item],
    mut imports: Imports,
    root: &str,
    runtime: &str,
    reduced: &Reduced,
) -> syn::Result<TokenStream> {
    let tokens = shorten(quote! { #(#items)* }, &mut imports);
    if items
        .iter()
        .any(|item| matches!(item, Item::Enum(item) if is_union(item, reduced)))
    {
        for (parent, name) in [
            ("serde", "Deserialize"),
            ("serde", "Deserializer"),
            ("serde::de", "MapAccess"),
            (runtime, "union"),
        ] {
            imports
                .entry(parent.to_owned())
                .or_default()
                .insert(name.to_owned());
        }
    }
    let uses = uses(imports, root)?;
    Ok(quote! { #uses #tokens })
}

/// The `use` list: the standard library, other crates, then this module's own.
fn uses(imports: Imports, root: &str) -> syn::Result<TokenStream> {
    let mut imports: Vec<_> = imports
        .into_iter()
        .map(|(parent, names)| match parent.strip_prefix("self::") {
            Some(below) => (format!("{root}::{below}"), names),
            None => (parent, names),
        })
        .collect();
    imports.sort_by_cached_key(|(parent, _)| {
        let rank = match parent.split("::").next() {
            Some("std") => 0,
            Some("self" | "super") => 2,
            _ => 1,
        };
        (rank, parent.clone())
    });
    let uses = imports.iter().map(|(parent, names)| {
        let parent: Path = parse_str(parent)?;
        let names = names.iter().map(|name| Ident::new(name, Span::call_site()));
        Ok(quote! { use #parent::{#(#names),*}; })
    });
    uses.collect()
}

fn is_union(item: &ItemEnum, reduced: &Reduced) -> bool {
    reduced.unions.contains_key(&item.ident.to_string())
}

fn structure(item: &mut ItemStruct, reduced: &Reduced) {
    comment(&mut item.attrs);
    // A model may send more than it was asked for.
    item.attrs.retain(|attribute| {
        !attribute
            .to_token_stream()
            .to_string()
            .contains("deny_unknown_fields")
    });
    item.fields
        .iter_mut()
        .for_each(|field| comment(&mut field.attrs));
    let Some(order) = reduced.fields.get(&item.ident.to_string()) else {
        return;
    };
    if let syn::Fields::Named(fields) = &mut item.fields {
        let mut sorted: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
        sorted.sort_by_key(|field| {
            let name = field
                .ident
                .as_ref()
                .map(Ident::to_string)
                .unwrap_or_default();
            // typify appends an underscore to keywords.
            order
                .iter()
                .position(|known| *known == name || name.strip_suffix('_') == Some(known))
        });
        fields.named = sorted.into_iter().collect();
    }
}

/// Makes an untagged enum one that a property decides, and emits how it is decoded.
fn tagged(item: &mut ItemEnum, union: &Union) -> TokenStream {
    let tag = &union.tag;
    item.attrs.retain(|attribute| {
        !attribute.path().is_ident("serde") && !attribute.path().is_ident("derive")
    });
    item.attrs
        .push(parse_quote! { #[derive(Clone, Debug, PartialEq, ::serde::Serialize)] });
    item.attrs.push(parse_quote! { #[serde(tag = #tag)] });
    let mut arms = Vec::new();
    for (variant, (value, docs)) in item.variants.iter_mut().zip(&union.members) {
        variant.attrs = lines(docs);
        variant
            .attrs
            .push(parse_quote! { #[serde(rename = #value)] });
        let name = &variant.ident;
        arms.push(quote! { Some(#value) => Self::#name(union::member(body)?), });
    }
    let taken = item
        .variants
        .iter()
        .any(|variant| variant.ident == "Unknown");
    let unknown = Ident::new(
        if taken { "UnknownValue" } else { "Unknown" },
        Span::call_site(),
    );
    let docs = format!(" An object whose `{tag}` the schema does not know, or that has none.");
    item.variants
        .push(parse_quote! { #[doc = #docs] #[serde(untagged)] #unknown(::serde_json::Value) });
    let name = &item.ident;
    quote! {
        impl<'de> union::Tagged<'de> for #name {
            const TAG: &'static str = #tag;

            fn variant<A: MapAccess<'de>>(tag: Option<&str>, body: A) -> Result<Self, A::Error> {
                Ok(match tag {
                    #(#arms)*
                    _ => Self::#unknown(union::unknown(tag, Self::TAG, body)?),
                })
            }
        }

        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                union::deserialize(deserializer)
            }
        }
    }
}

/// Comments of several lines as several comments of one line.
fn comment(attributes: &mut Vec<Attribute>) {
    let text = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    *attributes = std::mem::take(attributes)
        .into_iter()
        .flat_map(|attribute| match text(&attribute) {
            Some(text) => lines(&text),
            None => vec![attribute],
        })
        .collect();
}

fn lines(text: &str) -> Vec<Attribute> {
    let spaced = text.lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    spaced.map(|line| parse_quote! { #[doc = #line] }).collect()
}

/// Writes the last segment of a known path, also where an attribute has it in a string, and the
/// lengths of arrays as plain numbers.
fn shorten(tokens: TokenStream, imports: &mut Imports) -> TokenStream {
    let mut output: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let mut short = Group::new(group.delimiter(), shorten(group.stream(), imports));
                short.set_span(group.span());
                output.push(short.into());
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let path = text
                    .strip_prefix("\"::std::option::")
                    .or(text.strip_prefix("\"::std::vec::"));
                output.push(
                    match (
                        path.and_then(|path| path.strip_suffix('"')),
                        text.strip_suffix("usize"),
                    ) {
                        (Some(path), _) => Literal::string(path).into(),
                        (_, Some(length)) => length
                            .parse()
                            .map(Literal::usize_unsuffixed)
                            .unwrap_or(literal)
                            .into(),
                        _ => literal.into(),
                    },
                );
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if matches!(name.as_str(), "std" | "serde" | "serde_json")
                    && ends_with(&output, &[":", ":"])
                {
                    output.truncate(output.len() - 2);
                }
                output.push(ident.into());
                let mut known = PATHS
                    .iter()
                    .filter(|(path, _)| path.last() == Some(&name.as_str()));
                if let Some((path, imported)) =
                    known.find(|(path, _)| ends_with(&output, &spelled(path)))
                {
                    output.truncate(output.len() - spelled(path).len());
                    output.push(Ident::new(&name, Span::call_site()).into());
                    if *imported {
                        let parent = path.split_last().map(|(_, parent)| parent.join("::"));
                        imports
                            .entry(parent.unwrap_or_default())
                            .or_default()
                            .insert(name);
                    }
                }
            }
            punct @ TokenTree::Punct(_) => output.push(punct),
        }
    }
    output.into_iter().collect()
}

fn ends_with(tokens: &[TokenTree], expected: &[&str]) -> bool {
    let start = tokens.len().saturating_sub(expected.len());
    let tail = tokens.iter().skip(start).map(ToString::to_string);
    tail.eq(expected.iter().copied())
}

/// The tokens of `a::b::c`.
fn spelled<'p>(path: &[&'p str]) -> Vec<&'p str> {
    let mut tokens: Vec<&str> = path
        .iter()
        .flat_map(|segment| [*segment, ":", ":"])
        .collect();
    tokens.truncate(tokens.len().saturating_sub(2));
    tokens
}

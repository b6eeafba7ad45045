//! Which file a type is in.
//!
//! A schema has a file of its own, with the types that no other schema mentions. Those of several
//! schemas are in a file beside.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Fields, Item, Type};

use super::polish::{self, Imports};
use super::reduce::Reduced;
use crate::emit::{Module, export, reserved};
use crate::normalize::names::{SHARED, claim, file_name};

/// How types are spread over files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file.
    File,
    /// A folder with a file for each schema.
    Folder,
}

/// A schema with more types than this has its own one in one file and the others in another.
const MANY: usize = 30;

/// The module of the error of texts that are no value of an enum.
const ERROR: &str = "error";

/// A type.
#[derive(Default)]
struct Defined {
    /// It and what is implemented for it.
    items: Vec<Item>,
    /// The types it is made of.
    mentions: BTreeSet<String>,
}

type Types = BTreeMap<String, Defined>;

pub(super) fn modules(
    items: Vec<Item>,
    reduced: &Reduced,
    layout: Layout,
    runtime: &str,
) -> syn::Result<Vec<Module>> {
    let docs = "Types of JSON Schemas.";
    if layout == Layout::File {
        let tokens = polish::file(&items, Imports::new(), "self", runtime, reduced)?;
        return Ok(vec![module(None, docs, true, tokens)]);
    }
    let (error, items): (Vec<_>, Vec<_>) = items
        .into_iter()
        .partition(|item| matches!(item, Item::Mod(_)));
    let types = types(items, reduced);
    let mut files: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, file) in places(&types, reduced) {
        files.entry(file).or_default().push(name);
    }
    let exports = files.keys().map(|file| export(file, None));
    let mut modules = vec![module(None, docs, true, quote! { #(#exports)* })];
    for item in error {
        modules.extend(error_module(item, runtime, reduced)?);
    }
    for (file, names) in &files {
        let defined = || names.iter().filter_map(|name| types.get(*name));
        let mentions = defined().flat_map(|it| &it.mentions);
        let elsewhere = mentions.filter(|name| !names.contains(&name.as_str()));
        let mut imports = Imports::new();
        for name in elsewhere {
            let names = imports.entry("super".to_owned()).or_default();
            names.insert(name.clone());
        }
        let items: Vec<Item> = defined().flat_map(|it| it.items.clone()).collect();
        let tokens = polish::file(&items, imports, "super", runtime, reduced)?;
        let docs = match file.as_str() {
            SHARED => "Types of several schemas.".to_owned(),
            file => format!("Types of `{file}`."),
        };
        modules.push(module(Some(file), &docs, false, tokens));
    }
    Ok(modules)
}

fn module(file: Option<&str>, docs: &str, public: bool, tokens: TokenStream) -> Module {
    Module {
        path: file.map(str::to_owned).into_iter().collect(),
        docs: docs.to_owned(),
        undocumented: false,
        public,
        gate: None,
        tokens,
    }
}

/// The module that typify emits, as a file.
fn error_module(item: Item, runtime: &str, reduced: &Reduced) -> syn::Result<Option<Module>> {
    let Item::Mod(item) = item else {
        return Ok(None);
    };
    let items = item.content.map(|(_, items)| items).unwrap_or_default();
    let tokens = polish::file(&items, Imports::new(), "super", runtime, reduced)?;
    Ok(Some(module(Some(ERROR), "Error types.", true, tokens)))
}

/// The types by their names.
fn types(items: Vec<Item>, reduced: &Reduced) -> Types {
    let mut types = Types::new();
    for item in items {
        let mut mentions = BTreeSet::new();
        let mut made_of = |fields: &Fields| {
            for field in fields {
                names(field.ty.to_token_stream(), reduced, &mut mentions);
            }
        };
        let name = match &item {
            Item::Struct(item) => {
                made_of(&item.fields);
                item.ident.to_string()
            }
            Item::Enum(item) => {
                item.variants.iter().for_each(|it| made_of(&it.fields));
                item.ident.to_string()
            }
            Item::Impl(item) => match &*item.self_ty {
                Type::Path(ty) => ty.path.segments.last(),
                _ => None,
            }
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
            _ => String::new(),
        };
        let defined = types.entry(name).or_default();
        defined.items.push(item);
        defined.mentions.append(&mut mentions);
    }
    types
}

/// The names of types in `ty`, which is a type.
// Recursion ends: the tokens were emitted, from schemas that do not lie too deep in each other.
fn names(ty: TokenStream, reduced: &Reduced, found: &mut BTreeSet<String>) {
    for tree in ty {
        match tree {
            TokenTree::Group(group) => names(group.stream(), reduced, found),
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if reduced.definitions.contains_key(&name) {
                    found.insert(name);
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The file of each type.
fn places<'t>(types: &'t Types, reduced: &Reduced) -> BTreeMap<&'t str, String> {
    let mut taken = reserved(["mod", ERROR, SHARED]);
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let reached: Vec<_> = reduced
        .roots
        .iter()
        .map(|it| reach(&it.types, types))
        .collect();
    for name in reached.iter().flatten() {
        *uses.entry(name).or_default() += 1;
    }
    for (root, reached) in reduced.roots.iter().zip(&reached) {
        let is_own = |name: &str| root.own.as_deref() == Some(name);
        let placed = |name: &str| places.contains_key(name);
        let alone = |name: &&str| (is_own(name) && !placed(name)) || uses.get(name) == Some(&1);
        let names: Vec<&str> = reached.iter().copied().filter(alone).collect();
        if names.is_empty() {
            continue;
        }
        let file = claim(&mut taken, &file_name(&root.name));
        let own = names.iter().any(|name| is_own(name));
        let parts =
            (own && names.len() > MANY).then(|| claim(&mut taken, &format!("{file}_parts")));
        for name in names {
            let parts = parts.as_ref().filter(|_| !is_own(name));
            places.insert(name, parts.unwrap_or(&file).clone());
        }
    }
    for name in types.keys() {
        places.entry(name).or_insert_with(|| SHARED.to_owned());
    }
    places
}

/// These types and all that they are made of.
fn reach<'t>(names: &BTreeSet<String>, types: &'t Types) -> BTreeSet<&'t str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = names.iter().collect();
    while let Some(name) = next.pop() {
        if let Some((name, defined)) = types.get_key_value(name)
            && reached.insert(name.as_str())
        {
            next.extend(&defined.mentions);
        }
    }
    reached
}

//! What users of generated modules can name: the public items of the emitted code, flat.
//!
//! It is read from the emitted tokens themselves, so that whatever the generator comes to write is
//! seen here as users see it.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Fields, File, FnArg, ImplItem, Item as Syntax, Lit, Meta, ReturnType,
    Visibility,
};

use crate::emit::Module;

/// The public items of the modules of one API, by the path users know them by: `Pet`, `Pet.name`,
/// `Pet::new`, `Pet: Clone`.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// The items.
    pub items: BTreeMap<String, Item>,
}

/// A public item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The type it belongs to; a type belongs to itself.
    pub owner: String,
    /// What it is, in Rust: the type of a field, the signature of a function.
    pub signature: String,
    /// The part of the signature that callers depend on: names of arguments are not.
    pub contract: String,
    /// What it is on the wire: the name of a member, the method and path of an operation.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

impl Surface {
    /// The public items of emitted modules. A module that is no Rust has none.
    pub fn of(modules: &[Module]) -> Self {
        let mut surface = Self::default();
        let files: Vec<File> = modules
            .iter()
            .filter_map(|module| syn::parse2(module.tokens.clone()).ok())
            .collect();
        for file in &files {
            let statics = statics(file);
            for item in &file.items {
                surface.read(item, &statics);
            }
        }
        // Texts of enums stand apart from their variants.
        for table in files.iter().flat_map(|file| &file.items) {
            surface.read_table(table);
        }
        surface
    }

    fn add(&mut self, path: String, item: Item) {
        self.items.insert(path, item);
    }

    fn read(&mut self, item: &Syntax, statics: &BTreeMap<String, String>) {
        match item {
            Syntax::Struct(it) if is_public(&it.vis) => {
                let name = it.ident.to_string();
                self.read_type(&name, "struct", &it.attrs);
                self.read_fields(&name, &it.fields);
            }
            Syntax::Enum(it) if is_public(&it.vis) => {
                let name = it.ident.to_string();
                self.read_type(&name, "enum", &it.attrs);
                for variant in &it.variants {
                    let payload = text(&variant.fields);
                    let path = format!("{name}::{}", variant.ident);
                    let wire = plain(&variant.ident.to_string());
                    self.add(path, with(&name, payload, wire, &variant.attrs));
                }
            }
            Syntax::Type(it) if is_public(&it.vis) => {
                let name = it.ident.to_string();
                let item = with(&name, text(&it.ty), String::new(), &it.attrs);
                self.add(name, item);
            }
            Syntax::Impl(it) => self.read_impl(it, statics),
            Syntax::Macro(it) => self.read_macro(&it.mac),
            _ => {}
        }
    }

    fn read_type(&mut self, name: &str, keyword: &str, attributes: &[Attribute]) {
        let item = with(name, keyword.to_owned(), String::new(), attributes);
        self.add(name.to_owned(), item);
        for derived in derives(attributes) {
            self.add(format!("{name}: {derived}"), owned(name));
        }
    }

    fn read_fields(&mut self, name: &str, fields: &Fields) {
        for field in fields.iter().filter(|field| is_public(&field.vis)) {
            let Some(ident) = &field.ident else { continue };
            let field_name = plain(&ident.to_string());
            let wire = renamed(&field.attrs).unwrap_or_else(|| field_name.clone());
            let item = with(name, text(&field.ty), wire, &field.attrs);
            self.add(format!("{name}.{field_name}"), item);
        }
    }

    fn read_impl(&mut self, it: &syn::ItemImpl, statics: &BTreeMap<String, String>) {
        let name = text(&it.self_ty);
        let name = name.split('<').next().unwrap_or_default();
        let name = name.rsplit("::").next().unwrap_or_default().to_owned();
        if let Some((path, _)) = &it.trait_ {
            let types = it.items.iter().filter_map(|item| match item {
                ImplItem::Type(it) => Some(text(it)),
                _ => None,
            });
            let types: Vec<String> = types.collect();
            if path.segments.last().is_some_and(|it| it.ident == "Object") {
                self.read_loop(&name, it.to_token_stream());
            }
            let item = Item {
                contract: types.join(" "),
                signature: types.join(" "),
                ..owned(&name)
            };
            return self.add(format!("{name}: {}", text(path)), item);
        }
        for item in &it.items {
            let ImplItem::Fn(method) = item else { continue };
            if is_public(&method.vis) {
                let wire = sent(&method.block, statics);
                let mut item = with(&name, text(&method.sig), wire, &method.attrs);
                item.contract = contract(&method.sig);
                let method = plain(&method.sig.ident.to_string());
                self.add(format!("{name}::{method}"), item);
            }
        }
    }

    /// The names on the wire of a struct that is read by a loop: `"petName" => pet_name = …`.
    fn read_loop(&mut self, name: &str, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for part in tokens.windows(4) {
            let [
                TokenTree::Literal(wire),
                TokenTree::Punct(_),
                TokenTree::Punct(_),
                TokenTree::Ident(field),
            ] = part
            else {
                continue;
            };
            let path = format!("{name}.{}", plain(&field.to_string()));
            if let Some(item) = self.items.get_mut(&path) {
                item.wire = wire.to_string().trim_matches('"').to_owned();
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.read_loop(name, group.stream());
            }
        }
    }

    /// `impl_pages!(ListPets, PetPage)`: what a macro of the runtime gives to a type.
    fn read_macro(&mut self, mac: &syn::Macro) {
        let mut tokens = mac.tokens.clone().into_iter();
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return;
        };
        if mac.path.is_ident("impl_page") {
            return self.read_page(&name.to_string(), &tokens.collect::<Vec<_>>());
        }
        let rest = text(&tokens.collect::<TokenStream>());
        // A table of texts: its entries are read with the variants they belong to.
        let rest = if rest.starts_with('{') {
            ""
        } else {
            rest.trim_start_matches(',').trim()
        };
        let item = Item {
            signature: rest.to_owned(),
            contract: rest.to_owned(),
            ..owned(&name.to_string())
        };
        self.add(format!("{name}: {}!", text(&mac.path)), item);
    }

    /// `impl_page!(PetPage, pets, Pet, page => …)`: the trait, as if it were written out. The tokens
    /// are those after the name.
    fn read_page(&mut self, name: &str, tokens: &[TokenTree]) {
        let said = tokens
            .iter()
            .position(|token| matches!(token, TokenTree::Punct(it) if it.as_char() == '='));
        // A comma, the field and a comma; before `=`, a comma and a name.
        let end = said.map_or(tokens.len(), |said| said.saturating_sub(2));
        let item = tokens.get(3..end).unwrap_or_default();
        let item = text(&item.iter().cloned().collect::<TokenStream>());
        let item = Item {
            contract: format!("type Item = {item};"),
            signature: format!("type Item = {item};"),
            ..owned(name)
        };
        self.add(format!("{name}: Page"), item);
    }

    /// The texts of the variants of an enum: `impl_open_enum!(Status { Sold = "sold" })`.
    fn read_table(&mut self, item: &Syntax) {
        let Syntax::Macro(item) = item else { return };
        let tokens: Vec<TokenTree> = item.mac.tokens.clone().into_iter().collect();
        let [TokenTree::Ident(name), TokenTree::Group(entries)] = tokens.as_slice() else {
            return;
        };
        let entries: Vec<TokenTree> = entries.stream().into_iter().collect();
        for entry in entries.windows(3) {
            let [
                TokenTree::Ident(variant),
                TokenTree::Punct(_),
                TokenTree::Literal(wire),
            ] = entry
            else {
                continue;
            };
            if let Some(item) = self.items.get_mut(&format!("{name}::{variant}")) {
                item.wire = wire.to_string().trim_matches('"').to_owned();
            }
        }
    }
}

fn owned(owner: &str) -> Item {
    Item {
        owner: owner.to_owned(),
        ..Item::default()
    }
}

fn with(owner: &str, signature: String, wire: String, attributes: &[Attribute]) -> Item {
    Item {
        contract: signature.clone(),
        signature,
        wire,
        docs: docs(attributes),
        deprecated: attributes.iter().any(|it| it.path().is_ident("deprecated")),
        ..owned(owner)
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

/// Tokens as a person writes them.
fn text(tokens: &impl ToTokens) -> String {
    const TIGHT: [(&str, &str); 11] = [
        (" . ", "."),
        (" :: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" : ", ": "),
        (" ;", ";"),
    ];
    let text = tokens.to_token_stream().to_string();
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (loose, tight) in TIGHT {
        text = text.replace(loose, tight);
    }
    text.replace("->", "-> ")
        .replace("->  ", "-> ")
        .replace(">->", "> ->")
}

fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match (&pair.value, pair.path.is_ident("doc")) {
            (Expr::Lit(literal), true) => match &literal.lit {
                Lit::Str(line) => Some(line.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn derives(attributes: &[Attribute]) -> Vec<String> {
    let derives = attributes.iter().filter(|it| it.path().is_ident("derive"));
    let lists = derives.filter_map(|derive| derive.meta.require_list().ok());
    let names = lists.flat_map(|list| list.tokens.clone());
    names
        .filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}

/// The name that serde gives a field.
fn renamed(attributes: &[Attribute]) -> Option<String> {
    let serde = attributes.iter().find(|it| it.path().is_ident("serde"))?;
    let tokens = serde.meta.require_list().ok()?.tokens.clone();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.windows(3).find_map(|part| match part {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(_),
            TokenTree::Literal(wire),
        ] if name == "rename" => Some(wire.to_string().trim_matches('"').to_owned()),
        _ => None,
    })
}

/// The operations of a file: `LIST` is `get("listPets", "/pets")`.
fn statics(file: &File) -> BTreeMap<String, String> {
    let statics = file.items.iter().filter_map(|item| match item {
        Syntax::Static(it) => {
            let value = text(&it.expr);
            let value = value.strip_prefix("Operation::").unwrap_or(&value);
            Some((it.ident.to_string(), value.to_owned()))
        }
        _ => None,
    });
    statics.collect()
}

/// The operation that the body of a method sends.
fn sent(block: &syn::Block, statics: &BTreeMap<String, String>) -> String {
    fn find(tokens: TokenStream, statics: &BTreeMap<String, String>) -> Option<String> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(name) => statics.get(&name.to_string()).cloned(),
            TokenTree::Group(group) => find(group.stream(), statics),
            _ => None,
        })
    }
    find(block.to_token_stream(), statics).unwrap_or_default()
}

/// A signature without what callers do not depend on: names of arguments, `mut`.
fn contract(signature: &syn::Signature) -> String {
    let arguments = signature.inputs.iter().map(|input| match input {
        FnArg::Receiver(receiver) => match text(receiver) {
            owned if owned == "mut self" => "self".to_owned(),
            receiver => receiver,
        },
        FnArg::Typed(argument) => text(&argument.ty),
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let output = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", text(ty)),
    };
    format!("{}({arguments}){output}", text(&signature.generics))
}

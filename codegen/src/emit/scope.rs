//! What a file mentions, as its `use` list.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, Docs, ident};
use crate::model::{Primitive, TypeId, TypeRef};

/// Where a file is: it decides how types are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file of types, by its path below the module `types`.
    Types(Vec<String>),
    /// A file one level below the root, such as `client`.
    TopLevel,
    /// A file two levels below the root: a resource.
    Resource,
}

/// One file: gives the tokens of what it mentions, and remembers to import it.
pub(crate) struct Scope<'a> {
    pub(crate) context: &'a Context<'a>,
    place: Place,
    /// Names by the path they are imported from.
    uses: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// Whether something public has no documentation.
    undocumented: Cell<bool>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(context: &'a Context<'a>, place: Place) -> Self {
        Self {
            context,
            place,
            uses: RefCell::default(),
            undocumented: Cell::default(),
        }
    }

    /// The comment of something public. Where the document says nothing, nothing is said: the name
    /// and the type say it all.
    pub(crate) fn documented(&self, docs: &Docs) -> TokenStream {
        if docs.is_empty() {
            self.undocumented.set(true);
        }
        docs.tokens()
    }

    /// The comment of a variant that holds a value of a type.
    pub(crate) fn documented_variant(
        &self,
        description: Option<&str>,
        payload: Option<&TypeRef>,
    ) -> TokenStream {
        let of_type = match payload {
            Some(TypeRef::Named(id)) => self.context.api.types.get(*id).description.as_deref(),
            _ => None,
        };
        self.documented(&Docs::of_variant(description, of_type))
    }

    /// Whether something public has no documentation.
    pub(crate) fn is_undocumented(&self) -> bool {
        self.undocumented.get()
    }

    /// An item of the runtime, by its path in it: `Request`, `format::Json`.
    pub(crate) fn runtime(&self, path: &str) -> TokenStream {
        self.item(&format!("{}::{path}", self.context.options.runtime))
    }

    /// An item by its full path. It is imported, unless something emitted has its name.
    pub(crate) fn item(&self, path: &str) -> TokenStream {
        let (parent, name) = path.rsplit_once("::").unwrap_or(("", path));
        if self.context.taken.contains(name) {
            return syn::parse_str::<syn::Path>(path)
                .map(|path| quote!(#path))
                .unwrap_or_default();
        }
        self.import(parent, name);
        let name = ident(name);
        quote!(#name)
    }

    /// An item by a path that is written as far as it is not imported: `format::Json` of the
    /// runtime with `format` imported.
    pub(crate) fn within(&self, module: &str, name: &str) -> TokenStream {
        let module = self.runtime(module);
        let name = ident(name);
        quote!(#module::#name)
    }

    /// Imports a trait, whose methods are called and whose name may not be mentioned.
    pub(crate) fn import(&self, parent: &str, name: &str) {
        if parent.is_empty() {
            return;
        }
        // Nearly everything is mentioned many times.
        let mut uses = self.uses.borrow_mut();
        if uses.get(parent).is_some_and(|names| names.contains(name)) {
            return;
        }
        uses.entry(parent.to_owned())
            .or_default()
            .insert(name.to_owned());
    }

    /// A sibling: another module of emitted code below the root, such as a resource.
    pub(crate) fn emitted(&self, module: &str, name: &str) -> TokenStream {
        self.import(&self.path_to(module), name);
        let name = ident(name);
        quote!(#name)
    }

    /// How a module below the root is reached from here.
    pub(crate) fn path_to(&self, module: &str) -> String {
        let (own, below) = match &self.place {
            Place::TopLevel => ("", 0),
            Place::Resource => ("resources", 1),
            Place::Types(path) => ("types", path.len()),
        };
        if module == own {
            return vec!["super"; below].join("::");
        }
        format!("super::{}{module}", "super::".repeat(below))
    }

    /// A type with a name.
    pub(crate) fn named(&self, id: TypeId) -> TokenStream {
        let def = self.context.api.types.get(id);
        let file = self.context.names.type_file(def);
        let here = matches!(&self.place, Place::Types(path) if path == file);
        if here {
            let name = ident(&def.name);
            return quote!(#name);
        }
        self.emitted("types", &def.name)
    }

    /// A documentation link to a type, which need not be imported.
    pub(crate) fn link(&self, id: TypeId) -> String {
        let name = ident(&self.context.api.types.get(id).name);
        format!("[`{name}`]({}::{name})", self.path_to("types"))
    }

    /// A use of a type.
    pub(crate) fn ty(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::Named(id) => self.named(*id),
            TypeRef::Primitive(primitive) => self.primitive(*primitive),
            TypeRef::List(inner) => {
                let inner = self.ty(inner);
                quote!(Vec<#inner>)
            }
            TypeRef::Tuple(places) => {
                let places = places.iter().map(|place| self.ty(place));
                quote!((#(#places),*))
            }
            TypeRef::Map(inner) => {
                let map = self.item("std::collections::BTreeMap");
                let inner = self.ty(inner);
                quote!(#map<String, #inner>)
            }
            TypeRef::Nullable(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            TypeRef::Any => self.value(),
        }
    }

    /// `serde_json::Value`.
    pub(crate) fn value(&self) -> TokenStream {
        self.runtime("serde_json::Value")
    }

    pub(crate) fn primitive(&self, primitive: Primitive) -> TokenStream {
        match primitive {
            Primitive::String => quote!(String),
            Primitive::Bool => quote!(bool),
            Primitive::Int32 => quote!(i32),
            Primitive::Int64 => quote!(i64),
            Primitive::Uint32 => quote!(u32),
            Primitive::Uint64 => quote!(u64),
            Primitive::Double => quote!(f64),
            Primitive::Float => quote!(f32),
            Primitive::DateTime => {
                let date_time = self.runtime("chrono::DateTime");
                let utc = self.runtime("chrono::Utc");
                quote!(#date_time<#utc>)
            }
            Primitive::Date => self.runtime("chrono::NaiveDate"),
            Primitive::Uuid => self.runtime("uuid::Uuid"),
            // Raw bytes have no form of their own in JSON; file parts are emitted as `Upload`.
            Primitive::Base64 | Primitive::Binary => self.runtime("encoding::Base64"),
            Primitive::Secret => self.runtime("Secret"),
            Primitive::Timestamp => self.runtime("record::Timestamp"),
            Primitive::Upload => self.runtime("multipart::Upload"),
        }
    }

    /// The `use` list and the items.
    pub(crate) fn file(&self, items: &TokenStream) -> TokenStream {
        let uses = self.uses();
        quote! { #uses #items }
    }

    /// The `use` list: the standard library, other crates, then this module's own.
    fn uses(&self) -> TokenStream {
        let uses = self.uses.borrow();
        let rank = |path: &str| match path {
            path if path.starts_with("std") => 0,
            path if path.starts_with("super") => 2,
            _ => 1,
        };
        let mut paths: Vec<_> = uses.iter().collect();
        paths.sort_by_key(|(path, _)| (rank(path), path.to_string()));
        let mut tokens = TokenStream::new();
        for (path, names) in paths {
            let Ok(path) = syn::parse_str::<syn::Path>(path) else {
                continue;
            };
            let names: Vec<_> = names.iter().map(|name| ident(name)).collect();
            tokens.extend(match names.as_slice() {
                [name] => quote! { use #path::#name; },
                _ => quote! { use #path::{#(#names),*}; },
            });
        }
        tokens
    }
}

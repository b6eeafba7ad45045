//! JSON values of examples as typed Rust expressions.

use std::cell::RefCell;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use super::names::setter_ident;
use super::object::{Member, Presence, members};
use super::{Context, Place, Scope, ident, json_text, multipart};
use crate::model::{
    Extra, Object, Primitive, Shape, Tagging, TypeDef, TypeId, TypeRef, Union, Variant,
};

/// How deep an example may nest: types can contain themselves.
pub(super) const MAX_DEPTH: usize = 24;

/// Line length that examples are broken at.
const LINE: usize = 90;

/// Makes the expressions of one example, and remembers what they mention.
pub(crate) struct Expressions<'a> {
    pub(crate) context: &'a Context<'a>,
    scope: Scope<'a>,
    types: RefCell<BTreeSet<String>>,
    imports: RefCell<BTreeSet<String>>,
    /// JSON texts, which stand in the tokens as placeholders: the formatter would not format them.
    texts: RefCell<Vec<String>>,
}

impl<'a> Expressions<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        let scope = Scope::new(context, Place::Resource);
        let (types, imports, texts) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self {
            context,
            scope,
            types,
            imports,
            texts,
        }
    }

    /// Imports an item by its full path.
    pub(crate) fn import(&self, path: &str) {
        self.imports.borrow_mut().insert(path.to_owned());
    }

    /// Imports something public of the root by its name.
    pub(crate) fn mention_name(&self, name: &str) {
        self.types.borrow_mut().insert(name.to_owned());
    }

    /// Full paths of what is imported, and the names that are imported from the root.
    pub(crate) fn mentioned(&self) -> (Vec<String>, Vec<String>) {
        let all = |names: &RefCell<BTreeSet<String>>| names.borrow().iter().cloned().collect();
        (all(&self.imports), all(&self.types))
    }

    /// The statement that makes `body`, a `ty`. `None` when there is no way to write it.
    pub(crate) fn bound(&self, ty: &TypeRef, value: &Value) -> Option<TokenStream> {
        let resolved = self.context.api.types.resolve(ty);
        let exact = !matches!(resolved, TypeRef::Primitive(Primitive::String));
        let value = self.attempt(ty, value, exact)?;
        // What a literal is, or a conversion makes, has to be said.
        let inferred = matches!(
            resolved,
            TypeRef::Named(_) | TypeRef::Any | TypeRef::Primitive(Primitive::String)
        );
        let ty = (!inferred).then(|| {
            let ty = self.type_of(ty);
            quote!(: #ty)
        });
        Some(quote!(let body #ty = #value;))
    }

    /// `value` as a `ty`, forgetting what a failed attempt mentioned.
    pub(crate) fn attempt(&self, ty: &TypeRef, value: &Value, exact: bool) -> Option<TokenStream> {
        let before = (self.types.borrow().clone(), self.imports.borrow().clone());
        let made = self.value(ty, value, exact);
        if made.is_none() {
            (*self.types.borrow_mut(), *self.imports.borrow_mut()) = before;
        }
        made
    }

    /// `value` as a `ty`: exactly, or as an argument `impl Into<ty>`. `None` when the value is no
    /// `ty`, or there is no way to write it.
    pub(crate) fn value(&self, ty: &TypeRef, value: &Value, exact: bool) -> Option<TokenStream> {
        self.at(ty, value, exact, 0)
    }

    fn at(&self, ty: &TypeRef, value: &Value, exact: bool, depth: usize) -> Option<TokenStream> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.context.api.types.resolve(ty) {
            TypeRef::Any => Some(self.json(value)),
            TypeRef::Primitive(primitive) => self.primitive(*primitive, value, exact),
            TypeRef::Nullable(_) if value.is_null() => Some(quote!(None)),
            TypeRef::Nullable(inner) => {
                let inner = self.at(inner, value, true, depth + 1)?;
                Some(quote!(Some(#inner)))
            }
            TypeRef::List(inner) => self.list(inner, value.as_array()?, exact, depth),
            TypeRef::Tuple(places) => self.tuple(places, value.as_array()?, depth),
            TypeRef::Map(inner) => self.map(inner, value.as_object()?, exact, depth),
            TypeRef::Named(id) => self.named(*id, value, exact, depth),
        }
    }

    fn primitive(&self, primitive: Primitive, value: &Value, exact: bool) -> Option<TokenStream> {
        match primitive {
            Primitive::String => {
                let text = value.as_str()?;
                Some(if exact {
                    quote!(#text.to_owned())
                } else {
                    quote!(#text)
                })
            }
            Primitive::Timestamp => {
                let (text, ty) = (
                    value.as_str()?,
                    self.type_of(&TypeRef::Primitive(primitive)),
                );
                Some(if exact {
                    quote!(#text.parse()?)
                } else {
                    quote!(#text.parse::<#ty>()?)
                })
            }
            Primitive::Secret => {
                let text = value.as_str()?;
                Some(if exact {
                    quote!(#text.into())
                } else {
                    quote!(#text)
                })
            }
            Primitive::Bool => value.as_bool().map(|value| quote!(#value)),
            Primitive::Int32 | Primitive::Int64 => {
                let number = Literal::i64_unsuffixed(value.as_i64()?);
                Some(quote!(#number))
            }
            Primitive::Uint32 | Primitive::Uint64 => {
                let number = Literal::u64_unsuffixed(value.as_u64()?);
                Some(quote!(#number))
            }
            Primitive::Double | Primitive::Float => {
                let number =
                    Literal::f64_unsuffixed(value.as_f64().filter(|number| number.is_finite())?);
                Some(quote!(#number))
            }
            Primitive::DateTime | Primitive::Date | Primitive::Uuid => {
                let text = value.as_str()?;
                Some(quote!(#text.parse()?))
            }
            Primitive::Upload => Some(self.upload()),
            Primitive::Base64 | Primitive::Binary => {
                let text = value.as_str()?;
                // What is no base64 is the bytes themselves, as people write them in documents.
                let bytes = STANDARD.decode(text).unwrap_or_else(|_| text.into());
                let text = Literal::byte_string(&bytes);
                Some(if exact {
                    quote!(#text.as_slice().into())
                } else {
                    quote!(#text.as_slice())
                })
            }
        }
    }

    fn list(
        &self,
        inner: &TypeRef,
        items: &[Value],
        exact: bool,
        depth: usize,
    ) -> Option<TokenStream> {
        // Texts may stay texts; values that convert in different ways may not stand side by side.
        let text = *self.context.api.types.resolve(inner) == TypeRef::Primitive(Primitive::String);
        let items: Vec<_> = items
            .iter()
            .map(|item| self.at(inner, item, exact || !text, depth + 1))
            .collect::<Option<_>>()?;
        if exact {
            return Some(quote!(vec![#(#items),*]));
        }
        if items.is_empty() {
            let ty = self.type_of(inner);
            return Some(quote!(Vec::<#ty>::new()));
        }
        Some(quote!([#(#items),*]))
    }

    fn tuple(&self, places: &[TypeRef], items: &[Value], depth: usize) -> Option<TokenStream> {
        if places.len() != items.len() {
            return None;
        }
        let items: Vec<_> = places
            .iter()
            .zip(items)
            .map(|(place, item)| self.at(place, item, true, depth + 1))
            .collect::<Option<_>>()?;
        Some(quote!((#(#items),*)))
    }

    fn map(
        &self,
        inner: &TypeRef,
        entries: &Map<String, Value>,
        exact: bool,
        depth: usize,
    ) -> Option<TokenStream> {
        let entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| {
                let value = self.at(inner, value, true, depth + 1)?;
                Some(if exact {
                    quote!((#key.to_owned(), #value))
                } else {
                    quote!((#key, #value))
                })
            })
            .collect::<Option<_>>()?;
        match (exact, entries.is_empty()) {
            (true, true) => Some(quote!(Default::default())),
            (true, false) => Some(quote!([#(#entries),*].into())),
            (false, true) => {
                let ty = self.type_of(inner);
                Some(quote!(Vec::<(String, #ty)>::new()))
            }
            (false, false) => Some(quote!([#(#entries),*])),
        }
    }

    fn named(&self, id: TypeId, value: &Value, exact: bool, depth: usize) -> Option<TokenStream> {
        let def = self.context.api.types.get(id);
        match &def.shape {
            Shape::OpenEnum(known) => {
                let text = value.as_str()?;
                match known.values.iter().find(|known| known.wire == text) {
                    Some(known) => {
                        let (name, variant) = (self.mention(def), ident(&known.name));
                        Some(quote!(#name::#variant))
                    }
                    None if exact => {
                        let name = self.mention(def);
                        Some(quote!(#name::from(#text)))
                    }
                    None => Some(quote!(#text)),
                }
            }
            Shape::Object(object) if def.usage.sent => {
                self.object(id, def, object, value.as_object()?, depth)
            }
            Shape::Newtype(primitive) => {
                let text = value.as_str()?;
                Some(match primitive {
                    Primitive::String => {
                        let name = self.mention(def);
                        quote!(#name::from(#text))
                    }
                    _ => quote!(#text.parse()?),
                })
            }
            Shape::Union(union) => self.union(id, def, union, value, exact, depth),
            _ => None,
        }
    }

    fn mention(&self, def: &TypeDef) -> proc_macro2::Ident {
        self.types.borrow_mut().insert(def.name.clone());
        ident(&def.name)
    }

    fn object(
        &self,
        id: TypeId,
        def: &'a TypeDef,
        object: &'a Object,
        value: &Map<String, Value>,
        depth: usize,
    ) -> Option<TokenStream> {
        let members = members(&self.scope, def, object);
        let known = |key: &str| object.fields.iter().any(|field| field.wire == key);
        let extra: Vec<_> = value.iter().filter(|(key, _)| !known(key)).collect();
        if !extra.is_empty() && object.extra == Extra::Ignored {
            return None;
        }
        let is_form = self.context.forms.contains(&id);
        let arguments: Vec<_> = members
            .iter()
            .filter(|member| member.is_argument())
            .map(|member| self.member(member, value.get(&member.field.wire)?, is_form, depth))
            .collect::<Option<_>>()?;
        let setters: Vec<_> = members
            .iter()
            .filter(|member| member.is_option() && value.contains_key(&member.field.wire))
            .filter_map(|member| {
                self.setter(member, value.get(&member.field.wire)?, is_form, depth)
            })
            .collect::<Option<_>>()?;
        let extra: Vec<_> = extra
            .iter()
            .map(|(key, value)| {
                let Extra::Kept(ty) = &object.extra else {
                    return None;
                };
                let value = self.at(ty, value, false, depth + 1)?;
                Some(quote!(.extra(#key, #value)))
            })
            .collect::<Option<_>>()?;
        let name = self.mention(def);
        Some(quote!(#name::new(#(#arguments),*)#(#setters)* #(#extra)*))
    }

    /// A file of an example.
    fn upload(&self) -> TokenStream {
        self.types.borrow_mut().insert("Upload".to_owned());
        quote!(Upload::bytes("content").file_name("file.txt"))
    }

    fn member(
        &self,
        member: &Member<'_>,
        value: &Value,
        is_form: bool,
        depth: usize,
    ) -> Option<TokenStream> {
        if is_form && let Some(files) = multipart::files(&self.scope, member.inner) {
            let upload = self.upload();
            return Some(if files { quote!([#upload]) } else { upload });
        }
        if member.presence == Presence::Nullable {
            if value.is_null() {
                return Some(quote!(None));
            }
            let value = self.at(member.inner, value, true, depth + 1)?;
            return Some(quote!(Some(#value)));
        }
        self.at(member.inner, value, false, depth + 1)
    }

    /// `None` when nothing is to be set, `Some(None)` when it cannot be.
    fn setter(
        &self,
        member: &Member<'_>,
        value: &Value,
        is_form: bool,
        depth: usize,
    ) -> Option<Option<TokenStream>> {
        if value.is_null() && !matches!(self.context.api.types.resolve(member.inner), TypeRef::Any)
        {
            let null = format_ident!("null_{}", member.field.name);
            return (member.presence == Presence::Maybe).then(|| Some(quote!(.#null())));
        }
        let setter = setter_ident(&member.field.name);
        Some(
            self.member(member, value, is_form, depth)
                .map(|value| quote!(.#setter(#value))),
        )
    }

    fn union(
        &self,
        id: TypeId,
        def: &TypeDef,
        union: &Union,
        value: &Value,
        exact: bool,
        depth: usize,
    ) -> Option<TokenStream> {
        let (variant, inner) = match &union.tagging {
            Tagging::Property(tag) => {
                let tag = value.get(tag).and_then(Value::as_str);
                let variant = union.variants.iter().find(|variant| match tag {
                    Some(tag) => variant.tags.iter().any(|known| known == tag),
                    None => variant.default,
                })?;
                (variant, self.at(&variant.ty, value, true, depth + 1)?)
            }
            _ => union.variants.iter().find_map(|variant| {
                Some((
                    variant,
                    self.attempt_at(&variant.ty, value, true, depth + 1)?,
                ))
            })?,
        };
        if !exact && self.converts_into(id, union, variant) {
            let text = *self.context.api.types.resolve(&variant.ty)
                == TypeRef::Primitive(Primitive::String);
            return if text {
                value.as_str().map(|text| quote!(#text))
            } else {
                Some(inner)
            };
        }
        let inner = if variant.boxed {
            quote!(Box::new(#inner))
        } else {
            inner
        };
        let (name, variant) = (self.mention(def), ident(&variant.name));
        Some(quote!(#name::#variant(#inner)))
    }

    fn attempt_at(
        &self,
        ty: &TypeRef,
        value: &Value,
        exact: bool,
        depth: usize,
    ) -> Option<TokenStream> {
        let before = (self.types.borrow().clone(), self.imports.borrow().clone());
        let made = self.at(ty, value, exact, depth);
        if made.is_none() {
            (*self.types.borrow_mut(), *self.imports.borrow_mut()) = before;
        }
        made
    }

    /// Whether the union is made `From` this member.
    fn converts_into(&self, id: TypeId, union: &Union, variant: &Variant) -> bool {
        let types = &self.context.api.types;
        let ty = types.resolve(&variant.ty);
        let same = union
            .variants
            .iter()
            .filter(|other| types.resolve(&other.ty) == ty)
            .count();
        same == 1
            && match ty {
                TypeRef::Named(inner) => {
                    *inner != id && matches!(types.get(*inner).shape, Shape::Object(_))
                }
                TypeRef::Primitive(primitive) => *primitive == Primitive::String,
                TypeRef::List(_) => true,
                _ => false,
            }
    }

    /// `json!(…)`.
    pub(crate) fn json(&self, value: &Value) -> TokenStream {
        let mut texts = self.texts.borrow_mut();
        let placeholder = format_ident!("{JSON}{}_", texts.len());
        texts.push(json_text::pretty(value));
        quote!(#placeholder)
    }

    /// A type in an example.
    pub(crate) fn type_of(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::Named(id) => {
                let name = self.mention(self.context.api.types.get(*id));
                quote!(#name)
            }
            TypeRef::List(inner) => {
                let inner = self.type_of(inner);
                quote!(Vec<#inner>)
            }
            TypeRef::Tuple(places) => {
                let places = places.iter().map(|place| self.type_of(place));
                quote!((#(#places),*))
            }
            TypeRef::Map(inner) => {
                let inner = self.type_of(inner);
                quote!(std::collections::BTreeMap<String, #inner>)
            }
            TypeRef::Nullable(inner) => {
                let inner = self.type_of(inner);
                quote!(Option<#inner>)
            }
            TypeRef::Any => quote!(serde_json::Value),
            TypeRef::Primitive(primitive) => {
                let path = match primitive {
                    Primitive::DateTime => "chrono::DateTime",
                    Primitive::Date => "chrono::NaiveDate",
                    Primitive::Uuid => "uuid::Uuid",
                    Primitive::Base64 | Primitive::Binary => "encoding::Base64",
                    Primitive::Secret => "Secret",
                    Primitive::Timestamp => "record::Timestamp",
                    Primitive::Upload => "multipart::Upload",
                    _ => return self.scope.primitive(*primitive),
                };
                let path = format!("{}::{path}", self.context.options.runtime);
                let path = syn::parse_str::<syn::Path>(&path)
                    .map(|path| quote!(#path))
                    .unwrap_or_default();
                if *primitive == Primitive::DateTime {
                    quote!(#path<_>)
                } else {
                    path
                }
            }
        }
    }

    /// The example as lines of documentation, fence included.
    pub(crate) fn render(&self, statements: &TokenStream) -> Vec<String> {
        let options = &self.context.options;
        let root = &options.crate_path;
        let text = self.format(&quote! { async fn example() { #statements } });
        let mut lines = vec![
            if options.has_crate_path() {
                "```no_run"
            } else {
                "```ignore"
            }
            .to_owned(),
        ];
        lines.push("# async fn example() -> Result<(), Box<dyn std::error::Error>> {".to_owned());
        let (imports, types) = (self.imports.borrow(), self.types.borrow());
        let mut body = text.lines().skip(1).filter(|line| *line != "}");
        if imports.is_empty() && types.is_empty() {
            // The client alone is not worth an import.
            let first = body.next().unwrap_or_default().trim_start();
            lines.push(first.replacen(" Client::", &format!(" {root}::Client::"), 1));
        } else {
            lines.extend(imports.iter().map(|path| format!("use {path};")));
            lines.extend(import_types(root, &types));
            lines.push(String::new());
        }
        lines.extend(body.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()));
        lines.extend(["# Ok(()) }", "```"].map(str::to_owned));
        lines
    }

    /// Items as text; nothing when they are no Rust.
    pub(crate) fn format(&self, items: &TokenStream) -> String {
        match syn::parse2::<syn::File>(items.clone()) {
            Ok(file) => self.with_json(&prettyplease::unparse(&file)),
            Err(_) => String::new(),
        }
    }

    /// Puts the JSON texts in the places of their placeholders.
    fn with_json(&self, text: &str) -> String {
        let texts = self.texts.borrow();
        let mut lines = Vec::new();
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            let mut line = line.to_owned();
            for (number, json) in texts.iter().enumerate() {
                let placeholder = format!("{JSON}{number}_");
                if line.contains(&placeholder) {
                    let json = json.replace('\n', &format!("\n{:indent$}", ""));
                    line = line.replace(&placeholder, &format!("serde_json::json!({json})"));
                }
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}

/// The import of the client and the types from the root of the API.
fn import_types(root: &str, types: &BTreeSet<String>) -> Vec<String> {
    let names: BTreeSet<&str> = types.iter().map(String::as_str).chain(["Client"]).collect();
    if names.len() == 1 {
        return vec![format!("use {root}::Client;")];
    }
    let list: Vec<&str> = names.iter().copied().collect();
    let one_line = format!("use {root}::{{{}}};", list.join(", "));
    if one_line.len() <= LINE {
        return vec![one_line];
    }
    let mut lines = vec![format!("use {root}::{{")];
    let mut line = "   ".to_owned();
    for name in names {
        if line.len() + name.len() + 2 > LINE {
            lines.push(std::mem::replace(&mut line, "   ".to_owned()));
        }
        line.push_str(&format!(" {name},"));
    }
    lines.extend([line, "};".to_owned()]);
    lines
}

/// What placeholders of JSON texts begin with.
const JSON: &str = "json_text_";

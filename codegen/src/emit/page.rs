//! Pages: how the reply of a paged operation shows its items and where the next page is.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::object::{Member, Presence};
use super::{Scope, ident};
use crate::model::{PageStyle, Pagination, Primitive, Shape, TypeDef, TypeId, TypeRef, Union};

/// `Page` of an object, if an operation pages with it.
pub(super) fn of_object(
    scope: &Scope<'_>,
    id: TypeId,
    def: &TypeDef,
    members: &[Member<'_>],
) -> TokenStream {
    let Some(pagination) = scope.context.pages.get(&id) else {
        return TokenStream::new();
    };
    let find = |wire: &str| members.iter().find(|member| member.field.wire == wire);
    let Some(items) = pagination.items.as_deref().and_then(find) else {
        return TokenStream::new();
    };
    let TypeRef::List(item) = scope.context.api.types.resolve(items.inner) else {
        return TokenStream::new();
    };
    if let Some(next) = short_next(scope, &pagination.style, members) {
        let (page, impl_page) = (ident(&def.name), scope.runtime("impl_page"));
        let (rows, item) = (&items.name, scope.ty(item));
        return quote!(#impl_page!(#page, #rows, #item #next););
    }
    let name = &items.name;
    let (into_items, len) = match items.presence {
        Presence::Always => (quote!(self.#name), quote!(self.#name.len())),
        Presence::Maybe => (
            quote!(self.#name.unwrap_or_default()),
            quote!(self.#name.as_ref().map_or(0, Vec::len)),
        ),
        Presence::Optional | Presence::Nullable => (
            quote!(self.#name.unwrap_or_default()),
            quote!(self.#name.as_ref().map_or(0, Vec::len)),
        ),
    };
    let next = match &pagination.style {
        PageStyle::Offset { more, .. } => {
            let members: Vec<_> = members.iter().collect();
            offset(scope, more_of(scope, &quote!(self), &members, more))
        }
        _ => next(scope, pagination, &find),
    };
    let rows = match items.presence {
        Presence::Always => quote!(Some(&mut self.#name)),
        _ => quote!(self.#name.as_mut()),
    };
    let parts = Parts {
        item,
        into_items,
        len,
        rows,
        next,
    };
    implementation(scope, &ident(&def.name), pagination, &parts)
}

/// `Page` of a union of a list and objects that hold such a list.
pub(super) fn of_union(scope: &Scope<'_>, id: TypeId, def: &TypeDef, union: &Union) -> TokenStream {
    let Some(pagination) = scope.context.pages.get(&id) else {
        return TokenStream::new();
    };
    let types = &scope.context.api.types;
    let Some(item) = union
        .variants
        .iter()
        .find_map(|variant| match types.resolve(&variant.ty) {
            TypeRef::List(item) => Some(&**item),
            _ => None,
        })
    else {
        return TokenStream::new();
    };
    let places: Vec<_> = union
        .variants
        .iter()
        .filter_map(|variant| Some((ident(&variant.name), list_in(scope, &variant.ty, item)?)))
        .collect();
    let into_items = places.iter().map(|(variant, place)| match place {
        Place::Itself => quote! { Self::#variant(items) => items, },
        Place::Field(field, true) => quote! { Self::#variant(page) => page.#field, },
        Place::Field(field, false) => {
            quote! { Self::#variant(page) => page.#field.unwrap_or_default(), }
        }
    });
    let len = places.iter().map(|(variant, place)| match place {
        Place::Itself => quote! { Self::#variant(items) => items.len(), },
        Place::Field(field, true) => quote! { Self::#variant(page) => page.#field.len(), },
        Place::Field(field, false) => {
            quote! { Self::#variant(page) => page.#field.as_ref().map_or(0, Vec::len), }
        }
    });
    let rows = places.iter().map(|(variant, place)| match place {
        Place::Itself => quote! { Self::#variant(items) => Some(items), },
        Place::Field(field, true) => quote! { Self::#variant(page) => Some(&mut page.#field), },
        Place::Field(field, false) => quote! { Self::#variant(page) => page.#field.as_mut(), },
    });
    let parts = Parts {
        item,
        into_items: quote! { match self { #(#into_items)* _ => Vec::new() } },
        len: quote! { match self { #(#len)* _ => 0 } },
        rows: quote! { match self { #(#rows)* _ => None } },
        next: match &pagination.style {
            PageStyle::Offset { more, .. } => next_of_variants(scope, union, more),
            _ => next(scope, pagination, &|_| None),
        },
    };
    implementation(scope, &ident(&def.name), pagination, &parts)
}

/// Whether more follow, as those members of a union say that have one of the properties.
fn next_of_variants(scope: &Scope<'_>, union: &Union, more: &[String]) -> TokenStream {
    let arms: Vec<_> = union
        .variants
        .iter()
        .filter_map(|variant| {
            let name = ident(&variant.name);
            let more = with_members(scope, &variant.ty, |members| {
                more_of(scope, &quote!(page), members, more)
            })??;
            Some(quote! { Self::#name(page) => #more, })
        })
        .collect();
    if arms.is_empty() {
        return offset(scope, None);
    }
    offset(scope, Some(quote!(match self { #(#arms)* _ => None })))
}

/// What a page says whose next one is asked for by offset.
fn offset(scope: &Scope<'_>, more: Option<TokenStream>) -> TokenStream {
    let next = scope.runtime("pages::Next");
    let more = more.unwrap_or_else(|| quote!(None));
    quote!(#next::Offset { more: #more })
}

/// What a page says about the next one, where it is so little that it has its place in one line.
fn short_next(scope: &Scope<'_>, style: &PageStyle, members: &[Member<'_>]) -> Option<TokenStream> {
    let members: Vec<_> = members.iter().collect();
    let find = |path: &str, kind| find(scope, &quote!(page), &members, path, kind);
    let next = match style {
        PageStyle::Link => return Some(TokenStream::new()),
        PageStyle::Page { counts, .. } => {
            let numbers = [
                ("number", &counts.number),
                ("pages", &counts.pages),
                ("total", &counts.total),
            ];
            let numbers = numbers.map(|(name, path)| (name, path, Kind::Copied));
            let all = numbers
                .into_iter()
                .chain([("more", &counts.more, Kind::Flag)]);
            let all: Vec<_> = all
                .filter_map(|(name, path, kind)| {
                    let (name, value) = (ident(name), find(path.as_deref()?, kind)?);
                    Some(quote!(.#name(#value)))
                })
                .collect();
            if all.is_empty() {
                return Some(TokenStream::new());
            }
            let counts = scope.runtime("pages::Counts");
            quote!(Page(#counts::new() #(#all)*))
        }
        PageStyle::Url { next } => {
            let next = find(next, Kind::Text)?;
            quote!(Url(#next))
        }
        _ => return None,
    };
    let ty = scope.runtime("pages::Next");
    Some(quote!(, page => #ty::#next))
}

/// Whether more follow: the first of these properties of `page` that is there.
fn more_of(
    scope: &Scope<'_>,
    page: &TokenStream,
    members: &[&Member<'_>],
    properties: &[String],
) -> Option<TokenStream> {
    let found = properties
        .iter()
        .filter_map(|property| find(scope, page, members, property, Kind::Flag));
    found.reduce(|first, second| quote!(#first.or_else(|| #second)))
}

/// What a property is read as.
#[derive(Clone, Copy)]
enum Kind {
    /// `Option<bool>`.
    Flag,
    /// `Option<String>`.
    Text,
    /// An option of what it is.
    Copied,
}

/// The property of `page` at a path: `a.b` is the property `b` of the object `a`.
fn find(
    scope: &Scope<'_>,
    page: &TokenStream,
    members: &[&Member<'_>],
    path: &str,
    kind: Kind,
) -> Option<TokenStream> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let member = members.iter().find(|member| member.field.wire == first)?;
    let name = &member.name;
    if rest.is_empty() {
        return Some(match kind {
            Kind::Flag => flag(scope, page, member),
            Kind::Text => text(scope, page, member),
            Kind::Copied => copied(page, member),
        });
    }
    let always = member.presence == Presence::Always;
    let inner = if always {
        quote!(#page.#name)
    } else {
        quote!(page)
    };
    let inner = with_members(scope, member.inner, |members| {
        find(scope, &inner, members, rest, kind)
    })??;
    Some(match always {
        true => inner,
        false => quote!(#page.#name.as_ref().and_then(|page| #inner)),
    })
}

/// What `then` makes of the members of an object; `None` when it is no object.
fn with_members<T>(
    scope: &Scope<'_>,
    ty: &TypeRef,
    then: impl Fn(&[&Member<'_>]) -> T,
) -> Option<T> {
    let types = &scope.context.api.types;
    let TypeRef::Named(id) = types.resolve(ty) else {
        return None;
    };
    let def = types.get(*id);
    let Shape::Object(object) = &def.shape else {
        return None;
    };
    let members = super::object::members(scope, def, object);
    Some(then(&members.iter().collect::<Vec<_>>()))
}

/// What `then` makes of the first such member of an object.
fn with_member<T>(
    scope: &Scope<'_>,
    ty: &TypeRef,
    such: impl Fn(&Member<'_>) -> bool,
    then: impl Fn(&Member<'_>) -> T,
) -> Option<T> {
    with_members(scope, ty, |members| {
        let member = members.iter().find(|member| such(member));
        member.map(|member| then(member))
    })?
}

/// Where a member of a union holds the items.
enum Place {
    Itself,
    /// The field, and whether it is always there.
    Field(Ident, bool),
}

fn list_in(scope: &Scope<'_>, ty: &TypeRef, item: &TypeRef) -> Option<Place> {
    let types = &scope.context.api.types;
    let is_list =
        |ty: &TypeRef| matches!(types.resolve(ty), TypeRef::List(inner) if **inner == *item);
    if is_list(ty) {
        return Some(Place::Itself);
    }
    with_member(
        scope,
        ty,
        |member| is_list(member.inner),
        |member| Place::Field(member.name.clone(), member.presence == Presence::Always),
    )
}

/// The bodies of `Page`.
struct Parts<'a> {
    item: &'a TypeRef,
    into_items: TokenStream,
    len: TokenStream,
    /// The items, to change them: `Option<&mut Vec<_>>`.
    rows: TokenStream,
    next: TokenStream,
}

fn implementation(
    scope: &Scope<'_>,
    name: &Ident,
    pagination: &Pagination,
    parts: &Parts<'_>,
) -> TokenStream {
    let page = scope.runtime("pages::Page");
    let next_type = scope.runtime("pages::Next");
    let item = scope.ty(parts.item);
    let keyed = keyed(scope, pagination, parts);
    let (into_items, len, next) = (&parts.into_items, &parts.len, &parts.next);
    quote! {
        impl #page for #name {
            type Item = #item;

            #[inline]
            fn into_items(self) -> Vec<#item> { #into_items }

            #[inline]
            fn len(&self) -> usize { #len }

            #[inline]
            fn next(&self) -> #next_type { #next }

            #keyed
        }
    }
}

/// How items are told apart and left out, when the document says by which property.
fn keyed(scope: &Scope<'_>, pagination: &Pagination, parts: &Parts<'_>) -> Option<TokenStream> {
    let PageStyle::Offset { key: Some(key), .. } = &pagination.style else {
        return None;
    };
    let key = with_member(
        scope,
        parts.item,
        |member| member.field.wire == *key,
        |member| text(scope, &quote!(item), member),
    )?;
    let (item, rows) = (scope.ty(parts.item), &parts.rows);
    Some(quote! {
        fn key(item: &#item) -> Option<String> { #key }

        fn retain(&mut self, keep: &mut dyn FnMut(&#item) -> bool) {
            let rows = #rows;
            if let Some(rows) = rows {
                rows.retain(keep);
            }
        }
    })
}

/// What the page says about the next one.
fn next<'m, 'a: 'm>(
    scope: &Scope<'_>,
    pagination: &Pagination,
    find: &impl Fn(&str) -> Option<&'m Member<'a>>,
) -> TokenStream {
    let next = scope.runtime("pages::Next");
    let text = |wire: Option<&str>| {
        wire.and_then(find)
            .map_or(quote!(None), |member| text(scope, &quote!(self), member))
    };
    let flag = |wire: Option<&str>| {
        wire.and_then(find)
            .map_or(quote!(None), |member| flag(scope, &quote!(self), member))
    };
    match &pagination.style {
        PageStyle::Cursor {
            first, last, more, ..
        } => {
            let (first, last) = (text(first.as_deref()), text(Some(last)));
            let more = flag(more.as_deref());
            quote!(#next::Cursor { first: #first, last: #last, more: #more })
        }
        PageStyle::Token { next: token, .. } => {
            let token = text(Some(token));
            quote!(#next::Token(#token))
        }
        // Records have a page type of their own; what a list counts or where it goes on is not in it.
        PageStyle::Offset { .. }
        | PageStyle::Page { .. }
        | PageStyle::Url { .. }
        | PageStyle::Link
        | PageStyle::TokenAt { .. } => offset(scope, None),
        PageStyle::Recognised => {
            let (first, last) = (text(Some("first_id")), text(Some("last_id")));
            let (token, more) = (text(Some("next_page")), flag(Some("has_more")));
            quote!(#next::Shown { first: #first, last: #last, token: #token, more: #more })
        }
    }
}

/// A field of `page` as `Option<String>`.
fn text(scope: &Scope<'_>, page: &TokenStream, member: &Member<'_>) -> TokenStream {
    let name = &member.name;
    let is_text = *scope.context.resolve(member.inner).0 == TypeRef::Primitive(Primitive::String);
    match (member.presence, is_text) {
        (Presence::Always, true) => quote!(Some(#page.#name.clone())),
        (Presence::Always, false) => quote!(Some(#page.#name.to_string())),
        (Presence::Maybe, true) => quote!(#page.#name.as_ref().cloned()),
        (_, true) => quote!(#page.#name.clone()),
        (_, false) => quote!(#page.#name.as_ref().map(ToString::to_string)),
    }
}

/// A field of `page` as `Option<bool>`.
fn flag(scope: &Scope<'_>, page: &TokenStream, member: &Member<'_>) -> TokenStream {
    if *scope.context.resolve(member.inner).0 != TypeRef::Primitive(Primitive::Bool) {
        return quote!(None);
    }
    copied(page, member)
}

/// A field of `page` as an option of what it is, which is copied.
fn copied(page: &TokenStream, member: &Member<'_>) -> TokenStream {
    let name = &member.name;
    match member.presence {
        Presence::Always => quote!(Some(#page.#name)),
        Presence::Maybe => quote!(#page.#name.as_ref().copied()),
        Presence::Optional | Presence::Nullable => quote!(#page.#name),
    }
}

//! The conventions of paging that are known without a word in the document.

use super::reply::Reply;
use super::{LIMITS, is_integer, is_number, parameter, query};
use crate::model::{
    Counts, DEFAULT_PAGE_SIZE, Operation, PageStyle, Pagination, Parameter, Primitive, TypeRef,
    Types,
};

/// The common conventions, most telling first.
pub(super) fn recognise(types: &Types, operation: &Operation) -> Option<Pagination> {
    let reply = Reply::of(types, operation)?;
    let items = reply.items();
    if reply.object.is_some() && items.is_none() {
        return None;
    }
    let limit = query(operation, &LIMITS);
    let style = recognise_cursor(&reply, operation)
        .or_else(|| recognise_token(&reply, operation))
        .or_else(|| recognise_offset(&reply, operation, limit.as_ref()))
        .or_else(|| recognise_url(&reply))
        .or_else(|| recognise_page(&reply, operation))?;
    Some(Pagination {
        style,
        items,
        limit,
    })
}

fn recognise_cursor(reply: &Reply<'_>, operation: &Operation) -> Option<PageStyle> {
    let after = query(operation, &["after_id"])?;
    let last = reply.first_of(&["last_id"])?;
    let before = query(operation, &["before_id"]);
    Some(PageStyle::Cursor {
        after,
        first: before.as_ref().and_then(|_| reply.first_of(&["first_id"])),
        before,
        last,
        more: reply.first_of(&["has_more"]),
    })
}

fn recognise_token(reply: &Reply<'_>, operation: &Operation) -> Option<PageStyle> {
    const CONVENTIONS: [(&[&str], &[&str]); 3] = [
        (
            &["page_token", "pageToken", "next_page_token"],
            &["next_page_token", "nextPageToken", "next_page"],
        ),
        (&["cursor", "next_cursor"], &["next_cursor", "nextCursor"]),
        (&["next_token", "nextToken"], &["next_token", "nextToken"]),
    ];
    CONVENTIONS.iter().find_map(|(parameters, properties)| {
        let token = query(operation, parameters)?;
        let next = reply.first_of(properties)?;
        Some(PageStyle::Token { token, next })
    })
}

fn recognise_offset(
    reply: &Reply<'_>,
    operation: &Operation,
    limit: Option<&String>,
) -> Option<PageStyle> {
    let offset = query(operation, &["offset"])?;
    let size = operation
        .parameters
        .iter()
        .find(|parameter| Some(&parameter.wire) == limit);
    let size = size?.default.as_ref().and_then(serde_json::Value::as_u64);
    Some(PageStyle::Offset {
        offset,
        page_size: size
            .and_then(|size| u32::try_from(size).ok())
            .unwrap_or(DEFAULT_PAGE_SIZE),
        more: reply.first_of(&["has_more"]).into_iter().collect(),
        key: None,
    })
}

/// Properties that hold the address of the next page: where the name does not say that it is an
/// address, it stands among links.
fn recognise_url(reply: &Reply<'_>) -> Option<PageStyle> {
    const LINKS: [&str; 3] = ["links.next", "_links.next", "_links.next.href"];
    const NAMES: [&str; 6] = [
        "next_page_url",
        "next_page_uri",
        "next_url",
        "nextPageUrl",
        "nextUrl",
        "nextLink",
    ];
    let is_text = |primitive| primitive == Primitive::String;
    let linked = LINKS.iter().find(|path| reply.is(path, is_text));
    let next = linked.map(|path| (*path).to_owned());
    let next = next.or_else(|| reply.first_about(&NAMES, is_text))?;
    Some(PageStyle::Url { next })
}

/// Numbered pages, which take two parameters, and a number to begin with: where nobody says whether
/// pages are counted from 0 or 1, one would be left out or come twice.
fn recognise_page(reply: &Reply<'_>, operation: &Operation) -> Option<PageStyle> {
    const PAGES: [&str; 4] = ["page", "page_number", "pageNumber", "page[number]"];
    const SIZES: [&str; 5] = ["size", "perPage", "per-page", "itemsPerPage", "page[size]"];
    /// Parameters of lists that can be walked in another way as well.
    const OTHERS: [&str; 8] = [
        "after",
        "before",
        "cursor",
        "marker",
        "next_token",
        "page_token",
        "pageToken",
        "starting_after",
    ];
    let integer = |names: &[&str]| {
        let parameter = parameter(operation, names)?;
        let ty = reply.types.resolve(parameter.ty.split_nullable().0);
        let whole = matches!(ty, TypeRef::Primitive(primitive) if is_integer(*primitive));
        whole.then_some(parameter)
    };
    let page = integer(&PAGES)?;
    let size = integer(&LIMITS).or_else(|| integer(&SIZES))?;
    let default = |parameter: &Parameter| parameter.default.as_ref()?.as_u64();
    // Pages of no items are all there is.
    if query(operation, &OTHERS).is_some() || default(size) == Some(0) {
        return None;
    }
    let counts = recognise_counts(reply);
    let first = default(page)
        .filter(|first| *first <= 1)
        .and_then(|first| u32::try_from(first).ok());
    if first.is_none() && (page.default.is_some() || counts.number.is_none()) {
        return None;
    }
    Some(PageStyle::Page {
        page: page.wire.clone(),
        first,
        counts,
    })
}

/// What a reply says about the numbers of pages and items.
fn recognise_counts(reply: &Reply<'_>) -> Counts {
    const NUMBERS: [&str; 5] = [
        "page",
        "page_number",
        "pageNumber",
        "current_page",
        "currentPage",
    ];
    const MORE: [&str; 6] = [
        "has_more",
        "hasMore",
        "has_next",
        "hasNext",
        "has_next_page",
        "hasNextPage",
    ];
    const PAGES: [&str; 5] = [
        "total_pages",
        "totalPages",
        "page_total",
        "last_page",
        "lastPage",
    ];
    const TOTALS: [&str; 6] = [
        "total_count",
        "totalCount",
        "total_items",
        "totalItems",
        "total_elements",
        "totalElements",
    ];
    Counts {
        number: reply.first_about(&NUMBERS, is_integer),
        more: reply.first_about(&MORE, |it| it == Primitive::Bool),
        pages: reply.first_about(&PAGES, is_integer),
        total: reply.first_about(&TOTALS, is_number),
    }
}

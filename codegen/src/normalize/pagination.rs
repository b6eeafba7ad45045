//! Declared paging is checked against the operation, undeclared paging recognised.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, Counts, DEFAULT_PAGE_SIZE, Field, HttpMethod, Location, Object, Operation, PageStyle,
    Pagination, Parameter, Payload, Primitive, Shape, TypeId, TypeRef, Types,
};

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    let mut recognised = Vec::new();
    for (index, operation) in api.operations.iter_mut().enumerate() {
        if let Some(pagination) = operation.pagination.take() {
            // A list of records shows what it has when it comes.
            let payload = operation
                .outcomes
                .success
                .first()
                .map(|outcome| &outcome.payload);
            if matches!(payload, Some(Payload::Records(_))) {
                operation.pagination = Some(pagination);
                continue;
            }
            match check(&api.types, operation, &pagination) {
                Ok(()) => operation.pagination = Some(pagination),
                Err(problem) => diagnostics.push(
                    Diagnostic::warning(codes::PAGINATION_UNUSABLE, &operation.origin, problem)
                        .action("the operation is generated without page streams"),
                ),
            }
        } else if operation.method == HttpMethod::Get {
            operation.pagination = recognise(&api.types, operation);
            recognised.push(index);
        }
    }
    one_way_each(api, &recognised);
}

/// A type that is a page says one thing about the next one. Where an operation was recognised to be
/// paged in another way than one before it with the same reply, it has no page streams.
fn one_way_each(api: &mut Api, recognised: &[usize]) {
    let mut said: BTreeMap<TypeId, (Option<String>, PageStyle)> = BTreeMap::new();
    let is_recognised = |index: &usize| recognised.binary_search(index).is_ok();
    let (declared, recognised): (Vec<_>, Vec<_>) =
        (0..api.operations.len()).partition(|index| !is_recognised(index));
    for index in declared.into_iter().chain(recognised) {
        let Some(operation) = api.operations.get_mut(index) else {
            continue;
        };
        let success = operation.outcomes.success.first();
        let Some(pagination) = &operation.pagination else {
            continue;
        };
        // What `Link` says is not in the reply.
        if pagination.style == PageStyle::Link {
            continue;
        }
        if let Some(Payload::Json(ty)) = success.map(|outcome| &outcome.payload)
            && let TypeRef::Named(id) = api.types.resolve(ty)
        {
            let says = (pagination.items.clone(), pagination.style.of_reply());
            if *said.entry(*id).or_insert_with(|| says.clone()) != says && is_recognised(&index) {
                operation.pagination = None;
            }
        }
    }
}

/// What the reply of an operation looks like to a pager.
struct Reply<'a> {
    types: &'a Types,
    /// The object, `None` when the reply is the list itself (or a union of list and object).
    object: Option<&'a Object>,
}

impl<'a> Reply<'a> {
    fn of(types: &'a Types, operation: &'a Operation) -> Option<Self> {
        let Payload::Json(ty) = &operation.outcomes.success.first()?.payload else {
            return None;
        };
        match types.resolve(ty) {
            TypeRef::List(_) => Some(Self {
                types,
                object: None,
            }),
            TypeRef::Named(id) => match &types.get(*id).shape {
                Shape::Object(object) => Some(Self {
                    types,
                    object: Some(object),
                }),
                Shape::Union(union) => {
                    let list = union
                        .variants
                        .iter()
                        .any(|variant| matches!(types.resolve(&variant.ty), TypeRef::List(_)));
                    list.then_some(Self {
                        types,
                        object: None,
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The property `a`, or `b` of the object `a` for `a.b`.
    fn find(&self, path: &str) -> Option<&'a Field> {
        let mut object = self.object?;
        let mut names = path.split('.').peekable();
        loop {
            let name = names.next()?;
            let field = object.fields.iter().find(|field| field.wire == name)?;
            if names.peek().is_none() {
                return Some(field);
            }
            let TypeRef::Named(id) = self.types.resolve(field.ty.split_nullable().0) else {
                return None;
            };
            let Shape::Object(inner) = &self.types.get(*id).shape else {
                return None;
            };
            object = inner;
        }
    }

    fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// Whether a property is of such a primitive type.
    fn is(&self, path: &str, such: impl Fn(Primitive) -> bool) -> bool {
        let ty = self.find(path).map(|field| &field.ty);
        let ty = ty.map(|ty| self.types.resolve(ty.split_nullable().0));
        matches!(ty, Some(TypeRef::Primitive(primitive)) if such(*primitive))
    }

    /// The first of these properties that is there, at the root or in an object about the list as a
    /// whole.
    fn first_about(&self, names: &[&str], such: impl Fn(Primitive) -> bool) -> Option<String> {
        let inner = ABOUT.iter().flat_map(|about| {
            let name = move |name: &&str| format!("{about}.{name}");
            names.iter().map(name)
        });
        let mut paths = names.iter().map(|name| (*name).to_owned()).chain(inner);
        paths.find(|path| self.is(path, &such))
    }

    fn first_of(&self, properties: &[&str]) -> Option<String> {
        properties
            .iter()
            .find(|property| self.has(property))
            .map(|property| (*property).to_owned())
    }

    /// The one property that holds a list.
    fn items(&self) -> Option<String> {
        let object = self.object?;
        let mut lists = object.fields.iter().filter(|field| {
            matches!(
                self.types.resolve(field.ty.split_nullable().0),
                TypeRef::List(_)
            )
        });
        match (lists.next(), lists.next()) {
            (Some(list), None) => Some(list.wire.clone()),
            _ => None,
        }
    }
}

fn parameter<'a>(operation: &'a Operation, names: &[&str]) -> Option<&'a Parameter> {
    let mut parameters = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Query);
    parameters.find(|parameter| names.contains(&parameter.wire.as_str()))
}

fn query(operation: &Operation, names: &[&str]) -> Option<String> {
    parameter(operation, names).map(|parameter| parameter.wire.clone())
}

fn check(types: &Types, operation: &Operation, pagination: &Pagination) -> Result<(), String> {
    let reply = Reply::of(types, operation)
        .ok_or_else(|| "pages need a reply that is a JSON list or an object with one".to_owned())?;
    let mut properties: Vec<&String> = pagination.items.iter().collect();
    let mut parameters: Vec<&String> = pagination.limit.iter().collect();
    match &pagination.style {
        PageStyle::Cursor {
            after,
            before,
            first,
            last,
            more,
        } => {
            parameters.push(after);
            parameters.extend(before);
            properties.push(last);
            properties.extend(first.iter().chain(more));
        }
        PageStyle::Token { token, next } => {
            parameters.push(token);
            properties.push(next);
        }
        PageStyle::TokenAt { token, .. } => parameters.push(token),
        PageStyle::Offset { offset, .. } => parameters.push(offset),
        PageStyle::Page { page, counts, .. } => {
            parameters.push(page);
            check_counts(&reply, counts)?;
        }
        PageStyle::Url { next } => {
            if reply.has(next) && !reply.is(next, |it| it == Primitive::String) {
                return Err(format!(
                    "`{next}`, the address of the next page, is no string"
                ));
            }
            properties.push(next);
        }
        PageStyle::Link | PageStyle::Recognised => {}
    }
    if let Some(missing) = parameters
        .into_iter()
        .find(|name| query(operation, &[name.as_str()]).is_none())
    {
        return Err(format!(
            "the paging names `{missing}`, which is no query parameter of this operation"
        ));
    }
    match properties.into_iter().find(|name| !reply.has(name)) {
        Some(missing) => Err(format!(
            "the paging names `{missing}`, which is no property of the reply"
        )),
        None => Ok(()),
    }
}

fn check_counts(reply: &Reply<'_>, counts: &Counts) -> Result<(), String> {
    let numbers = [&counts.number, &counts.pages, &counts.total];
    let numbers = numbers.into_iter().flatten().map(|path| (path, "number"));
    let flags = counts.more.iter().map(|path| (path, "boolean"));
    for (path, kind) in numbers.chain(flags) {
        if !reply.has(path) {
            return Err(format!(
                "the paging names `{path}`, which is no property of the reply"
            ));
        }
        let is_flag = kind == "boolean";
        if !reply.is(path, |it| {
            if is_flag {
                it == Primitive::Bool
            } else {
                is_number(it)
            }
        }) {
            return Err(format!("`{path}`, which the paging names, is no {kind}"));
        }
    }
    Ok(())
}

fn is_number(primitive: Primitive) -> bool {
    is_integer(primitive) || matches!(primitive, Primitive::Double | Primitive::Float)
}

fn is_integer(primitive: Primitive) -> bool {
    use Primitive::{Int32, Int64, Uint32, Uint64};
    matches!(primitive, Int32 | Int64 | Uint32 | Uint64)
}

/// Names of the query parameter with the size of a page, best known first.
pub(crate) const LIMITS: [&str; 6] = [
    "limit",
    "page_size",
    "pageSize",
    "per_page",
    "max_results",
    "maxResults",
];

/// The common conventions, most telling first.
fn recognise(types: &Types, operation: &Operation) -> Option<Pagination> {
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

/// Objects of a reply that say something about the list as a whole.
const ABOUT: [&str; 5] = ["meta", "metadata", "pagination", "paging", "page"];

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
    let counts = Counts {
        number: reply.first_about(
            &[
                "page",
                "page_number",
                "pageNumber",
                "current_page",
                "currentPage",
            ],
            is_integer,
        ),
        more: reply.first_about(
            &[
                "has_more",
                "hasMore",
                "has_next",
                "hasNext",
                "has_next_page",
                "hasNextPage",
            ],
            |it| it == Primitive::Bool,
        ),
        pages: reply.first_about(
            &[
                "total_pages",
                "totalPages",
                "page_total",
                "last_page",
                "lastPage",
            ],
            is_integer,
        ),
        total: reply.first_about(
            &[
                "total_count",
                "totalCount",
                "total_items",
                "totalItems",
                "total_elements",
                "totalElements",
            ],
            is_number,
        ),
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes::PAGINATION_UNUSABLE;
    use crate::source::Sources;
    use crate::{Input, model};

    /// The paging of `GET /rows` with these query parameters (`page=0` has a default) and this reply;
    /// more members of the operation may follow.
    fn paging(query: &[&str], reply: &str, more: &str) -> (Option<Pagination>, usize) {
        let parameter = |text: &&str| {
            let (name, default) = text.split_once('=').unwrap_or((text, ""));
            let default = match default {
                "" => String::new(),
                default => format!(", default: {default}"),
            };
            format!("{{name: '{name}', in: query, schema: {{type: integer{default}}}}}")
        };
        let parameters: Vec<_> = query.iter().map(parameter).collect();
        let document = format!(
            "
openapi: 3.1.0
info: {{title: T, version: '1'}}
components: {{schemas: {{Rows: {{type: array, items: {{type: string}}}}}}}}
paths:
  /rows:
    get:
      operationId: listRows
      parameters: [{}]
      responses: {{'200': {{content: {{application/json: {{schema: {reply}}}}}}}}}
      {more}",
            parameters.join(", ")
        );
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let input = Input::text("rows.yaml", document);
        let api = model(&input, &mut sources, &mut diagnostics).expect("an API");
        let told = diagnostics.iter();
        let told = told.filter(|told| told.code.id == PAGINATION_UNUSABLE.id);
        (api.operations[0].pagination.clone(), told.count())
    }

    fn recognised(query: &[&str], reply: &str) -> Option<PageStyle> {
        let (pagination, told) = paging(query, reply, "");
        assert_eq!(told, 0);
        pagination.map(|pagination| pagination.style)
    }

    const LIST: &str = "{$ref: '#/components/schemas/Rows'}";

    /// An object with a list and these properties.
    fn object(properties: &str) -> String {
        format!("{{type: object, properties: {{rows: {LIST}, {properties}}}}}")
    }

    #[test]
    fn numbered_pages_are_recognised_where_all_is_said() {
        let page = |first, counts| {
            Some(PageStyle::Page {
                page: "page".to_owned(),
                first,
                counts,
            })
        };
        let none = Counts::default;
        let number = |text: &str| Some(text.to_owned());
        assert_eq!(
            recognised(&["page=1", "per_page=30"], LIST),
            page(Some(1), none())
        );
        assert_eq!(recognised(&["page=0", "size"], LIST), page(Some(0), none()));
        let meta = object(
            "meta: {type: object, properties: {page: {type: integer}, totalPages: {type: integer}}}",
        );
        let counts = Counts {
            number: number("meta.page"),
            pages: number("meta.totalPages"),
            ..none()
        };
        assert_eq!(recognised(&["page", "limit"], &meta), page(None, counts));
        let total = object("total_count: {type: number}, has_more: {type: boolean}");
        let counts = Counts {
            total: number("total_count"),
            more: number("has_more"),
            ..none()
        };
        assert_eq!(
            recognised(&["page=1", "per_page"], &total),
            page(Some(1), counts)
        );
    }

    #[test]
    fn what_may_be_something_else_is_not_recognised() {
        let total = object("total_count: {type: string}");
        for (query, reply) in [
            // Whether the first page is 0 or 1.
            (vec!["page", "per_page"], LIST),
            (vec!["page=7", "per_page"], LIST),
            // One list, without pages unless they are asked for.
            (vec!["page=1"], LIST),
            (vec!["page=1", "per_page=0"], LIST),
            (vec!["page", "per_page"], &total),
            // Two ways at once.
            (vec!["page=1", "per_page", "after"], LIST),
            // No list, or two.
            (
                vec!["page=1", "per_page"],
                "{type: object, properties: {a: {type: string}}}",
            ),
            (
                vec!["page=1", "per_page"],
                &object(&format!("others: {LIST}")),
            ),
            // Tokens, as far as anyone can tell.
            (vec![], &object("next: {type: string}")),
            (
                vec![],
                &object("links: {type: object, properties: {next: {type: integer}}}"),
            ),
        ] {
            assert_eq!(recognised(&query, reply), None, "{query:?} {reply}");
        }
    }

    #[test]
    fn addresses_are_recognised_by_their_names() {
        for (reply, next) in [
            (
                "links: {type: object, properties: {next: {type: [string, 'null']}}}",
                "links.next",
            ),
            (
                "_links: {type: object, properties: {next: {type: object, properties: {href: {type: \
                 string}}}}}",
                "_links.next.href",
            ),
            ("nextLink: {type: string}", "nextLink"),
            (
                "meta: {type: object, properties: {next_page_url: {type: string}}}",
                "meta.next_page_url",
            ),
        ] {
            let next = next.to_owned();
            let style = recognised(&["page=1", "per_page"], &object(reply));
            assert_eq!(style, Some(PageStyle::Url { next }));
        }
    }

    #[test]
    fn what_is_declared_must_be_there() {
        let reply = object("next: {type: string}, count: {type: integer}");
        let declared = |paging: &str| {
            let paging = format!("x-specwright-pagination: {{items: rows, {paging}}}");
            super::tests::paging(&["p"], &reply, &paging)
        };
        assert!(declared("style: url, next: next").0.is_some());
        assert!(declared("style: page, page: p, total: count").0.is_some());
        for wrong in [
            "style: url, next: count",
            "style: url, next: links.next",
            "style: page, page: q",
            "style: page, page: p, total: next",
            "style: page, page: p, more: count",
            "style: page, page: p, pages: meta.pages",
        ] {
            assert_eq!(declared(wrong), (None, 1), "{wrong}");
        }
    }

    #[test]
    fn one_reply_is_read_in_one_way() {
        let document = format!(
            "
openapi: 3.1.0
info: {{title: T, version: '1'}}
components: {{schemas: {{Page: {}}}}}
paths:
  /a: {{get: {{operationId: a, parameters: [{{name: offset, in: query, schema: {{type: integer}}}}, {{name: limit, in: query, schema: {{type: integer}}}}], responses: &page {{'200': {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Page'}}}}}}}}}}}}}}
  /b: {{get: {{operationId: b, responses: *page}}}}",
            object("nextLink: {type: string}").replace(LIST, "{type: array, items: {type: string}}")
        );
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let input = Input::text("rows.yaml", document);
        let api = model(&input, &mut sources, &mut diagnostics).expect("an API");
        let is_paged = |index: usize| api.operations[index].pagination.is_some();
        assert_eq!((is_paged(0), is_paged(1)), (true, false));
    }
}

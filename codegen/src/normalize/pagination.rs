//! Declared paging is checked against the operation, undeclared paging recognised.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    Api, HttpMethod, Location, Operation, PageStyle, Pagination, Payload, Shape, TypeRef, Types,
};

/// Items assumed on a page when neither the caller nor the document says how many.
const DEFAULT_PAGE_SIZE: u32 = 20;

pub(super) fn run(api: &mut Api, diagnostics: &mut Diagnostics) {
    for operation in &mut api.operations {
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
        }
    }
}

/// What the reply of an operation looks like to a pager.
struct Reply<'a> {
    types: &'a Types,
    /// The object, `None` when the reply is the list itself (or a union of list and object).
    object: Option<&'a crate::model::Object>,
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

    fn has(&self, property: &str) -> bool {
        self.object
            .is_some_and(|object| object.fields.iter().any(|field| field.wire == property))
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

fn query(operation: &Operation, names: &[&str]) -> Option<String> {
    let parameters = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Query);
    let mut wires = parameters.map(|parameter| parameter.wire.as_str());
    wires.find(|wire| names.contains(wire)).map(str::to_owned)
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
        .or_else(|| recognise_offset(&reply, operation, limit.as_ref()))?;
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

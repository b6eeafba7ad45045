//! How a list is paged, as its query parameters show.

use crate::model::{Location, PageStyle, Pagination, Parameter, Primitive, TypeRef};

/// Items of a page when the document states no limit.
const PAGE_SIZE: u32 = 20;

const LIMITS: [&str; 6] = [
    "limit",
    "page_size",
    "pageSize",
    "per_page",
    "max_results",
    "maxResults",
];
const AFTER: [(&str, &str); 2] = [
    ("after_id", "before_id"),
    ("starting_after", "ending_before"),
];
const TOKENS: [&str; 9] = [
    "page_token",
    "pageToken",
    "next_page_token",
    "cursor",
    "next_cursor",
    "start_cursor",
    "next_token",
    "nextToken",
    "page",
];

/// The paging of a list operation. Without a telling parameter it is what the reply shows.
pub(super) fn recognise(parameters: &[Parameter]) -> Pagination {
    let query = |name: &str| {
        let mut query = parameters
            .iter()
            .filter(|parameter| parameter.location == Location::Query);
        query.find(|parameter| parameter.wire == name)
    };
    let limit = LIMITS.iter().find_map(|name| query(name));
    let cursor = AFTER.iter().find(|(after, _)| query(after).is_some());
    let token = TOKENS.iter().find_map(|name| query(name));
    let style = if let Some((after, before)) = cursor {
        PageStyle::Cursor {
            after: (*after).to_owned(),
            before: query(before).map(|before| before.wire.clone()),
            first: Some("first_id".to_owned()),
            last: "last_id".to_owned(),
            more: Some("has_more".to_owned()),
        }
    } else if let Some(offset) = query("offset") {
        let size = limit.and_then(|limit| limit.default.as_ref()?.as_u64());
        PageStyle::Offset {
            offset: offset.wire.clone(),
            page_size: size
                .and_then(|size| u32::try_from(size).ok())
                .unwrap_or(PAGE_SIZE),
            more: Some("has_more".to_owned()),
        }
    } else if let Some(token) = token {
        if token.ty == TypeRef::Primitive(Primitive::Int64) {
            // Numbered pages: services that have them say in `Link` whether one follows.
            PageStyle::Link
        } else {
            PageStyle::Token {
                token: token.wire.clone(),
                next: "next_page".to_owned(),
            }
        }
    } else {
        PageStyle::Recognised
    };
    Pagination {
        style,
        items: None,
        limit: limit.map(|limit| limit.wire.clone()),
    }
}

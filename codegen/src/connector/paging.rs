//! How a list is paged, as the document declares or its query parameters show.

use super::{fields, format, keys};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{
    DEFAULT_PAGE_SIZE, Location, PageStyle, Pagination, Parameter, Primitive, TypeRef,
};
use crate::normalize::pagination::LIMITS;
use crate::source::Node;

/// The ways in which pages follow one another.
pub(super) const STYLES: [&str; 5] = ["cursor", "token", "offset", "link", "none"];

/// The operation whose reply is a list if nothing says otherwise.
const LIST: &str = "list";

/// Whether an operation answers with a list, and how it is paged.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum List {
    /// One record, not a list.
    No,
    /// The whole list at once.
    Whole,
    /// As the query parameters and the reply show.
    Recognised,
    /// As the document says.
    Declared {
        style: PageStyle,
        limit: Option<String>,
    },
}

/// Reads `list` of the operation `node`, which is `what` and has this name.
pub(super) fn read(node: &Node<'_>, name: &str, what: &str, diagnostics: &mut Diagnostics) -> List {
    let Some(list) = keys::optional(node, "list") else {
        return if name == LIST {
            List::Recognised
        } else {
            List::No
        };
    };
    match list.as_bool() {
        Some(true) => return List::Recognised,
        Some(false) => return List::No,
        None => {}
    }
    let what = format!("`list` of {what}");
    if !list.is_object() {
        keys::wrong_kind(&list, &what, "`true`, `false` or an object", diagnostics);
        return List::No;
    }
    keys::object::<format::Paging>(&list, &what, diagnostics);
    declared(&list, &what, diagnostics).unwrap_or(List::Recognised)
}

fn declared(node: &Node<'_>, what: &str, diagnostics: &mut Diagnostics) -> Option<List> {
    let (style, place) = keys::required_string(node, what, "style", diagnostics)?;
    let parameter = node.string("parameter", diagnostics);
    let parameter = |default: &str| parameter.unwrap_or(default).to_owned();
    let limit = node.string("limit", diagnostics).map(str::to_owned);
    let style = match style {
        "cursor" => PageStyle::Cursor {
            after: parameter("after_id"),
            before: None,
            first: None,
            last: "last_id".to_owned(),
            more: Some("has_more".to_owned()),
        },
        "token" if keys::optional(node, "next").is_some() => PageStyle::TokenAt {
            token: parameter("page"),
            next: fields::selector(node, what, "next", diagnostics)?,
        },
        "token" => PageStyle::Token {
            token: parameter("page"),
            next: "next_page".to_owned(),
        },
        "offset" => PageStyle::Offset {
            offset: parameter("offset"),
            page_size: page_size(node, what, diagnostics),
            more: vec!["has_more".to_owned()],
            key: None,
        },
        "link" => PageStyle::Link,
        "none" => return Some(List::Whole),
        _ => {
            let message = format!("`{style}`, the style of {what}, is no way to page");
            let diagnostic = Diagnostic::error(codes::CONNECTOR_LIST, place.origin(), message);
            diagnostics.push(keys::suggest(diagnostic, style, &STYLES));
            return None;
        }
    };
    Some(List::Declared { style, limit })
}

fn page_size(node: &Node<'_>, what: &str, diagnostics: &mut Diagnostics) -> u32 {
    let Some(size) = keys::optional(node, "pageSize") else {
        return DEFAULT_PAGE_SIZE;
    };
    let number = size
        .value()
        .as_u64()
        .and_then(|size| u32::try_from(size).ok());
    number.filter(|size| *size > 0).unwrap_or_else(|| {
        let what = format!("`pageSize` of {what}");
        keys::wrong_kind(&size, &what, "a number of items, at least 1", diagnostics);
        DEFAULT_PAGE_SIZE
    })
}

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

impl List {
    /// The paging of an operation with these parameters.
    pub(super) fn pagination(&self, parameters: &[Parameter]) -> Option<Pagination> {
        let mut recognised = recognise(parameters);
        match self {
            Self::No | Self::Whole => None,
            Self::Recognised => Some(recognised),
            Self::Declared { style, limit } => {
                recognised.style = style.clone();
                if limit.is_some() {
                    recognised.limit.clone_from(limit);
                }
                Some(recognised)
            }
        }
    }
}

/// The paging of a list operation. Without a telling parameter it is what the reply shows.
fn recognise(parameters: &[Parameter]) -> Pagination {
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
                .unwrap_or(DEFAULT_PAGE_SIZE),
            more: vec!["has_more".to_owned()],
            key: None,
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

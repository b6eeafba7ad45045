//! The paging an operation declares.

use super::extensions::{self, PAGINATION};
use crate::diagnostics::Diagnostics;
use crate::model::{Counts, DEFAULT_PAGE_SIZE, PageStyle, Pagination};
use crate::source::Node;

/// Number of the first page when the document does not say.
const DEFAULT_FIRST_PAGE: u32 = 1;

/// What `x-specwright-pagination` of an operation says.
pub(super) fn declared(operation: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Pagination> {
    let node = operation.object(PAGINATION, diagnostics)?;
    let name = node.string("style", diagnostics).unwrap_or_default();
    match style(&node, name, diagnostics) {
        Ok(style) => Some(Pagination {
            style,
            items: text(&node, "items", diagnostics),
            limit: text(&node, "limit", diagnostics),
        }),
        Err(problem) => {
            extensions::invalid(&node, problem, diagnostics);
            None
        }
    }
}

fn style(node: &Node<'_>, name: &str, diagnostics: &mut Diagnostics) -> Result<PageStyle, String> {
    let mut text = |key: &str| text(node, key, diagnostics);
    match name {
        "cursor" => match (text("after"), text("last")) {
            (Some(after), Some(last)) => Ok(PageStyle::Cursor {
                after,
                before: text("before"),
                first: text("first"),
                last,
                more: text("more"),
            }),
            _ => Err(
                "cursor paging needs `after`, a query parameter, and `last`, a property".to_owned(),
            ),
        },
        "page-token" => match (text("token"), text("next")) {
            (Some(token), Some(next)) => Ok(PageStyle::Token { token, next }),
            _ => Err(
                "token paging needs `token`, a query parameter, and `next`, a property".to_owned(),
            ),
        },
        "offset" => match (text("offset"), text("key")) {
            (Some(offset), key) => Ok(PageStyle::Offset {
                offset,
                page_size: number(node, "page-size", diagnostics).unwrap_or(DEFAULT_PAGE_SIZE),
                more: one_or_more(node, "more", diagnostics),
                key,
            }),
            _ => Err("offset paging needs `offset`, a query parameter".to_owned()),
        },
        "page" => match text("page") {
            Some(page) => Ok(numbered(node, page, diagnostics)),
            None => Err("paging by number needs `page`, a query parameter".to_owned()),
        },
        "url" => match text("next") {
            Some(next) => Ok(PageStyle::Url { next }),
            None => Err("paging by address needs `next`, a property".to_owned()),
        },
        "link" => Ok(PageStyle::Link),
        "recognised" => Ok(PageStyle::Recognised),
        other => Err(format!(
            "there is no paging style `{other}`: cursor, page-token, offset, page, url, link, \
             recognised"
        )),
    }
}

fn numbered(node: &Node<'_>, page: String, diagnostics: &mut Diagnostics) -> PageStyle {
    let counts = Counts {
        number: text(node, "number", diagnostics),
        more: text(node, "more", diagnostics),
        pages: text(node, "pages", diagnostics),
        total: text(node, "total", diagnostics),
    };
    let first = number(node, "first-page", diagnostics);
    let default = counts.number.is_none().then_some(DEFAULT_FIRST_PAGE);
    PageStyle::Page {
        page,
        first: first.or(default),
        counts,
    }
}

fn text(node: &Node<'_>, key: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    node.string(key, diagnostics).map(str::to_owned)
}

fn number(node: &Node<'_>, key: &str, diagnostics: &mut Diagnostics) -> Option<u32> {
    let number = node.u64(key, diagnostics)?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The texts of a member that is a text or a list of them.
fn one_or_more(node: &Node<'_>, key: &str, diagnostics: &mut Diagnostics) -> Vec<String> {
    let Some(member) = node.get(key) else {
        return Vec::new();
    };
    if !member.is_array() {
        return node
            .string(key, diagnostics)
            .map(str::to_owned)
            .into_iter()
            .collect();
    }
    let texts = member
        .items()
        .filter_map(|item| match item.value().as_str() {
            Some(text) => Some(text.to_owned()),
            None => {
                item.warn_kind("a string", diagnostics);
                None
            }
        });
    texts.collect()
}

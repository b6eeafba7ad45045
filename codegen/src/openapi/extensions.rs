//! The `x-specwright-*` vocabulary: what a document says about its Rust form.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Latency, PageStyle, Pagination};
use crate::source::Node;

/// Resource path of an operation, `messages.batches`.
pub(super) const RESOURCE: &str = "x-specwright-resource";
/// Method name of an operation.
pub(super) const METHOD: &str = "x-specwright-method";
/// How long an operation takes: `fast`, `medium`, `slow`, `streaming`.
pub(super) const LATENCY: &str = "x-specwright-latency";
/// How an operation is paged.
pub(super) const PAGINATION: &str = "x-specwright-pagination";
/// A second method that asks for a stream.
pub(super) const STREAM: &str = "x-specwright-stream";
/// An event that comes by the thousand.
pub(super) const FREQUENT: &str = "x-specwright-frequent";
/// The operation is never repeated by itself.
pub(super) const NEVER_RETRY: &str = "x-specwright-never-retry";
/// Whether the SDK has a method `check` of the body, written by hand: what it says is not sent.
pub(super) const CHECK_BODY: &str = "x-specwright-check-body";
/// The function, as a Rust path, that checks requests of an operation before they are sent.
pub(super) const CHECK: &str = "x-specwright-check";
/// The event stream of the operation goes on after the `last-event-id` it is sent.
pub(super) const RECONNECT: &str = "x-specwright-reconnect";
/// Other methods and paths that an operation is served at.
pub(super) const ROUTES: &str = "x-specwright-routes";
/// A parameter bound once per client.
pub(super) const CLIENT: &str = "x-specwright-client";
/// Name of a type, field, parameter, variant or credential setter.
pub(super) const NAME: &str = "x-specwright-name";
/// File group of a component schema.
pub(super) const MODULE: &str = "x-specwright-module";
/// A value that is never printed.
pub(super) const SECRET: &str = "x-specwright-secret";
/// A string schema that is a type of its own.
pub(super) const NEWTYPE: &str = "x-specwright-newtype";
/// A property only the SDK sets.
pub(super) const INTERNAL: &str = "x-specwright-internal";
/// Environment variable of a credential.
pub(super) const ENV: &str = "x-specwright-env";
/// Environment variable that overrides the base url.
pub(super) const BASE_URL_ENV: &str = "x-specwright-base-url-env";
/// Environment variable with headers for every request, one `Name: value` a line.
pub(super) const HEADERS_ENV: &str = "x-specwright-headers-env";

/// Items on a page when neither the caller nor the document says how many.
const DEFAULT_PAGE_SIZE: u64 = 20;

/// The paging an operation declares.
pub(super) fn pagination(
    operation: &Node<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Pagination> {
    let node = operation.object(PAGINATION, diagnostics)?;
    let mut text = |key: &str| node.string(key, diagnostics).map(str::to_owned);
    let (style, items, limit) = (
        text("style").unwrap_or_default(),
        text("items"),
        text("limit"),
    );
    let style = match style.as_str() {
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
            (Some(offset), key) => {
                let size = node
                    .u64("page-size", diagnostics)
                    .unwrap_or(DEFAULT_PAGE_SIZE);
                let page_size = u32::try_from(size).unwrap_or(u32::MAX);
                Ok(PageStyle::Offset {
                    offset,
                    page_size,
                    more: one_or_more(&node, "more", diagnostics),
                    key,
                })
            }
            _ => Err("offset paging needs `offset`, a query parameter".to_owned()),
        },
        "link" => Ok(PageStyle::Link),
        "recognised" => Ok(PageStyle::Recognised),
        other => Err(format!(
            "there is no paging style `{other}`: cursor, page-token, offset, link, recognised"
        )),
    };
    match style {
        Ok(style) => Some(Pagination {
            style,
            items,
            limit,
        }),
        Err(problem) => {
            invalid(&node, problem, diagnostics);
            None
        }
    }
}

/// The function that checks requests of an operation.
pub(super) fn check(operation: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<String> {
    let path = operation.string(CHECK, diagnostics)?;
    if syn::parse_str::<syn::Path>(path).is_ok() {
        return Some(path.to_owned());
    }
    if let Some(node) = operation.get(CHECK) {
        let problem = format!("`{path}` is not the path of a Rust function");
        invalid(&node, problem, diagnostics);
    }
    None
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

/// How long an operation says it takes.
pub(super) fn latency(operation: &Node<'_>, diagnostics: &mut Diagnostics) -> Option<Latency> {
    let latency = match operation.string(LATENCY, diagnostics)? {
        "fast" => Latency::Fast,
        "medium" => Latency::Medium,
        "slow" => Latency::Slow,
        "streaming" => Latency::Streaming,
        other => {
            let problem = format!("there is no latency `{other}`: fast, medium, slow, streaming");
            if let Some(node) = operation.get(LATENCY) {
                invalid(&node, problem, diagnostics);
            }
            return None;
        }
    };
    Some(latency)
}

/// Warns that an extension cannot be used.
pub(super) fn invalid(node: &Node<'_>, problem: impl Into<String>, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::warning(codes::BAD_EXTENSION, node.origin(), problem).action("it is left out"),
    );
}

//! The `x-specwright-*` vocabulary: what a document says about its Rust form.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::Latency;
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

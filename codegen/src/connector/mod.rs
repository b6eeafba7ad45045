//! Connector documents: a service and its resources, in the two files an automation product
//! describes a connection with.
//!
//! The service document names the base url, fixed headers and how to authenticate. The resources
//! document lists resources, each with the `fields` of its records (a selector each), its
//! `operations` (method, path with `{{placeholders}}`, body template) and its `webhooks`.
//!
//! What we add to the format, all optional; [`format`](mod@format) has all of it, and
//! `connector.schema.json` is its schema:
//! - `env` beside the `value` of a credential (`auth.params.*.*`, or a header that is one
//!   placeholder): the environment variable it is read from;
//! - `version` of the service document;
//! - `meta` (`short`, `description`) on an operation and on a webhook: what its documentation
//!   says;
//! - `multipart` on an operation, in place of `bodyTemplate`, with placeholders of the types `File`
//!   and `Files`: an upload, whose files are streamed;
//! - `fields` on an operation whose reply is not what the resource is about;
//! - `list` on an operation: that it answers with a list, and how that is paged;
//! - `kind` on an operation: whether it is an `action` or a `query`;
//! - an object with the member `resources` as the resources document, so that it has room for
//!   `$schema`;
//! - members whose name starts with `x-` or `$` are notes of the author and skipped.
//!
//! Everything wrong in both files is told in one run. An error anywhere means that nothing is
//! generated, but reading goes on to find the rest.

mod auth;
mod fields;
pub mod format;
mod keys;
mod kinds;
mod multipart;
mod naming;
mod operations;
mod paging;
mod path;
mod placeholders;
mod resources;
mod scan;
mod service;
mod template;
mod webhooks;

#[cfg(test)]
mod tests;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::Api;
use crate::source::{Node, Sources};

/// Whether a document that is no OpenAPI document is the service half of a connector, be it one
/// with defects.
pub fn is_connector(root: &Node<'_>) -> bool {
    root.get("service").is_some() || root.get("handle").is_some()
}

/// Reads a connector: the first file of `sources` is the service document, the second the one with
/// its resources. When the second could not be read, which has been told, the first is checked all
/// the same.
///
/// `None` when there is nothing to generate; why is in `diagnostics`.
pub fn read(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Api> {
    let root = sources.root();
    let service = service::read(&root, diagnostics);
    let Some(resources) = sources.files().nth(1) else {
        let message = "a connector has two documents, and the one with the resources is missing";
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_MISSING_KEY, root.origin(), message)
                .help("name it as `resources` beside `document`"),
        );
        return None;
    };
    let resources = sources.file(resources);
    if resources.is_null() {
        return None;
    }
    let mut service = service.unwrap_or_default();
    resources::read(&resources, &mut service, diagnostics);
    (!diagnostics.has_errors()).then_some(service.api)
}

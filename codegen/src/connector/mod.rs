//! Connector documents: a service and its resources, in the two files an automation product
//! describes a connection with.
//!
//! The service document names the base url, fixed headers and how to authenticate. The resources
//! document lists resources, each with the `fields` of its records (a selector each), its
//! `operations` (method, path with `{{placeholders}}`, body template) and its `webhooks`.
//!
//! What we add to the format, all optional:
//! - `env` beside the `value` of a credential (`auth.params.*.*`, or a header that is one
//!   placeholder): the environment variable it is read from;
//! - `meta` (`short`, `description`) on an operation and on a webhook: what its documentation
//!   says;
//! - members whose name starts with `x-` or `$` are notes of the author and skipped.
//!
//! Everything wrong in both files is told in one run. An error anywhere means that nothing is
//! generated, but reading goes on to find the rest.

mod auth;
mod fields;
mod keys;
mod kinds;
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

/// Whether a document is the service half of a connector.
pub fn is_connector(root: &Node<'_>) -> bool {
    root.get("handle").is_some()
        && root
            .get("service")
            .is_some_and(|service| service.is_object())
}

/// Reads a connector: the first file of `sources` is the service document, the second the one
/// with its resources. Of a file that could not be read there is nothing to tell anew: the other
/// one is still checked.
///
/// `None` when there is nothing to generate; why is in `diagnostics`.
pub fn read(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Api> {
    let root = sources.root();
    let mut service = (!root.is_null())
        .then(|| service::read(&root, diagnostics))
        .flatten();
    let resources = sources.files().nth(1).map(|file| sources.file(file));
    let Some(resources) = resources else {
        let message = "a connector has two documents; the one with the resources is missing";
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_MISSING_KEY, root.origin(), message)
                .help("name it as `resources` beside `document` in the plan"),
        );
        return None;
    };
    if !resources.is_null() {
        let service = service.get_or_insert_default();
        resources::read(&resources, service, diagnostics);
    }
    service
        .filter(|_| !diagnostics.has_errors())
        .map(|service| service.api)
}

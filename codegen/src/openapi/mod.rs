//! OpenAPI documents into the model.

use crate::diagnostics::Diagnostics;
use crate::model::Api;
use crate::source::{Node, Sources};

/// Whether a document says that it is an OpenAPI or Swagger document.
pub fn is_openapi(root: &Node<'_>) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

/// The API an OpenAPI document describes; `None` only when there is nothing to generate.
pub fn read(_sources: &Sources, _diagnostics: &mut Diagnostics) -> Option<Api> {
    None
}

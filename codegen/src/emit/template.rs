//! Request bodies built from compiled templates (connectors).

use proc_macro2::TokenStream;

use super::Scope;
use crate::model::{Operation, Template};

/// An expression of type `serde_json::Value`. In it, each body parameter of the operation is an
/// identifier of the parameter's name, a reference to the argument (`&String`, `&i64`, …;
/// `&Option<…>` for an optional one without a default that is sent).
pub(crate) fn body(_template: &Template, _operation: &Operation, _scope: &Scope<'_>) -> TokenStream {
    TokenStream::new()
}

//! Examples that compile.

use super::operation::Call;
use super::{Context, Scope};
use crate::model::Operation;

/// The example of one way to call an operation.
pub(crate) fn of_call(_scope: &Scope<'_>, _resource: &str, _operation: &Operation, _call: &Call<'_>) -> Vec<String> {
    Vec::new()
}

/// The first steps with an API.
pub(crate) fn quick_start(_context: &Context<'_>) -> Option<Vec<String>> {
    None
}

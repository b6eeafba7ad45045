//! Connector documents into the model.

use crate::diagnostics::Diagnostics;
use crate::model::Api;
use crate::source::Sources;

/// The API a connector's service document (the first file) and resources document describe;
/// `None` only when there is nothing to generate.
pub fn read(_sources: &Sources, _diagnostics: &mut Diagnostics) -> Option<Api> {
    None
}

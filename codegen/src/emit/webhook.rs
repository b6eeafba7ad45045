//! Webhook events.

use super::{Context, Module};
use crate::model::Api;

pub(crate) fn module(_api: &Api, _context: &Context<'_>) -> Option<Module> {
    None
}

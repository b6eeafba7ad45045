//! How the requests of a run are sent.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use specwright_runtime::Format;

use crate::platform::{BetaFeature, CreateMessage};

/// Refinements of each request, whatever its reply.
#[derive(Clone, Debug, Default)]
pub(super) struct CallOptions {
    pub(super) betas: Vec<BetaFeature>,
    pub(super) timeout: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) max_retries: Option<u32>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body_fields: Vec<(String, Result<Value, String>)>,
}

impl CallOptions {
    pub(super) fn apply<T: 'static, F: Format<T>>(
        &self,
        mut call: CreateMessage<T, F>,
    ) -> CreateMessage<T, F> {
        if !self.betas.is_empty() {
            call = call.betas(self.betas.clone());
        }
        if let Some(timeout) = self.timeout {
            call = call.timeout(timeout);
        }
        if let Some(timeout) = self.idle_timeout {
            call = call.idle_timeout(timeout);
        }
        if let Some(retries) = self.max_retries {
            call = call.max_retries(retries);
        }
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        for (name, value) in &self.body_fields {
            call = call.body_field(name, Field(value));
        }
        call
    }
}

/// A value, or why there is none.
struct Field<'a>(&'a Result<Value, String>);

impl Serialize for Field<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Ok(value) => value.serialize(serializer),
            Err(reason) => Err(serde::ser::Error::custom(reason)),
        }
    }
}

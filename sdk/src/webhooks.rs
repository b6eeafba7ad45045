//! Webhooks of the platform, verified and typed.
//!
//! The platform tells of agents, deployments, environments, sessions, vaults and user profiles by
//! requests to an address of yours. None of them concern messages, batches, files or skills.

use std::time::{Duration, SystemTime};

use specwright_runtime::Error;
use specwright_runtime::http::HeaderMap;
use specwright_runtime::webhook::{Verifier, WebhookError};

use crate::platform::webhooks::WebhookEvent;

/// The environment variable with the signing key.
pub const SIGNING_KEY: &str = "ANTHROPIC_WEBHOOK_SIGNING_KEY";

/// Turns webhook requests into events, after it has verified that they are the platform's.
///
/// It takes headers and body as plain [`http`](specwright_runtime::http) types, so any server can
/// use it. The body must be the bytes as they came.
///
/// ```
/// use claude_typed::platform::webhooks::{WebhookError, WebhookEvent};
/// use claude_typed::webhooks::WebhookReceiver;
/// use specwright_runtime::http::HeaderMap;
///
/// fn receive(receiver: &WebhookReceiver, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
///     match receiver.receive(headers, body)? {
///         WebhookEvent::SessionThreadCreated(event) => println!("{}", event.data.session_thread_id),
///         other => println!("{}", other.event()),
///     }
///     Ok(())
/// }
/// # fn main() -> Result<(), claude_typed::Error> {
/// let receiver = WebhookReceiver::new("whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=")?;
/// let refused = receive(&receiver, &HeaderMap::new(), b"{}").unwrap_err();
/// assert_eq!(refused.status().as_u16(), 401); // the status to answer with
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookReceiver {
    verifier: Verifier,
}

impl WebhookReceiver {
    /// A receiver with a signing key, `whsec_…`.
    ///
    /// # Errors
    /// The key is not base64, or empty.
    pub fn new(signing_key: &str) -> Result<Self, Error> {
        let verifier = Verifier::new(signing_key).map_err(unusable)?;
        Ok(Self { verifier })
    }

    /// A receiver with the signing key of `ANTHROPIC_WEBHOOK_SIGNING_KEY`.
    ///
    /// # Errors
    /// The variable is not set or empty, or its value is not base64.
    pub fn from_env() -> Result<Self, Error> {
        match std::env::var(SIGNING_KEY) {
            Ok(key) if !key.is_empty() => Self::new(&key),
            _ => Err(Error::invalid_request(format!(
                "no signing key was given: set {SIGNING_KEY}"
            ))),
        }
    }

    /// Accepts what another key has signed, too: while one key is being replaced by another.
    ///
    /// # Errors
    /// The key is not base64, or empty.
    pub fn or_key(self, signing_key: &str) -> Result<Self, Error> {
        let verifier = self.verifier.or_key(signing_key).map_err(unusable)?;
        Ok(Self { verifier })
    }

    /// Sets how much the sender's clock may differ from ours; five minutes by default.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.verifier = self.verifier.tolerance(tolerance);
        self
    }

    /// Verifies a webhook request and reads its event. What the official SDKs call `unwrap`.
    ///
    /// # Errors
    /// The request is not to be trusted, or its body is not an event;
    /// [`WebhookError::status`] is what to answer.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        self.receive_at(headers, body, SystemTime::now())
    }

    /// As [`receive`](Self::receive), at another time than now.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn receive_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: SystemTime,
    ) -> Result<WebhookEvent, WebhookError> {
        self.verifier.verify_at(headers, body, now)?;
        // Only the body is signed: nothing else may say which event it is.
        WebhookEvent::parse("", &HeaderMap::new(), body)
    }
}

/// The message does not show the key.
fn unusable(error: WebhookError) -> Error {
    Error::invalid_request(error.to_string())
}

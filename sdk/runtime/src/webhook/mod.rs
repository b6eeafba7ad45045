//! Webhook requests: who sent one, which event it is, and its payload.
//!
//! Generated code has an enum of the events a document names, whose `parse`
//! and `parse_verified` stand on [`Incoming`]. All of it takes plain `http`
//! types, so any server can mount it.
//!
//! Who may send is checked by a [`Verify`]: with the feature `webhook` a
//! `Verifier` of Standard Webhooks signatures, or a `SharedSecret` in a
//! header; else one of your own.

mod error;
mod incoming;
#[cfg(feature = "webhook")]
mod verifier;

use http::HeaderMap;

pub use error::WebhookError;
pub use incoming::{Incoming, KnownEvent, MAX_BODY_BYTES};
#[cfg(feature = "webhook")]
pub use verifier::{DEFAULT_TOLERANCE, SharedSecret, Verifier};

/// Tells whether a webhook request comes from who may send it.
///
/// ```
/// use specwright_runtime::http::HeaderMap;
/// use specwright_runtime::webhook::{Verify, WebhookError};
///
/// /// Takes what a proxy in front has verified.
/// struct ByProxy;
///
/// impl Verify for ByProxy {
///     fn verify(&self, headers: &HeaderMap, _body: &[u8]) -> Result<(), WebhookError> {
///         match headers.get("x-proxy-verified") {
///             Some(_) => Ok(()),
///             None => Err(WebhookError::MissingHeader("x-proxy-verified".to_owned())),
///         }
///     }
/// }
/// # assert!(ByProxy.verify(&HeaderMap::new(), b"").is_err());
/// ```
pub trait Verify {
    /// Verifies a request. `body` must be the bytes as they came, not JSON that
    /// was decoded and encoded again.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError>;
}

//! Standard Webhooks signatures.
//!
//! A webhook comes with the headers `webhook-id`, `webhook-timestamp` (seconds
//! since 1970) and `webhook-signature` (`v1,BASE64`, several with spaces between
//! them while a key is being replaced). What is signed with HMAC-SHA256 is
//! `ID.TIMESTAMP.BODY`, the body byte for byte as it came.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// How much the sender's clock may differ from ours: 5 minutes.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// Verifies that a webhook comes from who holds the signing key, and that it is
/// not an old one sent again.
///
/// ```
/// use specwright_runtime::http::HeaderMap;
/// use specwright_runtime::webhook::{Verifier, WebhookError};
///
/// #[derive(serde::Deserialize)]
/// struct Event {
///     id: String,
/// }
///
/// fn receive(headers: &HeaderMap, body: &[u8]) -> Result<Event, WebhookError> {
///     let verifier = Verifier::new("whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=")?;
///     verifier.decode(headers, body)
/// }
/// # assert!(receive(&HeaderMap::new(), b"{}").is_err());
/// ```
#[derive(Clone)]
pub struct Verifier {
    key: Hmac<Sha256>,
    tolerance: Duration,
}

impl Verifier {
    /// A verifier with a signing key: base64, with `whsec_` in front or not.
    ///
    /// # Errors
    /// [`WebhookError::InvalidKey`] when it is not base64, or empty.
    pub fn new(signing_key: &str) -> Result<Self, WebhookError> {
        let text = signing_key.trim();
        let text = text.strip_prefix("whsec_").unwrap_or(text);
        let key = STANDARD.decode(text).unwrap_or_default();
        if key.is_empty() {
            return Err(WebhookError::InvalidKey);
        }
        let key = Hmac::new_from_slice(&key).map_err(|_| WebhookError::InvalidKey)?;
        Ok(Self {
            key,
            tolerance: DEFAULT_TOLERANCE,
        })
    }

    /// Sets how much the sender's clock may differ from ours.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies a webhook. `body` must be the bytes as they came, not JSON that
    /// was decoded and encoded again.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
        self.verify_at(headers, body, SystemTime::now())
    }

    /// As [`verify`](Self::verify), at another time than now.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    pub fn verify_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), WebhookError> {
        let id = header(headers, "webhook-id")?;
        let timestamp = header(headers, "webhook-timestamp")?;
        let signatures = header(headers, "webhook-signature")?;
        self.check_age(timestamp, now)?;

        let mut signed = self.key.clone();
        for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            signed.update(piece);
        }
        let known = signatures
            .split_ascii_whitespace()
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
        // Compared in constant time, by the signature's own type.
        for signature in known {
            if signed.clone().verify_slice(&signature).is_ok() {
                return Ok(());
            }
        }
        Err(WebhookError::WrongSignature)
    }

    /// Verifies a webhook and decodes its JSON.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`WebhookError::InvalidBody`].
    pub fn decode<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, WebhookError> {
        self.verify(headers, body)?;
        let mut json = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut json).map_err(|error| WebhookError::InvalidBody {
            path: error.path().to_string(),
            source: error.into_inner(),
        })
    }

    fn check_age(&self, timestamp: &str, now: SystemTime) -> Result<(), WebhookError> {
        let sent = timestamp.parse().ok().map(Duration::from_secs);
        let sent = sent.and_then(|sent| UNIX_EPOCH.checked_add(sent));
        let sent = sent.ok_or(WebhookError::InvalidTimestamp)?;
        // The difference, whichever of the two is later.
        let (age, future) = match now.duration_since(sent) {
            Ok(age) => (age, false),
            Err(error) => (error.duration(), true),
        };
        match (age > self.tolerance, future) {
            (false, _) => Ok(()),
            (true, false) => Err(WebhookError::TooOld),
            (true, true) => Err(WebhookError::TooNew),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("key", &"[redacted]")
            .field("tolerance", &self.tolerance)
            .finish()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, WebhookError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or(WebhookError::MissingHeader(name))
}

/// Why a webhook is not to be trusted, or cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signing key is not base64, or empty.
    InvalidKey,
    /// A header is missing, or not text.
    MissingHeader(&'static str),
    /// The timestamp is not a number of seconds.
    InvalidTimestamp,
    /// The webhook was sent longer ago than is tolerated.
    TooOld,
    /// The webhook was sent further in the future than is tolerated.
    TooNew,
    /// No signature is that of the signing key.
    WrongSignature,
    /// The signature is right, and the body is not the JSON it should be.
    InvalidBody {
        /// Where in the body, such as `data.id`.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidKey => f.write_str("the signing key is not base64"),
            Self::MissingHeader(name) => write!(f, "the header `{name}` is missing"),
            Self::InvalidTimestamp => f.write_str("the timestamp is not a number of seconds"),
            Self::TooOld => f.write_str("the webhook is too old"),
            Self::TooNew => f.write_str("the webhook comes from the future"),
            Self::WrongSignature => f.write_str("no signature of the webhook is right"),
            Self::InvalidBody { path, source } => {
                write!(
                    f,
                    "the webhook's body is not as expected at `{path}`: {source}"
                )
            }
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidBody { source, .. } => Some(source),
            _ => None,
        }
    }
}

//! Standard Webhooks signatures, and shared secrets.
//!
//! A webhook comes with the headers `webhook-id`, `webhook-timestamp` (seconds
//! since 1970) and `webhook-signature` (`v1,BASE64`, several with spaces between
//! them while a key is being replaced). What is signed with HMAC-SHA256 is
//! `ID.TIMESTAMP.BODY`, the body byte for byte as it came.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::{Verify, WebhookError};
use crate::json;
use crate::retry::{Clock, SystemClock};
use crate::secret::{REDACTED, Secret};

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
    /// Any of them may have signed: two while a key is being replaced.
    keys: Vec<Hmac<Sha256>>,
    tolerance: Duration,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier with a signing key: base64, with `whsec_` in front or not.
    ///
    /// # Errors
    /// [`WebhookError::InvalidKey`] when it is not base64, or empty.
    #[inline]
    pub fn new(signing_key: &str) -> Result<Self, WebhookError> {
        Ok(Self {
            keys: vec![key(signing_key)?],
            tolerance: DEFAULT_TOLERANCE,
            clock: Arc::new(SystemClock),
        })
    }

    /// Accepts what another key has signed, too: while one key is being
    /// replaced by another.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    #[inline]
    pub fn or_key(mut self, signing_key: &str) -> Result<Self, WebhookError> {
        self.keys.push(key(signing_key)?);
        Ok(self)
    }

    /// Sets how much the sender's clock may differ from ours.
    #[inline]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Takes the time from `clock`: for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// As [`verify`](Verify::verify), at another time than now.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    #[inline]
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

        let known: Vec<Vec<u8>> = signatures
            .split_ascii_whitespace()
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .collect();
        for key in &self.keys {
            let signed = mac(key, id, timestamp, body);
            // Compared in constant time, by the signature's own type.
            for signature in &known {
                if signed.clone().verify_slice(signature).is_ok() {
                    return Ok(());
                }
            }
        }
        Err(WebhookError::WrongSignature)
    }

    /// Verifies a webhook and decodes its JSON.
    ///
    /// # Errors
    /// As [`verify`](Verify::verify), and [`WebhookError::InvalidBody`].
    pub fn decode<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, WebhookError> {
        self.verify(headers, body)?;
        json::read(body).map_err(|(path, source)| WebhookError::InvalidBody {
            path: path.unwrap_or_else(|| ".".to_owned()),
            source,
        })
    }

    /// The headers with which a webhook passes, sent at `sent` and signed with every
    /// key: to try a receiver, or to send webhooks of one's own.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use specwright_runtime::webhook::{Verifier, Verify};
    ///
    /// let verifier = Verifier::new("whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=")?;
    /// let headers = verifier.sign("msg_1", SystemTime::now(), b"{}")?;
    /// verifier.verify(&headers, b"{}")?;
    /// # Ok::<(), specwright_runtime::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    /// [`WebhookError::MissingHeader`] when the id cannot be the value of one.
    #[inline]
    pub fn sign(&self, id: &str, sent: SystemTime, body: &[u8]) -> Result<HeaderMap, WebhookError> {
        let seconds = sent.duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = seconds.as_secs().to_string();
        let signatures = self.keys.iter().map(|key| {
            let mac = mac(key, id, &timestamp, body).finalize().into_bytes();
            format!("v1,{}", STANDARD.encode(mac))
        });
        let signatures = signatures.collect::<Vec<_>>().join(" ");
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", &timestamp),
            ("webhook-signature", &signatures),
        ] {
            let value = value
                .parse()
                .map_err(|_| WebhookError::MissingHeader(name.to_owned()))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    #[inline]
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
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &REDACTED)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl Verify for Verifier {
    #[inline]
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
        self.verify_at(headers, body, self.clock.now())
    }
}

#[inline]
fn mac(key: &Hmac<Sha256>, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(piece);
    }
    mac
}

#[inline]
fn key(text: &str) -> Result<Hmac<Sha256>, WebhookError> {
    let text = text.trim();
    let text = text.strip_prefix("whsec_").unwrap_or(text);
    let key = STANDARD.decode(text).unwrap_or_default();
    if key.is_empty() {
        return Err(WebhookError::InvalidKey);
    }
    Hmac::new_from_slice(&key).map_err(|_| WebhookError::InvalidKey)
}

#[inline]
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, WebhookError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| WebhookError::MissingHeader(name.to_owned()))
}

/// Verifies that a webhook comes from who knows a secret, which is sent in a
/// header: for senders that cannot sign.
///
/// It says nothing about the body and does not notice a request that is sent
/// again; it is only as safe as the connection the header came over.
///
/// ```
/// use specwright_runtime::http::HeaderMap;
/// use specwright_runtime::webhook::{SharedSecret, Verify};
///
/// let secret = SharedSecret::new("x-webhook-secret", "correct horse")?;
/// let mut headers = HeaderMap::new();
/// headers.insert("x-webhook-secret", "correct horse".parse().unwrap());
/// secret.verify(&headers, b"{}")?;
/// # Ok::<(), specwright_runtime::webhook::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct SharedSecret {
    header: HeaderName,
    key: Hmac<Sha256>,
    secret: Secret,
}

impl SharedSecret {
    /// A secret that is expected as the whole value of `header`. With
    /// `authorization` as the header the secret begins with `Bearer `, as the
    /// sender does.
    ///
    /// # Errors
    /// [`WebhookError::InvalidKey`] when the secret is empty, or `header` cannot
    /// be the name of one.
    pub fn new(header: &str, secret: impl Into<Secret>) -> Result<Self, WebhookError> {
        let secret = secret.into();
        let header = header.parse().map_err(|_| WebhookError::InvalidKey)?;
        if secret.is_empty() {
            return Err(WebhookError::InvalidKey);
        }
        let key = Hmac::new_from_slice(secret.expose().as_bytes());
        Ok(Self {
            header,
            key: key.map_err(|_| WebhookError::InvalidKey)?,
            secret,
        })
    }
}

impl Verify for SharedSecret {
    #[inline]
    fn verify(&self, headers: &HeaderMap, _body: &[u8]) -> Result<(), WebhookError> {
        let given = header(headers, self.header.as_str())?;
        // Digests are compared, in constant time: how long it takes tells neither
        // the length of the secret nor how much of it is right.
        let digest = |text: &str| self.key.clone().chain_update(text.as_bytes()).finalize();
        match digest(given) == digest(self.secret.expose()) {
            true => Ok(()),
            false => Err(WebhookError::WrongSecret),
        }
    }
}

impl fmt::Debug for SharedSecret {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecret")
            .field("header", &self.header)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

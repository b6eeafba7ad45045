//! Answers of the server that are not a success.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{DecodeError, Error, write_request_id};
use crate::response::ResponseHead;

/// The longest part of a plain-text body that becomes a message, in characters.
const MAX_TEXT_MESSAGE: usize = 300;

/// An answer with a status that is not a success: the status, the headers, the
/// body as it came, and what could be read from it.
///
/// Reading never fails. It knows the envelope
/// `{"error": {"type", "message", "details": {"error_code"}}}`, the bodies
/// `{"message"}`, `{"detail"}`, `{"title"}`, `{"error": "text"}` and
/// `{"errors": [..]}`, and plain text.
pub struct ApiError {
    head: Arc<ResponseHead>,
    body: Bytes,
    kind: Option<String>,
    message: Option<String>,
    error_code: Option<String>,
    body_request_id: Option<String>,
}

impl ApiError {
    #[inline]
    pub(crate) fn new(head: Arc<ResponseHead>, body: Bytes) -> Self {
        let mut error = Self {
            head,
            body,
            kind: None,
            message: None,
            error_code: None,
            body_request_id: None,
        };
        // `parse` of `Value` is compiled in serde_json; `from_slice` would be once more here.
        let text = std::str::from_utf8(&error.body).ok();
        match text.and_then(|text| text.parse::<Value>().ok()) {
            Some(json) => error.read_json(&json),
            None => error.message = text_message(&error.head, &error.body),
        }
        error
    }

    #[inline]
    fn read_json(&mut self, json: &Value) {
        let envelope = json.get("error").filter(|error| error.is_object());
        let inner = envelope.unwrap_or(json);
        self.kind = text(inner, &["type", "code", "status"]).filter(|_| envelope.is_some());
        self.error_code = inner
            .get("details")
            .and_then(|details| text(details, &["error_code"]));
        self.message = text(inner, &["message", "detail", "title"])
            .or_else(|| text(json, &["error_description", "error", "message"]))
            .or_else(|| json.pointer("/errors/0/message").and_then(scalar))
            .or_else(|| json.pointer("/detail/0/msg").and_then(scalar))
            .or_else(|| json.pointer("/errors/0").and_then(scalar))
            .or_else(|| json.as_str().map(str::to_owned));
        self.body_request_id = text(json, &["request_id"]);
    }

    /// Replaces what the server said by what the client knows better.
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Takes secrets out of the texts the server sent, which may echo them.
    #[inline]
    pub(crate) fn redacted(mut self) -> Self {
        for text in [
            &mut self.message,
            &mut self.kind,
            &mut self.error_code,
            &mut self.body_request_id,
        ] {
            *text = text.take().map(|text| self.head.redact(text));
        }
        self
    }

    #[inline]
    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// The HTTP status.
    #[inline]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers of the answer.
    #[inline]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The id the server gave the request: from the headers, else from the body.
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id().or(self.body_request_id.as_deref())
    }

    /// The body as it came.
    #[inline]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The error's type (`error.type` in the body), such as `rate_limit_error`.
    #[inline]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// What the server says went wrong; else the name of the status.
    #[inline]
    pub fn message(&self) -> &str {
        match &self.message {
            Some(message) => message,
            None if self.is_challenge() => "the edge asks for a browser challenge",
            None => self
                .head
                .status
                .canonical_reason()
                .unwrap_or("unknown status"),
        }
    }

    /// The finer code (`error.details.error_code` in the body).
    #[inline]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// How many attempts were made before this answer was final, minus one.
    #[inline]
    pub fn retries(&self) -> u32 {
        self.head.retries
    }

    /// The body as the type the document gives for this status.
    ///
    /// # Errors
    /// [`Error::Decode`] when the body is not the JSON of a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        DecodeError::json_of(&self.head, &self.body)
    }

    /// Whether the edge (Cloudflare) asks for a browser challenge. The API has
    /// not seen the request; it is not a question of credentials.
    #[inline]
    pub fn is_challenge(&self) -> bool {
        self.head
            .header("cf-mitigated")
            .is_some_and(|value| value.eq_ignore_ascii_case("challenge"))
            && matches!(self.head.status.as_u16(), 403 | 503 | 300..=399)
    }
}

/// The first of these members that is text or a number.
#[inline]
fn text(object: &Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| object.get(name))
        .find_map(scalar)
}

#[inline]
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A plain-text body is its own message; markup is not.
#[inline]
fn text_message(head: &ResponseHead, body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let markup = head
        .header("content-type")
        .is_some_and(|kind| kind.contains("html") || kind.contains("xml"));
    if text.is_empty() || markup || text.starts_with('<') {
        return None;
    }
    Some(text.chars().take(MAX_TEXT_MESSAGE).collect())
}

impl fmt::Display for ApiError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.head.status.as_u16())?;
        if let Some(kind) = &self.kind {
            write!(f, " {kind}")?;
        }
        write!(f, ": {}", self.message())?;
        let in_body = self.body_request_id.as_deref();
        write_request_id(f, self.head.shown_request_id().or(in_body))
    }
}

impl fmt::Debug for ApiError {
    /// Leaves the body out: it may be large, and it may hold secrets.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("head", &self.head)
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("error_code", &self.error_code)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl std::error::Error for ApiError {}

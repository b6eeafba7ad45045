//! Streams that fail after they had begun.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use super::{Error, Source, TimeoutKind, write_request_id};
use crate::response::ResponseHead;
use crate::retry;

/// What ended a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamCause {
    /// The server sent an error event.
    ErrorEvent,
    /// The connection broke.
    Transport,
    /// No chunk arrived for the idle timeout.
    IdleTimeout,
    /// A line or an event is larger than the limit.
    TooLarge,
    /// The stream ended before it was complete.
    Truncated,
    /// The bytes are not those of such a stream.
    Protocol,
}

impl StreamCause {
    /// What ended a stream whose bytes failed with this error.
    #[inline]
    fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Timeout(timeout) if timeout.kind() == TimeoutKind::Idle => {
                Some(Self::IdleTimeout)
            }
            Error::Transport(_) | Error::Timeout(_) => Some(Self::Transport),
            _ => None,
        }
    }
}

/// A stream that had begun and failed.
///
/// It says whether anything had reached the caller:
/// [`nothing_delivered`](Self::nothing_delivered) together with
/// [`Error::is_retryable`] means that the call can be made again as if it had
/// never been made.
pub struct StreamError {
    cause: StreamCause,
    message: String,
    kind: Option<String>,
    raw: Option<String>,
    delivered: bool,
    request_id: Option<String>,
    source: Option<Source>,
    pub(crate) head: Option<Arc<ResponseHead>>,
}

impl StreamError {
    /// Says what ended the stream.
    #[inline]
    pub fn new(cause: StreamCause, message: impl Into<String>) -> Self {
        Self {
            cause,
            message: message.into(),
            kind: None,
            raw: None,
            delivered: false,
            request_id: None,
            source: None,
            head: None,
        }
    }

    /// Sets the error's type, such as `overloaded_error`.
    #[inline]
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Keeps the data of the error event as it came.
    #[inline]
    pub fn with_raw(mut self, raw: impl Into<String>) -> Self {
        self.raw = Some(raw.into());
        self
    }

    /// Sets the request id that the error event itself states.
    #[inline]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Says whether an event had reached the caller before.
    #[inline]
    pub fn with_delivered(mut self, delivered: bool) -> Self {
        self.delivered = delivered;
        self
    }

    /// Keeps the cause.
    #[inline]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Keeps the head of the reply, and takes out of all texts the secrets that the reply must
    /// not bring back. The raw data stays as it came.
    #[inline]
    pub(crate) fn with_head(mut self, head: Arc<ResponseHead>) -> Self {
        self.message = head.redact(self.message);
        for text in [&mut self.kind, &mut self.request_id] {
            *text = text.take().map(|text| head.redact(text));
        }
        self.head = Some(head);
        self
    }

    /// The request id as it may be shown.
    #[inline]
    fn shown_request_id(&self) -> Option<&str> {
        let in_head = || self.head.as_deref()?.shown_request_id();
        self.request_id.as_deref().or_else(in_head)
    }

    /// What a [`ByteStream`](crate::ByteStream) failed with, as the failure of
    /// the typed stream above it.
    #[inline]
    pub(crate) fn from_error(error: Error, delivered: bool, head: &Arc<ResponseHead>) -> Error {
        let Some(cause) = StreamCause::of(&error) else {
            return error;
        };
        Self::new(cause, error.to_string())
            .with_delivered(delivered)
            .with_head(Arc::clone(head))
            .with_source(error)
            .into()
    }

    /// What a download failed with, and how much of it had come.
    #[inline]
    pub(crate) fn incomplete(
        error: Error,
        received: u64,
        total: Option<u64>,
        head: Option<&Arc<ResponseHead>>,
    ) -> Error {
        let Some(cause) = StreamCause::of(&error) else {
            return error;
        };
        let of = total.map_or(String::new(), |total| format!(" of {total}"));
        let this = Self::new(cause, format!("{error}, after {received}{of} bytes"))
            .with_delivered(received > 0)
            .with_source(error);
        match head {
            Some(head) => this.with_head(Arc::clone(head)).into(),
            None => this.into(),
        }
    }

    /// What ended the stream.
    #[inline]
    pub fn cause(&self) -> StreamCause {
        self.cause
    }

    /// What went wrong, in words.
    #[inline]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error's type, such as `overloaded_error`, when the server sent one.
    #[inline]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The data of the error event as it came.
    #[inline]
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// Whether no event had reached the caller before the failure.
    #[inline]
    pub fn nothing_delivered(&self) -> bool {
        !self.delivered
    }

    /// The id the server gave the request.
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id
            .as_deref()
            .or_else(|| self.head.as_deref().and_then(ResponseHead::request_id))
    }

    /// The status that belongs to the error's type: `overloaded_error` is 529.
    #[inline]
    pub fn status(&self) -> Option<StatusCode> {
        self.kind.as_deref().and_then(status_of_kind)
    }

    #[inline]
    pub(super) fn is_retryable(&self) -> bool {
        match self.cause {
            StreamCause::ErrorEvent => self.status().is_some_and(retry::is_retryable_status),
            StreamCause::Transport | StreamCause::IdleTimeout | StreamCause::Truncated => true,
            StreamCause::TooLarge | StreamCause::Protocol => false,
        }
    }
}

/// The status a server would have answered with, had it known before the
/// stream began.
#[inline]
fn status_of_kind(kind: &str) -> Option<StatusCode> {
    let code = match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "conflict_error" => 409,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "api_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => return None,
    };
    StatusCode::from_u16(code).ok()
}

impl fmt::Display for StreamError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stream failed: ")?;
        if let Some(kind) = &self.kind {
            write!(f, "{kind}: ")?;
        }
        f.write_str(&self.message)?;
        // A message made of a transport error already ends with the id.
        if self.source.is_none() {
            write_request_id(f, self.shown_request_id())?;
        }
        Ok(())
    }
}

impl fmt::Debug for StreamError {
    /// Leaves the raw data out: it may hold secrets.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamError")
            .field("cause", &self.cause)
            .field("message", &self.message)
            .field("kind", &self.kind)
            .field("raw_bytes", &self.raw.as_ref().map(String::len))
            .field("delivered", &self.delivered)
            .field("request_id", &self.request_id)
            .field("source", &self.source)
            .field("head", &self.head)
            .finish()
    }
}

impl std::error::Error for StreamError {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_error_events_are_retryable_as_their_statuses_are() {
        for (kind, status, retryable) in [
            ("overloaded_error", Some(529), true),
            ("rate_limit_error", Some(429), true),
            ("api_error", Some(500), true),
            ("timeout_error", Some(504), true),
            ("authentication_error", Some(401), false),
            ("permission_error", Some(403), false),
            ("not_found_error", Some(404), false),
            ("invalid_request_error", Some(400), false),
            ("request_too_large", Some(413), false),
            ("billing_error", Some(402), false),
            ("brand_new_error", None, false),
        ] {
            let error: Error = StreamError::new(StreamCause::ErrorEvent, "m")
                .with_kind(kind)
                .into();
            assert_eq!(error.status().map(|s| s.as_u16()), status, "{kind}");
            assert_eq!(error.is_retryable(), retryable, "{kind}");
        }
    }
}

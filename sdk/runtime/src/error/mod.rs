//! Everything that can go wrong, in one enum.

mod api;
mod decode;
mod stream;
mod transport;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

pub use api::ApiError;
pub use decode::DecodeError;
pub use stream::{StreamCause, StreamError};
pub(crate) use transport::DnsError;
pub use transport::{TimeoutError, TimeoutKind, TransportError, TransportKind};

use crate::rate_limit::RateLimits;
use crate::response::ResponseHead;
use crate::retry;

/// Why an operation failed.
///
/// No variant shows a credential in `Debug` or `Display`.
///
/// ```
/// use specwright_runtime::Error;
///
/// fn advice(error: &Error) -> String {
///     match error {
///         Error::Api(api) if api.kind() == Some("billing_error") => "top up".into(),
///         error if error.is_retryable() => format!("again in {:?}", error.retry_after()),
///         error => format!("give up: {error}"),
///     }
/// }
/// assert_eq!(advice(&Error::invalid_request("no")), "give up: invalid request: no");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server answered with a status that is not a success.
    Api(Box<ApiError>),
    /// The connection could not be made, or broke, or the body could not be
    /// moved over it.
    Transport(Box<TransportError>),
    /// Nothing came back in time.
    Timeout(Box<TimeoutError>),
    /// The server's answer is not what the document promises.
    Decode(Box<DecodeError>),
    /// A stream that had begun failed: an error event, or the connection.
    Stream(Box<StreamError>),
    /// The request could not be built. Nothing was sent.
    InvalidRequest(Box<InvalidRequest>),
}

impl Error {
    /// An [`Error::InvalidRequest`] with this message.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        InvalidRequest::new(message).into()
    }

    /// Whether the same call may succeed when it is made again.
    ///
    /// True for the statuses 408, 409, 429 and 5xx (a `x-should-retry` header
    /// overrules the status), for timeouts and broken connections, and for
    /// error events of those kinds. Not for a challenge of the edge, which a
    /// repetition does not pass. The client has already retried as often as it
    /// was told to.
    #[inline]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => {
                !error.is_challenge() && retry::should_retry(error.status(), error.headers())
            }
            Self::Transport(error) => error.is_retryable(),
            Self::Timeout(_) => true,
            Self::Stream(error) => error.is_retryable(),
            Self::Decode(_) | Self::InvalidRequest(_) => false,
        }
    }

    /// Whether the server said that it did not process the request.
    #[inline]
    pub(crate) fn is_unprocessed(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_unprocessed())
    }

    /// A name for what went wrong, of which there are few: for metrics and
    /// traces (`error.type` of OpenTelemetry).
    ///
    /// The status for a reply that is not a success, such as `429`; else
    /// `connect`, `transport`, `timeout`, `decode`, `stream` or
    /// `invalid_request`.
    #[inline]
    pub fn error_type(&self) -> Cow<'static, str> {
        match self {
            Self::Api(error) => return error.status().as_str().to_owned().into(),
            Self::Transport(error) if error.is_connect() => "connect",
            Self::Transport(_) => "transport",
            Self::Timeout(_) => "timeout",
            Self::Decode(_) => "decode",
            Self::Stream(_) => "stream",
            Self::InvalidRequest(_) => "invalid_request",
        }
        .into()
    }

    /// The HTTP status.
    ///
    /// For an error event inside a stream, whose reply has status 200, it is
    /// the status that belongs to the event's error type (`overloaded_error`:
    /// 529).
    #[inline]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Stream(error) => error.status(),
            other => other.head().map(|head| head.status),
        }
    }

    /// The id the server gave the request, for support tickets.
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::Stream(error) => error.request_id(),
            other => other.head().and_then(ResponseHead::request_id),
        }
    }

    /// How long the server asks to wait before the next attempt
    /// (`retry-after-ms`, else `retry-after`).
    #[inline]
    pub fn retry_after(&self) -> Option<Duration> {
        self.headers()
            .and_then(|headers| retry::retry_after(headers, SystemTime::now()))
    }

    /// The rate limits stated in the reply, when there was a reply.
    #[inline]
    pub fn rate_limits(&self) -> Option<RateLimits> {
        self.headers().map(RateLimits::from_headers)
    }

    /// The headers of the reply, when there was a reply.
    #[inline]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.head().map(|head| &head.headers)
    }

    /// The API's own error, when the server answered with one.
    #[inline]
    pub fn as_api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Gives an error that was made below the head of the reply the head.
    #[inline]
    pub(crate) fn with_head(self, head: &Arc<ResponseHead>) -> Self {
        match self {
            Self::Transport(mut error) => {
                error.head = Some(Arc::clone(head));
                Self::Transport(error)
            }
            Self::Timeout(mut error) => {
                error.head = Some(Arc::clone(head));
                Self::Timeout(error)
            }
            other => other,
        }
    }

    #[inline]
    fn head(&self) -> Option<&ResponseHead> {
        match self {
            Self::Api(error) => Some(error.head()),
            Self::Transport(error) => error.head.as_deref(),
            Self::Timeout(error) => error.head.as_deref(),
            Self::Decode(error) => error.head.as_deref(),
            Self::Stream(error) => error.head.as_deref(),
            Self::InvalidRequest(_) => None,
        }
    }
}

impl fmt::Display for Error {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Timeout(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Stream(error) => error.fmt(f),
            Self::InvalidRequest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Decode(error) => error.source(),
            Self::Stream(error) => error.source(),
            Self::Api(_) | Self::Timeout(_) | Self::InvalidRequest(_) => None,
        }
    }
}

macro_rules! from_detail {
    ($($detail:ident => $variant:ident),* $(,)?) => {$(
        impl From<$detail> for Error {
            fn from(error: $detail) -> Self {
                Self::$variant(Box::new(error))
            }
        }
    )*};
}

from_detail! {
    ApiError => Api,
    TransportError => Transport,
    TimeoutError => Timeout,
    DecodeError => Decode,
    StreamError => Stream,
    InvalidRequest => InvalidRequest,
}

/// What is wrong with a request or a client that could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRequest {
    message: String,
}

impl InvalidRequest {
    /// Says what is wrong. The message must not contain a secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// What is wrong, naming the parameter or setting.
    #[inline]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for InvalidRequest {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid request: {}", self.message)
    }
}

impl std::error::Error for InvalidRequest {}

/// A type-erased cause.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Appends ` (request id …)` where there is one.
#[inline]
fn write_request_id(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    match id {
        Some(id) => write!(f, " (request id {id})"),
        None => Ok(()),
    }
}

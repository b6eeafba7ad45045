//! What comes back: the typed value with the head of the reply beside it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::byte_stream::ByteStream;
use crate::client::{Redactor, Watch};
use crate::error::{DecodeError, Error};
use crate::events::Reconnect;
use crate::middleware::Permit;
use crate::options::Limits;
use crate::rate_limit::RateLimits;
use crate::secret::REDACTED;

/// Status and headers of a reply.
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseHead {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// How many attempts had failed before this one.
    pub retries: u32,
    /// The id of the operation that was called.
    pub operation: &'static str,
    /// What must not be shown of the reply.
    pub(crate) redactor: Redactor,
}

impl ResponseHead {
    /// A head, for tests of one's own formats.
    #[inline]
    pub fn new(operation: &'static str, status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            status,
            headers,
            retries: 0,
            operation,
            redactor: Redactor::default(),
        }
    }

    /// The value of a header; `None` when it is absent or not text.
    #[inline]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The id the server gave the request (`request-id`, else `x-request-id`).
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.header("request-id")
            .or_else(|| self.header("x-request-id"))
    }
}

impl ResponseHead {
    /// A text of the reply as it may be shown.
    #[inline]
    pub(crate) fn redact(&self, text: String) -> String {
        self.redactor.redact(text)
    }

    /// The value of a header as it may be shown.
    #[inline]
    pub(crate) fn shown(&self, name: &str) -> Option<&str> {
        match self.headers.get(name) {
            Some(value) if value.is_sensitive() => Some(REDACTED),
            _ => self.header(name),
        }
    }

    /// The request id as it may be shown.
    #[inline]
    pub(crate) fn shown_request_id(&self) -> Option<&str> {
        self.shown("request-id")
            .or_else(|| self.shown("x-request-id"))
    }
}

impl fmt::Debug for ResponseHead {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("operation", &self.operation)
            .field("status", &self.status.as_u16())
            .field("headers", &RedactedHeaders(&self.headers))
            .field("retries", &self.retries)
            .finish()
    }
}

/// Headers with the values of those that carry credentials left out.
pub(crate) struct RedactedHeaders<'a>(pub(crate) &'a HeaderMap);

/// Headers that carry credentials wherever they appear.
const SENSITIVE: [&str; 6] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "www-authenticate",
    "x-api-key",
];

/// Whether a header carries a credential by its name alone.
#[inline]
pub(crate) fn is_sensitive(name: &str) -> bool {
    SENSITIVE.contains(&name)
}

impl fmt::Debug for RedactedHeaders<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, value)| {
                let hidden = value.is_sensitive() || is_sensitive(name.as_str());
                let shown = match value.to_str() {
                    Ok(text) if !hidden => text,
                    Ok(_) => REDACTED,
                    Err(_) => "[not text]",
                };
                (name.as_str(), shown)
            }))
            .finish()
    }
}

/// A successful reply on its way into a type: what a
/// [`Format`](crate::Format) decodes.
#[derive(Debug)]
pub struct Reply {
    pub(crate) head: Arc<ResponseHead>,
    pub(crate) body: ReplyBody,
    pub(crate) limits: Limits,
    /// Follows the call until the reply is decoded. That of a stream is in the
    /// stream.
    pub(crate) watch: Option<Box<Watch>>,
    /// What opens a stream again.
    pub(crate) reconnect: Option<Box<Reconnect>>,
}

/// The body of a [`Reply`]: read already, or still to come.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    Bytes(Bytes),
    /// In a box, as replies are moved often and most are none.
    Stream(Box<ByteStream>),
}

impl Reply {
    /// A reply from memory, for tests of one's own formats.
    pub fn new(head: ResponseHead, body: impl Into<Bytes>) -> Self {
        Self {
            head: Arc::new(head),
            body: ReplyBody::Bytes(body.into()),
            limits: Limits::default(),
            watch: None,
            reconnect: None,
        }
    }

    /// Leaves it to this watch to see how the reply ends.
    #[inline]
    pub(crate) fn watched(mut self, watch: Box<Watch>) -> Self {
        match &mut self.body {
            ReplyBody::Bytes(_) => self.watch = Some(watch),
            ReplyBody::Stream(stream) => stream.watch(watch),
        }
        self
    }

    /// Keeps the permits of its attempt as long as the reply is read.
    #[inline]
    pub(crate) fn holding(mut self, permits: Vec<Permit>) -> Self {
        if let ReplyBody::Stream(stream) = &mut self.body {
            stream.hold(permits);
        }
        self
    }

    /// A reply whose body is still to come, for tests of one's own streaming
    /// formats.
    #[inline]
    pub fn streamed(head: ResponseHead, body: ByteStream) -> Self {
        Self {
            head: Arc::new(head),
            body: ReplyBody::Stream(Box::new(body)),
            limits: Limits::default(),
            watch: None,
            reconnect: None,
        }
    }

    /// Status and headers.
    #[inline]
    pub fn head(&self) -> &Arc<ResponseHead> {
        &self.head
    }

    /// The HTTP status.
    #[inline]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The limits that apply to what is held in memory.
    #[inline]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether there is nothing to decode: an empty body, or a status that
    /// says so (204, 205).
    #[inline]
    pub fn is_empty(&self) -> bool {
        let no_content = matches!(self.head.status.as_u16(), 204 | 205);
        no_content || matches!(&self.body, ReplyBody::Bytes(bytes) if bytes.is_empty())
    }

    /// The body in memory. Empty for a reply of a streaming format.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            ReplyBody::Bytes(bytes) => bytes,
            ReplyBody::Stream(_) => &[],
        }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Decode`], with the place in the body, when it is not the JSON
    /// of a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        match &self.body {
            ReplyBody::Bytes(bytes) => DecodeError::json_of(&self.head, bytes),
            ReplyBody::Stream(_) => Err(self.decode_error("the reply is a stream")),
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::Decode`] when it is not UTF-8.
    #[inline]
    pub fn text(&self) -> Result<String, Error> {
        std::str::from_utf8(self.bytes())
            .map(str::to_owned)
            .map_err(|_| self.decode_error("the text is not UTF-8"))
    }

    /// The body as bytes. Empty for a reply of a streaming format.
    #[inline]
    pub fn into_bytes(self) -> Bytes {
        match self.body {
            ReplyBody::Bytes(bytes) => bytes,
            ReplyBody::Stream(_) => Bytes::new(),
        }
    }

    /// The body as it arrives.
    #[inline]
    pub fn into_stream(self) -> ByteStream {
        match self.body {
            ReplyBody::Bytes(bytes) => ByteStream::from_chunks([Ok(bytes)]),
            ReplyBody::Stream(stream) => *stream,
        }
    }

    /// An [`Error::Decode`] about this reply, with its body kept.
    pub fn decode_error(&self, message: impl Into<String>) -> Error {
        let body = match &self.body {
            ReplyBody::Bytes(bytes) => bytes.clone(),
            ReplyBody::Stream(_) => Bytes::new(),
        };
        DecodeError::new(message)
            .with_body(body)
            .with_head(Arc::clone(&self.head))
            .into()
    }
}

/// A decoded value with the head of the reply it came in.
///
/// It derefs to the value:
///
/// ```
/// # fn show(models: specwright_runtime::Response<Vec<String>>) {
/// println!("{} models", models.len());
/// println!("left: {:?}", models.rate_limits().requests.remaining);
/// let models: Vec<String> = models.into_inner();
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    head: Arc<ResponseHead>,
}

impl<T> Response<T> {
    /// Puts a value and a head together; useful in tests.
    pub fn new(value: T, head: impl Into<Arc<ResponseHead>>) -> Self {
        Self {
            value,
            head: head.into(),
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Another value with the same head.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            head: self.head,
        }
    }

    /// Status and headers, to keep longer than the value.
    pub fn head(&self) -> &Arc<ResponseHead> {
        &self.head
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The value of a header; `None` when it is absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.header(name)
    }

    /// The id the server gave the request (`request-id`, else `x-request-id`).
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// The rate limits stated in the headers.
    pub fn rate_limits(&self) -> RateLimits {
        RateLimits::from_headers(&self.head.headers)
    }

    /// How long the service behind the proxy took
    /// (`x-envoy-upstream-service-time`).
    pub fn upstream_service_time(&self) -> Option<Duration> {
        let milliseconds = self.header("x-envoy-upstream-service-time")?;
        milliseconds.trim().parse().ok().map(Duration::from_millis)
    }

    /// What the edge's cache did (`cf-cache-status`, else `x-cache`).
    pub fn cache_status(&self) -> Option<&str> {
        self.header("cf-cache-status")
            .or_else(|| self.header("x-cache"))
    }

    /// The proxies on the way (`via`).
    pub fn via(&self) -> Option<&str> {
        self.header("via")
    }

    /// How the body was compressed on the wire (`content-encoding`), such as
    /// `gzip`, `br` or `zstd`; the value and the events are those of the
    /// decompressed body. `None` when it was not. An error has it in
    /// [`ApiError::headers`](crate::ApiError::headers).
    ///
    /// A body in a coding that is not known, or whose feature is off, is not
    /// decoded. `None` also when an HTTP client of one's own
    /// ([`http_client`](crate::ClientBuilder::http_client)) decompresses by
    /// itself: it then takes the header away.
    pub fn content_encoding(&self) -> Option<&str> {
        self.header("content-encoding")
    }

    /// How many attempts had failed before this one.
    pub fn retries(&self) -> u32 {
        self.head.retries
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("head", &self.head)
            .finish()
    }
}

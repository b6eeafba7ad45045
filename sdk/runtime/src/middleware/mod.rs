//! Code of one's own around every attempt, and two such policies:
//! [`ConcurrencyLimit`] and [`Pace`].

mod concurrency;
mod pace;

use std::any::Any;
use std::fmt;
use std::time::Duration;

use futures_core::future::BoxFuture;
use http::{Extensions, HeaderMap};

pub use concurrency::ConcurrencyLimit;
pub use pace::Pace;

use crate::error::Error;
use crate::options::Method;
use crate::response::{RedactedHeaders, ResponseHead};

/// What is about to be sent, without its body.
///
/// The address is shown without the query, which may carry credentials.
#[non_exhaustive]
pub struct RequestHead {
    /// The id of the operation.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, such as `/v1/models/{id}`.
    pub template: &'static str,
    /// The address, without query.
    pub url: String,
    /// The headers, credentials among them. They may be changed; what is not
    /// to be logged should be marked with
    /// [`set_sensitive`](http::HeaderValue::set_sensitive).
    pub headers: HeaderMap,
    /// How many attempts have failed before this one.
    pub retries: u32,
    /// What a middleware keeps from one of its methods to the next.
    pub extensions: Extensions,
}

impl RequestHead {
    #[inline]
    pub(crate) fn new(
        operation: &'static str,
        method: Method,
        template: &'static str,
        url: String,
        headers: HeaderMap,
        retries: u32,
    ) -> Self {
        Self {
            operation,
            method,
            template,
            url,
            headers,
            retries,
            extensions: Extensions::new(),
        }
    }
}

impl fmt::Debug for RequestHead {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &RedactedHeaders(&self.headers))
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// What a middleware that admitted an attempt holds until the attempt is over:
/// until its reply was read, or until the stream of its reply ended or was
/// dropped.
#[derive(Default)]
pub struct Permit(Option<Box<dyn Any + Send + Sync>>);

impl Permit {
    /// A permit that drops `guard` when the attempt is over.
    pub fn holding(guard: impl Send + Sync + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }
}

impl fmt::Debug for Permit {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("holding", &self.0.is_some())
            .finish()
    }
}

/// Sees every attempt before it is sent and after it ended. Several are called
/// in the order they were given.
///
/// They run on the path of the request and should not block; only the futures
/// of [`admit`](Self::admit) and [`received`](Self::received) may take their time.
///
/// ```
/// use std::time::Duration;
/// use specwright_runtime::middleware::{Middleware, RequestHead};
/// use specwright_runtime::{Error, ResponseHead};
///
/// struct Log;
///
/// impl Middleware for Log {
///     fn before(&self, request: &mut RequestHead) {
///         request.headers.insert("x-trace", http::HeaderValue::from_static("1"));
///     }
///
///     fn after(&self, request: &RequestHead, outcome: Result<&ResponseHead, &Error>, took: Duration) {
///         println!("{} {:?} in {took:?}", request.operation, outcome.map(|head| head.status));
///     }
/// }
/// # let _ = specwright_runtime::ClientBuilder::new("http://localhost").middleware(Log);
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Called first for each attempt, and waited for: it can hold the attempt
    /// back. The wait counts in no timeout, and ends when the caller drops the
    /// call. `None`, the default, lets it pass at once.
    #[inline]
    fn admit<'a>(&'a self, request: &'a mut RequestHead) -> Option<BoxFuture<'a, Permit>> {
        let _ = request;
        None
    }

    /// Called before each attempt is sent; may change the headers.
    #[inline]
    fn before(&self, request: &mut RequestHead) {
        let _ = request;
    }

    /// Called after each attempt: with the reply's head on success, else with
    /// the error. A stream counts as successful once its head has arrived.
    #[inline]
    fn after(&self, request: &RequestHead, outcome: Result<&ResponseHead, &Error>, took: Duration) {
        let _ = (request, outcome, took);
    }

    /// Called with a successful reply whose body has been read, before the
    /// caller gets it: what has to be kept of it can be, and the caller waits
    /// until it is. Not called for streams.
    #[inline]
    fn received<'a>(&'a self, head: &'a ResponseHead, body: &'a [u8]) -> BoxFuture<'a, ()> {
        let _ = (head, body);
        Box::pin(std::future::ready(()))
    }
}

//! Operations as constants, and the limits and timeouts that apply to them.

use std::time::Duration;

use crate::check::Check;

/// An HTTP method. `Copy` and usable in constants, which `http::Method` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
}

impl Method {
    /// The name on the wire, such as `"GET"`.
    #[inline]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
        }
    }
}

impl From<Method> for http::Method {
    #[inline]
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
            Method::Head => Self::HEAD,
            Method::Options => Self::OPTIONS,
            Method::Trace => Self::TRACE,
        }
    }
}

impl std::fmt::Display for Method {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How long an operation is expected to take; see [`LatencyTimeouts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Latency {
    /// Answers from memory: 10 s by default.
    Fast,
    /// Does some work: 20 s by default.
    Medium,
    /// Does much work: 60 s by default.
    Slow,
    /// Streams its answer: the client's timeout.
    Streaming,
}

/// The total timeout of each [`Latency`] class, per attempt.
///
/// Precedence, highest first: the request's own timeout, the class timeouts
/// given to the client builder, the client's own timeout, the default of the
/// class, 600 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyTimeouts {
    /// For [`Latency::Fast`]; 10 s by default.
    pub fast: Duration,
    /// For [`Latency::Medium`]; 20 s by default.
    pub medium: Duration,
    /// For [`Latency::Slow`]; 60 s by default.
    pub slow: Duration,
}

impl Default for LatencyTimeouts {
    #[inline]
    fn default() -> Self {
        Self {
            fast: Duration::from_secs(10),
            medium: Duration::from_secs(20),
            slow: Duration::from_secs(60),
        }
    }
}

impl LatencyTimeouts {
    /// The timeout of a class; `None` for [`Latency::Streaming`].
    #[inline]
    pub const fn of(&self, latency: Latency) -> Option<Duration> {
        match latency {
            Latency::Fast => Some(self.fast),
            Latency::Medium => Some(self.medium),
            Latency::Slow => Some(self.slow),
            Latency::Streaming => None,
        }
    }
}

/// How much of a reply is held in memory at once.
///
/// A reply that exceeds a limit ends with an error instead of with the
/// process out of memory. Downloads are not limited: they are never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one event of an event stream; 64 MiB by default.
    pub event_bytes: usize,
    /// Bytes of one line of a JSON-lines stream; 64 MiB by default.
    pub line_bytes: usize,
    /// Bytes of a reply that is decoded as a whole; 512 MiB by default.
    pub body_bytes: usize,
}

impl Default for Limits {
    #[inline]
    fn default() -> Self {
        Self {
            event_bytes: 64 << 20,
            line_bytes: 64 << 20,
            body_bytes: 512 << 20,
        }
    }
}

/// What is fixed about an operation: name, method and path template.
///
/// ```
/// use specwright_runtime::{Latency, Operation};
///
/// static LIST: Operation =
///     Operation::get("listChats", "/organizations/{org}/chats").latency(Latency::Fast);
/// assert_eq!(LIST.path, "/organizations/{org}/chats");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The operation's name in its document.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL, with `{name}` where a parameter goes.
    pub path: &'static str,
    /// How long it is expected to take, when the document says so.
    pub latency: Option<Latency>,
    /// Whether the client's credentials are sent.
    pub authenticated: bool,
    /// Whether a failed attempt may be repeated.
    pub retryable: bool,
    /// Whether its event stream is opened again when it breaks.
    pub reconnects: bool,
    /// The `accept` header, when it is not the one of the reply's format.
    pub accept: Option<&'static str>,
    /// What is checked before it is sent.
    pub check: Option<Check>,
}

impl Operation {
    /// An authenticated operation that may be retried.
    #[inline]
    pub const fn new(id: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            latency: None,
            authenticated: true,
            retryable: true,
            reconnects: false,
            accept: None,
            check: None,
        }
    }

    /// A `GET` operation that is authenticated and may be retried.
    #[inline]
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Get, path)
    }

    /// A `PUT` operation that is authenticated and may be retried.
    #[inline]
    pub const fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Put, path)
    }

    /// A `POST` operation that is authenticated and may be retried.
    #[inline]
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Post, path)
    }

    /// A `PATCH` operation that is authenticated and may be retried.
    #[inline]
    pub const fn patch(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Patch, path)
    }

    /// A `DELETE` operation that is authenticated and may be retried.
    #[inline]
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Delete, path)
    }

    /// A `HEAD` operation that is authenticated and may be retried.
    #[inline]
    pub const fn head(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Head, path)
    }

    /// A `OPTIONS` operation that is authenticated and may be retried.
    #[inline]
    pub const fn options(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Options, path)
    }

    /// A `TRACE` operation that is authenticated and may be retried.
    #[inline]
    pub const fn trace(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Trace, path)
    }

    /// Says how long the operation is expected to take.
    #[inline]
    pub const fn latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Sends no credentials with this operation.
    #[inline]
    pub const fn unauthenticated(mut self) -> Self {
        self.authenticated = false;
        self
    }

    /// Never repeats a failed attempt, whatever the client's retry settings.
    #[inline]
    pub const fn never_retry(mut self) -> Self {
        self.retryable = false;
        self
    }

    /// Checks every request before it is sent.
    #[inline]
    pub const fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// Opens its event stream again when it breaks, with `last-event-id`.
    #[inline]
    pub const fn reconnecting(mut self) -> Self {
        self.reconnects = true;
        self
    }

    /// Sets the `accept` header.
    #[inline]
    pub const fn accept(mut self, media_types: &'static str) -> Self {
        self.accept = Some(media_types);
        self
    }
}

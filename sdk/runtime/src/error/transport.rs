//! Connections that fail and replies that do not come.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{Source, write_request_id};
use crate::response::ResponseHead;

/// A connection that could not be made or broke, or a body that could not be
/// moved over it. The address is left out of it: a query may carry credentials.
#[derive(Debug)]
pub struct TransportError {
    message: String,
    kind: TransportKind,
    permanent: bool,
    unprocessed: bool,
    source: Option<Source>,
    pub(crate) head: Option<Arc<ResponseHead>>,
}

impl TransportError {
    /// An error that a retry may cure.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: TransportKind::Other,
            permanent: false,
            unprocessed: false,
            source: None,
            head: None,
        }
    }

    /// The HTTP client failed to send the request or to receive the head of
    /// the reply.
    #[inline]
    pub(crate) fn while_sending(error: reqwest::Error) -> Self {
        let kind = match error.is_connect() {
            true => kind_of(&error),
            false => TransportKind::Other,
        };
        let message = if error.is_connect() {
            "cannot connect to the server"
        } else if error.is_builder() {
            "the request cannot be sent"
        } else if error.is_redirect() {
            "too many redirects"
        } else {
            "the connection failed before the reply arrived"
        };
        let permanent =
            error.is_builder() || error.is_redirect() || kind == TransportKind::Certificate;
        let unprocessed = is_unprocessed(&error);
        let mut this = Self::new(message).with_source(error.without_url());
        this.unprocessed = unprocessed;
        this.kind = kind;
        this.permanent = permanent;
        this
    }

    /// The connection broke in the middle of the reply's body.
    #[inline]
    pub(crate) fn while_reading(error: reqwest::Error) -> Self {
        Self::new("the connection failed while the reply was read").with_source(error.without_url())
    }

    /// The body is not what its `content-encoding` says, or its end is missing.
    #[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
    #[inline]
    pub(crate) fn while_decompressing(error: std::io::Error) -> Self {
        Self::new("the reply cannot be decompressed").with_source(error)
    }

    /// Marks the error as one that a retry does not cure.
    #[inline]
    pub(crate) fn permanent(mut self) -> Self {
        self.permanent = true;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What failed.
    #[inline]
    pub fn kind(&self) -> TransportKind {
        self.kind
    }

    /// Whether no connection could be made at all, so that the server cannot
    /// have seen the request: any [`kind`](Self::kind) but
    /// [`Other`](TransportKind::Other).
    #[inline]
    pub fn is_connect(&self) -> bool {
        self.kind != TransportKind::Other
    }

    /// Whether the server said that it did not process the request.
    #[inline]
    pub(crate) fn is_unprocessed(&self) -> bool {
        self.unprocessed
    }

    /// Whether a retry may cure it. False for a certificate that is not
    /// accepted, a file that cannot be written, a reply above the limits, or
    /// too many redirects.
    #[inline]
    pub fn is_retryable(&self) -> bool {
        !self.permanent
    }
}

impl fmt::Display for TransportError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        // The innermost cause is the one that says something ("connection
        // refused"); the layers between repeat each other.
        let mut cause = self.source();
        while let Some(error) = cause {
            let inner = error.source();
            if inner.is_none() {
                write!(f, ": {error}")?;
            }
            cause = inner;
        }
        write_request_id(
            f,
            self.head
                .as_deref()
                .and_then(ResponseHead::shown_request_id),
        )
    }
}

impl StdError for TransportError {
    #[inline]
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// What failed about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The server's name could not be looked up. Told apart from
    /// [`Connect`](Self::Connect) unless the HTTP client is one of your own.
    Dns,
    /// No connection to the server's address could be made.
    Connect,
    /// There is a connection and TLS failed over it; told apart with rustls.
    Tls,
    /// The server's certificate is not accepted: it is not trusted, has
    /// expired, or is for another name. Never retried, since the same
    /// certificate comes again; told apart with rustls.
    Certificate,
    /// Something later: the connection broke, or the body could not be moved
    /// over it.
    Other,
}

/// What kept a connection from being made.
#[inline]
fn kind_of(error: &(dyn StdError + 'static)) -> TransportKind {
    for error in causes(error) {
        if error.is::<DnsError>() {
            return TransportKind::Dns;
        }
        #[cfg(feature = "rustls")]
        match error.downcast_ref() {
            Some(rustls::Error::InvalidCertificate(_)) => return TransportKind::Certificate,
            Some(_) => return TransportKind::Tls,
            None => {}
        }
    }
    TransportKind::Connect
}

/// Whether an HTTP/2 server refused the stream before it did anything, or ended the connection
/// without having looked at it: RFC 9113, 8.7. The request can be sent again, whatever it does.
#[inline]
fn is_unprocessed(error: &(dyn StdError + 'static)) -> bool {
    let h2 = causes(error).find_map(<dyn StdError>::downcast_ref::<h2::Error>);
    h2.is_some_and(|error| {
        let safe = match error.is_go_away() {
            true => h2::Reason::NO_ERROR,
            false => h2::Reason::REFUSED_STREAM,
        };
        error.is_remote() && error.reason() == Some(safe)
    })
}

/// An error and what it comes from, the innermost last.
#[inline]
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An IO error passes over the one it holds when it is asked for its source.
        match error.downcast_ref().and_then(io::Error::get_ref) {
            Some(held) => Some(held as _),
            None => error.source(),
        }
    })
}

/// A name could not be looked up.
#[derive(Debug)]
pub(crate) struct DnsError(pub(crate) io::Error);

impl fmt::Display for DnsError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of the server cannot be looked up")
    }
}

impl StdError for DnsError {
    #[inline]
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// Which timeout ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// The connection was not made in time.
    Connect,
    /// One attempt as a whole took too long.
    Total,
    /// No chunk of a stream arrived for too long.
    Idle,
}

/// Nothing came back in time.
#[derive(Debug)]
pub struct TimeoutError {
    kind: TimeoutKind,
    limit: Duration,
    pub(crate) head: Option<Arc<ResponseHead>>,
}

impl TimeoutError {
    #[inline]
    pub(crate) fn new(kind: TimeoutKind, limit: Duration) -> Self {
        Self {
            kind,
            limit,
            head: None,
        }
    }

    /// Which timeout ran out.
    #[inline]
    pub fn kind(&self) -> TimeoutKind {
        self.kind
    }

    /// How long was waited.
    #[inline]
    pub fn limit(&self) -> Duration {
        self.limit
    }
}

impl fmt::Display for TimeoutError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TimeoutKind::Connect => "no connection within",
            TimeoutKind::Total => "no complete reply within",
            TimeoutKind::Idle => "the stream stayed silent for",
        };
        write!(f, "{what} {:?}", self.limit)?;
        write_request_id(
            f,
            self.head
                .as_deref()
                .and_then(ResponseHead::shown_request_id),
        )
    }
}

impl StdError for TimeoutError {}

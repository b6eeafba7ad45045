//! Request bodies, in memory or streamed.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;

/// The chunks of a streamed request body.
pub type BodyStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of a request: bytes in memory, or a stream.
///
/// A body in memory can be sent again when an attempt fails; a one-shot
/// [`stream`](Body::stream) cannot, so a request that carries one is never
/// retried once the stream was opened.
///
/// ```
/// use specwright_runtime::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.len(), Some(5));
/// assert!(body.is_replayable());
/// ```
#[derive(Clone)]
pub struct Body(Kind);

#[derive(Clone)]
enum Kind {
    Bytes(Bytes),
    Once {
        stream: Arc<Mutex<Option<BodyStream>>>,
        len: Option<u64>,
    },
    Replay {
        make: Arc<dyn Fn() -> BodyStream + Send + Sync>,
        len: Option<u64>,
    },
}

impl Body {
    /// A body that is read once, from a stream of chunks.
    ///
    /// `len` in bytes becomes the `content-length`; without it the body is
    /// sent in chunks.
    pub fn stream(
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        len: Option<u64>,
    ) -> Self {
        Self(Kind::Once {
            stream: Arc::new(Mutex::new(Some(Box::pin(stream)))),
            len,
        })
    }

    /// A streamed body that `make` opens anew for each attempt.
    pub fn replayable(
        len: Option<u64>,
        make: impl Fn() -> BodyStream + Send + Sync + 'static,
    ) -> Self {
        Self(Kind::Replay {
            make: Arc::new(make),
            len,
        })
    }

    /// The length in bytes, when it is known.
    #[inline]
    pub fn len(&self) -> Option<u64> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes.len() as u64),
            Kind::Once { len, .. } | Kind::Replay { len, .. } => *len,
        }
    }

    /// Whether the body is known to have no bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Whether the body can be sent again after a failed attempt.
    #[inline]
    pub fn is_replayable(&self) -> bool {
        !matches!(self.0, Kind::Once { .. })
    }

    /// The body as the HTTP client takes it; `None` when a one-shot stream was
    /// already taken.
    #[inline]
    pub(crate) fn open(self) -> Option<reqwest::Body> {
        match self.0 {
            Kind::Bytes(bytes) => Some(reqwest::Body::from(bytes)),
            Kind::Once { stream, .. } => stream
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .map(reqwest::Body::wrap_stream),
            Kind::Replay { make, .. } => Some(reqwest::Body::wrap_stream(make())),
        }
    }

    /// Whether the HTTP client learns the length from the body itself.
    #[inline]
    pub(crate) fn is_streamed(&self) -> bool {
        !matches!(self.0, Kind::Bytes(_))
    }
}

impl fmt::Debug for Body {
    /// Says how long the body is, never what is in it.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            Some(len) => write!(f, "Body({len} bytes)"),
            None => f.write_str("Body(stream)"),
        }
    }
}

impl From<Bytes> for Body {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    #[inline]
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }
}

impl From<String> for Body {
    #[inline]
    fn from(text: String) -> Self {
        Self(Kind::Bytes(text.into()))
    }
}

impl From<&'static str> for Body {
    #[inline]
    fn from(text: &'static str) -> Self {
        Self(Kind::Bytes(Bytes::from_static(text.as_bytes())))
    }
}

impl From<&'static [u8]> for Body {
    #[inline]
    fn from(bytes: &'static [u8]) -> Self {
        Self(Kind::Bytes(Bytes::from_static(bytes)))
    }
}

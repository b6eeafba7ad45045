//! Replies that are not what the document promises.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Error, write_request_id};
use crate::json::{self, without_lone_surrogates};
use crate::response::ResponseHead;

/// A reply, an event or a line that could not be decoded, with the place
/// inside it and the bytes as they came.
pub struct DecodeError {
    message: String,
    path: Option<String>,
    event: Option<String>,
    body: Bytes,
    source: Option<serde_json::Error>,
    pub(crate) head: Option<Arc<ResponseHead>>,
}

impl DecodeError {
    /// Says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path: None,
            event: None,
            body: Bytes::new(),
            source: None,
            head: None,
        }
    }

    /// Decodes JSON; the error says where in the body it does not fit.
    ///
    /// # Errors
    /// When the body is not JSON, or not the JSON of a `T`.
    pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Self> {
        let (path, error) = match json::read(body) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        // Half a character is no reason to lose the text around it.
        let repaired = std::str::from_utf8(body)
            .ok()
            .and_then(without_lone_surrogates);
        if let Some(Ok(value)) = repaired.map(|json| serde_json::from_str(&json)) {
            return Ok(value);
        }
        Err(Self {
            path,
            ..Self::new("unexpected JSON")
        }
        .with_source(error)
        .with_body(Bytes::copy_from_slice(body)))
    }

    /// Sets the place inside the body, such as `content[0].text`.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.path = (!path.is_empty()).then_some(path);
        self
    }

    /// Keeps the bytes that could not be decoded.
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Names the event of the stream.
    pub fn with_event(mut self, name: impl Into<String>) -> Self {
        self.event = Some(name.into());
        self
    }

    /// Keeps the cause.
    #[inline]
    pub fn with_source(mut self, source: serde_json::Error) -> Self {
        self.source = Some(source);
        self
    }

    /// Keeps the head of the reply, and takes out of all texts the secrets that the reply must
    /// not bring back. The bytes stay as they came.
    #[inline]
    pub(crate) fn with_head(mut self, head: Arc<ResponseHead>) -> Self {
        self.message = head.redact(self.message);
        self.path = self.path.map(|path| head.redact(path));
        self.event = self.event.map(|event| head.redact(event));
        self.source = self.source.map(|source| {
            let text = source.to_string();
            let shown = head.redact(text.clone());
            match shown == text {
                true => source,
                false => serde::de::Error::custom(shown),
            }
        });
        self.head = Some(head);
        self
    }

    /// Where in the body, such as `content[0].text`; `None` for the whole.
    #[inline]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The bytes that could not be decoded: the body, the event's data or the
    /// line.
    #[inline]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The name of the event, when it was one of a stream.
    #[inline]
    pub fn event(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The `content-type` of the reply.
    #[inline]
    pub fn content_type(&self) -> Option<&str> {
        self.head.as_deref()?.header("content-type")
    }
}

impl fmt::Display for DecodeError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.event {
            Some(event) => write!(f, "cannot decode event `{event}`: ")?,
            None => f.write_str("cannot decode the reply: ")?,
        }
        f.write_str(&self.message)?;
        if let Some(path) = &self.path {
            write!(f, " at `{path}`")?;
        }
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        let head = self.head.as_deref();
        match head.and_then(|head| head.shown("content-type")) {
            Some(kind) if self.event.is_none() && !kind.contains("json") => {
                write!(f, " (content type {kind})")?;
            }
            _ => {}
        }
        write_request_id(
            f,
            self.head
                .as_deref()
                .and_then(ResponseHead::shown_request_id),
        )
    }
}

impl fmt::Debug for DecodeError {
    /// Leaves the body out: it may be large, and it may hold secrets.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("message", &self.message)
            .field("path", &self.path)
            .field("event", &self.event)
            .field("body_bytes", &self.body.len())
            .field("source", &self.source)
            .field("head", &self.head)
            .finish()
    }
}

impl std::error::Error for DecodeError {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl DecodeError {
    /// Decodes the body of a reply; the error keeps the reply's head and body.
    pub(crate) fn json_of<T: DeserializeOwned>(
        head: &Arc<ResponseHead>,
        body: &Bytes,
    ) -> Result<T, Error> {
        // Not through the function above: each layer would move the value once more.
        let text = std::str::from_utf8(body);
        match text.map(serde_json::from_str) {
            Ok(Ok(value)) => Ok(value),
            _ => Self::from_json(body).map_err(|error| {
                let error = error.with_body(body.clone());
                error.with_head(Arc::clone(head)).into()
            }),
        }
    }
}

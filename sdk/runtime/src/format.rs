//! How a reply's body becomes a value: one marker type for each form a body
//! can have.

use std::sync::Arc;

use bytes::Bytes as RawBytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::byte_stream::ByteStream;
use crate::error::{DecodeError, Error};
use crate::events::{Event, EventStream};
use crate::jsonl;
use crate::response::Reply;

/// Decodes a successful reply into a `T`.
///
/// Implemented by the markers of this module; a format of one's own is an
/// empty type with this trait.
pub trait Format<T>: 'static {
    /// The `accept` header of a request for it.
    const ACCEPT: &'static str = "application/json";

    /// Whether the body is handed over while it arrives. Then the total
    /// timeout ends with the reply's head, and the idle timeout guards the
    /// rest.
    const STREAMING: bool = false;

    /// Decodes the reply.
    ///
    /// # Errors
    /// [`Error::Decode`] when the body is not what it should be.
    fn decode(reply: Reply) -> Result<T, Error>;
}

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub enum Json {}

impl<T: DeserializeOwned> Format<T> for Json {
    fn decode(reply: Reply) -> Result<T, Error> {
        reply.json()
    }
}

/// A JSON body that may be missing: an empty body, 202 without a body, 204 and
/// 205 are `None`, and so is `null`.
#[derive(Debug, Clone, Copy)]
pub enum MaybeJson {}

impl<T: DeserializeOwned> Format<Option<T>> for MaybeJson {
    fn decode(reply: Reply) -> Result<Option<T>, Error> {
        if reply.is_empty() || reply.bytes().trim_ascii().is_empty() {
            return Ok(None);
        }
        reply.json()
    }
}

/// Text in UTF-8.
#[derive(Debug, Clone, Copy)]
pub enum Text {}

impl<T: From<String>> Format<T> for Text {
    const ACCEPT: &'static str = "text/plain, text/*, */*";

    fn decode(reply: Reply) -> Result<T, Error> {
        reply.text().map(T::from)
    }
}

/// Bytes of any kind, read into memory.
#[derive(Debug, Clone, Copy)]
pub enum Bytes {}

impl Format<RawBytes> for Bytes {
    const ACCEPT: &'static str = "*/*";

    #[inline]
    fn decode(reply: Reply) -> Result<RawBytes, Error> {
        Ok(reply.into_bytes())
    }
}

/// Bytes of any kind as they arrive.
#[derive(Debug, Clone, Copy)]
pub enum Download {}

impl Format<ByteStream> for Download {
    const ACCEPT: &'static str = "*/*";
    const STREAMING: bool = true;

    #[inline]
    fn decode(reply: Reply) -> Result<ByteStream, Error> {
        Ok(reply.into_stream())
    }
}

/// A reply whose body, if any, says nothing.
#[derive(Debug, Clone, Copy)]
pub enum Empty {}

impl Format<()> for Empty {
    const ACCEPT: &'static str = "application/json, */*";

    #[inline]
    fn decode(_: Reply) -> Result<(), Error> {
        Ok(())
    }
}

/// An event stream.
#[derive(Debug, Clone, Copy)]
pub enum Events {}

impl<E: Event> Format<EventStream<E>> for Events {
    const ACCEPT: &'static str = "text/event-stream";
    const STREAMING: bool = true;

    fn decode(reply: Reply) -> Result<EventStream<E>, Error> {
        check_not_html(reply).map(EventStream::new)
    }
}

/// One JSON value on each line.
#[derive(Debug, Clone, Copy)]
pub enum JsonLines {}

impl<L: DeserializeOwned + Send + 'static> Format<jsonl::JsonLines<L>> for JsonLines {
    const ACCEPT: &'static str = "application/x-jsonl, application/jsonl, application/json";
    const STREAMING: bool = true;

    fn decode(reply: Reply) -> Result<jsonl::JsonLines<L>, Error> {
        check_not_html(reply).map(jsonl::JsonLines::new)
    }
}

/// One of several types, chosen by the status.
#[derive(Debug, Clone, Copy)]
pub enum ByStatus {}

/// A reply that has a type for each status. Generated enums implement it.
///
/// ```
/// use specwright_runtime::{Error, Reply, format::FromStatus, http::StatusCode};
///
/// enum Created {
///     Done(String),
///     Pending,
/// }
///
/// impl FromStatus for Created {
///     fn from_status(status: StatusCode, reply: Reply) -> Result<Self, Error> {
///         match status.as_u16() {
///             201 => Ok(Self::Done(reply.json()?)),
///             202 => Ok(Self::Pending),
///             _ => Err(reply.decode_error("no type for this status")),
///         }
///     }
/// }
/// ```
pub trait FromStatus: Sized {
    /// Decodes the reply as the type of its status.
    ///
    /// # Errors
    /// [`Error::Decode`] when the body is not that type.
    fn from_status(status: StatusCode, reply: Reply) -> Result<Self, Error>;
}

impl<T: FromStatus> Format<T> for ByStatus {
    fn decode(reply: Reply) -> Result<T, Error> {
        T::from_status(reply.status(), reply)
    }
}

/// A page of markup where a stream should be is a proxy speaking, not the API.
#[inline]
pub(crate) fn check_not_html(reply: Reply) -> Result<Reply, Error> {
    match reply.head().header("content-type") {
        Some(kind) if kind.trim_start().starts_with("text/html") => {
            let head = Arc::clone(reply.head());
            let error = DecodeError::new("a page of HTML instead of a stream").with_head(head);
            let error = error.into();
            reply.into_stream().close(Err(&error));
            Err(error)
        }
        _ => Ok(reply),
    }
}

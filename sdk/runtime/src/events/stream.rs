//! The typed events of a response.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::frames::Frames;
use super::{Event, RawEvent, type_of};
use crate::error::{DecodeError, Error, StreamCause, StreamError};
use crate::json::place::path_to;
use crate::json::without_lone_surrogates;
use crate::response::{Reply, ResponseHead};

/// The longest text that is not JSON to become an error's message, in characters.
const MAX_TEXT_MESSAGE: usize = 300;

/// The events of a response as they arrive: a `Stream` of `Result<E, Error>`.
///
/// It ends after the last event, or after the first of these errors:
/// - an event named `error`, unless the API describes it: [`Error::Stream`]
///   with the type, message and request id that the event states;
/// - a broken connection, or no bytes for the idle timeout: [`Error::Stream`];
/// - a body that ends in the middle of an event, or an event longer than the
///   limit: [`Error::Stream`].
///
/// An event that cannot be decoded is an [`Error::Decode`] with the event's
/// name and data, and the stream goes on. Whether the last event of a
/// conversation has arrived is for the layer above to say: this one knows
/// nothing of their order.
///
/// At most one event and one chunk of the body are held in memory. Dropping the
/// stream closes the connection.
///
/// A stream of an endpoint that declares it, or of a request that asks for it
/// ([`Request::reconnect`](crate::Request::reconnect)), is opened again when it breaks or its body
/// ends.
///
/// ```
/// use futures_util::StreamExt;
/// use specwright_runtime::events::{EventStream, UnknownEvent};
/// # use specwright_runtime::{Reply, ResponseHead, http};
///
/// # async fn run() -> Result<(), specwright_runtime::Error> {
/// # let head = ResponseHead::new("watch", http::StatusCode::OK, http::HeaderMap::new());
/// # let reply = Reply::new(head, "event: tick\ndata: 1\n\n");
/// let mut events: EventStream<UnknownEvent> = EventStream::new(reply);
/// while let Some(event) = events.next().await {
///     let event = event?;
///     println!("{}: {}", event.name, event.data);
/// }
/// # Ok(())
/// # }
/// ```
pub struct EventStream<E> {
    frames: Frames,
    event: PhantomData<fn() -> E>,
}

/// Why there is no event to hand out.
enum Failure {
    /// The stream says in its own way that it is complete.
    Complete,
    /// The server reports an error and ends the stream.
    Reported(Box<StreamError>),
    /// This event cannot be decoded.
    Undecodable(Box<DecodeError>),
}

impl<E> EventStream<E> {
    /// The events of a reply.
    pub fn new(reply: Reply) -> Self {
        Self {
            frames: Frames::new(reply),
            event: PhantomData,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.frames.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.frames.head.headers
    }

    /// The id the server gave the request (`request-id`, else `x-request-id`).
    pub fn request_id(&self) -> Option<&str> {
        self.frames.head.request_id()
    }

    /// Status and headers, to keep longer than the stream.
    pub fn head(&self) -> &Arc<ResponseHead> {
        &self.frames.head
    }

    /// The id to send as `last-event-id` to go on after the events so far.
    /// `None` when the stream set none.
    pub fn last_event_id(&self) -> Option<&str> {
        Some(self.frames.decoder.last_event_id()).filter(|id| !id.is_empty())
    }

    /// How long the stream asks to wait before connecting again.
    pub fn retry(&self) -> Option<Duration> {
        self.frames.decoder.retry().map(Duration::from_millis)
    }

    /// The next event as the stream has it, borrowed: nothing is decoded, copied or turned into an
    /// error, an event named `error` neither. For proxies, and for data that is to be decoded in
    /// another way. `None` at the end of the stream.
    ///
    /// # Errors
    /// A broken connection, silence for the idle timeout, a body that ends in the middle of an
    /// event, an event longer than the limit; each ends the stream.
    ///
    /// ```
    /// use specwright_runtime::events::{EventStream, UnknownEvent};
    /// # use specwright_runtime::{Reply, ResponseHead, http};
    /// # async fn forward(_: &str) {}
    ///
    /// # async fn run() -> Result<(), specwright_runtime::Error> {
    /// # let head = ResponseHead::new("watch", http::StatusCode::OK, http::HeaderMap::new());
    /// # let reply = Reply::new(head, "event: tick\ndata: 1\n\n");
    /// let mut events: EventStream<UnknownEvent> = EventStream::new(reply);
    /// while let Some(event) = events.next_raw().await {
    ///     forward(event?.data).await;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_raw(&mut self) -> Option<Result<RawEvent<'_>, Error>> {
        let found = poll_fn(|cx| self.frames.poll_next(cx)).await?;
        Some(found.map(|()| {
            self.frames.delivered();
            self.frames.decoder.event()
        }))
    }

    /// Calls `visit` with every event, as [`next_raw`](Self::next_raw) has it.
    ///
    /// # Errors
    /// As [`next_raw`](Self::next_raw).
    pub async fn for_each_raw(mut self, mut visit: impl FnMut(RawEvent<'_>)) -> Result<(), Error> {
        while let Some(event) = self.next_raw().await {
            visit(event?);
        }
        Ok(())
    }
}

impl<E: Event> Stream for EventStream<E> {
    type Item = Result<E, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let frames = &mut self.frames;
        match ready!(frames.poll_next(cx)) {
            Some(Ok(())) => {}
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        }
        let event = frames.decoder.event();
        // Nearly every event is handed on from here, without being moved about.
        if frames.decoder.event_has_name()
            && (E::HANDLES_ERROR || event.name != "error")
            && let Ok(event) = E::decode(&event)
        {
            frames.delivered();
            return Poll::Ready(Some(Ok(event)));
        }
        Poll::Ready(other(frames))
    }
}

/// An event without a name, one that reports an error, or one that does not decode.
#[inline(never)]
fn other<E: Event>(frames: &mut Frames) -> Option<Result<E, Error>> {
    let event = frames.decoder.event();
    match interpret(event, frames.decoder.event_has_name()) {
        Ok(event) => {
            frames.delivered();
            Some(Ok(event))
        }
        Err(Failure::Undecodable(error)) => {
            Some(Err(error.with_head(Arc::clone(&frames.head)).into()))
        }
        Err(Failure::Reported(error)) => Some(Err(frames.fail(*error))),
        Err(Failure::Complete) => {
            frames.complete();
            None
        }
    }
}

impl<E> fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("head", &self.frames.head)
            .field("last_event_id", &self.last_event_id())
            .field("ended", &self.frames.has_ended())
            .finish_non_exhaustive()
    }
}

fn interpret<E: Event>(event: RawEvent<'_>, has_name: bool) -> Result<E, Failure> {
    if has_name {
        return decode(event);
    }
    match type_of(event.data) {
        Some(name) => decode(RawEvent {
            name: &name,
            ..event
        }),
        None => decode(event).map_err(|failure| match event.data.trim_ascii() {
            // How several APIs end a stream of unnamed JSON events.
            "[DONE]" => Failure::Complete,
            _ => failure,
        }),
    }
}

fn decode<E: Event>(event: RawEvent<'_>) -> Result<E, Failure> {
    if event.name == "error" && !E::HANDLES_ERROR {
        return Err(Failure::Reported(Box::new(reported(&event))));
    }
    E::decode(&event).or_else(|error| repaired(event, error))
}

/// What can be made of an event that does not decode as it is.
fn repaired<E: Event>(event: RawEvent<'_>, error: serde_json::Error) -> Result<E, Failure> {
    // A character cut in two by the server's own pieces is no reason to lose
    // the text around it.
    if let Some(data) = without_lone_surrogates(event.data) {
        let repaired = RawEvent {
            data: &data,
            ..event
        };
        if let Ok(event) = E::decode(&repaired) {
            return Ok(event);
        }
    }
    let path = path_to(&error, event.data).unwrap_or_default();
    let error = DecodeError::new("unexpected data")
        .with_path(path)
        .with_event(event.name)
        .with_body(event.data.to_owned())
        .with_source(error);
    Err(Failure::Undecodable(Box::new(error)))
}

/// What an error event says: the envelope
/// `{"error": {"type", "message"}, "request_id"}`, or whatever else there is.
#[inline]
fn reported(event: &RawEvent<'_>) -> StreamError {
    let json: Value = event.data.parse().unwrap_or_default();
    let text = |pointer| json.pointer(pointer).and_then(Value::as_str);
    let message = text("/error/message")
        .or_else(|| text("/message"))
        .or_else(|| text("/error"))
        .unwrap_or(event.data)
        .trim();
    let message: String = match message {
        "" => "the server reported an error".to_owned(),
        message => message.chars().take(MAX_TEXT_MESSAGE).collect(),
    };
    let mut error = StreamError::new(StreamCause::ErrorEvent, message).with_raw(event.data);
    if let Some(kind) = text("/error/type") {
        error = error.with_kind(kind);
    }
    if let Some(id) = text("/request_id") {
        error = error.with_request_id(id);
    }
    error
}

//! The events of a response as they arrive, before anything is made of them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use http::StatusCode;

use super::decoder::{Decoder, EventTooLong};
use super::reconnect::Reconnect;
use crate::byte_stream::ByteStream;
use crate::error::{Error, StreamCause, StreamError};
use crate::response::{Reply, ResponseHead};

/// A response, the decoder of its body, and what is known of both.
pub(super) struct Frames {
    state: State,
    pub(super) decoder: Decoder,
    pub(super) head: Arc<ResponseHead>,
    /// Whether the caller has had an event.
    delivered: bool,
    reconnect: Option<Box<Reconnect>>,
}

enum State {
    Reading(ByteStream),
    /// Waiting for the reply that takes the place of one that broke.
    Opening(BoxFuture<'static, Result<Reply, Error>>),
    Ended,
}

impl Frames {
    pub(super) fn new(mut reply: Reply) -> Self {
        Self {
            decoder: Decoder::with_max_event_bytes(reply.limits().event_bytes),
            head: Arc::clone(reply.head()),
            reconnect: reply.reconnect.take(),
            state: State::Reading(reply.into_stream()),
            delivered: false,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// The next event; [`Decoder::event`] has its text.
    #[inline]
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        match self.state {
            State::Reading(_) => {}
            State::Opening(_) => return self.poll_more(cx),
            State::Ended => return Poll::Ready(None),
        }
        // Most events are there already.
        match self.decoder.advance() {
            Ok(true) => Poll::Ready(Some(Ok(()))),
            Ok(false) => self.poll_more(cx),
            Err(error) => Poll::Ready(Some(Err(self.too_long(error)))),
        }
    }

    /// Reads on until there is an event.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        loop {
            let body = match &mut self.state {
                State::Reading(body) => body,
                State::Opening(reply) => {
                    let reply = ready!(reply.as_mut().poll(cx));
                    if let Some(end) = self.opened(reply) {
                        return Poll::Ready(end);
                    }
                    continue;
                }
                State::Ended => return Poll::Ready(None),
            };
            let error = match ready!(Pin::new(body).poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.decoder.feed(&chunk);
                    match self.decoder.advance() {
                        Ok(true) => return Poll::Ready(Some(Ok(()))),
                        Ok(false) => continue,
                        Err(error) => return Poll::Ready(Some(Err(self.too_long(error)))),
                    }
                }
                Some(Err(error)) => {
                    Some(StreamError::from_error(error, self.delivered, &self.head))
                }
                None if self.decoder.has_unfinished_event() => {
                    let message = "the body ended in the middle of an event";
                    Some(self.fail(StreamError::new(StreamCause::Truncated, message)))
                }
                None => None,
            };
            if !self.connect_again() {
                self.state = State::Ended;
                return Poll::Ready(error.map(Err));
            }
        }
    }

    fn too_long(&mut self, error: EventTooLong) -> Error {
        self.fail(StreamError::new(StreamCause::TooLarge, error.to_string()))
    }

    /// Counts an event that the caller gets.
    #[inline]
    pub(super) fn delivered(&mut self) {
        self.delivered = true;
        if let State::Reading(body) = &mut self.state {
            body.count_event();
        }
        if let Some(reconnect) = &mut self.reconnect {
            reconnect.succeeded();
        }
    }

    /// Ends the stream before its body ends: nothing more is wanted.
    pub(super) fn complete(&mut self) {
        if let State::Reading(body) = std::mem::replace(&mut self.state, State::Ended) {
            body.close(Ok(()));
        }
    }

    /// Ends the stream with this error.
    pub(super) fn fail(&mut self, error: StreamError) -> Error {
        let error = error
            .with_delivered(self.delivered)
            .with_head(Arc::clone(&self.head))
            .into();
        if let State::Reading(body) = std::mem::replace(&mut self.state, State::Ended) {
            body.close(Err(&error));
        }
        error
    }

    fn connect_again(&mut self) -> bool {
        let Some(reconnect) = &mut self.reconnect else {
            return false;
        };
        let asked = self.decoder.retry().map(std::time::Duration::from_millis);
        let Some(reply) = reconnect.again(self.decoder.last_event_id(), asked) else {
            return false;
        };
        self.decoder.restart();
        self.state = State::Opening(reply);
        true
    }

    /// Goes on with another reply. `Some` when the stream ends instead: the server has no more
    /// (204), or does not answer.
    fn opened(&mut self, reply: Result<Reply, Error>) -> Option<Option<Result<(), Error>>> {
        match reply {
            Ok(reply) if reply.status() != StatusCode::NO_CONTENT => {
                self.head = Arc::clone(reply.head());
                self.state = State::Reading(reply.into_stream());
                None
            }
            Ok(_) => {
                self.state = State::Ended;
                Some(None)
            }
            Err(error) => {
                self.state = State::Ended;
                Some(Some(Err(error)))
            }
        }
    }
}

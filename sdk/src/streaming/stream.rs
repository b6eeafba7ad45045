//! The stream around an accumulator: events in, what they add out, the whole at the end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::StreamExt;
use serde_json::Value;
use specwright_runtime::events::{Event, EventStream};
use specwright_runtime::{Error, Response};

use super::StreamingError;
use super::content::truncated;

/// Builds something from the events of a stream. It does no I/O: feed it events from wherever they
/// come.
pub trait Accumulate: Default + Unpin {
    /// An event of the stream.
    type Event: Event + Unpin;
    /// What an event adds.
    type Update;
    /// What is built.
    type Output;

    /// Whether nothing that matters follows once the output is complete.
    const COMPLETE_IS_LAST: bool;

    /// Adds an event. `None` when it changes nothing.
    ///
    /// # Errors
    /// The event makes no sense after those before: it belongs to a block that never began, or
    /// begins one that is there already.
    fn push(&mut self, event: Self::Event) -> Result<Option<Self::Update>, Error>;

    /// The output so far; `None` until it began.
    fn snapshot(&self) -> Option<&Self::Output>;

    /// Whether the output is complete.
    fn is_complete(&self) -> bool;

    /// What the fragments of a tool's input say so far.
    fn partial_input(&self, index: u64) -> Option<Value>;

    /// Takes the output so far. Tools whose input is not complete have in it what the input says
    /// so far.
    fn take_partial(&mut self) -> Option<Self::Output>;

    /// The text an update adds, if it adds text.
    fn text(update: Self::Update) -> Option<String>;

    /// The output, if it is complete.
    ///
    /// # Errors
    /// The stream ended early; the error carries the output so far.
    #[inline]
    fn finish(mut self) -> Result<Self::Output, StreamingError<Self::Output>> {
        let complete = self.is_complete();
        match self.take_partial() {
            Some(output) if complete => Ok(output),
            partial => Err(StreamingError::new(truncated(partial.is_some()), partial)),
        }
    }
}

/// A stream whose events grow into something.
///
/// As a [`Stream`] it yields what each event adds. When it fails or ends early the last item is an
/// error that carries the output so far; once the output is complete it cannot fail any more.
/// Dropping it closes the connection.
#[derive(Debug)]
pub struct AccumulatedStream<A: Accumulate> {
    events: Response<EventStream<A::Event>>,
    accumulator: A,
    ended: bool,
}

impl<A: Accumulate> From<Response<EventStream<A::Event>>> for AccumulatedStream<A> {
    fn from(events: Response<EventStream<A::Event>>) -> Self {
        Self {
            events,
            accumulator: A::default(),
            ended: false,
        }
    }
}

impl<A: Accumulate> AccumulatedStream<A> {
    /// The output so far; `None` until it began.
    pub fn snapshot(&self) -> Option<&A::Output> {
        self.accumulator.snapshot()
    }

    /// What the fragments of a tool's input say so far.
    pub fn partial_input(&self, index: u64) -> Option<Value> {
        self.accumulator.partial_input(index)
    }

    /// The reply the stream came with: status, headers, request id, rate limits, latency.
    pub fn response(&self) -> &Response<EventStream<A::Event>> {
        &self.events
    }

    #[cfg(feature = "platform-messages")]
    pub(super) fn accumulator(&self) -> &A {
        &self.accumulator
    }

    /// The text alone, piece by piece.
    pub fn text_stream(self) -> TextStream<A> {
        TextStream { updates: self }
    }

    /// Reads to the end and returns the output.
    pub(super) async fn output(mut self) -> Result<A::Output, StreamingError<A::Output>> {
        while let Some(update) = self.next().await {
            update?;
        }
        self.accumulator.finish()
    }

    fn fail(&mut self, error: Error) -> StreamingError<A::Output> {
        self.ended = true;
        StreamingError::new(error, self.accumulator.take_partial())
    }
}

impl<A: Accumulate> Stream for AccumulatedStream<A> {
    type Item = Result<A::Update, StreamingError<A::Output>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            let next = self.events.poll_next_unpin(cx);
            let over = A::COMPLETE_IS_LAST || matches!(next, Poll::Ready(None | Some(Err(_))));
            if self.accumulator.is_complete() && over {
                // What has come is read, so that the connection can be used again; nothing is
                // waited for, and no failure matters any more.
                self.ended = !matches!(next, Poll::Ready(Some(Ok(_))));
                continue;
            }
            let added = match ready!(next) {
                Some(Ok(event)) => self.accumulator.push(event),
                Some(Err(error)) => Err(error),
                None => Err(truncated(self.snapshot().is_some())),
            };
            match added {
                Ok(Some(update)) => return Poll::Ready(Some(Ok(update))),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(self.fail(error)))),
            }
        }
        Poll::Ready(None)
    }
}

/// The text of an [`AccumulatedStream`], piece by piece.
pub struct TextStream<A: Accumulate> {
    updates: AccumulatedStream<A>,
}

impl<A: Accumulate> TextStream<A> {
    /// The output so far, with all that is not text.
    pub fn snapshot(&self) -> Option<&A::Output> {
        self.updates.snapshot()
    }
}

impl<A: Accumulate> fmt::Debug for TextStream<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextStream").finish_non_exhaustive()
    }
}

impl<A: Accumulate> Stream for TextStream<A> {
    type Item = Result<String, StreamingError<A::Output>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.updates.poll_next_unpin(cx)) {
                Some(Ok(update)) => {
                    if let Some(text) = A::text(update) {
                        return Poll::Ready(Some(Ok(text)));
                    }
                }
                Some(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                None => return Poll::Ready(None),
            }
        }
    }
}

//! What is measured of a call from its start to the end of its reply.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;

use super::Prepared;
use crate::error::Error;
use crate::metrics::{End, Figures, Metrics};

/// Follows one call, and tells what it saw when the call is over. There is one
/// only when somebody wants to know.
pub(crate) struct Watch {
    metrics: Option<Arc<dyn Metrics>>,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    operation: &'static str,
    sent_bytes: Option<u64>,
    started: Instant,
    attempt: Attempt,
    /// Whether there is an attempt that is not over.
    running: bool,
    budget_exhausted: bool,
    /// When the body came to its end, if it did.
    complete: Option<Instant>,
    told: bool,
}

/// What is known of an attempt.
struct Attempt {
    started: Instant,
    retries: u32,
    status: Option<StatusCode>,
    first_byte: Option<Duration>,
    first_event: Option<Duration>,
    received_bytes: u64,
    events: u64,
}

impl Attempt {
    fn new(retries: u32) -> Self {
        Self {
            started: Instant::now(),
            retries,
            status: None,
            first_byte: None,
            first_event: None,
            received_bytes: 0,
            events: 0,
        }
    }
}

impl Watch {
    /// A watch, when there is someone to tell.
    pub(super) fn start(
        metrics: Option<&Arc<dyn Metrics>>,
        request: &Prepared,
    ) -> Option<Box<Self>> {
        let wanted = metrics.is_some();
        #[cfg(feature = "tracing")]
        let wanted = wanted || tracing::span_enabled!(tracing::Level::INFO);
        wanted.then(|| {
            let attempt = Attempt::new(0);
            Box::new(Self {
                metrics: metrics.cloned(),
                #[cfg(feature = "tracing")]
                span: tracing::Span::none(),
                operation: request.draft.operation.id,
                sent_bytes: request.draft.content.len(),
                started: attempt.started,
                attempt,
                running: false,
                budget_exhausted: false,
                complete: None,
                told: false,
            })
        })
    }

    /// An attempt begins.
    pub(super) fn attempt(&mut self, retries: u32) {
        self.attempt = Attempt::new(retries);
        self.running = true;
    }

    /// The span of the attempt.
    #[cfg(feature = "tracing")]
    pub(super) fn within(&mut self, span: tracing::Span) {
        self.span = span;
    }

    /// The head of a reply is there.
    pub(super) fn head(&mut self, status: StatusCode) {
        self.attempt.status = Some(status);
        self.attempt.first_byte = Some(self.attempt.started.elapsed());
    }

    /// A part of the reply's body is there.
    pub(crate) fn received(&mut self, bytes: usize) {
        self.attempt.received_bytes += bytes as u64;
    }

    /// An event of a stream goes to the caller.
    pub(crate) fn event(&mut self) {
        if self.attempt.events == 0 {
            self.attempt.first_event = Some(self.attempt.started.elapsed());
        }
        self.attempt.events += 1;
    }

    /// A retry is due, and there is none left.
    pub(super) fn exhausted(&mut self) {
        self.budget_exhausted = true;
    }

    /// The attempt is over, and the call goes on.
    pub(super) fn attempt_failed(&mut self, error: &Error) {
        self.tell_attempt(End::Failed(error));
    }

    /// The body came to its end. Whether that is a good end is for the layer
    /// above to say; if it says nothing it was.
    pub(crate) fn complete(&mut self) {
        self.complete = Some(Instant::now());
    }

    /// The call is over.
    pub(crate) fn end(mut self, outcome: Result<(), &Error>) {
        self.tell(match outcome {
            Ok(()) => End::Complete,
            Err(error) => End::Failed(error),
        });
    }

    fn tell(&mut self, end: End<'_>) {
        self.tell_attempt(end);
        self.told = true;
        if let Some(metrics) = &self.metrics {
            metrics.call(&self.figures(end, self.since(self.started)));
        }
    }

    fn tell_attempt(&mut self, end: End<'_>) {
        if !std::mem::take(&mut self.running) {
            return;
        }
        let figures = self.figures(end, self.since(self.attempt.started));
        if let Some(metrics) = &self.metrics {
            metrics.attempt(&figures);
        }
        #[cfg(feature = "tracing")]
        {
            super::trace::ended(&self.span, &figures);
            self.span = tracing::Span::none();
        }
    }

    fn since(&self, start: Instant) -> Duration {
        let end = self.complete.unwrap_or_else(Instant::now);
        end.saturating_duration_since(start)
    }

    fn figures<'a>(&self, end: End<'a>, duration: Duration) -> Figures<'a> {
        let attempt = &self.attempt;
        Figures {
            operation: self.operation,
            retries: attempt.retries,
            end,
            status: attempt.status,
            duration,
            first_byte: attempt.first_byte,
            first_event: attempt.first_event,
            sent_bytes: self.sent_bytes,
            received_bytes: attempt.received_bytes,
            events: attempt.events,
            budget_exhausted: self.budget_exhausted,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.told {
            self.tell(match self.complete {
                Some(_) => End::Complete,
                None => End::Dropped,
            });
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

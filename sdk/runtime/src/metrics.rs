//! Figures of every attempt and every call, for counters and histograms.

use std::time::Duration;

use http::StatusCode;

use crate::error::Error;

/// How an attempt or a call ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum End<'a> {
    /// Its reply, stream included, came to its end and was decoded.
    Complete,
    /// It failed with this error; [`Error::error_type`] is a name for it.
    Failed(&'a Error),
    /// The caller dropped it before it ended: the call, or the stream.
    Dropped,
}

/// The figures of an attempt, or of a call with all its attempts.
///
/// Those of a stream are told when the stream has ended or was dropped. It
/// counts as failed when its connection broke, when it stayed silent, and when
/// its server reported an error in it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Figures<'a> {
    /// The id of the operation.
    pub operation: &'static str,
    /// How many attempts had failed before this one, or before the last one of
    /// a call.
    pub retries: u32,
    /// How it ended.
    pub end: End<'a>,
    /// The status of the reply, if there was one.
    pub status: Option<StatusCode>,
    /// How long it took: a call with the waits between its attempts.
    pub duration: Duration,
    /// From the start of the (last) attempt to the head of its reply.
    pub first_byte: Option<Duration>,
    /// From the start of the (last) attempt to the first event of a stream, or
    /// to its first line.
    pub first_event: Option<Duration>,
    /// The length of the request's body, when it is known.
    pub sent_bytes: Option<u64>,
    /// What was read of the reply's body, decompressed. For an error reply, and
    /// for one that broke off and is no stream, it is zero.
    pub received_bytes: u64,
    /// How many events of a stream, or lines, reached the caller.
    pub events: u64,
    /// Whether a retry was due and the client's
    /// [`RetryBudget`](crate::retry::RetryBudget) had none left.
    pub budget_exhausted: bool,
}

/// Is told the figures of every attempt and of every call. Without one nothing
/// is measured.
///
/// Both methods run on the path of the request, sometimes while it is dropped:
/// they should not block, and must not panic.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use specwright_runtime::ClientBuilder;
/// use specwright_runtime::metrics::{End, Figures, Metrics};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Metrics for Failures {
///     fn call(&self, figures: &Figures<'_>) {
///         if let End::Failed(error) = figures.end {
///             self.0.fetch_add(1, Ordering::Relaxed);
///             eprintln!("{} {} {:?}", figures.operation, error.error_type(), figures.duration);
///         }
///     }
/// }
/// # let _ = ClientBuilder::new("http://localhost").metrics(Failures::default());
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// Called when an attempt is over.
    #[inline]
    fn attempt(&self, figures: &Figures<'_>) {
        let _ = figures;
    }

    /// Called once for each call, after its last attempt. A request that could
    /// not be built is no call.
    #[inline]
    fn call(&self, figures: &Figures<'_>) {
        let _ = figures;
    }
}

//! What a run is told before it starts.

use std::path::PathBuf;
use std::time::Duration;

use futures_core::Stream;

use super::backoff::Backoff;
use super::journal::Journal;
use super::{BulkError, BulkRun, run};
use crate::batches::{MAX_BYTES, MAX_REQUESTS};
use crate::platform::{Client, MessageBatchRequest};

/// Settings of a bulk run; [`start`](Self::start) begins it. See the [module](super) for what it
/// does and guarantees.
///
/// Headers for all of its calls, such as `anthropic-beta`, are given to the client
/// (`default_header` of its builder).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until `start`"]
pub struct Bulk {
    pub(super) client: Client,
    pub(super) max_requests: u32,
    pub(super) max_bytes: usize,
    pub(super) in_flight: usize,
    pub(super) settle: Duration,
    first_wait: Duration,
    longest_wait: Duration,
    max_failures: u32,
}

impl Bulk {
    /// With the limits of the API, and four batches in flight.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            max_requests: MAX_REQUESTS,
            max_bytes: MAX_BYTES,
            in_flight: 4,
            settle: Duration::from_secs(300),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(60),
            max_failures: 10,
        }
    }

    /// Sets how many requests a batch has at most; 100,000 by default, which is also the most.
    pub fn max_requests(mut self, requests: u32) -> Self {
        self.max_requests = requests.clamp(1, MAX_REQUESTS);
        self
    }

    /// Sets how long the body of a batch is at most, in bytes; 256 MB by default, which is also
    /// the most. One part is held in memory while it is submitted.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes.min(MAX_BYTES);
        self
    }

    /// Sets how many batches are worked on at the same time, from their submission until their
    /// results were handed out; 4 by default.
    pub fn in_flight(mut self, batches: usize) -> Self {
        self.in_flight = batches.clamp(1, 1000);
        self
    }

    /// Sets how long the server may take to accept, and to list, a batch after the connection it
    /// came over was gone; 5 minutes by default. The guarantee that nothing is submitted twice
    /// rests on it; it is waited only after a submission without an answer that left no trace.
    pub fn settle(mut self, time: Duration) -> Self {
        self.settle = time;
        self
    }

    /// Sets the waits between two looks at a batch, and between attempts after failures: the first
    /// and the longest; 5 s and 60 s by default.
    pub fn poll_interval(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first.max(Duration::from_millis(1));
        self.longest_wait = longest.max(self.first_wait);
        self
    }

    /// Sets how many failures in a row of one thing, beyond the client's own retries, are
    /// tolerated; 10 by default. Only failures that may pass are.
    pub fn max_failures(mut self, failures: u32) -> Self {
        self.max_failures = failures;
        self
    }

    pub(super) fn backoff(&self) -> Backoff {
        Backoff::new(self.first_wait, self.longest_wait, self.max_failures)
    }

    /// Starts a run, or goes on with the one of this journal.
    ///
    /// `requests` are read as they are needed. Their `custom_id`s are the caller's business: any
    /// text, not even unique, for on the wire they are replaced; [`BulkResult::index`] tells the
    /// requests apart.
    ///
    /// The run works in the background, on the async runtime it is started on, as long as its
    /// results are taken.
    ///
    /// [`BulkResult::index`]: super::BulkResult::index
    ///
    /// # Errors
    /// The journal cannot be opened, is damaged, or is in use.
    pub async fn start<S>(
        self,
        journal: impl Into<PathBuf>,
        requests: S,
    ) -> Result<BulkRun, BulkError>
    where
        S: Stream<Item = MessageBatchRequest> + Send + 'static,
    {
        let (journal, history) = Journal::open(journal.into()).await?;
        Ok(run::start(self, journal, history, Box::pin(requests)))
    }
}

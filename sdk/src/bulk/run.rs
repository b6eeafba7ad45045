//! A run: parts are submitted one after the other, their results come side by side.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::index_set::IndexSet;
use super::journal::{Acknowledged, Entry, History, Journal, PartHistory, Stage};
use super::part::{Cutter, Part, wire_prefix};
use super::results::{Batch, Message};
use super::submit::Submitter;
use super::{Bulk, BulkError};
use crate::platform::{MessageBatchRequest, MessageBatchResult};

/// Results that wait for the consumer.
const WAITING: usize = 64;

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BulkResult {
    /// The index of the request in the stream of requests, 0 is the first.
    pub index: u64,
    /// The `custom_id` the request was given.
    pub custom_id: String,
    /// The batch it was part of.
    #[serde(serialize_with = "as_str")]
    pub batch_id: Arc<str>,
    /// The outcome.
    pub result: MessageBatchResult,
    #[serde(skip)]
    pub(super) part: u64,
    /// The index in the part, and the number of its requests.
    #[serde(skip)]
    pub(super) offset: u32,
    #[serde(skip)]
    pub(super) of: u32,
}

fn as_str<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// A run that was started by [`Bulk::start`]: a stream of `Result<BulkResult, BulkError>`, in the
/// order in which results come.
///
/// It ends when every request has been answered and its result handed out, or when nothing more
/// can be done after an error. Errors are items; results of other batches may follow them. Dropping
/// the run stops it; batches that are submitted go on at the server, and another start with the
/// same journal finds them.
#[must_use = "a run goes on as its results are taken"]
pub struct BulkRun {
    messages: mpsc::Receiver<Message>,
    journal: Journal,
    /// What was handed out and not acknowledged, by part.
    unacknowledged: BTreeMap<u64, IndexSet>,
    position: u64,
    ended: bool,
    driver: AbortHandle,
}

impl BulkRun {
    /// Notes in the journal that all results handed out so far are taken care of; they will not
    /// come again. The note is on disk when this returns.
    ///
    /// It costs a flush of the disk: do it for many results at once.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn acknowledge(&mut self) -> Result<(), BulkError> {
        self.acknowledge_at(self.position).await
    }

    /// As [`acknowledge`](Self::acknowledge), together with a position in the consumer's output,
    /// such as the length of a file up to which it was flushed to disk.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn acknowledge_at(&mut self, position: u64) -> Result<(), BulkError> {
        if self.unacknowledged.is_empty() && position == self.position {
            return Ok(());
        }
        let results = self.unacknowledged.iter();
        let results = results.map(|(part, indexes)| Acknowledged {
            part: *part,
            ranges: indexes.ranges(),
        });
        let entry = Entry::Acknowledged {
            position,
            results: results.collect(),
        };
        self.journal.append(vec![entry]).await?;
        self.unacknowledged.clear();
        self.position = position;
        Ok(())
    }

    /// The position that was acknowledged last, in this run or an earlier one with the journal; 0
    /// when there was none. What a consumer wrote after it belongs to results that come again.
    pub fn position(&self) -> u64 {
        self.position
    }

    fn hand_out(&mut self, result: &BulkResult) {
        let indexes = self.unacknowledged.entry(result.part);
        let indexes = indexes.or_insert_with(|| IndexSet::new(result.of));
        indexes.insert(result.offset);
    }
}

impl Stream for BulkRun {
    type Item = Result<BulkResult, BulkError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.messages.poll_recv(cx)) {
            Some(Message::Item(item)) => {
                if let Ok(result) = &*item {
                    self.hand_out(result);
                }
                Some(*item)
            }
            Some(Message::Finished) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(BulkError::Interrupted))
            }
        })
    }
}

impl Drop for BulkRun {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl fmt::Debug for BulkRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkRun")
            .field("position", &self.position)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

pub(super) fn start(
    settings: Bulk,
    journal: Journal,
    history: History,
    requests: BoxStream<'static, MessageBatchRequest>,
) -> BulkRun {
    let (sender, messages) = mpsc::channel(WAITING);
    let position = history.position;
    let driver = Driver {
        cutter: Cutter::new(history.run.clone(), requests),
        permits: Arc::new(Semaphore::new(settings.in_flight)),
        batches: JoinSet::new(),
        run: history.run.clone(),
        sender,
        settings,
    };
    let driver = tokio::spawn(driver.run(journal.clone(), history));
    BulkRun {
        messages,
        journal,
        unacknowledged: BTreeMap::new(),
        position,
        ended: false,
        driver: driver.abort_handle(),
    }
}

/// Submits the parts, and keeps the tasks that wait for the batches.
struct Driver {
    settings: Bulk,
    run: String,
    cutter: Cutter,
    permits: Arc<Semaphore>,
    batches: JoinSet<()>,
    sender: mpsc::Sender<Message>,
}

impl Driver {
    async fn run(mut self, journal: Journal, history: History) {
        if let Err(error) = self.submit_all(journal, history.parts).await {
            let _ = self.sender.send(Message::Item(Box::new(Err(error)))).await;
        }
        while let Some(ended) = self.batches.join_next().await {
            // Without the last message the consumer learns that something is missing.
            if ended.is_err() {
                return;
            }
        }
        let _ = self.sender.send(Message::Finished).await;
    }

    async fn submit_all(
        &mut self,
        journal: Journal,
        parts: Vec<PartHistory>,
    ) -> Result<(), BulkError> {
        let accepted = parts.iter().filter_map(|part| match &part.stage {
            Stage::Accepted(batch) => Some(batch.clone()),
            _ => None,
        });
        let known: HashSet<String> = accepted.collect();
        let mut submitter = Submitter::new(self.settings.clone(), journal, self.run.clone(), known);
        for known in parts {
            let part = self.known_part(&known).await?;
            if known.acknowledged.is_full() {
                continue;
            }
            let permit = self.permit().await?;
            let batch = submitter.submit(&part, known.stage).await?;
            self.deliver(part, batch, known.acknowledged, permit);
        }
        loop {
            let permit = self.permit().await?;
            let limits = (self.settings.max_requests, self.settings.max_bytes);
            let Some(part) = self.cutter.next_part(limits.0, limits.1).await? else {
                return Ok(());
            };
            let batch = submitter.submit_new(&part).await?;
            let delivered = IndexSet::new(part.requests());
            self.deliver(part, batch, delivered, permit);
        }
    }

    async fn permit(&mut self) -> Result<tokio::sync::OwnedSemaphorePermit, BulkError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await;
        permit.map_err(|_| BulkError::Interrupted)
    }

    /// The requests of a part that the journal knows, which must be the same as then.
    async fn known_part(&mut self, known: &PartHistory) -> Result<Part, BulkError> {
        let first = self.cutter.index();
        let differ = |message: String| BulkError::RequestsDiffer {
            first,
            requests: known.requests,
            message,
        };
        let part = self.cutter.next_part(known.requests, usize::MAX).await?;
        let part = part.ok_or_else(|| differ("the stream ends before them".to_owned()))?;
        if part.requests() < known.requests {
            return Err(differ(format!(
                "the stream ends after {} of them",
                part.requests()
            )));
        }
        if part.digest != known.digest {
            return Err(differ("their digest is another".to_owned()));
        }
        Ok(part)
    }

    fn deliver(
        &mut self,
        part: Part,
        batch: String,
        delivered: IndexSet,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) {
        let batch = Batch {
            id: batch.into(),
            part: part.number,
            first: part.first,
            prefix: wire_prefix(&self.run, part.number),
            ids: part.ids,
            delivered,
            _permit: permit,
        };
        let batches = self.settings.client.messages().batches();
        let task = batch.deliver(batches, self.settings.backoff(), self.sender.clone());
        self.batches.spawn(task);
    }
}

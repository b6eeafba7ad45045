//! The results of one batch, once it has ended.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::StreamExt;
use specwright_runtime::Error;
use specwright_runtime::serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::backoff::Backoff;
use super::index_set::IndexSet;
use super::{BulkError, BulkResult};
use crate::platform::MessageBatchStatus;
use crate::platform::{Batches, MessageBatchIndividualResponse, MessageBatchResult};

/// What goes from the batches to the consumer.
pub(super) enum Message {
    Item(Box<Result<BulkResult, BulkError>>),
    /// Everything was handed out.
    Finished,
}

/// The consumer is gone.
struct Gone;

/// A batch of the run.
pub(super) struct Batch {
    pub(super) id: Arc<str>,
    /// The number of the part it is.
    pub(super) part: u64,
    /// The index in the stream of its first request.
    pub(super) first: u64,
    /// The caller's ids.
    pub(super) ids: Vec<Box<str>>,
    /// How the ids on the wire begin.
    pub(super) prefix: String,
    /// The results that were handed out, or acknowledged in an earlier run.
    pub(super) delivered: IndexSet,
    /// Held while the batch is in flight.
    pub(super) _permit: OwnedSemaphorePermit,
}

impl Batch {
    /// Waits until the batch has ended, and sends its results.
    pub(super) async fn deliver(
        mut self,
        batches: Batches,
        backoff: Backoff,
        sender: mpsc::Sender<Message>,
    ) {
        let outcome = match self.wait(&batches, backoff.clone()).await {
            Ok(()) => self.send_results(&batches, backoff, &sender).await,
            Err(error) => Ok(Some(self.error(error))),
        };
        if let Ok(Some(error)) = outcome {
            // A consumer that is gone needs no error.
            let _ = sender.send(Message::Item(Box::new(Err(error)))).await;
        }
    }

    fn error(&self, error: Error) -> BulkError {
        BulkError::Batch {
            batch_id: self.id.to_string(),
            error,
        }
    }

    async fn wait(&self, batches: &Batches, mut backoff: Backoff) -> Result<(), Error> {
        loop {
            let wait = match batches.retrieve(&self.id).await {
                Ok(batch) if batch.processing_status == MessageBatchStatus::Ended => return Ok(()),
                Ok(_) => {
                    backoff.succeeded();
                    backoff.next_wait()
                }
                Err(error) => match backoff.after_failure(&error) {
                    Some(wait) => wait,
                    None => return Err(error),
                },
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Reads the results, from the beginning again when the connection breaks. Those that were
    /// handed out are passed over.
    async fn send_results(
        &mut self,
        batches: &Batches,
        mut backoff: Backoff,
        sender: &mpsc::Sender<Message>,
    ) -> Result<Option<BulkError>, Gone> {
        loop {
            let before = self.delivered.len();
            let error = match self.read_once(batches, sender).await? {
                Ok(ControlFlow::Continue(())) => return Ok(self.missing()),
                Ok(ControlFlow::Break(error)) => return Ok(Some(error)),
                Err(error) => error,
            };
            if self.delivered.len() > before {
                backoff.succeeded();
            }
            match backoff.after_failure(&error) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Ok(Some(self.error(error))),
            }
        }
    }

    async fn read_once(
        &mut self,
        batches: &Batches,
        sender: &mpsc::Sender<Message>,
    ) -> Result<Result<ControlFlow<BulkError>, Error>, Gone> {
        let mut lines = match batches.results(&self.id).await {
            Ok(lines) => lines.into_inner(),
            Err(error) => return Ok(Err(error)),
        };
        let mut strange = None;
        while let Some(line) = lines.next().await {
            let line = match line {
                Ok(line) => line,
                Err(error) => match undecoded(&error) {
                    Some(line) => line,
                    None => return Ok(Err(error)),
                },
            };
            match self.index_of(&line.custom_id) {
                Some(index) => self.send(index, line.result, sender).await?,
                None => strange = strange.or(Some(line.custom_id)),
            }
        }
        Ok(Ok(match strange {
            None => ControlFlow::Continue(()),
            Some(custom_id) => ControlFlow::Break(BulkError::Results {
                batch_id: self.id.to_string(),
                message: format!("`{custom_id}` is the id of none of its requests"),
            }),
        }))
    }

    fn index_of(&self, custom_id: &str) -> Option<u32> {
        let index: u32 = custom_id.strip_prefix(&self.prefix)?.parse().ok()?;
        ((index as usize) < self.ids.len()).then_some(index)
    }

    async fn send(
        &mut self,
        index: u32,
        result: MessageBatchResult,
        sender: &mpsc::Sender<Message>,
    ) -> Result<(), Gone> {
        if self.delivered.contains(index) {
            return Ok(());
        }
        let Some(custom_id) = self.ids.get(index as usize) else {
            return Ok(());
        };
        let result = BulkResult {
            index: self.first + u64::from(index),
            custom_id: custom_id.to_string(),
            batch_id: Arc::clone(&self.id),
            result,
            part: self.part,
            offset: index,
            of: u32::try_from(self.ids.len()).unwrap_or(u32::MAX),
        };
        let message = Message::Item(Box::new(Ok(result)));
        sender.send(message).await.map_err(|_| Gone)?;
        self.delivered.insert(index);
        Ok(())
    }

    /// An error that says so when there are requests without a result.
    fn missing(&self) -> Option<BulkError> {
        let index = self.delivered.first_missing()?;
        let custom_id = self.ids.get(index as usize).map_or("", |id| id);
        let missing = self.ids.len() - self.delivered.len() as usize;
        Some(BulkError::Results {
            batch_id: self.id.to_string(),
            message: format!(
                "{missing} of {} requests have none, the first is request {} (`{custom_id}`)",
                self.ids.len(),
                self.first + u64::from(index),
            ),
        })
    }
}

/// A line that is no result this SDK knows, as one of unknown kind.
fn undecoded(error: &Error) -> Option<MessageBatchIndividualResponse> {
    let Error::Decode(error) = error else {
        return None;
    };
    let mut line: Value = serde_json::from_slice(error.body()).ok()?;
    let custom_id = line.get("custom_id")?.as_str()?.to_owned();
    Some(MessageBatchIndividualResponse {
        custom_id,
        result: MessageBatchResult::Unknown(line.get_mut("result")?.take()),
        extra: Default::default(),
    })
}

/// The id in a line of results that could not be decoded.
pub(super) fn custom_id_of(error: &Error) -> Option<String> {
    undecoded(error).map(|line| line.custom_id)
}

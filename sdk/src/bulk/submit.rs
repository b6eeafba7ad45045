//! Parts become batches, each once.

use std::collections::HashSet;
use std::future::IntoFuture;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use specwright_runtime::{Error, Method, Operation, Request, TimeoutKind};
use tokio::time::Instant;

use super::journal::{Entry, Journal, Newest, Stage};
use super::part::{Part, wire_prefix};
use super::results::custom_id_of;
use super::{Bulk, BulkError};
use crate::platform::{Batches, MessageBatch, MessageBatchStatus};

/// As the generated operation, and never sent again by the client: whether it may be is decided
/// here. Its body is in pieces, which the generated one cannot take.
static SUBMIT: Operation =
    Operation::new("createMessageBatch", Method::Post, "/v1/messages/batches").never_retry();

/// Batches asked for at a time when one is looked for.
const PAGE: u32 = 100;

/// Makes batches of the parts of a run.
pub(super) struct Submitter {
    settings: Bulk,
    journal: Journal,
    run: String,
    /// The batches of the run so far.
    known: HashSet<String>,
}

impl Submitter {
    pub(super) fn new(
        settings: Bulk,
        journal: Journal,
        run: String,
        known: HashSet<String>,
    ) -> Self {
        Self {
            settings,
            journal,
            run,
            known,
        }
    }

    /// The batch of a part that is new.
    pub(super) async fn submit_new(&mut self, part: &Part) -> Result<String, BulkError> {
        let entry = Entry::Part {
            part: part.number,
            requests: part.requests(),
            digest: part.digest.clone(),
        };
        self.journal.append(vec![entry]).await?;
        self.submit(part, Stage::Cut).await
    }

    /// The batch of a part that the journal knows.
    pub(super) async fn submit(
        &mut self,
        part: &Part,
        mut stage: Stage,
    ) -> Result<String, BulkError> {
        let number = part.number;
        let failed = |error| BulkError::Submit {
            first: part.first,
            error,
        };
        let mut backoff = self.settings.backoff();
        loop {
            let newest = match stage {
                Stage::Accepted(batch) => return Ok(batch),
                Stage::Cut => {
                    let newest = self.newest().await.map_err(failed)?;
                    let entry = Entry::Sending {
                        part: number,
                        newest: newest.clone(),
                    };
                    self.journal.append(vec![entry]).await?;
                    newest
                }
                Stage::Sent(newest) => match self.find(part, newest.as_ref()).await? {
                    Some(batch) => return self.accepted(number, batch).await,
                    None => newest,
                },
            };
            let error = match self.send(part).await {
                Ok(batch) => return self.accepted(number, batch.id).await,
                Err(error) => error,
            };
            let wait = backoff.after_failure(&error);
            if is_refusal(&error) {
                let entry = Entry::Refused { part: number };
                self.journal.append(vec![entry]).await?;
                tokio::time::sleep(wait.ok_or_else(|| failed(error))?).await;
                stage = Stage::Cut;
            } else {
                if wait.is_none() {
                    return match self.find(part, newest.as_ref()).await? {
                        Some(batch) => self.accepted(number, batch).await,
                        None => Err(failed(error)),
                    };
                }
                stage = Stage::Sent(newest);
            }
        }
    }

    async fn accepted(&mut self, part: u64, batch: String) -> Result<String, BulkError> {
        let entry = Entry::Accepted {
            part,
            batch: batch.clone(),
        };
        self.journal.append(vec![entry]).await?;
        self.known.insert(batch.clone());
        Ok(batch)
    }

    async fn send(&self, part: &Part) -> Result<MessageBatch, Error> {
        let request = Request::<MessageBatch>::new(self.settings.client.inner(), &SUBMIT);
        let body = part.body.to_body();
        let batch = request.bytes_body("application/json", body).await?;
        Ok(batch.into_inner())
    }

    fn batches(&self) -> Batches {
        self.settings.client.messages().batches()
    }

    /// The newest batch there is.
    async fn newest(&self) -> Result<Option<Newest>, Error> {
        let batches = self.batches();
        let page = self.patiently(|| batches.list().limit(1)).await?;
        Ok(page.into_inner().data.into_iter().next().map(Newest::from))
    }

    /// The batch of a part that was sent and not answered. `None` when the server has not accepted
    /// it: there was no such batch for as long as it may take to appear.
    async fn find(
        &self,
        part: &Part,
        newest: Option<&Newest>,
    ) -> Result<Option<String>, BulkError> {
        let mut foreign = HashSet::new();
        let mut waits = self.settings.backoff();
        let since = Instant::now();
        loop {
            let settled = since.elapsed() >= self.settings.settle;
            let mut may_be_it = false;
            for batch in self.candidates(part, newest).await? {
                if foreign.contains(&batch.id) {
                    continue;
                }
                if batch.processing_status != MessageBatchStatus::Ended {
                    may_be_it = true;
                } else if self.is_batch_of(&batch, part).await? {
                    return Ok(Some(batch.id));
                } else {
                    foreign.insert(batch.id);
                }
            }
            if settled && !may_be_it {
                return Ok(None);
            }
            let mut wait = waits.next_wait();
            if !may_be_it {
                let rest = self.settings.settle.saturating_sub(since.elapsed());
                wait = wait.min(rest.max(Duration::from_millis(1)));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// The batches that may be a part, by age and by number of requests.
    async fn candidates(
        &self,
        part: &Part,
        newest: Option<&Newest>,
    ) -> Result<Vec<MessageBatch>, BulkError> {
        let newer = self.patiently(|| Box::pin(newer_batches(self.batches(), newest)));
        let mut batches = newer.await.map_err(|error| BulkError::Submit {
            first: part.first,
            error,
        })?;
        batches.retain(|batch| {
            let counts = &batch.request_counts;
            let done = counts.succeeded + counts.errored + counts.canceled + counts.expired;
            let requests = done + counts.processing;
            // Not counted yet is no reason to rule it out.
            let fits = requests == u64::from(part.requests()) || requests == 0;
            fits && !self.known.contains(&batch.id)
        });
        Ok(batches)
    }

    /// Whether an ended batch is that of a part, told by the first line of its results.
    async fn is_batch_of(&self, batch: &MessageBatch, part: &Part) -> Result<bool, BulkError> {
        let first = self.patiently(|| Box::pin(first_custom_id(self.batches(), &batch.id)));
        match first.await {
            Ok(Some(custom_id)) => Ok(custom_id.starts_with(&wire_prefix(&self.run, part.number))),
            Err(error) if !is_gone(&error) => Err(BulkError::Submit {
                first: part.first,
                error,
            }),
            Ok(None) | Err(_) => Err(BulkError::Undecidable {
                batch_id: batch.id.clone(),
                first: part.first,
            }),
        }
    }

    /// Calls until it succeeds, or fails for good, or has failed often enough.
    async fn patiently<T, F, R>(&self, mut call: F) -> Result<T, Error>
    where
        F: FnMut() -> R,
        R: IntoFuture<Output = Result<T, Error>>,
    {
        let mut backoff = self.settings.backoff();
        loop {
            match call().await {
                Ok(reply) => return Ok(reply),
                Err(error) => match backoff.after_failure(&error) {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(error),
                },
            }
        }
    }
}

/// The batches that are newer than one, newest first.
async fn newer_batches(
    batches: Batches,
    newest: Option<&Newest>,
) -> Result<Vec<MessageBatch>, Error> {
    let mut newer = Vec::new();
    let mut list = batches.list().limit(PAGE).items();
    while let Some(batch) = list.try_next().await? {
        // The batch itself may have been deleted; then its time says where it was.
        let known = newest
            .is_some_and(|newest| batch.id == newest.id || batch.created_at < newest.created_at);
        if known {
            break;
        }
        newer.push(batch);
    }
    Ok(newer)
}

async fn first_custom_id(batches: Batches, batch: &str) -> Result<Option<String>, Error> {
    let mut lines = batches.results(batch).await?.into_inner();
    match lines.next().await {
        Some(Ok(line)) => Ok(Some(line.custom_id)),
        Some(Err(error)) => custom_id_of(&error).map(Some).ok_or(error),
        None => Ok(None),
    }
}

/// Whether the server has certainly not accepted what was sent.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::InvalidRequest(_) => true,
        Error::Transport(error) => error.is_connect(),
        Error::Timeout(error) => error.kind() == TimeoutKind::Connect,
        // 529 says that the server is too busy to begin.
        Error::Api(error) => match error.status().as_u16() {
            529 => true,
            408 | 409 => false,
            status => status < 500,
        },
        _ => false,
    }
}

/// Whether there is nothing any more where there was something.
fn is_gone(error: &Error) -> bool {
    let status = error.as_api().map(|error| error.status().as_u16());
    matches!(status, Some(400 | 404 | 410))
}

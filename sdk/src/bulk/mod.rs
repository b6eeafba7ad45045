//! Any number of message requests through batches, past the limits of a single one.
//!
//! [`Bulk`] takes a stream of requests (millions of them), cuts it into parts of at most 100,000
//! requests or 256 MB, submits each as a batch, waits for the batches and hands out their results
//! as they come, in bounded memory. A *journal* on disk says how far it is: a run that was killed
//! at any point is started again with the same journal and the same requests, and goes on.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use claude_typed::bulk::Bulk;
//! use claude_typed::platform::{Client, CreateMessageRequest, MessageBatchRequest};
//! use claude_typed::platform::{MessageParam, MessageRole, Model};
//! use futures_util::stream;
//!
//! let requests = stream::iter(0..3_000_000).map(|number| {
//!     let question = MessageParam::new(MessageRole::User, format!("Describe product {number}."));
//!     let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 256_u64, [question]);
//!     MessageBatchRequest::new(format!("product-{number}"), params)
//! });
//! let run = Bulk::new(&Client::from_env()?).start("products.journal", requests).await?;
//! let summary = run.save_to("products.jsonl").await?;
//! println!("{} of {} succeeded", summary.succeeded, summary.total());
//! # use futures_util::StreamExt;
//! # Ok(())
//! # }
//! ```
//!
//! # What is guaranteed
//!
//! **No result is lost.** Results are handed out until they are *acknowledged*
//! ([`BulkRun::acknowledge`]), and the journal keeps what was. After a restart, results that were
//! handed out but not acknowledged come again; acknowledged ones do not.
//!
//! **Each result once** is what a consumer gets who makes its own writing and the acknowledgement
//! one step: it acknowledges with a position in its output ([`BulkRun::acknowledge_at`]), and on a
//! restart goes back to the last acknowledged one ([`BulkRun::position`]) before it asks for more.
//! [`BulkRun::save_to`] does that with a file. A consumer whose writes can be repeated (an upsert
//! by [`BulkResult::index`]) needs only `acknowledge`.
//!
//! **Nothing is submitted twice.** The API has no idempotency key, so a batch whose creation was
//! sent and not answered (the process was killed, the connection broke, the server failed) may
//! exist or not. Before each submission the journal therefore gets, and flushes to disk, which
//! requests are going to be sent and which batch was the newest before. An unanswered one is then
//! looked for among the batches newer than that one, which are as many requests: the runner gives
//! every request a `custom_id` of its own, with a random part that is that of the journal, so the
//! first line of a batch's results says with certainty whether it is the one. A batch that may be
//! it and has not ended is waited for, and nothing is submitted meanwhile; only when there is none
//! for as long as [`Bulk::settle`] are the requests sent again. It rests on this:
//!
//! - a request is not accepted later than [`Bulk::settle`] (5 minutes unless set otherwise) after
//!   its connection was gone, and accepted batches are listed by then;
//! - nobody deletes batches of the run before it has their results, and it goes on within the 29
//!   days for which results are kept. A batch that may be the run's own and has no results any
//!   more is [`BulkError::Undecidable`], never a second submission;
//! - the journal is on a disk that keeps what was flushed, and is not edited or copied: two copies
//!   are two runs.
//!
//! **The requests are the same.** The stream is read from its beginning on every start; a digest
//! of each part is kept, and another stream is [`BulkError::RequestsDiffer`] instead of a mix-up.
//! A stream may have more requests at its end than before.
//!
//! # What is kept in memory
//!
//! The requests of one part while it is submitted (up to [`Bulk::max_bytes`]), the `custom_id`s of
//! the parts in flight, and a few dozen results. The journal grows by a few lines for each part and
//! a line for each acknowledgement.
//!
//! # Errors
//!
//! An error of one batch is an item of the stream of results and takes nothing from the others.
//! After an error of the submission nothing more is submitted, the batches already submitted are
//! still waited for, and the journal stays good for another start. What the API reports of single
//! requests (`errored`, `canceled`, `expired`) are results. Requests that expired can be collected
//! and given to another run with a journal of its own.

mod backoff;
mod error;
mod index_set;
mod journal;
mod part;
mod results;
mod run;
mod save;
mod settings;
mod submit;

pub use error::BulkError;
pub use run::{BulkResult, BulkRun};
pub use save::BulkSummary;
pub use settings::Bulk;

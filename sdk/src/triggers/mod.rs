//! The events of the connector, by webhook and by polling.
//!
//! The connector's document names eight events, its triggers. Each is a variant of
//! [`Trigger`](crate::connector::webhooks::Trigger), in whatever way it comes:
//!
//! | event | by polling: what brings it |
//! |---|---|
//! | `messages.created` | a message that a client with [`Inbox::messages`] was answered with |
//! | `message_batches.ended` | a batch whose status is `ended` |
//! | `message_batches.expired` | a batch that has not ended at its `expires_at`, or that ended with requests that expired |
//! | `models.created` | a model that was not listed before |
//! | `files.created`, `files.deleted` | a file that was not listed before, or is gone |
//! | `skills.created`, `skills.deleted` | a skill that was not listed before, or is gone |
//!
//! # By webhook
//!
//! The Claude platform sends none of these events; an automation product does. A server takes such
//! a request, in whatever framework, with
//! [`Trigger::parse_verified`](crate::connector::webhooks::Trigger::parse_verified), which checks a
//! Standard Webhooks signature ([`Verifier`]) or a shared secret ([`SharedSecret`]) first:
//!
//! ```
//! use claude_typed::connector::webhooks::Trigger;
//! use claude_typed::triggers::SharedSecret;
//! use specwright_runtime::http::{HeaderMap, StatusCode};
//!
//! /// `path`, `headers` and `body` as the server has them; the status to answer with.
//! fn receive(secret: &SharedSecret, path: &str, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     match Trigger::parse_verified(secret, path, headers, body) {
//!         Ok(Trigger::FileCreated(file)) => println!("new: {:?}", file.id),
//!         Ok(other) => println!("not used: {}", other.event()),
//!         Err(error) => return error.status(),
//!     }
//!     StatusCode::NO_CONTENT
//! }
//!
//! let secret = SharedSecret::new("x-webhook-secret", "correct horse")?;
//! let path = "/webhooks/claude-api/files.created";
//! let status = receive(&secret, path, &HeaderMap::new(), br#"{"id": "file_1"}"#);
//! assert_eq!(status, StatusCode::UNAUTHORIZED);
//! # Ok::<(), claude_typed::triggers::WebhookError>(())
//! ```
//!
//! # By polling
//!
//! A [`Watcher`] lists models, files, skills and batches again and again, and tells what has
//! changed. An [`Inbox`] keeps what it noticed in a [`Store`].
//!
//! ```no_run
//! use claude_typed::connector::Client;
//! use claude_typed::connector::webhooks::Trigger;
//! use claude_typed::triggers::{Inbox, JsonFile, Watcher};
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let inbox = Inbox::open(JsonFile::new("triggers.json")).await?;
//! let client = Client::builder_from_env().middleware(inbox.messages()).build()?;
//! let mut events = Watcher::new(client, &inbox).events();
//! while let Some(event) = events.next().await {
//!     let event = event?;
//!     if let Trigger::MessageBatchEnded(batch) = event.trigger() {
//!         println!("results at {:?}", batch.results_url);
//!     }
//!     event.ack().await?; // from here on it does not come again
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ## What is promised
//!
//! - **At least once.** An event is in the store before it is delivered, and stays there until it
//!   is [acknowledged](Event::ack), in the same file and the same moment in which the cursor moves.
//!   Whenever the process ends, the next one delivers what is not acknowledged.
//! - **The same id.** [`Event::id`] is made of what happened to what (`files.created:file_1`), not
//!   of when it was noticed: an event that comes again can be told by it. Keep the ids you have
//!   handled if to handle one twice would do harm.
//! - **None invented.** A walk that breaks off says nothing about the list. An item that is missing
//!   in a list is looked up, and is deleted only when the API itself answers `not_found_error`
//!   (or, for a file, `file_expired`). An item that moves from page to page during a walk is
//!   neither deleted nor created.
//! - **Failures are seen.** A list that fails does not keep the others: the stream tells a
//!   [`WatchError`] and goes on. The list is tried again after longer and longer waits; a
//!   `retry-after`, or a rate limit that is nearly used up, holds all of them.
//!
//! ## What is not
//!
//! - What is created and deleted between two looks is never seen, nor is a batch that ends and is
//!   deleted between two looks. Make the [interval](Watcher::interval) shorter than things live.
//! - On the first run what is there is taken as known ([`FirstRun::Baseline`]), unless told
//!   otherwise. The first run ends with the first whole walk of a list.
//! - There is no order between lists. Within a list the oldest of what was found in one look comes
//!   first.
//! - Of messages those are seen whose reply has reached the client, except streams
//!   ([`Inbox::add_message`] takes those). The results of a batch bring no `messages.created`: its
//!   end is told, and the results say the rest.
//! - A batch whose time is over is `expired` by the clock of the server (the `date` of its replies),
//!   even if it ends a moment later. One that expires brings `ended` as well: two events.
//! - An id that the platform gives a second time, after a deletion, brings events with ids that
//!   have been before.
//! - The store belongs to one watcher of one workspace. Events that are never acknowledged
//!   are kept for ever; payloads, messages among them, stand in the store in plain text.

mod event;
mod inbox;
mod json_file;
mod resource;
mod schedule;
mod service;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod turn;
mod watcher;

pub use event::{Event, WatchError};
pub use inbox::Inbox;
pub use json_file::JsonFile;
pub use resource::Resource;
pub use specwright_runtime::webhook::{SharedSecret, Verifier, Verify, WebhookError};
pub use state::State;
pub use store::{MemoryStore, Store, StoreError};
pub use watcher::{Events, FirstRun, Watcher};

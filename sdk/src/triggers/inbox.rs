//! Events between the moment they are noticed and the moment they are acknowledged.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_core::future::BoxFuture;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specwright_runtime::ResponseHead;
use specwright_runtime::middleware::Middleware;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::resource::Resource;
use super::state::{Change, Cursor, Pending, State};
use super::store::{Store, StoreError};

/// Keeps every event from the moment it is noticed until it is acknowledged, in a [`Store`], and
/// with the events how far each list has been watched. A [`Watcher`](super::Watcher) fills it and
/// delivers from it.
///
/// Cloning is cheap; clones are the same inbox.
#[derive(Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    store: Box<dyn Store>,
    held: Mutex<Held>,
    /// Saves come one after another. Only tasks of their own hold it: a stream that nobody polls
    /// must not keep others from saving.
    saving: tokio::sync::Mutex<()>,
    added: Notify,
}

/// The state, always at least as new as the one in the store.
struct Held {
    state: State,
    /// The ids of pending events that were delivered since the watcher began.
    delivered: HashSet<String>,
    /// Counts the changes of the state.
    revision: u64,
    /// The revision in the store.
    saved: u64,
}

impl Inbox {
    /// An inbox with the state of a store.
    ///
    /// # Errors
    /// The state is there, but cannot be read.
    pub async fn open(store: impl Store) -> Result<Self, StoreError> {
        let state = store.load().await?.unwrap_or_default();
        Ok(Self {
            shared: Arc::new(Shared {
                store: Box::new(store),
                held: Mutex::new(Held {
                    state,
                    delivered: HashSet::new(),
                    revision: 0,
                    saved: 0,
                }),
                saving: tokio::sync::Mutex::default(),
                added: Notify::new(),
            }),
        })
    }

    /// Notices the messages that a client creates, as `messages.created`: give it to the builder
    /// of a connector client, or of a [`platform`](crate::platform) client. A message is in the
    /// store before the caller has it.
    ///
    /// Replies that are streams are not seen: hand the final message to
    /// [`add_message`](Self::add_message).
    ///
    /// ```no_run
    /// use claude_typed::connector::Client;
    /// use claude_typed::triggers::{Inbox, MemoryStore};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let inbox = Inbox::open(MemoryStore::new()).await?;
    /// let client = Client::builder_from_env().middleware(inbox.messages()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self) -> impl Middleware + fmt::Debug + use<> {
        Messages(self.clone())
    }

    /// Adds an event `messages.created` for a message that the client could not see, such as the
    /// final message of a stream. A message that waits already is not added again.
    ///
    /// # Errors
    /// [`StoreError::NoMessage`] when it is not an object with an `id`. Otherwise the store cannot
    /// save it: the event is in the inbox nevertheless, and the watcher tries to save it again.
    pub async fn add_message(&self, message: impl Serialize) -> Result<(), StoreError> {
        let message = serde_json::to_value(message).map_err(StoreError::NoMessage)?;
        let id = message.get("id").and_then(Value::as_str);
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            let error = serde_json::Error::custom("it has no `id`");
            return Err(StoreError::NoMessage(error));
        };
        let event = Pending::new("messages", Change::Created, id, message.clone());
        self.held().add([event]);
        self.shared.added.notify_one();
        self.save().await
    }

    /// Acknowledges the event of this id, as [`Event::ack`](super::Event::ack) does. An id that is
    /// not waiting is of no consequence.
    ///
    /// # Errors
    /// The store cannot save it: the event may come again after a restart.
    pub async fn acknowledge(&self, id: &str) -> Result<(), StoreError> {
        self.held().remove(id);
        self.save().await
    }

    /// The ids of the events that are not acknowledged, oldest first.
    pub fn pending(&self) -> Vec<String> {
        let held = self.held();
        let pending = held.state.pending.iter();
        pending.map(|event| event.id.clone()).collect()
    }

    /// Delivers what is pending from the start.
    pub(super) fn rewind(&self) {
        self.held().delivered.clear();
    }

    /// The next event to deliver. None is delivered that the store does not have.
    pub(super) async fn next(&self) -> Result<Option<Pending>, StoreError> {
        loop {
            self.save().await?;
            let mut held = self.held();
            // Else something was added meanwhile.
            if held.saved == held.revision {
                return Ok(held.deliver());
            }
        }
    }

    /// Waits until an event is added by others than the watcher.
    pub(super) fn added(&self) -> Notified<'_> {
        self.shared.added.notified()
    }

    /// How far a list has been watched; `None` when it never was.
    pub(super) fn cursor(&self, resource: Resource) -> Option<Cursor> {
        self.held().state.cursors.get(&resource).cloned()
    }

    /// Moves a cursor together with the events on the way. [`next`](Self::next) saves them.
    pub(super) fn advance(&self, resource: Resource, cursor: Cursor, events: Vec<Pending>) {
        let mut held = self.held();
        if held.state.cursors.get(&resource) != Some(&cursor) {
            held.state.cursors.insert(resource, cursor);
            held.revision += 1;
        }
        held.add(events);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        let held = self.shared.held.lock();
        held.unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves the state if it is newer than the one in the store. A save that fails is made up for
    /// by the next one; one whose caller is gone goes on.
    async fn save(&self) -> Result<(), StoreError> {
        let inbox = self.clone();
        let saved = tokio::spawn(async move { inbox.save_in_turn().await });
        saved
            .await
            .unwrap_or_else(|error| Err(StoreError::Other(error.into())))
    }

    async fn save_in_turn(&self) -> Result<(), StoreError> {
        let _turn = self.shared.saving.lock().await;
        let (state, revision) = {
            let held = self.held();
            if held.saved == held.revision {
                return Ok(());
            }
            (held.state.clone(), held.revision)
        };
        self.shared.store.save(&state).await?;
        self.held().saved = revision;
        Ok(())
    }
}

impl Held {
    /// Adds events, but for those that wait already.
    fn add(&mut self, events: impl IntoIterator<Item = Pending>) {
        let pending = self.state.pending.iter();
        let mut waiting: HashSet<String> = pending.map(|event| event.id.clone()).collect();
        for event in events {
            if waiting.insert(event.id.clone()) {
                self.state.pending.push(event);
                self.revision += 1;
            }
        }
    }

    fn remove(&mut self, id: &str) {
        self.delivered.remove(id);
        let before = self.state.pending.len();
        self.state.pending.retain(|event| event.id != id);
        if self.state.pending.len() < before {
            self.revision += 1;
        }
    }

    fn deliver(&mut self) -> Option<Pending> {
        let mut pending = self.state.pending.iter();
        let next = pending.find(|event| !self.delivered.contains(&event.id))?;
        self.delivered.insert(next.id.clone());
        Some(next.clone())
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

/// Notices messages in replies.
#[derive(Debug)]
struct Messages(Inbox);

/// What tells a message from other replies.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
}

impl Middleware for Messages {
    fn received<'a>(&'a self, _: &'a ResponseHead, body: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let head = serde_json::from_slice::<Head<'_>>(body);
            if !head.is_ok_and(|head| head.kind == "message" && !head.id.is_empty()) {
                return;
            }
            if let Ok(message) = serde_json::from_slice::<Value>(body) {
                // The caller is to have its message in any case. That it could not be saved is
                // told by the watcher, which tries it again.
                let _ = self.0.add_message(message).await;
            }
        })
    }
}

//! What a watcher tells of: events, and what went wrong while it looked for them.

use std::error::Error as StdError;
use std::fmt;

use specwright_runtime::Error;
use specwright_runtime::webhook::WebhookError;

use super::inbox::Inbox;
use super::resource::Resource;
use super::state::Pending;
use super::store::StoreError;
use crate::connector::webhooks::Trigger;

/// Something that happened, until it is acknowledged.
#[derive(Clone, Debug)]
pub struct Event {
    id: String,
    trigger: Trigger,
    inbox: Inbox,
}

impl Event {
    pub(super) fn new(pending: Pending, inbox: &Inbox) -> Result<Self, WatchError> {
        let Pending { id, event, payload } = pending;
        match Trigger::from_event(event, payload) {
            Ok(trigger) => Ok(Self {
                id,
                trigger,
                inbox: inbox.clone(),
            }),
            Err(source) => Err(WatchError::Payload { id, source }),
        }
    }

    /// What happened to what, such as `files.created:file_1`. An event that is delivered again has
    /// the same id, in whatever process, and no other event has it: repeats can be dropped by it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The event: what a webhook of the connector would have brought.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// The event alone.
    pub fn into_trigger(self) -> Trigger {
        self.trigger
    }

    /// Acknowledges the event: it is done with, and never delivered again. To be called when all
    /// that it is to start is safe.
    ///
    /// # Errors
    /// The store cannot save it: the event may come again after a restart.
    pub async fn ack(&self) -> Result<(), StoreError> {
        self.inbox.acknowledge(&self.id).await
    }
}

/// What went wrong while a watcher looked for events. It goes on with the other lists, and tries
/// this one again after a longer wait.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchError {
    /// A list could not be walked to its end, or an item that is missing in it could not be looked
    /// up. Nothing is concluded from what was seen of it.
    Poll {
        /// The list.
        resource: Resource,
        /// Why.
        source: Error,
    },
    /// The payload of an event is not what the connector's document says. The event waits, to be
    /// delivered again after a restart, or [acknowledged](Inbox::acknowledge) by its id.
    Payload {
        /// The id of the event.
        id: String,
        /// What is wrong, and where.
        source: WebhookError,
    },
    /// The store cannot save. No event is delivered until it can.
    Store(StoreError),
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Poll { resource, source } => write!(f, "cannot look for {resource}: {source}"),
            Self::Payload { id, source } => write!(f, "event `{id}`: {source}"),
            Self::Store(source) => source.fmt(f),
        }
    }
}

impl StdError for WatchError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Poll { source, .. } => Some(source),
            Self::Payload { source, .. } => Some(source),
            Self::Store(source) => source.source(),
        }
    }
}

impl From<StoreError> for WatchError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

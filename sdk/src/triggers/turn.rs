//! One look at a list: what is new compared with what has been noticed before.

use std::collections::BTreeSet;

use specwright_runtime::Error;

use super::resource::{Item, Resource, WhenMissing, deleted_payload};
use super::schedule::Pace;
use super::service::Service;
use super::state::{Change, Cursor, Pending};

/// How often a list of several pages is walked to make out what is there at first.
const BASELINE_WALKS: usize = 5;

/// What one look at a list has brought.
#[derive(Debug)]
pub(super) struct Turn {
    resource: Resource,
    pub(super) cursor: Cursor,
    /// The events, oldest first.
    pub(super) events: Vec<Pending>,
    /// Why not all of it could be made out. What was, holds.
    pub(super) error: Option<Error>,
}

impl Turn {
    fn new(resource: Resource, cursor: Cursor) -> Self {
        Self {
            resource,
            cursor,
            events: Vec::new(),
            error: None,
        }
    }

    /// Looks at a list that has been watched up to `cursor`.
    ///
    /// # Errors
    /// The list could not be walked to its end.
    pub(super) async fn take(
        service: &dyn Service,
        resource: Resource,
        cursor: Cursor,
        pace: &mut Pace,
    ) -> Result<Self, Error> {
        let walk = service.walk(resource, pace).await?;
        let listed: BTreeSet<String> = walk.items.iter().map(|item| item.id.clone()).collect();
        let mut turn = Self::new(resource, cursor);
        // Lists begin with the newest.
        for item in walk.items.into_iter().rev() {
            turn.see(item);
        }
        if resource.when_missing() != WhenMissing::Keep {
            turn.look_for_missing(service, &listed, pace).await;
        }
        Ok(turn)
    }

    /// Takes what is there as known, without events.
    ///
    /// # Errors
    /// The list could not be walked to its end.
    pub(super) async fn baseline(
        service: &dyn Service,
        resource: Resource,
        pace: &mut Pace,
    ) -> Result<Self, Error> {
        let mut turn = Self::new(resource, Cursor::new());
        // An item that moved from page to page during a walk may have been missed by it, and would
        // seem new later on.
        for _ in 0..BASELINE_WALKS {
            let walk = service.walk(resource, pace).await?;
            let known = turn.cursor.len();
            for item in walk.items {
                turn.see(item);
            }
            if walk.pages < 2 || turn.cursor.len() == known {
                break;
            }
        }
        turn.events.clear();
        Ok(turn)
    }

    /// An item may be missing in a list because it moved from page to page during the walk; only
    /// the service itself can tell that it is gone.
    async fn look_for_missing(
        &mut self,
        service: &dyn Service,
        listed: &BTreeSet<String>,
        pace: &mut Pace,
    ) {
        let known = self.cursor.keys();
        let missing: Vec<String> = known.filter(|id| !listed.contains(*id)).cloned().collect();
        for id in missing {
            if pace.hold.is_some() {
                return;
            }
            match service.look_up(self.resource, &id, pace).await {
                Ok(Some(item)) => self.see(item),
                Ok(None) => self.lose(&id),
                Err(error) => {
                    let pointless = error.is_retryable();
                    self.error.get_or_insert(error);
                    if pointless {
                        return;
                    }
                }
            }
        }
    }

    fn see(&mut self, item: Item) {
        let noticed = self.cursor.entry(item.id.clone()).or_default();
        let changes = item.changes.into_iter();
        let new: Vec<Change> = changes.filter(|change| noticed.insert(*change)).collect();
        for change in new {
            self.tell(change, &item.id, item.payload.clone());
        }
    }

    fn lose(&mut self, id: &str) {
        self.cursor.remove(id);
        if self.resource.when_missing() == WhenMissing::Announce {
            self.tell(Change::Deleted, id, deleted_payload(id));
        }
    }

    fn tell(&mut self, change: Change, id: &str, payload: serde_json::Value) {
        let event = Pending::new(self.resource.name(), change, id, payload);
        self.events.push(event);
    }
}

//! The lists that are watched, and what an event says of an item of each.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specwright_runtime::record::Record;

use super::state::Change;
use crate::connector::{File, MessageBatch, Model, Skill};

/// A list that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resource {
    /// The models: `models.created`.
    Models,
    /// The files: `files.created`, `files.deleted`.
    Files,
    /// The skills: `skills.created`, `skills.deleted`.
    Skills,
    /// The batches: `message_batches.ended`, `message_batches.expired`.
    MessageBatches,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Models,
        Self::Files,
        Self::Skills,
        Self::MessageBatches,
    ];

    /// The name that the events begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Files => "files",
            Self::Skills => "skills",
            Self::MessageBatches => "message_batches",
        }
    }

    /// What becomes of an item that is not listed any more.
    pub(super) fn when_missing(self) -> WhenMissing {
        match self {
            // There is no event for it, and one that comes back is not new.
            Self::Models => WhenMissing::Keep,
            Self::Files | Self::Skills => WhenMissing::Announce,
            Self::MessageBatches => WhenMissing::Forget,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What becomes of an item that is not listed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenMissing {
    /// It stays known.
    Keep,
    /// Once its deletion is confirmed it is forgotten.
    Forget,
    /// Once its deletion is confirmed it is forgotten, and there is an event.
    Announce,
}

/// An item as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) id: String,
    /// All that has happened to it.
    pub(super) changes: BTreeSet<Change>,
    /// What an event says of it.
    pub(super) payload: Value,
}

impl Item {
    /// What was seen at `now`; `None` when it has no id.
    pub(super) fn new<T: Watched>(record: &T, now: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            id: record.id().filter(|id| !id.is_empty())?.to_owned(),
            changes: record.changes(now),
            payload: record.payload(),
        })
    }
}

/// A record of a list that is watched.
pub(super) trait Watched: Record + Send + 'static {
    fn id(&self) -> Option<&str>;

    fn changes(&self, _now: DateTime<Utc>) -> BTreeSet<Change> {
        BTreeSet::from([Change::Created])
    }

    /// The record as the payload of a webhook has it.
    fn payload(&self) -> Value {
        self.raw().clone()
    }
}

impl Watched for Model {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Watched for File {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn payload(&self) -> Value {
        with_alias(self.raw(), "file_name", "filename")
    }
}

impl Watched for Skill {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn payload(&self) -> Value {
        with_alias(self.raw(), "name", "display_name")
    }
}

impl Watched for MessageBatch {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The platform has no status `expired`. A batch is expired when it is not ended at
    /// `expires_at`, or has ended with requests that expired; where an older server does not count
    /// them, when it ended no earlier than `expires_at`.
    fn changes(&self, now: DateTime<Utc>) -> BTreeSet<Change> {
        let ended = self.processing_status.as_deref() == Some("ended");
        let count = self.raw().pointer("/request_counts/expired");
        let expired = match (ended, count.and_then(Value::as_u64)) {
            (true, Some(count)) => count > 0,
            (true, None) => self
                .ended_at
                .zip(self.expires_at)
                .is_some_and(|(at, end)| at >= end),
            (false, _) => self.expires_at.is_some_and(|end| now >= end),
        };
        let ended = ended.then_some(Change::Ended);
        let expired = expired.then_some(Change::Expired);
        ended.into_iter().chain(expired).collect()
    }
}

/// The payloads of the events have names that the platform does not use.
fn with_alias(raw: &Value, name: &str, real: &str) -> Value {
    let mut payload = raw.clone();
    if let (None, Some(value)) = (raw.get(name), raw.get(real))
        && let Some(payload) = payload.as_object_mut()
    {
        payload.insert(name.to_owned(), value.clone());
    }
    payload
}

/// What is left to say of an item that was deleted.
pub(super) fn deleted_payload(id: &str) -> Value {
    json!({ "id": id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(batch: Value, now: &str) -> Vec<Change> {
        let batch = MessageBatch::from_reply(batch).unwrap();
        batch.changes(now.parse().unwrap()).into_iter().collect()
    }

    #[test]
    fn a_batch_ends_expires_or_both() {
        use Change::{Ended, Expired};
        let batch = |status: &str, counts: Value, ended_at: &str| {
            json!({
                "id": "msgbatch_1", "processing_status": status, "request_counts": counts,
                "expires_at": "2026-09-04T05:00:00Z", "ended_at": ended_at,
            })
        };
        let (early, late) = ("2026-09-04T04:59:59Z", "2026-09-04T05:00:00Z");
        for (status, counts, ended_at, now, expected) in [
            ("in_progress", json!({"processing": 1}), "", early, vec![]),
            (
                "in_progress",
                json!({"processing": 1}),
                "",
                late,
                vec![Expired],
            ),
            ("canceling", json!({"expired": 0}), "", late, vec![Expired]),
            ("ended", json!({"expired": 0}), early, late, vec![Ended]),
            (
                "ended",
                json!({"expired": 2}),
                early,
                early,
                vec![Ended, Expired],
            ),
            ("ended", Value::Null, early, late, vec![Ended]),
            ("ended", Value::Null, late, late, vec![Ended, Expired]),
            ("paused", Value::Null, "", early, vec![]),
        ] {
            let mut batch = batch(status, counts, ended_at);
            if ended_at.is_empty() {
                batch["ended_at"] = Value::Null;
            }
            assert_eq!(changes(batch.clone(), now), expected, "{batch} at {now}");
        }
        assert_eq!(changes(json!({"id": "b"}), late), []);
    }

    #[test]
    fn payloads_have_the_names_of_the_events() {
        let now = Utc::now();
        let file = File::from_reply(json!({"id": "file_1", "filename": "a.csv"})).unwrap();
        let item = Item::new(&file, now).unwrap();
        assert_eq!(item.payload["file_name"], "a.csv");
        assert_eq!(item.payload["filename"], "a.csv");
        let skill = json!({"id": "skill_1", "display_name": "Prune", "name": "prune"});
        let skill = Skill::from_reply(skill).unwrap();
        assert_eq!(Item::new(&skill, now).unwrap().payload["name"], "prune");
        let nameless = Model::from_reply(json!({"id": ""})).unwrap();
        assert_eq!(Item::new(&nameless, now), None);
    }
}

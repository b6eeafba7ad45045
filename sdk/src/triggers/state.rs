//! What has to outlive the process: cursors, and the events nobody has acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resource::Resource;

/// What an [`Inbox`](super::Inbox) keeps in its [`Store`](super::Store): how far each list has been
/// watched, and the events that are not acknowledged yet. A store writes it with serde and need not
/// look into it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    version: Version,
    pub(super) cursors: BTreeMap<Resource, Cursor>,
    pub(super) pending: Vec<Pending>,
}

/// The items of a list with what has been noticed of each.
pub(super) type Cursor = BTreeMap<String, BTreeSet<Change>>;

/// What can happen to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Created,
    Deleted,
    Ended,
    Expired,
}

impl Change {
    /// As it stands in the name of an event.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::Ended => "ended",
            Self::Expired => "expired",
        }
    }
}

/// An event that waits to be acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) payload: Value,
}

impl Pending {
    /// The id is made of what happened to what, so that it is the same whenever and by whomever it
    /// is noticed.
    pub(super) fn new(list: &str, change: Change, item: &str, payload: Value) -> Self {
        let event = format!("{list}.{}", change.name());
        Self {
            id: format!("{event}:{item}"),
            event,
            payload,
        }
    }
}

/// The form of the state. A state of another form is refused, not misread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl Version {
    const NUMBER: u32 = 1;
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        Version::NUMBER
    }
}

impl TryFrom<u32> for Version {
    type Error = OtherVersion;

    fn try_from(number: u32) -> Result<Self, OtherVersion> {
        match number {
            Self::NUMBER => Ok(Self),
            other => Err(OtherVersion(other)),
        }
    }
}

#[derive(Debug)]
struct OtherVersion(u32);

impl fmt::Display for OtherVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, known) = (self.0, Version::NUMBER);
        write!(f, "the state has version {found}, not {known}")
    }
}

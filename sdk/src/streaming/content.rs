//! What both APIs' streams have in common: blocks by index, and tool inputs being written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use specwright_runtime::Error;
use specwright_runtime::{StreamCause, StreamError};

/// Where the block of each index stands, and the tool inputs that are not complete.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// Index of the block at each position of the content; blocks mostly come in order.
    indexes: Vec<u64>,
    inputs: BTreeMap<u64, String>,
}

impl Blocks {
    /// The position at which a block of this index is to be inserted.
    pub(super) fn insert(&mut self, index: u64) -> Result<usize, Error> {
        match self.indexes.binary_search(&index) {
            Ok(_) => Err(out_of_order(format!("block {index} began twice"))),
            Err(position) => {
                self.indexes.insert(position, index);
                Ok(position)
            }
        }
    }

    /// The position of the block of this index.
    pub(super) fn position(&self, index: u64) -> Result<usize, Error> {
        let found = self.indexes.binary_search(&index);
        found.map_err(|_| out_of_order(format!("block {index} goes on but never began")))
    }

    /// Adds a fragment of a tool's input.
    pub(super) fn push_input(&mut self, index: u64, fragment: &str) {
        self.inputs.entry(index).or_default().push_str(fragment);
    }

    /// The text of a tool's input so far.
    pub(super) fn input(&self, index: u64) -> Option<&str> {
        self.inputs.get(&index).map(String::as_str)
    }

    /// Indexes of the blocks whose input is not complete.
    pub(super) fn unfinished(&self) -> Vec<u64> {
        self.inputs.keys().copied().collect()
    }

    /// The complete input of a tool: what its fragments are together; an empty text is an empty
    /// object. Text that is no JSON (a model that was cut off) is kept as text. `None` when there
    /// were no fragments.
    pub(super) fn finish_input(&mut self, index: u64) -> Option<Value> {
        let text = self.inputs.remove(&index)?;
        if text.trim().is_empty() {
            return Some(Value::Object(Map::new()));
        }
        Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// Events in an order that makes no sense.
pub(super) fn out_of_order(message: String) -> Error {
    StreamError::new(StreamCause::Protocol, message)
        .with_delivered(true)
        .into()
}

/// The stream ended before its last event.
pub(super) fn truncated(delivered: bool) -> Error {
    let message = "the stream ended before the message was complete";
    StreamError::new(StreamCause::Truncated, message)
        .with_delivered(delivered)
        .into()
}

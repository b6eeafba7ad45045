//! What both APIs' streams have in common: blocks by index, and tool inputs being written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use specwright_runtime::{Error, StreamCause, StreamError};

use super::partial_json;

/// Where the block of each index stands, and the tool inputs that are not complete.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// Index of the block at each position of the content; blocks mostly come in order.
    indexes: Vec<u64>,
    inputs: BTreeMap<u64, String>,
}

impl Blocks {
    /// The position at which a block of this index is to be inserted.
    #[inline]
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
    #[inline]
    pub(super) fn position(&self, index: u64) -> Result<usize, Error> {
        let found = self.indexes.binary_search(&index);
        found.map_err(|_| out_of_order(format!("block {index} goes on but never began")))
    }

    /// Adds a fragment of a tool's input.
    #[inline]
    pub(super) fn push_input(&mut self, index: u64, fragment: &str) {
        self.inputs.entry(index).or_default().push_str(fragment);
    }

    /// The text of a tool's input so far.
    #[inline]
    pub(super) fn input(&self, index: u64) -> Option<&str> {
        self.inputs.get(&index).map(String::as_str)
    }

    /// Indexes of the blocks whose input is not complete.
    #[inline]
    pub(super) fn unfinished(&self) -> Vec<u64> {
        self.inputs.keys().copied().collect()
    }

    /// The complete input of a tool: what its fragments are together; an empty text is an empty
    /// object. `None` when there were no fragments.
    #[inline]
    pub(super) fn finish_input(&mut self, index: u64) -> Option<Input> {
        let text = self.inputs.remove(&index)?;
        if text.trim().is_empty() {
            return Some(Input::valid(Value::Object(Map::new())));
        }
        Some(match serde_json::from_str(&text) {
            Ok(value) => Input::valid(value),
            Err(error) => Input {
                value: Value::String(text.clone()),
                invalid: Some(InvalidInput {
                    text,
                    message: error.to_string(),
                }),
            },
        })
    }

    /// What the input of a tool that is not complete says so far; its text where that is no JSON.
    #[inline]
    pub(super) fn input_so_far(&self, index: u64) -> Option<Value> {
        let text = self.input(index).filter(|text| !text.trim().is_empty())?;
        Some(partial_json::parse(text).unwrap_or_else(|| Value::String(text.to_owned())))
    }
}

/// The input of a tool.
pub(super) struct Input {
    /// As it stands in the block: JSON, or the text that is none.
    pub(super) value: Value,
    /// Why it is no JSON.
    #[cfg_attr(
        not(feature = "platform-messages"),
        expect(dead_code, reason = "claude.ai's blocks have only the value")
    )]
    pub(super) invalid: Option<InvalidInput>,
}

impl Input {
    #[inline]
    fn valid(value: Value) -> Self {
        Self {
            value,
            invalid: None,
        }
    }
}

/// The input of a tool that is no JSON: the model was cut off by `max_tokens`, or wrote fragments
/// as they came (`eager_input_streaming`) that do not make JSON. The rest of the message is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidInput {
    /// All that came. The block has it as its input, too, as a text.
    pub text: String,
    /// What is wrong with it, and where.
    pub message: String,
}

/// Events in an order that makes no sense.
#[inline]
pub(super) fn out_of_order(message: String) -> Error {
    StreamError::new(StreamCause::Protocol, message)
        .with_delivered(true)
        .into()
}

/// The stream ended before its last event.
#[inline]
pub(super) fn truncated(delivered: bool) -> Error {
    let message = "the stream ended before the message was complete";
    StreamError::new(StreamCause::Truncated, message)
        .with_delivered(delivered)
        .into()
}

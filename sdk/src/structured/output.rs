//! The answer in a message.

use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use specwright_runtime::json::from_value;

use super::SchemaError;
use super::schema::{Schema, Violations};
use crate::platform::{
    ContentBlock, CreateMessageRequest, Message, RefusalStopDetails, StopDetails, StopReason,
};

impl CreateMessageRequest {
    /// Asks for an answer of this type, in `output_config.format`; the rest of `output_config`
    /// stays as it is. Read the answer with [`Message::parse_output`].
    ///
    /// With the feature `structured`.
    ///
    /// # Errors
    /// The API takes no schema that says what the type's says.
    pub fn output_type<T: JsonSchema>(self) -> Result<Self, SchemaError> {
        Ok(self.output_schema(&Schema::of::<T>()?))
    }

    /// Asks for an answer of this schema, in `output_config.format`; the rest of `output_config`
    /// stays as it is. Read the answer with [`Schema::parse`].
    ///
    /// With the feature `structured`.
    #[must_use]
    pub fn output_schema(mut self, schema: &Schema) -> Self {
        let config = self.output_config.take().unwrap_or_default();
        self.output_config(config.format(schema.output_format()))
    }
}

impl Message {
    /// Reads the answer to a request for this type: the first text, which has to be JSON of its
    /// schema. For many messages, make a [`Schema`] once and use its [`parse`](Schema::parse).
    ///
    /// With the feature `structured`.
    ///
    /// # Errors
    /// The model refused, was cut off or is not done, or its answer is not what the type says. The
    /// error has the message.
    pub fn parse_output<T>(self) -> Result<Parsed<T>, OutputError>
    where
        T: JsonSchema + DeserializeOwned,
    {
        match Schema::of::<T>() {
            Ok(schema) => schema.parse(self),
            Err(error) => Err(OutputError::new(OutputFault::Schema(error), self)),
        }
    }
}

/// An answer, and the message it came in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The answer.
    pub output: T,
    /// The message.
    pub message: Message,
}

/// A message without an answer of the type that was asked for.
#[derive(Debug)]
pub struct OutputError {
    fault: OutputFault,
    message: Box<Message>,
}

impl OutputError {
    fn new(fault: OutputFault, message: Message) -> Self {
        Self {
            fault,
            message: Box::new(message),
        }
    }

    /// What is wrong.
    pub fn fault(&self) -> &OutputFault {
        &self.fault
    }

    /// The message, whole.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The message, whole, taken out.
    pub fn into_message(self) -> Message {
        *self.message
    }

    /// More about a refusal, if this is one and the API says more.
    pub fn refusal(&self) -> Option<&RefusalStopDetails> {
        let details = self.message.stop_details.as_ref();
        details.and_then(StopDetails::as_refusal)
    }
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum OutputFault {
    /// The model declined (`refusal`). What it said is no answer and was not read.
    Refusal,
    /// The answer was cut off (`max_tokens`, `model_context_window_exceeded`) and was not read.
    Truncated,
    /// The model is not done: it calls tools (`tool_use`) or paused (`pause_turn`, `compaction`).
    Unfinished,
    /// There is no text in the message.
    NoText,
    /// The text is no JSON.
    NotJson(serde_json::Error),
    /// The JSON is not what the schema says.
    Violations(Violations),
    /// The JSON is what the schema says, but not what the type reads.
    Undecodable(serde_json::Error),
    /// The API takes no schema of the type, so that nobody can have asked for it.
    Schema(SchemaError),
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.message.stop_reason.as_ref();
        let reason = reason.map_or("nothing", StopReason::as_str);
        match &self.fault {
            OutputFault::Refusal => {
                f.write_str("the model refused to answer")?;
                let explanation = self.refusal().and_then(|more| more.explanation.as_deref());
                explanation.map_or(Ok(()), |explanation| write!(f, ": {explanation}"))
            }
            OutputFault::Truncated => write!(f, "the answer was cut off by `{reason}`"),
            OutputFault::Unfinished => write!(
                f,
                "there is no answer yet: the model stopped with `{reason}`"
            ),
            OutputFault::NoText => f.write_str("the message has no text, so no answer"),
            OutputFault::NotJson(error) => write!(f, "the answer is no JSON: {error}"),
            OutputFault::Violations(violations) => {
                write!(f, "the answer is not what its schema says: {violations}")
            }
            OutputFault::Undecodable(error) => {
                write!(f, "the answer is not what its type reads: {error}")
            }
            OutputFault::Schema(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            OutputFault::NotJson(error) | OutputFault::Undecodable(error) => Some(error),
            OutputFault::Violations(violations) => Some(violations),
            OutputFault::Schema(error) => Some(error),
            _ => None,
        }
    }
}

/// Reads the answer in a message.
pub(super) fn parse<T: DeserializeOwned>(
    schema: &Schema,
    message: Message,
) -> Result<Parsed<T>, OutputError> {
    match output(schema, &message) {
        Ok(output) => Ok(Parsed { output, message }),
        Err(fault) => Err(OutputError::new(fault, message)),
    }
}

fn output<T: DeserializeOwned>(schema: &Schema, message: &Message) -> Result<T, OutputFault> {
    match message.stop_reason {
        Some(StopReason::Refusal) => return Err(OutputFault::Refusal),
        Some(StopReason::MaxTokens | StopReason::ModelContextWindowExceeded) => {
            return Err(OutputFault::Truncated);
        }
        Some(StopReason::ToolUse | StopReason::PauseTurn | StopReason::Compaction) => {
            return Err(OutputFault::Unfinished);
        }
        _ => {}
    }
    let text = answer_text(message).ok_or(OutputFault::NoText)?;
    let value: Value = serde_json::from_str(text).map_err(OutputFault::NotJson)?;
    schema.check(&value).map_err(OutputFault::Violations)?;
    from_value(value).map_err(OutputFault::Undecodable)
}

/// The text that is the answer, the first of the message.
pub(super) fn answer_text(message: &Message) -> Option<&str> {
    let text = message.content.iter().find_map(ContentBlock::as_text);
    text.map(|block| block.text.as_str())
}

//! What happens in a run.

use std::sync::Arc;

use specwright_runtime::Response;

use crate::platform::{Message, ToolResultBlock, ToolUseBlock};
use crate::streaming::message::MessageEvent;

/// Something that happened in a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunEvent {
    /// The request of the turn of this number, from 1, is about to be sent.
    Turn(u32),
    /// What an event of the stream added to the message, when the runner is streaming.
    Stream(MessageEvent),
    /// A message is complete, and in the conversation.
    Message(Arc<Response<Message>>),
    /// A call is about to run.
    Call(Box<ToolUseBlock>),
    /// A call was run, or could not be.
    Result {
        /// The call.
        call: Box<ToolUseBlock>,
        /// What is told to the model.
        result: Box<ToolResultBlock>,
    },
    /// The run has ended; nothing follows.
    End(RunEnd),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunEnd {
    /// The model stopped; the `stop_reason` of the last message says why.
    Stopped,
    /// The turns are used up. The model wanted to go on.
    TurnLimit,
}

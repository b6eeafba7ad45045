//! What our client makes of a recorded stream.

use std::time::Duration;

use claude_typed::platform::{
    Client, ContentBlock, CreateMessageRequest, Message, MessageParam, MessageRole,
    MessageStreamEvent,
};
use claude_typed::streaming::message::MessageEvent;
use claude_typed::streaming::{MessageStream, StreamingError};
use claude_typed::{Error, claude_ai};
use futures::StreamExt;
use serde_json::{Value, json};
use specwright_runtime::StreamCause;
use specwright_tests::recorded::same;
use specwright_tests::socket::{End, Server};

use crate::record::{REQUEST_ID, Record};

/// A stream read to its end.
pub(crate) struct Accumulated {
    /// What was added, written as the official helper writes it.
    pub(crate) events: Vec<Value>,
    pub(crate) result: Result<Message, StreamingError<Message>>,
}

pub(crate) async fn accumulated(record: &Record) -> Result<Accumulated, String> {
    let server = Server::start([record.answer()]).await;
    let stream = client(&server, record)?
        .messages()
        .stream_message(request())
        .await;
    let mut stream = stream.map_err(|error| format!("no stream: {error}"))?;
    if stream.response().request_id() != Some(REQUEST_ID) {
        return Err("the reply has no request id".to_owned());
    }
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.extend(written(&stream, event)),
            Err(failure) => {
                let result = Err(failure);
                return Ok(Accumulated { events, result });
            }
        }
    }
    let result = stream.final_message().await;
    Ok(Accumulated { events, result })
}

/// The typed events before the end or the first error, written out again. Those that the official
/// iterator passes over are left out.
pub(crate) async fn typed(record: &Record) -> Result<Vec<Value>, String> {
    let server = Server::start([record.answer()]).await;
    let stream = client(&server, record)?.messages().stream(request()).await;
    let mut stream = stream.map_err(|error| format!("no stream: {error}"))?;
    let mut events = Vec::new();
    while let Some(Ok(event)) = stream.next().await {
        events.extend(match event {
            MessageStreamEvent::MessageStart(event) => Some(json!(event)),
            MessageStreamEvent::ContentBlockStart(event) => Some(json!(event)),
            MessageStreamEvent::ContentBlockDelta(event) => Some(json!(event)),
            MessageStreamEvent::ContentBlockStop(event) => Some(json!(event)),
            MessageStreamEvent::MessageDelta(event) => Some(json!(event)),
            MessageStreamEvent::MessageStop => Some(json!({ "type": "message_stop" })),
            _ => None,
        });
    }
    Ok(events)
}

/// The events of claude.ai's seed are an excerpt: the block of the delta never begins.
pub(crate) async fn check_claude_ai(record: &Record) -> Result<(), String> {
    let server = Server::start([record.answer()]).await;
    let client = claude_ai::Client::builder()
        .session_key("sk-ant-sid01-golden")
        .organization(uuid::Uuid::from_u128(1).into())
        .base_url(server.url())
        .build();
    let client = client.map_err(|error| error.to_string())?;
    let request = claude_ai::CompletionRequest::new("Hello");
    let conversations = client.conversations();
    let stream = conversations.stream_completion(uuid::Uuid::from_u128(2).into(), &request);
    let stream = stream
        .await
        .map_err(|error| format!("no stream: {error}"))?;
    let failure = match stream.final_completion().await {
        Ok(completion) => return Err(format!("succeeded: {completion:?}")),
        Err(failure) => failure,
    };
    match failure.error() {
        Error::Stream(error) if error.cause() == StreamCause::Protocol => {}
        error => return Err(format!("expected a protocol error, found {error:?}")),
    }
    let message = failure.partial().map(|partial| &partial.message);
    let recorded = &record.helper.snapshot_at_error;
    same("message at the error", recorded, &json!(message))
}

fn client(server: &Server, record: &Record) -> Result<Client, String> {
    let patience = match record.end() {
        End::Silence => Duration::from_millis(300),
        _ => Duration::from_secs(60),
    };
    let client = Client::builder()
        .api_key("sk-ant-golden")
        .base_url(server.url())
        .idle_timeout(patience)
        .build();
    client.map_err(|error| error.to_string())
}

fn request() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Hello");
    CreateMessageRequest::new("claude-sonnet-4-5", 1024_u64, [question])
}

fn written(stream: &MessageStream, event: MessageEvent) -> Option<Value> {
    let block = |index: u64| stream.block(index);
    Some(match event {
        MessageEvent::Text { index, text } => {
            let snapshot = block(index).and_then(ContentBlock::as_text);
            let snapshot = snapshot.map(|block| &block.text);
            json!({ "type": "text", "text": text, "snapshot": snapshot })
        }
        MessageEvent::Thinking { index, thinking } => {
            let snapshot = block(index).and_then(ContentBlock::as_thinking);
            let snapshot = snapshot.map(|block| &block.thinking);
            json!({ "type": "thinking", "thinking": thinking, "snapshot": snapshot })
        }
        MessageEvent::Signature { signature, .. } => {
            json!({ "type": "signature", "signature": signature })
        }
        MessageEvent::Citation { index, citation } => {
            let snapshot = block(index).and_then(ContentBlock::as_text);
            let snapshot = snapshot.map(|block| json!(block)["citations"].clone());
            json!({ "type": "citation", "citation": citation, "snapshot": snapshot })
        }
        MessageEvent::InputJson {
            index,
            partial_json,
        } => {
            let snapshot = stream.partial_input(index).unwrap_or_else(|| json!({}));
            json!({ "type": "input_json", "partial_json": partial_json, "snapshot": snapshot })
        }
        MessageEvent::BlockStop { index, block, .. } => {
            json!({ "type": "content_block_stop", "index": index, "content_block": block })
        }
        _ => return None,
    })
}

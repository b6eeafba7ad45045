//! Clients of a server, and the events that it sends.

use claude_typed::claude_ai::{self, CompletionRequest, ConversationUuid};
use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole};
use claude_typed::streaming::{CompletionStream, MessageStream};
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};
use uuid::{Uuid, uuid};

pub(crate) const REQUEST_ID: &str = "req_011CStreams";
pub(crate) const CONVERSATION: ConversationUuid =
    ConversationUuid::new(uuid!("b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10"));

/// A client that never asks twice.
pub(crate) fn client(server: &Server) -> Client {
    let builder = Client::builder().api_key("sk-ant-streams");
    let builder = builder.base_url(server.url()).max_retries(0);
    builder.build().unwrap()
}

pub(crate) fn claude_ai(server: &Server) -> claude_ai::Client {
    let builder = claude_ai::Client::builder().session_key("sk-ant-sid01-streams");
    let builder = builder.organization(Uuid::from_u128(1).into());
    let builder = builder.base_url(server.url()).max_retries(0);
    builder.build().unwrap()
}

pub(crate) fn question() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Which lighthouse is oldest?");
    CreateMessageRequest::new("claude-sonnet-5-5", 1024_u64, [question])
}

/// A reply of these events.
pub(crate) fn reply(events: impl IntoIterator<Item = Value>) -> Answer {
    Answer::events(events.into_iter().map(sent)).header("request-id", REQUEST_ID)
}

/// An event as it is sent.
pub(crate) fn sent(event: Value) -> String {
    let name = event["type"].as_str().unwrap();
    format!("event: {name}\ndata: {event}\n\n")
}

/// The stream of a message, and the server, which must be kept.
pub(crate) async fn message_stream(
    events: impl IntoIterator<Item = Value>,
) -> (Server, MessageStream) {
    let server = Server::start([reply(events)]).await;
    let stream = client(&server).messages().stream_message(question()).await;
    (server, stream.unwrap())
}

/// The stream of a completion, and the server, which must be kept.
pub(crate) async fn completion_stream(
    events: impl IntoIterator<Item = Value>,
) -> (Server, CompletionStream) {
    let server = Server::start([reply(events)]).await;
    let conversations = claude_ai(&server).conversations();
    let request = CompletionRequest::new("Which lighthouse is oldest?");
    let stream = conversations
        .stream_completion(CONVERSATION, &request)
        .await;
    (server, stream.unwrap())
}

pub(crate) fn message_start() -> Value {
    json!({"type": "message_start", "message": {
        "id": "msg_01Streams",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {"input_tokens": 25, "output_tokens": 1, "cache_read_input_tokens": 4},
    }})
}

pub(crate) fn block_start(index: u64, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

pub(crate) fn text_start(index: u64) -> Value {
    block_start(index, json!({"type": "text", "text": ""}))
}

pub(crate) fn tool_start(index: u64, id: &str, name: &str) -> Value {
    block_start(
        index,
        json!({"type": "tool_use", "id": id, "name": name, "input": {}}),
    )
}

pub(crate) fn delta(index: u64, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

pub(crate) fn text(index: u64, text: &str) -> Value {
    delta(index, json!({"type": "text_delta", "text": text}))
}

pub(crate) fn input(index: u64, partial_json: &str) -> Value {
    delta(
        index,
        json!({"type": "input_json_delta", "partial_json": partial_json}),
    )
}

pub(crate) fn block_stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

pub(crate) fn message_delta(stop_reason: &str) -> Value {
    json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason, "stop_sequence": null},
        "usage": {"output_tokens": 15},
    })
}

pub(crate) fn message_stop() -> Value {
    json!({"type": "message_stop"})
}

/// A message of one text block in three pieces.
pub(crate) fn lighthouse() -> Vec<Value> {
    vec![
        message_start(),
        text_start(0),
        json!({"type": "ping"}),
        text(0, "The Tower "),
        text(0, "of "),
        text(0, "Hercules 🗼"),
        block_stop(0),
        message_delta("end_turn"),
        message_stop(),
    ]
}

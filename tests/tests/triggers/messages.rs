//! Messages that a client creates.

use claude_typed::connector;
use claude_typed::platform::{self, CreateMessageRequest, MessageParam, MessageRole, Model};
use claude_typed::triggers::{Inbox, MemoryStore, State, Store, StoreError};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

use crate::support::client;

fn message(id: &str) -> Value {
    json!({
        "id": id, "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
        "content": [{"type": "text", "text": "Ripe."}], "stop_reason": "end_turn",
        "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 1},
    })
}

fn connector(server: &Server, inbox: &Inbox) -> connector::Client {
    let client = client(server.url()).middleware(inbox.messages());
    client.build().unwrap()
}

#[tokio::test]
async fn of_all_replies_the_messages_are_noticed() {
    let answers = [
        Answer::json(200, &json!({"data": [message("msg_0")], "has_more": false})),
        Answer::json(200, &json!({"id": "model_1", "type": "model"})),
        Answer::json(200, &message("msg_1")),
        Answer::json(500, &message("msg_2")),
        Answer::json(200, &message("")),
        Answer::json(200, &message("msg_3")),
    ];
    let server = Server::start(answers).await;
    let store = MemoryStore::new();
    let inbox = Inbox::open(store.clone()).await.unwrap();
    let client = connector(&server, &inbox);
    client.models().list().await.unwrap();
    client.models().read("model_1").await.unwrap();
    for _ in 0..4 {
        let _ = client
            .messages()
            .create("claude-haiku-4-5", 8, "Ripe?")
            .await;
    }
    let expected = ["messages.created:msg_1", "messages.created:msg_3"];
    assert_eq!(inbox.pending(), expected);
    // They were saved before the caller had them.
    assert_eq!(Inbox::open(store).await.unwrap().pending(), expected);
}

#[tokio::test]
async fn those_of_the_platform_client_too_and_of_its_streams_when_they_are_added() {
    let server = Server::start([Answer::json(200, &message("msg_1"))]).await;
    let inbox = Inbox::open(MemoryStore::new()).await.unwrap();
    let client = platform::Client::builder()
        .base_url(server.url())
        .api_key("key")
        .middleware(inbox.messages())
        .build()
        .unwrap();
    let question = MessageParam::new(MessageRole::User, "Ripe?");
    let request = CreateMessageRequest::new(Model::ClaudeHaiku45, 8_u64, [question]);
    let mut last = client
        .messages()
        .create(&request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(inbox.pending(), ["messages.created:msg_1"]);
    inbox.add_message(&last).await.unwrap();
    last.id = "msg_2".into();
    inbox.add_message(&last).await.unwrap();
    let expected = ["messages.created:msg_1", "messages.created:msg_2"];
    assert_eq!(inbox.pending(), expected);

    for wrong in [
        json!({"type": "message"}),
        json!({"id": ""}),
        json!("msg_3"),
    ] {
        let error = inbox.add_message(wrong).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the message cannot be added: it has no `id`"
        );
    }
}

/// A store that cannot save.
struct Full;

impl Store for Full {
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn save<'a>(&'a self, _: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        let error = StoreError::Other("no space left".into());
        Box::pin(std::future::ready(Err(error)))
    }
}

#[tokio::test]
async fn the_caller_has_its_message_even_if_it_cannot_be_saved() {
    let server = Server::start([Answer::json(200, &message("msg_1"))]).await;
    let inbox = Inbox::open(Full).await.unwrap();
    let client = connector(&server, &inbox);
    let reply = client
        .messages()
        .create("claude-haiku-4-5", 8, "Ripe?")
        .await;
    assert_eq!(reply.unwrap().id.as_deref(), Some("msg_1"));
    assert_eq!(inbox.pending(), ["messages.created:msg_1"]);
}

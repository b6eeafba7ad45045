//! Requests that fail before they are sent, and how to send them all the same.

use std::time::Duration;

use claude_typed::Error;
use claude_typed::checks::max_tokens_without_streaming;
use claude_typed::platform::{
    Client, ClientBuilder, CountTokensRequest, CreateMessageBatchRequest, CreateMessageRequest,
    MessageBatchRequest, MessageParam, Model,
};
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers};

fn builder(url: &str) -> ClientBuilder {
    let builder = Client::builder().api_key("sk-ant-api03-test");
    builder.base_url(url).max_retries(0)
}

fn of_size(max_tokens: u64) -> CreateMessageRequest {
    let turn = MessageParam::new("user", "Write a novel.");
    CreateMessageRequest::new(Model::ClaudeSonnet55, max_tokens, [turn])
}

fn message() -> Reply {
    Reply::json(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": [], "usage": {"input_tokens": 1, "output_tokens": 1},
    }))
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::InvalidRequest(error)) => error.message().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_reply_that_may_take_too_long_needs_streaming() {
    let exchange = answer("platform.createMessage", message()).await;
    let client = builder(exchange.url()).build().unwrap();
    let most = max_tokens_without_streaming(&Model::ClaudeSonnet55);
    assert_eq!(most, 21_333);
    let error = refusal(client.messages().create(of_size(most + 1)).await);
    for words in ["21334", "21333", "stream_message", "timeout"] {
        assert!(error.contains(words), "{words}: {error}");
    }
    // Some models write less.
    let mut opus = of_size(8_193);
    opus.model = "claude-opus-4-1-20250805".into();
    assert!(refusal(client.messages().create(&opus).await).contains("8192"));
    // Nothing of it was sent; the largest that is allowed is.
    client.messages().create(of_size(most)).await.unwrap();
    exchange.requests(1).await;
}

#[tokio::test]
async fn streams_timeouts_and_the_switch_lift_the_guard() {
    let hour = Duration::from_secs(3600);
    let exchange = answers(
        "platform.createMessage",
        [message(), message(), message(), message()],
    )
    .await;
    let (url, large) = (exchange.url(), of_size(64_000));
    let client = builder(url).build().unwrap();
    client
        .messages()
        .create(&large)
        .timeout(hour)
        .await
        .unwrap();
    client.messages().create(&large).unchecked().await.unwrap();
    let patient = builder(url).timeout(hour).build().unwrap();
    patient.messages().create(&large).await.unwrap();
    let unchecked = builder(url).checks(false).build().unwrap();
    unchecked.messages().create(&large).await.unwrap();
    exchange.requests(4).await;

    let exchange = answer("platform.createMessage", Reply::events(&[])).await;
    let client = builder(exchange.url()).build().unwrap();
    client.messages().stream(&large).await.unwrap();
    exchange.requests(1).await;
}

/// A body of each kind that the newer version no longer takes, and where it says so.
fn removed() -> Vec<(Value, &'static str)> {
    let turn = |role: &str, block: Value| json!({"messages": [{"role": role, "content": [block]}]});
    let cited = json!({"type": "text", "text": "x", "citations": [{"type": "any"}]});
    let source = json!({"type": "text", "media_type": "text/plain", "data": "x"});
    let found = json!({
        "type": "search_result", "title": "t", "source": "s", "content": [cited.clone()],
    });
    vec![
        (json!({"temperature": 1.0}), "`temperature`"),
        (json!({"top_p": 0.99}), "`top_p`"),
        (json!({"top_k": 5}), "`top_k`"),
        (
            turn("assistant", json!({"type": "document", "source": source})),
            "`messages[0].content[0]`",
        ),
        (turn("user", cited), "`messages[0].content[0].citations`"),
        (
            turn("user", found),
            "`messages[0].content[0].content[0].citations`",
        ),
    ]
}

fn body(part: &Value) -> Value {
    let mut body = json!({
        "model": "claude-sonnet-5-5", "max_tokens": 10,
        "messages": [{"role": "user", "content": "Hello"}],
    });
    for (name, value) in part.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn the_newer_version_is_kept_to_before_anything_is_sent() {
    let exchange = answer("platform.createMessage", message()).await;
    let client = builder(exchange.url())
        .api_version("2026-10-21")
        .build()
        .unwrap();
    for (part, place) in removed() {
        let request: CreateMessageRequest = serde_json::from_value(body(&part)).unwrap();
        for error in [
            refusal(client.messages().create(&request).await),
            refusal(client.messages().stream(&request).await),
        ] {
            assert!(
                error.contains(place) && error.contains("2026-10-21"),
                "{place}: {error}"
            );
        }
        let item = MessageBatchRequest::new("one", request.clone());
        let fine: CreateMessageRequest = serde_json::from_value(body(&json!({}))).unwrap();
        let batch = CreateMessageBatchRequest::new([MessageBatchRequest::new("zero", fine), item]);
        let error = refusal(client.messages().batches().create(&batch).await);
        let place = place.replacen('`', "`requests[1].params.", 1);
        assert!(error.contains(&place), "{place}: {error}");
    }
    // A count has no sampling settings, but turns.
    for (part, place) in removed().into_iter().skip(3) {
        let mut body = body(&part);
        body.as_object_mut().unwrap().remove("max_tokens");
        let count: CountTokensRequest = serde_json::from_value(body).unwrap();
        let error = refusal(client.messages().count_tokens(&count).await);
        assert!(error.contains(place), "{place}: {error}");
    }
    // The version of a single request counts, too.
    let (part, place) = removed().remove(0);
    let request: CreateMessageRequest = serde_json::from_value(body(&part)).unwrap();
    let usual = builder(exchange.url()).build().unwrap();
    let newer = usual
        .messages()
        .create(&request)
        .header("anthropic-version", "2026-10-21");
    assert!(refusal(newer.await).contains(place));
    usual.messages().create(&request).await.unwrap();
    exchange.requests(1).await;
}

/// What the newer version still takes goes out: a document inside a fetched page, a text of the
/// assistant with citations, a text without.
#[tokio::test]
async fn what_the_newer_version_takes_is_sent() {
    let exchange = answer("platform.createMessage", message()).await;
    let client = builder(exchange.url())
        .api_version("2026-10-21")
        .build()
        .unwrap();
    let document = json!({
        "type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"},
        "citations": {"enabled": true},
    });
    let request: CreateMessageRequest = serde_json::from_value(body(&json!({"messages": [
        {"role": "user", "content": [document, {"type": "text", "text": "a", "citations": []}]},
        {"role": "assistant", "content": [
            {"type": "text", "text": "b", "citations": [{"type": "any"}]},
            {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_1", "content": {
                "type": "web_fetch_result", "url": "https://example.com", "content": document,
            }},
        ]},
        {"role": "user", "content": "c"},
    ]})))
    .unwrap();
    client.messages().create(&request).await.unwrap();
    exchange.requests(1).await;
}

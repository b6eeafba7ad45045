//! One question, one answer.

use claude_typed::Error;
use serde_json::json;
use specwright_tests::wire::{REQUEST_ID, Reply, answer, answers, refused};

use crate::support::{HOSTILE, client, post};

#[tokio::test]
async fn create() {
    let reply = Reply::json(json!({
        "id": "msg_01Orchard",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": [{"type": "text", "text": "Ripe."}, {"type": "text", "text": "Pick."}],
        "stop_reason": "stop_sequence",
        "stop_sequence": "END",
        "usage": {"input_tokens": 14, "output_tokens": 3, "service_tier": "standard"},
    }));
    let exchange = answer("connector.messages.create", reply).await;
    let messages = client(exchange.url()).messages();
    let message = messages
        .create("claude-haiku-4-5", 256, "Ripe?")
        .await
        .unwrap();
    exchange
        .expect(post("/v1/messages").json(json!({
            "model": "claude-haiku-4-5",
            "max_tokens": 256,
            "messages": [{"role": "user", "content": "Ripe?"}],
        })))
        .await;
    assert_eq!(message.request_id(), Some(REQUEST_ID));
    assert_eq!(message.id.as_deref(), Some("msg_01Orchard"));
    assert_eq!(message.content.as_deref(), Some("Ripe."));
    assert_eq!(message.role.as_deref(), Some("assistant"));
    assert_eq!(message.model.as_deref(), Some("claude-haiku-4-5"));
    assert_eq!(message.stop_reason.as_deref(), Some("stop_sequence"));
    assert_eq!(message.stop_sequence.as_deref(), Some("END"));
    assert_eq!(message.usage_input_tokens, Some(14));
    assert_eq!(message.usage_output_tokens, Some(3));
    assert_eq!(message.raw()["content"][1]["text"], "Pick.");

    refused(
        "connector.messages.create",
        400,
        "invalid_request_error",
        async |url| {
            client(url)
                .messages()
                .create("claude-haiku-4-5", -1, "")
                .await
        },
    )
    .await;
}

/// No value breaks out of its place in the template, and none is looked into for placeholders.
#[tokio::test]
async fn hostile_values_stay_in_their_places() {
    let replies = vec![Reply::json(json!({})); HOSTILE.len()];
    let exchange = answers("connector.messages.create", replies).await;
    let messages = client(exchange.url()).messages();
    for value in HOSTILE {
        messages.create(value, i64::MAX, value).await.unwrap();
    }
    let expected = HOSTILE.map(|value| {
        post("/v1/messages").json(json!({
            "model": value,
            "max_tokens": 9_223_372_036_854_775_807_i64,
            "messages": [{"role": "user", "content": value}],
        }))
    });
    exchange.expect_all(expected).await;
}

/// A record has what its selectors find, and nothing where they lead nowhere.
#[tokio::test]
async fn what_is_not_there_is_none() {
    let thinking =
        json!({"id": "msg_1", "content": [{"type": "thinking", "thinking": "Hm."}], "usage": null});
    let no_block = json!({"content": [], "stop_reason": null});
    let replies = [thinking, no_block, json!(null)].map(Reply::json);
    let exchange = answers("connector.messages.create", replies).await;
    let messages = client(exchange.url()).messages();
    let thinking = messages.create("m", 1, "?").await.unwrap();
    assert_eq!(thinking.id.as_deref(), Some("msg_1"));
    assert_eq!(
        (thinking.content.as_deref(), thinking.usage_input_tokens),
        (None, None)
    );
    let no_block = messages.create("m", 1, "?").await.unwrap();
    assert_eq!(
        (no_block.content.as_deref(), no_block.stop_reason.as_deref()),
        (None, None)
    );
    let nothing = messages.create("m", 1, "?").await.unwrap();
    assert!(nothing.raw().is_null());
    exchange.requests(3).await;
}

#[tokio::test]
async fn a_value_of_another_type_says_which_and_where() {
    let reply = Reply::json(json!({"usage": {"input_tokens": "many"}}));
    let exchange = answer("connector.messages.create", reply).await;
    let messages = client(exchange.url()).messages();
    let error = messages.create("m", 1, "?").await.unwrap_err();
    exchange.requests(1).await;
    assert_eq!(error.request_id(), Some(REQUEST_ID));
    let Error::Decode(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.path(), Some("usage.input_tokens"));
    assert!(
        error.to_string().contains("`usage_input_tokens`"),
        "{error}"
    );
    assert_eq!(
        error.body().as_ref(),
        br#"{"usage":{"input_tokens":"many"}}"#
    );
}

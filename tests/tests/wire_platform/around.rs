//! What is around every call: what a client sends by itself, and what replies and errors tell.

use claude_typed::Error;
use claude_typed::errors::PlatformError;
use claude_typed::platform::{
    Client, CountTokensRequest, ErrorCode, ErrorType, MessageBatchResult,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_runtime::RateLimits;
use specwright_tests::wire::{Reply, answer, answers, get, post};

use super::{client, plain, question};

fn counted() -> Reply {
    Reply::json(json!({"input_tokens": 9}))
}

#[tokio::test]
async fn the_tokens_of_a_request_are_counted_from_it() {
    let exchange = answer("platform.countMessageTokens", counted()).await;
    let full = json!({
        "model": "claude-opus-5-5", "messages": [{"role": "user", "content": "Hi"}],
        "system": "Be brief.", "thinking": {"type": "adaptive"},
        "tools": [{"type": "bash_20250124", "name": "bash"}], "tool_choice": {"type": "auto"},
        "output_config": {"effort": "low"}, "cache_control": null, "speed": "fast",
        "context_management": {"edits": []},
    });
    let mut create = full.clone();
    for (name, value) in [
        ("max_tokens", json!(100)),
        ("metadata", json!({"user_id": "u"})),
        ("stop_sequences", json!(["stop"])),
        ("service_tier", json!("auto")),
        ("container", json!("container_1")),
        ("temperature", json!(0.5)),
    ] {
        create[name] = value;
    }
    let request = serde_json::from_value(create).unwrap();
    let count = CountTokensRequest::from(&request);
    let reply = client(exchange.url())
        .messages()
        .count_tokens(&count)
        .await
        .unwrap();
    assert_eq!(reply.input_tokens, 9);
    exchange
        .expect(plain(post("/v1/messages/count_tokens")).json(full))
        .await;
}

#[tokio::test]
async fn what_a_client_sends_with_every_request_and_what_a_request_changes() {
    let exchange = answers("platform.countMessageTokens", [counted(), counted()]).await;
    let client = Client::builder()
        .api_key("sk-ant-api03-test")
        .base_url(exchange.url())
        .betas(["context-management-2025-06-27", "one-2027-01-01"])
        .default_header("x-team", "blue")
        .default_query("trace", "all")
        .default_body_field("policy", json!({"level": 1}))
        .build()
        .unwrap();
    let count = CountTokensRequest::new("claude-opus-5-5", []);
    client.messages().count_tokens(&count).await.unwrap();
    let other = client.messages().count_tokens(&count);
    let other = other
        .betas(["one-2027-01-01", "two-2027-01-01"])
        .header("x-team", "red");
    let other = other
        .query("trace", "none")
        .query("more", "1")
        .body_field("policy", 0);
    other.await.unwrap();

    let body =
        |policy: Value| json!({"model": "claude-opus-5-5", "messages": [], "policy": policy});
    let first = plain(post("/v1/messages/count_tokens"))
        .header(
            "anthropic-beta",
            "context-management-2025-06-27,one-2027-01-01",
        )
        .header("x-team", "blue")
        .query("trace", "all")
        .json(body(json!({"level": 1})));
    let second = plain(post("/v1/messages/count_tokens"))
        .header(
            "anthropic-beta",
            "context-management-2025-06-27,one-2027-01-01,two-2027-01-01",
        )
        .header("x-team", "red")
        .query("trace", "none")
        .query("more", "1")
        .json(body(json!(0)));
    exchange.expect_all([first, second]).await;
}

/// Every family of rate limits, and the request id, on replies, streams and errors.
#[tokio::test]
async fn rate_limits_and_the_request_id_are_everywhere() {
    const LIMITS: [(&str, &str); 8] = [
        ("anthropic-ratelimit-requests-limit", "50"),
        ("anthropic-ratelimit-tokens-remaining", "9000"),
        (
            "anthropic-ratelimit-input-tokens-reset",
            "2026-11-21T10:00:00Z",
        ),
        ("anthropic-ratelimit-output-tokens-limit", "8000"),
        ("anthropic-priority-input-tokens-remaining", "7000"),
        ("anthropic-fast-output-tokens-limit", "6000"),
        ("anthropic-ratelimit-unified-status", "allowed"),
        ("retry-after", "7"),
    ];
    let limited = |reply: Reply| {
        LIMITS
            .iter()
            .fold(reply, |reply, (name, value)| reply.header(name, *value))
    };
    let check = |limits: &RateLimits| {
        assert_eq!(limits.requests.limit, Some(50));
        assert_eq!(limits.tokens.remaining, Some(9000));
        assert_eq!(
            limits.input_tokens.reset.unwrap().timestamp(),
            1_795_255_200
        );
        assert_eq!(limits.output_tokens.limit, Some(8000));
        assert_eq!(limits.priority_input_tokens.remaining, Some(7000));
        assert_eq!(limits.fast_output_tokens.limit, Some(6000));
        let unified = limits.unified.as_ref().unwrap();
        assert_eq!(unified.status.as_deref(), Some("allowed"));
        assert_eq!(limits.retry_after.unwrap().as_secs(), 7);
    };
    let error = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}});
    let replies = [
        limited(Reply::json(
            json!({"id": "msg_1", "type": "message", "role": "assistant",
            "model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}),
        )),
        limited(Reply::events(&[])),
        limited(Reply::json(error).status(429)),
    ];
    let exchange = answers("platform.createMessage", replies).await;
    let (messages, request) = (client(exchange.url()).messages(), question().0);
    let reply = messages.create(&request).await.unwrap();
    check(&reply.rate_limits());
    assert!(reply.request_id().is_some());
    let stream = messages.stream_message(&request).await.unwrap();
    check(&stream.response().rate_limits());
    assert_eq!(stream.response().request_id(), reply.request_id());
    let error = messages.create(&request).await.unwrap_err();
    check(&error.rate_limits().unwrap());
    assert_eq!(error.request_id(), reply.request_id());
    exchange.requests(3).await;
}

async fn error(status: u16, body: Value) -> Error {
    let exchange = answer("platform.retrieveModel", Reply::json(body).status(status)).await;
    let error = client(exchange.url())
        .models()
        .retrieve("m")
        .await
        .unwrap_err();
    exchange.expect(plain(get("/v1/models/m"))).await;
    error
}

#[tokio::test]
async fn errors_have_the_types_of_the_document() {
    let body = |kind: &str, details: Value| json!({"type": "error", "error": {"type": kind, "message": "m", "details": details}});
    let hold = json!({"error_code": "organization_on_hold", "appeal_url": "https://example.com/a"});
    let hold = error(400, body("invalid_request_error", hold)).await;
    assert_eq!(hold.typed_kind(), Some(ErrorType::InvalidRequestError));
    assert_eq!(hold.typed_code(), Some(ErrorCode::OrganizationOnHold));
    let details = hold.typed_details().unwrap();
    assert_eq!(details.appeal_url.as_deref(), Some("https://example.com/a"));

    let new = error(
        409,
        body("brand_new_error", json!({"error_code": "brand_new"})),
    )
    .await;
    assert_eq!(new.typed_kind(), Some(ErrorType::from("brand_new_error")));
    assert_eq!(new.typed_code(), Some(ErrorCode::from("brand_new")));

    // A body without a class has that of its status.
    for (status, class) in [
        (400, Some(ErrorType::InvalidRequestError)),
        (401, Some(ErrorType::AuthenticationError)),
        (402, Some(ErrorType::BillingError)),
        (403, Some(ErrorType::PermissionError)),
        (404, Some(ErrorType::NotFoundError)),
        (409, Some(ErrorType::ConflictError)),
        (412, Some(ErrorType::MemoryPreconditionFailedError)),
        (413, Some(ErrorType::RequestTooLarge)),
        (422, Some(ErrorType::InvalidRequestError)),
        (429, Some(ErrorType::RateLimitError)),
        (500, Some(ErrorType::ApiError)),
        (501, Some(ErrorType::ApiError)),
        (503, Some(ErrorType::ApiError)),
        (504, Some(ErrorType::TimeoutError)),
        (529, Some(ErrorType::OverloadedError)),
        (408, None),
        (431, None),
        (499, None),
    ] {
        let error = error(status, json!({})).await;
        assert_eq!(error.typed_kind(), class, "{status}");
        assert_eq!(error.typed_code(), None);
    }
    assert_eq!(Error::invalid_request("m").typed_kind(), None);
}

#[tokio::test]
async fn an_error_event_and_an_item_of_a_batch_have_them_too() {
    let event = json!({"type": "error", "error": {
        "type": "rate_limit_error", "message": "m", "details": {"error_code": "ramp_limit_exceeded"},
    }});
    let exchange = answer(
        "platform.createMessage",
        Reply::events(&[("error", event.clone())]),
    )
    .await;
    let stream = client(exchange.url())
        .messages()
        .stream(question().0)
        .await
        .unwrap();
    let error = stream.into_inner().try_next().await.unwrap_err();
    assert_eq!(error.typed_kind(), Some(ErrorType::RateLimitError));
    assert_eq!(error.typed_code(), Some(ErrorCode::RampLimitExceeded));
    exchange.requests(1).await;

    let item = json!({"type": "errored", "error": event});
    let item: MessageBatchResult = serde_json::from_value(item).unwrap();
    let MessageBatchResult::Errored(errored) = item else {
        panic!("{item:?}");
    };
    let details = errored.error.error.details.unwrap();
    assert_eq!(details.error_code, Some(ErrorCode::RampLimitExceeded));
}

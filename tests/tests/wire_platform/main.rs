//! Every operation of the Claude platform API against a server: what is sent, what is read, and
//! what is said when it is refused.

mod around;
mod batches;
mod checks;
mod env;
mod events;
mod files;
mod messages;
mod models;
mod skill_files;
mod skills;
mod stream;
mod transfers;
mod unknown;
mod user_profiles;
mod versions;

use claude_typed::platform::{Client, CreateMessageRequest, MessageParam};
use serde_json::{Value, json};
use specwright_tests::wire::Expected;

const BETAS: [&str; 2] = ["context-management-2025-06-27", "not-yet-known-2027-01-01"];
const WORKSPACE: &str = "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ";

fn client(url: &str) -> Client {
    let builder = Client::builder().api_key("sk-ant-api03-test");
    builder.base_url(url).max_retries(0).build().unwrap()
}

/// With the headers of every request.
fn plain(expected: Expected) -> Expected {
    expected
        .header("anthropic-version", "2023-06-01")
        .header("x-api-key", "sk-ant-api03-test")
        .no_header("authorization")
}

/// With the headers of a request that sets every header it can: [`BETAS`] and [`WORKSPACE`].
fn full(expected: Expected) -> Expected {
    plain(expected)
        .header(
            "anthropic-beta",
            "context-management-2025-06-27,not-yet-known-2027-01-01",
        )
        .header("anthropic-workspace-id", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ")
}

/// A small request, and its JSON.
fn question() -> (CreateMessageRequest, Value) {
    let turn = MessageParam::new("user", "Hello, Claude");
    let body = json!({
        "model": "claude-sonnet-5-5",
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": "Hello, Claude"}],
    });
    (
        CreateMessageRequest::new("claude-sonnet-5-5", 1024, [turn]),
        body,
    )
}

/// A credential given as a token goes out as a bearer token, and the version can be another.
#[tokio::test]
async fn bearer_tokens_and_another_version() {
    use specwright_tests::wire::{Reply, answer, post};

    let exchange = answer(
        "platform.countMessageTokens",
        Reply::json(json!({"input_tokens": 9})),
    )
    .await;
    let builder = Client::builder()
        .auth_token("token-1")
        .base_url(exchange.url());
    let client = builder.api_version("2026-10-21").build().unwrap();
    let body = claude_typed::platform::CountTokensRequest::new("claude-opus-5-5", []);
    client.messages().count_tokens(&body).await.unwrap();
    let expected = post("/v1/messages/count_tokens")
        .header("authorization", "Bearer token-1")
        .header("anthropic-version", "2026-10-21")
        .no_header("x-api-key")
        .json(json!({"model": "claude-opus-5-5", "messages": []}));
    exchange.expect(expected).await;
}

//! What the environment says. A process has one environment, so each case runs in a process of its
//! own: this test again, which then is the one that calls.

use claude_typed::platform::{Client, CountTokensRequest};
use claude_typed::webhooks::WebhookReceiver;
use serde_json::json;
use specwright_tests::wire::{Reply, answer, post};
use tokio::process::Command;

/// Set in the process that calls.
const CALLS: &str = "CLAUDE_TYPED_TEST_CALLS";

const NAMES: [&str; 5] = [
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_WEBHOOK_SIGNING_KEY",
];

/// What a process with these variables prints after it has called.
async fn with_env(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "env::clients_and_receivers_of_the_environment",
        "--nocapture",
    ]);
    for name in NAMES {
        command.env_remove(name);
    }
    let output = command
        .env(CALLS, "1")
        .envs(variables.iter().copied())
        .output();
    let output = output.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

async fn call() {
    let outcome = async {
        let client = Client::from_env()?;
        let count = CountTokensRequest::new("claude-opus-5-5", []);
        client.messages().count_tokens(&count).await
    };
    match outcome.await {
        Ok(count) => println!("counted {}", count.input_tokens),
        Err(error) => println!("failed: {error}"),
    }
    match WebhookReceiver::from_env() {
        Ok(receiver) => println!("{receiver:?}"),
        Err(error) => println!("no receiver: {error}"),
    }
}

#[tokio::test]
async fn clients_and_receivers_of_the_environment() {
    if std::env::var_os(CALLS).is_some() {
        return call().await;
    }
    let counted = || Reply::json(json!({"input_tokens": 9}));
    let count = || {
        post("/v1/messages/count_tokens").json(json!({"model": "claude-opus-5-5", "messages": []}))
    };

    // The key goes before the token.
    let exchange = answer("platform.countMessageTokens", counted()).await;
    let printed = with_env(&[
        ("ANTHROPIC_API_KEY", "sk-ant-api03-env"),
        ("ANTHROPIC_AUTH_TOKEN", "token-env"),
        ("ANTHROPIC_BASE_URL", exchange.url()),
        (
            "ANTHROPIC_CUSTOM_HEADERS",
            "X-Team: blue\nanthropic-beta: one-2027-01-01\n",
        ),
        (
            "ANTHROPIC_WEBHOOK_SIGNING_KEY",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    ])
    .await;
    assert!(printed.contains("counted 9"), "{printed}");
    assert!(
        printed.contains("WebhookReceiver") && !printed.contains("MfKQ9r8G"),
        "{printed}"
    );
    let expected = count()
        .header("x-api-key", "sk-ant-api03-env")
        .no_header("authorization")
        .header("x-team", "blue")
        .header("anthropic-beta", "one-2027-01-01");
    exchange.expect(expected).await;

    // What is empty is not set.
    let exchange = answer("platform.countMessageTokens", counted()).await;
    let printed = with_env(&[
        ("ANTHROPIC_API_KEY", ""),
        ("ANTHROPIC_AUTH_TOKEN", "token-env"),
        ("ANTHROPIC_BASE_URL", exchange.url()),
        ("ANTHROPIC_CUSTOM_HEADERS", ""),
        ("ANTHROPIC_WEBHOOK_SIGNING_KEY", ""),
    ])
    .await;
    assert!(printed.contains("counted 9"), "{printed}");
    assert!(
        printed.contains("set ANTHROPIC_WEBHOOK_SIGNING_KEY"),
        "{printed}"
    );
    let expected = count().header("authorization", "Bearer token-env");
    exchange.expect(expected.no_header("x-api-key")).await;

    // What is missing or wrong is told, without the values.
    let printed = with_env(&[]).await;
    assert!(printed.contains("set ANTHROPIC_API_KEY, or"), "{printed}");
    let bad = [
        ("ANTHROPIC_API_KEY", "k"),
        ("ANTHROPIC_CUSTOM_HEADERS", "only-a-secret"),
    ];
    let printed = with_env(&bad).await;
    assert!(printed.contains("Name: value"), "{printed}");
    assert!(!printed.contains("only-a-secret"), "{printed}");
}

//! Batches of messages.

use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{HOSTILE, client, get, post};

fn batch(status: &str) -> Value {
    json!({
        "id": "msgbatch_01Orchard",
        "type": "message_batch",
        "processing_status": status,
        "ended_at": null,
        "created_at": "2026-09-03T05:00:00.25Z",
        "expires_at": "2026-09-04T07:00:00.25+02:00",
        "results_url": null,
        "request_counts": {"processing": 1},
    })
}

#[tokio::test]
async fn list() {
    let reply = Reply::json(json!({
        "data": [batch("in_progress")], "has_more": false, "first_id": "msgbatch_01Orchard",
        "last_id": "msgbatch_01Orchard",
    }));
    let exchange = answer("connector.message_batches.list", reply).await;
    let page = client(exchange.url())
        .message_batches()
        .list()
        .await
        .unwrap();
    exchange.expect(get("/v1/messages/batches")).await;
    let [only] = &page[..] else {
        panic!("{page:?}");
    };
    assert_eq!(only.id.as_deref(), Some("msgbatch_01Orchard"));
    assert_eq!(only.processing_status.as_deref(), Some("in_progress"));
    assert_eq!(only.ended_at, None);
    assert_eq!(
        only.created_at.unwrap().timestamp_millis(),
        1_788_411_600_250
    );
    // Another offset, the same instant a day later.
    assert_eq!(
        only.expires_at.unwrap().timestamp_millis(),
        1_788_498_000_250
    );
    assert_eq!(only.raw()["request_counts"]["processing"], 1);
    assert_eq!(page.rest()["has_more"], false);

    refused(
        "connector.message_batches.list",
        401,
        "authentication_error",
        async |url| client(url).message_batches().list().await,
    )
    .await;
}

#[tokio::test]
async fn read() {
    let mut ended = batch("ended");
    ended["ended_at"] = json!("2026-09-03T06:00:00Z");
    ended["results_url"] = json!("https://example.org/results");
    let exchange = answer("connector.message_batches.read", Reply::json(ended)).await;
    let batches = client(exchange.url()).message_batches();
    let batch = batches.read("msgbatch_01/Orchard?x=1#y").await.unwrap();
    exchange
        .expect(get(
            "/v1/messages/batches/msgbatch_01%2FOrchard%3Fx%3D1%23y",
        ))
        .await;
    assert_eq!(batch.processing_status.as_deref(), Some("ended"));
    assert_eq!(
        batch.ended_at.unwrap().to_rfc3339(),
        "2026-09-03T06:00:00+00:00"
    );
    assert_eq!(
        batch.results_url.as_deref(),
        Some("https://example.org/results")
    );

    refused(
        "connector.message_batches.read",
        404,
        "not_found_error",
        async |url| client(url).message_batches().read("msgbatch_1").await,
    )
    .await;
}

#[tokio::test]
async fn create() {
    let mut replies = vec![Reply::json(batch("in_progress"))];
    replies.extend(vec![Reply::json(json!({})); HOSTILE.len()]);
    let exchange = answers("connector.message_batches.create", replies).await;
    let batches = client(exchange.url()).message_batches();
    let created = batches
        .create("apple-1", "claude-haiku-4-5", 64, "Ripe?")
        .await
        .unwrap();
    assert_eq!(created.id.as_deref(), Some("msgbatch_01Orchard"));
    assert_eq!(created.processing_status.as_deref(), Some("in_progress"));
    for value in HOSTILE {
        batches.create(value, value, 0, value).await.unwrap();
    }
    let sent = |id: &str, model: &str, tokens: i64, content: &str| {
        post("/v1/messages/batches").json(json!({"requests": [{
            "custom_id": id,
            "params": {
                "model": model,
                "max_tokens": tokens,
                "messages": [{"role": "user", "content": content}],
            },
        }]}))
    };
    let mut expected = vec![sent("apple-1", "claude-haiku-4-5", 64, "Ripe?")];
    expected.extend(HOSTILE.map(|value| sent(value, value, 0, value)));
    exchange.expect_all(expected).await;

    refused(
        "connector.message_batches.create",
        429,
        "rate_limit_error",
        async |url| client(url).message_batches().create("a", "m", 1, "?").await,
    )
    .await;
}

/// In spite of its name it cancels.
#[tokio::test]
async fn delete() {
    let exchange = answer(
        "connector.message_batches.delete",
        Reply::json(batch("canceling")),
    )
    .await;
    let batches = client(exchange.url()).message_batches();
    let batch = batches.delete("msgbatch_01Orchard").await.unwrap();
    exchange
        .expect(post("/v1/messages/batches/msgbatch_01Orchard/cancel").no_header("content-type"))
        .await;
    assert_eq!(batch.id.as_deref(), Some("msgbatch_01Orchard"));
    assert_eq!(batch.processing_status.as_deref(), Some("canceling"));

    refused(
        "connector.message_batches.delete",
        409,
        "invalid_request_error",
        async |url| client(url).message_batches().delete("msgbatch_1").await,
    )
    .await;
}

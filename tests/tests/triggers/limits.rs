//! What a server asks for is heeded.

use std::time::Duration;

use claude_typed::triggers::{Inbox, MemoryStore, Resource, Store, WatchError, Watcher};
use futures::StreamExt;
use serde_json::json;
use specwright_tests::socket::{Answer, Server};

use crate::support::client;

/// A watcher of two lists that asks again at once. The server answers the first of them so.
async fn hold(answer: Answer, failing: bool) {
    const HOUR: Duration = Duration::from_secs(3600);
    let empty = Answer::json(200, &json!({"data": [], "next_page": null}));
    let server = Server::start([answer, empty]).await;
    let store = MemoryStore::new();
    let inbox = Inbox::open(store.clone()).await.unwrap();
    let client = client(server.url()).build().unwrap();
    let mut events = Watcher::new(client, &inbox)
        .resources([Resource::Files, Resource::Skills])
        .interval(Duration::from_millis(1))
        .max_interval(2 * HOUR)
        .events();
    if failing {
        let error = events.next().await.unwrap().unwrap_err();
        let WatchError::Poll { resource, source } = error else {
            panic!("{error:?}");
        };
        assert_eq!(
            (resource, source.status().unwrap().as_u16()),
            (Resource::Files, 429)
        );
    } else {
        // The reply has been taken up when the state says so.
        while !saved(&store).await.contains("files") {
            let event = tokio::time::timeout(Duration::from_millis(1), events.next()).await;
            assert!(event.is_err(), "{event:?}");
        }
    }
    tokio::time::pause();
    let nothing = tokio::time::timeout(HOUR - Duration::from_secs(2), events.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    assert_eq!(server.received().len(), 1, "{:?}", server.received());
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio::time::resume();
    while server.received().len() < 2 {
        let event = tokio::time::timeout(Duration::from_millis(1), events.next()).await;
        assert!(event.is_err(), "{event:?}");
    }
    assert!(server.received()[1].target.starts_with("/v1/skills"));
}

async fn saved(store: &MemoryStore) -> String {
    let state = store.load().await.unwrap();
    serde_json::to_string(&state).unwrap()
}

#[tokio::test]
async fn retry_after_holds_all_lists() {
    let body = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}});
    hold(Answer::json(429, &body).header("retry-after", "3600"), true).await;
}

#[tokio::test]
async fn a_limit_that_is_nearly_used_up_is_left_to_others() {
    let page = Answer::json(200, &json!({"data": [], "next_page": null}))
        .header("date", "Thu, 03 Sep 2026 06:00:00 GMT")
        .header("anthropic-ratelimit-requests-limit", "50")
        .header("anthropic-ratelimit-requests-remaining", "4")
        .header("anthropic-ratelimit-requests-reset", "2026-09-03T07:00:00Z");
    hold(page, false).await;
}

//! What is taken for a deletion.

use std::time::Duration;

use claude_typed::triggers::{Inbox, MemoryStore, Resource, WatchError, Watcher};
use futures::StreamExt;
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

use crate::support::client;

fn list(data: Value) -> Answer {
    Answer::json(200, &json!({"data": data, "next_page": null}))
}

#[tokio::test]
async fn only_the_api_itself_can_say_that_an_item_is_gone() {
    let kind = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "no"}});
    let file = json!({"id": "file_1", "filename": "a.csv"});
    let mut answers = vec![list(json!([file]))];
    let no_deletions = [
        // A proxy, and one that speaks JSON.
        Answer::new(404)
            .header("content-type", "text/html")
            .body("<html>"),
        Answer::json(404, &json!({"message": "no route"})),
        Answer::json(403, &kind("permission_error")),
        Answer::json(410, &kind("api_error")),
    ];
    let count = no_deletions.len();
    for answer in no_deletions {
        answers.extend([list(json!([])), answer]);
    }
    // It is there, only not listed: no word about it.
    answers.extend([list(json!([])), Answer::json(200, &file)]);
    let deleted = Answer::json(404, &kind("not_found_error"));
    answers.extend([list(json!([])), deleted, list(json!([]))]);
    let server = Server::start(answers).await;

    let inbox = Inbox::open(MemoryStore::new()).await.unwrap();
    let client = client(server.url()).build().unwrap();
    let mut events = Watcher::new(client, &inbox)
        .resources([Resource::Files])
        .interval(Duration::from_millis(1))
        .max_interval(Duration::from_millis(1))
        .events();
    for _ in 0..count {
        let error = events.next().await.unwrap().unwrap_err();
        assert!(matches!(error, WatchError::Poll { .. }), "{error:?}");
    }
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(event.id(), "files.deleted:file_1");
    let asked = server.received().into_iter().map(|request| request.target);
    let looked_up = asked.filter(|target| target == "/v1/files/file_1").count();
    assert_eq!(looked_up, count + 2);
}

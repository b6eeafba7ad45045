//! What the server does later. The waits between requests are not slept through: they are as short
//! as the test says.

use std::time::Duration;

use claude_typed::Error;
use claude_typed::claude_ai::{GenerateTitleRequest, IngestionProgress};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

use crate::support::{CONVERSATION, client};

const SHORT: Duration = Duration::from_millis(1);

fn named(name: Value) -> Answer {
    Answer::json(200, &json!({"uuid": CONVERSATION, "name": name}))
}

/// 202 without a body, then conversations without a name, then the name.
#[tokio::test]
async fn a_title_appears() {
    let answers = [
        Answer::new(202),
        named(Value::Null),
        named(json!("")),
        named(json!("Tides")),
    ];
    let server = Server::start(answers).await;
    let conversations = client(&server).conversations();
    let reply = conversations
        .generate_title(CONVERSATION, GenerateTitleRequest::new())
        .await;
    assert_eq!(reply.unwrap().into_inner(), None);
    let poller = conversations
        .poll_title(CONVERSATION)
        .interval(SHORT)
        .max_interval(SHORT);
    let names: Vec<_> = poller
        .states()
        .map_ok(|reply| reply.into_inner().name)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(names, [None, Some(String::new()), Some("Tides".to_owned())]);
    let methods: Vec<_> = server
        .received()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(methods, ["POST", "GET", "GET", "GET"]);
}

/// The whole of it: a new name is one that differs from the old one.
#[tokio::test]
async fn a_title_is_asked_for_and_waited_for() {
    let answers = ["Old", "", "Old", "New"].map(|name| match name {
        "" => Answer::new(202),
        name => named(json!(name)),
    });
    let server = Server::start(answers).await;
    let conversations = client(&server).conversations();
    let title = conversations
        .title(CONVERSATION, GenerateTitleRequest::new())
        .await
        .unwrap();
    assert_eq!(title, "New");
    let at_once = [
        named(json!("")),
        Answer::json(200, &json!({"title": "At once"})),
    ];
    let server = Server::start(at_once).await;
    let conversations = client(&server).conversations();
    let title = conversations
        .title(CONVERSATION, GenerateTitleRequest::new())
        .await
        .unwrap();
    assert_eq!(title, "At once");
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_title_that_does_not_come_is_not_waited_for_for_ever() {
    let server = Server::start([named(json!(""))]).await;
    let poller = client(&server).conversations().poll_title(CONVERSATION);
    let error = poller
        .interval(SHORT)
        .deadline(20 * SHORT)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
}

#[tokio::test]
async fn the_caller_says_when_it_is_over() {
    let answers = [1, 2, 3, 4].map(|files| Answer::json(200, &json!({"processed_files": files})));
    let server = Server::start(answers).await;
    let sync = client(&server).sync();
    let poller =
        sync.poll_ingestion_until("gdrive", |progress| progress.processed_files >= Some(3));
    let progress = poller.interval(SHORT).await.unwrap();
    assert_eq!(progress.processed_files, Some(3));
    let target = &server.received()[0].target;
    assert!(
        target.ends_with("/sync/ingestion/gdrive/progress"),
        "{target}"
    );
}

#[tokio::test]
async fn an_ingestion_runs_until_it_says_it_does_not() {
    let answers = ["queued", "running", "failed", "running"]
        .map(|status| Answer::json(200, &json!({"status": status, "progress": 1})));
    let server = Server::start(answers).await;
    let poller = client(&server)
        .sync()
        .poll_ingestion("gdrive")
        .interval(SHORT)
        .max_interval(SHORT);
    assert_eq!(poller.await.unwrap().status.as_deref(), Some("failed"));
    assert_eq!(server.received().len(), 3);
}

#[test]
fn ends_of_an_ingestion() {
    for (progress, over) in [
        (json!({"status": "Completed"}), true),
        (json!({"status": "done", "progress": 0.3}), true),
        (json!({"status": "running", "progress": 100}), false),
        (json!({"status": "resting", "progress": 100}), true),
        (
            json!({"total_files": 4, "processed_files": 3, "progress": 1}),
            false,
        ),
        (json!({"total_files": 4, "processed_files": 4}), true),
        (json!({"progress": 1.0}), true),
        (json!({"progress": 0.99}), false),
        (json!({"progress": 99}), false),
        (json!({"progress": 100}), true),
        (json!({}), false),
    ] {
        let decoded: IngestionProgress = serde_json::from_value(progress.clone()).unwrap();
        assert_eq!(decoded.is_over(), over, "{progress}");
    }
}

//! Submissions that are refused, unanswered, or in doubt.

use std::time::Duration;

use claude_typed::bulk::BulkError;
use claude_typed::platform::MessageBatchRequest;
use futures::{StreamExt, stream};
use serde_json::json;
use specwright_tests::batches::{BatchServer, Faults};
use specwright_tests::socket::{Answer, End, Server};

use super::{all, bulk, indexes, request, requests, start};

#[tokio::test]
async fn a_request_that_cannot_be_sent_stops_at_it() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let bad = |change: fn(&mut MessageBatchRequest)| {
        move || {
            let requests = (0..40).map(request).enumerate();
            stream::iter(requests.map(move |(index, mut request)| {
                if index == 25 {
                    change(&mut request);
                }
                request
            }))
            .boxed()
        }
    };
    let journal = folder.path().join("j");
    let requests = bad(|request| request.params.max_tokens = 0);
    let run = start(&bulk(server.url()), &journal, requests)
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    // Those of the parts before it.
    assert_eq!(indexes(&results), (0..20).collect::<Vec<_>>());
    let [
        BulkError::Request {
            index: 25,
            custom_id,
            message,
        },
    ] = errors.as_slice()
    else {
        panic!("{errors:?}");
    };
    assert_eq!(
        (custom_id.as_str(), message.contains("max_tokens")),
        ("id 25", true)
    );

    let requests = bad(|request| request.custom_id = "x".repeat(10_000));
    let other = BatchServer::start(1, Faults::default()).await;
    let small = bulk(other.url()).max_bytes(1_000);
    let run = start(&small, &folder.path().join("j2"), requests)
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    assert!(
        results.len() >= 20 && errors.is_empty(),
        "ids of any length: {errors:?}"
    );

    let requests = bad(|request| request.params.model = "x".repeat(10_000).into());
    let run = start(&small, &folder.path().join("j3"), requests)
        .await
        .unwrap();
    let (_, errors) = all(run).await;
    assert!(
        errors[0].to_string().contains("the limit is 1000"),
        "{errors:?}"
    );

    // Once it is put right the run goes on.
    let run = start(&bulk(server.url()), &journal, || {
        super::requests(40).boxed()
    })
    .await;
    let (results, errors) = all(run.unwrap()).await;
    assert_eq!((results.len(), errors.len()), (40, 0), "{errors:?}");
    let questions = server.questions();
    assert_eq!(questions.get("question 39"), Some(&1));
}

#[tokio::test]
async fn a_refusal_for_good_is_told_and_keeps_the_rest() {
    let refused =
        json!({"type": "error", "error": {"type": "authentication_error", "message": "no"}});
    let refusing = Server::answering(move |request| match request.method.as_str() {
        "POST" => Answer::json(401, &refused),
        _ => Answer::json(200, &json!({"data": [], "has_more": false})),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("j");
    let run = bulk(refusing.url())
        .start(&journal, requests(15))
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    assert!(results.is_empty());
    let [BulkError::Submit { first: 0, error }] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    assert_eq!(error.status().unwrap().as_u16(), 401);
    let posts = refusing
        .received()
        .into_iter()
        .filter(|it| it.method == "POST");
    assert_eq!(posts.count(), 1);
    let said = format!("{errors:?} {}", errors[0]);
    assert!(!said.contains("sk-ant"), "{said}");

    // The same journal, with a server that accepts.
    let server = BatchServer::start(1, Faults::default()).await;
    let run = start(&bulk(server.url()), &journal, || requests(15).boxed())
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    assert_eq!((results.len(), errors.len()), (15, 0));
}

/// Every kind of accident, many times, in one process.
#[tokio::test]
async fn accidents_do_not_submit_twice() {
    for seed in 0..8 {
        let server = BatchServer::start(seed, Faults::ALL).await;
        let folder = tempfile::tempdir().unwrap();
        let bulk = bulk(server.url())
            .max_failures(50)
            .max_requests(7)
            .in_flight(3);
        let run = bulk
            .start(folder.path().join("j"), requests(100))
            .await
            .unwrap();
        let (results, errors) = all(run).await;
        assert!(errors.is_empty(), "{seed}: {errors:?}");
        assert_eq!(indexes(&results), (0..100).collect::<Vec<_>>(), "{seed}");
        let twice = server
            .questions()
            .into_iter()
            .find(|(_, times)| *times != 1);
        assert_eq!(twice, None, "{seed}");
    }
}

/// The batch is there, and what it was is not to be known any more.
#[tokio::test]
async fn what_cannot_be_decided_is_not_sent_again() {
    let server = Server::answering(|request| {
        let target = request.target.as_str();
        let batch = json!({
            "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended",
            "request_counts": {
                "processing": 0, "succeeded": 5, "errored": 0, "canceled": 0, "expired": 0,
            },
            "created_at": "2026-11-22T10:00:00Z", "expires_at": "2026-11-23T10:00:00Z",
        });
        match request.method.as_str() {
            "POST" => Answer::nothing(End::Close),
            _ if target.ends_with("/results") => Answer::new(404),
            _ if target.ends_with("limit=1") => Answer::json(200, &json!({"data": []})),
            _ => Answer::json(200, &json!({"data": [batch], "has_more": false})),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("j");
    for _ in 0..2 {
        let run = start(&bulk(server.url()), &journal, || requests(5).boxed())
            .await
            .unwrap();
        let (results, errors) = all(run).await;
        assert!(results.is_empty());
        let [BulkError::Undecidable { batch_id, first: 0 }] = errors.as_slice() else {
            panic!("{errors:?}");
        };
        assert_eq!(batch_id, "msgbatch_1");
    }
    let posts = server
        .received()
        .into_iter()
        .filter(|it| it.method == "POST");
    assert_eq!(posts.count(), 1);
}

/// A batch that may be the one is waited for however long it takes, not sent again.
#[tokio::test]
async fn a_batch_in_doubt_is_waited_for() {
    let faults = Faults {
        accepted_unanswered: 100,
        ..Faults::default()
    };
    let server = BatchServer::start(5, faults).await;
    server.set_looks(40);
    let folder = tempfile::tempdir().unwrap();
    let bulk = bulk(server.url()).settle(Duration::from_millis(1));
    let run = bulk
        .start(folder.path().join("j"), requests(10))
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    assert_eq!((results.len(), errors.len()), (10, 0), "{errors:?}");
    assert_eq!(server.accepted(), 1);
    let lists = server
        .requests()
        .into_iter()
        .filter(|it| it.contains("limit=100"));
    assert!(lists.count() >= 30);
}

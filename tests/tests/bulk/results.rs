//! What comes out of a run, also when the server says strange things, and the file of results.

use claude_typed::bulk::BulkError;
use claude_typed::platform::MessageBatchResult;
use serde_json::{Value, json};
use specwright_tests::batches::{BatchServer, Faults};
use specwright_tests::socket::{Answer, Server};

use super::{all, bulk, indexes, requests};

#[tokio::test]
async fn every_request_has_its_result() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = bulk(server.url())
        .in_flight(3)
        .start(folder.path().join("j"), requests(95));
    let (results, errors) = all(run.await.unwrap()).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(indexes(&results), (0..95).collect::<Vec<_>>());
    for result in &results {
        assert_eq!(result.custom_id, format!("id {}", result.index));
        match &result.result {
            MessageBatchResult::Succeeded(it) => {
                assert_eq!(it.message.text(), format!("question {}", result.index));
            }
            other => assert!(result.index % 2 == 1 && other.as_expired().is_some()),
        }
    }
    assert_eq!(server.accepted(), 10);
}

#[tokio::test]
async fn parts_are_cut_by_size_too() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = bulk(server.url())
        .max_bytes(700)
        .start(folder.path().join("j"), requests(30));
    let (results, errors) = all(run.await.unwrap()).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(results.len(), 30);
    assert!(server.longest_body() <= 700 && server.longest_body() > 500);
    assert!(server.accepted() > 3);
}

#[tokio::test]
async fn no_requests_are_no_batches() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = bulk(server.url()).start(folder.path().join("j"), requests(0));
    let (results, errors) = all(run.await.unwrap()).await;
    assert!(results.is_empty() && errors.is_empty());
    assert!(server.requests().is_empty());
}

/// A server with one batch that has ended, whose results are made of the ids that were sent.
async fn server_with(results: fn(&[String]) -> String) -> Server {
    let ids = std::sync::Mutex::new(Vec::new());
    Server::answering(move |request| {
        let mut ids = ids.lock().unwrap();
        let batch = json!({
            "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended",
            "request_counts": {
                "processing": 0, "succeeded": 3, "errored": 0, "canceled": 0, "expired": 0,
            },
            "created_at": "2026-11-22T10:00:00Z", "expires_at": "2026-11-23T10:00:00Z",
        });
        match (request.method.as_str(), request.target.as_str()) {
            ("POST", _) => {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let requests = body["requests"].as_array().unwrap().iter();
                *ids = requests
                    .map(|it| it["custom_id"].as_str().unwrap().to_owned())
                    .collect();
                Answer::json(200, &batch)
            }
            (_, target) if target.ends_with("/results") => Answer::new(200).body(results(&ids)),
            (_, target) if target.contains('?') => {
                Answer::json(200, &json!({"data": [], "has_more": false}))
            }
            _ => Answer::json(200, &batch),
        }
    })
    .await
}

#[tokio::test]
async fn missing_and_strange_results_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(|ids| {
        let line = json!({"custom_id": ids[1], "result": {"type": "expired"}});
        format!("{line}\n{line}\n")
    });
    let server = server.await;
    let run = bulk(server.url()).start(folder.path().join("missing"), requests(3));
    let (results, errors) = all(run.await.unwrap()).await;
    assert_eq!(indexes(&results), [1], "twice the same is once");
    let said = "the results of batch msgbatch_1: 2 of 3 requests have none, the first is request \
                0 (`id 0`)";
    assert_eq!(errors[0].to_string(), said);

    let server = server_with(|ids| {
        let lines = ids.iter().map(String::as_str).chain(["nobody"]);
        let line = |id| json!({"custom_id": id, "result": {"type": "expired"}}).to_string();
        lines.map(line).collect::<Vec<_>>().join("\n")
    });
    let server = server.await;
    let run = bulk(server.url()).start(folder.path().join("strange"), requests(3));
    let (results, errors) = all(run.await.unwrap()).await;
    assert_eq!(results.len(), 3);
    assert!(
        matches!(errors.as_slice(), [BulkError::Results { .. }]),
        "{errors:?}"
    );
    assert!(errors[0].to_string().contains("`nobody` is the id of none"));
}

/// A result that this SDK cannot read is handed on as it is.
#[tokio::test]
async fn results_of_the_future_are_results() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with(|ids| {
        let results = [
            json!({"type": "succeeded", "message": 7}),
            json!({"type": "postponed", "until": "tomorrow"}),
            json!("later"),
        ];
        let lines = ids.iter().zip(results);
        let line = |(id, result)| json!({"custom_id": id, "result": result}).to_string() + "\n";
        lines.map(line).collect()
    });
    let server = server.await;
    let run = bulk(server.url()).start(folder.path().join("j"), requests(3));
    let (results, errors) = all(run.await.unwrap()).await;
    assert!(errors.is_empty(), "{errors:?}");
    let unknown = |index: usize| match &results[index].result {
        MessageBatchResult::Unknown(value) => value.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unknown(0)["message"], 7);
    assert_eq!(unknown(1)["until"], "tomorrow");
    assert_eq!(unknown(2), "later");
}

#[tokio::test]
async fn a_batch_that_is_lost_takes_nothing_from_the_others() {
    let server = BatchServer::start(3, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    server.forget("msgbatch_000002");
    let run = bulk(server.url()).start(folder.path().join("j"), requests(40));
    let (results, errors) = all(run.await.unwrap()).await;
    let expected: Vec<u64> = (0..10).chain(20..40).collect();
    assert_eq!(indexes(&results), expected);
    let [BulkError::Batch { batch_id, error }] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    assert_eq!(batch_id, "msgbatch_000002");
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn the_file_of_results_has_each_once() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (journal, output) = (folder.path().join("j"), folder.path().join("results"));
    let run = bulk(server.url())
        .start(&journal, requests(33))
        .await
        .unwrap();
    let summary = run.save_to(&output).await.unwrap();
    assert_eq!(
        (summary.succeeded, summary.expired, summary.total()),
        (17, 16, 33)
    );
    let text = std::fs::read_to_string(&output).unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    lines.sort_by_key(|line| line["index"].as_u64());
    for (index, line) in lines.iter().enumerate() {
        assert_eq!(line["index"], index);
        assert_eq!(line["custom_id"], format!("id {index}"));
        assert!(line["batch_id"].as_str().unwrap().starts_with("msgbatch_"));
        assert!(line["result"]["type"].is_string());
    }
    assert_eq!(lines.len(), 33);

    // What a killed run wrote after its last acknowledgement is written again.
    std::fs::write(&output, format!("{text}{{\"index\":0,\"cus")).unwrap();
    let bulk = bulk(server.url());
    let run = super::start(&bulk, &journal, || Box::pin(requests(33))).await;
    let summary = run.unwrap().save_to(&output).await.unwrap();
    assert_eq!(summary.total(), 0);
    assert_eq!(std::fs::read_to_string(&output).unwrap(), text);

    // Another file, and one that was cut.
    std::fs::write(&output, &text[..text.len() - 1]).unwrap();
    let run = super::start(&bulk, &journal, || Box::pin(requests(33))).await;
    let error = run.unwrap().save_to(&output).await.unwrap_err();
    assert!(matches!(&error, BulkError::Output { .. }), "{error}");
    let notes = folder.path().join("notes");
    std::fs::write(&notes, "dear diary").unwrap();
    let run = bulk.start(folder.path().join("j2"), requests(1)).await;
    let error = run.unwrap().save_to(&notes).await.unwrap_err();
    assert!(matches!(&error, BulkError::Output { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "dear diary");
}

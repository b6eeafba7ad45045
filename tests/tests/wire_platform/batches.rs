use std::time::Duration;

use claude_typed::Error;
use claude_typed::batches::InvalidBatch;
use claude_typed::platform::{
    Client, CreateMessageBatchRequest, CreateMessageRequest, ErrorType, MessageBatch,
    MessageBatchRequest, MessageBatchResult, MessageBatchStatus, MessageParam, MessageRole, Model,
    StopReason,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};
use specwright_tests::wire::{Reply, answer, answers, delete, get, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain, question};

const ID: &str = "msgbatch_013Zva2CMHLNnXjNJJKqJ2EF";

fn batch(status: &str) -> Value {
    json!({
        "id": ID,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {
            "processing": 3, "succeeded": 50, "errored": 30, "canceled": 10, "expired": 7,
        },
        "created_at": "2026-11-02T08:15:00Z",
        "expires_at": "2026-11-03T08:15:00.123456Z",
        "ended_at": null,
        "archived_at": null,
        "cancel_initiated_at": "2026-11-02T09:00:00+01:00",
        "results_url": null,
    })
}

#[tokio::test]
async fn create() {
    let exchange = answer(
        "platform.createMessageBatch",
        Reply::json(batch("in_progress")),
    )
    .await;
    let batches = client(exchange.url()).messages().batches();
    let (params, params_json) = question();
    let one = MessageBatchRequest::new("review-1", params.clone());
    let two = MessageBatchRequest::new("review-2", params.temperature(1.0));
    let request = batches.create(CreateMessageBatchRequest::new([one, two]));
    let request = request
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .user_profile_id("uprof_1");
    let made = request.await.unwrap();

    assert_eq!(made.id, ID);
    assert_eq!(made.processing_status, MessageBatchStatus::InProgress);
    let counts = &made.request_counts;
    assert_eq!(
        (counts.processing, counts.succeeded, counts.errored),
        (3, 50, 30)
    );
    assert_eq!((counts.canceled, counts.expired), (10, 7));
    assert_eq!(made.created_at.to_rfc3339(), "2026-11-02T08:15:00+00:00");
    assert_eq!(
        made.expires_at.to_rfc3339(),
        "2026-11-03T08:15:00.123456+00:00"
    );
    assert_eq!(
        made.cancel_initiated_at.unwrap().to_rfc3339(),
        "2026-11-02T08:00:00+00:00"
    );
    assert_eq!((made.ended_at, made.archived_at), (None, None));
    assert_eq!(made.results_url, None);

    let mut warm = params_json.clone();
    warm["temperature"] = json!(1.0);
    let requests = json!([
        {"custom_id": "review-1", "params": params_json},
        {"custom_id": "review-2", "params": warm},
    ]);
    let expected =
        full(post("/v1/messages/batches")).header("anthropic-user-profile-id", "uprof_1");
    exchange
        .expect(expected.json(json!({"requests": requests})))
        .await;
    refused(
        "platform.createMessageBatch",
        413,
        "request_too_large",
        async |url| {
            let batch = [MessageBatchRequest::new("review-1", question().0)];
            client(url)
                .messages()
                .batches()
                .create(CreateMessageBatchRequest::new(batch))
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn list() {
    let body = json!({
        "data": [batch("ended")], "has_more": false, "first_id": ID, "last_id": ID,
    });
    let exchange = answer("platform.listMessageBatches", Reply::json(body)).await;
    let batches = client(exchange.url()).messages().batches();
    let request = batches.list().before_id("b1").after_id("b2").limit(1000);
    let page = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(page.data.len(), 1);
    assert_eq!(page.data[0].processing_status, MessageBatchStatus::Ended);
    assert_eq!(page.has_more, Some(false));
    let query = full(get("/v1/messages/batches")).query("before_id", "b1");
    exchange
        .expect(query.query("after_id", "b2").query("limit", "1000"))
        .await;
    refused(
        "platform.listMessageBatches",
        403,
        "permission_error",
        async |url| client(url).messages().batches().list().await,
    )
    .await;
}

#[tokio::test]
async fn pages() {
    let page = |id: &str, more: bool| {
        let mut item = batch("ended");
        item["id"] = json!(id);
        Reply::json(json!({"data": [item], "has_more": more, "first_id": id, "last_id": id}))
    };
    let exchange = answers(
        "platform.listMessageBatches",
        [page("b1", true), page("b2", false)],
    )
    .await;
    let items = client(exchange.url()).messages().batches().list().items();
    let ids: Vec<String> = items.map_ok(|batch| batch.id).try_collect().await.unwrap();
    assert_eq!(ids, ["b1", "b2"]);
    let first = plain(get("/v1/messages/batches"));
    exchange
        .expect_all([first.clone(), first.query("after_id", "b1")])
        .await;
}

#[tokio::test]
async fn retrieve() {
    let mut body = batch("ended");
    body["ended_at"] = json!("2026-11-02T10:00:00Z");
    body["results_url"] = json!("https://api.anthropic.com/v1/messages/batches/b/results");
    let exchange = answer("platform.retrieveMessageBatch", Reply::json(body)).await;
    let batches = client(exchange.url()).messages().batches();
    let batch = batches
        .retrieve(ID)
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(batch.processing_status, MessageBatchStatus::Ended);
    assert_eq!(
        batch.ended_at.unwrap().to_rfc3339(),
        "2026-11-02T10:00:00+00:00"
    );
    let url = "https://api.anthropic.com/v1/messages/batches/b/results";
    assert_eq!(batch.results_url.as_deref(), Some(url));
    exchange
        .expect(full(get(
            "/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF",
        )))
        .await;
    refused(
        "platform.retrieveMessageBatch",
        404,
        "not_found_error",
        async |url| client(url).messages().batches().retrieve(ID).await,
    )
    .await;
}

#[tokio::test]
async fn cancel() {
    let exchange = answer(
        "platform.cancelMessageBatch",
        Reply::json(batch("canceling")),
    )
    .await;
    let batches = client(exchange.url()).messages().batches();
    let batch = batches
        .cancel(ID)
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(batch.id, ID);
    assert_eq!(batch.processing_status, MessageBatchStatus::Canceling);
    let path = "/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/cancel";
    exchange.expect(full(post(path))).await;
    refused(
        "platform.cancelMessageBatch",
        409,
        "conflict_error",
        async |url| client(url).messages().batches().cancel(ID).await,
    )
    .await;
}

#[tokio::test]
async fn delete_one() {
    let body = json!({"id": ID, "type": "message_batch_deleted"});
    let exchange = answer("platform.deleteMessageBatch", Reply::json(body.clone())).await;
    let batches = client(exchange.url()).messages().batches();
    let deleted = batches
        .delete(ID)
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(serde_json::to_value(deleted.into_inner()).unwrap(), body);
    exchange
        .expect(full(delete(
            "/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF",
        )))
        .await;
    refused(
        "platform.deleteMessageBatch",
        400,
        "invalid_request_error",
        async |url| client(url).messages().batches().delete(ID).await,
    )
    .await;
}

/// One line of each kind in an order of their own, a blank line, a kind that is not in the
/// document, and a last line without an end.
#[tokio::test]
async fn results() {
    let message = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
        "content": [{"type": "text", "text": "Positive."}], "stop_reason": "end_turn",
        "stop_sequence": null, "usage": {"input_tokens": 20, "output_tokens": 3},
    });
    let error = json!({"type": "error", "error": {
        "type": "invalid_request_error", "message": "max_tokens: too large",
    }, "request_id": null});
    let unknown = json!({"type": "postponed", "until": "2027-01-01T00:00:00Z"});
    let lines = [
        json!({"custom_id": "c", "result": {"type": "succeeded", "message": message}}),
        json!({"custom_id": "a", "result": {"error": error, "type": "errored"}}),
        json!({"custom_id": "d", "result": {"type": "canceled"}}),
        json!({"custom_id": "b", "result": {"type": "expired"}}),
        json!({"custom_id": "e", "result": unknown, "attempt": 2}),
    ];
    let text = lines
        .map(|line| line.to_string())
        .join("\n")
        .replacen("\n", "\r\n\n", 1);
    let reply = Reply::text("application/x-jsonl", &text);
    let exchange = answer("platform.listMessageBatchResults", reply).await;
    let batches = client(exchange.url()).messages().batches();
    let reply = batches
        .results(ID)
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();
    let results: Vec<_> = reply.into_inner().try_collect().await.unwrap();

    let ids: Vec<&str> = results.iter().map(|one| one.custom_id.as_str()).collect();
    assert_eq!(ids, ["c", "a", "d", "b", "e"]);
    let message = &results[0].result.as_succeeded().unwrap().message;
    assert_eq!(message.content[0].as_text().unwrap().text, "Positive.");
    assert_eq!(message.stop_reason, Some(StopReason::EndTurn));
    assert_eq!(
        (message.usage.input_tokens, message.usage.output_tokens),
        (20, 3)
    );
    let errored = results[1].result.as_errored().unwrap();
    assert_eq!(errored.error.error.r#type, ErrorType::InvalidRequestError);
    assert_eq!(errored.error.error.message, "max_tokens: too large");
    assert!(results[2].result.as_canceled().is_some());
    assert!(results[3].result.as_expired().is_some());
    assert_eq!(results[4].result, MessageBatchResult::Unknown(unknown));
    assert_eq!(results[4].extra["attempt"], 2);

    let path = "/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results";
    exchange.expect(full(get(path))).await;
    refused(
        "platform.listMessageBatchResults",
        404,
        "not_found_error",
        async |url| client(url).messages().batches().results(ID).await,
    )
    .await;
}

/// A line that is no JSON is an error in its place.
#[tokio::test]
async fn a_broken_line() {
    let text =
        "{\"custom_id\":\"a\",\"result\":{\"type\":\"expired\"}}\n{\"custom_id\":\"b\",\"res\n";
    let reply = Reply::text("application/x-jsonl", text);
    let exchange = answer("platform.listMessageBatchResults", reply).await;
    let batches = client(exchange.url()).messages().batches();
    let mut lines = batches.results(ID).await.unwrap().into_inner();

    assert_eq!(lines.try_next().await.unwrap().unwrap().custom_id, "a");
    let error = lines.try_next().await.unwrap_err();
    assert!(matches!(error, claude_typed::Error::Decode(_)), "{error:?}");
    exchange.requests(1).await;
}

#[tokio::test]
async fn wait_until_it_has_ended() {
    let states = ["in_progress", "in_progress", "canceling", "ended"];
    let replies = states.map(|status| Reply::json(batch(status)));
    let exchange = answers("platform.retrieveMessageBatch", replies).await;
    let batches = client(exchange.url()).messages().batches();
    let poller = batches.wait(ID).interval(Duration::from_millis(1));
    let states = poller.max_interval(Duration::from_millis(1)).states();
    let states: Vec<String> = states
        .map_ok(|batch| batch.processing_status.to_string())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(states, ["in_progress", "in_progress", "canceling", "ended"]);
    let look = plain(get(format!("/v1/messages/batches/{ID}")));
    exchange
        .expect_all([look.clone(), look.clone(), look.clone(), look])
        .await;
}

#[tokio::test]
async fn waiting_has_a_deadline() {
    let server = Server::start([Answer::json(200, &batch("in_progress"))]).await;
    let batches = client(server.url()).messages().batches();
    // The first wait is 5 s.
    let error = batches.wait(ID).deadline(Duration::from_millis(300)).await;
    assert!(matches!(error, Err(Error::Timeout(_))), "{error:?}");
}

/// Where the results are is the service's word, and who is asked there must not see who asks.
#[tokio::test]
async fn results_at_another_host_are_asked_for_without_credentials() {
    let line = r#"{"custom_id":"a","result":{"type":"expired"}}"#;
    let results = || [Answer::new(200).body(line)];
    let (ours, foreign) = (
        Server::start(results()).await,
        Server::start(results()).await,
    );
    let client = Client::builder()
        .api_key("sk-ant-api03-test")
        .auth_token("token-of-mine")
        .default_header("x-of-mine", "secret")
        .base_url(ours.url());
    let batches = client.build().unwrap().messages().batches();
    let mut ended: MessageBatch = serde_json::from_value(batch("ended")).unwrap();

    for (server, path) in [
        (&ours, "/v1/r?page=1"),
        (&foreign, "/elsewhere?signature=s"),
    ] {
        ended.results_url = Some(format!("{}{path}", server.url()));
        let lines = batches.results_of(&ended).await.unwrap().into_inner();
        let lines: Vec<_> = lines.try_collect().await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(server.received()[0].target, path);
    }
    let [ours, foreign] = [&ours.received()[0], &foreign.received()[0]];
    assert_eq!(ours.header("x-api-key"), Some("sk-ant-api03-test"));
    assert_eq!(ours.header("x-of-mine"), Some("secret"));
    for name in [
        "x-api-key",
        "authorization",
        "x-of-mine",
        "anthropic-version",
        "cookie",
    ] {
        assert_eq!(foreign.header(name), None, "{name}");
    }
    let all = format!("{foreign:?}");
    assert!(!all.contains("sk-ant") && !all.contains("of-mine"), "{all}");

    ended.results_url = None;
    let error = batches.results_of(&ended).await.unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(_)), "{error}");
}

#[tokio::test]
async fn an_unsendable_batch_is_not_sent() {
    let server = Server::start([Answer::new(200)]).await;
    let batches = client(server.url()).messages().batches();
    let request = |id: &str| MessageBatchRequest::new(id, question().0);
    let batch = |ids: &[&str]| CreateMessageBatchRequest::new(ids.iter().map(|id| request(id)));

    let long = "x".repeat(65);
    for id in ["", "a b", "é", "a.b", "a/b", long.as_str()] {
        let found = batch(&["fine", id]).check().unwrap_err();
        let custom_id = id.to_owned();
        assert_eq!(
            found,
            InvalidBatch::CustomId {
                index: 1,
                custom_id
            }
        );
    }
    assert_eq!(batch(&["a", "A-_9", &long[..64]]).check(), Ok(()));
    let custom_id = "b".to_owned();
    let indexes = (1, 3);
    assert_eq!(
        batch(&["a", "b", "c", "b"]).check(),
        Err(InvalidBatch::Duplicate { indexes, custom_id })
    );
    assert_eq!(batch(&[]).check(), Err(InvalidBatch::Empty));
    let mut fill = request("fill");
    fill.params.max_tokens = 0;
    let found = CreateMessageBatchRequest::new([fill]).check().unwrap_err();
    assert!(
        matches!(found, InvalidBatch::Request { index: 0, .. }),
        "{found}"
    );
    let many = (0..100_001).map(|number| request(&number.to_string()));
    let found = CreateMessageBatchRequest::new(many).check();
    assert_eq!(found, Err(InvalidBatch::TooManyRequests { count: 100_001 }));
    // 26 times 10 MB.
    let large = |number: u32| {
        let turn = MessageParam::new(MessageRole::User, "x".repeat(10_000_000));
        let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 1_u64, [turn]);
        MessageBatchRequest::new(number.to_string(), params)
    };
    let found = CreateMessageBatchRequest::new((0..26).map(large)).check();
    assert_eq!(found, Err(InvalidBatch::TooLarge { index: 25 }));

    let error = batches.create(batch(&["a", "a"])).await.unwrap_err();
    let said = "invalid request: the requests 0 and 1 have the same custom_id `a`";
    assert_eq!(error.to_string(), said);
    assert!(server.received().is_empty());
}

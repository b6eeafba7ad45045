use claude_typed::platform::{Model, ModelLifecycle, ModelLine};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{REQUEST_ID, Reply, answer, answers, get, refused};

use super::{BETAS, WORKSPACE, client, full, plain};

fn sonnet() -> Value {
    json!({
        "id": "claude-sonnet-5-5",
        "type": "model",
        "display_name": "Claude Sonnet 5.5",
        "created_at": "2026-09-01T00:00:00Z",
        "line": "sonnet",
        "lifecycle": "active",
        "deprecated_at": null,
        "retires_at": "2027-11-01T00:00:00Z",
        "max_input_tokens": 1_000_000,
        "max_tokens": 64_000,
        "capabilities": {
            "batch": {"supported": true},
            "effort": {"supported": true, "low": {"supported": true}, "xhigh": null},
            "thinking": {"supported": true, "types": {"adaptive": {"supported": false}}},
            "server_tools": {"supported": true, "web_search": {"supported": true}},
        },
    })
}

/// What older servers say of a model.
fn bare(id: &str) -> Value {
    json!({
        "id": id, "type": "model", "display_name": id, "created_at": "1970-01-01T00:00:00Z",
    })
}

fn page(ids: &[&str], has_more: bool) -> Reply {
    let data: Vec<Value> = ids.iter().copied().map(bare).collect();
    Reply::json(json!({
        "data": data, "has_more": has_more, "first_id": ids.first(), "last_id": ids.last(),
    }))
}

#[tokio::test]
async fn list() {
    let body = json!({
        "data": [sonnet(), bare("claude-2.1")],
        "has_more": true, "first_id": "claude-sonnet-5-5", "last_id": "claude-2.1",
    });
    let exchange = answer("platform.listModels", Reply::json(body)).await;
    let models = client(exchange.url()).models();
    let request = models
        .list()
        .after_id("claude-opus-5-5")
        .before_id("claude 1 & ü")
        .limit(2);
    let request = request.lifecycle([ModelLifecycle::Active, "sleeping".into()]);
    let page = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(page.request_id(), Some(REQUEST_ID));
    assert_eq!(page.has_more, Some(true));
    assert_eq!(page.first_id.as_deref(), Some("claude-sonnet-5-5"));
    assert_eq!(page.last_id.as_deref(), Some("claude-2.1"));
    let [new, old] = page.data.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(new.id, Model::ClaudeSonnet55);
    assert_eq!(new.line, Some(ModelLine::Sonnet));
    assert_eq!(new.lifecycle, Some(ModelLifecycle::Active));
    assert_eq!(old.id, Model::Unknown("claude-2.1".into()));
    assert_eq!((&old.line, &old.capabilities), (&None, &None));

    let expected = full(get("/v1/models"))
        .header("accept", "application/json")
        .query("after_id", "claude-opus-5-5")
        .query("before_id", "claude 1 & ü")
        .query("limit", "2")
        .query("lifecycle[]", "active")
        .query("lifecycle[]", "sleeping");
    exchange.expect(expected).await;
    refused(
        "platform.listModels",
        401,
        "authentication_error",
        async |url| client(url).models().list().await,
    )
    .await;
}

#[tokio::test]
async fn retrieve() {
    let exchange = answer("platform.retrieveModel", Reply::json(sonnet())).await;
    let models = client(exchange.url()).models();
    let request = models.retrieve("claude sonnet/5?5").betas(BETAS);
    let model = request.workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(model.display_name, "Claude Sonnet 5.5");
    assert_eq!(model.created_at.to_rfc3339(), "2026-09-01T00:00:00+00:00");
    assert_eq!(model.deprecated_at, None);
    assert_eq!(
        model.retires_at.unwrap().to_rfc3339(),
        "2027-11-01T00:00:00+00:00"
    );
    assert_eq!(
        (model.max_input_tokens, model.max_tokens),
        (Some(1_000_000), Some(64_000))
    );
    let can = model.capabilities.as_ref().unwrap();
    assert!(can.batch.as_ref().unwrap().supported);
    assert_eq!(can.citations, None);
    let effort = can.effort.as_ref().unwrap();
    assert!(effort.low.as_ref().unwrap().supported);
    assert_eq!(effort.xhigh, None);
    let types = can.thinking.as_ref().unwrap().types.as_ref().unwrap();
    assert!(!types.adaptive.as_ref().unwrap().supported);

    exchange
        .expect(full(get("/v1/models/claude%20sonnet%2F5%3F5")))
        .await;
    refused(
        "platform.retrieveModel",
        404,
        "not_found_error",
        async |url| client(url).models().retrieve("claude-1").await,
    )
    .await;
}

#[tokio::test]
async fn items_of_all_pages() {
    let pages = [
        page(&["m1", "m2"], true),
        page(&["m3"], true),
        page(&["m4"], false),
    ];
    let exchange = answers("platform.listModels", pages).await;
    let list = client(exchange.url())
        .models()
        .list()
        .limit(2)
        .lifecycle(["active"]);
    let models: Vec<_> = list
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .items()
        .try_collect()
        .await
        .unwrap();

    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["m1", "m2", "m3", "m4"]);
    let first = full(get("/v1/models"))
        .query("limit", "2")
        .query("lifecycle[]", "active");
    let second = first.clone().query("after_id", "m2");
    let third = first.clone().query("after_id", "m3");
    exchange.expect_all([first, second, third]).await;
}

#[tokio::test]
async fn pages_before_an_id_walk_backwards() {
    let pages = [
        page(&["m5", "m6"], true),
        page(&["m3", "m4"], true),
        page(&[], false),
    ];
    let exchange = answers("platform.listModels", pages).await;
    let list = client(exchange.url()).models().list().before_id("m7");
    let pages: Vec<_> = list.pages().try_collect().await.unwrap();

    let sizes: Vec<usize> = pages.iter().map(|page| page.data.len()).collect();
    assert_eq!(sizes, [2, 2, 0]);
    let before = |id| plain(get("/v1/models")).query("before_id", id);
    exchange
        .expect_all([before("m7"), before("m5"), before("m3")])
        .await;
}

/// An error on a later page ends the stream after the items before it.
#[tokio::test]
async fn a_refused_page() {
    let error =
        json!({"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}});
    let pages = [page(&["m1"], true), Reply::json(error).status(429)];
    let exchange = answers("platform.listModels", pages).await;
    let mut items = client(exchange.url()).models().list().items();

    assert_eq!(items.try_next().await.unwrap().unwrap().id.as_str(), "m1");
    let error = items.try_next().await.unwrap_err();
    assert_eq!(error.as_api().unwrap().kind(), Some("rate_limit_error"));
    assert!(items.try_next().await.unwrap().is_none());
    let first = plain(get("/v1/models"));
    exchange
        .expect_all([first.clone(), first.query("after_id", "m1")])
        .await;
}

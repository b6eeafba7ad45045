//! Lists whose document says nothing of pages: they are recognised by what the replies show.

use claude_typed::Error;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use specwright_runtime::StreamCause;
use specwright_tests::wire::{Reply, answers};

use crate::support::{client, get};

fn page(ids: &[&str], rest: Value) -> Reply {
    let data: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let mut page = json!({"data": data});
    for (name, value) in rest.as_object().unwrap() {
        page[name] = value.clone();
    }
    Reply::json(page)
}

#[tokio::test]
async fn has_more_and_last_id_lead_on() {
    let exchange = answers(
        "connector.models.list",
        [
            page(
                &["a", "b"],
                json!({"has_more": true, "first_id": "a", "last_id": "b"}),
            ),
            // The last id is that of the last item where the page does not say it.
            page(&["c", "d"], json!({"has_more": true})),
            page(&["e"], json!({"has_more": false, "last_id": "e"})),
        ],
    )
    .await;
    let list = client(exchange.url()).models().list().query("limit", "2");
    let ids: Vec<_> = list
        .items()
        .map_ok(|model| model.id.unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    let first = get("/v1/models").query("limit", "2");
    exchange
        .expect_all([
            first.clone(),
            first.clone().query("after_id", "b"),
            first.query("after_id", "d"),
        ])
        .await;
}

#[tokio::test]
async fn before_id_walks_backwards() {
    let exchange = answers(
        "connector.message_batches.list",
        [
            page(
                &["c", "d"],
                json!({"has_more": true, "first_id": "c", "last_id": "d"}),
            ),
            page(
                &["a", "b"],
                json!({"has_more": false, "first_id": "a", "last_id": "b"}),
            ),
        ],
    )
    .await;
    let list = client(exchange.url())
        .message_batches()
        .list()
        .query("before_id", "e");
    let pages: Vec<Vec<_>> = list
        .pages()
        .map_ok(|page| page.iter().map(|batch| batch.id.clone().unwrap()).collect())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages, [["c", "d"], ["a", "b"]]);
    let list = get("/v1/messages/batches");
    exchange
        .expect_all([
            list.clone().query("before_id", "e"),
            list.query("before_id", "c"),
        ])
        .await;
}

#[tokio::test]
async fn a_token_leads_on_past_an_empty_page() {
    let exchange = answers(
        "connector.skills.list",
        [
            page(&["a"], json!({"has_more": true, "next_page": "p2"})),
            page(&[], json!({"has_more": true, "next_page": "p3"})),
            page(&["b"], json!({"has_more": false, "next_page": null})),
        ],
    )
    .await;
    let list = client(exchange.url()).skills().list();
    let ids: Vec<_> = list
        .items()
        .map_ok(|skill| skill.id.unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids, ["a", "b"]);
    let list = get("/v1/skills");
    exchange
        .expect_all([
            list.clone(),
            list.clone().query("page", "p2"),
            list.query("page", "p3"),
        ])
        .await;
}

#[tokio::test]
async fn pages_that_go_round_are_an_error() {
    let same = page(&["a"], json!({"has_more": true, "last_id": "a"}));
    let exchange = answers("connector.files.list", [same.clone(), same]).await;
    let mut items = client(exchange.url()).files().list().items();
    assert_eq!(
        items.next().await.unwrap().unwrap().id.as_deref(),
        Some("a")
    );
    assert_eq!(
        items.next().await.unwrap().unwrap().id.as_deref(),
        Some("a")
    );
    let Some(Err(Error::Stream(error))) = items.next().await else {
        panic!("no error");
    };
    assert_eq!(error.cause(), StreamCause::Protocol);
    assert!(error.message().contains("`a`"), "{error}");
    assert!(items.next().await.is_none());
    exchange.requests(2).await;
}

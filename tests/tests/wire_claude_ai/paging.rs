//! Lists walked by offset, whichever way a page is wrapped.

use claude_typed::claude_ai::{ConversationList, Pages};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answers};
use uuid::Uuid;

use crate::support::{client, get};

fn rows(numbers: std::ops::Range<u128>) -> Value {
    let row = |number| json!({"uuid": Uuid::from_u128(number), "name": number.to_string()});
    numbers.map(row).collect()
}

#[tokio::test]
async fn bare_arrays_end_with_a_short_page() {
    let pages = [rows(0..3), rows(2..5), rows(4..5)].map(Reply::json);
    let exchange = answers("claude_ai.listConversations", pages).await;
    let list = client(exchange.url())
        .conversations()
        .list()
        .limit(3)
        .starred(true);
    let names: Vec<_> = list
        .items()
        .map_ok(|conversation| conversation.name.unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(names, ["0", "1", "2", "3", "4"]);
    let first = get("/chat_conversations")
        .query("limit", "3")
        .query("starred", "true");
    exchange
        .expect_all([
            first.clone(),
            first.clone().query("offset", "2"),
            first.query("offset", "4"),
        ])
        .await;
}

#[tokio::test]
async fn a_page_with_nothing_new_ends_a_list_of_full_pages() {
    let pages = [rows(0..2), rows(1..2)].map(Reply::json);
    let exchange = answers("claude_ai.listConversations", pages).await;
    let pages = client(exchange.url())
        .conversations()
        .list()
        .limit(2)
        .offset(6)
        .pages();
    let lengths: Vec<usize> = lengths(pages).await;
    assert_eq!(lengths, [2]);
    let page = get("/chat_conversations").query("limit", "2");
    exchange
        .expect_all([page.clone().query("offset", "6"), page.query("offset", "7")])
        .await;
}

async fn lengths(pages: Pages<ConversationList>) -> Vec<usize> {
    let page = |page: ConversationList| match page {
        ConversationList::List(rows) => rows.len(),
        ConversationList::ConversationPage(page) => page.data.len(),
        other => panic!("{other:?}"),
    };
    pages
        .map_ok(|response| page(response.into_inner()))
        .try_collect()
        .await
        .unwrap()
}

#[tokio::test]
async fn without_a_limit_a_page_of_the_sites_size_is_full() {
    let pages = [rows(0..30), rows(29..58)].map(Reply::json);
    let exchange = answers("claude_ai.listConversations", pages).await;
    let pages = client(exchange.url()).conversations().list().pages();
    assert_eq!(lengths(pages).await, [30, 28]);
    let page = get("/chat_conversations");
    exchange
        .expect_all([page.clone(), page.query("offset", "29")])
        .await;
}

/// What an envelope says of the pages to come goes before their length.
#[tokio::test]
async fn envelopes_end_where_they_say_so() {
    let envelope = |rows: Value, more: bool| Reply::json(json!({"data": rows, "has_more": more}));
    let pages = [envelope(rows(0..2), true), envelope(rows(1..3), false)];
    let exchange = answers("claude_ai.listConversations", pages).await;
    let pages = client(exchange.url())
        .conversations()
        .list()
        .limit(2)
        .pages();
    assert_eq!(lengths(pages).await, [2, 1]);
    let page = get("/chat_conversations").query("limit", "2");
    exchange
        .expect_all([page.clone(), page.query("offset", "1")])
        .await;
}

/// Some envelopes say it one level below. A full page that says it is the last is the last.
#[tokio::test]
async fn envelopes_with_pagination_end_where_it_says_so() {
    let envelope = |rows: Value, offset: u32, more: bool| {
        let pagination = json!({"total": 3, "limit": 2, "offset": offset, "has_more": more});
        Reply::json(json!({"data": rows, "pagination": pagination}))
    };
    let pages = [
        envelope(rows(0..2), 0, true),
        envelope(rows(1..3), 1, false),
    ];
    let exchange = answers("claude_ai.listProjects", pages).await;
    let list = client(exchange.url()).projects().list().limit(2);
    let names: Vec<_> = list
        .items()
        .map_ok(|project| project.name.unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(names, ["0", "1", "2"]);
    let page = get("/projects").query("limit", "2");
    exchange
        .expect_all([page.clone(), page.query("offset", "1")])
        .await;
}

/// Rows 0 to 5, three to a page. What is done to the list between the first page and the second
/// doubles no row and hides none.
#[tokio::test]
async fn rows_that_move_are_neither_doubled_nor_skipped() {
    let page = |numbers: &[u128]| {
        let row = |number: &u128| json!({"uuid": Uuid::from_u128(*number)});
        Reply::json(numbers.iter().map(row).collect())
    };
    // A new conversation, 9, pushes all others back: the front is read again at the end.
    let inserted = [
        page(&[0, 1, 2]),
        page(&[1, 2, 3]),
        page(&[3, 4, 5]),
        page(&[5]),
        page(&[9, 0, 1]),
        page(&[1, 2, 3]),
    ];
    // The first two are deleted: the walk goes back to one it knows.
    let deleted = [
        page(&[0, 1, 2]),
        page(&[4, 5]),
        page(&[2, 3, 4]),
        page(&[4, 5]),
        page(&[2, 3, 4]),
        page(&[4, 5]),
    ];
    for (pages, expected, offsets) in [
        (
            inserted,
            vec![0, 1, 2, 3, 4, 5, 9],
            ["2", "4", "6", "0", "2"],
        ),
        (deleted, vec![0, 1, 2, 4, 5, 3], ["2", "0", "2", "0", "2"]),
    ] {
        let exchange = answers("claude_ai.listConversations", pages).await;
        let list = client(exchange.url()).conversations().list().limit(3);
        let found: Vec<_> = list
            .items()
            .map_ok(|conversation| conversation.uuid.as_uuid().as_u128())
            .try_collect()
            .await
            .unwrap();
        assert_eq!(found, expected);
        let page = get("/chat_conversations").query("limit", "3");
        let later = offsets.map(|offset| page.clone().query("offset", offset));
        exchange
            .expect_all([page.clone()].into_iter().chain(later))
            .await;
    }
}

/// A server that ignores the offset is noticed, and what it has comes before the error.
#[tokio::test]
async fn a_list_without_offsets_is_not_read_for_ever() {
    let pages = vec![Reply::json(rows(0..3)); 20];
    let exchange = answers("claude_ai.listConversations", pages).await;
    let list = client(exchange.url()).conversations().list().limit(3);
    let rows: Vec<_> = list.items().collect().await;
    assert_eq!(rows.iter().filter(|row| row.is_ok()).count(), 3);
    let error = rows.last().unwrap().as_ref().unwrap_err();
    assert!(error.to_string().contains("ignores `offset`"), "{error}");
    exchange.requests(6).await;
}

#[tokio::test]
async fn extensions_are_walked_under_their_own_name() {
    let page = |ids: &[&str]| {
        let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        Reply::json(json!({"extensions": rows, "total": 3}))
    };
    let pages = [page(&["a", "b"]), page(&["b", "c"]), page(&["c"])];
    let exchange = answers("claude_ai.listExtensions", pages).await;
    let list = client(exchange.url())
        .extensions()
        .list()
        .limit(2)
        .search("t");
    let ids: Vec<String> = list
        .items()
        .map_ok(|item| item.id.into())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids, ["a", "b", "c"]);
    let page = get("/dxt/extensions")
        .query("limit", "2")
        .query("search", "t");
    exchange
        .expect_all([
            page.clone(),
            page.clone().query("offset", "1"),
            page.query("offset", "2"),
        ])
        .await;
}

#[tokio::test]
async fn an_error_on_a_later_page_comes_after_the_items_before_it() {
    let refusal = Reply::json(json!({
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "Slower.", "details": null},
    }));
    let pages = [Reply::json(rows(0..1)), refusal.status(429)];
    let exchange = answers("claude_ai.listConversations", pages).await;
    let mut items = client(exchange.url())
        .conversations()
        .list()
        .limit(1)
        .items();
    assert_eq!(
        items.next().await.unwrap().unwrap().uuid,
        Uuid::from_u128(0).into()
    );
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
    assert!(items.next().await.is_none());
    exchange.requests(2).await;
}

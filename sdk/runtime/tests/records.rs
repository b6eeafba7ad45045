//! Lists of records over a server: the walk goes on as the replies show.

use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_runtime::pages::Pagination;
use specwright_runtime::record::{Field, PickError, Picked, Record, RecordPage, Selector::Key};
use specwright_runtime::{Client, ClientBuilder, Method, Operation, Request};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[derive(Debug, Clone, PartialEq)]
struct Item {
    id: Option<String>,
    raw: Value,
}

const ITEM: [Field; 1] = [Field::new("id", &[Key("id")])];

impl Record for Item {
    const FIELDS: &'static [Field] = &ITEM;

    fn from_reply(reply: Value) -> Result<Self, PickError> {
        let [id] = &ITEM;
        Ok(Self {
            id: id.pick(&reply)?,
            raw: reply,
        })
    }

    fn raw(&self) -> &Value {
        &self.raw
    }
}

static LIST: Operation = Operation::new("items.list", Method::Get, "/items");
static DELETE: Operation = Operation::new("items.delete", Method::Delete, "/items");

async fn server() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let client = ClientBuilder::new(server.uri())
        .max_retries(0)
        .build()
        .unwrap();
    (server, client)
}

fn list(client: &Client, pagination: Pagination) -> Request<RecordPage<Item>> {
    Request::new(client, &LIST).paginate(pagination)
}

/// Mounts one page: the one with this query parameter, or the first.
async fn mount(server: &MockServer, asked: Option<(&str, &str)>, name: &str, reply: Value) {
    let mock = Mock::given(method("GET")).and(path("/items"));
    let mock = match asked {
        Some((name, value)) => mock.and(query_param(name, value)),
        None => mock.and(query_param_is_missing(name)),
    };
    mock.respond_with(ResponseTemplate::new(200).set_body_json(reply))
        .expect(1)
        .mount(server)
        .await;
}

async fn ids(request: Request<RecordPage<Item>>) -> Vec<String> {
    let items: Vec<Item> = request.items().try_collect().await.unwrap();
    items.into_iter().filter_map(|item| item.id).collect()
}

#[tokio::test]
async fn ids_at_the_end_of_a_page_are_followed() {
    let (server, client) = server().await;
    let page = |ids: Value, last: &str, more: bool| json!({"data": ids, "has_more": more, "first_id": "?", "last_id": last});
    mount(
        &server,
        None,
        "after_id",
        page(json!([{"id": "a"}, {"id": "b"}]), "b", true),
    )
    .await;
    mount(
        &server,
        Some(("after_id", "b")),
        "",
        page(json!([{"id": "c"}]), "c", false),
    )
    .await;
    assert_eq!(
        ids(list(&client, Pagination::Recognised)).await,
        ["a", "b", "c"]
    );
}

#[tokio::test]
async fn tokens_are_followed() {
    let (server, client) = server().await;
    let page = |ids: Value, next: Value| json!({"data": ids, "has_more": true, "next_page": next});
    mount(
        &server,
        None,
        "page",
        page(json!([{"id": "a"}]), json!("t2")),
    )
    .await;
    mount(
        &server,
        Some(("page", "t2")),
        "",
        json!({"data": [{"id": "b"}], "has_more": false, "next_page": null}),
    )
    .await;
    assert_eq!(ids(list(&client, Pagination::Recognised)).await, ["a", "b"]);
}

#[tokio::test]
async fn a_declared_paging_takes_what_it_needs_from_the_reply() {
    let (server, client) = server().await;
    let after = Pagination::Cursor {
        after: "starting_after",
        before: "ending_before",
    };
    mount(
        &server,
        None,
        "starting_after",
        json!({"data": [{"id": "a"}], "has_more": true}),
    )
    .await;
    mount(
        &server,
        Some(("starting_after", "a")),
        "",
        json!({"data": [{"id": "b"}], "has_more": false}),
    )
    .await;
    assert_eq!(ids(list(&client, after)).await, ["a", "b"]);
}

#[tokio::test]
async fn a_list_that_shows_nothing_is_one_page() {
    let (server, client) = server().await;
    mount(&server, None, "page", json!([{"id": "a"}])).await;
    assert_eq!(ids(list(&client, Pagination::Recognised)).await, ["a"]);
}

#[tokio::test]
async fn no_content_is_a_record_without_values() {
    let (server, client) = server().await;
    let mock = Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204));
    mock.mount(&server).await;
    let item = Request::<Item, Picked>::new(&client, &DELETE)
        .await
        .unwrap();
    assert_eq!(
        *item,
        Item {
            id: None,
            raw: Value::Null
        }
    );
}

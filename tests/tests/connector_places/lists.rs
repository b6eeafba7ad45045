//! Lists whose paging is declared, and a record that is a whole page.

use futures::{Stream, TryStreamExt};
use serde_json::{Value, json};
use specwright_runtime::automation::Outputs;
use specwright_runtime::record::RecordPage;
use specwright_runtime::{Error, Response};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::places::{Channel, Client, Place};

/// A server with these answers, in this order.
async fn server(answers: &[ResponseTemplate]) -> (MockServer, Client) {
    let server = MockServer::start().await;
    for answer in answers {
        let once = Mock::given(any()).respond_with(answer.clone());
        once.up_to_n_times(1).mount(&server).await;
    }
    let builder = Client::builder().base_url(server.uri()).api_key("k");
    let client = builder.max_retries(0).build().unwrap();
    (server, client)
}

fn answer(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// The queries the server was asked with, without the credential.
async fn queries(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let queries = requests.iter().map(|request| {
        let pairs = request.url.query_pairs().filter(|(name, _)| name != "key");
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    });
    queries.collect()
}

async fn ids(list: impl Stream<Item = Result<Place, Error>>) -> Vec<i64> {
    let places: Vec<Place> = list.try_collect().await.unwrap();
    places.iter().map(|place| place.id.unwrap()).collect()
}

#[tokio::test]
async fn by_a_declared_offset() {
    let answers = [
        answer(json!({"found": [{"id": 1}, {"id": 2}]})),
        answer(json!({"found": [{"id": 3}]})),
    ];
    let (server, client) = server(&answers).await;
    assert_eq!(ids(client.places().by_offset().items()).await, [1, 2, 3]);
    assert_eq!(queries(&server).await, ["", "skip=2"]);
}

#[tokio::test]
async fn by_a_token_at_a_declared_place() {
    let answers = [
        answer(json!({"found": [{"id": 1}], "page": {"after": ["x", "t2"]}})),
        answer(json!({"found": [], "page": {"after": ["x", 3]}})),
        answer(json!({"found": [{"id": 2}], "page": {"after": []}})),
    ];
    let (server, client) = server(&answers).await;
    assert_eq!(ids(client.places().by_token().items()).await, [1, 2]);
    assert_eq!(queries(&server).await, ["", "from=t2", "from=3"]);
}

#[tokio::test]
async fn by_the_last_id() {
    let answers = [
        answer(json!({"data": [{"id": 1}, {"id": 2}], "has_more": true})),
        answer(json!({"data": [{"id": 3}], "has_more": false})),
    ];
    let (server, client) = server(&answers).await;
    assert_eq!(ids(client.places().by_cursor().items()).await, [1, 2, 3]);
    assert_eq!(queries(&server).await, ["", "behind=2"]);
}

#[tokio::test]
async fn by_links() {
    let first = answer(json!([{"id": 1}]));
    let link = "</places?page=2>; rel=\"next\"";
    let answers = [
        first.insert_header("link", link),
        answer(json!([{"id": 2}])),
    ];
    let (server, client) = server(&answers).await;
    assert_eq!(ids(client.places().by_link().items()).await, [1, 2]);
    assert_eq!(queries(&server).await, ["", "page=2"]);
}

#[tokio::test]
async fn one_page_and_no_more() {
    let page = json!({"data": [{"id": 1}], "has_more": true, "next_page": "p2"});
    let (server, client) = server(&[answer(page.clone()), answer(page)]).await;
    let places: Response<RecordPage<Place>> = client.places().whole().await.unwrap();
    assert_eq!(places[0].id, Some(1));
    assert_eq!(places.rest()["next_page"], "p2");
    let call = client.call("places.whole", Value::Null).unwrap();
    let outputs: Vec<Outputs> = call.outputs().try_collect().await.unwrap();
    assert_eq!(outputs.len(), 1);
    assert_eq!(queries(&server).await, ["", ""]);
}

#[tokio::test]
async fn a_record_that_is_a_whole_page_leads_on() {
    let page = |id: &str, next: &str| {
        answer(json!({"channels": [{"id": id}], "response_metadata": {"next_cursor": next}}))
    };
    let (server, client) = server(&[page("C1", "c2"), page("C2", "")]).await;
    let list = client.channels().list().limit(1);
    let channels: Vec<Channel> = list.items().try_collect().await.unwrap();
    let first = channels.iter().map(|channel| channel.first_id.as_deref());
    assert_eq!(first.collect::<Vec<_>>(), [Some("C1"), Some("C2")]);
    assert_eq!(queries(&server).await, ["limit=1", "limit=1&cursor=c2"]);
}

#[tokio::test]
async fn one_input_in_the_address_and_in_the_body() {
    let (server, client) = server(&[answer(json!({})), answer(json!({}))]).await;
    let places = client.places();
    places.shared("a/b").await.unwrap();
    places.shared("c").q("d").await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let sent = requests.iter().map(|request| {
        let body: Value = request.body_json().unwrap();
        (request.url.path().to_owned(), body)
    });
    let expected = [
        ("/places/a%2Fb".to_owned(), json!({"id": "a/b", "q": "x"})),
        ("/places/c".to_owned(), json!({"id": "c", "q": "d"})),
    ];
    assert_eq!(sent.collect::<Vec<_>>(), expected);
    assert_eq!(queries(&server).await, ["q=x", "q=d"]);
}

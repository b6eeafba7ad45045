//! Lists of a document that says nothing about paging, through the code generated from it.

use futures::TryStreamExt;
use library::Client;
use serde_json::{Value, json};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod library {
    include!(concat!(env!("OUT_DIR"), "/paging.rs"));
}

/// A client of a server that answers at one path, to those who send the key.
async fn serve(
    place: &str,
    answer: impl Fn(&Request) -> Value + Send + Sync + 'static,
) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(path(place))
        .and(header("x-key", "secret"))
        .respond_with(move |request: &Request| {
            ResponseTemplate::new(200).set_body_json(answer(request))
        })
        .mount(&server)
        .await;
    let client = Client::builder(server.uri()).key("secret").build();
    (server, client.unwrap())
}

fn number(request: &Request, name: &str) -> Option<usize> {
    let mut query = request.url.query_pairs();
    query.find(|(key, _)| key == name)?.1.parse().ok()
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let asked = requests.iter().map(|request| request.url.query());
    asked
        .map(|query| query.unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_by_number_until_the_last_one() {
    let books = ["Emma", "Momo", "Ulysses", "Persuasion"];
    let (server, client) = serve("/books", move |request| {
        let page = number(request, "page").unwrap_or(1);
        let books: Vec<_> = books.iter().skip((page - 1) * 2).take(2).collect();
        json!({ "books": books, "meta": { "total_pages": 2 } })
    })
    .await;
    let list = client.books().list().shelf("a b");
    let all: Vec<String> = list.clone().items().try_collect().await.unwrap();
    assert_eq!(all, books);
    let pages: Vec<_> = list.clone().page(2).pages().try_collect().await.unwrap();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].books, ["Ulysses", "Persuasion"]);
    assert_eq!(list.await.unwrap().books, ["Emma", "Momo"]);
    let first = "shelf=a%20b";
    let second = "shelf=a%20b&page=2";
    assert_eq!(asked(&server).await, [first, second, second, first]);
}

#[tokio::test]
async fn pages_of_a_plain_list_until_a_short_one() {
    let (server, client) = serve("/shelves", |request| {
        let page = number(request, "page").unwrap_or(0);
        let size = number(request, "size").unwrap_or(10).min(3);
        json!((0..8).skip(page * size).take(size).collect::<Vec<_>>())
    })
    .await;
    // The server gives fewer than it is asked for.
    let list = client.shelves().list().size(5);
    let all: Vec<i64> = list.items().try_collect().await.unwrap();
    assert_eq!(all, (0..8).collect::<Vec<_>>());
    let all = asked(&server).await;
    assert_eq!(all, ["size=5", "size=5&page=1", "size=5&page=2"]);
}

#[tokio::test]
async fn pages_by_the_address_of_the_next() {
    let (server, client) = serve("/loans", |request| {
        let cursor = number(request, "cursor").unwrap_or(1);
        let next = (cursor < 3).then(|| format!("/loans?overdue=true&cursor={}", cursor + 1));
        json!({ "data": [format!("loan {cursor}")], "links": { "next": next } })
    })
    .await;
    let list = client.loans().list().overdue(true);
    let all: Vec<String> = list.clone().items().try_collect().await.unwrap();
    assert_eq!(all, ["loan 1", "loan 2", "loan 3"]);

    let first = list.clone().await.unwrap();
    let next = first.links.as_ref().and_then(|links| links.next.clone());
    let rest = list.page_at(next.unwrap()).items();
    let rest: Vec<String> = rest.try_collect().await.unwrap();
    assert_eq!(rest, ["loan 2", "loan 3"]);
    let cursor = |cursor: u8| format!("overdue=true&cursor={cursor}");
    let once = "overdue=true".to_owned();
    let expected = [
        once.clone(),
        cursor(2),
        cursor(3),
        once,
        cursor(2),
        cursor(3),
    ];
    assert_eq!(asked(&server).await, expected);
}

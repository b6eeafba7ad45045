//! Uses a client that `build.rs` generated from `bookshop.yaml`, against a mock server.

use anyhow::Result;
use futures::TryStreamExt;
use serde_json::json;
use specwright_downstream::bookshop::{Binding, Client, NewBook};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[tokio::main]
async fn main() -> Result<()> {
    let server = shop().await;
    let client = Client::builder()
        .base_url(server.uri())
        .token("example")
        .build()?;

    let book = client
        .books()
        .add(NewBook::new("The Sea").binding(Binding::Cloth))
        .await?;
    println!("added {} ({})", book.title, book.binding);

    let titles: Vec<String> = client
        .books()
        .list()
        .limit(2)
        .items()
        .map_ok(|book| book.title)
        .try_collect()
        .await?;
    println!("on the shelf: {}", titles.join(", "));
    Ok(())
}

/// A shop with three books, two to a page.
async fn shop() -> MockServer {
    let server = MockServer::start().await;
    let book = |id: i64, title: &str| json!({"id": id, "title": title, "binding": "cloth"});
    Mock::given(method("POST"))
        .and(path("/books"))
        .and(header("authorization", "Bearer example"))
        .respond_with(ResponseTemplate::new(201).set_body_json(book(3, "The Sea")))
        .mount(&server)
        .await;
    let pages = [
        ("2", vec![book(3, "The Sea")]),
        ("0", vec![book(1, "A Room"), book(2, "Stairs")]),
    ];
    for (offset, books) in pages {
        let request = Mock::given(method("GET"))
            .and(path("/books"))
            .and(query_param("limit", "2"));
        // The first page is asked for without an offset.
        let request = if offset == "0" {
            request
        } else {
            request.and(query_param("offset", offset))
        };
        request
            .respond_with(ResponseTemplate::new(200).set_body_json(books))
            .with_priority(if offset == "0" { 2 } else { 1 })
            .mount(&server)
            .await;
    }
    server
}

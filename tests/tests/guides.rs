//! What the guides say is so: their Rust compiles and runs, progenitor's names are those it gives, and
//! the overlays do to the documents what they are for.

use progenitor::Generator;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod bookshop {
    include!(concat!(env!("OUT_DIR"), "/bookshop.rs"));
}

mod from_progenitor {
    use super::bookshop;

    include!(concat!(env!("OUT_DIR"), "/from-progenitor.rs"));
}

mod from_openapi_generator {
    use super::bookshop;

    include!(concat!(env!("OUT_DIR"), "/from-openapi-generator.rs"));
}

#[cfg(corpus)]
#[path = "guides/overlays.rs"]
mod overlays;

#[cfg(not(corpus))]
#[test]
#[ignore = "there are no documents of others (set CORPUS)"]
fn overlays() {}

#[test]
fn progenitor_names_things_as_the_guide_says() {
    let document = include_str!("../../codegen/guides/bookshop.yaml");
    let guide = include_str!("../../codegen/guides/from-progenitor.md");
    let document = specwright::source::Sources::from_text(
        "bookshop.yaml",
        document.to_owned(),
        &mut specwright::diagnostics::Diagnostics::default(),
    );
    let document = document.unwrap().root().value().clone();
    let document = serde_json::from_value(document).unwrap();
    let client = Generator::default().generate_tokens(&document).unwrap();
    let client: String = client.to_string().split_whitespace().collect();
    let client = client.replace(",)", ")").replace(",>", ">");
    for (said, written) in [
        ("Client::new(\"https://…\")", "pubfnnew(baseurl:&str)->Self"),
        (
            "Client::new_with_client(url, reqwest)",
            "pubfnnew_with_client(",
        ),
        (
            "client.list_books(author, page, per_page)",
            "pubasyncfnlist_books<'a>(&'aself,author:Option<&'astr>,page:Option<i64>,per_page:Option<i64>)",
        ),
        (
            "ResponseValue<types::BookPage>",
            "Result<ResponseValue<types::BookPage>,Error<types::Problem>>",
        ),
        (
            "client.get_book(\"momo\")",
            "pubasyncfnget_book<'a>(&'aself,id:&'astr)",
        ),
        (
            "client.create_book(&new)",
            "pubasyncfncreate_book<'a>(&'aself,body:&'atypes::NewBook)",
        ),
        (
            "title: \"Momo\".to_string(), kind: None",
            "pubkind:::std::option::Option<Kind>",
        ),
        ("15 s for all", "from_secs(15"),
        ("`api-version` header", "\"api-version\""),
    ] {
        assert!(guide.contains(said), "the guide says no more `{said}`");
        assert!(client.contains(written), "{said}: {written} in {client}");
    }
}

fn answer(server: &MockServer, at: &str, status: u16, body: Value) -> impl Future<Output = ()> {
    Mock::given(path(at))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(server)
}

#[tokio::test]
async fn what_was_written_for_other_generators_works_after_the_move() {
    let server = MockServer::start().await;
    let book = json!({ "id": "momo", "title": "Momo", "kind": "fairy tale" });
    Mock::given(path("/books"))
        .and(method("GET"))
        .respond_with(|request: &Request| {
            let second = request
                .url
                .query_pairs()
                .any(|(key, value)| key == "page" && value == "2");
            let book = json!({ "id": "b", "title": "Emma", "kind": "novel" });
            let books = vec![book; if second { 1 } else { 2 }];
            ResponseTemplate::new(200).set_body_json(json!({ "books": books, "total_pages": 2 }))
        })
        .mount(&server)
        .await;
    Mock::given(path("/books"))
        .and(method("POST"))
        .respond_with(ResponseTemplate::new(201).set_body_json(&book))
        .mount(&server)
        .await;
    answer(&server, "/books/momo", 200, book).await;
    let client = bookshop::Client::builder()
        .base_url(server.uri())
        .key("secret");
    let client = client.build().unwrap();
    assert_eq!(from_progenitor::after_progenitor(&client).await.unwrap(), 3);
    let count = from_openapi_generator::after_openapi_generator(&client).await;
    assert_eq!(count.unwrap(), 2);
}

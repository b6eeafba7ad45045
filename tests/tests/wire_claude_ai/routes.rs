//! Other paths of operations: the table, and paths of one's own.

use std::collections::BTreeMap;

use claude_typed::Error;
use claude_typed::claude_ai::{Client, ClientBuilder, Method, Operation, routes};
use serde_json::json;
use specwright_tests::socket::{Answer, Received, Server};

use crate::support::{CONVERSATION, ORG, builder};

/// Calls every operation that has a route.
async fn call_all(client: &Client) {
    client.conversations().list().await.unwrap();
    client
        .conversations()
        .list_files(CONVERSATION)
        .await
        .unwrap();
    client.mcp().bootstrap().await.unwrap();
    client.sync().gmail_status().await.unwrap();
    client.sync().gcal_status().await.unwrap();
    client.sync().drive_status().await.unwrap();
    client.experiences().list().locale("pt-PT").await.unwrap();
    client.models().list().await.unwrap();
    client.styles().list().await.unwrap();
}

fn answer(request: &Received) -> Answer {
    match request.target.rsplit('/').next() {
        Some("bootstrap") => Answer::events(["event: completed\ndata: {}\n\n"]),
        Some("list-files" | "auth" | "status") => Answer::json(200, &json!({})),
        Some("chat_conversations_v2") => Answer::json(200, &json!({"data": []})),
        Some("claude_web?locale=pt-PT" | "experiences?locale=pt-PT") => {
            Answer::json(200, &json!({}))
        }
        _ => Answer::json(200, &json!([])),
    }
}

async fn sent(build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Vec<(String, String)> {
    let server = Server::answering(answer).await;
    let client = build(builder(server.url()))
        .organization(ORG)
        .build()
        .unwrap();
    call_all(&client).await;
    let below = format!("/api/organizations/{ORG}");
    let requests = server.received().into_iter();
    let parts = requests.map(|request| {
        let path = request.target.strip_prefix(&below).unwrap().to_owned();
        (request.method, path)
    });
    parts.collect()
}

#[tokio::test]
async fn the_documented_paths_are_the_default() {
    let list_files = format!("/chat_conversations/{CONVERSATION}/wiggle/list-files");
    let expected = [
        ("GET", "/chat_conversations"),
        ("GET", &list_files),
        ("POST", "/mcp/v2/bootstrap"),
        ("GET", "/sync/gmail/status"),
        ("GET", "/sync/gcal/status"),
        ("GET", "/sync/drive/status"),
        ("GET", "/experiences?locale=pt-PT"),
        ("GET", "/model_configs"),
        ("GET", "/style-presets"),
    ];
    let expected = expected.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(sent(|builder| builder).await, expected);
}

#[tokio::test]
async fn the_table_has_the_paths_that_were_seen() {
    let list_files = format!("/conversations/{CONVERSATION}/wiggle/list-files");
    let expected = [
        ("GET", "/chat_conversations_v2"),
        ("GET", &list_files),
        ("GET", "/mcp/v2/bootstrap"),
        ("GET", "/sync/gmail/auth"),
        ("GET", "/sync/gcal/auth"),
        ("GET", "/sync/mcp/drive/auth"),
        ("GET", "/experiences/claude_web?locale=pt-PT"),
        ("GET", "/model_config"),
        ("GET", "/list_styles"),
    ];
    let all = |builder: ClientBuilder| {
        let routes = routes::ALL.iter();
        routes.fold(builder, |builder, route| builder.route(route))
    };
    let expected = expected.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(sent(all).await, expected);
    // One route for each operation that has any.
    let ids: BTreeMap<&str, usize> = routes::ALL.iter().map(|route| (route.id, 1)).collect();
    assert_eq!(ids.len(), expected.len());
}

#[tokio::test]
async fn a_path_of_ones_own() {
    static MINE: Operation = Operation::new(
        "listModelConfigs",
        Method::Get,
        "/api/organizations/{org_uuid}/models/for/{surface}",
    );
    let server = Server::start([Answer::json(200, &json!([]))]).await;
    let make = || {
        builder(server.url())
            .organization(ORG)
            .route(&routes::MODEL_CONFIG)
            .route(&MINE)
    };
    let error = make().build().unwrap().models().list().await.unwrap_err();
    assert!(error.to_string().contains("`surface`"), "{error}");
    assert_eq!(server.received().len(), 0);
}

#[test]
fn a_route_of_no_operation_is_refused() {
    static NONE: Operation = Operation::new("listUnicorns", Method::Get, "/unicorns");
    let error = builder("http://localhost")
        .route(&NONE)
        .build()
        .unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)));
    assert!(error.to_string().contains("`listUnicorns`"), "{error}");
}

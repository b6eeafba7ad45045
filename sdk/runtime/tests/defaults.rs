//! What a client adds to every request, and what is checked before anything is sent.

mod support;

use serde_json::{Value, json};
use specwright_runtime::check::Outgoing;
use specwright_runtime::{
    Client, ClientBuilder, Error, InvalidRequest, Method, Operation, Request,
};
use support::{POST, Recorder, Server, builder, ok};

/// Refuses a body with `"bad": true`, unless the request has a timeout of its own.
fn not_bad(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
    let body: Value = serde_json::from_slice(request.json.unwrap_or(b"null")).unwrap();
    assert_eq!(request.operation.id, "checked");
    assert!(request.headers.contains_key("user-agent"));
    match body["bad"] == true && !request.has_timeout {
        true => Err(InvalidRequest::new("`bad` is not taken")),
        false => Ok(()),
    }
}

static CHECKED: Operation = Operation::new("checked", Method::Post, "/things").check(not_bad);

async fn server() -> Server {
    Server::start(vec![ok("{}")]).await
}

fn client(server: &Server, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    configure(builder(&server.url, &Recorder::default()))
        .build()
        .unwrap()
}

fn body(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn checked(client: &Client, body: Value) -> Request<Value> {
    Request::new(client, &CHECKED).json_body(&body)
}

#[tokio::test]
async fn a_check_sees_what_would_be_sent() {
    let server = server().await;
    let plain = client(&server, |builder| builder);
    let bad = || checked(&plain, json!({"bad": true}));
    for request in [
        bad(),
        // Wherever the member comes from.
        checked(&plain, json!({})).body_field("bad", true),
        checked(&plain.with_body_field("bad", true), json!({})),
    ] {
        let Err(Error::InvalidRequest(error)) = request.await else {
            panic!("it was sent");
        };
        assert_eq!(error.message(), "`bad` is not taken");
    }
    assert!(server.requests().is_empty());

    bad().unchecked().await.unwrap();
    bad()
        .timeout(std::time::Duration::from_secs(5))
        .await
        .unwrap();
    let trusting = client(&server, |builder| builder.checks(false));
    checked(&trusting, json!({"bad": true})).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn members_of_every_body_give_way_to_those_of_a_request() {
    let server = server().await;
    let client = client(&server, |builder| {
        builder
            .body_field("a", 1)
            .body_field("b", json!({"c": null}))
            .body_field("a", 2)
    });
    let send = |body: Value| Request::<Value>::new(&client, &POST).json_body(&body);
    send(json!({})).await.unwrap();
    send(json!({"a": null})).await.unwrap();
    send(json!({"x": "\"b\":"}))
        .body_field("b", 0)
        .await
        .unwrap();
    // What is no object has no members.
    send(json!([1])).await.unwrap();
    let bodies: Vec<Value> = server
        .requests()
        .iter()
        .map(|request| body(request))
        .collect();
    let expected = [
        json!({"a": 2, "b": {"c": null}}),
        json!({"a": null, "b": {"c": null}}),
        json!({"x": "\"b\":", "a": 2, "b": 0}),
        json!([1]),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn lists_in_headers_add_up() {
    let server = server().await;
    let client = client(&server, |builder| builder.header("x-list", "a, b"));
    let send = || Request::<Value>::new(&client, &POST);
    send().header_param("x-list", ["b", "c"]).await.unwrap();
    send()
        .header_param("x-list", Vec::<String>::new())
        .await
        .unwrap();
    send().header_param("x-list", "c").await.unwrap();
    send()
        .header_param("x-list", ["c"])
        .header("x-list", "d")
        .await
        .unwrap();
    let lists: Vec<String> = server
        .requests()
        .iter()
        .map(|request| {
            let line = request.lines().find(|line| line.starts_with("x-list: "));
            line.unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(
        lists,
        ["x-list: a,b,c", "x-list: a,b", "x-list: c", "x-list: d"]
    );
}

#[tokio::test]
async fn headers_can_come_as_lines() {
    let server = server().await;
    let client = client(&server, |builder| {
        builder.header_lines("X-Team: blue\n\n  x-secret :a: b \r\n")
    });
    Request::<Value>::new(&client, &POST).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.contains("\r\nx-team: blue\r\n"), "{request}");
    assert!(request.contains("\r\nx-secret: a: b\r\n"), "{request}");
    // They may be credentials.
    assert!(!format!("{client:?}").contains("blue"));

    let error = ClientBuilder::new("http://localhost")
        .header_lines("sk-ant-secret")
        .build();
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("Name: value") && !message.contains("secret"),
        "{message}"
    );
}

//! Nothing that can be printed shows a credential.

mod support;

use specwright_runtime::{Credential, Error, Secret};
use support::{POST, Recorder, Server, Step, any, builder, ok, reply};

const KEY: &str = "sk-ant-hunter2";

fn assert_hidden(text: &str) {
    assert!(!text.contains("hunter2"), "{text}");
    // base64 of `user:sk-ant-hunter2`
    assert!(!text.contains("dXNlcjpzay1hbnQtaHVudGVyMg"), "{text}");
}

fn with_credentials(url: &str) -> specwright_runtime::ClientBuilder {
    builder(url, &Recorder::default())
        .credential(Credential::header("x-custom-key", KEY.into()))
        .credential(Credential::basic("user", KEY.into()))
        .credential(Credential::query("key", KEY.into()))
        .credential(Credential::cookie("sid", KEY.into()))
        .secret_header("x-hidden", KEY)
        .header("x-api-key", KEY)
        .proxy(format!("{url}/{KEY}"))
        .max_retries(0)
}

#[test]
fn builders_clients_and_requests_hide_their_credentials() {
    let builder = with_credentials("http://127.0.0.1:1");
    assert_hidden(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    assert_hidden(&format!("{client:?} {client:#?}"));
    let request = any(&client, &POST)
        .header("authorization", KEY)
        .query("token", KEY)
        .cookie_param("other", KEY)
        .text_body("text/plain", KEY);
    assert_hidden(&format!("{request:?}"));
    assert!(format!("{request:?}").contains("token"), "names are shown");
    assert_hidden(&format!("{:?} {0}", Secret::from(KEY)));
    assert_hidden(&format!("{:?}", Credential::bearer(KEY.into())));
    assert_eq!(serde_json::to_value(Secret::from(KEY)).unwrap(), KEY);
}

async fn failure(script: Vec<Step>) -> Error {
    let server = Server::start(script).await;
    let client = with_credentials(&server.url).build().unwrap();
    any(&client, &POST).await.unwrap_err()
}

fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    text
}

#[tokio::test]
async fn errors_of_every_kind_hide_them() {
    let echo = format!(r#"{{"error": {{"type": "{KEY}", "message": "bad key {KEY}"}}}}"#);
    let cookie = format!("sid={KEY}-rotated");
    let headers = [
        ("set-cookie", cookie.as_str()),
        ("location", "http://x/?key=1"),
    ];
    for (kind, script) in [
        ("api", vec![reply(401, &headers, &echo)]),
        ("redirect", vec![reply(302, &headers, KEY)]),
        ("closed", vec![Step::Write(Vec::new())]),
        ("reset", vec![Step::Reset(Vec::new())]),
        (
            "short",
            vec![Step::Write(
                b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_vec(),
            )],
        ),
        (
            "garbage",
            vec![Step::Write(b"\x00\x01 not http\r\n\r\n".to_vec())],
        ),
        ("decode", vec![ok(&format!("not json {KEY}"))]),
    ] {
        let error = failure(script).await;
        assert_hidden(&printed(&error));
        assert!(!error.to_string().is_empty(), "{kind}");
    }
    let refused = with_credentials("http://127.0.0.1:1").build().unwrap();
    assert_hidden(&printed(&any(&refused, &POST).await.unwrap_err()));
}

#[tokio::test]
async fn responses_hide_cookies_they_set() {
    let cookie = format!("sid={KEY}-rotated");
    let server = Server::start(vec![reply(200, &[("set-cookie", &cookie)], "1")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let response = any(&client, &POST).await.unwrap();
    assert_hidden(&format!("{response:?}"));
    assert_eq!(response.header("set-cookie"), Some(cookie.as_str()));
}

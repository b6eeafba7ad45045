//! What an error tells: of the API, of the edge, of the decoder, and of a
//! request that never left.

mod support;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specwright_runtime::format::{ByStatus, Empty, FromStatus, MaybeJson, Text};
use specwright_runtime::http::StatusCode;
use specwright_runtime::{ApiError, ByteStream, Client, Error, Limits, QueryStyle, Reply, Request};
use support::{GET, LIST, POST, Recorder, Server, any, builder, ok, reply};
use wiremock::matchers::any as anything;
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn client_of(template: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(anything())
        .respond_with(template)
        .mount(&server)
        .await;
    let client = builder(&server.uri(), &Recorder::default())
        .max_retries(0)
        .build()
        .unwrap();
    (server, client)
}

async fn api_error(template: ResponseTemplate) -> ApiError {
    let (_server, client) = client_of(template).await;
    match any(&client, &LIST).await.unwrap_err() {
        Error::Api(error) => *error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_envelope_of_the_platform_is_read() {
    let body = json!({
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "no such tool",
            "details": {"error_code": "tool_name_conflict", "tool": "x"},
        },
        "request_id": "req_body",
    });
    let error = api_error(ResponseTemplate::new(400).set_body_json(&body)).await;
    assert_eq!(error.kind(), Some("invalid_request_error"));
    assert_eq!(error.message(), "no such tool");
    assert_eq!(error.error_code(), Some("tool_name_conflict"));
    assert_eq!(error.request_id(), Some("req_body"));
    assert_eq!(
        error.to_string(),
        "400 invalid_request_error: no such tool (request id req_body)"
    );
    assert_eq!(error.decode::<Value>().unwrap(), body);
    let wrong = error.decode::<Vec<u8>>().unwrap_err();
    assert!(matches!(wrong, Error::Decode(_)));

    let with_header = ResponseTemplate::new(429)
        .insert_header("request-id", "req_header")
        .insert_header("retry-after", "7")
        .insert_header("anthropic-ratelimit-requests-remaining", "0")
        .set_body_json(&body);
    let error: Error = api_error(with_header).await.into();
    assert_eq!(error.request_id(), Some("req_header"));
    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
    assert_eq!(error.rate_limits().unwrap().requests.remaining, Some(0));
    assert!(error.headers().unwrap().contains_key("request-id"));
}

#[tokio::test]
async fn a_message_is_found_in_any_body() {
    for (body, message) in [
        (json!({"message": "Not Found"}).to_string(), "Not Found"),
        (json!({"detail": "nope"}).to_string(), "nope"),
        (json!({"title": "Bad", "status": 422}).to_string(), "Bad"),
        (json!({"error": "text"}).to_string(), "text"),
        (
            json!({"error": "code", "error_description": "words"}).to_string(),
            "words",
        ),
        (
            json!({"errors": [{"message": "first"}]}).to_string(),
            "first",
        ),
        (
            json!({"detail": [{"loc": [], "msg": "missing"}]}).to_string(),
            "missing",
        ),
        (
            json!({"error": {"message": null, "title": 7}}).to_string(),
            "7",
        ),
        ("\"just text\"".to_owned(), "just text"),
        ("plain text".to_owned(), "plain text"),
        ("[[[".to_owned(), "[[["),
        (json!([1, 2]).to_string(), "Unprocessable Entity"),
        (
            json!({"error": {"message": {"a": 1}}}).to_string(),
            "Unprocessable Entity",
        ),
        (String::new(), "Unprocessable Entity"),
        (
            "<html><body>x</body></html>".to_owned(),
            "Unprocessable Entity",
        ),
    ] {
        let template = ResponseTemplate::new(422).set_body_raw(body.clone(), "text/plain");
        assert_eq!(api_error(template).await.message(), message, "{body}");
    }
    let binary = ResponseTemplate::new(500).set_body_bytes([0xff, 0xfe, 0]);
    assert_eq!(api_error(binary).await.message(), "Internal Server Error");
    let unknown = api_error(ResponseTemplate::new(529)).await;
    assert_eq!(unknown.message(), "unknown status");
}

#[tokio::test]
async fn a_browser_challenge_is_told_from_a_refusal() {
    let page = ResponseTemplate::new(403).set_body_raw("<html>Just a moment</html>", "text/html");
    let challenge = api_error(page.clone().insert_header("cf-mitigated", "challenge")).await;
    assert!(challenge.is_challenge());
    assert!(challenge.to_string().contains("challenge"), "{challenge}");
    assert!(!api_error(page).await.is_challenge());
}

#[derive(Debug, Deserialize)]
struct Page {
    #[expect(dead_code, reason = "only its decoding matters")]
    data: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[expect(dead_code, reason = "only its decoding matters")]
    id: u32,
}

#[tokio::test]
async fn a_reply_that_does_not_fit_says_where_and_keeps_the_body() {
    let body = json!({"data": [{"id": 1}, {"id": "x"}]}).to_string();
    let template = ResponseTemplate::new(200)
        .insert_header("request-id", "req_9")
        .set_body_raw(body.clone(), "application/json");
    let (_server, client) = client_of(template).await;
    let error = Request::<Page>::new(&client, &LIST).await.unwrap_err();
    assert_eq!(error.request_id(), Some("req_9"));
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert!(!error.is_retryable());
    let Error::Decode(decode) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(decode.path(), Some("data[1].id"));
    assert_eq!(&decode.body()[..], body.as_bytes());
    assert!(error.to_string().contains("data[1].id"), "{error}");
    assert!(
        !format!("{error:?}").contains("\\\"x\\\"}]"),
        "the body stays out of Debug"
    );
}

#[tokio::test]
async fn markup_with_status_200_is_a_decode_error_with_its_content_type() {
    let page = "<html>login</html>";
    let template = ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8");
    let (_server, client) = client_of(template).await;
    let error = any(&client, &LIST).await.unwrap_err();
    let Error::Decode(decode) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(decode.content_type(), Some("text/html; charset=utf-8"));
    assert_eq!(&decode.body()[..], page.as_bytes());
    assert!(error.to_string().contains("text/html"), "{error}");
    let stream = Request::<_, specwright_runtime::format::JsonLines>::new(&client, &LIST);
    let error = stream.send().await.map(
        |lines: specwright_runtime::Response<specwright_runtime::jsonl::JsonLines<Value>>| {
            drop(lines)
        },
    );
    assert!(matches!(error, Err(Error::Decode(_))));
}

#[tokio::test]
async fn text_after_the_json_is_an_error() {
    let (_server, client) =
        client_of(ResponseTemplate::new(200).set_body_raw("{} {}", "application/json")).await;
    let error = any(&client, &LIST).await.unwrap_err();
    assert!(error.to_string().contains("trailing"), "{error}");
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Created(Vec<u8>),
    Accepted,
}

impl FromStatus for Outcome {
    fn from_status(status: StatusCode, reply: Reply) -> Result<Self, Error> {
        match status.as_u16() {
            201 => reply.json().map(Self::Created),
            202 => Ok(Self::Accepted),
            _ => Err(reply.decode_error("no type for this status")),
        }
    }
}

#[tokio::test]
async fn formats_choose_by_status_and_take_missing_bodies() {
    for (status, body, expected) in [
        (201, "[1]", Some(Outcome::Created(vec![1]))),
        (202, "", Some(Outcome::Accepted)),
        (206, "", None),
    ] {
        let (_server, client) =
            client_of(ResponseTemplate::new(status).set_body_string(body)).await;
        let outcome = Request::<Outcome, ByStatus>::new(&client, &LIST).await;
        assert_eq!(outcome.map(|it| it.into_inner()).ok(), expected);
    }
    for (status, body, expected) in [
        (200, "7", Some(Some(7))),
        (200, "null", Some(None)),
        (202, " ", Some(None)),
        (204, "", Some(None)),
        (200, "x", None),
    ] {
        let (_server, client) =
            client_of(ResponseTemplate::new(status).set_body_string(body)).await;
        let value = Request::<Option<i32>, MaybeJson>::new(&client, &LIST).await;
        let expected = expected.map(|it: Option<i32>| it);
        assert_eq!(value.map(|it| it.into_inner()).ok(), expected, "{body:?}");
    }
    let (_server, client) = client_of(ResponseTemplate::new(200).set_body_string("ü")).await;
    let text = Request::<String, Text>::new(&client, &LIST).await.unwrap();
    assert_eq!(*text, "ü");
    Request::<(), Empty>::new(&client, &LIST).await.unwrap();
    let bytes = Request::<_, specwright_runtime::format::Bytes>::new(&client, &LIST);
    assert_eq!(&bytes.await.unwrap()[..], "ü".as_bytes());
}

struct Unserialisable;

impl Serialize for Unserialisable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("never"))
    }
}

#[tokio::test]
async fn what_cannot_be_built_is_said_before_anything_is_sent() {
    let server = Server::start(vec![ok("1")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let post = || any(&client, &POST);
    for (request, words) in [
        (any(&client, &GET).path_param("id", ""), "`id` is empty"),
        (any(&client, &GET).path_param("id", ".."), "`id` is `..`"),
        (any(&client, &GET).path_param("id", None::<&str>), "`id`"),
        (any(&client, &GET), "path parameter `id`: call `id(..)`"),
        (post().header("x-a", "line\r\nx-b: 2"), "header `x-a`"),
        (post().header("bad name", "1"), "`bad name`"),
        (post().header_param("x-p", "\n"), "header `x-p`"),
        (post().json_body(&Unserialisable), "never"),
        (
            post().query_param("q", QueryStyle::Form, Unserialisable),
            "`q`",
        ),
        (
            post().json_body(&[1]).body_field("a", 1),
            "not a JSON object",
        ),
        (post().body_field("a", 1), "not a JSON object"),
        (
            post().text_body("text/plain", "x").body_field("a", 1),
            "not a JSON object",
        ),
        (post().form_body(&"x"), "not an object"),
        (post().invalid("first").header("\n", ""), "first"),
        (any(&client.with_header("x-a", "\n"), &POST), "x-a"),
    ] {
        let error = request.await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
        assert!(error.to_string().contains(words), "{error} lacks {words}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_reply_above_the_limit_is_an_error() {
    let server = Server::start(vec![reply(200, &[], &"x".repeat(4000))]).await;
    let clock = Recorder::default();
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::default()
    };
    let client = builder(&server.url, &clock).limits(limits).build().unwrap();
    let error = any(&client, &LIST).await.unwrap_err();
    assert!(error.to_string().contains("1000 bytes"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_byte_stream_saves_to_a_file_or_says_why_not() {
    let (_server, client) = client_of(ResponseTemplate::new(200).set_body_bytes([7; 5000])).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.bin");
    let get = || Request::<ByteStream, specwright_runtime::format::Download>::new(&client, &LIST);
    let stream = get().await.unwrap().into_inner();
    assert_eq!(stream.content_length(), Some(5000));
    assert_eq!(stream.save_to(&path).await.unwrap(), 5000);
    assert_eq!(std::fs::read(&path).unwrap(), [7; 5000]);
    let stream = get().await.unwrap().into_inner();
    let error = stream.save_to(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("cannot write"), "{error}");
    assert!(!error.is_retryable());
}

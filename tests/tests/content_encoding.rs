//! Compressed replies of every kind: decoded, and the coding reported.

use bytes::Bytes;
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::jsonl::JsonLines;
use specwright_runtime::{
    ByteStream, Client, ClientBuilder, Error, Method, Operation, Request, Response, format,
};
use specwright_tests::coding::encode;
use specwright_tests::socket::{Answer, Server};

static GET: Operation = Operation::new("get", Method::Get, "/things");
static HEAD: Operation = Operation::new("head", Method::Head, "/things");

const CODINGS: [&str; 3] = ["gzip", "br", "zstd"];

fn client(server: &Server) -> Client {
    let builder = ClientBuilder::new(server.url()).max_retries(0);
    builder.build().unwrap()
}

/// An answer whose body comes in pieces of 7 bytes.
fn answer(status: u16, coding: &str, body: Vec<u8>) -> Answer {
    Answer::new(status)
        .header("content-encoding", coding)
        .chunks(body.chunks(7))
}

/// A server that gives this answer to every request.
async fn serving(status: u16, coding: &str, plain: &str) -> Server {
    Server::start([answer(status, coding, encode(coding, plain.as_bytes()))]).await
}

/// A call for bytes.
async fn bytes(client: &Client) -> Result<Response<Bytes>, Error> {
    Request::<Bytes, format::Bytes>::new(client, &GET).await
}

#[tokio::test]
async fn a_value() {
    for coding in CODINGS.into_iter().chain(["identity"]) {
        let plain = json!({"text": "lighthouse ".repeat(5000)});
        let server = serving(200, coding, &plain.to_string()).await;
        let client = client(&server);
        for _ in 0..2 {
            let value = Request::<Value>::new(&client, &GET).await.unwrap();
            assert_eq!(value.content_encoding(), Some(coding));
            assert_eq!(*value, plain, "{coding}");
        }
        assert_eq!(server.accepted(), 1, "{coding}: the connection is kept");
    }
}

#[tokio::test]
async fn an_error() {
    for coding in CODINGS {
        let plain = json!({"error": {"type": "rate_limit_error", "message": "Slow down"}});
        let server = serving(429, coding, &plain.to_string()).await;
        let client = client(&server);
        let stream = Request::<EventStream<UnknownEvent>, format::Events>::new(&client, &GET).await;
        let errors = [bytes(&client).await.unwrap_err(), stream.unwrap_err()];
        for error in errors {
            let Error::Api(error) = error else {
                panic!("another error: {error:?}");
            };
            assert_eq!(error.headers()["content-encoding"], coding);
            assert_eq!(error.message(), "Slow down", "{coding}");
        }
    }
}

#[tokio::test]
async fn an_event_stream() {
    for coding in CODINGS {
        let server = serving(200, coding, "data: 1\n\ndata: 2\n\n").await;
        let client = client(&server);
        for _ in 0..2 {
            let stream = Request::<EventStream<UnknownEvent>, format::Events>::new(&client, &GET);
            let stream = stream.await.unwrap();
            assert_eq!(stream.content_encoding(), Some(coding));
            let events: Vec<_> = stream.into_inner().try_collect().await.unwrap();
            let data: Vec<_> = events.iter().map(|event| event.data.as_str()).collect();
            assert_eq!(data, ["1", "2"], "{coding}");
        }
        assert_eq!(server.accepted(), 1, "{coding}: the connection is kept");
    }
}

#[tokio::test]
async fn lines_of_json() {
    for coding in CODINGS {
        let server = serving(200, coding, "{\"n\":1}\n{\"n\":2}\n").await;
        let client = client(&server);
        let lines = Request::<JsonLines<Value>, format::JsonLines>::new(&client, &GET);
        let lines = lines.await.unwrap();
        assert_eq!(lines.content_encoding(), Some(coding));
        let lines: Vec<_> = lines.into_inner().try_collect().await.unwrap();
        assert_eq!(lines, [json!({"n": 1}), json!({"n": 2})], "{coding}");
    }
}

#[tokio::test]
async fn a_download() {
    let plain = "A tower by the sea. ".repeat(10_000);
    let directory = tempfile::tempdir().unwrap();
    for coding in CODINGS {
        let body = encode(coding, plain.as_bytes());
        let answer = Answer::new(200).header("content-encoding", coding);
        let server = Server::start([answer.body(body)]).await;
        let client = client(&server);
        let stream = Request::<ByteStream, format::Download>::new(&client, &GET);
        let stream = stream.await.unwrap();
        assert_eq!(stream.content_encoding(), Some(coding));
        assert_eq!(stream.content_length(), None, "that of the compressed body");
        let path = directory.path().join(coding);
        let written = stream.into_inner().save_to(&path).await.unwrap();
        assert_eq!(written, plain.len() as u64);
        assert_eq!(std::fs::read_to_string(path).unwrap(), plain, "{coding}");
    }
}

#[tokio::test]
async fn a_body_of_several_members() {
    for coding in ["gzip", "zstd"] {
        let body = [encode(coding, b"one, "), encode(coding, b"two")].concat();
        let server = Server::start([answer(200, coding, body)]).await;
        let reply = bytes(&client(&server)).await.unwrap();
        assert_eq!(**reply, *b"one, two", "{coding}");
    }
}

#[tokio::test]
async fn more_than_the_coding_ends_with_is_an_error() {
    for coding in CODINGS {
        let body = [encode(coding, b"one"), b"<!doctype html>".to_vec()].concat();
        let server = Server::start([answer(200, coding, body)]).await;
        let error = bytes(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{coding}: {error:?}");
        let said = error.to_string();
        assert!(said.contains("cannot be decompressed"), "{said}");
    }
}

#[tokio::test]
async fn no_body() {
    for coding in CODINGS {
        let coded = |status| Answer::new(status).header("content-encoding", coding);
        let server = Server::start([
            coded(200).header("content-length", "42"),
            coded(204),
            coded(200).chunks([""]),
            coded(200),
        ])
        .await;
        let client = client(&server);
        let head = Request::<(), format::Empty>::new(&client, &HEAD).await;
        assert_eq!(head.unwrap().content_encoding(), Some(coding));
        for _ in 1..4 {
            let reply = bytes(&client).await.unwrap();
            assert!(reply.is_empty(), "{coding}");
            assert_eq!(reply.content_encoding(), Some(coding));
        }
        assert_eq!(server.accepted(), 1, "{coding}: the connection is kept");
    }
}

#[tokio::test]
async fn a_coding_that_is_not_known_is_left_to_the_caller() {
    for coding in ["snappy", "gzip, br"] {
        let server = Server::start([answer(200, coding, b"?!".to_vec())]).await;
        let reply = bytes(&client(&server)).await.unwrap();
        assert_eq!(reply.content_encoding(), Some(coding));
        assert_eq!(**reply, *b"?!");
    }
}

#[tokio::test]
async fn what_is_accepted_is_said_unless_the_caller_says_it() {
    let server = serving(200, "br", "1").await;
    let client = client(&server);
    let own = Request::<Value>::new(&client, &GET).header("accept-encoding", "identity");
    let replies = [Request::<Value>::new(&client, &GET).await, own.await];
    for reply in replies {
        let reply = reply.unwrap();
        assert_eq!(reply.content_encoding(), Some("br"));
        assert_eq!(*reply, json!(1), "decoded all the same");
    }
    let accepted = server.received();
    let accepted = accepted.iter().map(|request| {
        let all = request.headers.iter();
        let found = all.filter(|(name, _)| name == "accept-encoding");
        found.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    });
    let expected = [vec!["zstd,gzip,br"], vec!["identity"]];
    assert_eq!(accepted.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_client_of_ones_own_may_decode_by_itself() {
    for (coding, reported) in [("gzip", None), ("br", Some("br")), ("zstd", Some("zstd"))] {
        let server = serving(200, coding, "[1]").await;
        // Of the codings, reqwest has the feature `gzip` in this crate.
        let own = ClientBuilder::new(server.url()).http_client(reqwest::Client::new());
        let reply = Request::<Value>::new(&own.build().unwrap(), &GET).await;
        let reply = reply.unwrap();
        assert_eq!(reply.content_encoding(), reported);
        assert_eq!(*reply, json!([1]), "{coding}");
    }
}

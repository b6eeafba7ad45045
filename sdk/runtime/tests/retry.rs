//! Retries, on a real socket: which failures are repeated, how often, after
//! which waits, and with the same body.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use specwright_runtime::format::Download;
use specwright_runtime::{
    Body, ByteStream, Client, Error, Method, Operation, Request, RetryPolicy, TimeoutKind,
};
use support::{POST, Recorder, Server, Step, any, builder, ok, reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn attempts(script: Vec<Step>) -> (Result<(), Error>, usize, Vec<f64>) {
    let server = Server::start(script).await;
    let clock = Recorder::default();
    let client = builder(&server.url, &clock).build().unwrap();
    let outcome = any(&client, &POST).json_body(&json!({"a": 1})).await;
    let requests = server.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.ends_with(r#"{"a":1}"#))
    );
    (outcome.map(drop), requests.len(), clock.waits())
}

#[tokio::test]
async fn statuses_are_retried_as_the_official_clients_retry_them() {
    for (status, expected) in [
        (400, 1),
        (401, 1),
        (404, 1),
        (408, 3),
        (409, 3),
        (413, 1),
        (425, 1),
        (429, 3),
        (500, 3),
        (501, 3),
        (529, 3),
        (599, 3),
        (304, 1),
    ] {
        let (outcome, count, waits) = attempts(vec![reply(status, &[], "{}")]).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.is_retryable(), expected == 3, "{status}");
        assert_eq!(count, expected, "{status}");
        assert_eq!(waits.len(), expected - 1, "{status}");
        for (wait, full) in waits.iter().zip([0.5, 1.0]) {
            assert!((full * 0.75..=full).contains(wait), "{status}: {wait}");
        }
    }
}

#[tokio::test]
async fn the_server_says_whether_and_when() {
    for (headers, expected, wait) in [
        (vec![("x-should-retry", "true")], 2, None),
        (vec![("retry-after", "3600")], 1, None),
    ] {
        let (outcome, count, _) = attempts(vec![reply(400, &headers, ""), ok("1")]).await;
        assert_eq!(outcome.is_ok(), expected == 2);
        assert_eq!((count, wait), (expected, None::<f64>));
    }
    for (headers, wait) in [
        (vec![("retry-after", "3600")], Some(3600.0)),
        (
            vec![("retry-after-ms", "700"), ("retry-after", "9")],
            Some(0.7),
        ),
        (
            vec![("retry-after-ms", "abc"), ("retry-after", "9")],
            Some(9.0),
        ),
        (
            vec![("retry-after", "Thu, 01 Jan 1970 00:00:05 GMT")],
            Some(5.0),
        ),
        (vec![("x-should-retry", "false")], None),
    ] {
        let (_, count, waits) = attempts(vec![reply(429, &headers, ""), ok("1")]).await;
        assert_eq!(waits, Vec::from_iter(wait), "{headers:?}");
        assert_eq!(count, 1 + waits.len());
    }
}

#[tokio::test]
async fn a_wait_above_the_cap_is_not_waited() {
    let server = Server::start(vec![reply(429, &[("retry-after", "61")], "")]).await;
    let clock = Recorder::default();
    let client = builder(&server.url, &clock)
        .retry_policy(RetryPolicy::default().retry_after_cap(Duration::from_secs(60)))
        .build()
        .unwrap();
    let error = any(&client, &POST).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert!(error.is_retryable());
    assert_eq!(server.requests().len(), 1);
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn retries_can_be_set_by_client_request_and_operation() {
    static NEVER: Operation = Operation::new("pay", Method::Post, "/pay").never_retry();
    let server = Server::start(vec![reply(500, &[], "")]).await;
    let clock = Recorder::default();
    let client = builder(&server.url, &clock).max_retries(7).build().unwrap();
    any(&client, &POST).await.unwrap_err();
    assert_eq!(server.requests().len(), 8);
    for (wait, full) in clock
        .waits()
        .iter()
        .zip([0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0])
    {
        assert!((full * 0.75..=full).contains(wait), "{wait}");
    }
    any(&client, &POST).max_retries(0).await.unwrap_err();
    assert_eq!(server.requests().len(), 9);
    any(&client, &NEVER).await.unwrap_err();
    assert_eq!(server.requests().len(), 10);
}

#[tokio::test]
async fn the_hook_is_told_attempt_wait_and_reason_and_the_reply_counts() {
    let server = Server::start(vec![
        reply(529, &[("request-id", "req_1")], ""),
        Step::Write(Vec::new()),
        ok("true"),
    ])
    .await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let client = builder(&server.url, &Recorder::default())
        .on_retry(move |retry| {
            told.lock().unwrap().push(format!(
                "{} {}/{} {} {:?}",
                retry.operation,
                retry.attempt,
                retry.max_retries,
                retry.wait <= Duration::from_secs(1),
                retry.error.status().map(|status| status.as_u16()),
            ));
        })
        .build()
        .unwrap();
    let response = any(&client, &POST).await.unwrap();
    assert_eq!(response.retries(), 2);
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "createThing 1/2 true Some(529)",
            "createThing 2/2 true None"
        ]
    );
}

#[tokio::test]
async fn broken_connections_are_retried_until_the_body_is_complete() {
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{".to_vec();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n".to_vec();
    let failed = b"HTTP/1.1 500 X\r\nrequest-id: r7\r\ncontent-length: 50\r\n\r\n{".to_vec();
    for step in [
        Step::Reset(Vec::new()),
        Step::Write(Vec::new()),
        Step::Write(short.clone()),
        Step::Write(chunked),
        Step::Write(failed.clone()),
        Step::Reset(short),
    ] {
        let (outcome, count, _) = attempts(vec![step.clone()]).await;
        assert!(matches!(outcome, Err(Error::Transport(_))), "{outcome:?}");
        assert!(outcome.unwrap_err().is_retryable());
        assert_eq!(count, 3);
        let (outcome, count, _) = attempts(vec![step, ok("{}")]).await;
        outcome.unwrap();
        assert_eq!(count, 2);
    }
    let error = attempts(vec![Step::Write(failed)]).await.0.unwrap_err();
    assert_eq!(
        error.request_id(),
        Some("r7"),
        "known although the body broke"
    );
}

#[tokio::test]
async fn a_refused_connection_is_retried() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let clock = Recorder::default();
    let client = builder(&url, &clock).build().unwrap();
    let error = any(&client, &POST).await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error:?}");
    };
    assert!(transport.is_connect());
    assert_eq!(clock.waits().len(), 2);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout_and_is_retried() {
    let head = b"HTTP/1.1 200 OK\r\nrequest-id: r1\r\ncontent-length: 9\r\n\r\n{".to_vec();
    for (step, id) in [
        (Step::Stall(Vec::new()), None),
        (Step::Stall(head), Some("r1")),
    ] {
        let server = Server::start(vec![step.clone()]).await;
        let clock = Recorder::default();
        let client = builder(&server.url, &clock).build().unwrap();
        let limit = Duration::from_millis(500);
        let error = any(&client, &POST).timeout(limit).await.unwrap_err();
        let Error::Timeout(timeout) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(
            (timeout.kind(), timeout.limit()),
            (TimeoutKind::Total, limit)
        );
        assert_eq!(error.request_id(), id);
        assert_eq!(server.requests().len(), 3);
        server.client_gone().await;
    }
}

#[tokio::test]
async fn a_stream_that_has_begun_is_not_retried_and_has_no_total_timeout() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n".to_vec();
    let server = Server::start(vec![reply(500, &[], ""), Step::Stall(head)]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let stream = Request::<ByteStream, Download>::new(&client, &POST)
        .timeout(Duration::from_secs(1))
        .idle_timeout(Duration::from_millis(1500))
        .await
        .unwrap();
    assert_eq!(stream.retries(), 1, "retried before the stream began");
    let error = stream.into_inner().collect().await.unwrap_err();
    let Error::Timeout(timeout) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(timeout.kind(), TimeoutKind::Idle, "not the total timeout");
    assert_eq!(server.requests().len(), 2);
    server.client_gone().await;
}

#[tokio::test]
async fn a_one_shot_body_is_sent_once_and_a_replayable_one_again() {
    let chunk = || futures::stream::iter([Ok(Bytes::from_static(b"data"))]);
    let server = Server::start(vec![reply(500, &[], ""), ok("1")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();

    let once = any(&client, &POST).bytes_body("text/plain", Body::stream(chunk(), Some(4)));
    let again = once.clone();
    assert_eq!(once.await.unwrap_err().status().unwrap().as_u16(), 500);
    let error = again.await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
    assert_eq!(server.requests().len(), 1);

    let server = Server::start(vec![reply(500, &[], ""), ok("1")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let body = Body::replayable(Some(4), move || Box::pin(chunk()));
    any(&client, &POST)
        .bytes_body("text/plain", body)
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(request.contains("content-length: 4\r\n"), "{request}");
        assert!(request.ends_with("\r\n\r\ndata"), "{request}");
    }
}

/// Not one that is retried.
static ONCE: Operation = Operation::new("once", Method::Post, "/").never_retry();

async fn listening() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// An HTTP/2 server that refuses the first streams, then answers; and how many it saw.
async fn refusing(refusals: usize, reason: h2::Reason) -> (String, Arc<AtomicUsize>) {
    let (listener, url) = listening().await;
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                answer_all(socket, refusals, reason, &count).await;
            });
        }
    });
    (url, seen)
}

/// Answers the requests of a connection, but for the first ones.
async fn answer_all(
    socket: tokio::net::TcpStream,
    refusals: usize,
    reason: h2::Reason,
    seen: &AtomicUsize,
) {
    let mut connection = h2::server::handshake(socket).await.unwrap();
    while let Some(Ok((_request, mut answer))) = connection.accept().await {
        if seen.fetch_add(1, Ordering::SeqCst) < refusals {
            answer.send_reset(reason);
            continue;
        }
        let head = http::Response::new(());
        let mut body = answer.send_response(head, false).unwrap();
        body.send_data(Bytes::from_static(b"1"), true).unwrap();
    }
}

/// A client that speaks HTTP/2 without TLS, and makes no retries.
fn http2_client(url: &str, clock: &Recorder) -> Client {
    let http = reqwest::Client::builder()
        .http2_prior_knowledge()
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .build()
        .unwrap();
    let client = builder(url, clock).http_client(http).max_retries(0);
    client.build().unwrap()
}

#[tokio::test]
async fn what_a_server_did_not_process_is_sent_again_whatever_it_does() {
    let refused = h2::Reason::REFUSED_STREAM;
    for (refusals, reason, tries) in [
        (0, refused, Ok(1)),
        (1, refused, Ok(2)),
        (2, refused, Ok(3)),
        (3, refused, Err(3)),
        (1, h2::Reason::INTERNAL_ERROR, Err(1)),
    ] {
        let (url, seen) = refusing(refusals, reason).await;
        let clock = Recorder::default();
        let client = http2_client(&url, &clock);
        let outcome = any(&client, &ONCE).json_body(&json!({"a": 1})).await;
        let count = seen.load(Ordering::SeqCst);
        match outcome {
            Ok(reply) => {
                assert_eq!(Ok(count), tries);
                assert_eq!(reply.retries() as usize, refusals);
            }
            Err(error) => {
                assert_eq!(Err(count), tries, "{error}");
                assert!(error.is_retryable());
            }
        }
        assert!(clock.waits().iter().all(|wait| *wait == 0.0));
    }
}

/// An HTTP/2 server that ends its first connections when a request comes, without having looked at
/// it, then answers; and how many requests it saw.
async fn going_away(times: usize) -> (String, Arc<AtomicUsize>) {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    // The last stream it looked at is 0, so none, and there is no error.
    const GO_AWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const HEADERS: u8 = 1;
    let (listener, url) = listening().await;
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        for _ in 0..times {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.write_all(&SETTINGS).await.unwrap();
            let mut preface = [0; 24];
            socket.read_exact(&mut preface).await.unwrap();
            loop {
                let mut head = [0; 9];
                socket.read_exact(&mut head).await.unwrap();
                let [_, high, low, kind, ..] = head;
                let mut rest = vec![0; usize::from(high) << 8 | usize::from(low)];
                socket.read_exact(&mut rest).await.unwrap();
                if kind == HEADERS {
                    break;
                }
            }
            count.fetch_add(1, Ordering::SeqCst);
            socket.write_all(&GO_AWAY).await.unwrap();
            socket.shutdown().await.unwrap();
        }
        while let Ok((socket, _)) = listener.accept().await {
            answer_all(socket, 0, h2::Reason::NO_ERROR, &count).await;
        }
    });
    (url, seen)
}

#[tokio::test]
async fn what_a_server_did_not_look_at_before_it_went_away_is_sent_again() {
    for (times, tries) in [(1, Ok(2)), (2, Ok(3)), (3, Err(3))] {
        let (url, seen) = going_away(times).await;
        let client = http2_client(&url, &Recorder::default());
        let outcome = any(&client, &ONCE).json_body(&json!({"a": 1})).await;
        let count = seen.load(Ordering::SeqCst);
        match outcome {
            Ok(_) => assert_eq!(Ok(count), tries),
            Err(error) => assert_eq!(Err(count), tries, "{error:?}"),
        }
    }
}

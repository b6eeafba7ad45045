//! Redirects, timeouts, proxies, HTTP clients of one's own, compression.

use std::time::Duration;

use serde_json::json;
use specwright_runtime::{
    ClientBuilder, Credential, Error, Latency, LatencyTimeouts, Method, Operation, TimeoutKind,
};

use crate::support::{LIST, POST, Recorder, Server, Step, any, builder, ok, reply};
use crate::{header, line};

#[tokio::test]
async fn redirects_stay_on_their_origin() {
    let elsewhere = Server::start(vec![ok("\"elsewhere\"")]).await;
    let away = format!("{}/things?key=leak", elsewhere.url);
    for status in [301, 302, 307, 308] {
        let server = Server::start(vec![reply(status, &[("location", &away)], "")]).await;
        let client = ClientBuilder::new(&server.url)
            .credential(Credential::header("x-api-key", "k".into()))
            .build()
            .unwrap();
        let error = any(&client, &LIST).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(!error.is_retryable());
        let text = error.to_string();
        assert!(
            text.contains(&elsewhere.url) && !text.contains("leak"),
            "{text}"
        );
    }
    assert!(elsewhere.requests().is_empty());

    let home = Server::start(vec![
        reply(307, &[("location", "/moved")], ""),
        reply(302, &[("location", "../again?x=1")], ""),
        ok("\"home\""),
    ])
    .await;
    let client = ClientBuilder::new(&home.url)
        .credential(Credential::header("x-api-key", "k".into()))
        .build()
        .unwrap();
    let value = any(&client, &POST).json_body(&json!([1])).await.unwrap();
    assert_eq!(*value, json!("home"));
    let requests = home.requests();
    assert_eq!(line(&requests[1]), "POST /moved HTTP/1.1");
    assert!(requests[1].ends_with("[1]"), "{}", requests[1]);
    assert_eq!(line(&requests[2]), "GET /again?x=1 HTTP/1.1");
    assert_eq!(header(&requests[2], "x-api-key"), Some("k"));

    let circle = Server::start(vec![reply(302, &[("location", "/things")], "")]).await;
    let client = builder(&circle.url, &Recorder::default()).build().unwrap();
    let error = any(&client, &LIST).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(!error.is_retryable());
    assert_eq!(circle.requests().len(), 11);
}

#[tokio::test]
async fn timeouts_follow_their_precedence() {
    static FAST: Operation = Operation::new("f", Method::Get, "/f").latency(Latency::Fast);
    static STREAMING: Operation =
        Operation::new("s", Method::Get, "/s").latency(Latency::Streaming);
    let server = Server::start(vec![Step::Stall(Vec::new())]).await;
    let tiny = Duration::from_millis(20);
    let small = Duration::from_millis(40);
    let classes = LatencyTimeouts {
        fast: tiny,
        ..LatencyTimeouts::default()
    };
    let with = |configure: fn(ClientBuilder, LatencyTimeouts, Duration) -> ClientBuilder| {
        let builder = ClientBuilder::new(&server.url).max_retries(0);
        configure(builder, classes, small).build().unwrap()
    };
    let both = with(|builder, classes, small| builder.latency_timeouts(classes).timeout(small));
    let client_only = with(|builder, _, small| builder.timeout(small));
    for (request, limit) in [
        (any(&both, &FAST), tiny),
        (any(&both, &LIST), small),
        (any(&both, &STREAMING), small),
        (any(&client_only, &FAST), small),
        (any(&both, &FAST).timeout(small), small),
    ] {
        let error = request.await.unwrap_err();
        let Error::Timeout(timeout) = error else {
            panic!("{error:?}");
        };
        assert_eq!(
            (timeout.kind(), timeout.limit()),
            (TimeoutKind::Total, limit)
        );
    }
    assert_eq!(
        LatencyTimeouts::default().of(Latency::Medium),
        Some(Duration::from_secs(20))
    );
}

#[tokio::test]
async fn a_client_of_ones_own_carries_the_requests() {
    let server = Server::start(vec![ok("1")]).await;
    let own = specwright_runtime::reqwest::Client::builder()
        .default_headers(
            [("x-own".parse().unwrap(), "1".parse().unwrap())]
                .into_iter()
                .collect(),
        )
        .build()
        .unwrap();
    let client = ClientBuilder::new(&server.url)
        .http_client(own)
        .build()
        .unwrap();
    any(&client, &LIST).await.unwrap();
    assert_eq!(header(&server.requests()[0], "x-own"), Some("1"));
}

#[tokio::test]
async fn a_proxy_gets_the_requests() {
    let proxy = Server::start(vec![ok("\"proxied\"")]).await;
    let client = ClientBuilder::new("http://nowhere.invalid")
        .proxy(&proxy.url)
        .build()
        .unwrap();
    assert_eq!(*any(&client, &LIST).await.unwrap(), json!("proxied"));
    assert_eq!(
        line(&proxy.requests()[0]),
        "GET http://nowhere.invalid/things HTTP/1.1"
    );
}

#[cfg(all(feature = "gzip", feature = "brotli", feature = "zstd"))]
#[tokio::test]
async fn compression_is_offered_and_undone() {
    // printf '{"a":1}' | gzip -n
    let gzip = [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 5, 0, 0xaf,
        0xac, 0x1b, 0x56, 7, 0, 0, 0,
    ];
    let server = Server::start(vec![Step::Write(
        [
            format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                gzip.len()
            )
            .as_bytes(),
            &gzip,
        ]
        .concat(),
    )])
    .await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let response = any(&client, &LIST).await.unwrap();
    assert_eq!(*response, json!({"a": 1}));
    assert_eq!(response.content_encoding(), Some("gzip"));
    let accepted = server.requests()[0].clone();
    for coding in ["gzip", "br", "zstd"] {
        let header = header(&accepted, "accept-encoding").unwrap();
        assert!(header.contains(coding), "{header}");
    }
}

#[test]
fn futures_and_clients_can_cross_threads() {
    fn is_send<T: Send + 'static>(_: T) {}
    fn is_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let client = ClientBuilder::new("http://localhost").build().unwrap();
    is_shared(&client);
    is_shared(&any(&client, &LIST));
    is_send(any(&client, &LIST).into_future());
    is_send(any(&client, &LIST).send());
}

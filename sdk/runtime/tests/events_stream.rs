//! Typed event streams, from memory and over real sockets that misbehave.

mod support;

use std::time::Duration;

use futures::StreamExt;
use proptest::prelude::*;
use specwright_runtime::bytes::Bytes;
use specwright_runtime::events::{Event, EventStream, RawEvent, UnknownEvent};
use specwright_runtime::format::Events;
use specwright_runtime::http::{HeaderMap, StatusCode};
use specwright_runtime::{Error, Limits, Reply, Request, ResponseHead, StreamCause};
use support::{LIST, Recorder, Server, Step, builder};

#[derive(Debug, PartialEq)]
enum Progress {
    Start { total: u32 },
    Text(String),
    Unknown(UnknownEvent),
}

impl Event for Progress {
    fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Start {
            total: u32,
        }
        #[derive(serde::Deserialize)]
        struct Text {
            text: String,
        }
        Ok(match event.name {
            "start" => Self::Start {
                total: event.json::<Start>()?.total,
            },
            "text" => Self::Text(event.json::<Text>()?.text),
            _ => Self::Unknown(event.to_unknown()),
        })
    }
}

fn stream_of<E: Event>(body: &str) -> EventStream<E> {
    let mut headers = HeaderMap::new();
    headers.insert("request-id", "req_1".parse().unwrap());
    let head = ResponseHead::new("watch", StatusCode::OK, headers);
    EventStream::new(Reply::new(head, Bytes::from(body.to_owned())))
}

async fn events_of(body: &str) -> Vec<Result<Progress, Error>> {
    stream_of(body).collect().await
}

fn text(text: &str) -> Progress {
    Progress::Text(text.into())
}

#[tokio::test]
async fn events_are_dispatched_on_their_name_or_on_the_type_of_their_data() {
    let events = events_of(concat!(
        "event: start\ndata: {\"total\":2}\n\n",
        "data: {\"text\":\"a\",\"type\":\"text\"}\n\n",
        "event: text\ndata: {\"type\":\"start\",\"text\":\"b\"}\n\n",
        "id: 7\nevent: later\ndata: x\n\n",
        "data: [1]\n\n",
    ))
    .await;
    let unknown = |name: &str, data: &str| {
        Progress::Unknown(UnknownEvent {
            name: name.into(),
            data: data.into(),
            id: "7".into(),
        })
    };
    let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
    let expected = [
        Progress::Start { total: 2 },
        text("a"),
        text("b"),
        unknown("later", "x"),
        unknown("message", "[1]"),
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn an_error_event_is_an_error_and_the_end() {
    for (event, kind, message, id) in [
        (
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"},\"request_id\":\"req_2\"}",
            Some("overloaded_error"),
            "busy",
            "req_2",
        ),
        (
            "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"m\"}}",
            Some("api_error"),
            "m",
            "req_1",
        ),
        (
            "event: error\ndata: upstream went away",
            None,
            "upstream went away",
            "req_1",
        ),
        (
            "event: error\ndata: {\"error\":\"no\"}",
            None,
            "no",
            "req_1",
        ),
        (
            "event: error\ndata:",
            None,
            "the server reported an error",
            "req_1",
        ),
    ] {
        let body = format!(
            "event: text\ndata: {{\"text\":\"a\"}}\n\n{event}\n\nevent: text\ndata: {{\"text\":\"b\"}}\n\n"
        );
        let mut events = events_of(&body).await;
        assert_eq!(events.len(), 2, "{event}");
        let Err(Error::Stream(error)) = events.remove(1) else {
            panic!("{event}");
        };
        assert_eq!(error.cause(), StreamCause::ErrorEvent);
        assert_eq!(error.kind(), kind, "{event}");
        assert_eq!(error.message(), message);
        assert_eq!(error.request_id(), Some(id));
        assert!(error.raw().is_some() && !error.nothing_delivered());
    }
}

#[tokio::test]
async fn an_api_may_have_an_event_named_error() {
    let events: Vec<_> = stream_of::<UnknownEvent>("event: error\ndata: x\n\ndata: y\n\n")
        .map(|event| event.unwrap().name)
        .collect()
        .await;
    assert_eq!(events, ["error", "message"]);
}

#[tokio::test]
async fn an_event_that_does_not_decode_is_an_error_in_the_middle() {
    let mut events = events_of(concat!(
        "event: start\ndata: {\"total\":-1}\n\n",
        "event: text\ndata: {\"text\":\"b\"}\n\n",
    ))
    .await;
    assert_eq!(events.len(), 2);
    assert_eq!(events.remove(1).unwrap(), text("b"));
    let Err(Error::Decode(error)) = events.remove(0) else {
        panic!("a decode error");
    };
    assert_eq!(error.event(), Some("start"));
    assert_eq!(error.body(), "{\"total\":-1}");
    assert!(error.to_string().contains("`start`"), "{error}");
    assert!(error.to_string().contains("req_1"), "{error}");
}

#[tokio::test]
async fn half_a_character_costs_only_itself() {
    let events = events_of("event: text\ndata: {\"text\":\"a\\ud83e b \\ud83e\\udd80\"}\n\n").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].as_ref().unwrap(), &text("a\u{fffd} b 🦀"));
}

#[tokio::test]
async fn a_sentinel_that_is_not_json_ends_the_stream() {
    struct Json;
    impl Event for Json {
        fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error> {
            event.json::<serde_json::Value>().map(|_| Self)
        }
    }
    let events: Vec<_> = stream_of::<Json>("data: {}\n\ndata: [DONE]\n\ndata: {}\n\n")
        .collect()
        .await;
    assert_eq!(events.iter().map(Result::is_ok).collect::<Vec<_>>(), [true]);
}

#[tokio::test]
async fn a_body_that_ends_inside_an_event_is_an_error() {
    for (end, cut) in [
        ("", false),
        (": bye", false),
        ("event: text\n", true),
        ("data: {\"te", true),
    ] {
        let events = events_of(&format!("event: text\ndata: {{\"text\":\"a\"}}\n\n{end}")).await;
        assert_eq!(events.len(), 1 + usize::from(cut), "{end:?}");
        if let Some(Err(Error::Stream(error))) = events.get(1) {
            assert_eq!(error.cause(), StreamCause::Truncated);
        } else {
            assert!(!cut, "{end:?}");
        }
    }
}

#[tokio::test]
async fn what_the_stream_says_about_itself() {
    let mut events = stream_of::<UnknownEvent>("retry: 1500\nid: 9\ndata: a\n\n");
    assert_eq!(events.last_event_id(), None);
    events.next().await.unwrap().unwrap();
    assert_eq!(events.last_event_id(), Some("9"));
    assert_eq!(events.retry(), Some(Duration::from_millis(1500)));
    assert_eq!(events.request_id(), Some("req_1"));
    assert_eq!(events.status(), StatusCode::OK);
    assert!(format!("{events:?}").contains("last_event_id: Some(\"9\")"));
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_9\r\ntransfer-encoding: chunked\r\n\r\n";

/// A chunk of the body with one event.
fn chunk(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n", body.len())
}

async fn open(server: &Server, limits: Limits) -> EventStream<Progress> {
    let client = builder(&server.url, &Recorder::default())
        .limits(limits)
        .idle_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    Request::<EventStream<Progress>, Events>::new(&client, &LIST)
        .await
        .unwrap()
        .into_inner()
}

/// The events that arrive, and how the stream fails.
async fn failure_of(step: Step, limits: Limits) -> (usize, StreamCause) {
    let server = Server::start(vec![step]).await;
    let mut events = open(&server, limits).await;
    let mut count = 0;
    let error = loop {
        match events.next().await.expect("an error before the end") {
            Ok(_) => count += 1,
            Err(Error::Stream(error)) => break error,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(events.next().await.is_none(), "nothing after the error");
    assert_eq!(error.request_id(), Some("req_9"));
    assert_eq!(error.nothing_delivered(), count == 0);
    (count, error.cause())
}

#[tokio::test]
async fn broken_connections() {
    let event = chunk("event: text\ndata: {\"text\":\"a\"}\n\n");
    let whole = format!("{HEAD}{event}{event}").into_bytes();
    let limits = Limits::default();

    let reset = failure_of(Step::Reset(whole.clone()), limits).await;
    assert_eq!(reset.1, StreamCause::Transport);
    let closed = failure_of(Step::Write(whole.clone()), limits).await;
    assert_eq!(closed, (2, StreamCause::Transport));
    let silent = failure_of(Step::Stall(whole.clone()), limits).await;
    assert_eq!(silent, (2, StreamCause::IdleTimeout));
    let garbage = [&whole[..], b"zz\r\nnot a chunk"].concat();
    assert_eq!(
        failure_of(Step::Write(garbage), limits).await,
        (2, StreamCause::Transport)
    );

    let limits = Limits {
        event_bytes: 64,
        ..limits
    };
    let large = chunk(&format!("data: {}", "x".repeat(100)));
    let large = format!("{HEAD}{event}{large}").into_bytes();
    assert_eq!(
        failure_of(Step::Stall(large), limits).await,
        (1, StreamCause::TooLarge)
    );
}

#[tokio::test]
async fn events_arrive_before_the_body_ends_and_dropping_closes_the_connection() {
    let event = chunk("event: text\ndata: {\"text\":\"a\"}\n\n");
    let server = Server::start(vec![Step::Stall(format!("{HEAD}{event}").into_bytes())]).await;
    let mut events = open(&server, Limits::default()).await;
    assert_eq!(events.next().await.unwrap().unwrap(), text("a"));
    drop(events);
    server.client_gone().await;
}

#[test]
fn streams_can_be_sent_to_other_tasks() {
    fn is_send<T: Send + Unpin + 'static>() {}
    is_send::<EventStream<Progress>>();
}

proptest! {
    #[test]
    fn any_text_survives(texts in prop::collection::vec(".{0,20}", 0..10)) {
        let body: String = texts
            .iter()
            .map(|text| format!("event: text\r\ndata: {}\r\n\r\n", serde_json::json!({"text": text})))
            .collect();
        let events = futures::executor::block_on(events_of(&body));
        let seen: Vec<_> = events.into_iter().map(Result::unwrap).collect();
        let expected: Vec<_> = texts.into_iter().map(Progress::Text).collect();
        prop_assert_eq!(seen, expected);
    }
}

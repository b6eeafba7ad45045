//! Streams that are opened again, and events that are only borrowed, over real sockets.

mod support;

use std::time::Duration;

use futures::StreamExt;
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::format::Events;
use specwright_runtime::retry::RetryPolicy;
use specwright_runtime::{Error, Method, Operation, Request, StreamCause};
use support::{LIST, Recorder, Server, Step, builder, reply};

static WATCH: Operation = Operation::new("watch", Method::Get, "/watch").reconnecting();

fn events(body: &str) -> Step {
    reply(200, &[("content-type", "text/event-stream")], body)
}

/// A body that is announced to be longer than it is.
fn cut(body: &str) -> Step {
    Step::Write(
        format!("HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\ncontent-length: 9999\r\n\r\n{body}")
            .into_bytes(),
    )
}

fn request(
    server: &Server,
    clock: &Recorder,
    operation: &'static Operation,
) -> Request<EventStream<UnknownEvent>, Events> {
    let policy = RetryPolicy::default()
        .jitter(0.0)
        .retry_after_cap(Duration::from_secs(60));
    let client = builder(&server.url, clock).retry_policy(policy).build();
    Request::new(&client.unwrap(), operation)
}

async fn data_of(stream: EventStream<UnknownEvent>) -> Vec<Result<String, Error>> {
    let data = stream.map(|event| event.map(|event| event.data));
    data.collect().await
}

/// The ids that the requests went on after.
fn ids(server: &Server) -> Vec<Option<String>> {
    let id = |request: &String| {
        let mut lines = request.lines();
        lines.find_map(|line| line.strip_prefix("last-event-id: ").map(str::to_owned))
    };
    server.requests().iter().map(id).collect()
}

#[tokio::test]
async fn a_stream_goes_on_after_its_last_event() {
    let server = Server::start(vec![
        events("retry: 250\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
        // Half an event is not kept: it comes again whole.
        cut("id: 3\ndata: c\n\nid: 4\ndata: half"),
        events("id: 4\ndata: whole\n\n"),
        reply(204, &[], ""),
    ])
    .await;
    let clock = Recorder::default();
    let stream = request(&server, &clock, &WATCH).await.unwrap();
    let data: Vec<_> = data_of(stream.into_inner()).await;
    let data: Vec<_> = data.into_iter().map(Result::unwrap).collect();
    assert_eq!(data, ["a", "b", "c", "whole"]);
    let expected = [None, Some("2"), Some("3"), Some("4")];
    assert_eq!(ids(&server), expected.map(|id| id.map(str::to_owned)));
    assert_eq!(clock.waits(), [0.25, 0.25, 0.25]);
}

#[tokio::test]
async fn enough_is_enough() {
    let server = Server::start(vec![events("data: a\n\n"), cut("")]).await;
    let clock = Recorder::default();
    let stream = request(&server, &clock, &LIST).reconnect(true).await;
    let mut data = data_of(stream.unwrap().into_inner()).await;
    assert_eq!(data.len(), 2);
    let Some(Err(Error::Stream(error))) = data.pop() else {
        panic!("{data:?}");
    };
    assert_eq!(error.cause(), StreamCause::Transport);
    // Two retries in a row without an event.
    assert_eq!(ids(&server), [None, None, None]);
    assert_eq!(clock.waits(), [0.5, 1.0]);
}

#[tokio::test]
async fn it_is_off_unless_somebody_says_so() {
    for off in [false, true] {
        let server = Server::start(vec![events("id: 1\ndata: a\n\n")]).await;
        let clock = Recorder::default();
        let request = match off {
            false => request(&server, &clock, &LIST),
            true => request(&server, &clock, &WATCH).reconnect(false),
        };
        let data = data_of(request.await.unwrap().into_inner()).await;
        assert_eq!((data.len(), ids(&server).len()), (1, 1));
    }
}

#[tokio::test]
async fn a_refusal_ends_it() {
    let server = Server::start(vec![
        events("retry: 99999999\ndata: a\n\n"),
        reply(403, &[], "{}"),
    ])
    .await;
    let clock = Recorder::default();
    let stream = request(&server, &clock, &WATCH).await.unwrap();
    let data = data_of(stream.into_inner()).await;
    assert!(
        matches!(data.as_slice(), [Ok(_), Err(Error::Api(_))]),
        "{data:?}"
    );
    assert_eq!(
        clock.waits(),
        [60.0],
        "no longer than what is accepted from a server"
    );
}

#[tokio::test]
async fn an_error_event_is_no_broken_connection() {
    let server = Server::start(vec![events(
        "event: tick\ndata: a\n\nevent: error\ndata: no\n\n",
    )]);
    let server = server.await;
    let clock = Recorder::default();
    struct Tick;
    impl specwright_runtime::events::Event for Tick {
        fn decode(_: &specwright_runtime::events::RawEvent<'_>) -> Result<Self, serde_json::Error> {
            Ok(Self)
        }
    }
    let client = builder(&server.url, &clock).build().unwrap();
    let request: Request<EventStream<Tick>, Events> = Request::new(&client, &WATCH);
    let ticks: Vec<_> = request.await.unwrap().into_inner().collect().await;
    assert!(matches!(
        ticks.as_slice(),
        [Ok(Tick), Err(Error::Stream(_))]
    ));
    assert_eq!(ids(&server).len(), 1);
}

#[tokio::test]
async fn events_can_be_borrowed() {
    let body = "event: a\ndata: 1\n\nevent: error\ndata: {\ndata: 2}\n\n: note\n\nid: 7\ndata:\n\n";
    let server = Server::start(vec![events(body), events(body), cut("data: 1\n\ndata: 2")]).await;
    let clock = Recorder::default();
    let expected = [("a", "1", ""), ("error", "{\n2}", ""), ("message", "", "7")];

    let mut stream = request(&server, &clock, &LIST).await.unwrap().into_inner();
    let mut seen = Vec::new();
    while let Some(event) = stream.next_raw().await {
        let event = event.unwrap();
        seen.push((
            event.name.to_owned(),
            event.data.to_owned(),
            event.id.to_owned(),
        ));
    }
    let seen: Vec<_> = seen
        .iter()
        .map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()))
        .collect();
    assert_eq!(seen, expected);

    let mut count = 0;
    let stream = request(&server, &clock, &LIST).await.unwrap().into_inner();
    let visit = stream.for_each_raw(|event| {
        assert_eq!((event.name, event.data, event.id), expected[count]);
        count += 1;
    });
    visit.await.unwrap();
    assert_eq!(count, 3);

    let mut count = 0;
    let stream = request(&server, &clock, &LIST).await.unwrap().into_inner();
    let Err(Error::Stream(error)) = stream.for_each_raw(|_| count += 1).await else {
        panic!("the body was cut");
    };
    assert_eq!((count, error.nothing_delivered()), (1, false));
}

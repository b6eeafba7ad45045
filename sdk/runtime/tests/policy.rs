//! What a client allows itself over all its calls: retries, and how much at a
//! time.

mod support;

use std::sync::{Arc, Mutex};

use futures::StreamExt;
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::format::Events;
use specwright_runtime::metrics::{End, Figures, Metrics};
use specwright_runtime::middleware::ConcurrencyLimit;
use specwright_runtime::retry::{RetryBudget, RetryPolicy};
use specwright_runtime::{Client, Error, Request};
use support::{LIST, Recorder, Server, Step, any, builder, ok, reply};

type Watched = Request<EventStream<UnknownEvent>, Events>;

fn stream(body: &str) -> Step {
    reply(200, &[("content-type", "text/event-stream")], body)
}

async fn open(client: &Client) -> EventStream<UnknownEvent> {
    Watched::new(client, &LIST).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_failing_service_is_not_hammered() {
    let budget = RetryBudget::default().capacity(3).per_second(0.0);
    let server = Server::start(vec![reply(503, &[], "")]).await;
    let clock = Recorder::default();
    let client = builder(&server.url, &clock)
        .retry_policy(RetryPolicy::default().budget(budget))
        .build()
        .unwrap();
    for _ in 0..10 {
        let error = any(&client, &LIST).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 503);
    }
    // Ten calls, and three retries for all of them; clones share them.
    any(&client.with_header("x-a", "b"), &LIST)
        .await
        .unwrap_err();
    assert_eq!(server.requests().len(), 11 + 3);
    assert_eq!(clock.waits().len(), 3);
}

#[tokio::test]
async fn calls_that_succeed_pay_for_retries() {
    let budget = RetryBudget::default().capacity(1).per_second(0.0);
    let budget = budget.per_success(0.5);
    let down = || reply(503, &[], "");
    let script = vec![down(), ok("1"), down(), ok("1"), ok("1"), down(), ok("1")];
    let server = Server::start(script).await;
    let client = builder(&server.url, &Recorder::default())
        .retry_policy(RetryPolicy::default().budget(budget))
        .build()
        .unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(any(&client, &LIST).await.is_ok());
    }
    assert_eq!(outcomes, [true, false, true, true, true]);
}

#[tokio::test]
async fn a_stream_has_its_place_until_it_ends() {
    let limit = ConcurrencyLimit::new(2);
    let server = Server::start(vec![stream("data: 1\n\n")]).await;
    let client = builder(&server.url, &Recorder::default())
        .middleware(limit.clone())
        .build()
        .unwrap();
    let mut first = open(&client).await;
    let second = open(&client).await;
    assert_eq!(limit.available(), 0);

    let mut third = spawned(any(&client, &LIST).send());
    assert!(third.pending().await, "there is no place");
    drop(second);
    let error = third.finish().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error}");
    assert_eq!(limit.available(), 1);

    assert!(first.next().await.unwrap().is_ok());
    assert_eq!(limit.available(), 1);
    assert!(first.next().await.is_none());
    assert_eq!(limit.available(), 2, "though the stream is not dropped");
}

/// A future that can be looked at while it waits.
struct Waiting<T>(tokio::task::JoinHandle<T>);

fn spawned<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Waiting<T> {
    Waiting(tokio::spawn(future))
}

impl<T> Waiting<T> {
    async fn pending(&mut self) -> bool {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        !self.0.is_finished()
    }

    async fn finish(self) -> T {
        self.0.await.unwrap()
    }
}

/// Every figure as one line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn add(&self, what: &str, it: &Figures<'_>) {
        let end = match it.end {
            End::Complete => "complete".to_owned(),
            End::Failed(error) => error.error_type().into_owned(),
            _ => "dropped".to_owned(),
        };
        let mut line = format!(
            "{what} {} retries={} {end} status={} in={:?} out={} events={}",
            it.operation,
            it.retries,
            it.status.map_or(0, |status| status.as_u16()),
            it.sent_bytes,
            it.received_bytes,
            it.events,
        );
        assert_eq!(it.first_byte.is_some(), it.status.is_some());
        assert!(it.first_byte.is_none_or(|first| first <= it.duration));
        assert_eq!(it.first_event.is_some(), it.events > 0);
        if it.budget_exhausted {
            line.push_str(" exhausted");
        }
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Metrics for Lines {
    fn attempt(&self, figures: &Figures<'_>) {
        self.add("attempt", figures);
    }

    fn call(&self, figures: &Figures<'_>) {
        self.add("call", figures);
    }
}

async fn measured(script: Vec<Step>) -> (Server, Client, Lines) {
    let lines = Lines::default();
    let server = Server::start(script).await;
    let budget = RetryBudget::default().capacity(1).per_second(0.0);
    let client = builder(&server.url, &Recorder::default())
        .retry_policy(RetryPolicy::default().budget(budget))
        .metrics(lines.clone())
        .build()
        .unwrap();
    (server, client, lines)
}

#[tokio::test]
async fn attempts_and_calls_are_measured() {
    let script = vec![
        reply(503, &[], ""),
        ok("[1, 2]"),
        reply(429, &[], ""),
        ok("not JSON"),
        ok("12"),
    ];
    let (_server, client, lines) = measured(script).await;
    let post = |body: &str| any(&client, &support::POST).text_body("text/plain", body);
    post("abc").await.unwrap();
    assert_eq!(
        lines.take(),
        [
            "attempt createThing retries=0 503 status=503 in=Some(3) out=0 events=0",
            "attempt createThing retries=1 complete status=200 in=Some(3) out=6 events=0",
            "call createThing retries=1 complete status=200 in=Some(3) out=6 events=0",
        ]
    );
    post("").await.unwrap_err();
    assert_eq!(
        lines.take(),
        [
            "attempt createThing retries=0 429 status=429 in=Some(0) out=0 events=0 exhausted",
            "call createThing retries=0 429 status=429 in=Some(0) out=0 events=0 exhausted",
        ]
    );
    any(&client, &LIST).await.unwrap_err();
    assert_eq!(
        lines.take(),
        [
            "attempt listThings retries=0 decode status=200 in=Some(0) out=8 events=0",
            "call listThings retries=0 decode status=200 in=Some(0) out=8 events=0",
        ]
    );
    any(&client, &support::GET).await.unwrap_err();
    assert_eq!(lines.take(), [""; 0], "what was not built is no call");
}

#[tokio::test]
async fn a_stream_is_measured_at_its_end() {
    let two = "data: {}\n\ndata: {}\n\n";
    let failed = "data: {}\n\nevent: error\ndata: {}\n\n";
    for (body, read, expected) in [
        (two, 9, "complete status=200 in=Some(0) out=20 events=2"),
        (two, 1, "dropped status=200 in=Some(0) out=20 events=1"),
        (
            "data: {}\n\ndata: [DONE]\n\ndata: 1",
            9,
            "complete status=200 in=Some(0) out=31 events=1",
        ),
        (
            "data: {}\n\ndata",
            9,
            "stream status=200 in=Some(0) out=14 events=1",
        ),
        (failed, 9, "stream status=200 in=Some(0) out=33 events=1"),
    ] {
        let (_server, client, lines) = measured(vec![stream(body)]).await;
        // The sentinel and error events mean something to an API's own types only.
        let events = Request::<EventStream<Known>, Events>::new(&client, &LIST);
        let events = events.await.unwrap().into_inner();
        assert_eq!(lines.take(), [""; 0], "the stream goes on");
        let _: Vec<_> = events.take(read).collect().await;
        let [attempt, call] =
            ["attempt", "call"].map(|what| format!("{what} listThings retries=0 {expected}"));
        assert_eq!(lines.take(), [attempt, call], "{body:?}");
    }
    let step = reply(200, &[("content-type", "text/html")], "<p>");
    let (_server, client, lines) = measured(vec![step]).await;
    Watched::new(&client, &LIST).await.unwrap_err();
    let seen = lines.take();
    assert!(
        seen.iter().all(|line| line.contains(" decode ")),
        "{seen:?}"
    );
}

struct Known;

impl specwright_runtime::events::Event for Known {
    fn decode(
        event: &specwright_runtime::events::RawEvent<'_>,
    ) -> Result<Self, specwright_runtime::serde_json::Error> {
        event.json::<serde_json::Map<_, _>>().map(|_| Self)
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_measured_too() {
    let (server, client, lines) = measured(vec![Step::Stall(Vec::new())]).await;
    let call = tokio::spawn(any(&client, &LIST).send());
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(
        lines.take(),
        [
            "attempt listThings retries=0 dropped status=0 in=Some(0) out=0 events=0",
            "call listThings retries=0 dropped status=0 in=Some(0) out=0 events=0",
        ]
    );
}

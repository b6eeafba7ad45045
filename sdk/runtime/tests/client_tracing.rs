//! The spans of a request: OpenTelemetry's names, and no secret.
#![cfg(feature = "tracing")]

mod support;

use std::fmt;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use specwright_runtime::Credential;
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::format::Events;
use support::{GET, LIST, Recorder, Server, Step, any, builder, ok, reply};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes every field of every span and event of this crate into a list for
/// each span.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<String>>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?}\n"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("specwright_runtime")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut text = String::new();
        span.record(&mut Fields(&mut text));
        spans.push(text);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        values.record(&mut Fields(&mut spans[span.into_u64() as usize - 1]));
    }

    fn event(&self, event: &Event<'_>) {
        let mut spans = self.0.lock().unwrap();
        let span = event.parent().expect("an event belongs to its span");
        event.record(&mut Fields(&mut spans[span.into_u64() as usize - 1]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn spans_of(
    script: Vec<Step>,
    call: impl AsyncFnOnce(specwright_runtime::Client),
) -> Vec<String> {
    let server = Server::start(script).await;
    let client = builder(&server.url, &Recorder::default())
        .credential(Credential::query("key", "hunter2".into()))
        .credential(Credential::header("x-key", "correct-horse".into()))
        .build()
        .unwrap();
    let spans = Spans::default();
    call(client).with_subscriber(spans.clone()).await;
    let spans = spans.0.lock().unwrap().clone();
    for span in &spans {
        let secret = ["hunter2", "correct-horse", "private"];
        assert!(!secret.iter().any(|it| span.contains(it)), "{span}");
    }
    spans
}

#[track_caller]
fn assert_has(span: &str, fields: &[&str], without: &[&str]) {
    for field in fields {
        assert!(
            span.lines().any(|line| line == *field),
            "{span} lacks {field}"
        );
    }
    for name in without {
        assert!(!span.contains(name), "{span} has {name}");
    }
}

#[tokio::test]
async fn each_attempt_has_a_span_with_the_names_of_opentelemetry() {
    let script = vec![reply(503, &[], "private"), ok("1")];
    let spans = spans_of(script, async |client| {
        let request = any(&client, &GET).path_param("id", "correct-horse");
        request.query("q", "private").await.unwrap();
    })
    .await;
    let [first, second] = spans.as_slice() else {
        panic!("{spans:?}");
    };
    let both = [
        "otel.name=GET /things/{id}",
        "otel.kind=\"client\"",
        "operation=\"getThing\"",
        "http.request.method=\"GET\"",
        "url.template=\"/things/{id}\"",
        "server.address=\"127.0.0.1\"",
    ];
    for span in [first, second] {
        assert_has(span, &both, &[]);
        let url = span
            .lines()
            .find(|line| line.starts_with("url.full="))
            .unwrap();
        assert!(
            url.ends_with("/things/[redacted]\"") && !url.contains('?'),
            "{url}"
        );
        assert!(span.contains("server.port="), "{span}");
    }
    let failed = [
        "http.response.status_code=503",
        "error.type=\"503\"",
        "otel.status_code=\"ERROR\"",
    ];
    assert_has(first, &failed, &["resend_count"]);
    let again = [
        "http.response.status_code=200",
        "http.request.resend_count=1",
    ];
    assert_has(second, &again, &["error.type", "otel.status_code"]);
}

#[tokio::test]
async fn a_stream_tells_its_counts_at_its_end() {
    let body = "data: private\n\ndata: 2\n\n";
    let stream = reply(200, &[("content-type", "text/event-stream")], body);
    let spans = spans_of(vec![stream], async |client| {
        let request = any(&client, &LIST).returning::<EventStream<UnknownEvent>, Events>();
        let events = request.await.unwrap().into_inner();
        assert_eq!(events.count().await, 2);
    })
    .await;
    let counts = [
        "message=stream ended",
        "events=2",
        "bytes=24",
        "dropped=false",
    ];
    assert_has(&spans[0], &counts, &["error.type"]);
}

#[tokio::test]
async fn what_fails_without_a_reply_has_a_type() {
    let closed = vec![Step::Write(Vec::new())];
    let spans = spans_of(closed, async |client| {
        let request = any(&client, &LIST).max_retries(0);
        request.await.unwrap_err();
    })
    .await;
    assert_has(&spans[0], &["error.type=\"transport\""], &["status_code=2"]);
}

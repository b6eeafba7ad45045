//! The span of a request: OpenTelemetry's names, and no secret.
#![cfg(feature = "tracing")]

mod support;

use std::fmt;
use std::sync::{Arc, Mutex};

use specwright_runtime::Credential;
use support::{GET, Recorder, Server, any, builder, ok, reply};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes every field of every span of this crate into one list.
#[derive(Clone, Default)]
struct Fields(Arc<Mutex<Vec<String>>>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.lock().unwrap().push(format!("{field}={value:?}"));
    }
}

impl Subscriber for Fields {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("specwright_runtime")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_span_names_operation_status_and_retries() {
    let server = Server::start(vec![reply(503, &[], ""), ok("1")]).await;
    let client = builder(&server.url, &Recorder::default())
        .credential(Credential::query("key", "hunter2".into()))
        .build()
        .unwrap();
    let fields = Fields::default();
    any(&client, &GET)
        .path_param("id", "private")
        .send()
        .with_subscriber(fields.clone())
        .await
        .unwrap();
    let fields = fields.0.lock().unwrap().join("\n");
    for expected in [
        "otel.name=GET /things/{id}",
        "operation=\"getThing\"",
        "http.request.method=\"GET\"",
        "url.template=\"/things/{id}\"",
        "server.address=\"127.0.0.1\"",
        "http.response.status_code=200",
        "http.request.resend_count=1",
    ] {
        assert!(fields.contains(expected), "{fields} lacks {expected}");
    }
    assert!(
        !fields.contains("hunter2") && !fields.contains("private"),
        "{fields}"
    );
}

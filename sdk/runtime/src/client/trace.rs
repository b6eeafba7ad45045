//! A span for each attempt, with the names of OpenTelemetry's HTTP conventions.
//! Neither bodies nor headers nor queries are in it.

use std::sync::Arc;

use tracing::Span;
use tracing::field::Empty;

use super::{Credentials, Prepared, Redactor, without_query};
use crate::metrics::{End, Figures};

pub(super) fn span(request: &Prepared, retries: u32, credentials: &Arc<Credentials>) -> Span {
    let operation = request.draft.operation;
    let span = tracing::info_span!(
        "http.request",
        otel.name = format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        operation = operation.id,
        http.request.method = operation.method.as_str(),
        http.request.resend_count = Empty,
        http.request.body.size = Empty,
        url.full = Empty,
        url.template = operation.path,
        server.address = request.url.host_str(),
        server.port = request.url.port_or_known_default(),
        http.response.status_code = Empty,
        "error.type" = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    let redactor = Redactor::new(credentials, &request.draft.secrets);
    span.record("url.full", redactor.redact(without_query(&request.url)));
    if retries > 0 {
        span.record("http.request.resend_count", retries);
    }
    span
}

/// Says how the attempt ended; for a stream in an event with its counts, too.
pub(super) fn ended(span: &Span, figures: &Figures<'_>) {
    if let Some(status) = figures.status {
        span.record("http.response.status_code", status.as_u16());
    }
    if let Some(bytes) = figures.sent_bytes.filter(|bytes| *bytes > 0) {
        span.record("http.request.body.size", bytes);
    }
    let error = match figures.end {
        End::Failed(error) => Some(error.error_type()),
        End::Complete | End::Dropped => None,
    };
    if let Some(error) = &error {
        span.record("error.type", &**error);
        span.record("otel.status_code", "ERROR");
    }
    if figures.events > 0 {
        tracing::debug!(
            parent: span,
            events = figures.events,
            bytes = figures.received_bytes,
            first_event_ms = figures.first_event.map(|first| first.as_millis() as u64),
            duration_ms = figures.duration.as_millis() as u64,
            dropped = matches!(figures.end, End::Dropped),
            "stream ended"
        );
    }
}

//! A small server on loopback. It keeps conversations and batches in memory, checks keys and
//! sessions, and streams its answers in ragged chunks, as networks do.

mod batches;
mod claude_ai;
mod model;
mod platform;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// API key the platform routes accept.
pub const API_KEY: &str = "sk-ant-example-key";

/// Session key the claude.ai routes accept.
pub const SESSION_KEY: &str = "sk-ant-sid01-example-session";

/// Organization of the example session.
pub const ORGANIZATION: &str = "1f0c8a52-6d3e-4b7a-9c41-2e5d7f8a9b10";

/// A running server; dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on a free port of the loopback interface.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .merge(platform::routes())
            .merge(claude_ai::routes());
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the example server stopped: {error}");
            }
        });
        Ok(Self { address, task })
    }

    /// Base url of the server, `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An error in the envelope both APIs use.
fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": "req_example_error",
    });
    (
        status,
        [("request-id", "req_example_error")],
        axum::Json(body),
    )
        .into_response()
}

/// One server-sent event.
fn event(name: &str, data: &Value, line_end: &str) -> String {
    format!("event: {name}{line_end}data: {data}{line_end}{line_end}")
}

/// A `text/event-stream` response that delivers `events` in small chunks with pauses; chunks end
/// in the middle of lines, and of characters.
fn event_stream(events: Vec<String>) -> Response {
    const CHUNK: usize = 61;
    const PAUSE: Duration = Duration::from_millis(8);
    let bytes = events.concat().into_bytes();
    let chunks: Vec<Vec<u8>> = bytes.chunks(CHUNK).map(<[u8]>::to_vec).collect();
    let body = stream::unfold(chunks.into_iter(), |mut chunks| async move {
        let chunk = chunks.next()?;
        tokio::time::sleep(PAUSE).await;
        Some((Ok::<_, std::io::Error>(chunk), chunks))
    });
    let headers = [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("request-id", "req_example_stream"),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// `text` in pieces of a few characters, as a model writes it.
fn tokens(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

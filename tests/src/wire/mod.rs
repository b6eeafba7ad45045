//! Exchanges with a server on a real socket: what it answers, and what it must have been sent.
//!
//! ```
//! # use serde_json::json;
//! # use specwright_tests::wire::{self, Reply};
//! # async fn example(list: impl AsyncFn(&str)) {
//! let exchange = wire::answer("platform.listModels", Reply::json(json!({"data": []}))).await;
//! list(exchange.url()).await;
//! exchange.expect(wire::get("/v1/models").query("limit", "50")).await;
//! # }
//! ```
//!
//! An exchange is one of an operation: the request must have the method and path that the
//! operation's document says, and `coverage` finds the operations in calls of [`answer`],
//! [`answers`] and [`refused`] whose first argument is written out, in the files `wire_*`.

mod expected;
mod parts;
mod reply;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::json;
use specwright_runtime::Error;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::documents::OPERATIONS;
pub use expected::{Expected, delete, get, patch, post, put};
pub use parts::Part;
pub use reply::Reply;

/// The id of every request, in the header `request-id` of every reply.
pub const REQUEST_ID: &str = "req_011CSHoEeqs5C35K2UUqR7Fy";

/// A server that answers requests of one operation. It must be told what to expect before it is
/// dropped.
#[must_use = "an exchange proves nothing until its requests are looked at"]
pub struct Exchange {
    operation: &'static str,
    server: MockServer,
    url: String,
    looked_at: Cell<bool>,
}

/// A server that answers one request of `operation`, which has the form `api.operationId`.
pub async fn answer(operation: &'static str, reply: Reply) -> Exchange {
    answers(operation, [reply]).await
}

/// A server that answers requests of `operation` with these replies, in this order.
pub async fn answers(
    operation: &'static str,
    replies: impl IntoIterator<Item = Reply>,
) -> Exchange {
    assert!(
        OPERATIONS.contains_key(operation),
        "no operation {operation} in spec/"
    );
    let server = MockServer::start().await;
    let script = Script(Mutex::new(replies.into_iter().collect()));
    Mock::given(any()).respond_with(script).mount(&server).await;
    Exchange {
        operation,
        url: server.uri(),
        server,
        looked_at: Cell::new(false),
    }
}

/// A server that refuses one request of `operation`, and the call, which must give the typed error.
/// The call gets the url of the server; its client must not retry.
pub async fn refused<T>(
    operation: &'static str,
    status: u16,
    kind: &'static str,
    call: impl AsyncFnOnce(&str) -> Result<T, Error>,
) {
    let body = json!({
        "type": "error",
        "error": {"type": kind, "message": "Refused, says the test."},
        "request_id": REQUEST_ID,
    });
    let exchange = answer(operation, Reply::json(body).status(status)).await;
    let Err(error) = call(exchange.url()).await else {
        panic!("{operation} succeeds with status {status}");
    };
    exchange.requests(1).await;
    let Error::Api(error) = error else {
        panic!("{operation} gives another error: {error:?}");
    };
    assert_eq!(error.status().as_u16(), status);
    assert_eq!(error.kind(), Some(kind));
    assert_eq!(error.message(), "Refused, says the test.");
    assert_eq!(error.request_id(), Some(REQUEST_ID));
}

impl Exchange {
    /// The base url of the server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asserts that there was one request, this one.
    pub async fn expect(self, expected: Expected) {
        self.expect_all([expected]).await;
    }

    /// Asserts that there were these requests, in this order.
    pub async fn expect_all(self, expected: impl IntoIterator<Item = Expected>) {
        let expected: Vec<Expected> = expected.into_iter().collect();
        let sent = self.requests(expected.len()).await;
        for (index, (expected, sent)) in expected.iter().zip(&sent).enumerate() {
            let differences = expected.differences(sent);
            assert!(
                differences.is_empty(),
                "request {index} of {} is another one:\n  {}",
                self.operation,
                differences.join("\n  "),
            );
        }
    }

    /// The requests, of which there must be this many, for what [`expect`](Self::expect) cannot say.
    pub async fn requests(&self, count: usize) -> Vec<Request> {
        self.looked_at.set(true);
        let sent = self.server.received_requests().await.unwrap_or_default();
        for request in &sent {
            let (method, path) = (request.method.as_str(), request.url.path());
            assert!(
                OPERATIONS[self.operation].is_called_by(method, path),
                "{method} {path} is not {}",
                self.operation
            );
        }
        assert_eq!(sent.len(), count, "requests of {}", self.operation);
        sent
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.looked_at.get() && !std::thread::panicking() {
            panic!("nobody looked at the requests of {}", self.operation);
        }
    }
}

struct Script(Mutex<VecDeque<Reply>>);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let next = self
            .0
            .lock()
            .ok()
            .and_then(|mut replies| replies.pop_front());
        // A status that is not retried: one request too many is one, not three.
        let over = || Reply::text("text/plain", "the test has no more replies").status(410);
        next.unwrap_or_else(over).into()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn call(operation: &'static str, path: &str) {
        let exchange = answers(operation, []).await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let address = exchange.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
        exchange.requests(1).await;
    }

    #[tokio::test]
    async fn the_operation_is_the_one_it_says() {
        call("platform.retrieveModel", "/v1/models/m").await;
    }

    #[tokio::test]
    #[should_panic(expected = "GET /v1/models is not platform.retrieveModel")]
    async fn another_operation_is_told() {
        call("platform.retrieveModel", "/v1/models").await;
    }

    #[tokio::test]
    #[should_panic(expected = "no operation platform.getModel in spec/")]
    async fn an_operation_that_does_not_exist_is_told() {
        call("platform.getModel", "/v1/models/m").await;
    }

    #[tokio::test]
    #[should_panic(expected = "nobody looked at the requests of platform.listModels")]
    async fn requests_must_be_looked_at() {
        drop(answer("platform.listModels", Reply::empty(200)).await);
    }
}

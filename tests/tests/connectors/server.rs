//! A server on loopback that takes every request and keeps it.

use std::cell::Cell;

use reqwest::Url;
use serde_json::json;
use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that answers every request with an empty object.
pub(crate) struct Server {
    runtime: Runtime,
    server: MockServer,
    taken: Cell<usize>,
}

impl Server {
    pub(crate) fn start() -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            let answer = ResponseTemplate::new(200).set_body_json(json!({}));
            Mock::given(any()).respond_with(answer).mount(&server).await;
            server
        });
        let taken = Cell::default();
        Ok(Self {
            runtime,
            server,
            taken,
        })
    }

    /// The address of this server that stands for a base url: with the same path.
    pub(crate) fn in_place_of(&self, base_url: &str) -> Result<String, String> {
        let url = Url::parse(base_url).map_err(|error| format!("{base_url}: {error}"))?;
        let path = url.path().trim_end_matches('/');
        Ok(format!("{}{path}", self.server.uri()))
    }

    /// The requests since the last time.
    pub(crate) fn take(&self) -> Result<Vec<Request>, String> {
        let requests = self.runtime.block_on(self.server.received_requests());
        let mut requests = requests.ok_or("requests are not recorded")?;
        let taken = self.taken.replace(requests.len());
        Ok(requests.split_off(taken))
    }
}

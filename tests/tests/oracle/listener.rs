//! A server that answers anything and hands over what it was sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// The server.
pub(crate) struct Listener {
    server: MockServer,
    exchange: Exchange,
}

/// What it answers, and what it was sent since it was asked.
#[derive(Clone)]
struct Exchange(Arc<Mutex<(ResponseTemplate, Vec<Request>)>>);

impl Exchange {
    fn lock(&self) -> MutexGuard<'_, (ResponseTemplate, Vec<Request>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Respond for Exchange {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut exchange = self.lock();
        exchange.1.push(request.clone());
        exchange.0.clone()
    }
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let answer = (ResponseTemplate::new(200), Vec::new());
        let exchange = Exchange(Arc::new(Mutex::new(answer)));
        let server = MockServer::builder().disable_request_recording();
        let server = server.start().await;
        Mock::given(any())
            .respond_with(exchange.clone())
            .mount(&server)
            .await;
        Self { server, exchange }
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// Sets what it answers from now on.
    pub(crate) fn answer(&self, template: ResponseTemplate) {
        self.exchange.lock().0 = template;
    }

    /// The one request since the last call.
    pub(crate) fn only_request(&self) -> Result<Request, String> {
        let requests = std::mem::take(&mut self.exchange.lock().1);
        match <[Request; 1]>::try_from(requests) {
            Ok([request]) => Ok(request),
            Err(requests) => Err(format!("{} requests instead of one", requests.len())),
        }
    }
}

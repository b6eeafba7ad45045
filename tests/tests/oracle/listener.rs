//! A server that answers anything and hands over what it was sent.

use std::sync::{Arc, Mutex, PoisonError};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// The server.
pub(crate) struct Listener {
    server: MockServer,
    answer: Answer,
    seen: usize,
}

#[derive(Clone)]
struct Answer(Arc<Mutex<ResponseTemplate>>);

impl Respond for Answer {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let answer = Answer(Arc::new(Mutex::new(ResponseTemplate::new(200))));
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(answer.clone())
            .mount(&server)
            .await;
        Self {
            server,
            answer,
            seen: 0,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// Sets what it answers from now on.
    pub(crate) fn answer(&self, template: ResponseTemplate) {
        *self.answer.0.lock().unwrap_or_else(PoisonError::into_inner) = template;
    }

    /// The one request since the last call.
    pub(crate) async fn only_request(&mut self) -> Result<Request, String> {
        let mut requests = self.server.received_requests().await.unwrap_or_default();
        let new = requests.split_off(self.seen.min(requests.len()));
        self.seen += new.len();
        match <[Request; 1]>::try_from(new) {
            Ok([request]) => Ok(request),
            Err(requests) => Err(format!("{} requests instead of one", requests.len())),
        }
    }
}

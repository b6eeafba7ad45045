//! Opening a stream again after its connection broke.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use http::{HeaderName, HeaderValue};

use crate::client::Prepared;
use crate::error::Error;
use crate::format::check_not_html;
use crate::response::Reply;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The request of a stream that is opened again when it breaks.
pub(crate) struct Reconnect {
    request: Box<Prepared>,
    /// How many connections in a row brought no event.
    fruitless: u32,
}

impl Reconnect {
    #[inline]
    pub(crate) fn new(request: Box<Prepared>) -> Self {
        Self {
            request,
            fruitless: 0,
        }
    }

    /// An event has come.
    #[inline]
    pub(super) fn succeeded(&mut self) {
        self.fruitless = 0;
    }

    /// The next connection, after the wait the stream asked for or the client's own. `None` when
    /// there have been enough, or the request cannot be sent once more.
    #[inline]
    pub(super) fn again(
        &mut self,
        last_event_id: &str,
        asked: Option<Duration>,
    ) -> Option<BoxFuture<'static, Result<Reply, Error>>> {
        if self.fruitless >= self.request.max_retries || !self.request.is_replayable() {
            return None;
        }
        let mut request = self.request.clone();
        if !last_event_id.is_empty() {
            let id = HeaderValue::from_bytes(last_event_id.as_bytes()).ok()?;
            request.draft.headers.insert(LAST_EVENT_ID, id);
        }
        request.headers = request.draft.all_headers(request.accept);
        let core = Arc::clone(&request.draft.client.core);
        let policy = &core.retry_policy;
        let cap = policy.retry_after_cap.unwrap_or(Duration::MAX);
        let wait = asked.map_or_else(|| policy.backoff(self.fruitless), |asked| asked.min(cap));
        self.fruitless += 1;
        Some(Box::pin(async move {
            core.clock.sleep(wait).await;
            let reply = request.execute().await?;
            check_not_html(reply)
        }))
    }
}

impl fmt::Debug for Reconnect {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnect")
            .field("operation", &self.request.draft.operation.id)
            .field("fruitless", &self.fruitless)
            .finish_non_exhaustive()
    }
}

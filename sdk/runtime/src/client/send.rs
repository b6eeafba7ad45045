//! One call: attempts, the waits between them, and what is read of each reply.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{CONTENT_LENGTH, COOKIE, LOCATION};
use http::{HeaderMap, HeaderValue};
use url::Url;

use super::{Core, Redactor, Watch, without_query};
use crate::byte_stream::{ByteStream, Collected, chunks};
use crate::decompress::Coding;
use crate::error::{ApiError, Error, TimeoutError, TimeoutKind, TransportError};
use crate::events::Reconnect;
use crate::middleware::{Permit, RequestHead};
use crate::request::Draft;
use crate::response::{Reply, ReplyBody, ResponseHead};
use crate::retry::Retry;

/// A request with everything decided: what each attempt sends.
#[derive(Clone)]
pub(crate) struct Prepared {
    /// What it was made of: operation, body, cookies and secrets are there.
    pub(crate) draft: Box<Draft>,
    pub(crate) url: Url,
    /// The content type that is accepted.
    pub(crate) accept: &'static str,
    /// The headers of the next attempt, which takes them.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) streaming: bool,
    /// Whether an event stream is opened again when it breaks.
    pub(crate) reconnect: bool,
}

impl Prepared {
    pub(crate) fn is_replayable(&self) -> bool {
        self.draft.content.is_replayable()
    }

    /// Sends it until it succeeds, fails for good, or has been repeated often enough.
    pub(crate) async fn execute(mut self: Box<Self>) -> Result<Reply, Error> {
        let core = Arc::clone(&self.draft.client.core);
        let mut watch = Watch::start(core.metrics.as_ref(), &self);
        let mut tries = Tries::default();
        let mut outcome = loop {
            let wait = match core.attempt(&mut self, tries.failed, &mut watch).await {
                Ok(reply) => {
                    core.budget.succeeded();
                    break Ok(reply);
                }
                Err(error) => match core.after(error, &self, &mut tries, &mut watch) {
                    Ok(wait) => wait,
                    Err(error) => break Err(error),
                },
            };
            core.clock.sleep(wait).await;
            self.headers = self.draft.all_headers(self.accept);
        };
        if let (Ok(reply), true) = (&mut outcome, self.reconnect) {
            reply.reconnect = Some(Box::new(Reconnect::new(self)));
        }
        let Some(watch) = watch else {
            return outcome;
        };
        match outcome {
            Ok(reply) => Ok(reply.watched(watch)),
            Err(error) => {
                watch.end(Err(&error));
                Err(error)
            }
        }
    }
}

/// What has become of a call so far.
#[derive(Default)]
struct Tries {
    /// The attempts that failed.
    failed: u32,
    /// Those among them that were no retries: the server had not processed the request.
    resent: u32,
}

/// How often a request is sent again at once because the server did not process it. That is safe
/// for every operation.
const MOST_RESENDS: u32 = 2;

impl Core {
    /// How long to wait before the next attempt; the error when it is the answer.
    #[cold]
    fn after(
        &self,
        error: Error,
        request: &Prepared,
        tries: &mut Tries,
        watch: &mut Option<Box<Watch>>,
    ) -> Result<Duration, Error> {
        let resend = tries.resent < MOST_RESENDS && error.is_unprocessed();
        let wait = if resend && request.is_replayable() {
            tries.resent += 1;
            Duration::ZERO
        } else {
            let Some(wait) = self.retry_wait(request, tries.failed - tries.resent, &error) else {
                return Err(error);
            };
            if !self.budget.take(self.clock.now()) {
                watch.iter_mut().for_each(|watch| watch.exhausted());
                return Err(error);
            }
            wait
        };
        tries.failed += 1;
        if let Some(watch) = watch {
            watch.attempt_failed(&error);
        }
        if let Some(hook) = &self.on_retry {
            hook(&Retry {
                operation: request.draft.operation.id,
                attempt: tries.failed,
                max_retries: request.max_retries,
                wait,
                error: &error,
            });
        }
        Ok(wait)
    }

    /// How long to wait before a retry; `None` when there is none.
    fn retry_wait(&self, request: &Prepared, retries: u32, error: &Error) -> Option<Duration> {
        let again = retries < request.max_retries
            && request.draft.operation.retryable
            && request.is_replayable()
            && error.is_retryable();
        if !again {
            return None;
        }
        self.retry_policy.wait(retries, error, self.clock.now())
    }

    async fn attempt(
        &self,
        request: &mut Prepared,
        retries: u32,
        watch: &mut Option<Box<Watch>>,
    ) -> Result<Reply, Error> {
        if !self.middleware.is_empty() {
            // In a box: without middleware, the usual case, a call has no room for this.
            return Box::pin(self.within_middleware(request, retries, watch)).await;
        }
        add_cookies(self.cookies(request), &mut request.headers)?;
        self.in_time(request, retries, watch).await
    }

    /// An attempt with everything that middleware is asked and told.
    async fn within_middleware(
        &self,
        request: &mut Prepared,
        retries: u32,
        watch: &mut Option<Box<Watch>>,
    ) -> Result<Reply, Error> {
        let operation = request.draft.operation;
        let mut sent = RequestHead::new(
            operation.id,
            operation.method,
            operation.path,
            without_query(&request.url),
            std::mem::take(&mut request.headers),
            retries,
        );
        let permits = self.admit(&mut sent).await;
        add_cookies(self.cookies(request), &mut sent.headers)?;
        for middleware in &self.middleware {
            middleware.before(&mut sent);
        }
        request.headers = sent.headers.clone();
        let started = Instant::now();
        let outcome = self.in_time(request, retries, watch).await;
        let seen = outcome.as_ref().map(|reply| &*reply.head);
        for middleware in &self.middleware {
            middleware.after(&sent, seen, started.elapsed());
        }
        let reply = outcome?.holding(permits);
        if let ReplyBody::Bytes(body) = &reply.body {
            for middleware in &self.middleware {
                middleware.received(&reply.head, body).await;
            }
        }
        Ok(reply)
    }

    /// One exchange within the timeout of the attempt.
    async fn in_time(
        &self,
        request: &mut Prepared,
        retries: u32,
        watch: &mut Option<Box<Watch>>,
    ) -> Result<Reply, Error> {
        if let Some(watch) = watch {
            watch.attempt(retries);
        }
        // Filled in as soon as the head arrives, so that an error after it
        // still knows the request id.
        let mut head = None;
        let timeout = request.timeout;
        let exchange = self.watched_exchange(request, retries, &mut head, watch);
        let outcome = match tokio::time::timeout(timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TimeoutError::new(TimeoutKind::Total, timeout).into()),
        };
        match head {
            Some(head) => outcome.map_err(|error| error.with_head(&head)),
            None => outcome,
        }
    }

    /// Asks every middleware to let the attempt pass.
    async fn admit(&self, sent: &mut RequestHead) -> Vec<Permit> {
        let mut permits = Vec::new();
        for middleware in &self.middleware {
            if let Some(admission) = middleware.admit(sent) {
                permits.push(admission.await);
            }
        }
        permits
    }

    #[cfg(not(feature = "tracing"))]
    fn watched_exchange<'a>(
        &'a self,
        request: &'a mut Prepared,
        retries: u32,
        seen: &'a mut Option<Arc<ResponseHead>>,
        watch: &'a mut Option<Box<Watch>>,
    ) -> impl Future<Output = Result<Reply, Error>> + 'a {
        self.exchange(request, retries, seen, watch)
    }

    /// The exchange within the span of its attempt.
    #[cfg(feature = "tracing")]
    fn watched_exchange<'a>(
        &'a self,
        request: &'a mut Prepared,
        retries: u32,
        seen: &'a mut Option<Arc<ResponseHead>>,
        watch: &'a mut Option<Box<Watch>>,
    ) -> impl Future<Output = Result<Reply, Error>> + 'a {
        let span = super::trace::span(request, retries, &self.credentials);
        if let Some(watch) = watch {
            watch.within(span.clone());
        }
        let exchange = self.exchange(request, retries, seen, watch);
        tracing::Instrument::instrument(exchange, span)
    }

    /// Cookies are looked up for each attempt, after all waiting: a reply may
    /// have rotated them.
    fn cookies(&self, request: &Prepared) -> Vec<String> {
        let mut cookies = Vec::new();
        if request.draft.is_authenticated() {
            cookies = self.credentials.cookies();
        }
        for (name, value) in &request.draft.cookies {
            cookies.push(format!("{name}={value}"));
        }
        cookies
    }

    async fn exchange(
        &self,
        request: &mut Prepared,
        retries: u32,
        seen: &mut Option<Arc<ResponseHead>>,
        watch: &mut Option<Box<Watch>>,
    ) -> Result<Reply, Error> {
        let mut response = self
            .start(request)?
            .await
            .map_err(|error| self.send_error(error, request))?;
        if let Some(watch) = watch {
            watch.head(response.status());
        }
        let head = self.head(&mut response, request, retries);
        *seen = Some(Arc::clone(&head));

        let limits = self.settings.limits;
        let body = if head.status.is_success() && request.streaming {
            let body = ByteStream::new(response, request.idle_timeout, &head);
            ReplyBody::Stream(Box::new(body))
        } else {
            let limit = limits.body_bytes;
            let body = match Coding::of(&head.headers) {
                None => plain_body(&mut response, limit).await?,
                // In a box: a call has no room for a second response.
                Some(coding) => Box::pin(decoded_body(response, coding, limit)).await?,
            };
            if !head.status.is_success() {
                return Err(api_error(head, body, &request.url).into());
            }
            if let Some(watch) = watch {
                watch.received(body.len());
            }
            ReplyBody::Bytes(body)
        };
        Ok(Reply {
            head,
            body,
            limits,
            watch: None,
            reconnect: None,
        })
    }

    /// Hands the request to the HTTP client.
    fn start(
        &self,
        request: &mut Prepared,
    ) -> Result<impl Future<Output = reqwest::Result<reqwest::Response>> + use<>, Error> {
        let method = request.draft.operation.method.into();
        let mut outgoing = reqwest::Request::new(method, request.url.clone());
        *outgoing.headers_mut() = std::mem::take(&mut request.headers);
        if let Some(body) = request.draft.content.body() {
            // The HTTP client sees the length of bytes, not of a stream.
            if let Some(len) = body.len().filter(|_| body.is_streamed()) {
                outgoing.headers_mut().insert(CONTENT_LENGTH, len.into());
            }
            *outgoing.body_mut() = Some(body.open().ok_or_else(already_sent)?);
        }
        Ok(self.connections.http().execute(outgoing))
    }

    /// Takes the head out of a response.
    fn head(
        &self,
        response: &mut reqwest::Response,
        request: &Prepared,
        retries: u32,
    ) -> Arc<ResponseHead> {
        let mut headers = std::mem::take(response.headers_mut());
        self.credentials.keep_rotated(&headers);
        let redactor = Redactor::new(&self.credentials, &request.draft.secrets);
        redactor.mark(&mut headers);
        Arc::new(ResponseHead {
            status: response.status(),
            headers,
            retries,
            operation: request.draft.operation.id,
            redactor,
        })
    }

    #[cold]
    fn send_error(&self, error: reqwest::Error, request: &Prepared) -> Error {
        if error.is_timeout() {
            let (kind, limit) = if error.is_connect() {
                (TimeoutKind::Connect, self.settings.connect_timeout)
            } else {
                (TimeoutKind::Total, request.timeout)
            };
            return TimeoutError::new(kind, limit).into();
        }
        TransportError::while_sending(error).into()
    }
}

/// The body as it comes, if it is not above the limit.
async fn plain_body(response: &mut reqwest::Response, limit: usize) -> Result<Bytes, Error> {
    let mut body = Collected::new(limit);
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(TransportError::while_reading)?
    {
        body.push(chunk)?;
    }
    Ok(body.finish())
}

/// The decompressed body, if it is not above the limit.
async fn decoded_body(
    response: reqwest::Response,
    coding: Coding,
    limit: usize,
) -> Result<Bytes, Error> {
    let mut body = Collected::new(limit);
    let mut chunks = chunks(response, Some(coding));
    while let Some(chunk) = chunks.next().await {
        body.push(chunk?)?;
    }
    Ok(body.finish())
}

/// Puts cookies before those that the headers have.
fn add_cookies(mut cookies: Vec<String>, headers: &mut HeaderMap) -> Result<(), Error> {
    if cookies.is_empty() {
        return Ok(());
    }
    if let Some(given) = headers.get(COOKIE).and_then(|value| value.to_str().ok()) {
        cookies.push(given.to_owned());
    }
    let mut value = HeaderValue::from_str(&cookies.join("; "))
        .map_err(|_| Error::invalid_request("a cookie has characters it cannot have"))?;
    value.set_sensitive(true);
    headers.insert(COOKIE, value);
    Ok(())
}

#[cold]
fn api_error(head: Arc<ResponseHead>, body: Bytes, url: &Url) -> ApiError {
    let redirect = foreign_redirect(&head, url);
    let mut error = ApiError::new(head, body);
    if let Some(origin) = redirect {
        error = error.with_message(format!(
            "the server redirects to another origin ({origin}), which is not followed: \
             it must not see the credentials"
        ));
    }
    error.redacted()
}

#[cold]
fn already_sent() -> Error {
    Error::invalid_request("the body is a stream that was already sent; it can be read once")
}

/// The origin that a redirect which was not followed points to.
fn foreign_redirect(head: &ResponseHead, url: &Url) -> Option<String> {
    if !head.status.is_redirection() {
        return None;
    }
    let target = url.join(head.header(LOCATION.as_str())?).ok()?;
    (target.origin() != url.origin()).then(|| target.origin().ascii_serialization())
}

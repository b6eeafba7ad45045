//! A request: refined by value, sent by `.await`.

mod content;
mod draft;
mod headers;

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

pub(crate) use content::Content;
pub(crate) use draft::Draft;
pub(crate) use headers::BaseHeaders;

use crate::body::Body;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::format::{Format, Json};
use crate::multipart;
use crate::options::Operation;
use crate::pages::Pagination;
use crate::query::QueryStyle;
use crate::response::{RedactedHeaders, Reply, Response};

/// A request of one operation, whose reply is a `T` in the format `F`.
///
/// It is refined by value and sent by awaiting it; nothing happens before.
/// What cannot be built (a path value that is empty, a header with a line
/// break, a body that does not serialise) is kept and returned when it is
/// sent, before anything goes out.
///
/// The methods that generated code uses to build a request (`path_param`,
/// `json_body`, …) and those for every caller (`timeout`, `header`, …) are the
/// same kind of method.
///
/// ```no_run
/// use specwright_runtime::{Client, Method, Operation, Request};
///
/// static CREATE: Operation = Operation::new("createItem", Method::Post, "/items");
///
/// #[derive(serde::Serialize)]
/// struct NewItem { name: &'static str }
/// #[derive(serde::Deserialize)]
/// struct Item { id: String }
///
/// # async fn run(client: &Client) -> Result<(), specwright_runtime::Error> {
/// let item = Request::<Item>::new(client, &CREATE)
///     .json_body(&NewItem { name: "lamp" })
///     .header("x-trace", "1")
///     .body_field("colour", "red") // not in the document yet
///     .await?;
/// println!("{}", item.id);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is awaited"]
pub struct Request<T, F = Json> {
    draft: Box<Draft>,
    reply: PhantomData<fn() -> (T, F)>,
}

/// Building blocks of generated code.
impl<T, F> Request<T, F> {
    /// A request of an operation, without parameters and body.
    pub fn new(client: &Client, operation: &'static Operation) -> Self {
        Self {
            draft: Box::new(Draft::new(client, operation)),
            reply: PhantomData,
        }
    }

    /// Sets a path parameter, percent-encoded. Empty values, `.` and `..` are
    /// refused.
    pub fn path_param(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.draft.path_param(name, &value);
        self
    }

    /// Sets a query parameter in place of an earlier value; `None` leaves it
    /// out.
    pub fn query_param(
        mut self,
        name: &'static str,
        style: QueryStyle,
        value: impl Serialize,
    ) -> Self {
        self.draft.query_param(name, style, &value);
        self
    }

    /// Sets a header; `None` leaves it as it is. The values of a list are added
    /// to those that the client sends by itself.
    pub fn header_param(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.draft.header_param(name, &value);
        self
    }

    /// Sets a cookie, percent-encoded; `None` leaves it as it is.
    pub fn cookie_param(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.draft.cookie_param(name, &value);
        self
    }

    /// Sets a JSON body.
    pub fn json_body(mut self, body: &impl Serialize) -> Self {
        self.draft.json_body(body, &[]);
        self
    }

    /// Sets a JSON body with these members set in it, such as `stream: true`.
    pub fn json_body_with(mut self, body: &impl Serialize, set: &[(&'static str, Value)]) -> Self {
        self.draft.json_body(body, set);
        self
    }

    /// Sets a body in `application/x-www-form-urlencoded`; `body` serialises to
    /// an object. Lists repeat the name.
    pub fn form_body(mut self, body: &impl Serialize) -> Self {
        self.draft.form_body(body);
        self
    }

    /// Sets a text body.
    pub fn text_body(mut self, content_type: impl AsRef<str>, text: impl Into<String>) -> Self {
        self.draft.body(content_type, text.into());
        self
    }

    /// Sets a body of bytes, in memory or streamed.
    pub fn bytes_body(mut self, content_type: impl AsRef<str>, body: impl Into<Body>) -> Self {
        self.draft.body(content_type, body);
        self
    }

    /// Sets a `multipart/form-data` body.
    pub fn multipart_body(mut self, form: multipart::Form) -> Self {
        match form.into_body() {
            Ok((content_type, body)) => self.draft.body(content_type, body),
            Err(error) => self.draft.set_invalid(error),
        }
        self
    }

    /// Says how the operation is paged.
    pub fn paginate(mut self, pagination: Pagination) -> Self {
        self.draft.pagination = Some(pagination);
        self
    }

    /// Asks an address that a reply names, in place of the operation's path and
    /// query. An address at another origin than the client's base URL is asked
    /// without the client's credentials and headers.
    pub fn at(mut self, address: &str) -> Self {
        self.draft.at(address);
        self
    }

    /// Asks for the page at this address, which another page or its `Link`
    /// header names, in place of the operation's path and query. It must be of
    /// the same origin as the client's base URL, since it sees the credentials.
    pub fn page_at(mut self, address: impl AsRef<str>) -> Self {
        self.draft.follow_link(address.as_ref());
        self
    }

    /// Makes sending fail with this message: for layers above that find
    /// something wrong while they build. The first such message counts. It
    /// must not contain a secret.
    pub fn invalid(mut self, message: impl Into<String>) -> Self {
        self.draft.set_invalid(InvalidRequest::new(message));
        self
    }

    /// Makes sending fail with what a check of the body found, if it found
    /// something and checks are not switched off.
    pub fn checked<E: fmt::Display>(mut self, check: Result<(), E>) -> Self {
        if let Err(problem) = check {
            self.draft
                .set_problem(InvalidRequest::new(problem.to_string()));
        }
        self
    }

    /// The same request with a reply of another type.
    pub fn returning<U, G>(self) -> Request<U, G> {
        Request {
            draft: self.draft,
            reply: PhantomData,
        }
    }
}

/// Refinements for every caller.
impl<T, F> Request<T, F> {
    /// Sets the total timeout of one attempt. For a stream it ends when the
    /// head of the reply has arrived.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.draft.timeout = Some(timeout);
        self
    }

    /// Sets how long a stream may stay silent.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.draft.idle_timeout = Some(timeout);
        self
    }

    /// Sets how often a failed attempt is repeated; 0 turns retries off.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.draft.max_retries = Some(retries);
        self
    }

    /// Sends the request as it is, whatever the operation would check before.
    pub fn unchecked(mut self) -> Self {
        self.draft.checks = Some(false);
        self
    }

    /// Sets whether an event stream is opened again when its connection breaks or its body ends:
    /// with `last-event-id`, after the time that the stream asked for with `retry`, as often in a
    /// row without an event as a failed attempt is repeated. A reply without content (204) ends
    /// it. Only for endpoints that go on after that id; where the document says that an endpoint
    /// does, it is the default. Has no effect on other replies.
    pub fn reconnect(mut self, reconnect: bool) -> Self {
        self.draft.reconnect = Some(reconnect);
        self
    }

    /// Sets a header, in place of one that the client or the operation sets.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.draft.header(name.as_ref(), value.as_ref());
        self
    }

    /// Appends a query parameter that the document does not have.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.draft.query.append(&name.into(), &value.into());
        self
    }

    /// Sets a member of the JSON body that the document does not have, or in
    /// place of one it has.
    pub fn body_field(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.draft.body_field(name.into(), &value);
        self
    }
}

/// What pages need to ask for the next one.
impl<T, F> Request<T, F> {
    /// How the operation is paged.
    pub(crate) fn pagination(&self) -> Option<Pagination> {
        self.draft.pagination
    }

    /// The value of a query parameter that has one value.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.draft.query.get(name)
    }
}

impl<T, F> Request<T, F> {
    /// The address it goes to, with its query, and without credentials that
    /// the client adds to the query.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when the request could not be built.
    ///
    /// ```
    /// use specwright_runtime::{ClientBuilder, Method, Operation, QueryStyle, Request};
    ///
    /// static LIST: Operation = Operation::new("list", Method::Get, "/shelves/{shelf}/books");
    ///
    /// let client = ClientBuilder::new("https://api.example.com").build()?;
    /// let list = Request::<()>::new(&client, &LIST).path_param("shelf", "a/b");
    /// let list = list.query_param("limit", QueryStyle::Form, 5);
    /// assert_eq!(list.url()?, "https://api.example.com/shelves/a%2Fb/books?limit=5");
    /// # Ok::<(), specwright_runtime::Error>(())
    /// ```
    pub fn url(&self) -> Result<String, Error> {
        Ok(self.draft.checked_url()?.into())
    }
}

impl<T, F: Format<T>> Request<T, F> {
    /// Sends the request; `request.await` does the same.
    ///
    /// # Errors
    /// - [`Error::InvalidRequest`]: the request could not be built; nothing was
    ///   sent.
    /// - [`Error::Api`]: the server answered with a status that is not 2xx.
    /// - [`Error::Transport`], [`Error::Timeout`]: no answer, after the
    ///   retries.
    /// - [`Error::Decode`]: the answer is not a `T`.
    pub fn send(self) -> Sending<T, F> {
        Sending {
            reply: send(self.draft, F::ACCEPT, F::STREAMING),
            format: PhantomData,
        }
    }
}

impl<T, F: Format<T>> IntoFuture for Request<T, F> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = Sending<T, F>;

    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

/// A request on its way to its [`Response`]: what awaiting a [`Request`] waits for. Dropping it
/// gives the call up.
#[must_use = "a request does nothing until it is awaited"]
pub struct Sending<T, F = Json> {
    /// Of one type for all requests, so that it is compiled once.
    reply: BoxFuture<'static, Result<Reply, Error>>,
    format: PhantomData<fn() -> (T, F)>,
}

fn send(
    draft: Box<Draft>,
    accept: &'static str,
    streaming: bool,
) -> BoxFuture<'static, Result<Reply, Error>> {
    Box::pin(async move {
        let prepared = draft.prepare(accept, streaming)?;
        prepared.execute().await
    })
}

impl<T, F: Format<T>> Future for Sending<T, F> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut reply = ready!(self.reply.as_mut().poll(cx))?;
        let head = Arc::clone(reply.head());
        let watch = reply.watch.take();
        let decoded = F::decode(reply);
        if let Some(watch) = watch {
            watch.end(decoded.as_ref().map(drop));
        }
        Poll::Ready(Ok(Response::new(decoded?, head)))
    }
}

impl<T, F> fmt::Debug for Sending<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").finish_non_exhaustive()
    }
}

impl<T, F> Clone for Request<T, F> {
    fn clone(&self) -> Self {
        Self {
            draft: self.draft.clone(),
            reply: PhantomData,
        }
    }
}

impl<T, F> fmt::Debug for Request<T, F> {
    /// Shows names, not values: those of headers with credentials are
    /// redacted, those of the query left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.draft.operation;
        let names: Vec<&str> = self.draft.query.names().collect();
        f.debug_struct("Request")
            .field("operation", &operation.id)
            .field("method", &operation.method.as_str())
            .field("path", &operation.path)
            .field("query", &names)
            .field("headers", &RedactedHeaders(&self.draft.headers))
            .field("body", &BodySize(&self.draft.content))
            .finish_non_exhaustive()
    }
}

struct BodySize<'a>(&'a Content);

impl fmt::Debug for BodySize<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Content::None => f.write_str("None"),
            Content::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Content::Other(other) => {
                let content_type = other.content_type.to_str().unwrap_or("[not text]");
                write!(f, "{:?} of {content_type}", other.body)
            }
        }
    }
}

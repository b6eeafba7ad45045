//! Calls that ask for an answer of a type.

use std::borrow::Borrow;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use specwright_runtime::{Error, Response};

use super::output::{OutputError, Parsed, answer_text};
use super::schema::Schema;
use crate::platform::{BetaFeature, CreateMessage, CreateMessageRequest, Message, Messages};
use crate::streaming::message::MessageEvent;
use crate::streaming::{MessageStream, StreamingError, partial_json};

impl Messages {
    /// Creates a message whose text is JSON of the type `T`, and reads it.
    ///
    /// `POST /v1/messages` with `output_config.format`, which replaces a format that the request
    /// may have. With the feature `structured`; [`structured`](crate::structured) has an example.
    ///
    /// # Errors
    /// See [`ParseError`]: no reply, or one without an answer of this type; then the error has the
    /// message.
    pub fn parse<T>(&self, body: impl Borrow<CreateMessageRequest>) -> ParseMessage<T>
    where
        T: JsonSchema + DeserializeOwned,
    {
        let asked = Schema::of::<T>().map(|schema| {
            let body = body.borrow().clone().output_schema(&schema);
            (self.create(body), schema)
        });
        ParseMessage {
            asked: asked.map_err(Error::from),
            output: PhantomData,
        }
    }

    /// Creates a message whose text is JSON of the type `T`, as a stream.
    ///
    /// As [`parse`](Self::parse) and
    /// [`stream_message`](Self::stream_message): the stream yields what each event adds, shows the
    /// answer so far, and reads it when it is complete. To refine the request first, make a
    /// [`ParsedStream`] of a stream that is.
    ///
    /// ```no_run
    /// # use claude_typed::platform::{Client, CreateMessageRequest};
    /// use futures_util::TryStreamExt;
    ///
    /// #[derive(schemars::JsonSchema, serde::Deserialize)]
    /// struct Cities {
    ///     cities: Vec<String>,
    /// }
    ///
    /// # async fn example(client: Client, request: CreateMessageRequest)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let mut stream = client.messages().stream_parsed::<Cities>(&request).await?;
    /// while stream.try_next().await?.is_some() {
    ///     println!("{:?}", stream.partial_output());
    /// }
    /// println!("{}", stream.final_output().await?.output.cities.join(", "));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the request; a failure after the stream began is an item of the stream.
    pub async fn stream_parsed<T>(
        &self,
        body: impl Borrow<CreateMessageRequest>,
    ) -> Result<ParsedStream<T>, Error>
    where
        T: JsonSchema + DeserializeOwned,
    {
        let schema = Schema::of::<T>()?;
        let body = body.borrow().clone().output_schema(&schema);
        let stream = self.stream_message(body).await?;
        Ok(ParsedStream::new(stream, schema))
    }
}

/// A request of [`Messages::parse`]: awaited as it is, or refined first.
#[derive(Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct ParseMessage<T> {
    asked: Result<(CreateMessage, Schema), Error>,
    output: PhantomData<fn() -> T>,
}

impl<T> ParseMessage<T> {
    fn refine(mut self, refine: impl FnOnce(CreateMessage) -> CreateMessage) -> Self {
        self.asked = self
            .asked
            .map(|(request, schema)| (refine(request), schema));
        self
    }

    /// Beta features to switch on for this request.
    pub fn betas(self, betas: impl IntoIterator<Item = impl Into<BetaFeature>>) -> Self {
        self.refine(|request| request.betas(betas))
    }

    /// Sets the total timeout of one attempt.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.refine(|request| request.timeout(timeout))
    }

    /// Sets how often a failed attempt is repeated; 0 turns retries off.
    pub fn max_retries(self, retries: u32) -> Self {
        self.refine(|request| request.max_retries(retries))
    }

    /// Sets a header, in place of one that the client or the operation sets.
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.refine(|request| request.header(name, value))
    }

    /// Appends a query parameter that the document does not have.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.refine(|request| request.query(name, value))
    }

    /// Sets a member of the JSON body that the document does not have, or in place of one it has.
    pub fn body_field(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.refine(|request| request.body_field(name, value))
    }
}

impl<T: DeserializeOwned> ParseMessage<T> {
    /// Sends the request; awaiting it does the same.
    ///
    /// # Errors
    /// See [`ParseError`].
    pub async fn send(self) -> Result<Response<Parsed<T>>, ParseError> {
        let (request, schema) = self.asked?;
        let reply = request.await?;
        let head = reply.head().clone();
        let parsed = schema.parse(reply.into_inner())?;
        Ok(Response::new(parsed, head))
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for ParseMessage<T> {
    type Output = Result<Response<Parsed<T>>, ParseError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A stream that grows into a [`Message`] with an answer of a type.
///
/// Made by [`Messages::stream_parsed`], or from any stream, such as one whose request was refined.
/// Dropping it closes the connection.
///
/// ```no_run
/// # use claude_typed::platform::{Client, CreateMessageRequest};
/// use claude_typed::structured::{ParsedStream, Schema};
/// use std::time::Duration;
///
/// #[derive(schemars::JsonSchema, serde::Deserialize)]
/// struct Cities {
///     cities: Vec<String>,
/// }
///
/// # async fn example(client: Client, request: CreateMessageRequest)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let schema = Schema::of::<Cities>()?;
/// let stream = client.messages().stream(request.output_schema(&schema));
/// let stream = stream.idle_timeout(Duration::from_secs(30)).accumulate().await?;
/// let parsed = ParsedStream::<Cities>::new(stream, schema).final_output().await?;
/// println!("{}", parsed.output.cities.join(", "));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ParsedStream<T> {
    stream: MessageStream,
    schema: Schema,
    output: PhantomData<fn() -> T>,
}

impl<T> ParsedStream<T> {
    /// Reads the answer of a stream. The request must have
    /// [asked](CreateMessageRequest::output_schema) for this schema.
    pub fn new(stream: MessageStream, schema: Schema) -> Self {
        Self {
            stream,
            schema,
            output: PhantomData,
        }
    }

    /// What the answer says so far: strings, lists and objects that are open are closed, and what
    /// is half written is left out. `None` until it began.
    pub fn partial_output(&self) -> Option<Value> {
        partial_json::parse(answer_text(self.stream.snapshot()?)?)
    }

    /// The stream of the message: the message so far, the reply it comes with.
    pub fn message_stream(&self) -> &MessageStream {
        &self.stream
    }
}

impl<T: DeserializeOwned> ParsedStream<T> {
    /// Reads to the end and returns the answer and the message.
    ///
    /// # Errors
    /// The stream failed or ended early, or the message has no answer of this type. The error has
    /// the message, or the part of it that came.
    pub async fn final_output(self) -> Result<Parsed<T>, ParseError> {
        let message = self.stream.final_message().await?;
        Ok(self.schema.parse(message)?)
    }
}

impl<T> Stream for ParsedStream<T> {
    type Item = Result<MessageEvent, StreamingError<Message>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.poll_next_unpin(cx)
    }
}

/// Why there is no answer of the type that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseError {
    /// There is no reply. The type has no schema the API takes, and nothing was sent; or the
    /// request failed.
    Request(Error),
    /// The stream failed or ended early; the error has the message so far.
    Stream(StreamingError<Message>),
    /// The reply has no answer of the type; the error has the message.
    Output(OutputError),
}

impl ParseError {
    /// The message, or the part of it that came.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Request(_) => None,
            Self::Stream(error) => error.partial(),
            Self::Output(error) => Some(error.message()),
        }
    }

    /// The message, or the part of it that came, taken out.
    pub fn into_message(self) -> Option<Message> {
        match self {
            Self::Request(_) => None,
            Self::Stream(error) => error.into_partial(),
            Self::Output(error) => Some(error.into_message()),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Stream(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ParseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Request(error) => error.source(),
            Self::Stream(error) => error.source(),
            Self::Output(error) => error.source(),
        }
    }
}

impl From<Error> for ParseError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

impl From<StreamingError<Message>> for ParseError {
    fn from(error: StreamingError<Message>) -> Self {
        Self::Stream(error)
    }
}

impl From<OutputError> for ParseError {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

//! Batches of messages, past the generated operations: what is checked before one is sent, waiting
//! for one, and its results wherever they are.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use specwright_runtime::jsonl::JsonLines;
use specwright_runtime::poll::Poller;
use specwright_runtime::{Method, Operation, Request, format};

use crate::platform::{
    Batches, CreateMessageBatchRequest, MessageBatch, MessageBatchIndividualResponse,
    MessageBatchRequest, MessageBatchStatus,
};

/// How many requests a batch has at most.
pub const MAX_REQUESTS: u32 = 100_000;

/// How long the body of a batch is at most, in bytes.
pub const MAX_BYTES: usize = 256_000_000;

/// How long a `custom_id` is at most.
const MAX_CUSTOM_ID: usize = 64;

/// Why a batch is not sent. Indexes count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBatch {
    /// It has no requests.
    Empty,
    /// It has more than [`MAX_REQUESTS`] requests.
    TooManyRequests {
        /// How many.
        count: usize,
    },
    /// Its body is longer than [`MAX_BYTES`].
    TooLarge {
        /// Index of the first request that does not fit any more.
        index: usize,
    },
    /// A `custom_id` is not one: 1 to 64 letters, digits, `_` and `-`.
    CustomId {
        /// Index of the request.
        index: usize,
        /// Its `custom_id`.
        custom_id: String,
    },
    /// Two requests have the same `custom_id`.
    Duplicate {
        /// Indexes of the two.
        indexes: (usize, usize),
        /// Their `custom_id`.
        custom_id: String,
    },
    /// A request cannot be in a batch.
    Request {
        /// Index of the request.
        index: usize,
        /// Its `custom_id`.
        custom_id: String,
        /// Why.
        message: String,
    },
}

impl fmt::Display for InvalidBatch {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the batch has no requests"),
            Self::TooManyRequests { count } => write!(
                f,
                "the batch has {count} requests, at most {MAX_REQUESTS} are possible; \
                 `claude_typed::bulk` cuts any number into batches"
            ),
            Self::TooLarge { index } => write!(
                f,
                "the body of the batch is longer than {MAX_BYTES} bytes from request {index} on; \
                 `claude_typed::bulk` cuts any number of requests into batches"
            ),
            Self::CustomId { index, custom_id } => write!(
                f,
                "request {index} has the custom_id `{custom_id}`; it takes 1 to {MAX_CUSTOM_ID} \
                 letters, digits, `_` and `-`"
            ),
            Self::Duplicate {
                indexes: (first, second),
                custom_id,
            } => write!(
                f,
                "the requests {first} and {second} have the same custom_id `{custom_id}`"
            ),
            Self::Request {
                index,
                custom_id,
                message,
            } => write!(f, "request {index} (`{custom_id}`): {message}"),
        }
    }
}

impl std::error::Error for InvalidBatch {}

impl CreateMessageBatchRequest {
    /// Checks what the service would refuse the whole batch for: the number of requests, the size
    /// of the body, and the `custom_id`s; and of the requests what makes no sense in a batch.
    ///
    /// [`Batches::create`] does it, too, and fails with the same message.
    ///
    /// ```
    /// use claude_typed::batches::InvalidBatch;
    /// use claude_typed::platform::{CreateMessageBatchRequest, CreateMessageRequest};
    /// use claude_typed::platform::{MessageBatchRequest, MessageParam, MessageRole, Model};
    ///
    /// let question = MessageParam::new(MessageRole::User, "Hello, Claude");
    /// let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 64_u64, [question]);
    /// let batch = CreateMessageBatchRequest::new([MessageBatchRequest::new("no spaces", params)]);
    /// assert!(matches!(batch.check(), Err(InvalidBatch::CustomId { index: 0, .. })));
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong.
    #[inline]
    pub fn check(&self) -> Result<(), InvalidBatch> {
        let count = self.requests.len();
        if count == 0 {
            return Err(InvalidBatch::Empty);
        }
        if count > MAX_REQUESTS as usize {
            return Err(InvalidBatch::TooManyRequests { count });
        }
        let mut ids = HashMap::with_capacity(count);
        let mut length = br#"{"requests":[]}"#.len();
        for (index, request) in self.requests.iter().enumerate() {
            let custom_id = &request.custom_id;
            if !is_custom_id(custom_id) {
                return Err(InvalidBatch::CustomId {
                    index,
                    custom_id: custom_id.clone(),
                });
            }
            if let Some(first) = ids.insert(custom_id.as_str(), index) {
                return Err(InvalidBatch::Duplicate {
                    indexes: (first, index),
                    custom_id: custom_id.clone(),
                });
            }
            let written = check_params(request)
                .and_then(|()| serde_json::to_vec(request).map_err(|error| error.to_string()))
                .map_err(|message| InvalidBatch::Request {
                    index,
                    custom_id: custom_id.clone(),
                    message,
                })?;
            // With the comma between two.
            length += written.len() + usize::from(index > 0);
            if length > MAX_BYTES {
                return Err(InvalidBatch::TooLarge { index });
            }
        }
        Ok(())
    }
}

#[inline]
fn is_custom_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=MAX_CUSTOM_ID).contains(&text.len()) && text.bytes().all(allowed)
}

/// What is wrong with a request apart from its `custom_id`.
#[inline]
pub(crate) fn check_params(request: &MessageBatchRequest) -> Result<(), String> {
    if request.params.max_tokens == 0 {
        return Err("in a batch `max_tokens` is at least 1".to_owned());
    }
    if request.params.extra.contains_key("stream") {
        return Err("a request of a batch is not streamed; leave `stream` out".to_owned());
    }
    Ok(())
}

static RESULTS: Operation = Operation::new(
    "listMessageBatchResults",
    Method::Get,
    "/v1/messages/batches/{message_batch_id}/results",
);

impl Batches {
    /// Waits until a batch has ended: awaited, it gives the ended batch; its `states()` are a
    /// stream of the batch at every look.
    ///
    /// It looks at once, after 5 s, and then after waits that grow to a minute; there is no
    /// deadline unless one is set.
    ///
    /// ```no_run
    /// # async fn example(client: claude_typed::platform::Client) -> Result<(), claude_typed::Error> {
    /// use std::time::Duration;
    /// use futures_util::TryStreamExt;
    ///
    /// let batches = client.messages().batches();
    /// let day = Duration::from_secs(24 * 3600);
    /// let mut states = batches.wait("msgbatch_01").deadline(day).states();
    /// while let Some(batch) = states.try_next().await? {
    ///     println!("{}: {} to go", batch.processing_status, batch.request_counts.processing);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(&self, message_batch_id: impl Into<String>) -> Poller<MessageBatch> {
        let (batches, id) = (self.clone(), message_batch_id.into());
        Poller::new(
            move || batches.retrieve(&id),
            |batch| batch.processing_status == MessageBatchStatus::Ended,
        )
        .interval(Duration::from_secs(5))
        .max_interval(Duration::from_secs(60))
    }

    /// The results of a batch from the address it names (`results_url`), as a stream in constant
    /// memory. At another origin than the client's it is asked without credentials and without any
    /// header of the client.
    ///
    /// [`results`](Self::results) asks the service itself, by the id of the batch.
    ///
    /// # Errors
    /// When awaited, [`Error::InvalidRequest`](crate::Error::InvalidRequest) for a batch that has
    /// no results yet, or not any more, and as [`results`](Self::results).
    #[inline]
    pub fn results_of(
        &self,
        batch: &MessageBatch,
    ) -> Request<JsonLines<MessageBatchIndividualResponse>, format::JsonLines> {
        let request = Request::new(&self.client, &RESULTS);
        match &batch.results_url {
            Some(url) => request.at(url),
            None => request.invalid(format!(
                "the batch {} names no results: it is `{}`",
                batch.id, batch.processing_status
            )),
        }
    }
}

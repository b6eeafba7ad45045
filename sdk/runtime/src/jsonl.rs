//! One JSON value on each line.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use memchr::memchr;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::byte_stream::ByteStream;
use crate::error::{DecodeError, Error, StreamCause, StreamError};
use crate::response::{Reply, ResponseHead};

/// The values of a response with one JSON value on each line, as they arrive: a
/// `Stream` of `Result<T, Error>`.
///
/// Lines end with LF or CRLF; blank lines are skipped; the last line may lack
/// its end. A line that cannot be decoded is an [`Error::Decode`] with the line,
/// and the stream goes on. A broken connection, silence for the idle timeout, a
/// body that ends inside a value and a line longer than the limit are an
/// [`Error::Stream`], and the stream ends.
///
/// At most one line and one chunk of the body are held in memory. Dropping the
/// stream closes the connection.
///
/// ```
/// use futures_util::TryStreamExt;
/// use specwright_runtime::jsonl::JsonLines;
/// # use specwright_runtime::{Reply, ResponseHead, http};
///
/// # async fn run() -> Result<(), specwright_runtime::Error> {
/// # let head = ResponseHead::new("results", http::StatusCode::OK, http::HeaderMap::new());
/// # let reply = Reply::new(head, "{\"n\":1}\n{\"n\":2}");
/// let mut lines: JsonLines<serde_json::Value> = JsonLines::new(reply);
/// while let Some(line) = lines.try_next().await? {
///     println!("{}", line["n"]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct JsonLines<T> {
    /// `None` once the stream has ended.
    body: Option<ByteStream>,
    lines: Lines,
    head: Arc<ResponseHead>,
    delivered: bool,
    value: PhantomData<fn() -> T>,
}

/// Bytes in, lines out.
struct Lines {
    buffer: Vec<u8>,
    /// Where the current line starts.
    start: usize,
    /// Up to where the current line is known to hold no LF.
    scanned: usize,
    limit: usize,
}

struct LineTooLong;

impl Lines {
    #[inline]
    fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start >= self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next line that has an end.
    #[inline]
    fn next(&mut self) -> Result<Option<&[u8]>, LineTooLong> {
        let rest = self.buffer.get(self.scanned..).unwrap_or_default();
        let end = memchr(b'\n', rest).map(|length| self.scanned + length);
        let start = self.start;
        if end.unwrap_or(self.buffer.len()) - start > self.limit {
            return Err(LineTooLong);
        }
        let Some(end) = end else {
            self.scanned = self.buffer.len();
            return Ok(None);
        };
        self.start = end + 1;
        self.scanned = end + 1;
        Ok(self.buffer.get(start..end))
    }

    /// The last line, which has no end.
    #[inline]
    fn take_last(&mut self) -> Vec<u8> {
        let mut last = std::mem::take(&mut self.buffer);
        last.drain(..std::mem::take(&mut self.start));
        self.scanned = 0;
        last
    }
}

impl<T> JsonLines<T> {
    /// The values of a reply.
    pub fn new(reply: Reply) -> Self {
        Self {
            lines: Lines {
                buffer: Vec::new(),
                start: 0,
                scanned: 0,
                limit: reply.limits().line_bytes,
            },
            head: Arc::clone(reply.head()),
            body: Some(reply.into_stream()),
            delivered: false,
            value: PhantomData,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The id the server gave the request (`request-id`, else `x-request-id`).
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    fn fail(&mut self, cause: StreamCause, message: impl Into<String>) -> Error {
        let error = StreamError::new(cause, message)
            .with_delivered(self.delivered)
            .with_head(Arc::clone(&self.head))
            .into();
        if let Some(body) = self.body.take() {
            body.close(Err(&error));
        }
        error
    }
}

impl<T: DeserializeOwned> JsonLines<T> {
    fn last_line(&mut self) -> Option<Result<T, Error>> {
        let line = self.lines.take_last();
        let line = line.trim_ascii();
        // A value that is cut off tells a body that is cut off.
        let cut = |line| {
            let read = serde_json::from_slice::<IgnoredAny>(line);
            read.is_err_and(|error| error.is_eof())
        };
        if !line.is_empty() && cut(line) {
            let message = "the body ended in the middle of a line";
            return Some(Err(self.fail(StreamCause::Truncated, message)));
        }
        let body = self.body.take();
        if line.is_empty() {
            return None;
        }
        body.into_iter().for_each(|mut body| body.count_event());
        Some(decode(line, &self.head))
    }
}

impl<T: DeserializeOwned> Stream for JsonLines<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(body) = &mut this.body else {
                return Poll::Ready(None);
            };
            match this.lines.next() {
                Ok(Some(line)) => {
                    let line = line.trim_ascii();
                    if line.is_empty() {
                        continue;
                    }
                    let value = decode(line, &this.head);
                    this.delivered |= value.is_ok();
                    body.count_event();
                    return Poll::Ready(Some(value));
                }
                Ok(None) => {}
                Err(LineTooLong) => {
                    let limit = this.lines.limit;
                    let message = format!("a line of the body is longer than {limit} bytes");
                    return Poll::Ready(Some(Err(this.fail(StreamCause::TooLarge, message))));
                }
            }
            match ready!(Pin::new(body).poll_next(cx)) {
                Some(Ok(chunk)) => this.lines.feed(&chunk),
                Some(Err(error)) => {
                    this.body = None;
                    let error = StreamError::from_error(error, this.delivered, &this.head);
                    return Poll::Ready(Some(Err(error)));
                }
                None => return Poll::Ready(this.last_line()),
            }
        }
    }
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("head", &self.head)
            .field("ended", &self.body.is_none())
            .finish_non_exhaustive()
    }
}

fn decode<T: DeserializeOwned>(line: &[u8], head: &Arc<ResponseHead>) -> Result<T, Error> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    DecodeError::from_json(line).map_err(|error| error.with_head(Arc::clone(head)).into())
}

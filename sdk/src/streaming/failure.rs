//! The error of an accumulated stream.

use std::fmt;

use specwright_runtime::Error;

/// A stream that failed or ended early, with the message so far.
///
/// ```
/// # #[cfg(feature = "platform-messages")]
/// # fn example(failure: claude_typed::streaming::StreamingError<claude_typed::platform::Message>) {
/// if let Some(partial) = failure.partial() {
///     eprintln!("{failure}; {} blocks had come", partial.content.len());
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct StreamingError<M> {
    error: Box<Error>,
    partial: Option<Box<M>>,
}

impl<M> StreamingError<M> {
    /// An error and what had come before it.
    pub(crate) fn new(error: Error, partial: Option<M>) -> Self {
        Self {
            error: Box::new(error),
            partial: partial.map(Box::new),
        }
    }

    /// What went wrong.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The message so far; `None` when the stream failed before the message began.
    pub fn partial(&self) -> Option<&M> {
        self.partial.as_deref()
    }

    /// The message so far, taken out.
    pub fn into_partial(self) -> Option<M> {
        self.partial.map(|partial| *partial)
    }

    /// The error alone; the message so far is dropped.
    pub fn into_error(self) -> Error {
        *self.error
    }

    /// Whether the same request may be made again as if it had never been made: the error is one
    /// that passes, and nothing of the message had come.
    pub fn is_safe_to_retry(&self) -> bool {
        self.partial.is_none() && self.error.is_retryable()
    }
}

impl<M> fmt::Display for StreamingError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<M: fmt::Debug> std::error::Error for StreamingError<M> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.error)
    }
}

impl<M> From<StreamingError<M>> for Error {
    fn from(failure: StreamingError<M>) -> Self {
        failure.into_error()
    }
}

//! What the platform API says is wrong, typed.

use specwright_runtime::{ApiError, Error, StreamError};

use crate::platform::{ErrorCode, ErrorDetails, ErrorResponse, ErrorType};

/// What an [`Error`] of the platform API says, as the API's own types.
///
/// ```
/// use claude_typed::Error;
/// use claude_typed::errors::PlatformError;
/// use claude_typed::platform::{ErrorCode, ErrorType};
///
/// fn advice(error: &Error) -> &'static str {
///     match (error.typed_kind(), error.typed_code()) {
///         (_, Some(ErrorCode::FileExpired)) => "upload the file again",
///         (_, Some(ErrorCode::EnforcedSpendLimitReached)) => "raise the limit",
///         (Some(ErrorType::OverloadedError), _) => "come back later",
///         _ => "read the message",
///     }
/// }
/// ```
pub trait PlatformError {
    /// The class of the error: what the body says, else what belongs to the status. An error event
    /// inside a stream has one, too. `None` when the error is not the server's.
    fn typed_kind(&self) -> Option<ErrorType>;

    /// The finer code, where the server says one.
    #[inline]
    fn typed_code(&self) -> Option<ErrorCode> {
        self.typed_details()?.error_code
    }

    /// The finer code with what it comes with, such as `appeal_url`.
    fn typed_details(&self) -> Option<ErrorDetails>;
}

impl PlatformError for Error {
    #[inline]
    fn typed_kind(&self) -> Option<ErrorType> {
        match self {
            Self::Api(error) => error.typed_kind(),
            Self::Stream(error) => error.typed_kind(),
            _ => None,
        }
    }

    #[inline]
    fn typed_details(&self) -> Option<ErrorDetails> {
        match self {
            Self::Api(error) => error.typed_details(),
            Self::Stream(error) => error.typed_details(),
            _ => None,
        }
    }
}

impl PlatformError for ApiError {
    #[inline]
    fn typed_kind(&self) -> Option<ErrorType> {
        match self.kind() {
            Some(kind) => Some(kind.into()),
            None => of_status(self.status().as_u16()),
        }
    }

    #[inline]
    fn typed_details(&self) -> Option<ErrorDetails> {
        let body: ErrorResponse = self.decode().ok()?;
        body.error.details
    }
}

impl PlatformError for StreamError {
    #[inline]
    fn typed_kind(&self) -> Option<ErrorType> {
        self.kind().map(Into::into)
    }

    #[inline]
    fn typed_details(&self) -> Option<ErrorDetails> {
        let body: ErrorResponse = serde_json::from_str(self.raw()?).ok()?;
        body.error.details
    }
}

/// The class that belongs to a status; `None` for one that has none of its own.
#[inline]
fn of_status(status: u16) -> Option<ErrorType> {
    Some(match status {
        400 | 422 => ErrorType::InvalidRequestError,
        401 => ErrorType::AuthenticationError,
        402 => ErrorType::BillingError,
        403 => ErrorType::PermissionError,
        404 => ErrorType::NotFoundError,
        409 => ErrorType::ConflictError,
        412 => ErrorType::MemoryPreconditionFailedError,
        413 => ErrorType::RequestTooLarge,
        429 => ErrorType::RateLimitError,
        504 => ErrorType::TimeoutError,
        529 => ErrorType::OverloadedError,
        500..=599 => ErrorType::ApiError,
        _ => return None,
    })
}

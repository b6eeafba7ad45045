//! Why a webhook request is refused.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// Why a webhook request is not to be trusted, or cannot be taken.
///
/// It shows neither keys nor signatures nor the body.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signing key is not base64 or empty, or the shared secret is empty or
    /// in a header that cannot be one.
    InvalidKey,
    /// A header is missing, or not text.
    MissingHeader(String),
    /// The timestamp is not a number of seconds.
    InvalidTimestamp,
    /// The webhook was sent longer ago than is tolerated.
    TooOld,
    /// The webhook was sent further in the future than is tolerated.
    TooNew,
    /// No signature is that of the signing key.
    WrongSignature,
    /// The shared secret is another one.
    WrongSecret,
    /// The body is too large.
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// The body is not JSON. The source has line and column.
    Malformed(serde_json::Error),
    /// Neither path nor headers nor body name an event.
    Unnamed,
    /// The payload is not that of the event.
    Payload {
        /// The event.
        event: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// The signature is right, and the body is not what it is decoded as.
    InvalidBody {
        /// Where in the body, such as `data.id`.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },
}

impl WebhookError {
    /// The status to answer with. Each is 4xx but that of
    /// [`InvalidKey`](Self::InvalidKey), which is the receiver's own fault: so
    /// the sender knows that repeating the request is of no use.
    #[inline]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::InvalidKey => StatusCode::INTERNAL_SERVER_ERROR,
            Self::MissingHeader(_)
            | Self::InvalidTimestamp
            | Self::TooOld
            | Self::TooNew
            | Self::WrongSignature
            | Self::WrongSecret => StatusCode::UNAUTHORIZED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) | Self::Unnamed => StatusCode::BAD_REQUEST,
            Self::Payload { .. } | Self::InvalidBody { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl fmt::Display for WebhookError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidKey => f.write_str(
                "the key cannot be used: a signing key is base64, a shared secret is text in a header",
            ),
            Self::MissingHeader(name) => write!(f, "the header `{name}` is missing"),
            Self::InvalidTimestamp => f.write_str("the timestamp is not a number of seconds"),
            Self::TooOld => f.write_str("the webhook is too old"),
            Self::TooNew => f.write_str("the webhook comes from the future"),
            Self::WrongSignature => f.write_str("no signature of the webhook is right"),
            Self::WrongSecret => f.write_str("the shared secret of the webhook is not right"),
            Self::TooLarge { bytes, limit } => write!(
                f,
                "the webhook body has {bytes} bytes, more than the {limit} that are taken"
            ),
            Self::Malformed(error) => write!(f, "the webhook body is not JSON: {error}"),
            Self::Unnamed => f.write_str("the webhook request does not name its event"),
            Self::Payload { event, source } => {
                write!(f, "cannot decode the payload of event `{event}`: {source}")
            }
            Self::InvalidBody { path, source } => {
                write!(f, "the webhook body is not as expected at `{path}`: {source}")
            }
        }
    }
}

impl StdError for WebhookError {
    #[inline]
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Malformed(source)
            | Self::Payload { source, .. }
            | Self::InvalidBody { source, .. } => Some(source),
            _ => None,
        }
    }
}

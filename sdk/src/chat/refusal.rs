//! Why the site refused a request.

use specwright_runtime::{ApiError, Error};

use crate::claude_ai::{LimitClaim, MessageLimit};

/// Why claude.ai refused a request, or broke off an answer.
///
/// ```no_run
/// # use claude_typed::claude_ai::Client;
/// use claude_typed::chat::Refusal;
///
/// # async fn example(client: Client) -> Result<(), claude_typed::Error> {
/// let Err(error) = client.projects().list().await else { return Ok(()) };
/// match Refusal::of(&error) {
///     Some(Refusal::SessionInvalid) => println!("sign in again"),
///     Some(Refusal::Challenge) => println!("the edge wants a browser; the session may be fine"),
///     Some(Refusal::LimitExceeded { limit }) => {
///         println!("again at {:?}", limit.and_then(|limit| limit.resets_at()));
///     }
///     _ => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The site's edge asks for a browser (`cf-mitigated: challenge`). The API has not seen the
    /// request: it says nothing about the session.
    Challenge,
    /// The session key is not valid any more (`account_session_invalid`).
    SessionInvalid,
    /// No session was given (`authentication_error`, 401).
    NotSignedIn,
    /// A usage limit is reached.
    LimitExceeded {
        /// The limit, where the server tells it.
        limit: Option<Box<MessageLimit>>,
    },
    /// Too many messages at once: the account has to finish one before.
    TooManyAtOnce,
    /// The prompt and what goes with it are too long.
    PromptTooLong,
    /// The model is not open to the account (`model_not_allowed`).
    ModelNotAllowed,
    /// The site takes no writes at the moment (`read_only_mode`).
    ReadOnly,
    /// The subscription is not paid (`subscription_past_due`).
    SubscriptionPastDue,
    /// The organization has fewer seats than its plan asks for (`seat_minimum_reached`).
    SeatMinimumReached,
    /// The account may not do this.
    PermissionDenied,
    /// There is no such thing, or it belongs to another organization.
    NotFound,
    /// It is there already, or another answer is being generated in the conversation (409).
    Conflict,
    /// The request is malformed.
    InvalidRequest,
    /// The site is overloaded or failing; later it may work.
    Unavailable,
    /// A refusal for another reason.
    Other,
}

impl Refusal {
    /// The reason of an error; `None` when the site did not refuse but something failed on the
    /// way, such as the connection.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Api(error) => Some(Self::of_answer(error)),
            Error::Stream(stream) => {
                let status = stream.status().map_or(0, |status| status.as_u16());
                let limit = MessageLimit::of(error);
                stream
                    .kind()
                    .map(|kind| Self::told(status, Some(kind), None, stream.message(), limit))
            }
            _ => None,
        }
    }

    fn of_answer(error: &ApiError) -> Self {
        if error.is_challenge() {
            return Self::Challenge;
        }
        let limit = MessageLimit::of_refusal(error);
        let status = error.status().as_u16();
        Self::told(
            status,
            error.kind(),
            error.error_code(),
            error.message(),
            limit,
        )
    }

    fn told(
        status: u16,
        kind: Option<&str>,
        code: Option<&str>,
        message: &str,
        limit: Option<MessageLimit>,
    ) -> Self {
        if let Some(refusal) = code.and_then(Self::of_code) {
            return refusal;
        }
        if let Some(limit) = limit {
            return match limit.representative_claim {
                Some(LimitClaim::Concurrents) => Self::TooManyAtOnce,
                _ => {
                    let limit = Some(Box::new(limit));
                    Self::LimitExceeded { limit }
                }
            };
        }
        let kind = kind.unwrap_or_default();
        match (status, kind) {
            (413, _) | (_, "request_too_large") => Self::PromptTooLong,
            (400, _) if message.to_ascii_lowercase().contains("too long") => Self::PromptTooLong,
            (401, _) | (_, "authentication_error") => Self::NotSignedIn,
            (429, _) | (_, "rate_limit_error") => Self::TooManyAtOnce,
            (403, _) | (_, "permission_error") => Self::PermissionDenied,
            (404, _) | (_, "not_found_error") => Self::NotFound,
            (409, _) => Self::Conflict,
            (400 | 422, _) | (_, "invalid_request_error") => Self::InvalidRequest,
            (500.., _) | (_, "overloaded_error" | "api_error") => Self::Unavailable,
            _ => Self::Other,
        }
    }

    /// The reason that a code names (`error.details.error_code`).
    fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "account_session_invalid" => Self::SessionInvalid,
            "model_not_allowed" => Self::ModelNotAllowed,
            "read_only_mode" => Self::ReadOnly,
            "subscription_past_due" => Self::SubscriptionPastDue,
            "seat_minimum_reached" => Self::SeatMinimumReached,
            "opus_messages_rate_limit_exceeded" => Self::LimitExceeded { limit: None },
            _ => return None,
        })
    }
}

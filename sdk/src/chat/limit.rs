//! Usage limits as values a program can act on.

use chrono::{DateTime, Utc};
use specwright_runtime::{ApiError, Error};

use crate::claude_ai::{LimitWindow, MessageLimit, MessageLimitType};

/// Where an account stands: the same type from a `message_limit` event, from the legacy format and
/// from a refusal with status 429.
///
/// ```no_run
/// # use claude_typed::claude_ai::{Client, CompletionRequest, ConversationUuid, MessageLimit};
/// # async fn example(client: Client, conversation: ConversationUuid)
/// # -> Result<(), claude_typed::Error> {
/// let prompt = CompletionRequest::first("Hello");
/// let limit = match client.conversations().stream_completion(conversation, &prompt).await {
///     Ok(stream) => stream.final_completion().await?.limit,
///     Err(error) => Some(MessageLimit::of(&error).ok_or(error)?),
/// };
/// if let Some(limit) = limit.filter(MessageLimit::is_exceeded) {
///     println!("again at {:?}", limit.resets_at());
/// }
/// # Ok(())
/// # }
/// ```
impl MessageLimit {
    /// The limit that an error tells: JSON text in the message of a refusal (or of an error event
    /// inside a stream), or the whole body of a refusal. `None` when it tells none.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Api(error) => Self::of_refusal(error),
            Error::Stream(error) => from_json(error.message().as_bytes()),
            _ => None,
        }
    }

    pub(super) fn of_refusal(error: &ApiError) -> Option<Self> {
        from_json(error.message().as_bytes()).or_else(|| from_json(error.body()))
    }

    /// Whether the next message would be refused.
    ///
    /// What the server calls it counts (`type`); where it says nothing we know, the limit that it
    /// resolved to, and whether any window is full.
    pub fn is_exceeded(&self) -> bool {
        let said = self.r#type.as_ref().and_then(is_exceeded);
        said.unwrap_or_else(|| {
            let resolved = self.resolved.as_ref();
            let resolved = resolved.and_then(|resolved| resolved.status.as_deref());
            resolved == Some("exceeded") || self.all_windows().any(LimitWindow::is_exceeded)
        })
    }

    /// When the limit starts anew: as the server says, else when the last full window does, else
    /// the one nearest to being full. `None` when there is no time that is one.
    pub fn resets_at(&self) -> Option<DateTime<Utc>> {
        let full = self.all_windows().filter(|window| window.is_exceeded());
        time(self.resets_at)
            .or_else(|| full.filter_map(LimitWindow::resets_at).max())
            .or_else(|| self.fullest_window()?.1.resets_at())
    }

    /// The highest share used of any window: 0 for none, 1 for all, more when exceeded. `None` when
    /// no window tells.
    pub fn highest_utilization(&self) -> Option<f64> {
        self.fullest_window()?.1.utilization
    }

    /// The window with the highest share used, and its name, such as `5h` or `7d_opus`.
    pub fn fullest_window(&self) -> Option<(&str, &LimitWindow)> {
        let windows = self.windows.iter().flatten();
        let told = windows.filter_map(|(name, window)| {
            let used = window.utilization.filter(|used| !used.is_nan())?;
            Some((used, (name.as_str(), window)))
        });
        let fullest = told.max_by(|(one, _), (other, _)| one.total_cmp(other));
        fullest.map(|(_, window)| window)
    }

    fn all_windows(&self) -> impl Iterator<Item = &LimitWindow> {
        self.windows.iter().flat_map(|windows| windows.values())
    }
}

impl LimitWindow {
    /// Whether nothing is left of the window: as the server calls it, else by the share used.
    pub fn is_exceeded(&self) -> bool {
        let said = self.status.as_ref().and_then(is_exceeded);
        said.unwrap_or_else(|| self.utilization.is_some_and(|used| used >= 1.0))
    }

    /// When the window starts anew.
    pub fn resets_at(&self) -> Option<DateTime<Utc>> {
        time(self.resets_at)
    }
}

/// What a name says; `None` for one that is not known.
fn is_exceeded(name: &MessageLimitType) -> Option<bool> {
    match name {
        MessageLimitType::WithinLimit | MessageLimitType::ApproachingLimit => Some(false),
        MessageLimitType::ExceededLimit
        | MessageLimitType::OverLimit
        | MessageLimitType::HitLimit => Some(true),
        _ => None,
    }
}

fn time(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds?, 0)
}

/// A limit from its JSON. Every member may be absent, so what is one is told by its members.
fn from_json(json: &[u8]) -> Option<MessageLimit> {
    let value: serde_json::Value = serde_json::from_slice(json).ok()?;
    let told = [
        "windows",
        "resetsAt",
        "representativeClaim",
        "remaining",
        "resolved",
    ];
    let is_limit = told.iter().any(|member| value.get(member).is_some())
        || value.get("type").is_some_and(|name| {
            let name: Option<MessageLimitType> = serde_json::from_value(name.clone()).ok();
            name.as_ref().and_then(is_exceeded).is_some()
        });
    is_limit
        .then(|| serde_json::from_value(value).ok())
        .flatten()
}

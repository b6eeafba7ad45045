//! Requests of the platform API that fail before they are sent: those whose reply would take too
//! long without streaming, and those that the API version in use no longer takes.
//!
//! They fail with [`Error::InvalidRequest`](crate::Error::InvalidRequest), which says what to do.
//! A timeout of one's own, on the request or on the client, lifts the first of the two. Both are
//! switched off by `unchecked()` on a request or `checks(false)` on the client builder.
//!
//! ```no_run
//! # async fn example() -> Result<(), claude_typed::Error> {
//! use claude_typed::checks::max_tokens_without_streaming;
//! use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, Model};
//!
//! let client = Client::new("sk-ant-api03-example")?;
//! let question = MessageParam::new("user", "Write a novel.");
//! let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 64_000, [question]);
//! assert!(64_000 > max_tokens_without_streaming(&Model::ClaudeSonnet55));
//! let refused = client.messages().create(&request).await; // says so at once
//! let message = client.messages().stream_message(&request).await?.final_message().await?;
//! # Ok(())
//! # }
//! ```

use serde_json::Value;
use specwright_runtime::InvalidRequest;
use specwright_runtime::check::Outgoing;
use specwright_runtime::http::HeaderName;

use crate::platform::Model;

const VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// The API version that no longer takes what [`version`] looks for.
const STRICT_VERSION: &str = "2026-10-21";

/// The settings of a body that this version no longer takes.
const SETTINGS: [&str; 3] = ["temperature", "top_p", "top_k"];

/// Tokens that are expected to be written in an hour.
const TOKENS_AN_HOUR: u64 = 128_000;

/// The most `max_tokens` without streaming of the models that may have the fewest.
const FEWEST_OF_A_MODEL: u64 = 8_192;

/// How long a reply may take that does not show by events that it is still coming, in seconds.
const LONGEST_SILENCE: u64 = 600;

/// The most `max_tokens` of a reply that is not streamed: 21,333, which are expected to be written
/// in ten minutes, and 8,192 for Claude Opus 4 and 4.1.
///
/// ```
/// use claude_typed::checks::max_tokens_without_streaming;
///
/// assert_eq!(max_tokens_without_streaming(&"claude-sonnet-5-5".into()), 21_333);
/// assert_eq!(max_tokens_without_streaming(&"claude-opus-4-1-20250805".into()), 8_192);
/// ```
#[inline]
pub fn max_tokens_without_streaming(model: &Model) -> u64 {
    if is_opus_4_0_or_4_1(model.as_str()) {
        FEWEST_OF_A_MODEL
    } else {
        LONGEST_SILENCE * TOKENS_AN_HOUR / 3_600
    }
}

/// Ids may have a date behind them, and be written as other platforms write them.
#[inline]
fn is_opus_4_0_or_4_1(id: &str) -> bool {
    let id = id.strip_prefix("anthropic.").unwrap_or(id);
    let is_dated = |name: &str| {
        let rest = id.strip_prefix(name).unwrap_or_default();
        rest.starts_with("-20") || rest.starts_with("@20")
    };
    let is = |name: &str| id == name || is_dated(name);
    is("claude-opus-4-0")
        || is("claude-opus-4-1")
        || is_dated("claude-opus-4")
        || is_dated("claude-4-opus")
}

/// A message that is not streamed must not take too long, and must be one of its API version.
#[inline]
pub(crate) fn message(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
    if !request.streaming && !request.has_timeout {
        not_too_long(request)?;
    }
    version(request)
}

/// A request must be one of its API version.
#[inline]
pub(crate) fn version(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
    if !is_strict(request) {
        return Ok(());
    }
    let [temperature, top_p, top_k] = SETTINGS;
    let [messages, temperature, top_p, top_k] =
        request.members(["messages", temperature, top_p, top_k]);
    let is_set = |json: Option<&str>| json.is_some_and(|json| json != "null");
    let set = [is_set(temperature), is_set(top_p), is_set(top_k)];
    strict(set, &parsed(messages), "")
}

/// Every request of a batch must be one of its API version.
#[inline]
pub(crate) fn batch(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
    if !is_strict(request) {
        return Ok(());
    }
    let [requests] = request.members(["requests"]);
    let [temperature, top_p, top_k] = SETTINGS;
    for (index, request) in list(&parsed(requests)).iter().enumerate() {
        let (params, at) = (&request["params"], format!("requests[{index}].params."));
        let is_set = |name: &str| !params[name].is_null();
        let set = [is_set(temperature), is_set(top_p), is_set(top_k)];
        strict(set, &params["messages"], &at)?;
    }
    Ok(())
}

#[inline]
fn not_too_long(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
    let [max_tokens, model, stream] = request.members(["max_tokens", "model", "stream"]);
    let max_tokens = max_tokens.and_then(|json| json.parse::<u64>().ok());
    let Some(max_tokens) = max_tokens.filter(|tokens| *tokens > FEWEST_OF_A_MODEL) else {
        return Ok(());
    };
    let most = max_tokens_without_streaming(&Model::from(text(&parsed(model))));
    if max_tokens <= most || stream == Some("true") {
        return Ok(());
    }
    Err(InvalidRequest::new(format!(
        "a reply of {max_tokens} `max_tokens` can take longer than ten minutes, which needs \
         streaming: call `stream_message(..)` or `stream(..)`, ask for at most {most} tokens, or \
         set a `timeout(..)` for the request or the client"
    )))
}

#[inline]
fn is_strict(request: &Outgoing<'_>) -> bool {
    request
        .headers
        .get(VERSION)
        .is_some_and(|version| version == STRICT_VERSION)
}

/// A member of the body. As a tree of values, since their reader is compiled into every program
/// anyway; a type of its own would bring another.
#[inline]
fn parsed(json: Option<&str>) -> Value {
    json.unwrap_or_default().parse().unwrap_or_default()
}

/// What is no list, or no text, is for the server to judge.
#[inline]
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[inline]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A body whose [`SETTINGS`] are `set` or not, with these turns, must be one of the strict version.
/// `at` is where it stands in what is sent.
#[inline]
fn strict(set: [bool; 3], messages: &Value, at: &str) -> Result<(), InvalidRequest> {
    let [temperature, top_p, top_k] = SETTINGS;
    let name = match set {
        [true, _, _] => Some(temperature),
        [_, true, _] => Some(top_p),
        [_, _, true] => Some(top_k),
        [false, false, false] => None,
    };
    if let Some(name) = name {
        return Err(removed(&format!("{at}{name}"), "leave it out"));
    }
    for (index, message) in list(messages).iter().enumerate() {
        turn(message, &format!("{at}messages[{index}]"))?;
    }
    Ok(())
}

#[inline]
fn turn(turn: &Value, at: &str) -> Result<(), InvalidRequest> {
    let role = text(&turn["role"]);
    for (index, block) in list(&turn["content"]).iter().enumerate() {
        let at = format!("{at}.content[{index}]");
        match role {
            "assistant" if block["type"] == "document" => {
                let advice = "a document of an assistant's turn belongs into a user's turn";
                return Err(removed(&at, advice));
            }
            "user" => citations(block, &at)?,
            _ => {}
        }
    }
    Ok(())
}

/// Texts of a user's turn, and those inside its search and tool results, cite nothing.
#[inline]
fn citations(block: &Value, at: &str) -> Result<(), InvalidRequest> {
    match text(&block["type"]) {
        "text" if !list(&block["citations"]).is_empty() => {
            let advice = "a text of a user's turn has no citations";
            Err(removed(&format!("{at}.citations"), advice))
        }
        "search_result" | "tool_result" => {
            let mut inside = list(&block["content"]).iter().enumerate();
            inside
                .try_for_each(|(index, block)| citations(block, &format!("{at}.content[{index}]")))
        }
        _ => Ok(()),
    }
}

#[inline]
fn removed(at: &str, advice: &str) -> InvalidRequest {
    InvalidRequest::new(format!(
        "API version {STRICT_VERSION} does not take `{at}`: {advice}, or speak version 2023-06-01"
    ))
}

#[cfg(test)]
mod tests {
    use super::is_opus_4_0_or_4_1;

    #[test]
    fn the_family_with_the_lower_limit_is_told_apart() {
        for id in [
            "claude-opus-4-0",
            "claude-opus-4-20250514",
            "claude-4-opus-20250514",
            "claude-opus-4@20250514",
            "claude-opus-4-1",
            "claude-opus-4-1-20250805",
            "claude-opus-4-1@20250805",
            "anthropic.claude-opus-4-1-20250805-v1:0",
        ] {
            assert!(is_opus_4_0_or_4_1(id), "{id}");
        }
        for id in [
            "claude-opus-4-5",
            "claude-opus-4-5-20251101",
            "claude-opus-4-8",
            "claude-opus-5",
            "claude-sonnet-4-5",
            "claude-opus-4",
            "claude-opus-4-10",
        ] {
            assert!(!is_opus_4_0_or_4_1(id), "{id}");
        }
    }
}

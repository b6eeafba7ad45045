//! What is checked of a batch before it is sent.

use crate::platform::MessageBatchRequest;

/// How many requests a batch has at most.
pub(crate) const MAX_REQUESTS: u32 = 100_000;

/// How long the body of a batch is at most, in bytes.
pub(crate) const MAX_BYTES: usize = 256_000_000;

/// What is wrong with a request apart from its `custom_id`.
pub(crate) fn check_params(request: &MessageBatchRequest) -> Result<(), String> {
    if request.params.max_tokens == 0 {
        return Err("in a batch `max_tokens` is at least 1".to_owned());
    }
    if request.params.extra.contains_key("stream") {
        return Err("a request of a batch is not streamed; leave `stream` out".to_owned());
    }
    Ok(())
}

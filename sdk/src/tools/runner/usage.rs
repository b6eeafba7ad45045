//! The tokens of several messages.

use crate::platform::{CacheCreation, OutputTokensDetails, ServerToolUsage, Usage};

/// Adds the tokens of a message. What is no number is that of the newest.
pub(super) fn add(total: &mut Option<Usage>, usage: &Usage) {
    let Some(before) = total.take() else {
        *total = Some(usage.clone());
        return;
    };
    let newest = usage.clone();
    *total = Some(Usage {
        input_tokens: before.input_tokens.saturating_add(newest.input_tokens),
        output_tokens: before.output_tokens.saturating_add(newest.output_tokens),
        cache_creation_input_tokens: sum(
            before.cache_creation_input_tokens,
            newest.cache_creation_input_tokens,
        ),
        cache_read_input_tokens: sum(
            before.cache_read_input_tokens,
            newest.cache_read_input_tokens,
        ),
        cache_creation: both(
            before.cache_creation,
            newest.cache_creation,
            |before, newest| CacheCreation {
                ephemeral_5m_input_tokens: sum(
                    before.ephemeral_5m_input_tokens,
                    newest.ephemeral_5m_input_tokens,
                ),
                ephemeral_1h_input_tokens: sum(
                    before.ephemeral_1h_input_tokens,
                    newest.ephemeral_1h_input_tokens,
                ),
                ..newest
            },
        ),
        output_tokens_details: both(
            before.output_tokens_details,
            newest.output_tokens_details,
            |before, newest| OutputTokensDetails {
                thinking_tokens: sum(before.thinking_tokens, newest.thinking_tokens),
                ..newest
            },
        ),
        server_tool_use: both(
            before.server_tool_use,
            newest.server_tool_use,
            |before, newest| ServerToolUsage {
                web_search_requests: sum(before.web_search_requests, newest.web_search_requests),
                web_fetch_requests: sum(before.web_fetch_requests, newest.web_fetch_requests),
                ..newest
            },
        ),
        service_tier: newest.service_tier.or(before.service_tier),
        inference_geo: newest.inference_geo.or(before.inference_geo),
        speed: newest.speed.or(before.speed),
        extra: newest.extra,
    });
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    both(one, other, u64::saturating_add)
}

fn both<T>(one: Option<T>, other: Option<T>, join: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(join(one, other)),
        (one, other) => one.or(other),
    }
}

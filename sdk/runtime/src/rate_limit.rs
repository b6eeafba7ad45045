//! Rate limits as the reply's headers state them.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::HeaderMap;

use crate::retry;

/// One limited quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How much there is in one period.
    pub limit: Option<u64>,
    /// How much of it is left. Token figures are rounded to the nearest
    /// thousand by the server.
    pub remaining: Option<u64>,
    /// When the whole limit is available again.
    pub reset: Option<DateTime<Utc>>,
}

impl RateLimit {
    /// Whether the reply said nothing about it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One window of a subscription's limit.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct UsageWindow {
    /// `allowed`, `allowed_warning`, `rejected`, …
    pub status: Option<String>,
    /// How much of it is used, where 1.0 is all.
    pub utilization: Option<f64>,
    /// When the window starts anew.
    pub reset: Option<DateTime<Utc>>,
}

/// The limits of a subscription, which replies to access tokens state.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct UnifiedLimits {
    /// `allowed`, `allowed_warning`, `rejected`, …
    pub status: Option<String>,
    /// When the limit in force resets.
    pub reset: Option<DateTime<Utc>>,
    /// The window of five hours.
    pub five_hours: UsageWindow,
    /// The window of seven days.
    pub seven_days: UsageWindow,
    /// Which limit is in force, such as `five_hour`.
    pub representative_claim: Option<String>,
    /// What is offered instead when the limit is reached, such as `available`.
    pub fallback: Option<String>,
    /// The part of the limit from which it is offered, where 1.0 is all.
    pub fallback_percentage: Option<f64>,
    /// Whether usage beyond the limit is possible, as in `status`.
    pub overage_status: Option<String>,
    /// When the usage beyond the limit resets.
    pub overage_reset: Option<DateTime<Utc>>,
    /// Why usage beyond the limit is off.
    pub overage_disabled_reason: Option<String>,
}

/// The rate limits that a reply states in its `anthropic-ratelimit-*` (and
/// relatives) and `retry-after` headers. What the reply does not state is
/// empty.
///
/// ```
/// use specwright_runtime::RateLimits;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("anthropic-ratelimit-requests-remaining", "49".parse().unwrap());
/// assert_eq!(RateLimits::from_headers(&headers).requests.remaining, Some(49));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests.
    pub requests: RateLimit,
    /// Tokens: the most restrictive limit in force.
    pub tokens: RateLimit,
    /// Input tokens.
    pub input_tokens: RateLimit,
    /// Output tokens.
    pub output_tokens: RateLimit,
    /// Input tokens of the priority tier.
    pub priority_input_tokens: RateLimit,
    /// Output tokens of the priority tier.
    pub priority_output_tokens: RateLimit,
    /// Input tokens of the fast mode.
    pub fast_input_tokens: RateLimit,
    /// Output tokens of the fast mode.
    pub fast_output_tokens: RateLimit,
    /// The limits of a subscription.
    pub unified: Option<UnifiedLimits>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl RateLimits {
    /// Reads the headers. What cannot be read is left empty.
    #[inline]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let limit = |prefix: &str| RateLimit {
            limit: integer(headers, &format!("{prefix}-limit")),
            remaining: integer(headers, &format!("{prefix}-remaining")),
            reset: time(headers, &format!("{prefix}-reset")),
        };
        Self {
            requests: limit("anthropic-ratelimit-requests"),
            tokens: limit("anthropic-ratelimit-tokens"),
            input_tokens: limit("anthropic-ratelimit-input-tokens"),
            output_tokens: limit("anthropic-ratelimit-output-tokens"),
            priority_input_tokens: limit("anthropic-priority-input-tokens"),
            priority_output_tokens: limit("anthropic-priority-output-tokens"),
            fast_input_tokens: limit("anthropic-fast-input-tokens"),
            fast_output_tokens: limit("anthropic-fast-output-tokens"),
            unified: unified(headers),
            retry_after: retry::retry_after(headers, SystemTime::now()),
        }
    }
}

#[inline]
fn unified(headers: &HeaderMap) -> Option<UnifiedLimits> {
    let name = |rest: &str| format!("anthropic-ratelimit-unified-{rest}");
    let number = |rest: &str| text(headers, &name(rest))?.parse().ok();
    let words = |rest: &str| text(headers, &name(rest)).map(str::to_owned);
    let window = |prefix: &str| UsageWindow {
        status: words(&format!("{prefix}-status")),
        utilization: number(&format!("{prefix}-utilization")),
        reset: time(headers, &name(&format!("{prefix}-reset"))),
    };
    let limits = UnifiedLimits {
        status: words("status"),
        reset: time(headers, &name("reset")),
        five_hours: window("5h"),
        seven_days: window("7d"),
        representative_claim: words("representative-claim"),
        fallback: words("fallback"),
        fallback_percentage: number("fallback-percentage"),
        overage_status: words("overage-status"),
        overage_reset: time(headers, &name("overage-reset")),
        overage_disabled_reason: words("overage-disabled-reason"),
    };
    (limits != UnifiedLimits::default()).then_some(limits)
}

#[inline]
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[inline]
fn integer(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// A time as RFC 3339, or as seconds since 1970.
#[inline]
fn time(headers: &HeaderMap, name: &str) -> Option<DateTime<Utc>> {
    let text = text(headers, name)?;
    match text.parse::<i64>() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0),
        Err(_) => DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_every_family_are_read_and_bad_ones_left_out() {
        let headers: HeaderMap = [
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "many"),
            (
                "anthropic-ratelimit-input-tokens-reset",
                "2026-11-21T10:00:00Z",
            ),
            ("anthropic-priority-output-tokens-remaining", "7000"),
            ("anthropic-fast-input-tokens-limit", "1"),
            ("anthropic-ratelimit-unified-status", "allowed_warning"),
            ("anthropic-ratelimit-unified-5h-utilization", "0.83"),
            ("anthropic-ratelimit-unified-5h-status", "allowed"),
            ("anthropic-ratelimit-unified-fallback-percentage", "0.5"),
            ("anthropic-ratelimit-unified-7d-reset", "1795000000"),
            ("retry-after", "12"),
        ]
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
        .into_iter()
        .collect();
        let limits = RateLimits::from_headers(&headers);
        assert_eq!(limits.requests.limit, Some(50));
        assert_eq!(limits.requests.remaining, None);
        assert_eq!(
            limits.input_tokens.reset.unwrap().to_rfc3339(),
            "2026-11-21T10:00:00+00:00"
        );
        assert_eq!(limits.priority_output_tokens.remaining, Some(7000));
        assert_eq!(limits.fast_input_tokens.limit, Some(1));
        assert!(limits.tokens.is_empty());
        assert_eq!(limits.retry_after, Some(Duration::from_secs(12)));
        let unified = limits.unified.unwrap();
        assert_eq!(unified.status.as_deref(), Some("allowed_warning"));
        assert_eq!(unified.five_hours.status.as_deref(), Some("allowed"));
        assert_eq!(unified.fallback_percentage, Some(0.5));
        assert_eq!(unified.five_hours.utilization, Some(0.83));
        assert_eq!(unified.seven_days.reset.unwrap().timestamp(), 1_795_000_000);
        assert_eq!(
            RateLimits::from_headers(&HeaderMap::new()),
            RateLimits::default()
        );
    }
}

//! When a failed attempt is repeated, and after how long.

mod budget;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use chrono::NaiveDateTime;
use http::{HeaderMap, StatusCode};

pub(crate) use budget::Budget;
pub use budget::RetryBudget;

use crate::error::Error;
use crate::random;

/// The longest wait a server can ask for: 4,294,967 s, about 50 days.
const LONGEST_WAIT: Duration = Duration::from_secs(4_294_967);

/// How long to wait between attempts.
///
/// A wait the server asks for comes first: `retry-after-ms`, else
/// `retry-after` as seconds or as a date. Otherwise the wait doubles from
/// `initial` to `max`, shortened by a random part of up to `jitter`.
///
/// How often an attempt is repeated is `max_retries` of the client or the
/// request. What an HTTP/2 server says it did not process, since it refused the
/// stream or ended the connection, is no retry: it is sent again at once, up to
/// two times, whatever it does.
///
/// ```
/// use std::time::Duration;
/// use specwright_runtime::retry::RetryPolicy;
///
/// let policy = RetryPolicy::default().retry_after_cap(Duration::from_secs(60));
/// assert_eq!(policy.initial, Duration::from_millis(500));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The first wait; 0.5 s by default.
    pub initial: Duration,
    /// The longest wait the client chooses by itself; 8 s by default.
    pub max: Duration,
    /// The largest part of a wait that is taken off at random, from 0.0 to
    /// 1.0; 0.25 by default. It keeps clients that failed together from coming
    /// back together.
    pub jitter: f64,
    /// The longest wait that is accepted from the server. `None`, the default,
    /// accepts any. When the server asks for more the error is returned at
    /// once, with [`Error::retry_after`] set: coming back early would only
    /// fail again.
    pub retry_after_cap: Option<Duration>,
    /// How many retries all calls of the client may make together.
    pub budget: RetryBudget,
}

impl Default for RetryPolicy {
    #[inline]
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(500),
            max: Duration::from_secs(8),
            jitter: 0.25,
            retry_after_cap: None,
            budget: RetryBudget::default(),
        }
    }
}

impl RetryPolicy {
    /// Sets the first wait.
    #[inline]
    pub const fn initial(mut self, wait: Duration) -> Self {
        self.initial = wait;
        self
    }

    /// Sets the longest wait the client chooses by itself.
    #[inline]
    pub const fn max(mut self, wait: Duration) -> Self {
        self.max = wait;
        self
    }

    /// Sets the largest part of a wait that is taken off at random.
    #[inline]
    pub const fn jitter(mut self, part: f64) -> Self {
        self.jitter = part;
        self
    }

    /// Sets the longest wait that is accepted from the server.
    #[inline]
    pub const fn retry_after_cap(mut self, wait: Duration) -> Self {
        self.retry_after_cap = Some(wait);
        self
    }

    /// Sets how many retries all calls of the client may make together.
    #[inline]
    pub const fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The wait before retry `attempt` (0 is the first), when the server asks
    /// for none.
    #[inline]
    pub fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self
            .initial
            .saturating_mul(2_u32.saturating_pow(attempt))
            .min(self.max);
        let jitter = if self.jitter.is_finite() {
            self.jitter.clamp(0.0, 1.0)
        } else {
            0.0
        };
        doubled.mul_f64(1.0 - jitter * random::fraction())
    }

    /// The wait before retry `attempt` after `error`; `None` when the server
    /// asks for more than the cap.
    #[inline]
    pub(crate) fn wait(&self, attempt: u32, error: &Error, now: SystemTime) -> Option<Duration> {
        let asked = error
            .headers()
            .and_then(|headers| retry_after(headers, now));
        match (asked, self.retry_after_cap) {
            (Some(asked), Some(cap)) if asked > cap => None,
            (Some(asked), _) => Some(asked),
            (None, _) => Some(self.backoff(attempt)),
        }
    }
}

/// What a retry hook is told before the client waits.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retry<'a> {
    /// The id of the operation.
    pub operation: &'static str,
    /// Which retry this is: 1 for the first.
    pub attempt: u32,
    /// How many retries there can be.
    pub max_retries: u32,
    /// How long the client waits before it.
    pub wait: Duration,
    /// Why the attempt before failed.
    pub error: &'a Error,
}

/// Called before each wait.
pub(crate) type Hook = dyn Fn(&Retry<'_>) + Send + Sync;

/// Where the client takes the time from; tests give their own.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time, for `retry-after` given as a date.
    fn now(&self) -> SystemTime;

    /// Waits between two attempts.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The system's time and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    #[inline]
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// Whether a reply of this status asks to be repeated. `x-should-retry` comes
/// before the status.
#[inline]
pub(crate) fn should_retry(status: StatusCode, headers: &HeaderMap) -> bool {
    match headers.get("x-should-retry").map(|value| value.as_bytes()) {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => is_retryable_status(status),
    }
}

#[inline]
pub(crate) fn is_retryable_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 409 | 429) || status.as_u16() >= 500
}

/// The wait a server asks for; `None` when it asks for none, or for one that
/// is over.
#[inline]
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return positive(milliseconds / 1000.0);
    }
    let value = text("retry-after")?;
    match value.parse::<f64>() {
        Ok(seconds) => positive(seconds),
        Err(_) => http_date(value)?
            .duration_since(now)
            .ok()
            .filter(|wait| !wait.is_zero())
            .map(|wait| wait.min(LONGEST_WAIT)),
    }
}

/// A date in one of the three forms of RFC 9110, section 5.6.7.
#[inline]
fn http_date(value: &str) -> Option<SystemTime> {
    const FORMS: [&str; 3] = [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ];
    let date = FORMS
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())?;
    Some(date.and_utc().into())
}

#[inline]
fn positive(seconds: f64) -> Option<Duration> {
    (seconds > 0.0)
        .then(|| Duration::try_from_secs_f64(seconds.min(LONGEST_WAIT.as_secs_f64())).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn waits_asked_for_are_read_as_the_official_clients_read_them() {
        let ms = Duration::from_millis;
        for (value, wait) in [
            ("1", Some(ms(1000))),
            ("0.25", Some(ms(250))),
            (" 2 ", Some(ms(2000))),
            ("1e1", Some(ms(10_000))),
            ("3600", Some(ms(3_600_000))),
            ("100000000", Some(LONGEST_WAIT)),
            ("inf", Some(LONGEST_WAIT)),
            ("0", None),
            ("-5", None),
            ("nan", None),
            ("abc", None),
            ("", None),
            ("Thu, 01 Jan 1970 00:01:30 GMT", Some(ms(90_000))),
            ("Thu, 01 Jan 1970 00:00:00 GMT", None),
            ("Thursday, 01-Jan-70 00:01:30 GMT", Some(ms(90_000))),
            ("Thu Jan  1 00:01:30 1970", Some(ms(90_000))),
            ("Fri, 01 Jan 1970 00:01:30 GMT", None),
            ("Thu, 01 Jan 1970", None),
        ] {
            assert_eq!(asked("retry-after", value), wait, "{value:?}");
        }
        for (value, wait) in [
            ("1500", Some(ms(1500))),
            ("0.5", Some(Duration::from_micros(500))),
            ("0", None),
            ("-1", None),
            ("abc", None),
        ] {
            assert_eq!(asked("retry-after-ms", value), wait, "{value:?}");
        }
    }

    #[test]
    fn backoff_doubles_to_its_maximum_and_is_only_ever_shortened() {
        let policy = RetryPolicy::default();
        for (attempt, full) in [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (40, 8.0)] {
            for _ in 0..200 {
                let wait = policy.backoff(attempt).as_secs_f64();
                assert!((full * 0.75..=full).contains(&wait), "{attempt}: {wait}");
            }
        }
        let odd = RetryPolicy::default().jitter(f64::NAN);
        assert_eq!(odd.backoff(0), Duration::from_millis(500));
    }

    #[test]
    fn the_header_comes_before_the_status() {
        let with = |value: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert("x-should-retry", value.parse().unwrap());
            }
            headers
        };
        assert!(should_retry(StatusCode::BAD_REQUEST, &with(Some("true"))));
        assert!(!should_retry(StatusCode::BAD_REQUEST, &with(Some("TRUE"))));
        assert!(!should_retry(StatusCode::BAD_GATEWAY, &with(Some("false"))));
        assert!(should_retry(StatusCode::BAD_GATEWAY, &with(Some("maybe"))));
        assert!(should_retry(StatusCode::CONFLICT, &with(None)));
        assert!(!should_retry(StatusCode::IM_A_TEAPOT, &with(None)));
    }
}

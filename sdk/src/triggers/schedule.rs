//! When which list is asked for again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use specwright_runtime::http::{HeaderMap, header};
use specwright_runtime::{RateLimits, RetryPolicy};
use tokio::time::Instant;

use super::resource::Resource;

/// The lists with the time each is due. A list that fails comes back later each time; a rate limit
/// holds all of them.
#[derive(Debug)]
pub(super) struct Schedule {
    waits: RetryPolicy,
    lists: Vec<Due>,
    held_until: Instant,
}

#[derive(Debug)]
struct Due {
    resource: Resource,
    at: Instant,
    failures: u32,
}

impl Schedule {
    /// All lists are due at once.
    pub(super) fn new(resources: &[Resource], waits: RetryPolicy) -> Self {
        let now = Instant::now();
        let lists = resources.iter().map(|&resource| Due {
            resource,
            at: now,
            failures: 0,
        });
        Self {
            waits,
            lists: lists.collect(),
            held_until: now,
        }
    }

    /// The list to ask for next, and when; `None` without lists.
    pub(super) fn next(&self) -> Option<(Resource, Instant)> {
        let next = self.lists.iter().min_by_key(|list| list.at)?;
        Some((next.resource, next.at.max(self.held_until)))
    }

    /// A list was asked for.
    pub(super) fn asked(&mut self, resource: Resource, failed: bool, hold: Option<Duration>) {
        let now = Instant::now();
        if let Some(list) = self.lists.iter_mut().find(|list| list.resource == resource) {
            list.failures = if failed {
                list.failures.saturating_add(1)
            } else {
                0
            };
            list.at = later(now, self.waits.backoff(list.failures));
        }
        if let Some(hold) = hold {
            self.held_until = self.held_until.max(later(now, hold));
        }
    }

    /// How long to wait after this many failures.
    pub(super) fn wait_after(&self, failures: u32) -> Duration {
        self.waits.backoff(failures)
    }
}

fn later(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}

/// Notices in replies when the watcher should leave the rate limit to others.
#[derive(Debug)]
pub(super) struct Pace {
    /// The part of the limit that is left to others, from 0.0 to 1.0.
    pub(super) reserve: f64,
    /// The longest wait for the limit to refill.
    pub(super) longest: Duration,
    /// How long to hold, as the last reply says.
    pub(super) hold: Option<Duration>,
}

impl Pace {
    pub(super) fn note(&mut self, headers: &HeaderMap, now: DateTime<Utc>) {
        let requests = RateLimits::from_headers(headers).requests;
        let low = match (requests.remaining, requests.limit) {
            (Some(0), _) => true,
            (Some(remaining), Some(limit)) => (remaining as f64) < limit as f64 * self.reserve,
            _ => false,
        };
        let refill = requests.reset.and_then(|reset| (reset - now).to_std().ok());
        self.hold = low.then(|| refill.unwrap_or(self.longest).min(self.longest));
    }
}

/// The time of the server that sent this reply, or else the one given.
pub(super) fn server_time(headers: &HeaderMap, otherwise: DateTime<Utc>) -> DateTime<Utc> {
    let date = headers
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    date.map_or(otherwise, |date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule(resources: &[Resource]) -> Schedule {
        let waits = RetryPolicy::default();
        Schedule::new(
            resources,
            waits.initial(60 * SECOND).max(300 * SECOND).jitter(0.0),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_fails_comes_back_later_and_does_not_keep_the_others() {
        let start = Instant::now();
        let mut schedule = schedule(&[Resource::Files, Resource::Skills]);
        assert_eq!(schedule.next(), Some((Resource::Files, start)));
        schedule.asked(Resource::Files, true, None);
        assert_eq!(schedule.next(), Some((Resource::Skills, start)));
        schedule.asked(Resource::Skills, false, None);
        assert_eq!(
            schedule.next(),
            Some((Resource::Skills, start + 60 * SECOND))
        );
        schedule.asked(Resource::Skills, false, Some(1000 * SECOND));
        for wait in [240, 300, 300] {
            schedule.asked(Resource::Files, true, None);
            let list = &schedule.lists[0];
            assert_eq!(list.at, start + wait * SECOND);
        }
        schedule.asked(Resource::Files, false, Some(SECOND));
        assert_eq!(schedule.lists[0].at, start + 60 * SECOND);
        // A shorter hold does not end a longer one.
        let (_, at) = schedule.next().unwrap();
        assert_eq!(at, start + 1000 * SECOND);
    }

    #[test]
    fn without_lists_nothing_is_due() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let _guard = runtime.enter();
        assert_eq!(schedule(&[]).next(), None);
    }

    #[test]
    fn a_low_limit_holds_until_it_is_full_again() {
        let hold = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                let name: header::HeaderName = name.parse().unwrap();
                (name, value.parse().unwrap())
            });
            let headers: HeaderMap = headers.collect();
            let mut pace = Pace {
                reserve: 0.1,
                longest: 300 * SECOND,
                hold: None,
            };
            let now = server_time(&headers, "2000-01-01T00:00:00Z".parse().unwrap());
            pace.note(&headers, now);
            pace.hold
        };
        let date = ("date", "Thu, 03 Sep 2026 06:00:00 GMT");
        let limit = ("anthropic-ratelimit-requests-limit", "50");
        let remaining = |number| ("anthropic-ratelimit-requests-remaining", number);
        let reset = |time| ("anthropic-ratelimit-requests-reset", time);
        let soon = reset("2026-09-03T06:00:12Z");
        assert_eq!(
            hold(&[date, limit, remaining("4"), soon]),
            Some(12 * SECOND)
        );
        assert_eq!(hold(&[date, limit, remaining("5"), soon]), None);
        assert_eq!(hold(&[date, remaining("0"), soon]), Some(12 * SECOND));
        let tomorrow = reset("2026-09-04T06:00:00Z");
        assert_eq!(
            hold(&[date, limit, remaining("0"), tomorrow]),
            Some(300 * SECOND)
        );
        assert_eq!(hold(&[limit, remaining("0")]), Some(300 * SECOND));
        assert_eq!(hold(&[date]), None);
    }
}

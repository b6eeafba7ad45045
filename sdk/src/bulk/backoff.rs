//! How long to wait, and when to give up.

use std::time::Duration;

use specwright_runtime::Error;

/// Waits that grow by half from `first` to `longest`, and a limit for failures in a row.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    wait: Duration,
    max_failures: u32,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration, max_failures: u32) -> Self {
        Self {
            first,
            longest,
            wait: first.min(longest),
            max_failures,
            failures: 0,
        }
    }

    /// The next wait.
    pub(super) fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait.saturating_mul(3) / 2).min(self.longest);
        wait
    }

    /// Something was achieved: failures are counted from the beginning again.
    pub(super) fn succeeded(&mut self) {
        if self.failures > 0 {
            self.failures = 0;
            self.wait = self.first.min(self.longest);
        }
    }

    /// The wait after a failure; `None` when it is no use to go on.
    pub(super) fn after_failure(&mut self, error: &Error) -> Option<Duration> {
        self.failures += 1;
        if !error.is_retryable() || self.failures > self.max_failures {
            return None;
        }
        let wait = self.next_wait();
        Some(error.retry_after().unwrap_or(wait))
    }
}

//! How many retries the calls of a client may make together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// How many retries all calls of a client may make together, so that a service
/// that fails is not hammered.
///
/// Every retry takes one from the budget. It fills again, up to `capacity`,
/// with every call that succeeds and as time goes by. A retry for which nothing
/// is left is not made: the call returns the error it has, at once. `max_retries`
/// still limits each call by itself.
///
/// The default lets 100 retries through in a burst, then one for every ten
/// calls that succeed, and one each second: a caller with few calls never
/// notices it, and thousands of calls to a service that is down make few
/// requests beyond their own.
///
/// ```
/// use specwright_runtime::retry::{RetryBudget, RetryPolicy};
///
/// let budget = RetryBudget::default().capacity(20).per_success(0.05);
/// let policy = RetryPolicy::default().budget(budget);
/// assert_eq!(policy.budget.per_second, 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RetryBudget {
    /// How many retries there can be at once; 100 by default.
    pub capacity: u32,
    /// What a call that succeeds adds; 0.1 by default.
    pub per_success: f64,
    /// What each second adds; 1.0 by default.
    pub per_second: f64,
}

impl Default for RetryBudget {
    #[inline]
    fn default() -> Self {
        Self {
            capacity: 100,
            per_success: 0.1,
            per_second: 1.0,
        }
    }
}

impl RetryBudget {
    /// A budget that never runs out: only `max_retries` counts.
    pub const UNLIMITED: Self = Self {
        capacity: u32::MAX,
        per_success: f64::MAX,
        per_second: f64::MAX,
    };

    /// Sets how many retries there can be at once.
    #[inline]
    pub const fn capacity(mut self, retries: u32) -> Self {
        self.capacity = retries;
        self
    }

    /// Sets what a call that succeeds adds.
    #[inline]
    pub const fn per_success(mut self, retries: f64) -> Self {
        self.per_success = retries;
        self
    }

    /// Sets what each second adds.
    #[inline]
    pub const fn per_second(mut self, retries: f64) -> Self {
        self.per_second = retries;
        self
    }
}

/// What one retry is counted as.
const ONE: u64 = 1000;

/// The budget of a client, as it stands.
#[derive(Debug)]
pub(crate) struct Budget {
    rule: RetryBudget,
    /// What is missing to its capacity, in parts of [`ONE`]: zero while all is
    /// well, so that a call that succeeds only looks.
    missing: AtomicU64,
    /// Up to when the part that time adds is counted.
    counted: Mutex<Option<SystemTime>>,
}

impl Budget {
    #[inline]
    pub(crate) fn new(rule: RetryBudget) -> Self {
        Self {
            rule,
            missing: AtomicU64::new(0),
            counted: Mutex::new(None),
        }
    }

    /// A call has succeeded.
    #[inline]
    pub(crate) fn succeeded(&self) {
        if self.missing.load(Ordering::Relaxed) > 0 {
            self.add(self.rule.per_success);
        }
    }

    /// Takes one retry; `false` when there is none.
    #[inline]
    pub(crate) fn take(&self, now: SystemTime) -> bool {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let since = counted.replace(now);
        // A clock that was set back adds nothing.
        if let Some(elapsed) = since.and_then(|since| now.duration_since(since).ok()) {
            self.add(elapsed.as_secs_f64() * self.rule.per_second);
        }
        let capacity = u64::from(self.rule.capacity) * ONE;
        self.missing
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |missing| {
                Some(missing + ONE).filter(|missing| *missing <= capacity)
            })
            .is_ok()
    }

    #[inline]
    fn add(&self, retries: f64) {
        // A cast keeps within the bounds, and makes nothing of what is no number.
        let added = (retries * ONE as f64) as u64;
        let subtract = |missing: u64| Some(missing.saturating_sub(added));
        let _ = self
            .missing
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, subtract);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn taken(budget: &Budget, now: SystemTime) -> usize {
        (0..1000).take_while(|_| budget.take(now)).count()
    }

    #[test]
    fn it_is_spent_and_fills_with_time_and_success() {
        let budget = Budget::new(RetryBudget::default().capacity(10));
        assert_eq!(taken(&budget, START), 10);
        assert_eq!(taken(&budget, START + Duration::from_secs(3)), 3);
        // Time that has passed counts once, and backwards not at all.
        assert_eq!(taken(&budget, START + Duration::from_secs(3)), 0);
        assert_eq!(taken(&budget, START), 0);
        for _ in 0..40 {
            budget.succeeded();
        }
        assert_eq!(taken(&budget, START), 4);
        assert_eq!(taken(&budget, START + Duration::from_secs(9999)), 10);
    }

    #[test]
    fn odd_rules_are_kept_within_bounds() {
        let now = START + Duration::from_secs(60);
        for (rule, first, later) in [
            (RetryBudget::default().capacity(0), 0, 0),
            (RetryBudget::UNLIMITED, 1000, 1000),
            (
                RetryBudget::default().capacity(5).per_second(f64::NAN),
                5,
                0,
            ),
            (RetryBudget::default().capacity(5).per_second(-1.0), 5, 0),
            (
                RetryBudget::default().capacity(5).per_second(f64::INFINITY),
                5,
                5,
            ),
        ] {
            let budget = Budget::new(rule);
            assert_eq!(taken(&budget, START), first, "{rule:?}");
            assert_eq!(taken(&budget, now), later, "{rule:?}");
        }
    }
}

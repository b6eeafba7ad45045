//! As fast as the rate limits allow, and no faster.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Middleware, Permit, RequestHead};
use crate::error::Error;
use crate::rate_limit::{RateLimit, RateLimits};
use crate::response::ResponseHead;

/// How long attempts are held back after a 429 that does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// How fast what was learned of the mean cost is forgotten: by a tenth with each
/// reply.
const FORGET: f64 = 0.1;

/// How fast the dearest attempt is forgotten.
const FORGET_LARGEST: f64 = 0.01;

/// A request may arrive before one that was sent up to so long before it.
const OVERTAKING: Duration = Duration::from_secs(1);

/// A middleware that keeps a caller of many requests just under the rate limits
/// that replies state (`anthropic-ratelimit-*`), instead of running into 429s
/// and backing off.
///
/// Each limit is a bucket that fills evenly. After every reply it is known how
/// much is left of requests, input tokens and output tokens; what an attempt
/// costs in tokens is learned from the replies before. An attempt waits until
/// every bucket has enough for it above a reserve. Attempts pass in the order
/// they came. The first goes alone, since nothing is known yet; after a 429 all
/// wait as long as the server asks.
///
/// Limits belong to a key and a class of models: give each a client with a
/// `Pace` of its own. Clones share what they know, so that the clients of one
/// key can pace together. Output tokens are counted by the server while they
/// are made; where they are the narrowest limit, a larger
/// [`headroom`](Self::headroom) keeps more in reserve.
///
/// ```
/// use specwright_runtime::ClientBuilder;
/// use specwright_runtime::middleware::Pace;
///
/// let client = ClientBuilder::new("http://localhost")
///     .middleware(Pace::new().headroom(0.1))
///     .build()?;
/// # Ok::<(), specwright_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pace {
    period: Duration,
    headroom: f64,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Held by the attempt whose turn it is.
    turn: tokio::sync::Mutex<()>,
    /// Wakes it when something was learned.
    learned: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests, all tokens, input tokens, output tokens.
    buckets: [Bucket; 4],
    /// How many attempts were admitted.
    admitted: u64,
    /// Those whose reply is not there yet, and when they were sent.
    underway: BTreeMap<u64, Instant>,
    /// Whether a reply has said what the limits are, or that there are none.
    informed: bool,
    /// Whether an attempt is out to learn that.
    asking: bool,
    paused_until: Option<Instant>,
}

/// A limited quantity as far as it is known.
#[derive(Debug, Default, Clone, Copy)]
struct Bucket {
    /// `None` until a reply has said it.
    known: Option<Known>,
    /// What an attempt costs.
    cost: f64,
    /// What the dearest of the last attempts cost.
    largest: f64,
}

/// What a reply said.
#[derive(Debug, Clone, Copy)]
struct Known {
    limit: f64,
    /// What was left when the attempt arrived, itself counted.
    left: f64,
    /// Which attempt it was, and when it was sent.
    told_to: u64,
    told_at: Instant,
}

/// What is kept of an admitted attempt until its reply is there.
#[derive(Debug)]
struct Admitted {
    number: u64,
    at: Instant,
    /// Whether it may arrive before one that was sent before it.
    may_overtake: bool,
    /// Whether it is the one to learn what the limits are.
    asking: bool,
    shared: Arc<Shared>,
}

/// The reply is there, or the attempt was dropped.
impl Drop for Admitted {
    #[inline]
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.underway.remove(&self.number);
        if self.asking {
            state.asking = false;
            self.shared.learned.notify_one();
        }
    }
}

impl Default for Pace {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl Pace {
    /// Limits per minute, with 5 % of each in reserve.
    #[inline]
    pub fn new() -> Self {
        Self {
            period: Duration::from_secs(60),
            headroom: 0.05,
            shared: Arc::default(),
        }
    }

    /// Sets the time in which an empty bucket fills; a minute by default.
    #[inline]
    pub fn per(mut self, period: Duration) -> Self {
        self.period = period;
        self
    }

    /// Sets the part of each limit that is kept in reserve, beside what the
    /// dearest of the last attempts cost: from 0.0 to 0.5; 0.05 by default.
    #[inline]
    pub fn headroom(mut self, part: f64) -> Self {
        self.headroom = part.clamp(0.0, 0.5);
        self
    }

    /// Waits until the attempt may go.
    #[inline]
    async fn wait(&self) -> Admitted {
        let shared = &self.shared;
        let _turn = shared.turn.lock().await;
        loop {
            let learned = shared.learned.notified();
            let wait = match self.try_admit() {
                Ok(admitted) => return admitted,
                Err(wait) => wait,
            };
            match wait {
                Some(wait) => drop(tokio::time::timeout(wait, learned).await),
                None => learned.await,
            }
        }
    }

    /// Admits an attempt, or says how long it must wait: `None` until something
    /// is learned.
    #[inline]
    fn try_admit(&self) -> Result<Admitted, Option<Duration>> {
        let now = Instant::now();
        let mut state = self.shared.lock();
        if let Some(until) = state.paused_until.filter(|until| *until > now) {
            return Err(Some(until - now));
        }
        if !state.informed && state.asking {
            return Err(None);
        }
        let waits = state
            .buckets
            .iter()
            .map(|it| it.wait(self, now, &state.underway));
        if let Some(wait) = waits.max().filter(|wait| !wait.is_zero()) {
            return Err(Some(wait));
        }
        state.admitted += 1;
        let number = state.admitted;
        let mut others = state.underway.values();
        let may_overtake = others.any(|at| now - *at < OVERTAKING);
        state.underway.insert(number, now);
        state.asking = !state.informed;
        Ok(Admitted {
            number,
            at: now,
            may_overtake,
            asking: state.asking,
            shared: Arc::clone(&self.shared),
        })
    }

    /// Takes in what the reply to an attempt says.
    #[inline]
    fn learn(&self, admitted: &Admitted, limits: &RateLimits, refused: bool) {
        let mut state = self.shared.lock();
        state.informed = true;
        if refused {
            let pause = limits.retry_after.unwrap_or(PAUSE);
            state.paused_until = Instant::now().checked_add(pause);
        }
        let stated = [
            (&limits.requests, Some(1.0)),
            (&limits.tokens, None),
            (&limits.input_tokens, None),
            (&limits.output_tokens, None),
        ];
        for (bucket, (limit, cost)) in state.buckets.iter_mut().zip(stated) {
            bucket.learn(limit, admitted, cost, self.period);
        }
        drop(state);
        self.shared.learned.notify_one();
    }
}

impl Shared {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    /// How long until there is enough for one more attempt.
    #[inline]
    fn wait(&self, pace: &Pace, now: Instant, underway: &BTreeMap<u64, Instant>) -> Duration {
        let Some(known) = self.known.filter(|known| known.limit > 0.0) else {
            return Duration::ZERO;
        };
        let uncounted = known.uncounted(underway) as f64;
        let level = known.level_at(now, pace.period) - uncounted * self.cost;
        // All of these may be dearer than the mean, though the more they are the
        // less likely that is.
        let spread = 2.0 * (self.largest - self.cost).max(0.0) * uncounted.sqrt();
        let reserve = pace.headroom * known.limit + self.largest + spread;
        let enough = reserve.min(known.limit / 2.0) + self.cost;
        let missing = enough.min(known.limit) - level;
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        // Rounded up, so that it is there when the wait is over.
        pace.period.mul_f64((missing / known.limit).min(2.0)) + Duration::from_millis(1)
    }

    /// Takes in what a reply states.
    #[inline]
    fn learn(
        &mut self,
        stated: &RateLimit,
        told_to: &Admitted,
        cost: Option<f64>,
        period: Duration,
    ) {
        let before = self.known;
        let limit = stated.limit.map(|limit| limit as f64);
        let limit = limit.or(before.map(|known| known.limit));
        let (Some(limit), Some(left)) = (limit, stated.remaining) else {
            return;
        };
        let left = left as f64;
        if let Some(known) = &before {
            let newest = told_to.number > known.told_to
                && (!told_to.may_overtake || told_to.at - known.told_at >= OVERTAKING);
            // Of attempts sent together, the one that arrived last was told the
            // least.
            if !newest && left >= known.level_at(told_to.at, period) {
                return;
            }
        }
        match (cost, before) {
            (Some(cost), _) => self.cost = cost,
            (None, None) => self.cost_is((limit - left).max(0.0)),
            (None, Some(known)) if told_to.number > known.told_to => {
                let attempts = (told_to.number - known.told_to) as f64;
                let spent = known.level_at(told_to.at, period) - left;
                self.cost_is((spent / attempts).max(0.0));
            }
            (None, Some(_)) => {}
        }
        self.known = Some(Known {
            limit,
            left,
            told_to: told_to.number,
            told_at: told_to.at,
        });
    }

    #[inline]
    fn cost_is(&mut self, cost: f64) {
        let part = match self.known {
            Some(_) => FORGET,
            None => 1.0,
        };
        self.cost += (cost - self.cost) * part;
        self.largest = cost.max(self.largest * (1.0 - FORGET_LARGEST));
    }
}

impl Known {
    /// What is left after it has filled up to then.
    #[inline]
    fn level_at(&self, now: Instant, period: Duration) -> f64 {
        let filled = self.limit * part_of(period, now.saturating_duration_since(self.told_at));
        (self.left + filled).min(self.limit)
    }

    /// How many attempts had not arrived yet, or may not have.
    #[inline]
    fn uncounted(&self, underway: &BTreeMap<u64, Instant>) -> usize {
        let late = |(number, at): &(&u64, &Instant)| {
            let together = self.told_at.saturating_duration_since(**at) < OVERTAKING;
            **number > self.told_to || (**number < self.told_to && together)
        };
        underway.iter().filter(late).count()
    }
}

#[inline]
fn part_of(period: Duration, time: Duration) -> f64 {
    time.as_secs_f64() / period.as_secs_f64().max(0.001)
}

impl Middleware for Pace {
    #[inline]
    fn admit<'a>(&'a self, request: &'a mut RequestHead) -> Option<BoxFuture<'a, Permit>> {
        Some(Box::pin(async move {
            request.extensions.insert(Arc::new(self.wait().await));
            Permit::default()
        }))
    }

    #[inline]
    fn after(&self, request: &RequestHead, outcome: Result<&ResponseHead, &Error>, _: Duration) {
        let Some(admitted) = request.extensions.get::<Arc<Admitted>>() else {
            return;
        };
        let (headers, refused) = match outcome {
            Ok(head) => (Some(&head.headers), false),
            Err(error) => {
                let refused = error.status().is_some_and(|status| status.as_u16() == 429);
                (error.headers(), refused)
            }
        };
        if let Some(headers) = headers {
            self.learn(admitted, &RateLimits::from_headers(headers), refused);
        }
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;

//! A bulk caller against a simulated server, in simulated time.

use proptest::prelude::*;

use super::*;
use crate::error::ApiError;
use crate::options::Method;
use http::{HeaderMap, StatusCode};

const MINUTES: u64 = 5;

const WARM_UP: Duration = Duration::from_secs(60);

/// The buckets of a server: filled evenly, checked when a request arrives.
struct Server {
    requests: Filled,
    tokens: Filled,
    start: Instant,
    /// After the warm-up: what a request costs must be learned first.
    refused: usize,
    served: usize,
}

struct Filled {
    limit: f64,
    level: f64,
    at: Instant,
    spent: f64,
}

impl Filled {
    fn new(limit: u32) -> Self {
        Self {
            limit: limit.into(),
            level: limit.into(),
            at: Instant::now(),
            spent: 0.0,
        }
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let filled = self.limit * (now - self.at).as_secs_f64() / 60.0;
        self.level = (self.level + filled).min(self.limit);
        self.at = now;
    }

    fn spend(&mut self, cost: f64) {
        self.level -= cost;
        self.spent += cost;
    }
}

impl Server {
    /// Status and headers of the reply to a request of so many tokens.
    fn answer(&mut self, tokens: f64) -> (StatusCode, HeaderMap) {
        self.requests.fill();
        self.tokens.fill();
        let enough = self.requests.level >= 1.0 && self.tokens.level >= tokens;
        let status = match enough {
            true => StatusCode::OK,
            false => StatusCode::TOO_MANY_REQUESTS,
        };
        if enough {
            self.requests.spend(1.0);
            self.tokens.spend(tokens);
            self.served += 1;
        } else if self.start.elapsed() > WARM_UP {
            self.refused += 1;
        }
        let mut headers = HeaderMap::new();
        let mut state = |name: &'static str, value: f64| {
            headers.insert(name, (value as u64).into());
        };
        state("anthropic-ratelimit-requests-limit", self.requests.limit);
        state(
            "anthropic-ratelimit-requests-remaining",
            self.requests.level,
        );
        state("anthropic-ratelimit-input-tokens-limit", self.tokens.limit);
        let rounded = (self.tokens.level / 1000.0).round() * 1000.0;
        state("anthropic-ratelimit-input-tokens-remaining", rounded);
        if !enough {
            state("retry-after", 2.0);
        }
        (status, headers)
    }
}

fn attempt() -> RequestHead {
    let url = "http://localhost/x".to_owned();
    RequestHead::new("bulk", Method::Post, "/x", url, HeaderMap::new(), 0)
}

fn told(pace: &Pace, attempt: &RequestHead, (status, headers): (StatusCode, HeaderMap)) {
    let head = ResponseHead::new("bulk", status, headers);
    if status.is_success() {
        pace.after(attempt, Ok(&head), Duration::ZERO);
    } else {
        let error = ApiError::new(Arc::new(head), bytes::Bytes::new()).into();
        pace.after(attempt, Err(&error), Duration::ZERO);
    }
}

#[derive(Debug, Clone)]
struct Load {
    workers: u64,
    latency_ms: u64,
    /// Each way.
    network_ms: u64,
    requests: u32,
    tokens: u32,
    /// The least and the most a request costs.
    costs: (u32, u32),
    seed: u64,
}

/// What a server saw of these workers in so many minutes.
async fn run(load: Load) -> Server {
    let server = Arc::new(Mutex::new(Server {
        requests: Filled::new(load.requests),
        tokens: Filled::new(load.tokens),
        start: Instant::now(),
        refused: 0,
        served: 0,
    }));
    let pace = Pace::new();
    let end = Instant::now() + Duration::from_secs(60 * MINUTES);
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..load.workers {
        let (server, pace, load) = (Arc::clone(&server), pace.clone(), load.clone());
        workers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(load.seed ^ worker);
            let ms = Duration::from_millis;
            while Instant::now() < end {
                let mut attempt = attempt();
                pace.admit(&mut attempt).unwrap().await;
                tokio::time::sleep(ms(random.u64(0..=load.network_ms))).await;
                let cost = random.u32(load.costs.0..=load.costs.1);
                let reply = server.lock().unwrap().answer(cost.into());
                let latency = random.u64(load.latency_ms / 2..=load.latency_ms * 2);
                tokio::time::sleep(ms(latency + random.u64(0..=load.network_ms))).await;
                told(&pace, &attempt, reply);
            }
        });
    }
    workers.join_all().await;
    Arc::into_inner(server).unwrap().into_inner().unwrap()
}

fn simulated(load: Load) -> Server {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(run(load))
}

fn loads() -> impl Strategy<Value = Load> {
    let limits = prop_oneof![
        Just((50, 50_000)),
        Just((1000, 80_000)),
        Just((2000, 1_000_000))
    ];
    let costs = prop_oneof![Just((20, 40)), Just((400, 1200)), Just((100, 2500))];
    (
        4_u64..40,
        20_u64..2000,
        1_u64..60,
        limits,
        costs,
        any::<u64>(),
    )
        .prop_map(
            |(workers, latency_ms, network_ms, (requests, tokens), costs, seed)| Load {
                workers,
                latency_ms,
                network_ms,
                requests,
                tokens,
                costs,
                seed,
            },
        )
}

/// The share of what the narrower limit let through, or of what the workers
/// could do, that was used.
fn used(load: &Load, server: &Server) -> f64 {
    let minutes = (server.requests.at - server.start).as_secs_f64() / 60.0;
    // What a full bucket did not take in is lost.
    let share = |bucket: &Filled| {
        let taken_in = bucket.spent + bucket.level - bucket.limit;
        taken_in / (bucket.limit * minutes)
    };
    let round_trip = (1.25 * load.latency_ms as f64 + load.network_ms as f64) / 60_000.0;
    let possible = minutes / round_trip * load.workers as f64;
    let by_limits = share(&server.requests).max(share(&server.tokens));
    by_limits.max(server.served as f64 / possible)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_bulk_caller_stays_just_under_its_limits(load in loads()) {
        let server = simulated(load.clone());
        prop_assert_eq!(server.refused, 0, "of {}", server.served);
        let used = used(&load, &server);
        prop_assert!(used > 0.9, "{} of what was possible", used);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_pauses_all_for_as_long_as_the_server_asks() {
    let pace = Pace::new();
    let mut first = attempt();
    pace.admit(&mut first).unwrap().await;
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", 7.into());
    told(&pace, &first, (StatusCode::TOO_MANY_REQUESTS, headers));
    let start = Instant::now();
    pace.admit(&mut attempt()).unwrap().await;
    assert_eq!(start.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_goes_alone_and_may_be_dropped() {
    let pace = Pace::new();
    let mut first = attempt();
    pace.admit(&mut first).unwrap().await;
    let mut second = attempt();
    let patience = Duration::from_secs(9999);
    let waits = tokio::time::timeout(patience, pace.admit(&mut second).unwrap()).await;
    assert!(waits.is_err(), "nothing is known yet");
    drop(first);
    let passes = tokio::time::timeout(patience, pace.admit(&mut second).unwrap()).await;
    assert!(passes.is_ok());
    // A reply without limits: there is nothing to keep to.
    told(&pace, &second, (StatusCode::OK, HeaderMap::new()));
    for _ in 0..1000 {
        pace.admit(&mut attempt()).unwrap().await;
    }
}

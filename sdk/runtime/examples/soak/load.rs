//! What is asked of the server, through the client and without it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use specwright_runtime::events::{Event, EventStream, RawEvent};
use specwright_runtime::format::Events;
use specwright_runtime::metrics::{End, Figures as Measured, Metrics};
use specwright_runtime::{Client, ClientBuilder, Method, Operation, Request, reqwest, serde_json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::figures::{Figures, Latencies, memory, now};
use crate::{Failure, Plan};

static CALL: Operation = Operation::new("call", Method::Get, "/call");
static STREAM: Operation = Operation::new("stream", Method::Get, "/stream/{events}/{interval}");

/// Calls before the clients take turns.
const BLOCK: usize = 1000;

/// The first stream of each connection is larger and faster: its buffers are used to their last page
/// before memory is looked at.
const WARM_UP: (usize, u64) = (250, 20);

/// Then each connection has so many requests. hyper hands requests to a connection through a queue
/// of tokio's, which is made of blocks of 32 and has a second one (9,000 bytes here) from the 33rd
/// request on.
const WARM_UP_REQUESTS: usize = 40;

/// How often memory is looked at.
const PHASES: usize = 10;

/// For one stream over raw `reqwest` there are so many through the client.
const STREAMS_PER_RAW: usize = 10;

/// A reply as the API's own types would read it.
#[derive(Deserialize)]
struct Message {
    content: Vec<Content>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Content {
    text: String,
}

#[derive(Deserialize)]
struct Usage {
    output_tokens: u64,
}

impl Message {
    fn check(&self) -> Result<(), Failure> {
        let text = self
            .content
            .iter()
            .map(|content| content.text.len())
            .sum::<usize>();
        match text > 0 && self.usage.output_tokens == 15 {
            true => Ok(()),
            false => Err("another message".into()),
        }
    }
}

#[derive(Deserialize)]
struct Tick {
    sent: u64,
}

impl Event for Tick {
    fn decode(event: &RawEvent<'_>) -> Result<Self, serde_json::Error> {
        event.json()
    }
}

/// Counts what should not happen, as an application would.
#[derive(Clone, Default)]
struct Counted {
    failed: Arc<AtomicU64>,
    retries: Arc<AtomicU64>,
}

impl Metrics for Counted {
    fn call(&self, call: &Measured<'_>) {
        self.retries
            .fetch_add(call.retries.into(), Ordering::Relaxed);
        if matches!(call.end, End::Failed(_)) {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What streams have in common.
struct Streams {
    latencies: Mutex<Latencies>,
    /// All of them meet here while they warm up, so that each has a connection of its own.
    all: Barrier,
    count: u64,
    /// How many have warmed up.
    warm: AtomicU64,
    /// Everything is warm: from now on latencies count.
    measured: AtomicBool,
    over: AtomicBool,
}

pub(crate) async fn run(plan: Plan, url: &str) -> Result<Figures, Failure> {
    let counted = Counted::default();
    // All streams connect at once, which can be more than a busy server takes at a time.
    let client = ClientBuilder::new(url).connect_timeout(Duration::from_secs(60));
    let client = client.metrics(counted.clone()).build()?;
    let raw = reqwest::Client::new();
    let ours = Arc::new(Streams::new(plan.streams));
    let theirs = Arc::new(Streams::new(plan.streams.div_ceil(STREAMS_PER_RAW)));
    let mut streams = JoinSet::new();
    for number in 0..plan.streams {
        streams.spawn(through_client(client.clone(), plan, Arc::clone(&ours)));
        if number % STREAMS_PER_RAW == 0 {
            streams.spawn(without_client(
                raw.clone(),
                url.to_owned(),
                plan,
                Arc::clone(&theirs),
            ));
        }
    }
    while !(ours.are_warm() && theirs.are_warm()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if let Some(ended) = streams.try_join_next() {
            ended??;
        }
    }
    let mut figures = Figures::default();
    let (mut calls, mut raw_calls) = (Latencies::default(), Latencies::default());
    for _ in 0..(plan.concurrency * WARM_UP_REQUESTS).div_ceil(BLOCK) {
        block(plan, &client, &mut Latencies::default()).await?;
        raw_block(plan, &raw, url, &mut Latencies::default()).await?;
    }
    for streams in [&ours, &theirs] {
        streams.measured.store(true, Ordering::Relaxed);
    }
    figures.memory.push(memory()?);
    let blocks = plan.calls.div_ceil(BLOCK);
    for number in 1..=blocks {
        figures.calls_took += block(plan, &client, &mut calls).await?;
        figures.raw_calls_took += raw_block(plan, &raw, url, &mut raw_calls).await?;
        let phases = number * PHASES / blocks;
        while figures.memory.len() <= phases {
            figures.memory.push(memory()?);
        }
    }
    for streams in [&ours, &theirs] {
        streams.over.store(true, Ordering::Relaxed);
    }
    while let Some(ended) = streams.join_next().await {
        ended??;
    }
    figures.calls = calls;
    figures.raw_calls = raw_calls;
    figures.events = std::mem::take(&mut *ours.lock());
    figures.raw_events = std::mem::take(&mut *theirs.lock());
    figures.failed = counted.failed.load(Ordering::Relaxed);
    figures.retries = counted.retries.load(Ordering::Relaxed);
    Ok(figures)
}

impl Streams {
    fn new(count: usize) -> Self {
        Self {
            latencies: Mutex::default(),
            all: Barrier::new(count),
            count: count as u64,
            warm: AtomicU64::new(0),
            measured: AtomicBool::new(false),
            over: AtomicBool::new(false),
        }
    }

    fn are_warm(&self) -> bool {
        self.warm.load(Ordering::Relaxed) == self.count
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Latencies> {
        self.latencies
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn arrived(&self, tick: &Tick) {
        if self.measured.load(Ordering::Relaxed) {
            let latency = Duration::from_nanos(now().saturating_sub(tick.sent));
            self.lock().add(latency);
        }
    }
}

/// One stream after another.
async fn through_client(client: Client, plan: Plan, all: Arc<Streams>) -> Result<(), Failure> {
    let open = async |events, interval| -> Result<EventStream<Tick>, Failure> {
        let request = Request::<EventStream<Tick>, Events>::new(&client, &STREAM)
            .path_param("events", events)
            .path_param("interval", interval);
        Ok(request.await?.into_inner())
    };
    let (events, interval) = WARM_UP;
    let first = open(events, interval).await?;
    first.try_for_each(async |_| Ok(())).await?;
    for _ in 0..WARM_UP_REQUESTS {
        let stream = open(1, 1).await?;
        all.all.wait().await;
        stream.try_for_each(async |_| Ok(())).await?;
    }
    all.warm.fetch_add(1, Ordering::Relaxed);
    while !all.over.load(Ordering::Relaxed) {
        let mut events = open(plan.events, plan.interval).await?;
        while let Some(tick) = events.try_next().await? {
            all.arrived(&tick);
        }
    }
    Ok(())
}

async fn without_client(
    http: reqwest::Client,
    url: String,
    plan: Plan,
    all: Arc<Streams>,
) -> Result<(), Failure> {
    for _ in 0..WARM_UP_REQUESTS {
        let response = http.get(format!("{url}/stream/1/1")).send().await?;
        all.all.wait().await;
        response.bytes().await?;
    }
    all.warm.fetch_add(1, Ordering::Relaxed);
    let url = format!("{url}/stream/{}/{}", plan.events, plan.interval);
    while !all.over.load(Ordering::Relaxed) {
        let mut chunks = http.get(&url).send().await?.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            // The server sends one event in each chunk.
            let chunk = chunk?;
            let data = chunk
                .split(|byte| *byte == b'\n')
                .nth(1)
                .unwrap_or_default();
            let data = data.strip_prefix(b"data: ").unwrap_or_default();
            all.arrived(&serde_json::from_slice(data)?);
        }
    }
    Ok(())
}

/// As many calls as a block has, so many at a time; how long they took.
async fn block(
    plan: Plan,
    client: &Client,
    latencies: &mut Latencies,
) -> Result<Duration, Failure> {
    timed(plan, latencies, || {
        let client = client.clone();
        async move {
            let message = Request::<Message>::new(&client, &CALL).await?;
            message.check()
        }
    })
    .await
}

async fn raw_block(
    plan: Plan,
    http: &reqwest::Client,
    url: &str,
    latencies: &mut Latencies,
) -> Result<Duration, Failure> {
    let url = format!("{url}/call");
    timed(plan, latencies, || {
        let (http, url) = (http.clone(), url.clone());
        async move {
            let reply = http.get(&url).send().await?.error_for_status()?;
            let message: Message = serde_json::from_slice(&reply.bytes().await?)?;
            message.check()
        }
    })
    .await
}

async fn timed<F>(
    plan: Plan,
    latencies: &mut Latencies,
    call: impl Fn() -> F,
) -> Result<Duration, Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let start = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..BLOCK {
        if running.len() >= plan.concurrency
            && let Some(done) = running.join_next().await
        {
            latencies.add(done??);
        }
        let call = call();
        running.spawn(async move {
            let start = Instant::now();
            call.await.map(|()| start.elapsed())
        });
    }
    while let Some(done) = running.join_next().await {
        latencies.add(done??);
    }
    Ok(start.elapsed())
}

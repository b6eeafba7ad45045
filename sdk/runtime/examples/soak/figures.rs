//! What was measured, and how it is shown.

use std::time::{Duration, SystemTime};

use crate::{Failure, Plan};

/// Nanoseconds since 1970: the processes of one machine agree on them.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// The resident memory of this process.
fn resident_kib() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib.ok_or("no VmRSS in /proc/self/status")?.parse()?)
}

/// What this process has allocated and not freed.
fn allocated_kib() -> u64 {
    let stats = crate::ALLOCATOR.stats();
    stats.bytes_allocated.wrapping_sub(stats.bytes_deallocated) as u64 / 1024
}

/// Resident and allocated memory of this process, in KiB.
pub(crate) fn memory() -> Result<(u64, u64), Failure> {
    Ok((resident_kib()?, allocated_kib()))
}

/// Latencies, as a histogram of fixed size: so that measuring takes no memory of its own.
pub(crate) struct Latencies {
    /// In steps of 1 %, from 1 µs.
    buckets: Vec<u32>,
    count: u64,
}

const STEP: f64 = 1.01;
const BUCKETS: usize = 2400;

impl Default for Latencies {
    fn default() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
        }
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        let bucket = (latency.as_secs_f64() * 1e6).max(1.0).log(STEP) as usize;
        self.buckets[bucket.min(BUCKETS - 1)] += 1;
        self.count += 1;
    }

    /// In microseconds.
    fn percentile(&self, part: f64) -> f64 {
        let wanted = (self.count as f64 * part) as u64;
        let mut seen = 0;
        let bucket = self.buckets.iter().position(|count| {
            seen += u64::from(*count);
            seen > wanted
        });
        STEP.powi(bucket.unwrap_or(0) as i32)
    }
}

#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) calls: Latencies,
    pub(crate) raw_calls: Latencies,
    pub(crate) calls_took: Duration,
    pub(crate) raw_calls_took: Duration,
    pub(crate) events: Latencies,
    pub(crate) raw_events: Latencies,
    /// At the start, and after each phase.
    pub(crate) memory: Vec<(u64, u64)>,
    pub(crate) failed: u64,
    pub(crate) retries: u64,
}

impl Figures {
    pub(crate) fn print(&self, plan: &Plan) {
        println!(
            "{} streams at a time, and {} calls, {} at a time",
            plan.streams, self.calls.count, plan.concurrency
        );
        println!("failed: {}, retries: {}\n", self.failed, self.retries);
        println!("| | count | per second | p50 µs | p99 µs |\n|---|---:|---:|---:|---:|");
        let line = |name: &str, latencies: &Latencies, took: Duration| {
            let rate = match took.is_zero() {
                true => String::new(),
                false => format!("{:.0}", latencies.count as f64 / took.as_secs_f64()),
            };
            let [p50, p99] = [0.5, 0.99].map(|part| latencies.percentile(part));
            println!(
                "| {name} | {} | {rate} | {p50:.0} | {p99:.0} |",
                latencies.count
            );
        };
        line("calls through the client", &self.calls, self.calls_took);
        line(
            "calls over raw reqwest",
            &self.raw_calls,
            self.raw_calls_took,
        );
        line("events through the client", &self.events, Duration::ZERO);
        line("events over raw reqwest", &self.raw_events, Duration::ZERO);
        let added = |ours: &Latencies, raw: &Latencies| {
            [0.5, 0.99].map(|part| ours.percentile(part) - raw.percentile(part))
        };
        let [p50, p99] = added(&self.calls, &self.raw_calls);
        println!("\nadded to a call: p50 {p50:+.0} µs, p99 {p99:+.0} µs");
        let [p50, p99] = added(&self.events, &self.raw_events);
        println!("added to an event: p50 {p50:+.0} µs, p99 {p99:+.0} µs");
        let mib = |of: fn(&(u64, u64)) -> u64| {
            let samples = self.memory.iter().map(of);
            let mib = samples.map(|kib| format!("{:.1}", kib as f64 / 1024.0));
            mib.collect::<Vec<String>>().join(", ")
        };
        println!("\nMiB at the start and after each phase of calls:");
        println!("  resident {}", mib(|sample| sample.0));
        println!("  allocated {}", mib(|sample| sample.1));
    }
}

//! Many streams and many calls at once against a server on loopback, for a bounded time: how much
//! goes through, what the client adds to raw `reqwest`, and whether its memory stays flat.
//!
//! ```sh
//! cargo run --release -p specwright-runtime --example soak
//! cargo run --release -p specwright-runtime --example soak -- --streams 200 --calls 10000
//! ```
//!
//! The server is a process of its own. While the streams run (and some more, over raw `reqwest`), the
//! calls are made in blocks, in turn through the client and through raw `reqwest` with `serde_json`,
//! so that both meet the same machine.

mod figures;
mod load;
mod server;

use std::alloc::System;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts what is allocated, beside what is resident: pages that an allocator keeps are no leak.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much to do; each has a flag of its name.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Streams through the client, all the time.
    streams: usize,
    /// Calls through the client; as many go over raw `reqwest`.
    calls: usize,
    /// Calls at a time.
    concurrency: usize,
    /// Events of a stream; then another takes its place.
    events: usize,
    /// Between two events of a stream, in milliseconds.
    interval: u64,
    /// After so many seconds it ends, done or not.
    seconds: u64,
}

impl Plan {
    fn from_arguments() -> Result<Self, Failure> {
        let mut plan = Self {
            streams: 2000,
            calls: 100_000,
            concurrency: 64,
            events: 20,
            interval: 500,
            seconds: 300,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or(format!("{flag} needs a number"))?;
            let value: usize = value
                .parse()
                .map_err(|_| format!("{flag}: no number: {value}"))?;
            match flag.as_str() {
                "--streams" => plan.streams = value,
                "--calls" => plan.calls = value,
                "--concurrency" => plan.concurrency = value.max(1),
                "--events" => plan.events = value.max(1),
                "--interval" => plan.interval = value as u64,
                "--seconds" => plan.seconds = value as u64,
                _ => return Err(format!("{flag}: there is no such flag").into()),
            }
        }
        Ok(plan)
    }
}

/// The server, in a process that ends with this one.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        let url = url.trim().to_owned();
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return server::serve().await;
    }
    let plan = Plan::from_arguments()?;
    let server = Server::start()?;
    let limit = Duration::from_secs(plan.seconds);
    let figures = tokio::time::timeout(limit, load::run(plan, &server.url)).await;
    let figures = figures.map_err(|_| format!("not done after {limit:?}"))??;
    figures.print(&plan);
    Ok(())
}

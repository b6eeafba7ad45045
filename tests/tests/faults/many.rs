//! Very many streams at once.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use futures::StreamExt;
use specwright_runtime::events::EventStream;
use specwright_runtime::format::Events;
use specwright_runtime::{Client, ClientBuilder, Request};
use tokio::runtime::Builder;

use crate::harness::{FAULT, Row, Tick, settled, sockets};

const STREAMS: usize = 10_000;

/// How many are opened at a time: a listener holds that many back, and no more.
const AT_ONCE: usize = 256;

/// What a stream that waits may cost the client, its connection included.
const KIB_PER_STREAM: u64 = 48;

const PATIENCE: Duration = Duration::from_secs(60);

/// The server in its process: two ends of each connection in one process would need more files than
/// a process may have open on many machines.
struct Server {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_stream_server"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut server = Self {
            questions: process.stdin.take().expect("its input"),
            answers: BufReader::new(process.stdout.take().expect("its output")),
            process,
            url: String::new(),
        };
        server.url = server.line();
        server
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        line.trim().to_owned()
    }

    fn open(&mut self) -> usize {
        writeln!(self.questions).expect("it listens");
        self.line().parse().expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As many streams as this process may have open; that is all of them on a machine that is set up
/// for it, and is said where it is not.
fn possible() -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(256);
    let possible = usize::try_from(files)
        .unwrap_or(usize::MAX)
        .saturating_sub(200);
    if possible < STREAMS {
        println!("many::streams_at_once: {possible} only: no more than {files} files may be open");
    }
    possible.min(STREAMS)
}

async fn open(client: &Client) -> EventStream<Tick> {
    let request = Request::<EventStream<Tick>, Events>::new(client, &FAULT);
    let mut events = request.await.expect("a stream").into_inner();
    events.next().await.expect("an event").expect("a tick");
    events
}

pub(crate) fn streams_at_once() -> Row {
    let count = possible();
    let mut server = Server::start();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = ClientBuilder::new(&server.url).connect_timeout(PATIENCE);
    let client = client.build().unwrap();
    let before = sockets();
    drop(runtime.block_on(open(&client)));
    let mut streams = Vec::new();
    let memory = allocation_counter::measure(|| {
        streams = runtime.block_on(
            futures::stream::iter(0..count)
                .map(|_| open(&client))
                .buffer_unordered(AT_ONCE)
                .collect(),
        );
    });
    assert_eq!(streams.len(), count);
    let mut open = server.open();
    assert_eq!(open, count, "streams at the server");
    let each = memory.bytes_current as u64 / count as u64;
    println!("many::streams_at_once: {count} streams, {each} bytes for each");
    assert!(each < KIB_PER_STREAM << 10, "{each} bytes for each stream");

    let given_back = allocation_counter::measure(|| {
        drop(streams);
        assert_eq!(
            runtime.block_on(settled(before)),
            0,
            "connections of the client"
        );
    });
    let left = memory.bytes_current + given_back.bytes_current;
    // The pool and the runtime keep the room they once needed.
    assert!(left < 200 * count as i64, "{left} bytes are left");
    let start = Instant::now();
    while open > 0 {
        assert!(
            start.elapsed() < PATIENCE,
            "{open} connections at the server"
        );
        std::thread::sleep(Duration::from_millis(5));
        open = server.open();
    }
    Row {
        injected: "10,000 streams at once on one client; their server is a process of its own"
            .into(),
        outcome: "all deliver".into(),
        connections: "one for each; all closed when the streams are dropped".into(),
        memory: format!("below {KIB_PER_STREAM} KiB for each, given back"),
    }
}

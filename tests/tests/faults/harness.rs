//! A client that meets a fault several times, and what is left afterwards.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::{Stream, StreamExt};
use serde_json::Value;
use specwright_runtime::events::{Event, EventStream, RawEvent};
use specwright_runtime::format::{Download, Events};
use specwright_runtime::{
    ByteStream, Client, ClientBuilder, Error, Limits, Method, Operation, Request,
};
use specwright_tests::socket::{Answer, End, Server};
use tokio::runtime::{Builder, Runtime};

/// A line of the table.
pub(crate) struct Row {
    pub(crate) injected: String,
    pub(crate) outcome: String,
    pub(crate) connections: String,
    pub(crate) memory: String,
}

/// How often a fault is met before and while memory is measured.
const WARM_UP: usize = 3;
const TIMES: usize = 10;

/// How long something is waited for that should happen at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// What each meeting may leave behind: hash maps and queues that grew.
pub(crate) const SLACK: i64 = 512;

/// Servers live on a thread of their own, so that what is measured is the client's.
pub(crate) static SERVERS: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(1).enable_all();
    builder.build().expect("a runtime for servers")
});

pub(crate) static FAULT: Operation = Operation::new("fault", Method::Get, "/fault");
static HEALTHY: Operation = Operation::new("healthy", Method::Get, "/healthy");

/// What a client does to meet a fault; says what came of it.
pub(crate) type Meeting = Arc<dyn Fn(Client) -> BoxFuture<'static, String> + Send + Sync>;

/// A fault, before it is met.
pub(crate) struct Fault {
    injected: String,
    answer: Answer,
    total: Duration,
    idle: Duration,
    peak_kib: u64,
}

impl Fault {
    /// A fault that is injected by this answer.
    pub(crate) fn new(injected: &str, answer: Answer) -> Self {
        Self {
            injected: injected.to_owned(),
            answer,
            total: PATIENCE,
            idle: PATIENCE,
            peak_kib: 128,
        }
    }

    /// The timeout of a client that is going to wait for a reply in vain.
    pub(crate) fn in_vain(mut self) -> Self {
        self.total = Duration::from_millis(150);
        self
    }

    /// The timeout of a client that is going to wait for an event in vain.
    pub(crate) fn idle_in_vain(mut self) -> Self {
        self.idle = Duration::from_millis(400);
        self
    }

    /// The most memory that the client may hold meanwhile; 128 KiB otherwise.
    pub(crate) fn peak_kib(mut self, kib: u64) -> Self {
        self.peak_kib = kib;
        self
    }

    /// A call whose reply is JSON.
    pub(crate) fn json(self) -> Row {
        self.met_by(|client| async move {
            let reply = Request::<Value>::new(&client, &FAULT).await;
            outcome(reply.map(|_| "a value".to_owned()))
        })
    }

    /// A call whose reply is a stream of events.
    pub(crate) fn events(self) -> Row {
        self.met_by(events)
    }

    /// A call whose reply is a stream of lines.
    pub(crate) fn lines(self) -> Row {
        use specwright_runtime::jsonl::JsonLines;
        self.met_by(|client| async move {
            type Lines = specwright_runtime::format::JsonLines;
            match Request::<JsonLines<Value>, Lines>::new(&client, &FAULT).await {
                Ok(lines) => drained(lines.into_inner(), "line").await,
                Err(error) => outcome(Err(error)),
            }
        })
    }

    /// A call of which only the first event is read.
    pub(crate) fn first_event(self) -> Row {
        self.met_by(|client| async move {
            let request = Request::<EventStream<Tick>, Events>::new(&client, &FAULT);
            let first = request.await.expect("a stream").next().await;
            outcome(first.expect("an event").map(|_| "1 event".to_owned()))
        })
    }

    /// A call made in this way.
    pub(crate) fn met_by<F>(self, meeting: impl Fn(Client) -> F + Send + Sync + 'static) -> Row
    where
        F: Future<Output = String> + Send + 'static,
    {
        let answer = self.answer.clone();
        let server = SERVERS.block_on(Server::answering(move |request| {
            match request.target.starts_with("/fault") {
                true => answer.clone(),
                false => healthy(),
            }
        }));
        let url = server.url().to_owned();
        self.met_at(
            url,
            Some(server),
            Arc::new(move |client| Box::pin(meeting(client))),
        )
    }

    /// A client of this server, or of no server at all, that meets the fault again and again.
    pub(crate) fn met_at(self, url: String, server: Option<Server>, meeting: Meeting) -> Row {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime for the client");
        let client = client(&url, self.total, self.idle);
        let once = || {
            runtime.block_on(async {
                let before = sockets();
                let outcome = meeting(client.clone()).await;
                let kept = settled(before).await;
                if let Some(server) = &server {
                    recovers(&client, server, kept).await;
                    assert_eq!(settled(before).await, 0, "after a call that closes");
                }
                (outcome, kept)
            })
        };
        let seen = once();
        for _ in 1..WARM_UP {
            assert_eq!(once(), seen, "the same fault, another outcome");
        }
        let memory = allocation_counter::measure(|| {
            for _ in 0..TIMES {
                assert_eq!(once(), seen, "the same fault, another outcome");
            }
        });
        let (peak, left) = (memory.bytes_max, memory.bytes_current);
        assert!(peak <= self.peak_kib << 10, "{peak} bytes at once");
        assert!(left <= SLACK * TIMES as i64, "{left} bytes are left");
        Row {
            injected: self.injected,
            outcome: seen.0,
            connections: match seen.1 {
                0 => "closed".to_owned(),
                kept => format!("{kept} kept, used again"),
            },
            memory: format!("below {} KiB, given back", self.peak_kib),
        }
    }
}

/// A client with narrow limits, which tries once.
fn client(url: &str, total: Duration, idle: Duration) -> Client {
    let limits = Limits {
        event_bytes: 64 << 10,
        line_bytes: 64 << 10,
        body_bytes: 256 << 10,
    };
    let builder = ClientBuilder::new(url).limits(limits).max_retries(0);
    let builder = builder.timeout(total).idle_timeout(idle);
    builder.connect_timeout(PATIENCE).build().expect("a client")
}

/// An answer that closes its connection in good order.
pub(crate) fn healthy() -> Answer {
    let answer = Answer::json(200, &Value::from("healthy"));
    answer.header("connection", "close").end(End::Close)
}

/// The client works as before: over the connection it kept, or over a new one.
pub(crate) async fn recovers(client: &Client, server: &Server, kept: usize) {
    let accepted = server.accepted();
    let reply = Request::<String>::new(client, &HEALTHY)
        .timeout(PATIENCE)
        .await;
    assert_eq!(*reply.expect("the next call"), "healthy");
    assert_eq!(
        server.accepted() - accepted,
        1 - kept.min(1),
        "new connections"
    );
}

/// How many connections there are beyond those before, once that number does not change any more.
pub(crate) async fn settled(before: usize) -> usize {
    let start = Instant::now();
    let mut same = 0;
    let mut last = usize::MAX;
    while same < 5 {
        assert!(start.elapsed() < PATIENCE, "{last} sockets beyond {before}");
        tokio::time::sleep(Duration::from_millis(2)).await;
        let now = sockets().saturating_sub(before);
        // Both ends are in this process: an odd number is a connection that is being closed.
        same = if now == last && now.is_multiple_of(2) {
            same + 1
        } else {
            0
        };
        last = now;
    }
    last / 2
}

/// The sockets of this process.
pub(crate) fn sockets() -> usize {
    let files = std::fs::read_dir("/proc/self/fd").expect("the open files of this process");
    let links = files
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

/// An event of a number.
#[derive(Debug)]
pub(crate) struct Tick;

impl Event for Tick {
    fn decode(event: &RawEvent<'_>) -> Result<Self, specwright_runtime::serde_json::Error> {
        event.json::<u64>().map(|_| Self)
    }
}

/// Reads a stream to its end.
pub(crate) async fn drained<T>(
    mut items: impl Stream<Item = Result<T, Error>> + Unpin,
    what: &str,
) -> String {
    let mut count = 0;
    let end = loop {
        match items.next().await {
            Some(Ok(_)) => count += 1,
            Some(Err(error)) => break outcome(Err(error)),
            None => break "the end".to_owned(),
        }
    };
    match count {
        0 => end,
        1 => format!("1 {what}, then {end}"),
        count => format!("{count} {what}s, then {end}"),
    }
}

/// Reads a stream of events to its end.
pub(crate) async fn events(client: Client) -> String {
    let request = Request::<EventStream<Tick>, Events>::new(&client, &FAULT);
    match request.await {
        Ok(events) => drained(events.into_inner(), "event").await,
        Err(error) => outcome(Err(error)),
    }
}

/// Reads a download to its end.
pub(crate) async fn downloaded(client: Client) -> Result<u64, Error> {
    let download = Request::<ByteStream, Download>::new(&client, &FAULT).await?;
    let mut bytes = 0;
    let mut chunks = download.into_inner();
    while let Some(chunk) = chunks.next().await {
        bytes += chunk?.len() as u64;
    }
    Ok(bytes)
}

/// An error as its type says it, without what differs from run to run.
pub(crate) fn outcome(result: Result<String, Error>) -> String {
    let error = match result {
        Ok(value) => return value,
        Err(error) => error,
    };
    assert!(!error.to_string().is_empty());
    let mut text = match &error {
        Error::Api(api) => format!("`Api`, status {}", api.status().as_u16()),
        Error::Transport(transport) if transport.is_connect() => {
            format!("`Transport` of kind `{:?}`", transport.kind())
        }
        Error::Transport(_) => "`Transport`".into(),
        Error::Timeout(timeout) => format!("`Timeout` of kind `{:?}`", timeout.kind()),
        Error::Decode(_) => "`Decode`".into(),
        Error::Stream(stream) => format!("`Stream`, cause `{:?}`", stream.cause()),
        Error::InvalidRequest(_) => "`InvalidRequest`".into(),
        other => panic!("another error: {other:?}"),
    };
    let again = if error.is_retryable() { "" } else { "not " };
    let _ = write!(text, ", {again}retryable");
    text
}

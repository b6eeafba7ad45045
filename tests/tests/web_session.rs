//! A long session with claude.ai on loopback: 10,000 conversations in pages, 200 answers at a time,
//! session cookies that the server rotates meanwhile. Every request carries the newest cookie that
//! had come, and what was read is not kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claude_typed::claude_ai::{Client, CompletionRequest, ConversationUuid};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_runtime::middleware::{Middleware, RequestHead};
use specwright_runtime::{Error, ResponseHead};
use specwright_tests::socket::{Answer, Received, Server};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region};
use tokio::sync::Barrier;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const CONVERSATIONS: usize = 10_000;
const PAGE: usize = 100;
const ANSWERS: usize = 200;
/// Bytes that may be added to what is held, for the requests that the server keeps. The rows that are
/// read after a fifth of the way are 32 MiB, the answers of a round 8.
const ALLOWANCE: isize = 1 << 20;

/// What the server has been asked for, and the session it gives out next.
#[derive(Default)]
struct Site {
    pages: AtomicUsize,
    completions: AtomicUsize,
}

fn session(version: usize) -> String {
    format!("sk-ant-sid02-version-{version}")
}

impl Site {
    fn answer(&self, request: &Received) -> Answer {
        if request.method == "POST" {
            let count = self.completions.fetch_add(1, Ordering::SeqCst) + 1;
            let answer = completion();
            return match count % ANSWERS {
                // In the middle of each round: 3, 4, …
                70 => rotate(answer, 3 + count / ANSWERS),
                _ => answer,
            };
        }
        let count = self.pages.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = Answer::json(200, &page(&request.target));
        match count {
            50 => rotate(answer, 2),
            _ => answer,
        }
    }
}

fn rotate(answer: Answer, version: usize) -> Answer {
    let cookie = format!("sessionKey={}; Path=/; Secure; HttpOnly", session(version));
    answer.header("set-cookie", &cookie)
}

fn page(target: &str) -> Value {
    let number = |name: &str| {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let value = query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse::<usize>().ok())
    };
    let skip = number("offset").unwrap_or(0);
    let rows = (skip..CONVERSATIONS).take(number("limit").unwrap_or(30));
    let row = |row: usize| {
        json!({
            "uuid": Uuid::from_u128(row as u128), "name": format!("Conversation {row}"),
            "summary": "s".repeat(4096),
        })
    };
    rows.map(row).collect()
}

fn completion() -> Answer {
    let event = |data: Value| {
        format!(
            "event: {}\r\ndata: {data}\r\n\r\n",
            data["type"].as_str().unwrap()
        )
    };
    let start = event(json!({"type": "message_start", "message": {"id": "chatcompl_01Long"}}));
    let block = json!({"type": "text", "text": "", "citations": []});
    let block = event(json!({"type": "content_block_start", "index": 0, "content_block": block}));
    let text = json!({"type": "text_delta", "text": "tide ".repeat(400)});
    let text = event(json!({"type": "content_block_delta", "index": 0, "delta": text}));
    let end = [
        event(json!({"type": "content_block_stop", "index": 0})),
        event(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})),
        event(json!({"type": "message_stop"})),
    ];
    let texts = (0..20).map(|_| text.clone());
    Answer::events(
        [start + &block]
            .into_iter()
            .chain(texts)
            .chain([end.concat()]),
    )
    .pause(Duration::from_millis(1))
}

/// Compares the cookie of each request, as it is sent, with the newest that has come.
#[derive(Clone, Default)]
struct Witness {
    newest: Arc<Mutex<Option<String>>>,
    stale: Arc<Mutex<Vec<String>>>,
    requests: Arc<AtomicUsize>,
}

impl Middleware for Witness {
    fn before(&self, request: &mut RequestHead) {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let newest = self.newest.lock().unwrap().clone().unwrap_or(session(1));
        let sent = request.headers["cookie"].to_str().unwrap();
        if sent != format!("sessionKey={newest}") {
            let found = format!("{}: {sent} instead of {newest}", request.operation);
            self.stale.lock().unwrap().push(found);
        }
    }

    fn after(&self, _: &RequestHead, outcome: Result<&ResponseHead, &Error>, _: Duration) {
        let cookie = outcome.ok().and_then(|head| head.header("set-cookie"));
        let pair = cookie.and_then(|cookie| cookie.split(';').next());
        if let Some(value) = pair.and_then(|pair| pair.strip_prefix("sessionKey=")) {
            *self.newest.lock().unwrap() = Some(value.to_owned());
        }
    }
}

/// The bytes held more than when the region began.
fn held(region: &Region<'_, std::alloc::System>) -> isize {
    let change = region.change();
    change.bytes_allocated as isize - change.bytes_deallocated as isize
}

/// One thread, so that nothing comes between the look at the cookies and the witness.
#[tokio::test]
async fn a_long_session_keeps_the_newest_cookie_and_nothing_else() {
    let site = Arc::new(Site::default());
    let server = Server::answering({
        let site = Arc::clone(&site);
        move |request| site.answer(request)
    })
    .await;
    let witness = Witness::default();
    let client = Client::builder()
        .base_url(server.url())
        .session_key(session(1))
        .organization(Uuid::from_u128(1).into())
        .max_retries(0)
        .http_client(unpooled())
        .middleware(witness.clone())
        .build()
        .unwrap();

    let region = Region::new(ALLOCATOR);
    walk(&client, &region).await;
    assert_eq!(*witness.newest.lock().unwrap(), Some(session(2)));

    let mut after_round = Vec::new();
    for round in 1..=3 {
        answers(&client).await;
        all_closed(&server).await;
        after_round.push(held(&region));
        assert_eq!(site.completions.load(Ordering::SeqCst), round * ANSWERS);
        assert_eq!(*witness.newest.lock().unwrap(), Some(session(2 + round)));
    }
    let grown = after_round[2] - after_round[0];
    assert!(
        grown < ALLOWANCE,
        "{grown} bytes more after two rounds: {after_round:?}"
    );

    client.conversations().list().limit(1).await.unwrap();
    let stale = witness.stale.lock().unwrap().clone();
    assert!(
        stale.is_empty(),
        "{} requests with an old cookie: {stale:?}",
        stale.len()
    );
    // The server's own word: what was sent last is what it gave out last.
    let received = server.received();
    assert_eq!(received.len(), witness.requests.load(Ordering::SeqCst));
    let last = received.last().unwrap().header("cookie").unwrap();
    assert_eq!(last, format!("sessionKey={}", session(5)));
}

/// A pool keeps as many connections as there were at once, and each as much room as it once needed:
/// both differ from run to run, and would hide what the session keeps.
fn unpooled() -> reqwest::Client {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    client.build().unwrap()
}

/// Waits for the server to be rid of its answers, whose last bytes the client does not wait for.
async fn all_closed(server: &Server) {
    let closed = async {
        while server.open() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let closed = tokio::time::timeout(Duration::from_secs(30), closed).await;
    closed.unwrap_or_else(|_| panic!("{} connections are open", server.open()));
}

/// Every conversation comes once, and is dropped.
async fn walk(client: &Client, region: &Region<'_, std::alloc::System>) {
    let list = client.conversations().list().limit(PAGE as u32);
    let mut items = list.items();
    let (mut seen, mut at_a_fifth) = (0, 0);
    while let Some(conversation) = items.try_next().await.unwrap() {
        assert_eq!(conversation.uuid.as_uuid().as_u128(), seen as u128);
        seen += 1;
        if seen == CONVERSATIONS / 5 {
            at_a_fifth = held(region);
        }
    }
    assert_eq!(seen, CONVERSATIONS);
    let grown = held(region) - at_a_fifth;
    assert!(
        grown < ALLOWANCE,
        "{grown} bytes more at the end than at a fifth of the way"
    );
}

/// All at a time, each read to its end: none goes on before all have begun.
async fn answers(client: &Client) {
    let begun = Arc::new(Barrier::new(ANSWERS));
    let tasks = (0..ANSWERS).map(|number| {
        let conversations = client.conversations();
        let conversation = ConversationUuid::from(Uuid::from_u128(number as u128));
        let begun = Arc::clone(&begun);
        tokio::spawn(async move {
            let prompt = CompletionRequest::first("Tell me about tides.");
            let stream = conversations
                .stream_completion(conversation, prompt)
                .await?;
            begun.wait().await;
            Ok::<_, Error>(stream.final_text().await?.len())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().unwrap(), 20 * 400 * 5);
    }
}

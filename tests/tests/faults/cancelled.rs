//! Calls that are dropped at each of their await points in turn.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use specwright_runtime::multipart::{Form, Part};
use specwright_runtime::pages::{Next, Page, Pagination};
use specwright_runtime::retry::{RetryBudget, RetryPolicy};
use specwright_runtime::{Client, ClientBuilder, Error, Method, Operation, Request};
use specwright_tests::socket::{Answer, End, Received, Server};
use tokio::runtime::Builder;

use crate::harness::{self, FAULT, Row, SERVERS};

static POST: Operation = Operation::new("post", Method::Post, "/fault");

/// The longest way a call here can have, in await points.
const LONGEST: usize = 2000;

/// Between the pieces of an answer.
const PAUSE: Duration = Duration::from_millis(2);

type Call = fn(Client) -> BoxFuture<'static, Result<(), Error>>;

/// Polls a future so many times, and drops it.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polls = 0;
    std::future::poll_fn(|cx| {
        polls += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// The call is dropped at its first await point, another one at its second, and so on until one
/// completes. After each the connection is back in the pool or closed, and the client works.
fn at_every_await_point(
    what: &str,
    answer: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    call: Call,
) -> Row {
    let server = SERVERS.block_on(Server::answering(move |request| {
        match request.target.starts_with("/fault") {
            true => answer(request),
            false => harness::healthy(),
        }
    }));
    let policy = RetryPolicy::default()
        .initial(PAUSE)
        .budget(RetryBudget::UNLIMITED);
    let client = ClientBuilder::new(server.url()).retry_policy(policy);
    let client = client.build().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let round = || {
        (1..LONGEST).find(|times| {
            runtime.block_on(async {
                let before = harness::sockets();
                let outcome = polled(call(client.clone()), *times).await;
                let kept = harness::settled(before).await;
                assert!(kept <= 1, "{kept} connections of one call");
                harness::recovers(&client, &server, kept).await;
                assert_eq!(harness::settled(before).await, 0);
                if let Some(Err(error)) = &outcome {
                    panic!("after {times} polls: {error}");
                }
                outcome.is_some()
            })
        })
    };
    let points = round().expect("the call completes");
    let mut again = None;
    let memory = allocation_counter::measure(|| again = round());
    assert!(points > 3, "it was dropped {points} times only");
    let rounds = again.expect("the call completes") as i64;
    let (peak, left) = (memory.bytes_max, memory.bytes_current);
    assert!(left <= harness::SLACK * rounds, "{left} bytes are left");
    assert!(peak < 256 << 10, "{peak} bytes at once");
    Row {
        injected: format!(
            "{what}, dropped at its first await point, at its second, … until it completes"
        ),
        outcome: "none; the next call succeeds".into(),
        connections: "closed, or kept and used again".into(),
        memory: "below 256 KiB, given back".into(),
    }
}

/// JSON in pieces.
fn pieces(json: &Value) -> Answer {
    let text = json.to_string().into_bytes();
    let answer = Answer::new(200).header("content-type", "application/json");
    answer.chunks(text.chunks(4)).pause(PAUSE)
}

pub(crate) fn json_call() -> Row {
    let answer = |_: &Received| pieces(&json!([1, 2, 3, 4, 5]));
    at_every_await_point("a call for JSON that comes in pieces", answer, |client| {
        Box::pin(async move {
            Request::<Value>::new(&client, &FAULT).await?;
            Ok(())
        })
    })
}

pub(crate) fn retries() -> Row {
    let requests = AtomicUsize::new(0);
    let answer = move |_: &Received| match requests.fetch_add(1, Ordering::Relaxed) % 3 {
        0 => Answer::nothing(End::Reset),
        1 => Answer::new(503),
        _ => pieces(&json!([1, 2])),
    };
    at_every_await_point("a call that is retried", answer, |client| {
        Box::pin(async move {
            Request::<Value>::new(&client, &FAULT).await?;
            Ok(())
        })
    })
}

pub(crate) fn upload() -> Row {
    let answer = |_: &Received| pieces(&json!([1]));
    at_every_await_point("an upload of a stream", answer, |client| {
        let chunks = (0..4).map(|_| Ok(Bytes::from_static(&[7; 1024])));
        let chunks = futures::stream::iter(chunks).and_then(|chunk| async {
            tokio::time::sleep(PAUSE).await;
            Ok(chunk)
        });
        let form = Form::new().part("file", Part::stream(chunks, Some(4096)));
        Box::pin(async move {
            Request::<Value>::new(&client, &POST)
                .multipart_body(form)
                .await?;
            Ok(())
        })
    })
}

pub(crate) fn stream() -> Row {
    let answer = |_: &Received| {
        let events = (0..4).map(|n| format!("data: {n}\n\n"));
        Answer::events(events).pause(PAUSE)
    };
    at_every_await_point("a stream that is read to its end", answer, |client| {
        Box::pin(async move {
            assert_eq!(harness::events(client).await, "4 events, then the end");
            Ok(())
        })
    })
}

#[derive(serde::Deserialize)]
struct Rows {
    rows: Vec<u64>,
    next: Option<String>,
}

impl Page for Rows {
    type Item = u64;

    fn into_items(self) -> Vec<u64> {
        self.rows
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn next(&self) -> Next {
        Next::Token(self.next.clone())
    }
}

pub(crate) fn pages() -> Row {
    let answer = |request: &Received| match request.target.contains("page=b") {
        true => pieces(&json!({"rows": [3]})),
        false => pieces(&json!({"rows": [1, 2], "next": "b"})),
    };
    at_every_await_point("a walk over two pages", answer, |client| {
        let token = Pagination::Token { token: "page" };
        let request = Request::<Rows>::new(&client, &FAULT).paginate(token);
        Box::pin(async move {
            let items = request.items();
            assert_eq!(items.try_collect::<Vec<u64>>().await?, [1, 2, 3]);
            Ok(())
        })
    })
}

pub(crate) fn download() -> Row {
    let answer = |_: &Received| pieces(&json!("twenty bytes of text"));
    at_every_await_point("a download", answer, |client| {
        Box::pin(async move {
            assert_eq!(harness::downloaded(client).await?, 22);
            Ok(())
        })
    })
}

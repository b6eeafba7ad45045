//! A consumer that stops reading: what the server goes on sending stays in the server's socket.

use std::alloc::System;
use std::time::Duration;

use futures::StreamExt;
use specwright_runtime::events::{EventStream, UnknownEvent};
use specwright_runtime::format::Events;
use specwright_runtime::{ClientBuilder, Method, Operation, Request};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const EVENTS: usize = 400_000;

/// Much less than the 48 MB of events, and more than any buffer here.
const LIMIT: usize = 4 << 20;

static WATCH: Operation = Operation::new("watch", Method::Get, "/");

/// Bytes that are allocated now.
fn allocated() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Sends all events; says how many bytes it had sent when the client stopped taking them.
async fn serve(mut stream: TcpStream, stuck: oneshot::Sender<usize>) {
    let event = format!("event: tick\ndata: {{\"text\":\"{}\"}}\n\n", "x".repeat(89));
    let batch = event.repeat(100);
    let length = event.len() * EVENTS;
    let _ = stream.read(&mut [0; 4096]).await.unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut sent, mut stuck) = (0, Some(stuck));
    while sent < length {
        let rest = &batch.as_bytes()[sent % batch.len()..];
        // Nothing moves any more: the socket is full.
        match tokio::time::timeout(Duration::from_secs(1), stream.write(rest)).await {
            Ok(count) => sent += count.unwrap(),
            Err(_) => {
                if let Some(stuck) = stuck.take() {
                    stuck.send(sent).unwrap();
                }
            }
        }
    }
    if let Some(stuck) = stuck {
        stuck.send(sent).unwrap();
    }
}

#[tokio::test]
async fn memory_stays_bounded() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stuck, is_stuck) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, stuck).await;
    });
    let client = ClientBuilder::new(url).build().unwrap();
    let request: Request<EventStream<UnknownEvent>, Events> = Request::new(&client, &WATCH);
    let mut events = request.await.unwrap().into_inner();
    let before = allocated();

    events.next().await.unwrap().unwrap();
    let sent = is_stuck.await.unwrap();
    let held = allocated().saturating_sub(before);
    assert!(sent < 120 * EVENTS, "the server could send everything");
    assert!(held < LIMIT, "{held} bytes held for a stalled consumer");

    let (mut count, mut most) = (1, held);
    while let Some(event) = events.next().await {
        event.unwrap();
        count += 1;
        most = most.max(allocated().saturating_sub(before));
    }
    assert_eq!(count, EVENTS);
    assert!(most < LIMIT, "{most} bytes held while reading");
    println!(
        "{sent} of {} bytes sent when stuck, {held} held then, {most} at most",
        120 * EVENTS
    );
}

//! A server of two paths: `/call` answers with JSON, `/stream/EVENTS/MILLISECONDS` with events that
//! say when they were sent.

use std::io::Read;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::Failure;
use crate::figures::now;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4096;

/// Prints its URL, and serves until its input ends.
pub(crate) async fn serve() -> Result<(), Failure> {
    // All streams connect at once.
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(BACKLOG)?;
    println!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that leaves in the middle is no failure of the server.
            tokio::spawn(async move { connection(stream).await.ok() });
        }
    });
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

async fn connection(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut unread = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut unread).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&unread[..end]).into_owned();
        unread.drain(..end + 4);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let mut parts = path.trim_matches('/').split('/');
        let mut number = |_| parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
        match path.strip_prefix("/stream/") {
            Some(_) => {
                let [_, events, interval] = [0, 1, 2].map(&mut number);
                events_to(&mut stream, events, Duration::from_millis(interval)).await?;
            }
            None => reply_to(&mut stream).await?,
        }
    }
}

async fn reply_to(stream: &mut TcpStream) -> std::io::Result<()> {
    const BODY: &str = r#"{"id":"msg_01Soak","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"The Tower of Hercules is the oldest lighthouse that is still in use."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":15}}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_011Soak\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    stream
        .write_all([head.as_bytes(), BODY.as_bytes()].concat().as_slice())
        .await
}

async fn events_to(stream: &mut TcpStream, events: u64, interval: Duration) -> std::io::Result<()> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    // Streams that began together do not send together.
    tokio::time::sleep(interval.mul_f64(part_of_one(stream)?)).await;
    let mut ticks = tokio::time::interval(interval.max(Duration::from_millis(1)));
    for _ in 0..events {
        ticks.tick().await;
        let event = format!(
            "event: tick\ndata: {{\"type\":\"tick\",\"sent\":{}}}\n\n",
            now()
        );
        let chunk = format!("{:x}\r\n{event}\r\n", event.len());
        stream.write_all(chunk.as_bytes()).await?;
    }
    stream.write_all(b"0\r\n\r\n").await
}

/// A part of one that differs from connection to connection.
fn part_of_one(stream: &TcpStream) -> std::io::Result<f64> {
    Ok(f64::from(stream.peer_addr()?.port() % 97) / 97.0)
}

//! A loopback server in a process of its own, so that its CPU is not counted with the client's.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::corpus;

/// The argument that makes the program a server.
const SERVE: &str = "--serve";

/// Deltas in the stream of one request.
pub const STREAM_EVENTS: usize = 4000;

/// Pages of one walk.
pub const PAGES: usize = 20;

/// Lines of one result file.
pub const LINES: usize = 2000;

/// The server process. It ends when it is dropped.
pub struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts this program again as a server; its `main` must begin with [`serve_if_asked`].
    ///
    /// # Errors
    /// The process cannot be started, or does not say where it listens.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut url)?;
        }
        let url = url.trim().to_owned();
        Ok(Self { child, url })
    }

    /// The base url.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is a server, and does not return, when the program was started as one.
///
/// # Errors
/// No port can be had.
pub fn serve_if_asked() -> io::Result<()> {
    if !std::env::args().any(|argument| argument == SERVE) {
        return Ok(());
    }
    // The server ends with the program that started it.
    std::thread::spawn(|| {
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let replies: &Replies = Box::leak(Box::new(Replies::new()));
        loop {
            let (stream, _) = listener.accept().await?;
            // A client that leaves is no failure.
            tokio::spawn(async move { replies.serve(stream).await.ok() });
        }
    })
}

/// Every reply, made once.
struct Replies {
    message: Bytes,
    stream: Bytes,
    pages: Vec<Bytes>,
    file: Bytes,
    lines: Bytes,
}

impl Replies {
    fn new() -> Self {
        let message = corpus::message("Paris is the capital of France.", 9);
        let line = json!({"custom_id": "r", "result": {"type": "succeeded", "message": message}});
        let file = json!({
            "id": "file_1", "type": "file", "filename": "a.bin", "mime_type": "text/plain",
            "size_bytes": 1, "created_at": "2026-01-01T00:00:00Z", "downloadable": false,
        });
        Self {
            message: reply("application/json", message.to_string().as_bytes()),
            stream: reply("text/event-stream", &corpus::message_stream(STREAM_EVENTS)),
            pages: (0..PAGES).map(page).collect(),
            file: reply("application/json", file.to_string().as_bytes()),
            lines: reply(
                "application/x-jsonl",
                format!("{line}\n").repeat(LINES).as_bytes(),
            ),
        }
    }

    fn to(&self, head: &str, body: &[u8]) -> &Bytes {
        let target = head.split(' ').nth(1).unwrap_or_default();
        if target.starts_with("/v1/files") {
            return &self.file;
        }
        if target.ends_with("/results") {
            return &self.lines;
        }
        if target.starts_with("/v1/models") {
            let after = target.split_once("after_id=m-").map(|(_, after)| after);
            let after = after.and_then(|after| after.split('&').next());
            let page = after
                .and_then(|page| page.parse().ok())
                .map_or(0, |page: usize| page + 1);
            return self.pages.get(page).unwrap_or(&self.message);
        }
        let streamed = body.windows(13).any(|bytes| bytes == b"\"stream\":true");
        if streamed {
            &self.stream
        } else {
            &self.message
        }
    }

    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut unread = Vec::with_capacity(64 << 10);
        loop {
            let end = loop {
                if let Some(end) = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                    break end + 4;
                }
                if stream.read_buf(&mut unread).await? == 0 {
                    return Ok(());
                }
            };
            let head = String::from_utf8_lossy(&unread[..end]).into_owned();
            let total = end + content_length(&head);
            while unread.len() < total {
                if stream.read_buf(&mut unread).await? == 0 {
                    return Ok(());
                }
            }
            stream
                .write_all(self.to(&head, &unread[end..total]))
                .await?;
            unread.drain(..total);
        }
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

fn page(number: usize) -> Bytes {
    let models: Vec<Value> = (0..20)
        .map(|item| {
            json!({
                "type": "model", "id": format!("claude-{number}-{item}"),
                "display_name": "Claude", "created_at": "2026-01-01T00:00:00Z",
            })
        })
        .collect();
    let page = json!({
        "data": models, "has_more": number + 1 < PAGES, "first_id": null,
        "last_id": format!("m-{number}"),
    });
    reply("application/json", page.to_string().as_bytes())
}

fn reply(content_type: &str, body: &[u8]) -> Bytes {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\nrequest-id: req_01Bench\r\n\
         date: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: bench\r\n\
         anthropic-ratelimit-requests-limit: 1000\r\nanthropic-ratelimit-requests-remaining: 999\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat().into()
}

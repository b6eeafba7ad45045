//! How much memory big transfers take: a file of 500 MB up, batch results of 1 GB down, a file of
//! 500 MB down to disk.
//!
//! `cargo run --release --example big_transfers` starts itself once more as a server on loopback,
//! so that the memory of the server does not count, and prints the peak of its own resident memory
//! after each transfer (`VmHWM` of Linux; the peak of one transfer includes those before it).

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::routing::{get, post};
use axum::{Json, Router};
use claude_typed::platform::{Client, MessageBatchResult, Upload, UploadFileRequest};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

const FILE: u64 = 500 << 20;
const RESULTS: u64 = 1 << 30;
const CHUNK: usize = 64 << 10;

/// The variable that makes this program a server.
const SERVER: &str = "BIG_TRANSFERS_SERVER";

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::var_os(SERVER).is_some() {
        return serve().await;
    }
    let (server, url) = start_server()?;
    let outcome = transfers(&url).await;
    stop(server)?;
    outcome
}

async fn transfers(url: &str) -> Result<()> {
    let client = Client::builder().api_key("key").base_url(url).build()?;
    println!("before:                 peak {} KB", peak()?);

    let sent = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&sent);
    let content = stream::repeat(Bytes::from(vec![7; CHUNK])).take(FILE as usize / CHUNK);
    let file = Upload::stream(content.map(Ok), Some(FILE))
        .file_name("big.bin")
        .progress(move |bytes, _| seen.store(bytes, Ordering::Relaxed));
    let stored = client.files().upload(UploadFileRequest::new(file)).await?;
    ensure!(sent.load(Ordering::Relaxed) == FILE && stored.size_bytes > FILE);
    println!("{} MB up:              peak {} KB", FILE >> 20, peak()?);

    let results = client.messages().batches().results("msgbatch_big").await?;
    let (mut count, mut characters) = (0_u64, 0);
    let mut lines = results.into_inner();
    while let Some(line) = lines.try_next().await? {
        count += 1;
        if let MessageBatchResult::Succeeded(succeeded) = &line.result {
            characters += succeeded.message.text().len();
        }
    }
    println!(
        "{} MB of results down: peak {} KB ({count} results, {characters} characters of text)",
        RESULTS >> 20,
        peak()?
    );

    let path = std::env::temp_dir().join(format!("big-transfers-{}", std::process::id()));
    let download = client.files().download("file_big").await?.into_inner();
    let written = download.save_to(&path).await?;
    std::fs::remove_file(&path)?;
    ensure!(written == FILE);
    println!("{} MB down to a file:  peak {} KB", FILE >> 20, peak()?);
    Ok(())
}

/// The peak of the resident memory of this process, in KB.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("needs Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no VmHWM")?.parse()?)
}

fn start_server() -> Result<(Child, String)> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut server = command
        .env(SERVER, "1")
        .stdout(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()?;
    let output = server.stdout.take().context("the server's output")?;
    let mut url = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut url)?;
    Ok((server, url.trim().to_owned()))
}

fn stop(mut server: Child) -> Result<()> {
    server.kill()?;
    server.wait()?;
    Ok(())
}

// The server.

async fn serve() -> Result<()> {
    let routes = Router::new()
        .route("/v1/files", post(take_file))
        .route("/v1/files/{id}/content", get(give_file))
        .route("/v1/messages/batches/{id}/results", get(give_results))
        .layer(DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    // Ends with its parent, however that ends.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    axum::serve(listener, routes).await?;
    Ok(())
}

/// Counts the bytes and throws them away.
async fn take_file(request: Request) -> Json<Value> {
    let mut body = request.into_body().into_data_stream();
    let mut size = 0;
    while let Some(Ok(chunk)) = body.next().await {
        size += chunk.len();
    }
    Json(json!({
        "id": "file_big", "type": "file", "filename": "big.bin", "size_bytes": size,
        "mime_type": "application/octet-stream", "created_at": "2026-11-22T10:00:00Z",
    }))
}

async fn give_file() -> Body {
    let content = stream::repeat(Bytes::from(vec![7; CHUNK])).take(FILE as usize / CHUNK);
    Body::from_stream(content.map(Ok::<_, std::io::Error>))
}

/// Lines of about 2 KB, until there is 1 GB of them.
async fn give_results() -> Body {
    let text = "It is warm and dry, with a light wind from the west. ".repeat(35);
    let lines = stream::unfold((0_u64, 0), move |(number, size)| {
        let text = text.clone();
        async move {
            if size >= RESULTS {
                return None;
            }
            let message = json!({
                "id": format!("msg_{number}"), "type": "message", "role": "assistant",
                "model": "claude-haiku-5-5", "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn", "stop_sequence": null,
                "usage": {"input_tokens": 12, "output_tokens": 450},
            });
            let line = json!({
                "custom_id": format!("request-{number}"),
                "result": {"type": "succeeded", "message": message},
            });
            let line = format!("{line}\n");
            let size = size + line.len() as u64;
            Some((Ok::<_, std::io::Error>(line), (number + 1, size)))
        }
    });
    Body::from_stream(lines)
}

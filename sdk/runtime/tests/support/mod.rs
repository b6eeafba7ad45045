//! A server that follows a script on a real socket, and a clock that records.
#![allow(dead_code, unreachable_pub)] // a module of several test crates, each of which uses a part

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use specwright_runtime::retry::Clock;
use specwright_runtime::{ClientBuilder, Method, Operation, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one connection after it has read the request.
#[derive(Clone)]
pub enum Step {
    /// Writes these bytes and closes.
    Write(Vec<u8>),
    /// Writes these bytes and stays silent until the client goes away.
    Stall(Vec<u8>),
    /// Writes these bytes and resets the connection.
    Reset(Vec<u8>),
}

/// A complete reply.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let mut text = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    Step::Write(text.into_bytes())
}

/// A JSON reply of status 200.
pub fn ok(body: &str) -> Step {
    reply(200, &[("content-type", "application/json")], body)
}

/// Answers each connection with the next step, the last one again and again.
pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    gone: Arc<tokio::sync::Notify>,
}

impl Server {
    pub async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let gone = Arc::new(tokio::sync::Notify::new());
        let (seen, went) = (Arc::clone(&requests), Arc::clone(&gone));
        tokio::spawn(async move {
            for index in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let step = script.get(index).or(script.last()).cloned();
                let (seen, went) = (Arc::clone(&seen), Arc::clone(&went));
                tokio::spawn(async move { serve(stream, step, seen, went).await });
            }
        });
        Self {
            url,
            requests,
            gone,
        }
    }

    /// The requests so far: head and body as text.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until a client has closed a stalled connection.
    pub async fn client_gone(&self) {
        self.gone.notified().await;
    }
}

async fn serve(
    mut stream: TcpStream,
    step: Option<Step>,
    seen: Arc<Mutex<Vec<String>>>,
    gone: Arc<tokio::sync::Notify>,
) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    seen.lock().unwrap().push(request);
    match step {
        None => {}
        Some(Step::Write(bytes)) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Some(Step::Stall(bytes)) => {
            let _ = stream.write_all(&bytes).await;
            let mut rest = [0; 64];
            while matches!(stream.read(&mut rest).await, Ok(n) if n > 0) {}
            gone.notify_one();
        }
        Some(Step::Reset(bytes)) => {
            let _ = stream.write_all(&bytes).await;
            // A lingering time of zero makes closing send a reset.
            stream.set_zero_linger().unwrap();
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_string();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_lowercase();
            let length = lower
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse().unwrap());
            let chunked = lower.contains("transfer-encoding: chunked");
            let complete = if chunked {
                body.ends_with("0\r\n\r\n")
            } else {
                bytes.len() >= head.len() + 4 + length
            };
            if complete {
                return Some(text);
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

/// Records the waits and does not wait.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Recorder {
    pub fn waits(&self) -> Vec<f64> {
        let waits = self.waits.lock().unwrap();
        waits.iter().map(Duration::as_secs_f64).collect()
    }
}

impl Clock for Recorder {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.waits.lock().unwrap().push(wait);
        Box::pin(std::future::ready(()))
    }
}

pub static POST: Operation = Operation::new("createThing", Method::Post, "/things");
pub static GET: Operation = Operation::new("getThing", Method::Get, "/things/{id}");
pub static LIST: Operation = Operation::new("listThings", Method::Get, "/things");

/// A builder that never really waits between attempts.
pub fn builder(url: &str, clock: &Recorder) -> ClientBuilder {
    ClientBuilder::new(url).clock(clock.clone())
}

/// A request whose reply is any JSON.
pub fn any(
    client: &specwright_runtime::Client,
    operation: &'static Operation,
) -> Request<serde_json::Value> {
    Request::new(client, operation)
}

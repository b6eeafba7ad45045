//! A server on a bare socket, which answers as it is told, faults included: pieces of any size,
//! bodies that end early, connections that are reset or fall silent.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What the server does after the last piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Ends the body, and waits for the next request.
    Complete,
    /// Closes the connection without the end of the body.
    Close,
    /// Closes its own half of the connection, and waits until the client is gone.
    HalfClose,
    /// Resets the connection.
    Reset,
    /// Says nothing more until the client is gone.
    Silence,
}

/// An answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    head: Option<String>,
    pieces: Vec<Vec<u8>>,
    chunked: bool,
    pause: Option<Duration>,
    end: End,
}

impl Answer {
    /// An answer with an empty body.
    pub fn new(status: u16) -> Self {
        Self {
            head: Some(format!("HTTP/1.1 {status} Status\r\n")),
            pieces: Vec::new(),
            chunked: false,
            pause: None,
            end: End::Complete,
        }
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        let answer = Self::new(status).header("content-type", "application/json");
        answer.body(body.to_string())
    }

    /// A stream of events, each piece in a chunk of its own.
    pub fn events(pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let answer = Self::new(200).header("content-type", "text/event-stream");
        answer.chunks(pieces)
    }

    /// No answer at all.
    pub fn nothing(end: End) -> Self {
        Self {
            head: None,
            ..Self::new(0).end(end)
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(head) = &mut self.head {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        self
    }

    /// Sets a body of known length.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self.short_body(body.len(), body)
    }

    /// Sets a body that is not as long as the head says.
    pub fn short_body(self, length: usize, body: impl Into<Vec<u8>>) -> Self {
        Self {
            pieces: vec![body.into()],
            ..self.header("content-length", &length.to_string())
        }
    }

    /// Sets a body of chunks.
    pub fn chunks(self, pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self {
            pieces: pieces.into_iter().map(Into::into).collect(),
            chunked: true,
            ..self.header("transfer-encoding", "chunked")
        }
    }

    /// Waits so long before each piece.
    pub fn pause(self, pause: Duration) -> Self {
        Self {
            pause: Some(pause),
            ..self
        }
    }

    /// Sets what happens after the last piece.
    pub fn end(self, end: End) -> Self {
        Self { end, ..self }
    }

    async fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        let Some(head) = &self.head else {
            return Ok(());
        };
        let length = match head.contains("content-length") || self.chunked {
            true => "",
            false => "content-length: 0\r\n",
        };
        stream
            .write_all(format!("{head}{length}\r\n").as_bytes())
            .await?;
        for piece in self.pieces.iter().filter(|piece| !piece.is_empty()) {
            let chunk = match self.chunked {
                true => [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat(),
                false => piece.clone(),
            };
            match self.pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => tokio::task::yield_now().await,
            }
            stream.write_all(&chunk).await?;
        }
        if self.chunked && self.end == End::Complete {
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Ok(())
    }
}

/// A request the server was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(have, _)| have == name)?;
        Some(&found.1)
    }
}

/// The server. It ends when it is dropped.
pub struct Server {
    url: String,
    script: Arc<Script>,
    _connections: JoinSet<()>,
}

type Answers = Box<dyn Fn(&Received) -> Answer + Send + Sync>;

struct Script {
    answers: Answers,
    received: Mutex<Vec<Received>>,
    client_gone: Notify,
    accepted: AtomicUsize,
    open: AtomicUsize,
}

impl Script {
    fn answer(&self, request: Received) -> Answer {
        let answer = (self.answers)(&request);
        lock(&self.received).push(request);
        answer
    }
}

/// One answer after the other. The last one is given again and again.
fn in_turn(answers: impl IntoIterator<Item = Answer>) -> Answers {
    let answers: Mutex<VecDeque<Answer>> = Mutex::new(answers.into_iter().collect());
    Box::new(move |_| {
        let mut answers = lock(&answers);
        match answers.len() {
            0 => Answer::new(500),
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap_or_else(|| Answer::new(500)),
        }
    })
}

impl Server {
    /// A server that gives these answers, and the last of them from then on.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start_with(|_| answers).await
    }

    /// As [`start`](Self::start), with answers that say where the server is.
    pub async fn start_with<A: IntoIterator<Item = Answer>>(
        answers: impl FnOnce(&str) -> A,
    ) -> Self {
        Self::serving(|url| in_turn(answers(url))).await
    }

    /// A server that answers what `answer` says to each request.
    pub async fn answering(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        Self::serving(|_| Box::new(answer)).await
    }

    async fn serving(answers: impl FnOnce(&str) -> Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://{address}");
        let script = Arc::new(Script {
            answers: answers(&url),
            received: Mutex::default(),
            client_gone: Notify::new(),
            accepted: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
        });
        let mut connections = JoinSet::new();
        let shared = Arc::clone(&script);
        connections.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let script = Arc::clone(&shared);
                script.accepted.fetch_add(1, Ordering::SeqCst);
                script.open.fetch_add(1, Ordering::SeqCst);
                connections.spawn(async move {
                    // A client that leaves while it is written to is no failure of the server.
                    if serve(stream, &script).await.is_err() {
                        script.client_gone.notify_one();
                    }
                    script.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            url,
            script,
            _connections: connections,
        }
    }

    /// The base url.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.script.received).clone()
    }

    /// How many connections there were.
    pub fn accepted(&self) -> usize {
        self.script.accepted.load(Ordering::SeqCst)
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.script.open.load(Ordering::SeqCst)
    }

    /// Waits until a client has closed the connection of an answer that was not complete.
    pub async fn client_gone(&self) {
        self.script.client_gone.notified().await;
    }
}

async fn serve(mut stream: TcpStream, script: &Script) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut unread = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut unread).await? {
        let answer = script.answer(request);
        answer.write(&mut stream).await?;
        match answer.end {
            End::Complete => {}
            End::Close => return Ok(()),
            End::HalfClose => {
                stream.shutdown().await?;
                while stream.read(&mut [0; 64]).await? > 0 {}
                return Ok(());
            }
            End::Reset => return stream.set_zero_linger(),
            End::Silence => {
                while stream.read(&mut [0; 64]).await? > 0 {}
                script.client_gone.notify_one();
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The next request, or `None` when the client has no more. Its body must have a length.
async fn read_request(
    stream: &mut TcpStream,
    unread: &mut Vec<u8>,
) -> io::Result<Option<Received>> {
    let end = loop {
        if let Some(end) = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    unread.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    let mut request = Received {
        method: first.next().unwrap_or_default(),
        target: first.next().unwrap_or_default(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect(),
        body: Vec::new(),
    };
    let length = request.header("content-length");
    let length: usize = length.map_or(0, |length| length.parse().unwrap_or(0));
    while unread.len() < length {
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    }
    request.body = unread.drain(..length).collect();
    Ok(Some(request))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

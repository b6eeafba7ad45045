//! The same calls through `claude-typed` and through reqwest with serde_json and the same types.
#![allow(dead_code, unreachable_pub)] // a module of several benches, each of which uses a part

use bytes::Bytes;
use claude_typed::platform::{
    Client, CreateMessageRequest, Message, MessageParam, MessageRole, MessageStreamEvent, Model,
    UploadFileRequest,
};
use futures::{StreamExt, TryStreamExt};
use specwright_bench::server::{LINES, PAGES, STREAM_EVENTS};
use specwright_runtime::events::{Decoder, Event};
use specwright_runtime::multipart::Part;

use crate::decoders::added;

/// As long as real ones: that replies do not repeat it is looked at.
const API_KEY: &str = "sk-ant-api03-0000000000000000000000000000000000000000000000000000000000000000000000\
    0000000000000000-00000000";

/// Both clients of one server. Clones share their connections.
#[derive(Clone)]
pub struct Clients {
    ours: Client,
    raw: reqwest::Client,
    url: String,
}

/// A call, made the number of times that is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// A message through us.
    Unary,
    /// A message through reqwest and serde_json.
    RawUnary,
    /// A streamed message through us, typed.
    Stream,
    /// The bytes of a stream through reqwest, decoded as ours are.
    RawStream,
    /// A walk over all pages through us.
    Pages,
    /// An upload of 1 MiB through us.
    Multipart,
    /// A file of results through us.
    JsonLines,
}

impl Clients {
    /// Clients of the server at `url`.
    pub fn new(url: &str) -> Self {
        let ours = Client::builder().api_key(API_KEY).base_url(url).build();
        Self {
            ours: ours.expect("a good address"),
            raw: reqwest::Client::new(),
            url: url.to_owned(),
        }
    }

    /// Makes a call.
    pub async fn call(&self, call: Call) {
        match call {
            Call::Unary => self.unary().await,
            Call::RawUnary => self.raw_unary().await,
            Call::Stream => self.stream().await,
            Call::RawStream => self.raw_stream().await,
            Call::Pages => self.pages().await,
            Call::Multipart => self.multipart().await,
            Call::JsonLines => self.json_lines().await,
        }
    }

    /// Makes `count` calls in spawned tasks, `concurrency` at a time.
    pub async fn calls(&self, call: Call, count: usize, concurrency: usize) {
        let workers = (0..concurrency).map(|_| {
            let clients = self.clone();
            tokio::spawn(async move {
                for _ in 0..count / concurrency {
                    clients.call(call).await;
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.expect("a worker");
        }
    }

    async fn unary(&self) {
        let message = self
            .ours
            .messages()
            .create(request())
            .await
            .expect("a reply");
        assert_eq!(message.content.len(), 1);
    }

    async fn raw_unary(&self) {
        let body = serde_json::to_vec(&request()).expect("a body");
        let response = self.raw_post(body).await;
        let body = response.bytes().await.expect("a body");
        let message: Message = serde_json::from_slice(&body).expect("a message");
        assert_eq!(message.content.len(), 1);
    }

    async fn raw_post(&self, body: Vec<u8>) -> reqwest::Response {
        let request = self
            .raw
            .post(format!("{}/v1/messages", self.url))
            .header("x-api-key", API_KEY)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("user-agent", "bench")
            .body(body);
        let response = request.send().await.expect("a reply");
        response.error_for_status().expect("a good status")
    }

    async fn stream(&self) {
        let mut events = self
            .ours
            .messages()
            .stream(request())
            .await
            .expect("a reply");
        let (mut count, mut length) = (0, 0);
        while let Some(event) = events.next().await {
            length += added(&event.expect("a good event"));
            count += 1;
        }
        assert!(count == STREAM_EVENTS + 5 && length > count);
    }

    async fn raw_stream(&self) {
        let mut body = serde_json::to_value(request()).expect("a body");
        body["stream"] = true.into();
        let response = self.raw_post(body.to_string().into_bytes()).await;
        let mut bytes = response.bytes_stream();
        let mut decoder = Decoder::new();
        let (mut count, mut length) = (0, 0);
        while let Some(chunk) = bytes.next().await {
            decoder.feed(&chunk.expect("a chunk"));
            while let Some(event) = decoder.next().expect("a short event") {
                length += added(&MessageStreamEvent::decode(&event).expect("a good event"));
                count += 1;
            }
        }
        assert!(count == STREAM_EVENTS + 5 && length > count);
    }

    async fn pages(&self) {
        let models: Vec<_> = self
            .ours
            .models()
            .list()
            .items()
            .try_collect()
            .await
            .expect("pages");
        assert_eq!(models.len(), PAGES * 20);
    }

    async fn multipart(&self) {
        let part = Part::bytes(Bytes::from_static(&[b'x'; 1 << 20])).file_name("a.bin");
        let upload = self.ours.files().upload(UploadFileRequest::new(part));
        assert_eq!(upload.await.expect("a reply").id, "file_1");
    }

    async fn json_lines(&self) {
        let batches = self.ours.messages().batches();
        let mut lines = batches.results("msgbatch_1").await.expect("a reply");
        let mut count = 0;
        while lines.try_next().await.expect("a line").is_some() {
            count += 1;
        }
        assert_eq!(count, LINES);
    }
}

fn request() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "What is the capital of France?");
    CreateMessageRequest::new(Model::ClaudeSonnet55, 1024_u64, [question])
}

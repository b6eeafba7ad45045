//! Streams in pieces of one byte, of random sizes and as a whole, plain and compressed: always the
//! same events.

use std::fmt::Debug;

use claude_typed::claude_ai::{Client, CompletionEvent, CompletionRequest, Error, MessageLimit};
use claude_typed::streaming::StreamingError;
use claude_typed::streaming::completion::Completion;
use futures::{Stream, StreamExt};
use serde_json::Value;
use specwright_tests::coding::encode;
use specwright_tests::data::Report;
use specwright_tests::socket::{Answer, Server};

use super::{client, conversation};

const CODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];

/// What is read of a stream, as text: each event, and how it ended.
#[derive(Debug, PartialEq)]
struct Read {
    events: Vec<String>,
    end: Option<String>,
}

pub(crate) async fn check(name: &str, bytes: &[u8], report: &mut Report) {
    let is_bootstrap = name.starts_with("mcp-");
    let plain = read(is_bootstrap, answer("identity", [bytes.to_vec()])).await;
    report.case(&format!("{name} as sent"), as_sent(bytes, &plain));
    if !is_bootstrap {
        report.case(&format!("{name} accumulated"), accumulated(bytes).await);
    }
    for coding in CODINGS {
        let coded = encode(coding, bytes);
        let pieces = [
            ("whole", vec![coded.clone()]),
            (
                "byte by byte",
                coded.iter().map(|byte| vec![*byte]).collect(),
            ),
            ("in random pieces", random_pieces(&coded)),
        ];
        for (how, pieces) in pieces {
            let found = read(is_bootstrap, answer(coding, pieces)).await;
            let outcome = match found == plain {
                true => Ok(()),
                false => Err(format!("expected {plain:?}, found {found:?}")),
            };
            report.case(&format!("{name} {coding} {how}"), outcome);
        }
    }
}

fn answer(coding: &str, pieces: impl IntoIterator<Item = Vec<u8>>) -> Answer {
    let answer = Answer::events(pieces);
    match coding {
        "identity" => answer,
        coding => answer.header("content-encoding", coding),
    }
}

/// Pieces of 1 to 40 bytes: another cut for every stream and coding, the same on every run.
fn random_pieces(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut state = bytes.iter().fold(7_u32, |state, byte| {
        state.wrapping_mul(31).wrapping_add((*byte).into())
    });
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (piece, after) = rest.split_at(rest.len().min(1 + (state >> 16) as usize % 40));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

async fn read(is_bootstrap: bool, answer: Answer) -> Read {
    let server = Server::start([answer]).await;
    let client = client(server.url());
    if is_bootstrap {
        let stream = client.mcp().bootstrap().await.expect("a stream");
        return drain(stream.into_inner()).await;
    }
    drain(completion(&client).await).await
}

async fn completion(
    client: &Client,
) -> impl Stream<Item = Result<CompletionEvent, Error>> + Unpin + use<> {
    let prompt = CompletionRequest::first("?");
    let request = client.conversations().completion(conversation(), prompt);
    request.await.expect("a stream").into_inner()
}

async fn drain<E: Debug>(mut stream: impl Stream<Item = Result<E, Error>> + Unpin) -> Read {
    let (mut events, mut end) = (Vec::new(), None);
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(format!("{event:?}")),
            Err(error) => end = Some(error.to_string()),
        }
    }
    Read { events, end }
}

/// As many events as the sample has, none of them unknown; an error event is the end.
fn as_sent(bytes: &[u8], read: &Read) -> Result<(), String> {
    let sample = String::from_utf8_lossy(bytes);
    let names = sample
        .lines()
        .filter_map(|line| line.strip_prefix("event:"));
    let names: Vec<&str> = names.map(str::trim).collect();
    let failed = names.contains(&"error");
    let count = names.iter().filter(|name| **name != "error").count();
    let unknown = read.events.iter().find(|event| event.contains("Unknown("));
    match (
        read.events.len() == count,
        read.end.is_some() == failed,
        unknown,
    ) {
        (true, true, None) if count > 0 => Ok(()),
        _ => Err(format!("expected {names:?}, found {read:?}")),
    }
}

/// The answer, and its limit: the same type as in a refusal, and the same value as in the event.
async fn accumulated(bytes: &[u8]) -> Result<(), String> {
    let server = Server::start([answer("identity", [bytes.to_vec()])]).await;
    let prompt = CompletionRequest::first("?");
    let conversations = client(server.url()).conversations();
    let stream = conversations
        .stream_completion(conversation(), prompt)
        .await;
    let stream = stream.map_err(|error| error.to_string())?;
    let completion = match stream.final_completion().await {
        Ok(completion) => Some(completion),
        Err(failure) => StreamingError::into_partial(failure),
    };
    let completion: Completion = completion.ok_or("there is no answer")?;
    let found: Option<MessageLimit> = completion.limit;
    let sample = String::from_utf8_lossy(bytes);
    let data = sample.lines().filter_map(|line| line.strip_prefix("data:"));
    let events = data.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    let mut said = events.filter_map(|event| {
        let limit = event.get("message_limit").or(event.get("messageLimit"));
        limit.filter(|limit| !limit.is_null()).cloned()
    });
    let said: Option<MessageLimit> = match said.next_back() {
        Some(said) => Some(serde_json::from_value(said).map_err(|error| error.to_string())?),
        None => None,
    };
    if found != said {
        return Err(format!("expected the limit {said:?}, found {found:?}"));
    }
    let windows = found.iter().filter_map(|limit| limit.windows.as_ref());
    let has_windows = windows.flatten().next().is_some();
    let told = found.as_ref().and_then(MessageLimit::highest_utilization);
    match has_windows == told.is_some() {
        true => Ok(()),
        false => Err(format!("the windows tell nothing: {found:?}")),
    }
}

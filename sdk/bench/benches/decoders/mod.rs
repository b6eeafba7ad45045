//! Ways to decode a stream, ours and those of the peers. Each returns what it found: the number
//! of events for framing, the length of all texts for typed events.
#![allow(dead_code, unreachable_pub)] // a module of several benches, each of which uses a part

use std::convert::Infallible;

use bytes::Bytes;
use claude_typed::platform::{ContentBlockDelta, MessageStreamEvent};
use eventsource_stream::Eventsource;
use futures::{FutureExt, StreamExt, stream};
use memchr::memchr;
use serde::Deserialize;
use specwright_runtime::events::{Decoder, EventStream};
use specwright_runtime::http::{HeaderMap, StatusCode};
use specwright_runtime::{ByteStream, Reply, ResponseHead};
use sse_stream::SseByteStream;

/// A way to decode the chunks of a stream.
pub type Way = fn(&[Bytes]) -> usize;

/// Bytes to the names and data of events.
pub const FRAMING: [(&str, Way); 4] = [
    ("frames/memchr", frames_of_memchr),
    ("frames/ours", frames_of_ours),
    ("frames/eventsource-stream", frames_of_eventsource_stream),
    ("frames/sse-stream", frames_of_sse_stream),
];

/// Bytes to typed events.
pub const TYPED: [(&str, Way); 4] = [
    ("typed/memchr", typed_by_memchr),
    ("typed/ours", typed_by_ours),
    ("typed/eventsource-stream", typed_by_eventsource_stream),
    ("typed/sse-stream", typed_by_sse_stream),
];

/// Decodes nothing: what making the bytes costs.
const NOTHING: (&str, Way) = ("nothing", |chunks| chunks.len());

/// The way of this name.
pub fn named(name: &str) -> Option<Way> {
    let mut ways = FRAMING.into_iter().chain(TYPED).chain([NOTHING]);
    ways.find(|(known, _)| *known == name).map(|(_, way)| way)
}

/// A stream that is never pending.
fn ready<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("all chunks are there")
}

fn results(chunks: &[Bytes]) -> impl futures::Stream<Item = Result<Bytes, Infallible>> + Unpin {
    stream::iter(chunks.iter().cloned().map(Ok))
}

/// The least there is to do: lines by memchr, fields by their prefix, no check of UTF-8, LF only,
/// one line of data.
fn frames_by_memchr(chunks: &[Bytes], mut event: impl FnMut(&[u8], &[u8])) {
    let mut buffer = Vec::new();
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        let (mut spent, mut at) = (0, 0);
        let (mut name, mut data) = (&[][..], &[][..]);
        while let Some(length) = memchr(b'\n', &buffer[at..]) {
            let line = &buffer[at..at + length];
            at += length + 1;
            if let Some(value) = line.strip_prefix(b"data: ") {
                data = value;
            } else if let Some(value) = line.strip_prefix(b"event: ") {
                name = value;
            } else if line.is_empty() {
                event(name, data);
                (name, data) = (&[], &[]);
                spent = at;
            }
        }
        buffer.drain(..spent);
    }
}

fn frames_of_memchr(chunks: &[Bytes]) -> usize {
    let mut events = 0;
    frames_by_memchr(chunks, |name, data| {
        std::hint::black_box((name, data));
        events += 1;
    });
    events
}

fn frames_of_ours(chunks: &[Bytes]) -> usize {
    let mut decoder = Decoder::new();
    let mut events = 0;
    for chunk in chunks {
        decoder.feed(chunk);
        while let Some(event) = decoder.next().expect("events are short") {
            std::hint::black_box(event);
            events += 1;
        }
    }
    events
}

fn frames_of_eventsource_stream(chunks: &[Bytes]) -> usize {
    ready(results(chunks).eventsource().count())
}

fn frames_of_sse_stream(chunks: &[Bytes]) -> usize {
    ready(SseByteStream::new(results(chunks)).count())
}

/// The stream of a reply, as the public interface has it.
pub fn events(chunks: &[Bytes]) -> EventStream<MessageStreamEvent> {
    let chunks: Vec<_> = chunks.to_vec();
    let head = ResponseHead::new("createMessage", StatusCode::OK, HeaderMap::new());
    let body = ByteStream::from_chunks(chunks.into_iter().map(Ok));
    EventStream::new(Reply::streamed(head, body))
}

/// The length of what an event adds.
pub fn added(event: &MessageStreamEvent) -> usize {
    let MessageStreamEvent::ContentBlockDelta(event) = event else {
        return 0;
    };
    match &event.delta {
        ContentBlockDelta::TextDelta(delta) => delta.text.len(),
        ContentBlockDelta::ThinkingDelta(delta) => delta.thinking.len(),
        ContentBlockDelta::InputJsonDelta(delta) => delta.partial_json.len(),
        _ => 0,
    }
}

fn typed_by_ours(chunks: &[Bytes]) -> usize {
    let lengths = events(chunks).map(|event| added(&event.expect("a good event")));
    ready(lengths.fold(0, |sum, length| std::future::ready(sum + length)))
}

/// What one writes by hand with serde's derived tags.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum TaggedEvent {
    ContentBlockDelta {
        #[expect(dead_code, reason = "decoded, as a real client would")]
        index: u64,
        delta: TaggedDelta,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum TaggedDelta {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

fn tagged(data: &str) -> usize {
    let event = serde_json::from_str(data).expect("a good event");
    let TaggedEvent::ContentBlockDelta { delta, .. } = event else {
        return 0;
    };
    match delta {
        TaggedDelta::TextDelta { text: added }
        | TaggedDelta::ThinkingDelta { thinking: added }
        | TaggedDelta::InputJsonDelta {
            partial_json: added,
        } => added.len(),
        TaggedDelta::Other => 0,
    }
}

fn typed_by_eventsource_stream(chunks: &[Bytes]) -> usize {
    let events = results(chunks).eventsource();
    let lengths = events.map(|event| tagged(&event.expect("a good event").data));
    ready(lengths.fold(0, |sum, length| std::future::ready(sum + length)))
}

fn typed_by_sse_stream(chunks: &[Bytes]) -> usize {
    let lengths = SseByteStream::new(results(chunks)).map(|event| {
        let data = event.expect("a good event").data;
        data.as_deref().map_or(0, tagged)
    });
    ready(lengths.fold(0, |sum, length| std::future::ready(sum + length)))
}

/// The floor for decoding with serde: the name says the type, and the delta is flat.
fn typed_by_memchr(chunks: &[Bytes]) -> usize {
    #[derive(Deserialize)]
    struct Event {
        #[expect(dead_code, reason = "decoded, as a real client would")]
        index: u64,
        delta: Delta,
    }
    #[derive(Deserialize)]
    struct Delta {
        #[serde(alias = "thinking", alias = "partial_json")]
        text: String,
    }
    let mut sum = 0;
    frames_by_memchr(chunks, |name, data| {
        if name == b"content_block_delta" {
            let event: Event = serde_json::from_slice(data).expect("a good event");
            sum += event.delta.text.len();
        }
    });
    sum
}

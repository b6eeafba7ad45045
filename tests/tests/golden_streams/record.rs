//! What was recorded of a stream.

use std::collections::BTreeMap;
use std::path::Path;

use claude_typed::Error;
use serde::Deserialize;
use serde_json::{Value, json};
use specwright_runtime::StreamCause;
use specwright_tests::socket::{Answer, End};

/// The request id in the head of every reply, as the recorded server had it.
pub(crate) const REQUEST_ID: &str = "req_stream_golden";

#[derive(Deserialize)]
pub(crate) struct Record {
    #[serde(skip)]
    body: Vec<u8>,
    chunk_cuts: Option<Vec<usize>>,
    chunk_sizes: Value,
    transport_end: String,
    pub(crate) helper: Helper,
    pub(crate) raw_stream: RawStream,
}

#[derive(Deserialize)]
pub(crate) struct Helper {
    #[serde(default)]
    pub(crate) events: Vec<Value>,
    pub(crate) final_message: Value,
    pub(crate) final_text: Option<Value>,
    pub(crate) error: Option<RecordedError>,
    #[serde(default)]
    pub(crate) snapshot_at_error: Value,
}

#[derive(Deserialize)]
pub(crate) struct RawStream {
    pub(crate) events: Option<Vec<Value>>,
    pub(crate) count: Option<usize>,
}

#[derive(Deserialize)]
pub(crate) struct RecordedError {
    class: String,
    status_code: Option<u16>,
    request_id: Option<String>,
    #[serde(default)]
    body: Value,
}

/// The names of the records in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.strip_suffix(".sse")?.to_owned()))
        .collect();
    names.sort();
    names
}

impl Record {
    pub(crate) fn read(folder: &Path, name: &str) -> Result<Self, String> {
        let read = |file: String| {
            let content = std::fs::read(folder.join(&file));
            content.map_err(|error| format!("{file}: {error}"))
        };
        let record = serde_json::from_slice(&read(format!("{name}.expected.json"))?);
        let record: Self = record.map_err(|error| format!("the record: {error}"))?;
        let body = read(format!("{name}.sse"))?;
        Ok(Self { body, ..record })
    }

    /// The reply as it was served.
    pub(crate) fn answer(&self) -> Answer {
        let answer = Answer::events(self.pieces()).header("request-id", REQUEST_ID);
        answer.end(self.end())
    }

    /// How the body ended.
    pub(crate) fn end(&self) -> End {
        match self.transport_end.to_lowercase() {
            end if end.contains("clean") => End::Complete,
            end if end.contains("rst") || end.contains("reset") => End::Reset,
            end if end.contains("silen") || end.contains("stall") => End::Silence,
            _ => End::Close,
        }
    }

    fn pieces(&self) -> Vec<Vec<u8>> {
        let sizes: Vec<usize> = match (&self.chunk_cuts, &self.chunk_sizes) {
            (Some(cuts), _) => {
                let starts = std::iter::once(&0).chain(cuts);
                starts.zip(cuts).map(|(start, end)| end - start).collect()
            }
            (None, Value::Array(sizes)) => {
                let sizes = sizes.iter().filter_map(Value::as_u64);
                sizes.map(|size| size as usize).collect()
            }
            // "1097 chunks of 1"
            (None, sizes) => {
                let words = sizes.as_str().unwrap_or_default().split(' ');
                let mut numbers = words.filter_map(|word| word.parse().ok());
                let count = numbers.next().unwrap_or_default();
                vec![numbers.next().unwrap_or(1); count]
            }
        };
        let mut rest = self.body.as_slice();
        let mut pieces = Vec::new();
        for size in sizes {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece.to_vec());
            rest = after;
        }
        pieces.push(rest.to_vec());
        pieces
    }

    /// Whether the official client saw the last event.
    pub(crate) fn is_complete(&self) -> bool {
        let events = &self.helper.events;
        events.iter().any(|event| event["type"] == "message_stop")
    }

    /// The data of the events, for streams whose data is one line.
    fn sent(&self) -> Vec<Value> {
        let text = String::from_utf8_lossy(&self.body);
        let lines = text.lines().filter_map(|line| line.strip_prefix("data:"));
        lines
            .filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }

    /// All text that was sent.
    pub(crate) fn sent_text(&self) -> String {
        let sent = self.sent();
        let texts = sent.iter().map(|event| &event["delta"]["text"]);
        texts.filter_map(Value::as_str).collect()
    }

    /// The recorded content, with the inputs of tools as their fragments have them.
    pub(crate) fn content_as_sent(&self) -> Result<Value, String> {
        let mut fragments: BTreeMap<u64, String> = BTreeMap::new();
        for event in self.sent() {
            let index = event["index"].as_u64();
            if let (Some(index), Some(text)) = (index, event["delta"]["partial_json"].as_str()) {
                fragments.entry(index).or_default().push_str(text);
            }
        }
        let helper = &self.helper;
        let message = match helper.final_message.is_null() {
            true => &helper.snapshot_at_error,
            false => &helper.final_message,
        };
        let mut content = message["content"].clone();
        for (index, text) in fragments {
            let block = content.get_mut(index as usize);
            let block = block.ok_or_else(|| format!("no block {index} was recorded"))?;
            block["input"] = match text.trim() {
                "" => json!({}),
                _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            };
        }
        Ok(content)
    }
}

impl RecordedError {
    /// What may have ended the stream; nothing for an event that is not what it should be.
    pub(crate) fn causes(&self) -> &'static [StreamCause] {
        match self.class.as_str() {
            _ if self.status_code.is_some() => &[StreamCause::ErrorEvent],
            "APIError" => &[StreamCause::ErrorEvent],
            "ReadTimeout" | "APITimeoutError" => &[StreamCause::IdleTimeout],
            class if class.contains("Decode") || class.contains("Validation") => &[],
            "AssertionError" | "IndexError" | "TypeError" | "RuntimeError" => {
                &[StreamCause::Protocol, StreamCause::Truncated]
            }
            _ => &[StreamCause::Transport, StreamCause::Truncated],
        }
    }

    /// An error event says the same in ours.
    pub(crate) fn compare(&self, ours: &Error) -> Result<(), String> {
        let Error::Stream(ours) = ours else {
            return Ok(());
        };
        if ours.cause() != StreamCause::ErrorEvent {
            return Ok(());
        }
        let text = |place: &str| self.body.pointer(place).and_then(Value::as_str);
        let message = text("/error/message").or(self.body.as_str());
        let id = text("/request_id").or(self.request_id.as_deref());
        let expected = (message, text("/error/type"), id);
        let found = (Some(ours.message()), ours.kind(), ours.request_id());
        match expected == found {
            true => Ok(()),
            false => Err(format!("expected the error {expected:?}, found {found:?}")),
        }
    }
}

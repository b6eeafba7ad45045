//! Bytes as the service sends them.

use std::fmt::Write;

use bytes::Bytes;
use serde_json::json;

/// The sizes of chunks that are measured: the worst case, a line, a TCP segment, a TLS record and
/// more than a read buffer.
pub const CHUNK_SIZES: [usize; 5] = [1, 16, 1434, 16 << 10, 64 << 10];

/// What a stream is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pieces of a text.
    Text,
    /// Pieces of thinking.
    Thinking,
    /// Pieces of the input of a tool: JSON in JSON, so every second one has escapes.
    ToolInput,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Thinking, Self::ToolInput];

    /// The name on the command line and in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Thinking => "thinking",
            Self::ToolInput => "tool-input",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn delta(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text_delta", "text"),
            Self::Thinking => ("thinking_delta", "thinking"),
            Self::ToolInput => ("input_json_delta", "partial_json"),
        }
    }

    /// Deltas as a model makes them: words, now and then a line break or another script.
    const fn pieces(self) -> &'static [&'static str] {
        match self {
            Self::Text | Self::Thinking => &[
                " The",
                " memory",
                " of",
                " a stream",
                " stays",
                " bounded",
                ", whatever",
                " the",
                " consumer",
                " does",
                ".\n\n",
                "Each",
                " event",
                " is",
                " décodé",
                " when",
                " it",
                " arrives",
                " and",
                " forgotten",
                " after",
                " that",
                ":",
            ],
            Self::ToolInput => &[
                "{\"city\"",
                ": \"Lis",
                "boa\"",
                ", \"days",
                "\": 3",
                ", \"units\"",
                ": \"met",
                "ric\"",
                ", \"include\": [",
                "\"wind\", ",
                "\"rain\"",
                "]}",
            ],
        }
    }
}

/// A stream of `count` deltas of about 120 bytes each.
pub fn deltas(kind: Kind, count: usize) -> Bytes {
    let (delta, field) = kind.delta();
    let mut text = String::new();
    for piece in kind.pieces().iter().cycle().take(count) {
        let piece = json!(piece);
        let _ = write!(
            text,
            "event: content_block_delta\n\
             data: {{\"type\":\"content_block_delta\",\"index\":0,\
             \"delta\":{{\"type\":\"{delta}\",\"{field}\":{piece}}}}}\n\n"
        );
    }
    text.into()
}

/// A whole message as events: the deltas of a text between what begins and ends them.
pub fn message_stream(count: usize) -> Bytes {
    let start = json!({"type": "message_start", "message": message("", 1)});
    let block = json!({
        "type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""},
    });
    let delta = json!({
        "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": count},
    });
    let event = |name: &str, data: &serde_json::Value| format!("event: {name}\ndata: {data}\n\n");
    let stop = json!({"type": "content_block_stop", "index": 0});
    let parts = [
        event("message_start", &start).into(),
        event("content_block_start", &block).into(),
        deltas(Kind::Text, count),
        event("content_block_stop", &stop).into(),
        event("message_delta", &delta).into(),
        event("message_stop", &json!({"type": "message_stop"})).into(),
    ];
    parts.concat().into()
}

/// A message of the platform API with this text.
pub fn message(text: &str, output_tokens: u32) -> serde_json::Value {
    json!({
        "id": "msg_01Bench0000000000000001", "type": "message", "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": text, "citations": null}],
        "stop_reason": "end_turn", "stop_sequence": null, "stop_details": null, "container": null,
        "usage": {
            "input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output_tokens, "server_tool_use": null, "service_tier": "standard",
        },
    })
}

/// Cuts bytes into chunks that share them.
pub fn chunks(bytes: &Bytes, size: usize) -> Vec<Bytes> {
    (0..bytes.len())
        .step_by(size.max(1))
        .map(|start| bytes.slice(start..bytes.len().min(start + size)))
        .collect()
}

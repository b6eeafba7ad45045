//! Turns of the assistant as a server sends them, whole or as events.

use serde_json::{Value, json};

use crate::socket::{Answer, Received};

/// A message of these blocks, which used 10 input and 5 output tokens.
pub fn message(stop_reason: &str, content: Value) -> Value {
    json!({
        "id": "msg_01Turn", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": content, "stop_reason": stop_reason, "stop_sequence": null,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    })
}

/// A message of one text.
pub fn text(text: &str) -> Value {
    message("end_turn", json!([{"type": "text", "text": text}]))
}

/// A call of a tool.
pub fn tool_use(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

/// A message that calls tools.
pub fn calls(calls: impl IntoIterator<Item = Value>) -> Value {
    message("tool_use", calls.into_iter().collect())
}

/// The answer that is this message, whole or as a stream.
pub fn answer(message: &Value, streaming: bool) -> Answer {
    let answer = match streaming {
        true => Answer::events(events(message).iter().map(sent)),
        false => Answer::json(200, message),
    };
    answer.header("request-id", "req_011CTurn")
}

/// An event as it is sent.
pub fn sent(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n")
}

/// The events that make up this message.
pub fn events(message: &Value) -> Vec<Value> {
    let mut start = message.clone();
    start["content"] = json!([]);
    start["stop_reason"] = Value::Null;
    let mut events = vec![json!({"type": "message_start", "message": start})];
    let blocks = message["content"].as_array().into_iter().flatten();
    for (index, block) in blocks.enumerate() {
        events.extend(block_events(index, block));
    }
    let delta = json!({"stop_reason": message["stop_reason"], "stop_sequence": null});
    let usage = json!({"output_tokens": message["usage"]["output_tokens"]});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    events
}

/// Texts and inputs come in two deltas, all else is in the start of the block.
fn block_events(index: usize, block: &Value) -> Vec<Value> {
    let mut start = block.clone();
    let deltas: Vec<Value> = match block["type"].as_str() {
        Some("text") => {
            start["text"] = "".into();
            let deltas = halves(block["text"].as_str().unwrap_or_default());
            let delta = |text: &String| json!({"type": "text_delta", "text": text});
            deltas.iter().map(delta).collect()
        }
        Some("tool_use") => {
            start["input"] = json!({});
            // A text is input that is no JSON.
            let input = match &block["input"] {
                Value::String(text) => text.clone(),
                input => input.to_string(),
            };
            let delta = |json: &String| json!({"type": "input_json_delta", "partial_json": json});
            halves(&input).iter().map(delta).collect()
        }
        _ => Vec::new(),
    };
    let mut events =
        vec![json!({"type": "content_block_start", "index": index, "content_block": start})];
    let deltas = deltas.into_iter();
    events.extend(
        deltas.map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})),
    );
    events.push(json!({"type": "content_block_stop", "index": index}));
    events
}

fn halves(text: &str) -> [String; 2] {
    let characters: Vec<char> = text.chars().collect();
    let (first, second) = characters.split_at(characters.len() / 2);
    [first, second].map(|half| half.iter().collect())
}

/// The JSON that a request sent.
pub fn body(request: &Received) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

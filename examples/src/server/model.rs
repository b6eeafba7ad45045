//! What the model of the example server says. It calls every tool with the examples of its input,
//! fills in the format that is asked for, and else repeats what it was told.

use serde_json::{Map, Value, json};

use super::tokens;

/// A turn of the assistant.
pub(super) struct Turn {
    pub(super) content: Vec<Value>,
    pub(super) stop_reason: &'static str,
}

/// The answer to a request.
pub(super) fn answer(request: &Value) -> Turn {
    let results = last_blocks(request, "tool_result");
    let calls = calls(request);
    if results.is_empty() && !calls.is_empty() {
        return Turn {
            content: calls,
            stop_reason: "tool_use",
        };
    }
    let format = &request["output_config"]["format"]["schema"];
    let text = if !results.is_empty() {
        let results: Vec<&str> = results
            .iter()
            .filter_map(|r| r["content"].as_str())
            .collect();
        format!("My tools say: {}.", results.join("; "))
    } else if format.is_object() {
        example(format, &format["$defs"]).to_string()
    } else {
        let question = last_text(request);
        format!("You said “{question}”. I am an embedded example server, so that is all I know. 👋")
    };
    Turn {
        content: vec![json!({"type": "text", "text": text})],
        stop_reason: "end_turn",
    }
}

/// The text of the last turn, whatever form its content has.
pub(super) fn last_text(request: &Value) -> String {
    match last_content(request) {
        Some(Value::String(text)) => text.clone(),
        _ => {
            let blocks = last_blocks(request, "text");
            blocks
                .iter()
                .filter_map(|block| block["text"].as_str())
                .collect()
        }
    }
}

fn last_content(request: &Value) -> Option<&Value> {
    let turns = request["messages"].as_array()?;
    turns.last().map(|turn| &turn["content"])
}

fn last_blocks<'a>(request: &'a Value, kind: &str) -> Vec<&'a Value> {
    let blocks = last_content(request).and_then(Value::as_array);
    let blocks = blocks.into_iter().flatten();
    blocks.filter(|block| block["type"] == kind).collect()
}

/// A call for each example of each tool; of a tool without examples, one.
fn calls(request: &Value) -> Vec<Value> {
    let tools = request["tools"].as_array().into_iter().flatten();
    let inputs = tools.flat_map(|tool| {
        let schema = &tool["input_schema"];
        let inputs = tool["input_examples"].as_array().cloned();
        let inputs = inputs.unwrap_or_else(|| vec![example(schema, &schema["$defs"])]);
        inputs
            .into_iter()
            .map(|input| (tool["name"].clone(), input))
    });
    let calls = inputs.enumerate().map(|(index, (name, input))| {
        let id = format!("toolu_example_{}", index + 1);
        json!({"type": "tool_use", "id": id, "name": name, "input": input})
    });
    calls.collect()
}

/// A value of a schema.
fn example(schema: &Value, definitions: &Value) -> Value {
    let reference = schema["$ref"].as_str();
    if let Some(name) = reference.and_then(|name| name.strip_prefix("#/$defs/")) {
        return example(&definitions[name], definitions);
    }
    if let Some(known) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return known.clone();
    }
    let choice = ["anyOf", "oneOf", "allOf"].into_iter();
    if let Some(first) = choice.filter_map(|choice| schema[choice].get(0)).next() {
        return example(first, definitions);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let properties =
                properties.map(|(name, schema)| (name.clone(), example(schema, definitions)));
            Value::Object(properties.collect::<Map<_, _>>())
        }
        Some("array") => json!([example(&schema["items"], definitions)]),
        Some("integer" | "number") => json!(4),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        _ => json!("an example"),
    }
}

/// The events of a message with this content, which has none yet.
pub(super) fn events(message: &Value, turn: &Turn) -> Vec<Value> {
    let mut events = vec![
        json!({"type": "message_start", "message": message}),
        json!({"type": "ping"}),
    ];
    for (index, block) in turn.content.iter().enumerate() {
        let mut start = block.clone();
        let deltas: Vec<Value> = if block["type"] == "tool_use" {
            start["input"] = json!({});
            let pieces = tokens(&block["input"].to_string()).into_iter();
            let delta = |json| json!({"type": "input_json_delta", "partial_json": json});
            pieces.map(delta).collect()
        } else {
            start["text"] = json!("");
            let pieces = tokens(block["text"].as_str().unwrap_or_default()).into_iter();
            pieces
                .map(|text| json!({"type": "text_delta", "text": text}))
                .collect()
        };
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        events.extend(
            deltas.into_iter().map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": turn.stop_reason, "stop_sequence": null},
        "usage": {"output_tokens": message["usage"]["output_tokens"]},
    }));
    events.push(json!({"type": "message_stop"}));
    events
}

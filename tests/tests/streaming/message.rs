//! Messages of the platform API.

use claude_typed::platform::{ContentBlock, StopReason};
use claude_typed::streaming::message::MessageEvent;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use specwright_tests::socket::Server;

use crate::support::{
    REQUEST_ID, block_start, block_stop, client, delta, input, lighthouse, message_delta,
    message_start, message_stop, message_stream, question, reply, text, text_start, tool_start,
};

#[tokio::test]
async fn text_comes_piece_by_piece() {
    let (server, stream) = message_stream(lighthouse()).await;
    let mut pieces = stream.text_stream();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "The Tower ");
    assert_eq!(pieces.snapshot().unwrap().text(), "The Tower ");
    let rest: Vec<String> = pieces.try_collect().await.unwrap();
    assert_eq!(rest, ["of ", "Hercules 🗼"]);

    let request = &server.received()[0];
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(request.target, "/v1/messages");
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    assert_eq!(body["stream"], true);
}

#[tokio::test]
async fn the_final_message_has_everything() {
    let (_server, stream) = message_stream(lighthouse()).await;
    assert_eq!(stream.response().request_id(), Some(REQUEST_ID));
    let message = stream.final_message().await.unwrap();
    assert_eq!(message.id, "msg_01Streams");
    assert_eq!(message.text(), "The Tower of Hercules 🗼");
    assert_eq!(message.stop_reason, Some(StopReason::EndTurn));
    assert_eq!(message.usage.input_tokens, 25);
    assert_eq!(message.usage.output_tokens, 15);
    assert_eq!(message.usage.cache_read_input_tokens, Some(4));
}

#[tokio::test]
async fn the_final_text_is_that_of_all_text_blocks() {
    let thinking = json!({"type": "thinking", "thinking": "", "signature": ""});
    let (_server, stream) = message_stream([
        message_start(),
        block_start(0, thinking),
        delta(0, json!({"type": "thinking_delta", "thinking": "Roman?"})),
        delta(0, json!({"type": "signature_delta", "signature": "EqQB"})),
        block_stop(0),
        text_start(1),
        text(1, "It is "),
        block_stop(1),
        text_start(2),
        text(2, "Roman."),
        block_stop(2),
        message_delta("end_turn"),
        message_stop(),
    ])
    .await;
    assert_eq!(stream.final_text().await.unwrap(), "It is Roman.");
}

#[tokio::test]
async fn the_input_of_a_tool_can_be_seen_while_it_is_written() {
    let (_server, mut stream) = message_stream([
        message_start(),
        tool_start(0, "toolu_1", "find"),
        input(0, ""),
        input(0, r#"{"city": "A Co"#),
        input(0, r#"ruña", "built": [1"#),
        input(0, r#"10]}"#),
        block_stop(0),
        message_delta("tool_use"),
        message_stop(),
    ])
    .await;
    let mut seen = Vec::new();
    let mut finished = None;
    while let Some(event) = stream.try_next().await.unwrap() {
        match event {
            MessageEvent::InputJson { index, .. } => seen.push(stream.partial_input(index)),
            MessageEvent::BlockStop { block, .. } => finished = Some(json!(block)["input"].clone()),
            _ => {}
        }
    }
    let expected = [
        None,
        Some(json!({"city": "A Co"})),
        Some(json!({"city": "A Coruña", "built": [1]})),
        Some(json!({"city": "A Coruña", "built": [110]})),
    ];
    assert_eq!(seen, expected);
    assert_eq!(finished, Some(json!({"city": "A Coruña", "built": [110]})));
    // The block is complete, so nothing of its input is being written.
    assert_eq!(stream.partial_input(0), None);
}

#[tokio::test]
async fn blocks_may_be_written_in_turns() {
    let (_server, stream) = message_stream([
        message_start(),
        tool_start(1, "toolu_b", "weather"),
        tool_start(0, "toolu_a", "time"),
        input(0, r#"{"zone":"#),
        input(1, r#"{"place": "sea"#),
        input(0, r#" "UTC"}"#),
        input(1, r#""}"#),
        block_stop(1),
        block_stop(0),
        message_delta("tool_use"),
        message_stop(),
    ])
    .await;
    let message = stream.final_message().await.unwrap();
    let tools: Vec<_> = message
        .content
        .iter()
        .map(|block| block.as_tool_use().unwrap())
        .collect();
    assert_eq!(
        (tools[0].id.as_str(), &tools[0].input),
        ("toolu_a", &json!({"zone": "UTC"}))
    );
    assert_eq!(
        (tools[1].id.as_str(), &tools[1].input),
        ("toolu_b", &json!({"place": "sea"}))
    );
    assert_eq!(message.stop_reason, Some(StopReason::ToolUse));
}

#[tokio::test]
async fn an_input_that_is_no_json_is_kept_as_text() {
    let (_server, mut stream) = message_stream([
        message_start(),
        tool_start(0, "toolu_1", "write"),
        input(0, r#"{"path": "a.txt", "content": "ab"#),
        block_stop(0),
        tool_start(1, "toolu_2", "list"),
        input(1, ""),
        block_stop(1),
        message_delta("max_tokens"),
        message_stop(),
    ])
    .await;
    let mut invalid = Vec::new();
    while let Some(event) = stream.try_next().await.unwrap() {
        if let MessageEvent::BlockStop { invalid_input, .. } = event {
            invalid.push(invalid_input);
        }
    }
    // The error belongs to its block, and the stream goes on.
    let [Some(cut), None] = invalid.as_slice() else {
        panic!("{invalid:?}");
    };
    assert_eq!(cut.text, r#"{"path": "a.txt", "content": "ab"#);
    assert!(
        cut.message.contains("EOF while parsing a string"),
        "{cut:?}"
    );

    let message = stream.final_message().await.unwrap();
    let inputs: Vec<&Value> = message
        .content
        .iter()
        .map(|block| &block.as_tool_use().unwrap().input)
        .collect();
    assert_eq!(
        inputs,
        [&json!(r#"{"path": "a.txt", "content": "ab"#), &json!({})]
    );
}

#[tokio::test]
async fn what_is_not_known_is_handed_on() {
    let (_server, mut stream) = message_stream([
        json!({"type": "forecast", "sky": "clear"}),
        message_start(),
        block_start(
            0,
            json!({"type": "mcp_tool_use", "id": "mcptoolu_1", "input": {}}),
        ),
        input(0, r#"{"a": 1}"#),
        delta(0, json!({"type": "beam_delta", "lumen": 3})),
        block_stop(0),
        message_delta("brand_new_reason"),
        message_stop(),
    ])
    .await;
    let mut unknown = Vec::new();
    while let Some(event) = stream.try_next().await.unwrap() {
        match event {
            MessageEvent::Unknown(event) => unknown.push(event.json::<Value>().unwrap()),
            MessageEvent::UnknownDelta { index: 0, delta } => unknown.push(delta),
            _ => {}
        }
    }
    assert_eq!(
        unknown,
        [
            json!({"type": "forecast", "sky": "clear"}),
            json!({"type": "beam_delta", "lumen": 3}),
        ]
    );
    let message = stream.final_message().await.unwrap();
    let block = json!({"type": "mcp_tool_use", "id": "mcptoolu_1", "input": {"a": 1}});
    assert_eq!(message.content, [ContentBlock::Unknown(block)]);
    assert_eq!(
        message.stop_reason,
        Some(StopReason::from("brand_new_reason"))
    );
}

/// Members that a newer server adds to the end of a message are in the message.
#[tokio::test]
async fn what_the_end_adds_is_kept() {
    let (_server, stream) = message_stream([
        message_start(),
        json!({
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": null, "mood": {"happy": true}},
            "usage": {"output_tokens": 3, "joules": 12},
        }),
        message_stop(),
    ])
    .await;
    let message = stream.final_message().await.unwrap();
    assert_eq!(message.extra["mood"], json!({"happy": true}));
    assert_eq!(message.usage.extra["joules"], 12);
    assert_eq!(message.usage.output_tokens, 3);
}

#[tokio::test]
async fn a_request_is_refined_before_its_stream_is_accumulated() {
    let server = Server::start([reply(lighthouse())]).await;
    let request = client(&server).messages().stream(question());
    let request = request.betas(["one-2027-01-01"]).header("x-team", "blue");
    let stream = request.body_field("policy", 1).accumulate().await.unwrap();
    assert_eq!(
        stream.final_text().await.unwrap(),
        "The Tower of Hercules 🗼"
    );
    let sent = &server.received()[0];
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(sent.header("anthropic-beta"), Some("one-2027-01-01"));
    assert_eq!(sent.header("x-team"), Some("blue"));
    assert_eq!(
        (&body["policy"], &body["stream"]),
        (&json!(1), &json!(true))
    );
}

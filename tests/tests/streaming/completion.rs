//! Completions of claude.ai.

use claude_typed::Error;
use claude_typed::claude_ai::{ContentBlock, MessageLimitType, StopReason};
use claude_typed::streaming::completion::CompletionUpdate;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use specwright_runtime::StreamCause;

use crate::support::{
    CONVERSATION, block_start, block_stop, completion_stream, delta, input, text,
};

fn start() -> Value {
    json!({"type": "message_start", "message": {
        "id": "chatcompl_01Streams",
        "type": "message",
        "role": "assistant",
        "model": "",
        "uuid": "019aa000-0000-7000-8000-000000000002",
        "parent_uuid": "019aa000-0000-7000-8000-000000000001",
        "content": [],
        "stop_reason": null,
        "trace_id": "0123456789abcdef",
    }})
}

fn text_start(index: u64) -> Value {
    block_start(index, json!({"type": "text", "text": "", "citations": []}))
}

fn ends() -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
}

fn limit() -> Value {
    json!({"type": "message_limit", "message_limit": {
        "type": "approaching_limit",
        "remaining": 3,
        "resetsAt": 1_795_316_400,
        "windows": {"5h": {"utilization": 0.92}},
    }})
}

fn stop() -> Value {
    json!({"type": "message_stop"})
}

#[tokio::test]
async fn thinking_text_and_limits() {
    let thinking = json!({"type": "thinking", "thinking": "", "summaries": [], "cut_off": false});
    let (server, stream) = completion_stream([
        start(),
        block_start(0, thinking),
        delta(0, json!({"type": "thinking_delta", "thinking": "Rome or "})),
        delta(
            0,
            json!({"type": "thinking_summary_delta", "summary": {"summary": "Looking back."}}),
        ),
        delta(0, json!({"type": "thinking_delta", "thinking": "Egypt?"})),
        delta(
            0,
            json!({"type": "thinking_cut_off_delta", "cut_off": true}),
        ),
        json!({
            "type": "content_block_stop",
            "index": 0,
            "stop_timestamp": "2026-11-20T10:00:01.000000Z",
        }),
        text_start(1),
        text(1, "Hercules, "),
        text(1, "in A Coruña."),
        block_stop(1),
        ends(),
        limit(),
        stop(),
    ])
    .await;
    let completion = stream.final_completion().await.unwrap();
    assert_eq!(completion.text(), "Hercules, in A Coruña.");
    assert_eq!(completion.thinking(), "Rome or Egypt?");
    assert_eq!(completion.message.id, "chatcompl_01Streams");
    assert_eq!(completion.message.stop_reason, Some(StopReason::EndTurn));
    let thinking = completion.content[0].as_thinking().unwrap();
    let summaries = thinking.summaries.as_ref().unwrap();
    assert_eq!(summaries[0].summary.as_deref(), Some("Looking back."));
    assert_eq!(thinking.cut_off, Some(true));
    assert_eq!(
        thinking.stop_timestamp.unwrap().to_rfc3339(),
        "2026-11-20T10:00:01+00:00"
    );
    let limit = completion.limit.unwrap();
    assert_eq!(limit.r#type, Some(MessageLimitType::ApproachingLimit));
    assert_eq!(
        (limit.remaining, limit.resets_at),
        (Some(3), Some(1_795_316_400))
    );
    assert_eq!(limit.windows.unwrap()["5h"].utilization, Some(0.92));

    let sent = &server.received()[0];
    let path = format!("/chat_conversations/{CONVERSATION}/completion");
    assert!(sent.target.ends_with(&path), "{}", sent.target);
}

#[tokio::test]
async fn citations_know_the_text_they_cover() {
    let uuid = "33333333-3333-4333-8333-333333333333";
    let citation = json!({"uuid": uuid, "title": "Tower", "url": "https://example.com/"});
    let (_server, stream) = completion_stream([
        start(),
        text_start(0),
        text(0, "Véase: "),
        delta(
            0,
            json!({"type": "citation_start_delta", "citation": citation}),
        ),
        text(0, "the tower"),
        delta(
            0,
            json!({"type": "citation_end_delta", "citation_uuid": uuid}),
        ),
        text(0, "."),
        delta(
            0,
            json!({"type": "citation_start_delta", "citation": {"title": "Open"}}),
        ),
        text(0, " And"),
        block_stop(0),
        ends(),
        stop(),
    ])
    .await;
    let completion = stream.final_completion().await.unwrap();
    let text = completion.text();
    let [first, second] = completion.spans.as_slice() else {
        panic!("{:?}", completion.spans);
    };
    assert_eq!(&text[first.start..first.end.unwrap()], "the tower");
    assert_eq!(first.citation.url.as_deref(), Some("https://example.com/"));
    assert_eq!((second.block, second.end), (0, None));
    assert_eq!(&text[second.start..], " And");
    let block = completion.content[0].as_text().unwrap();
    assert_eq!(block.citations.as_ref().unwrap().len(), 2);
}

#[tokio::test]
async fn tools_and_their_results() {
    let tool_use = json!({"type": "tool_use", "id": "toolu_1", "name": "web_search", "input": {}});
    let result = |id: &str| json!({"type": "tool_result", "tool_use_id": id, "content": [], "is_error": false});
    let (_server, mut stream) = completion_stream([
        start(),
        block_start(0, tool_use),
        input(0, r#"{"query": "#),
        delta(
            0,
            json!({"type": "tool_use_block_update_delta", "message": "Searching: towers"}),
        ),
        input(0, r#""towers"}"#),
        block_stop(0),
        block_start(1, result("toolu_1")),
        input(1, r#"[{"type": "knowledge", "title": "Tower","#),
        input(1, r#" "url": "https://example.com/"}]"#),
        block_stop(1),
        block_start(2, result("toolu_2")),
        delta(
            2,
            json!({"type": "tool_result_block_update_delta", "message": "Failed", "is_error": true}),
        ),
        input(2, r#"{"rows": 3}"#),
        block_stop(2),
        ends(),
        stop(),
    ])
    .await;
    let mut partial = Vec::new();
    while let Some(update) = stream.try_next().await.unwrap() {
        if let CompletionUpdate::InputJson { index: 0, .. } = update {
            partial.push(stream.partial_input(0));
        }
    }
    assert_eq!(partial, [Some(json!({})), Some(json!({"query": "towers"}))]);

    let completion = stream.final_completion().await.unwrap();
    let used = completion.content[0].as_tool_use().unwrap();
    assert_eq!(used.input, Some(json!({"query": "towers"})));
    assert_eq!(used.message.as_deref(), Some("Searching: towers"));
    let found = completion.content[1].as_tool_result().unwrap();
    let [ContentBlock::Knowledge(knowledge)] = found.content.as_deref().unwrap() else {
        panic!("{found:?}");
    };
    assert_eq!(knowledge.url.as_deref(), Some("https://example.com/"));
    let failed = completion.content[2].as_tool_result().unwrap();
    assert_eq!(failed.is_error, Some(true));
    assert_eq!(failed.structured_content, Some(json!({"rows": 3})));
}

#[tokio::test]
async fn the_limits_may_be_the_end() {
    let (_server, stream) = completion_stream([
        start(),
        text_start(0),
        text(0, "Hello"),
        block_stop(0),
        ends(),
        limit(),
    ])
    .await;
    let completion = stream.final_completion().await.unwrap();
    assert_eq!(completion.text(), "Hello");
    assert_eq!(completion.limit.unwrap().remaining, Some(3));
}

#[tokio::test]
async fn the_limits_may_come_after_the_end() {
    let (_server, stream) = completion_stream([
        start(),
        text_start(0),
        text(0, "Hello"),
        ends(),
        stop(),
        limit(),
    ])
    .await;
    let completion = stream.final_completion().await.unwrap();
    assert_eq!(completion.limit.unwrap().remaining, Some(3));
}

#[tokio::test]
async fn without_a_reason_to_stop_the_answer_is_not_complete() {
    let (_server, stream) =
        completion_stream([start(), text_start(0), text(0, "Half an ans"), limit()]).await;
    let failure = stream.final_completion().await.unwrap_err();
    match failure.error() {
        Error::Stream(error) => assert_eq!(error.cause(), StreamCause::Truncated),
        error => panic!("another error: {error:?}"),
    }
    assert_eq!(failure.partial().unwrap().text(), "Half an ans");
    assert!(failure.partial().unwrap().limit.is_some());
}

#[tokio::test]
async fn an_error_event_carries_the_answer_so_far() {
    let error = json!({
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": "req_011InTheEvent",
    });
    let (_server, stream) =
        completion_stream([start(), text_start(0), text(0, "Half"), error]).await;
    let mut pieces = stream.text_stream();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "Half");
    let failure = pieces.next().await.unwrap().unwrap_err();
    match failure.error() {
        Error::Stream(error) => assert_eq!(error.kind(), Some("overloaded_error")),
        error => panic!("another error: {error:?}"),
    }
    assert_eq!(failure.partial().unwrap().text(), "Half");
    assert!(!failure.is_safe_to_retry());
    assert!(pieces.next().await.is_none());
}

#[tokio::test]
async fn the_legacy_format() {
    let piece = |text: &str, reason: Option<&str>| {
        json!({
            "type": "completion",
            "id": "chatcompl_01Legacy",
            "completion": text,
            "stop_reason": reason,
            "stop": reason.map(|_| "\n\nHuman:"),
            "model": "claude-2.1",
            "messageLimit": {"type": "within_limit"},
        })
    };
    let events = [
        piece(" Hel", None),
        piece("lo", None),
        piece("", Some("stop_sequence")),
    ];
    let (_server, stream) = completion_stream(events.clone()).await;
    let completion = stream.final_completion().await.unwrap();
    assert_eq!(completion.text(), " Hello");
    assert_eq!(completion.message.id, "chatcompl_01Legacy");
    assert_eq!(completion.message.model.as_deref(), Some("claude-2.1"));
    assert_eq!(
        completion.message.stop_reason,
        Some(StopReason::StopSequence)
    );
    assert_eq!(
        completion.message.stop_sequence.as_deref(),
        Some("\n\nHuman:")
    );
    let limit = completion.limit.unwrap();
    assert_eq!(limit.r#type, Some(MessageLimitType::WithinLimit));

    let (_server, stream) = completion_stream(events.into_iter().take(2)).await;
    let failure = stream.final_completion().await.unwrap_err();
    assert_eq!(failure.partial().unwrap().text(), " Hello");
}

#[tokio::test]
async fn other_events_are_handed_on() {
    let (_server, stream) = completion_stream([
        json!({"type": "conversation_ready"}),
        start(),
        json!({"type": "tide", "height": 4}),
        json!({"type": "compaction_status", "status": "running"}),
        stop(),
    ])
    .await;
    let updates: Vec<CompletionUpdate> = stream.try_collect().await.unwrap();
    let [
        CompletionUpdate::Other(_),
        CompletionUpdate::Start,
        CompletionUpdate::Unknown(tide),
        CompletionUpdate::Other(_),
        CompletionUpdate::Stop,
    ] = updates.as_slice()
    else {
        panic!("{updates:?}");
    };
    assert_eq!(tide.json::<Value>().unwrap()["height"], 4);
}

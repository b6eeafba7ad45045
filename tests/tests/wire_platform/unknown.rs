//! Replies of a newer API than the document: nothing breaks, and what was read goes back in the
//! next request as it came.

use claude_typed::platform::{
    ContentBlock, CreateMessageRequest, MessageParam, Model, SkillSource, StopReason,
};
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers, get, post};

use super::{client, plain, question};

/// Content with new blocks, new enum values, new members and new union tags at every depth.
fn content() -> Value {
    json!([
        {"type": "thinking", "thinking": "", "signature": "c2ln", "estimated_tokens": 7},
        {"type": "hologram", "depth": 3, "parts": [{"type": "text", "text": "x"}], "empty": {}},
        {"type": "text", "text": "Hi", "citations": [
            {"type": "hologram_location", "voxel": [1, 2, 3]},
            {"type": "char_location", "cited_text": "H", "document_index": 0, "document_title": "D",
             "start_char_index": 0, "end_char_index": 1, "confidence": 0.25},
        ], "tone": null},
        {"type": "text", "text": "", "citations": null},
        {"type": "tool_use", "id": "toolu_1", "name": "t", "input": {}, "caller": {
            "type": "code_execution_20300101", "tool_id": "srvtoolu_9",
        }},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_teleport", "input": {"n": 1e3}},
        {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_1", "content": {
            "type": "web_fetch_tool_result_error", "error_code": "too_far_away", "distance": 12,
        }},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{
            "type": "web_search_result", "title": "T", "url": "https://example.com",
            "encrypted_content": "e", "page_age": null, "rank": 1,
        }]},
        {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {
            "type": "encrypted_code_execution_result_2", "stdout": "",
        }},
    ])
}

fn reply() -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-next-7",
        "content": content(), "stop_reason": "bored", "stop_sequence": null,
        "stop_details": {"type": "boredom", "level": 2},
        "usage": {"input_tokens": 1, "output_tokens": 2, "service_tier": "gold", "joules": 3},
        "mood": {"happy": true},
    })
}

#[tokio::test]
async fn a_turn_goes_back_as_it_came() {
    let replies = [Reply::json(reply()), Reply::json(reply())];
    let exchange = answers("platform.createMessage", replies).await;
    let messages = client(exchange.url()).messages();
    let (first, first_json) = question();
    let message = messages.create(&first).await.unwrap().into_inner();

    assert_eq!(message.model, Model::Unknown("claude-next-7".into()));
    assert_eq!(
        message.stop_reason,
        Some(StopReason::Unknown("bored".into()))
    );
    assert_eq!(message.extra["mood"], json!({"happy": true}));
    assert_eq!(message.usage.extra["joules"], 3);
    assert_eq!(
        message.content[1],
        ContentBlock::Unknown(content()[1].clone())
    );

    let user = MessageParam::new("user", "Go on.");
    let turns = [first.messages[0].clone(), message.into(), user];
    let next = CreateMessageRequest::new("claude-next-7", 1024, turns);
    messages.create(&next).await.unwrap();

    let turns = json!([
        {"role": "user", "content": "Hello, Claude"},
        {"role": "assistant", "content": content()},
        {"role": "user", "content": "Go on."},
    ]);
    let body = json!({"model": "claude-next-7", "max_tokens": 1024, "messages": turns});
    let first = plain(post("/v1/messages")).json(first_json);
    exchange
        .expect_all([first, plain(post("/v1/messages")).json(body)])
        .await;
}

/// A whole message is written as it was read, apart from nulls, which say nothing.
#[tokio::test]
async fn a_reply_is_written_as_it_was_read() {
    let exchange = answer("platform.createMessage", Reply::json(reply())).await;
    let message = client(exchange.url())
        .messages()
        .create(question().0)
        .await
        .unwrap();
    exchange.requests(1).await;
    let mut written = serde_json::to_value(message.into_inner()).unwrap();
    assert_eq!(written.get("stop_sequence"), None);
    written["stop_sequence"] = Value::Null;
    assert_eq!(written, reply());
}

/// What the caller makes can be newer than the document as well.
#[tokio::test]
async fn a_newer_body() {
    let exchange = answer("platform.createMessage", Reply::json(reply())).await;
    let tool = json!({"type": "teleport_20300101", "name": "teleport", "range": 5});
    let body = CreateMessageRequest::new("claude-next-7", 1, [])
        .tools([claude_typed::platform::Tool::Unknown(tool.clone())])
        .service_tier("gold")
        .extra("fallbacks", json!(["claude-opus-5-5"]));
    let request = client(exchange.url()).messages().create(&body);
    request
        .body_field("thread", json!({"id": "t"}))
        .header("x-trace", "1")
        .query("debug", "yes")
        .await
        .unwrap();

    let expected = json!({
        "model": "claude-next-7", "max_tokens": 1, "messages": [], "tools": [tool],
        "service_tier": "gold", "fallbacks": ["claude-opus-5-5"], "thread": {"id": "t"},
    });
    let request = plain(post("/v1/messages"))
        .header("x-trace", "1")
        .query("debug", "yes");
    exchange.expect(request.json(expected)).await;
}

#[tokio::test]
async fn other_resources() {
    let skill = json!({
        "id": "skill_1", "type": "skill", "source": {"type": "marketplace", "vendor": "v"},
        "created_at": "2026-10-01T12:00:00Z", "stars": [1],
    });
    let exchange = answer("platform.retrieveSkill", Reply::json(skill.clone())).await;
    let found = client(exchange.url())
        .skills()
        .retrieve("skill_1")
        .await
        .unwrap()
        .into_inner();
    let Some(SkillSource::Info(source)) = &found.source else {
        panic!("{found:?}");
    };
    assert_eq!(source.r#type.as_str(), "marketplace");
    assert_eq!(serde_json::to_value(&found).unwrap(), skill);
    exchange.expect(plain(get("/v1/skills/skill_1"))).await;

    let batch = json!({
        "id": "b", "type": "message_batch", "processing_status": "paused",
        "request_counts": {
            "processing": 1, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0, "paused": 4,
        },
        "created_at": "2026-11-02T08:15:00Z", "expires_at": "2026-11-03T08:15:00Z", "priority": "low",
    });
    let exchange = answer("platform.retrieveMessageBatch", Reply::json(batch.clone())).await;
    let found = client(exchange.url())
        .messages()
        .batches()
        .retrieve("b")
        .await
        .unwrap();
    assert_eq!(found.processing_status.as_str(), "paused");
    assert_eq!(serde_json::to_value(found.into_inner()).unwrap(), batch);
    exchange.expect(plain(get("/v1/messages/batches/b"))).await;
}

/// A known block with a body that is not its own is an error that says where.
#[tokio::test]
async fn a_broken_block() {
    let mut body = reply();
    body["content"][2]["citations"][1]["start_char_index"] = json!("zero");
    let exchange = answer("platform.createMessage", Reply::json(body)).await;
    let error = client(exchange.url())
        .messages()
        .create(question().0)
        .await
        .unwrap_err();
    exchange.requests(1).await;
    assert!(matches!(error, claude_typed::Error::Decode(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("content[2].citations[1].start_char_index"),
        "{text}"
    );
}

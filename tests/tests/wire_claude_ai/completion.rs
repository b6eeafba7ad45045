//! A prompt and the events of its answer.

use claude_typed::Error;
use claude_typed::claude_ai::{
    Attachment, CompletionEvent, CompletionRequest, CompletionTool, CompletionToolType,
    CreateConversationParams, EffortLevel, LimitClaim, MessageLimitType, MessageUuid,
    OverageDisabledReason, PerModelLimit, RenderingMode, StopReason, Style, ThinkingMode,
    TurnMessageUuids,
};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use specwright_runtime::StreamCause;
use specwright_tests::wire::{REQUEST_ID, Reply, answer, refused};
use uuid::uuid;

use crate::support::{CONVERSATION, client, post_for_events};

const PATH: &str = "/chat_conversations/b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10/completion";

/// The events of an answer with this body.
async fn events(body: &str) -> Vec<Result<CompletionEvent, Error>> {
    let reply = Reply::text("text/event-stream; charset=utf-8", body);
    let exchange = answer("claude_ai.streamCompletion", reply).await;
    let prompt = CompletionRequest::new("?");
    let request = client(exchange.url())
        .conversations()
        .completion(CONVERSATION, prompt);
    let stream = request.await.unwrap().into_inner();
    assert_eq!(stream.request_id(), Some(REQUEST_ID));
    let events = stream.collect().await;
    exchange
        .expect(post_for_events(PATH).json(json!({"prompt": "?"})))
        .await;
    events
}

#[tokio::test]
async fn every_field_of_the_prompt_is_sent() {
    let end = Reply::events(&[("message_stop", json!({"type": "message_stop"}))]);
    let exchange = answer("claude_ai.streamCompletion", end).await;
    let body = CompletionRequest::new("How much \"oil\"?\n")
        .parent_message_uuid(MessageUuid::ROOT)
        .model("claude-opus-4-7")
        .timezone("Atlantic/Azores")
        .locale("pt-PT")
        .rendering_mode(RenderingMode::Messages)
        .personalized_styles([Style::new()
            .key("Concise")
            .name("Concise")
            .is_default(false)])
        .tools([
            CompletionTool::new("web_search").r#type(CompletionToolType::WebSearchV0),
            CompletionTool::new("tide_table").input_schema(json!({"type": "object"})),
        ])
        .attachments([Attachment::new()
            .file_name("log.txt")
            .file_type("txt")
            .file_size(12)
            .extracted_content("Filled twice")])
        .files(["f-1"])
        .sync_sources([json!({"type": "tides"})])
        .turn_message_uuids(
            TurnMessageUuids::new()
                .human_message_uuid(uuid!("019b0000-0000-7000-8000-00000000000a").into())
                .assistant_message_uuid(uuid!("019b0000-0000-7000-8000-00000000000b").into()),
        )
        .create_conversation_params(
            CreateConversationParams::new()
                .name("")
                .include_conversation_preferences(true)
                .is_temporary(true)
                .null_paprika_mode(),
        )
        .effort(EffortLevel::High)
        .thinking_mode(ThinkingMode::Auto)
        .max_tokens_to_sample(500)
        .temperature(0.5)
        .null_paprika_mode()
        .compass_mode("advanced")
        .tool_states([json!({"name": "web_search", "on": true})])
        .null_custom_system_prompt()
        .extra("beam", "white");
    let stream = client(exchange.url())
        .conversations()
        .completion(CONVERSATION, &body)
        .await
        .unwrap();
    let events: Vec<_> = stream.into_inner().try_collect().await.unwrap();
    assert!(matches!(
        events.as_slice(),
        [CompletionEvent::MessageStop(_)]
    ));
    let sent = json!({
        "prompt": "How much \"oil\"?\n",
        "parent_message_uuid": "00000000-0000-4000-8000-000000000000",
        "model": "claude-opus-4-7",
        "timezone": "Atlantic/Azores",
        "locale": "pt-PT",
        "rendering_mode": "messages",
        "personalized_styles": [{"key": "Concise", "name": "Concise", "isDefault": false}],
        "tools": [
            {"name": "web_search", "type": "web_search_v0"},
            {"name": "tide_table", "input_schema": {"type": "object"}},
        ],
        "attachments": [{
            "file_name": "log.txt", "file_type": "txt", "file_size": 12,
            "extracted_content": "Filled twice",
        }],
        "files": ["f-1"],
        "sync_sources": [{"type": "tides"}],
        "turn_message_uuids": {
            "human_message_uuid": "019b0000-0000-7000-8000-00000000000a",
            "assistant_message_uuid": "019b0000-0000-7000-8000-00000000000b",
        },
        "create_conversation_params": {
            "name": "", "include_conversation_preferences": true, "is_temporary": true,
            "paprika_mode": null,
        },
        "effort": "high",
        "thinking_mode": "auto",
        "max_tokens_to_sample": 500,
        "temperature": 0.5,
        "paprika_mode": null,
        "compass_mode": "advanced",
        "tool_states": [{"name": "web_search", "on": true}],
        "custom_system_prompt": null,
        "beam": "white",
    });
    exchange.expect(post_for_events(PATH).json(sent)).await;
}

#[tokio::test]
async fn a_limit_or_a_running_answer_refuses_a_prompt_once() {
    let call = async |url: &str| {
        let prompt = CompletionRequest::new("?");
        let request = client(url).conversations().completion(CONVERSATION, prompt);
        request.max_retries(3).await
    };
    refused("claude_ai.streamCompletion", 429, "rate_limit_error", call).await;
    refused("claude_ai.streamCompletion", 529, "overloaded_error", call).await;
    refused(
        "claude_ai.streamCompletion",
        413,
        "invalid_request_error",
        call,
    )
    .await;
}

/// Line ends, comments and unknown events as the site and its successors send them.
#[tokio::test]
async fn an_answer_is_read_event_by_event() {
    let body = [
        r#"event: conversation_ready
data: {}
"#,
        r#": ping - 2026-11-02 21:05:01
"#,
        r#"event: message_start
data: {"type":"message_start","message":{"id":"chatcompl_01Lamp","type":"message","role":"assistant","model":"","parent_uuid":"019b0000-0000-7000-8000-00000000000a","uuid":"019b0000-0000-7000-8000-00000000000b","content":[],"stop_reason":null,"stop_sequence":null,"trace_id":"abc","request_id":"req_011Inner"}}
"#,
        r#"event: ping
data: {"type":"ping"}
"#,
        r#"event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","summaries":[],"cut_off":false}}
"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Wicks"}}
"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_summary_delta","summary":{"summary":"Wicks."}}}
"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_summary_delta","summary":"As text."}}
"#,
        r#"event: content_block_delta
data: {"index":0,"delta":{"cut_off":true,"type":"thinking_cut_off_delta"},"type":"content_block_delta"}
"#,
        r#"event: content_block_stop
data: {"type":"content_block_stop","index":0,"stop_timestamp":"2026-11-02T21:05:02.5Z"}
"#,
        r#"event: foghorn
data: {"type":"foghorn","blasts":2}
"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"beam_delta","lumen":9}}
"#,
        r#"event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"max_conversation_length","stop_sequence":null}}
"#,
        r#"event: message_limit
data: {"type":"message_limit","message_limit":{"type":"approaching_limit","resetsAt":1793660400,"remaining":4,"perModelLimit":false,"representativeClaim":"five_hour","overageDisabledReason":"out_of_credits","overageInUse":false,"windows":{"5h":{"status":"approaching_limit","resets_at":1793660400,"utilization":0.93,"surpassed_threshold":0.9},"7d_moon":{"status":"within_limit","utilization":0.1}}}}
"#,
        r#"event: message_stop
data: {"type":"message_stop"}
"#,
    ]
    .join("\n")
        + "\n";
    let crlf = body.replace('\n', "\r\n");
    for body in [body.as_str(), crlf.as_str()] {
        let events: Vec<_> = events(body).await.into_iter().map(Result::unwrap).collect();
        let [
            CompletionEvent::ConversationReady,
            CompletionEvent::MessageStart(start),
            CompletionEvent::Ping,
            CompletionEvent::ContentBlockStart(block),
            CompletionEvent::ContentBlockDelta(thinking),
            CompletionEvent::ContentBlockDelta(summary),
            CompletionEvent::ContentBlockDelta(summary_text),
            CompletionEvent::ContentBlockDelta(cut_off),
            CompletionEvent::ContentBlockStop(stop),
            CompletionEvent::Unknown(foghorn),
            CompletionEvent::ContentBlockDelta(beam),
            CompletionEvent::MessageDelta(delta),
            CompletionEvent::MessageLimit(limit),
            CompletionEvent::MessageStop(_),
        ] = events.as_slice()
        else {
            panic!("{events:#?}");
        };
        assert_eq!(start.message.id, "chatcompl_01Lamp");
        assert_eq!(
            start.message.uuid,
            Some(uuid!("019b0000-0000-7000-8000-00000000000b").into())
        );
        assert_eq!(start.message.request_id.as_deref(), Some("req_011Inner"));
        assert_eq!(start.message.usage, None);
        assert!(block.content_block.as_thinking().is_some());
        let thinking = thinking.delta.as_thinking_delta().unwrap();
        assert_eq!(thinking.thinking, "Wicks");
        let summary = &summary.delta.as_thinking_summary_delta().unwrap().summary;
        let summary = summary.as_thinking_summary().unwrap();
        assert_eq!(summary.summary.as_deref(), Some("Wicks."));
        let summary = &summary_text
            .delta
            .as_thinking_summary_delta()
            .unwrap()
            .summary;
        assert_eq!(summary.as_text().unwrap(), "As text.");
        let cut_off = cut_off.delta.as_thinking_cut_off_delta().unwrap();
        assert_eq!(cut_off.cut_off, Some(true));
        assert_eq!(stop.stop_timestamp.unwrap().timestamp_subsec_millis(), 500);
        assert_eq!(foghorn.name, "foghorn");
        assert_eq!(foghorn.data, r#"{"type":"foghorn","blasts":2}"#);
        assert_eq!(
            serde_json::to_value(&beam.delta).unwrap(),
            json!({"type": "beam_delta", "lumen": 9})
        );
        assert_eq!(
            delta.delta.stop_reason,
            Some(StopReason::MaxConversationLength)
        );
        let limit = &limit.message_limit;
        assert_eq!(limit.r#type, Some(MessageLimitType::ApproachingLimit));
        assert_eq!(limit.resets_at, Some(1_793_660_400));
        assert_eq!(limit.remaining, Some(4));
        assert_eq!(limit.per_model_limit, Some(PerModelLimit::Bool(false)));
        assert_eq!(limit.representative_claim, Some(LimitClaim::FiveHour));
        assert_eq!(
            limit.overage_disabled_reason,
            Some(OverageDisabledReason::OutOfCredits)
        );
        let windows = limit.windows.as_ref().unwrap();
        assert_eq!(windows["5h"].utilization, Some(0.93));
        assert_eq!(windows["5h"].surpassed_threshold, Some(0.9));
        assert_eq!(windows["7d_moon"].resets_at, None);
    }
}

#[tokio::test]
async fn tools_and_citations_come_as_blocks_and_deltas() {
    let body = r#"event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_tide","name":"tide_table","input":{},"message":"Looking"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"day\":2}"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"tool_use_block_update_delta","message":"Found","display_content":{"type":"text","text":"2"}}}

event: content_block_stop
data: {"type":"content_block_stop","index":0,"buffered_input":"{\"day\":2}"}

event: tool_approval
data: {"type":"tool_approval","tool":"tide_table"}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"tool_result_block_update_delta","message":null,"is_error":true}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"citation_start_delta","citation":{"uuid":"c-1","title":"Tides","url":"https://example.org/t","origin_tool_name":"tide_table","sources":[{"n":1}]}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"citation_end_delta","citation_uuid":"c-1"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"flag_delta","flag":"storm","helpline":{"name":"Coast guard"}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"signature_delta","signature":"c2ln"}}

event: mcp_auth_required
data: {"type":"mcp_auth_required","server_uuid":"s-1","auth_url":"https://example.org/auth"}

event: compaction_status
data: {"type":"compaction_status","status":"started","message":"Packing"}

event: cache_performance
data: {"type":"cache_performance","cache_performance":{"hits":3}}

"#;
    let events: Vec<_> = events(body).await.into_iter().map(Result::unwrap).collect();
    let [
        CompletionEvent::ContentBlockStart(block),
        CompletionEvent::ContentBlockDelta(input),
        CompletionEvent::ContentBlockDelta(update),
        CompletionEvent::ContentBlockStop(stop),
        CompletionEvent::ToolApproval(approval),
        CompletionEvent::ContentBlockDelta(result),
        CompletionEvent::ContentBlockDelta(citation_start),
        CompletionEvent::ContentBlockDelta(citation_end),
        CompletionEvent::ContentBlockDelta(flag),
        CompletionEvent::ContentBlockDelta(signature),
        CompletionEvent::McpAuthRequired(auth),
        CompletionEvent::CompactionStatus(compaction),
        CompletionEvent::CachePerformance(cache),
    ] = events.as_slice()
    else {
        panic!("{events:#?}");
    };
    let tool = block.content_block.as_tool_use().unwrap();
    assert_eq!(
        (tool.id.as_str(), tool.message.as_deref()),
        ("toolu_tide", Some("Looking"))
    );
    let input = input.delta.as_input_json_delta().unwrap();
    assert_eq!(input.partial_json, r#"{"day":2}"#);
    let update = update.delta.as_tool_use_block_update_delta().unwrap();
    assert_eq!(update.message.as_deref(), Some("Found"));
    assert_eq!(stop.buffered_input.as_deref(), Some(r#"{"day":2}"#));
    assert_eq!(approval["tool"], "tide_table");
    let result = result.delta.as_tool_result_block_update_delta().unwrap();
    assert_eq!(
        (result.message.as_deref(), result.is_error),
        (None, Some(true))
    );
    let citation = &citation_start
        .delta
        .as_citation_start_delta()
        .unwrap()
        .citation;
    assert_eq!(citation.title.as_deref(), Some("Tides"));
    assert_eq!(
        citation.sources.as_deref(),
        Some([json!({"n": 1})].as_slice())
    );
    let end = citation_end.delta.as_citation_end_delta().unwrap();
    assert_eq!(end.citation_uuid.as_deref(), Some("c-1"));
    let flag = flag.delta.as_flag_delta().unwrap();
    assert_eq!(flag.flag.as_deref(), Some("storm"));
    let signature = signature.delta.as_signature_delta().unwrap();
    assert_eq!(signature.signature.as_deref(), Some("c2ln"));
    assert_eq!(auth.auth_url.as_deref(), Some("https://example.org/auth"));
    assert_eq!(compaction.status.as_deref(), Some("started"));
    assert_eq!(cache.cache_performance.as_ref().unwrap()["hits"], 3);
}

#[tokio::test]
async fn the_old_format_is_read() {
    let body = r#"event: completion
data: {"type":"completion","id":"chatcompl_01Old","completion":" Two","stop_reason":null,"model":"claude-opus-4-7","stop":null,"log_id":"log-1","messageLimit":{"type":"within_limit"}}

"#;
    let mut events = events(body).await;
    let Some(Ok(CompletionEvent::Completion(old))) = events.pop() else {
        panic!("{events:?}");
    };
    assert_eq!(old.completion.as_deref(), Some(" Two"));
    assert_eq!(old.log_id.as_deref(), Some("log-1"));
    assert_eq!(
        old.message_limit.unwrap().r#type,
        Some(MessageLimitType::WithinLimit)
    );
}

#[tokio::test]
async fn an_error_event_ends_the_stream_as_a_typed_error() {
    let body = r#"event: ping
data: {}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"The lamp is out.","details":null},"request_id":"req_011Inner"}

event: ping
data: {}

"#;
    let mut events = events(body).await;
    assert_eq!(events.len(), 2);
    let Some(Err(Error::Stream(error))) = events.pop() else {
        panic!("{events:?}");
    };
    assert_eq!(error.cause(), StreamCause::ErrorEvent);
    assert_eq!(error.kind(), Some("overloaded_error"));
    assert_eq!(error.message(), "The lamp is out.");
    assert_eq!(error.request_id(), Some("req_011Inner"));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(529));
    assert!(!error.nothing_delivered());
    assert!(error.raw().unwrap().contains("overloaded_error"));
}

#[tokio::test]
async fn one_bad_event_does_not_end_the_stream() {
    let body = r#"event: content_block_delta
data: {"type":"content_block_delta","index":"zero","delta":{"type":"text_delta","text":"a"}}

event: message_stop
data: {"type":"message_stop"}

"#;
    let events = events(body).await;
    let [
        Err(Error::Decode(error)),
        Ok(CompletionEvent::MessageStop(_)),
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(error.event(), Some("content_block_delta"));
    assert!(
        error
            .body()
            .starts_with(b"{\"type\":\"content_block_delta\"")
    );
}

#[tokio::test]
async fn a_body_cut_in_the_middle_of_an_event_is_an_error() {
    let mut events = events("event: ping\ndata: {}\n\nevent: message_st").await;
    assert_eq!(events.len(), 2);
    let Some(Err(Error::Stream(error))) = events.pop() else {
        panic!("{events:?}");
    };
    assert_eq!(error.cause(), StreamCause::Truncated);
    assert_eq!(error.request_id(), Some(REQUEST_ID));
}

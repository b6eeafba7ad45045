use claude_typed::platform::*;
use serde_json::{Value, json};
use specwright_tests::wire::{REQUEST_ID, Reply, answer, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain, question};

/// A reply with every field set.
fn reply() -> Value {
    json!({
        "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [
            {"type": "thinking", "thinking": "A lookup is needed.", "signature": "RXhhbXBsZQ=="},
            {"type": "redacted_thinking", "data": "b3BhcXVl"},
            {"type": "text", "text": "Looking.", "citations": [{
                "type": "char_location", "cited_text": "Quito", "document_index": 0,
                "document_title": null, "start_char_index": 3, "end_char_index": 8, "file_id": "file_1",
            }]},
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "Quito"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": {
                "type": "web_search_tool_result_error", "error_code": "max_uses_exceeded",
            }},
            {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Quito"},
             "caller": {"type": "direct"}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": null,
        "stop_details": {"type": "refusal", "category": "bio", "explanation": "No."},
        "container": {"id": "container_1", "expires_at": "2026-11-22T10:00:00Z", "skills": [
            {"type": "anthropic", "skill_id": "pptx", "version": "latest"},
        ]},
        "diagnostics": {"cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 310}},
        "usage": {
            "input_tokens": 402, "output_tokens": 61,
            "cache_creation_input_tokens": 12, "cache_read_input_tokens": null,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 7},
            "output_tokens_details": {"thinking_tokens": 22},
            "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
            "service_tier": "priority", "inference_geo": "us", "speed": "fast",
        },
    })
}

#[tokio::test]
async fn create() {
    let exchange = answer("platform.createMessage", Reply::json(reply())).await;
    let (body, json) = question();
    let request = client(exchange.url()).messages().create(&body);
    let request = request
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .user_profile_id("uprof_1");
    let message = request.await.unwrap();

    assert_eq!(message.request_id(), Some(REQUEST_ID));
    assert_eq!(message.model, Model::ClaudeOpus55);
    assert_eq!(message.stop_reason, Some(StopReason::ToolUse));
    assert_eq!(message.stop_sequence, None);
    let refusal = message
        .stop_details
        .as_ref()
        .and_then(|details| details.as_refusal())
        .unwrap();
    assert_eq!(refusal.category, Some(RefusalCategory::Bio));
    assert_eq!(refusal.explanation.as_deref(), Some("No."));
    let container = message.container.as_ref().unwrap();
    assert_eq!(
        container.expires_at.unwrap().to_rfc3339(),
        "2026-11-22T10:00:00+00:00"
    );
    assert_eq!(container.skills.as_ref().unwrap()[0].skill_id, "pptx");
    let Some(CacheMissReason::ToolsChanged(miss)) =
        &message.diagnostics.as_ref().unwrap().cache_miss_reason
    else {
        panic!("{:?}", message.diagnostics);
    };
    assert_eq!(miss.cache_missed_input_tokens, Some(310));

    let expected = full(post("/v1/messages")).header("accept", "application/json");
    exchange
        .expect(
            expected
                .header("anthropic-user-profile-id", "uprof_1")
                .json(json),
        )
        .await;
    refused(
        "platform.createMessage",
        402,
        "billing_error",
        async |url| client(url).messages().create(question().0).await,
    )
    .await;
}

#[tokio::test]
async fn content_of_a_reply() {
    let exchange = answer("platform.createMessage", Reply::json(reply())).await;
    let message = client(exchange.url())
        .messages()
        .create(question().0)
        .await
        .unwrap();
    exchange.requests(1).await;

    let [thinking, redacted, text, search, result, tool] = message.content.as_slice() else {
        panic!("{:?}", message.content);
    };
    assert_eq!(
        thinking.as_thinking().unwrap().thinking,
        "A lookup is needed."
    );
    assert_eq!(
        thinking.as_thinking().unwrap().signature.as_deref(),
        Some("RXhhbXBsZQ==")
    );
    assert_eq!(redacted.as_redacted_thinking().unwrap().data, "b3BhcXVl");
    assert_eq!(text.as_text().unwrap().text, "Looking.");
    let citations = text.as_text().unwrap().citations.as_ref().unwrap();
    let [TextCitation::CharLocation(citation)] = citations.as_slice() else {
        panic!("{citations:?}");
    };
    assert_eq!((citation.start_char_index, citation.end_char_index), (3, 8));
    assert_eq!(citation.cited_text, "Quito");
    let search = search.as_server_tool_use().unwrap();
    assert_eq!(
        (search.name.as_str(), &search.input),
        ("web_search", &json!({"query": "Quito"}))
    );
    let result = result.as_web_search_tool_result().unwrap();
    assert_eq!(
        serde_json::to_value(&result.content).unwrap()["error_code"],
        "max_uses_exceeded"
    );
    let tool = tool.as_tool_use().unwrap();
    assert_eq!(
        (tool.id.as_str(), tool.name.as_str()),
        ("toolu_1", "get_weather")
    );
    assert_eq!(tool.input, json!({"city": "Quito"}));
    assert!(
        matches!(tool.caller, Some(ToolCaller::Direct(_))),
        "{:?}",
        tool.caller
    );

    let usage = &message.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (402, 61));
    assert_eq!(
        (
            usage.cache_creation_input_tokens,
            usage.cache_read_input_tokens
        ),
        (Some(12), None)
    );
    let created = usage.cache_creation.as_ref().unwrap();
    assert_eq!(created.ephemeral_5m_input_tokens, Some(5));
    assert_eq!(created.ephemeral_1h_input_tokens, Some(7));
    assert_eq!(
        usage
            .output_tokens_details
            .as_ref()
            .unwrap()
            .thinking_tokens,
        Some(22)
    );
    assert_eq!(
        usage.server_tool_use.as_ref().unwrap().web_search_requests,
        Some(1)
    );
    assert_eq!(usage.service_tier, Some(UsageServiceTier::Priority));
    assert_eq!(
        (usage.inference_geo.as_deref(), &usage.speed),
        (Some("us"), &Some(Speed::Fast))
    );
}

/// A body with every field.
#[tokio::test]
async fn a_full_body() {
    let exchange = answer("platform.createMessage", Reply::json(reply())).await;
    let schema = ToolInputSchema::new();
    let schema = schema
        .properties([("city", json!({"type": "string"}))])
        .required(["city"]);
    let weather = CustomTool::new("get_weather", schema)
        .description("Today's weather.")
        .strict(true);
    let search = WebSearchTool20260318::new()
        .max_uses(3)
        .allowed_domains(["example.com"]);
    let system =
        TextBlock::new("Be brief.").cache_control(CacheControl::new().ttl(CacheTtl::OneHour));
    let (question, _) = question();
    let body = question
        .system(vec![system])
        .stop_sequences(["END"])
        .temperature(0.5)
        .top_p(0.99)
        .top_k(40)
        .thinking(ThinkingEnabled::new(2048))
        .tools([Tool::from(weather), Tool::from(search)])
        .tool_choice(ToolChoiceTool::new("get_weather").disable_parallel_tool_use(true))
        .output_config(
            OutputConfig::new()
                .effort("high")
                .format(JsonOutputFormat::new([("type", "object")])),
        )
        .cache_control(CacheControl::new())
        .container(ContainerParams::new().skills([ContainerSkill::new("anthropic", "pptx")]))
        .metadata(Metadata::new().user_id("u-1"))
        .service_tier(ServiceTier::StandardOnly)
        .null_speed()
        .inference_geo("us")
        .diagnostics(DiagnosticsParam::new().null_previous_message_id())
        .extra("mcp_servers", json!([]));
    client(exchange.url())
        .messages()
        .create(&body)
        .await
        .unwrap();

    let expected = json!({
        "model": "claude-sonnet-5-5",
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": "Hello, Claude"}],
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "stop_sequences": ["END"],
        "temperature": 0.5,
        "top_p": 0.99,
        "top_k": 40,
        "thinking": {"type": "enabled", "budget_tokens": 2048},
        "tools": [
            {"name": "get_weather", "description": "Today's weather.", "strict": true, "input_schema": {
                "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
            }},
            {"type": "web_search_20260318", "name": "web_search", "max_uses": 3,
             "allowed_domains": ["example.com"]},
        ],
        "tool_choice": {"type": "tool", "name": "get_weather", "disable_parallel_tool_use": true},
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}},
        "cache_control": {"type": "ephemeral"},
        "container": {"skills": [{"type": "anthropic", "skill_id": "pptx"}]},
        "metadata": {"user_id": "u-1"},
        "service_tier": "standard_only",
        "speed": null,
        "inference_geo": "us",
        "diagnostics": {"previous_message_id": null},
        "mcp_servers": [],
    });
    exchange
        .expect(plain(post("/v1/messages")).json(expected))
        .await;
}

/// Turns with blocks that only users send.
#[tokio::test]
async fn count_tokens() {
    let exchange = answer(
        "platform.countMessageTokens",
        Reply::json(json!({"input_tokens": 2095})),
    )
    .await;
    let blocks = vec![
        ToolResultBlock::new("toolu_1")
            .content("12 degrees")
            .is_error(false)
            .into(),
        ImageBlock::new(Base64ImageSource::new("image/png", "aGk=")).into(),
        DocumentBlock::new(FileSource::new("file_1"))
            .title("Invoice")
            .into(),
        ContentBlockParam::from(TextBlock::new("How warm is it?")),
    ];
    let body = CountTokensRequest::new(Model::ClaudeHaiku55, [MessageParam::new("user", blocks)])
        .system("Be brief.")
        .thinking(ThinkingAdaptive::new().display("summarized"))
        .tools([BashTool20250124::new()])
        .tool_choice(ToolChoiceAuto::new())
        .output_config(OutputConfig::new().null_effort())
        .null_cache_control()
        .speed("fast");
    let request = client(exchange.url()).messages().count_tokens(&body);
    let request = request
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .user_profile_id("uprof_1");
    assert_eq!(request.await.unwrap().input_tokens, 2095);

    let expected = json!({
        "model": "claude-haiku-5-5",
        "messages": [{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "12 degrees", "is_error": false},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            {"type": "document", "title": "Invoice", "source": {"type": "file", "file_id": "file_1"}},
            {"type": "text", "text": "How warm is it?"},
        ]}],
        "system": "Be brief.",
        "thinking": {"type": "adaptive", "display": "summarized"},
        "tools": [{"type": "bash_20250124", "name": "bash"}],
        "tool_choice": {"type": "auto"},
        "output_config": {"effort": null},
        "cache_control": null,
        "speed": "fast",
    });
    let request = full(post("/v1/messages/count_tokens"));
    exchange
        .expect(
            request
                .header("anthropic-user-profile-id", "uprof_1")
                .json(expected),
        )
        .await;
    refused(
        "platform.countMessageTokens",
        422,
        "invalid_request_error",
        async |url| {
            client(url)
                .messages()
                .count_tokens(CountTokensRequest::new("claude-1", []))
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn rate_limits_of_a_reply() {
    let reply = Reply::json(json!({"input_tokens": 1}))
        .header("anthropic-ratelimit-requests-limit", "4000")
        .header("anthropic-ratelimit-requests-remaining", "3999")
        .header("anthropic-ratelimit-requests-reset", "2026-11-22T00:00:01Z")
        .header("anthropic-ratelimit-output-tokens-remaining", "80000")
        .header("anthropic-organization-id", "org-1");
    let exchange = answer("platform.countMessageTokens", reply).await;
    let body = CountTokensRequest::new("claude-opus-5-5", []);
    let count = client(exchange.url())
        .messages()
        .count_tokens(&body)
        .await
        .unwrap();
    exchange.requests(1).await;

    let limits = count.rate_limits();
    assert_eq!(
        (limits.requests.limit, limits.requests.remaining),
        (Some(4000), Some(3999))
    );
    assert_eq!(
        limits.requests.reset.unwrap().to_rfc3339(),
        "2026-11-22T00:00:01+00:00"
    );
    assert_eq!(limits.output_tokens.remaining, Some(80_000));
    assert!(limits.input_tokens.is_empty());
    assert_eq!(count.header("anthropic-organization-id"), Some("org-1"));
}

/// The body of an error as the type of the document, with its finer code.
#[tokio::test]
async fn the_body_of_an_error() {
    let body = json!({"type": "error", "error": {
        "type": "rate_limit_error", "message": "Too fast.",
        "details": {"error_code": "enforced_spend_limit_reached", "limit": 5},
    }, "request_id": REQUEST_ID});
    let reply = Reply::json(body).status(429).header("retry-after", "7");
    let exchange = answer("platform.createMessage", reply).await;
    let error = client(exchange.url())
        .messages()
        .create(question().0)
        .await
        .unwrap_err();
    exchange.requests(1).await;

    assert!(error.is_retryable());
    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
    let api = error.as_api().unwrap();
    assert_eq!(api.error_code(), Some("enforced_spend_limit_reached"));
    let typed: ErrorResponse = api.decode().unwrap();
    assert_eq!(typed.error.r#type, ErrorType::RateLimitError);
    let details = typed.error.details.unwrap();
    assert_eq!(
        details.error_code,
        Some(ErrorCode::EnforcedSpendLimitReached)
    );
    assert_eq!(details.extra["limit"], 5);
}

/// The edge answers with HTML.
#[tokio::test]
async fn an_error_that_is_no_json() {
    let reply = Reply::text("text/html", "<html>Too large</html>").status(413);
    let exchange = answer("platform.createMessage", reply).await;
    let error = client(exchange.url())
        .messages()
        .create(question().0)
        .await
        .unwrap_err();
    exchange.requests(1).await;

    let api = error.as_api().unwrap();
    assert_eq!((api.status().as_u16(), api.kind()), (413, None));
    assert_eq!(api.body().as_ref(), b"<html>Too large</html>");
    assert_eq!(api.message(), "Payload Too Large");
}

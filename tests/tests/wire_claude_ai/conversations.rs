//! Conversations, their titles and files.

use claude_typed::claude_ai::{
    Consistency, ContentBlock, ConversationPlatform, ConversationSettings,
    CreateConversationRequest, FileKind, GenerateTitleRequest, Maybe, MessageSender, MessageUuid,
    PaprikaMode, RenderingMode, StopReason, ToolSearchMode, TreeMode,
};
use serde_json::{Value, json};
use specwright_tests::wire::{REQUEST_ID, Reply, answer, answers, refused};

use crate::support::{CONVERSATION, PROJECT, client, delete, get, post};

fn conversation() -> Value {
    json!({
        "uuid": CONVERSATION,
        "name": "Lamp oil",
        "summary": "",
        "model": "claude-opus-4-7",
        "created_at": "2026-11-02T21:04:09.000123+00:00",
        "updated_at": "2026-11-02T22:00:00.5Z",
        "settings": {
            "enabled_web_search": true,
            "enabled_sourdough": null,
            "paprika_mode": "extended",
            "tool_search_mode": "auto",
            "enabled_mcp_tools": {"tides:read": true},
            "enabled_moonlight": true,
        },
        "is_starred": true,
        "is_temporary": false,
        "project_uuid": PROJECT,
        "project": {"uuid": PROJECT, "name": "Lighthouse"},
        "current_leaf_message_uuid": null,
        "session_id": null,
        "platform": "CLAUDE_AI",
        "mood": "calm",
    })
}

#[tokio::test]
async fn list() {
    let reply = Reply::json(json!([conversation()])).header("x-envoy-upstream-service-time", "41");
    let exchange = answer("claude_ai.listConversations", reply).await;
    let page = client(exchange.url())
        .conversations()
        .list()
        .limit(20)
        .offset(40)
        .starred(true)
        .project_uuid(PROJECT)
        .consistency(Consistency::Eventual)
        .await
        .unwrap();
    exchange
        .expect(
            get("/chat_conversations")
                .query("limit", "20")
                .query("offset", "40")
                .query("starred", "true")
                .query("project_uuid", "e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e")
                .query("consistency", "eventual"),
        )
        .await;

    assert_eq!(page.request_id(), Some(REQUEST_ID));
    assert_eq!(page.upstream_service_time().unwrap().as_millis(), 41);
    let [only] = page.as_list().unwrap().as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(only.uuid, CONVERSATION);
    assert_eq!(only.name.as_deref(), Some("Lamp oil"));
    assert_eq!(only.summary.as_deref(), Some(""));
    assert_eq!(only.model.as_deref(), Some("claude-opus-4-7"));
    assert_eq!(only.created_at.unwrap().timestamp_subsec_micros(), 123);
    assert_eq!(only.updated_at.unwrap().timestamp(), 1_793_656_800);
    assert_eq!(only.is_starred, Some(true));
    assert_eq!(only.project_uuid, Some(PROJECT));
    assert_eq!(only.platform, Some(ConversationPlatform::ClaudeAi));
    assert_eq!(only.extra["mood"], "calm");
    let project = only.project.as_ref().unwrap();
    assert_eq!(project.name.as_deref(), Some("Lighthouse"));
    let settings = only.settings.as_ref().unwrap();
    assert_eq!(settings.enabled_web_search, Maybe::Value(true));
    assert_eq!(settings.enabled_sourdough, Maybe::Null);
    assert_eq!(settings.enabled_compass, Maybe::Absent);
    assert_eq!(settings.paprika_mode, Maybe::Value(PaprikaMode::Extended));
    assert_eq!(
        settings.tool_search_mode,
        Maybe::Value(ToolSearchMode::Auto)
    );
    assert_eq!(settings.extra["enabled_moonlight"], true);

    refused(
        "claude_ai.listConversations",
        404,
        "not_found_error",
        async |url| client(url).conversations().list().await,
    )
    .await;
}

#[tokio::test]
async fn create() {
    let reply = Reply::json(conversation()).status(201);
    let exchange = answers("claude_ai.createConversation", [reply.clone(), reply]).await;
    let client = client(exchange.url());
    let body = CreateConversationRequest::new(CONVERSATION)
        .name("")
        .model("claude-opus-4-7")
        .project_uuid(PROJECT)
        .include_conversation_preferences(true)
        .is_temporary(false)
        .null_paprika_mode()
        .settings(ConversationSettings::new().enabled_web_search(true))
        .extra("origin", "tower");
    let created = client.conversations().create(&body).await.unwrap();
    assert_eq!(created.status().as_u16(), 201);
    assert_eq!(created.uuid, CONVERSATION);
    assert_eq!(created.is_temporary, Some(false));
    assert_eq!(created.chat_messages, None);
    let least = CreateConversationRequest::new(CONVERSATION);
    client.conversations().create(least).await.unwrap();
    exchange
        .expect_all([
            post("/chat_conversations").json(json!({
                "uuid": "b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10",
                "name": "",
                "model": "claude-opus-4-7",
                "project_uuid": "e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e",
                "include_conversation_preferences": true,
                "is_temporary": false,
                "paprika_mode": null,
                "settings": {"enabled_web_search": true},
                "origin": "tower",
            })),
            post("/chat_conversations")
                .json(json!({"uuid": "b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10"})),
        ])
        .await;
}

/// A conversation that was created although the reply says otherwise must not be created twice.
#[tokio::test]
async fn create_is_refused_once() {
    let create = async |url: &str| {
        let body = CreateConversationRequest::new(CONVERSATION);
        let request = client(url).conversations().create(body);
        request.max_retries(3).await
    };
    refused(
        "claude_ai.createConversation",
        409,
        "invalid_request_error",
        create,
    )
    .await;
    refused(
        "claude_ai.createConversation",
        529,
        "overloaded_error",
        create,
    )
    .await;
}

fn messages() -> Value {
    let mut conversation = conversation();
    conversation["chat_messages"] = json!([
        {
            "uuid": "019b0000-0000-7000-8000-00000000000a",
            "parent_message_uuid": "00000000-0000-4000-8000-000000000000",
            "sender": "human",
            "index": 0,
            "text": "",
            "content": [{
                "type": "text", "text": "How much oil?", "citations": [],
                "start_timestamp": "2026-11-02T21:05:00.000001Z", "stop_timestamp": null,
                "flags": null,
            }],
            "attachments": [{
                "id": "att-1", "file_name": "log.txt", "file_type": "txt", "file_size": 12,
                "extracted_content": "Filled twice",
            }],
            "files": [{
                "file_uuid": "f-1", "file_kind": "image", "file_name": "lamp.png",
                "success": true, "created_at": "2026-11-02T21:04:59Z",
                "preview_asset": {
                    "url": "/api/files/f-1/preview", "file_variant": "preview",
                    "primary_color": "aa8844", "image_width": 640, "image_height": 480,
                },
            }],
            "files_v2": [],
            "sync_sources": [],
            "truncated": false,
            "created_at": "2026-11-02T21:05:00Z",
            "edited_at": null,
        },
        {
            "uuid": "019b0000-0000-7000-8000-00000000000b",
            "parent_message_uuid": "019b0000-0000-7000-8000-00000000000a",
            "sender": "assistant",
            "index": 1,
            "content": [
                {"type": "thinking", "thinking": "Count.", "summaries": [{"summary": "Counting."}], "cut_off": false},
                {"type": "tool_use", "id": "toolu_tide", "name": "tide_table", "input": {"day": 2}, "icon_name": "wave"},
                {
                    "type": "tool_result", "tool_use_id": "toolu_tide", "name": "tide_table",
                    "is_error": false,
                    "content": [
                        {"type": "knowledge", "title": "Tides", "url": "https://example.org/t",
                         "metadata": {"type": "webpage_metadata", "site_domain": "example.org"}},
                        {"type": "local_resource", "file_path": "/mnt/t.csv", "name": "t.csv", "mime_type": "text/csv"},
                    ],
                },
                {"type": "foghorn", "pitch": 3},
                {"type": "text", "text": "Two cans.", "citations": [{"uuid": "c-1", "title": "Tides", "url": "https://example.org/t"}]},
            ],
            "stop_reason": "user_canceled",
            "chat_feedback": {"type": "upvote", "reason": null},
            "truncated": true,
        },
    ]);
    conversation
}

#[tokio::test]
async fn retrieve() {
    let exchange = answer("claude_ai.retrieveConversation", Reply::json(messages())).await;
    let conversation = client(exchange.url())
        .conversations()
        .retrieve(CONVERSATION)
        .tree(TreeMode::True)
        .rendering_mode(RenderingMode::Messages)
        .render_all_tools(true)
        .consistency(Consistency::Strong)
        .await
        .unwrap();
    exchange
        .expect(
            get("/chat_conversations/b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10")
                .query("tree", "True")
                .query("rendering_mode", "messages")
                .query("render_all_tools", "true")
                .query("consistency", "strong"),
        )
        .await;

    let [human, assistant] = conversation.chat_messages.as_deref().unwrap() else {
        panic!("{conversation:?}");
    };
    assert_eq!(human.sender, Some(MessageSender::Human));
    assert_eq!(human.parent_message_uuid, Some(MessageUuid::ROOT));
    let attachment = &human.attachments.as_ref().unwrap()[0];
    assert_eq!(attachment.file_size, Some(12));
    assert_eq!(
        attachment.extracted_content.as_deref(),
        Some("Filled twice")
    );
    let file = &human.files.as_ref().unwrap()[0];
    assert_eq!(file.file_kind, Some(FileKind::Image));
    let preview = file.preview_asset.as_ref().unwrap();
    assert_eq!(
        (preview.image_width, preview.image_height),
        (Some(640), Some(480))
    );

    assert_eq!(assistant.index, Some(1));
    assert_eq!(assistant.stop_reason, Some(StopReason::UserCanceled));
    let feedback = assistant.chat_feedback.as_ref().unwrap();
    assert_eq!(feedback.r#type.as_deref(), Some("upvote"));
    let [thinking, tool_use, tool_result, unknown, text] = assistant.content.as_deref().unwrap()
    else {
        panic!("{assistant:?}");
    };
    let thinking = thinking.as_thinking().unwrap();
    assert_eq!(thinking.thinking.as_deref(), Some("Count."));
    assert_eq!(
        thinking.summaries.as_ref().unwrap()[0].summary.as_deref(),
        Some("Counting.")
    );
    let tool_use = tool_use.as_tool_use().unwrap();
    assert_eq!(tool_use.id, "toolu_tide");
    assert_eq!(tool_use.input, Some(json!({"day": 2})));
    let tool_result = tool_result.as_tool_result().unwrap();
    assert_eq!(tool_result.is_error, Some(false));
    let [knowledge, resource] = tool_result.content.as_deref().unwrap() else {
        panic!("{tool_result:?}");
    };
    let metadata = knowledge.as_knowledge().unwrap().metadata.as_ref().unwrap();
    assert_eq!(metadata.site_domain.as_deref(), Some("example.org"));
    let resource = resource.as_local_resource().unwrap();
    assert_eq!(resource.mime_type.as_deref(), Some("text/csv"));
    assert_eq!(
        *unknown,
        ContentBlock::Unknown(json!({"type": "foghorn", "pitch": 3}))
    );
    let text = text.as_text().unwrap();
    assert_eq!(text.text.as_deref(), Some("Two cans."));
    let citation = &text.citations.as_ref().unwrap()[0];
    assert_eq!(citation.url.as_deref(), Some("https://example.org/t"));

    refused(
        "claude_ai.retrieveConversation",
        404,
        "not_found_error",
        async |url| client(url).conversations().retrieve(CONVERSATION).await,
    )
    .await;
}

#[tokio::test]
async fn delete_conversation() {
    // Older deployments answer 200 with the id.
    let replies = [Reply::empty(204), Reply::json(json!(CONVERSATION))];
    let exchange = answers("claude_ai.deleteConversation", replies).await;
    let conversations = client(exchange.url()).conversations();
    for status in [204, 200] {
        let deleted = conversations.delete(CONVERSATION).await.unwrap();
        assert_eq!(deleted.status().as_u16(), status);
    }
    let expected = delete("/chat_conversations/b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10");
    exchange.expect_all([expected.clone(), expected]).await;

    refused(
        "claude_ai.deleteConversation",
        404,
        "not_found_error",
        async |url| client(url).conversations().delete(CONVERSATION).await,
    )
    .await;
}

#[tokio::test]
async fn generate_title() {
    let titled = Reply::json(json!({"title": "Oil for the lamp", "source": "auto"}));
    let replies = [Reply::empty(202), titled];
    let exchange = answers("claude_ai.generateConversationTitle", replies).await;
    let conversations = client(exchange.url()).conversations();
    let body = GenerateTitleRequest::new()
        .message_content("How much oil?")
        .recent_titles(["Fog", "Tides"]);
    let accepted = conversations
        .generate_title(CONVERSATION, &body)
        .await
        .unwrap();
    assert_eq!(accepted.status().as_u16(), 202);
    assert_eq!(*accepted, None);
    let empty = GenerateTitleRequest::new();
    let titled = conversations
        .generate_title(CONVERSATION, &empty)
        .await
        .unwrap();
    let title = titled.into_inner().unwrap();
    assert_eq!(title.title.as_deref(), Some("Oil for the lamp"));
    assert_eq!(title.extra["source"], "auto");
    let path = "/chat_conversations/b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10/title";
    let first = json!({"message_content": "How much oil?", "recent_titles": ["Fog", "Tides"]});
    exchange
        .expect_all([post(path).json(first), post(path).json(json!({}))])
        .await;

    let call = async |url: &str| {
        let body = GenerateTitleRequest::new().title("Oil");
        client(url)
            .conversations()
            .generate_title(CONVERSATION, body)
            .await
    };
    refused(
        "claude_ai.generateConversationTitle",
        400,
        "invalid_request_error",
        call,
    )
    .await;
}

#[tokio::test]
async fn list_files() {
    let reply = Reply::json(json!({
        "success": true,
        "files": ["/mnt/user-data/outputs/oil & wicks.csv"],
        "files_metadata": [{
            "path": "/mnt/user-data/outputs/oil & wicks.csv",
            "size": 77,
            "content_type": "text/csv",
            "created_at": "2026-11-02T21:09:00.25Z",
            "custom_metadata": {"by": "tide_table"},
        }],
    }));
    let exchange = answer("claude_ai.listConversationFiles", reply).await;
    let listing = client(exchange.url())
        .conversations()
        .list_files(CONVERSATION)
        .prefix("/mnt/user-data/outputs/oil & wicks")
        .await
        .unwrap();
    exchange
        .expect(
            get("/chat_conversations/b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10/wiggle/list-files")
                .query("prefix", "/mnt/user-data/outputs/oil & wicks"),
        )
        .await;
    assert_eq!(listing.success, Some(true));
    assert_eq!(
        listing.files.as_deref().unwrap(),
        ["/mnt/user-data/outputs/oil & wicks.csv"]
    );
    let file = &listing.files_metadata.as_ref().unwrap()[0];
    assert_eq!(file.size, Some(77));
    assert_eq!(file.custom_metadata.as_ref().unwrap()["by"], "tide_table");

    refused(
        "claude_ai.listConversationFiles",
        403,
        "permission_error",
        async |url| client(url).conversations().list_files(CONVERSATION).await,
    )
    .await;
}

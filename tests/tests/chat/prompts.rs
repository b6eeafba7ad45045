//! Prompts as they are sent.

use std::collections::BTreeSet;

use claude_typed::chat::ConversationTree;
use claude_typed::claude_ai::{
    ChatMessage, CompletionRequest, CompletionTool, CreateConversationRequest, MessageUuid, Style,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn id(number: u128) -> MessageUuid {
    Uuid::from_u128(number).into()
}

fn sent(request: &CompletionRequest) -> Value {
    serde_json::to_value(request).unwrap()
}

#[test]
fn the_first_prompt() {
    let request = sent(&CompletionRequest::first("Hello"));
    assert_eq!(request["prompt"], "Hello");
    assert_eq!(
        request["parent_message_uuid"],
        "00000000-0000-4000-8000-000000000000"
    );
    assert_eq!(request["rendering_mode"], "messages");
    for message in ["human_message_uuid", "assistant_message_uuid"] {
        let uuid: Uuid = request["turn_message_uuids"][message]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(uuid.get_version_num(), 4);
    }
    let absent = [
        "attachments",
        "files",
        "tools",
        "personalized_styles",
        "model",
    ];
    assert!(
        absent.iter().all(|name| request.get(name).is_none()),
        "{request}"
    );
}

/// No two requests make up the same UUIDs.
#[test]
fn uuids_are_new_each_time() {
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let request = sent(&CompletionRequest::first("?"));
        let turn = request["turn_message_uuids"].as_object().unwrap();
        assert!(turn.values().all(|uuid| seen.insert(uuid.to_string())));
        let conversation = CreateConversationRequest::unnamed().uuid.as_uuid();
        assert_eq!(conversation.get_version_num(), 4);
        assert!(seen.insert(conversation.to_string()));
    }
}

#[test]
fn prompts_stand_where_they_are_put() {
    let message = |number, parent| -> ChatMessage {
        serde_json::from_value(json!({"uuid": id(number), "parent_message_uuid": parent})).unwrap()
    };
    let messages = [
        message(1, MessageUuid::ROOT),
        message(2, id(1)),
        message(3, id(2)),
    ];
    let tree = ConversationTree::new(messages, Some(id(2)));
    let parent = |request: CompletionRequest| sent(&request)["parent_message_uuid"].clone();
    assert_eq!(parent(CompletionRequest::next_in(&tree, "?")), json!(id(2)));
    assert_eq!(parent(CompletionRequest::after(id(3), "?")), json!(id(3)));
    let edit = CompletionRequest::instead_of(id(3), &tree, "?").unwrap();
    assert_eq!(parent(edit), json!(id(2)));
    let edit = CompletionRequest::instead_of(id(1), &tree, "?").unwrap();
    assert_eq!(parent(edit), json!(MessageUuid::ROOT));
    assert!(CompletionRequest::instead_of(id(9), &tree, "?").is_none());
}

#[test]
fn what_goes_with_a_prompt() {
    let request = CompletionRequest::first("Sum it up")
        .with_text("tides.csv", "höhe\n1")
        .with_text("LICENSE", "MIT")
        .with_file("019b0000-0000-7000-8000-00000000000a")
        .with_style(Style::new().key("Concise").prompt("Be brief."))
        .with_web_search()
        .with_tool(CompletionTool::new("lookup").description("Looks up."))
        .creating_conversation()
        .model("claude-sonnet-5-5")
        .timezone("Europe/Lisbon");
    let request = sent(&request);
    assert_eq!(
        request["attachments"],
        json!([
            {"file_name": "tides.csv", "file_type": "csv", "file_size": 7, "extracted_content": "höhe\n1"},
            {"file_name": "LICENSE", "file_type": "txt", "file_size": 3, "extracted_content": "MIT"},
        ])
    );
    assert_eq!(
        request["files"],
        json!(["019b0000-0000-7000-8000-00000000000a"])
    );
    assert_eq!(request["personalized_styles"][0]["key"], "Concise");
    assert_eq!(
        request["tools"],
        json!([
            {"type": "web_search_v0", "name": "web_search"},
            {"name": "lookup", "description": "Looks up."},
        ])
    );
    assert_eq!(
        request["create_conversation_params"],
        json!({"name": "", "include_conversation_preferences": true, "is_temporary": false})
    );
    assert_eq!(request["model"], "claude-sonnet-5-5");
    assert_eq!(request["timezone"], "Europe/Lisbon");
}

//! Routes of the claude.ai web API, as far as a chat needs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{ORGANIZATION, SESSION_KEY, error, event, event_stream, tokens};

const AT: &str = "2026-11-22T10:00:00.123456Z";

/// Conversations, newest first.
type Conversations = Arc<Mutex<Vec<Value>>>;

pub(super) fn routes() -> Router {
    let organization = "/api/organizations/{org}";
    Router::new()
        .route("/api/organizations", get(organizations))
        .route(
            &format!("{organization}/chat_conversations"),
            get(list).post(create),
        )
        .route(
            &format!("{organization}/chat_conversations/{{id}}"),
            get(retrieve).delete(remove),
        )
        .route(
            &format!("{organization}/chat_conversations/{{id}}/completion"),
            post(complete),
        )
        .with_state(Conversations::default())
}

/// The answer to a request without a session, if it is one.
fn refusal(headers: &HeaderMap) -> Option<Response> {
    let cookies = headers
        .get("cookie")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let session = cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("sessionKey="));
    if session == Some(SESSION_KEY) {
        return None;
    }
    let body = json!({
        "type": "error",
        "error": {
            "type": "permission_error", "message": "Invalid authorization",
            "details": {"error_visibility": "user_facing", "error_code": "account_session_invalid"},
        },
        "request_id": "req_example_error",
    });
    Some((StatusCode::FORBIDDEN, Json(body)).into_response())
}

fn locked(conversations: &Conversations) -> std::sync::MutexGuard<'_, Vec<Value>> {
    conversations
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn organizations(headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    Json(json!([{
        "uuid": ORGANIZATION, "name": "Example", "capabilities": ["chat"],
        "created_at": AT, "updated_at": AT, "settings": {}, "active_flags": [],
    }]))
    .into_response()
}

async fn list(
    State(conversations): State<Conversations>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let number = |name: &str, default| {
        query
            .get(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let all = locked(&conversations);
    let page: Vec<Value> = all
        .iter()
        .skip(number("offset", 0))
        .take(number("limit", 30))
        .map(summary)
        .collect();
    Json(page).into_response()
}

/// A conversation without its messages.
fn summary(conversation: &Value) -> Value {
    let mut summary = conversation.clone();
    if let Some(object) = summary.as_object_mut() {
        object.remove("chat_messages");
    }
    summary
}

async fn create(
    State(conversations): State<Conversations>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let conversation = json!({
        "uuid": request["uuid"], "name": request["name"], "summary": "", "model": request["model"],
        "created_at": AT, "updated_at": AT, "settings": {}, "is_starred": false, "is_temporary": false,
        "project_uuid": null, "current_leaf_message_uuid": null, "chat_messages": [],
    });
    locked(&conversations).insert(0, conversation.clone());
    (StatusCode::CREATED, Json(summary(&conversation))).into_response()
}

async fn retrieve(
    State(conversations): State<Conversations>,
    headers: HeaderMap,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    match locked(&conversations)
        .iter()
        .find(|conversation| conversation["uuid"] == id.as_str())
    {
        Some(conversation) => Json(conversation.clone()).into_response(),
        None => error(StatusCode::NOT_FOUND, "not_found_error", "Not found"),
    }
}

async fn remove(
    State(conversations): State<Conversations>,
    headers: HeaderMap,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    locked(&conversations).retain(|conversation| conversation["uuid"] != id.as_str());
    StatusCode::NO_CONTENT.into_response()
}

async fn complete(
    State(conversations): State<Conversations>,
    headers: HeaderMap,
    Path((_, id)): Path<(String, String)>,
    Json(request): Json<Value>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let mut all = locked(&conversations);
    let Some(conversation) = all
        .iter_mut()
        .find(|conversation| conversation["uuid"] == id.as_str())
    else {
        return error(StatusCode::NOT_FOUND, "not_found_error", "Not found");
    };
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let answer = format!("“{prompt}” it is. That is all an embedded example server can say. 👋");
    let reply = append_turns(
        conversation,
        prompt,
        &answer,
        &request["parent_message_uuid"],
    );
    event_stream(completion_events(&reply, &answer))
}

/// Adds the question and the answer to the tree; returns the answer's uuid.
fn append_turns(conversation: &mut Value, prompt: &str, answer: &str, parent: &Value) -> String {
    let count = conversation["chat_messages"].as_array().map_or(0, Vec::len);
    let uuid = |number: usize| format!("019aa000-0000-7000-8000-{number:012x}");
    let turn = |number: usize, sender: &str, text: &str, parent: Value| {
        json!({
            "uuid": uuid(number), "text": "", "sender": sender, "index": number,
            "content": [{"type": "text", "text": text, "citations": []}],
            "created_at": AT, "updated_at": AT, "truncated": false, "attachments": [], "files": [],
            "parent_message_uuid": parent,
        })
    };
    let (human, assistant) = (count + 1, count + 2);
    let turns = [
        turn(human, "human", prompt, parent.clone()),
        turn(assistant, "assistant", answer, json!(uuid(human))),
    ];
    if let Some(messages) = conversation["chat_messages"].as_array_mut() {
        messages.extend(turns);
    }
    conversation["current_leaf_message_uuid"] = json!(uuid(assistant));
    uuid(assistant)
}

fn completion_events(uuid: &str, answer: &str) -> Vec<String> {
    let thinking = "The caller said something; answer it briefly.";
    let mut events = vec![json!({"type": "message_start", "message": {
        "id": "chatcompl_example", "type": "message", "role": "assistant", "model": "", "uuid": uuid,
        "content": [], "stop_reason": null, "stop_sequence": null, "trace_id": "0123456789abcdef",
        "request_id": "req_example_completion",
    }})];
    let mut block = |index: usize, start: Value, deltas: Vec<Value>| {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        events.extend(
            deltas.into_iter().map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index, "stop_timestamp": AT}));
    };
    let thoughts = tokens(thinking)
        .into_iter()
        .map(|text| json!({"type": "thinking_delta", "thinking": text}));
    block(
        0,
        json!({"type": "thinking", "thinking": "", "summaries": [], "cut_off": false}),
        thoughts.collect(),
    );
    let words = tokens(answer)
        .into_iter()
        .map(|text| json!({"type": "text_delta", "text": text}));
    block(
        1,
        json!({"type": "text", "text": "", "citations": []}),
        words.collect(),
    );
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}}));
    events.push(json!({"type": "message_limit", "message_limit": {
        "type": "within_limit", "resetsAt": null, "remaining": null,
        "windows": {
            "5h": {"status": "within_limit", "resets_at": 1_795_316_400, "utilization": 0.34},
            "7d": {"status": "within_limit", "resets_at": 1_795_680_000, "utilization": 0.09},
        },
    }}));
    events.push(json!({"type": "message_stop"}));
    let mut lines: Vec<String> = events
        .iter()
        .map(|data| event(data["type"].as_str().unwrap_or_default(), data, "\r\n"))
        .collect();
    lines.insert(
        3,
        ": ping - 2026-11-22 10:00:01.000000+00:00\r\n\r\n".to_owned(),
    );
    lines
}

//! Routes of the Claude platform API.

use std::collections::HashMap;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{API_KEY, batches, error, event, event_stream, model};

const MODELS: [(&str, &str); 5] = [
    ("claude-opus-5-5", "Claude Opus 5.5"),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
    ("claude-haiku-5-5", "Claude Haiku 5.5"),
    ("claude-sonnet-5", "Claude Sonnet 5"),
    ("claude-haiku-4-5", "Claude Haiku 4.5"),
];

pub(super) fn routes() -> Router {
    Router::new()
        .route("/v1/models", get(list_models))
        .route("/v1/models/{id}", get(retrieve_model))
        .route("/v1/messages", post(create_message))
        .route("/v1/messages/count_tokens", post(count_tokens))
        .merge(batches::routes())
}

/// The answer to a request without key or version, if it is one.
pub(super) fn refusal(headers: &HeaderMap) -> Option<Response> {
    if headers.get("x-api-key").is_none_or(|key| key != API_KEY) {
        return Some(error(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            "invalid x-api-key",
        ));
    }
    if !headers.contains_key("anthropic-version") {
        let message = "anthropic-version: header is required";
        return Some(error(
            StatusCode::BAD_REQUEST,
            "invalid_request_error",
            message,
        ));
    }
    None
}

/// A JSON reply with the headers of the real API.
pub(super) fn reply(body: Value) -> Response {
    let headers = [
        ("request-id", "req_example_1"),
        ("anthropic-ratelimit-requests-limit", "1000"),
        ("anthropic-ratelimit-requests-remaining", "999"),
        ("anthropic-ratelimit-requests-reset", "2026-11-22T12:00:00Z"),
    ];
    (headers, Json(body)).into_response()
}

fn model_info((id, name): (&str, &str)) -> Value {
    json!({
        "type": "model", "id": id, "display_name": name, "created_at": "2026-09-01T00:00:00Z",
        "lifecycle": "active", "max_input_tokens": 200_000, "max_tokens": 64_000,
    })
}

async fn list_models(headers: HeaderMap, Query(query): Query<HashMap<String, String>>) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let limit = query
        .get("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(20);
    let start = query.get("after_id").map_or(0, |id| {
        MODELS
            .iter()
            .position(|(known, _)| known == id)
            .map_or(MODELS.len(), |index| index + 1)
    });
    let page: Vec<_> = MODELS.iter().skip(start).take(limit).collect();
    reply(json!({
        "data": page.iter().map(|known| model_info(**known)).collect::<Vec<_>>(),
        "has_more": start + page.len() < MODELS.len(),
        "first_id": page.first().map(|known| known.0),
        "last_id": page.last().map(|known| known.0),
    }))
}

async fn retrieve_model(headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    match MODELS.iter().find(|(known, _)| *known == id) {
        Some(known) => reply(model_info(*known)),
        None => error(
            StatusCode::NOT_FOUND,
            "not_found_error",
            &format!("model: {id}"),
        ),
    }
}

fn usage(question: &str, answer: &str) -> Value {
    let count = |text: &str| text.split_whitespace().count();
    json!({"input_tokens": count(question), "output_tokens": count(answer), "service_tier": "standard"})
}

/// The whole reply to a request.
pub(super) fn message_for(request: &Value) -> Value {
    message_of(request, &model::answer(request))
}

fn message_of(request: &Value, turn: &model::Turn) -> Value {
    let answer = Value::from(turn.content.as_slice()).to_string();
    json!({
        "id": "msg_example_1", "type": "message", "role": "assistant", "model": request["model"],
        "content": turn.content, "stop_reason": turn.stop_reason, "stop_sequence": null,
        "usage": usage(&request["messages"].to_string(), &answer),
    })
}

async fn create_message(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let turn = model::answer(&request);
    let mut message = message_of(&request, &turn);
    if request["stream"] != json!(true) {
        return reply(message);
    }
    message["content"] = json!([]);
    message["stop_reason"] = Value::Null;
    let events = model::events(&message, &turn);
    let events = events.iter();
    let name = |data: &Value| data["type"].as_str().unwrap_or_default().to_owned();
    event_stream(events.map(|data| event(&name(data), data, "\n")).collect())
}

async fn count_tokens(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    reply(json!({"input_tokens": model::last_text(&request).split_whitespace().count()}))
}

//! Routes of the Claude platform API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::{API_KEY, error, event, event_stream, model};

const MODELS: [(&str, &str); 5] = [
    ("claude-opus-5-5", "Claude Opus 5.5"),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
    ("claude-haiku-5-5", "Claude Haiku 5.5"),
    ("claude-sonnet-5", "Claude Sonnet 5"),
    ("claude-haiku-4-5", "Claude Haiku 4.5"),
];

/// How often a batch has been looked at when it ends.
const LOOKS: u64 = 3;

/// Batches by id, in the order in which they were made.
type Batches = Arc<Mutex<Vec<Value>>>;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/v1/models", get(list_models))
        .route("/v1/models/{id}", get(retrieve_model))
        .route("/v1/messages", post(create_message))
        .route("/v1/messages/count_tokens", post(count_tokens))
        .route("/v1/messages/batches", get(list_batches).post(create_batch))
        .route("/v1/messages/batches/{id}", get(retrieve_batch))
        .route("/v1/messages/batches/{id}/cancel", post(cancel_batch))
        .with_state(Batches::default())
}

/// The answer to a request without key or version, if it is one.
fn refusal(headers: &HeaderMap) -> Option<Response> {
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
fn reply(body: Value) -> Response {
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

async fn create_message(headers: HeaderMap, Json(request): Json<Value>) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let turn = model::answer(&request);
    let answer = Value::from(turn.content.as_slice()).to_string();
    let mut message = json!({
        "id": "msg_example_1", "type": "message", "role": "assistant", "model": request["model"],
        "content": turn.content, "stop_reason": turn.stop_reason, "stop_sequence": null,
        "usage": usage(&request["messages"].to_string(), &answer),
    });
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

fn locked(batches: &Batches) -> std::sync::MutexGuard<'_, Vec<Value>> {
    batches
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn create_batch(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let mut batches = locked(&batches);
    let now = Utc::now();
    let batch = json!({
        "id": format!("msgbatch_example_{}", batches.len() + 1),
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": {
            "processing": request["requests"].as_array().map_or(0, Vec::len),
            "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0,
        },
        "created_at": now.to_rfc3339(), "expires_at": (now + TimeDelta::days(1)).to_rfc3339(),
        "ended_at": null, "archived_at": null, "cancel_initiated_at": null, "results_url": null,
    });
    batches.push(batch.clone());
    reply(batch)
}

/// The batch as it is, or as it has become meanwhile: here time goes on by being looked at.
fn look_at(batch: &mut Value) -> &Value {
    let looks = batch["looks"].as_u64().unwrap_or(0) + 1;
    batch["looks"] = json!(looks);
    if looks == LOOKS {
        let counts = &mut batch["request_counts"];
        counts["succeeded"] = counts["processing"].take();
        counts["processing"] = json!(0);
        batch["processing_status"] = json!("ended");
        batch["ended_at"] = json!(Utc::now().to_rfc3339());
        let id = batch["id"].as_str().unwrap_or_default();
        batch["results_url"] = json!(format!("/v1/messages/batches/{id}/results"));
    }
    batch
}

async fn list_batches(State(batches): State<Batches>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let data: Vec<Value> = locked(&batches)
        .iter_mut()
        .map(|batch| look_at(batch).clone())
        .collect();
    let id = |batch: Option<&Value>| batch.map_or(Value::Null, |batch| batch["id"].clone());
    reply(json!({
        "first_id": id(data.first()), "last_id": id(data.last()), "has_more": false, "data": data,
    }))
}

async fn retrieve_batch(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    with_batch(&batches, &headers, &id, |_| {})
}

async fn cancel_batch(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    with_batch(&batches, &headers, &id, |batch| {
        batch["processing_status"] = json!("canceling")
    })
}

fn with_batch(
    batches: &Batches,
    headers: &HeaderMap,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Response {
    if let Some(refusal) = refusal(headers) {
        return refusal;
    }
    match locked(batches).iter_mut().find(|batch| batch["id"] == id) {
        Some(batch) => {
            change(batch);
            reply(look_at(batch).clone())
        }
        None => error(
            StatusCode::NOT_FOUND,
            "not_found_error",
            &format!("batch: {id}"),
        ),
    }
}

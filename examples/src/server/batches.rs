//! Routes of the batches of the platform API. Time goes on by being looked at: a batch has ended when
//! it was looked at three times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::error;
use super::platform::{message_for, refusal, reply};

/// In the order in which they were made.
type Batches = Arc<Mutex<Vec<Batch>>>;

struct Batch {
    id: String,
    requests: Vec<Value>,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    looks: u32,
    canceled: bool,
}

/// How often a batch has been looked at when it ends.
const LOOKS: u32 = 3;

/// The longest body of a batch, in bytes.
const MAX_BODY: usize = 256_000_000;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/v1/messages/batches", get(list).post(create))
        .route("/v1/messages/batches/{id}", get(retrieve))
        .route("/v1/messages/batches/{id}/cancel", post(cancel))
        .route("/v1/messages/batches/{id}/results", get(results))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Batches::default())
}

impl Batch {
    fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// The batch as it has become meanwhile.
    fn look(&mut self) -> Value {
        self.looks += 1;
        if self.looks >= LOOKS {
            self.ended_at.get_or_insert_with(Utc::now);
        }
        self.json()
    }

    fn json(&self) -> Value {
        let count = self.requests.len();
        let (processing, succeeded, canceled) = match (self.has_ended(), self.canceled) {
            (false, _) => (count, 0, 0),
            (true, false) => (0, count, 0),
            (true, true) => (0, 0, count),
        };
        json!({
            "id": self.id,
            "type": "message_batch",
            "processing_status": if self.has_ended() { "ended" } else { "in_progress" },
            "request_counts": {
                "processing": processing, "succeeded": succeeded, "canceled": canceled,
                "errored": 0, "expired": 0,
            },
            "created_at": self.created_at, "expires_at": self.created_at + TimeDelta::days(1),
            "ended_at": self.ended_at, "archived_at": null, "cancel_initiated_at": null,
            "results_url": self
                .has_ended()
                .then(|| format!("/v1/messages/batches/{}/results", self.id)),
        })
    }
}

fn locked(batches: &Batches) -> MutexGuard<'_, Vec<Batch>> {
    batches.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn create(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let requests = request["requests"].as_array().cloned().unwrap_or_default();
    if requests.is_empty() {
        let message = "requests: there must be at least one";
        return error(StatusCode::BAD_REQUEST, "invalid_request_error", message);
    }
    let mut batches = locked(&batches);
    let batch = Batch {
        id: format!("msgbatch_example_{}", batches.len() + 1),
        requests,
        created_at: Utc::now(),
        ended_at: None,
        looks: 0,
        canceled: false,
    };
    let made = batch.json();
    batches.push(batch);
    reply(made)
}

async fn list(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let limit = query.get("limit").and_then(|limit| limit.parse().ok());
    let mut batches = locked(&batches);
    let mut newest_first: Vec<Value> = batches.iter_mut().rev().map(Batch::look).collect();
    if let Some(after) = query.get("after_id") {
        let place = newest_first.iter().position(|batch| batch["id"] == **after);
        newest_first.drain(..place.map_or(0, |place| place + 1));
    }
    let count = newest_first.len();
    newest_first.truncate(limit.unwrap_or(20));
    let id = |batch: Option<&Value>| batch.map_or(Value::Null, |batch| batch["id"].clone());
    reply(json!({
        "first_id": id(newest_first.first()), "last_id": id(newest_first.last()),
        "has_more": count > newest_first.len(), "data": newest_first,
    }))
}

async fn retrieve(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    with_batch(&batches, &headers, &id, |batch| reply(batch.look()))
}

async fn cancel(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    with_batch(&batches, &headers, &id, |batch| {
        batch.canceled = !batch.has_ended();
        batch.ended_at.get_or_insert_with(Utc::now);
        reply(batch.json())
    })
}

/// A line for each request.
async fn results(
    State(batches): State<Batches>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    with_batch(&batches, &headers, &id, |batch| {
        if !batch.has_ended() {
            let message = "the batch has not ended";
            return error(StatusCode::BAD_REQUEST, "invalid_request_error", message);
        }
        let line = |request: &Value| {
            let result = match batch.canceled {
                true => json!({"type": "canceled"}),
                false => json!({"type": "succeeded", "message": message_for(&request["params"])}),
            };
            format!(
                "{}\n",
                json!({"custom_id": request["custom_id"], "result": result})
            )
        };
        let lines: String = batch.requests.iter().map(line).collect();
        ([("content-type", "application/x-jsonl")], lines).into_response()
    })
}

fn with_batch(
    batches: &Batches,
    headers: &HeaderMap,
    id: &str,
    answer: impl FnOnce(&mut Batch) -> Response,
) -> Response {
    if let Some(refusal) = refusal(headers) {
        return refusal;
    }
    match locked(batches).iter_mut().find(|batch| batch.id == id) {
        Some(batch) => answer(batch),
        None => error(
            StatusCode::NOT_FOUND,
            "not_found_error",
            &format!("batch: {id}"),
        ),
    }
}

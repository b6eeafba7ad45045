//! Answers: one success type and one error type.

use serde_json::{Map, Value, json};

use super::schemas::Schemas;
use crate::model::{Operation, Outcome, Payload, StatusRange};

/// The answers of an operation, and what of them is not expressed.
pub(super) struct Responses {
    pub(super) value: Value,
    /// Part and reason.
    pub(super) left_out: Vec<(String, &'static str)>,
}

/// Lowers the answers of an operation.
///
/// # Errors
/// The reason why the operation cannot be expressed.
pub(super) fn lower(
    operation: &Operation,
    schemas: &Schemas<'_>,
) -> Result<Responses, &'static str> {
    let mut responses = Responses {
        value: Value::Null,
        left_out: Vec::new(),
    };
    let mut answers = Map::new();
    let success = match operation.outcomes.success.as_slice() {
        [] => None,
        [one] => Some(one),
        _ => return Err("progenitor has no more than one success type"),
    };
    if let Some(outcome) = success {
        let content = content(&outcome.payload, schemas)?;
        match &outcome.payload {
            Payload::MaybeJson(_) => {
                responses.left_out.push((
                    "success without a body".into(),
                    "progenitor has one success type",
                ));
            }
            Payload::Record(_) | Payload::Records(_) => {
                responses
                    .left_out
                    .push(("the fields of the record".into(), "the reply is free JSON"));
            }
            _ => {}
        }
        answers.insert(success_status(outcome), response(outcome, content));
    }
    errors(operation, schemas, &mut answers, &mut responses.left_out);
    if let Some(stream) = &operation.stream {
        responses
            .left_out
            .push((format!("method `{}`", stream.method), STREAMS));
    }
    responses.value = Value::Object(answers);
    Ok(responses)
}

const STREAMS: &str = "progenitor has no typed streams";

/// An answer without a body at one status may come at others too: the model has united them.
fn success_status(outcome: &Outcome) -> String {
    match (outcome.status, &outcome.payload) {
        (StatusRange::Code(code), payload) if *payload != Payload::Empty => code.to_string(),
        _ => "2XX".to_owned(),
    }
}

/// The content of a body; `None` when there is none.
fn content(payload: &Payload, schemas: &Schemas<'_>) -> Result<Option<Value>, &'static str> {
    let of = |media_type: &str, schema: Value| json!({ media_type: { "schema": schema } });
    match payload {
        Payload::Empty => Ok(None),
        Payload::Json(ty) | Payload::MaybeJson(ty) => {
            Ok(Some(of("application/json", schemas.schema(ty))))
        }
        Payload::Record(_) | Payload::Records(_) => Ok(Some(of("application/json", json!({})))),
        Payload::Text => Ok(Some(of("text/plain", json!({ "type": "string" })))),
        Payload::Bytes => Ok(Some(of(
            "application/octet-stream",
            json!({ "type": "string", "format": "binary" }),
        ))),
        Payload::Events(_) | Payload::JsonLines(_) => Err(STREAMS),
    }
}

fn response(outcome: &Outcome, content: Option<Value>) -> Value {
    let mut response = Map::new();
    response.insert(
        "description".into(),
        outcome.description.clone().unwrap_or_default().into(),
    );
    if let Some(content) = content {
        response.insert("content".into(), content);
    }
    Value::Object(response)
}

/// Adds the errors that share the payload of the first one, preferably JSON.
fn errors(
    operation: &Operation,
    schemas: &Schemas<'_>,
    answers: &mut Map<String, Value>,
    left_out: &mut Vec<(String, &'static str)>,
) {
    let errors = &operation.outcomes.errors;
    let is_json = |outcome: &&Outcome| matches!(outcome.payload, Payload::Json(_));
    let Some(kept) = errors.iter().find(is_json).or_else(|| errors.first()) else {
        return;
    };
    for outcome in errors {
        let statuses = error_statuses(outcome.status, errors);
        if outcome.payload != kept.payload {
            left_out.push((
                format!("error {}", statuses.join(", ")),
                "progenitor has one error type",
            ));
            continue;
        }
        let Ok(content) = content(&outcome.payload, schemas) else {
            left_out.push((format!("error {}", statuses.join(", ")), STREAMS));
            continue;
        };
        for status in statuses {
            answers.insert(status, response(outcome, content.clone()));
        }
    }
}

/// The keys of an error. `default` would stand for success too, so it becomes the two classes.
fn error_statuses(status: StatusRange, errors: &[Outcome]) -> Vec<String> {
    match status {
        StatusRange::Code(code) => vec![code.to_string()],
        StatusRange::Class(class) => vec![format!("{class}XX")],
        StatusRange::Default => [4_u8, 5]
            .into_iter()
            .filter(|class| {
                !errors
                    .iter()
                    .any(|outcome| outcome.status == StatusRange::Class(*class))
            })
            .map(|class| format!("{class}XX"))
            .collect(),
    }
}

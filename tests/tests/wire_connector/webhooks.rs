//! Every event the connector can be told of.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use crate::connector::webhooks::{Trigger, WebhookError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use specwright_runtime::http::{HeaderMap, HeaderValue};
use specwright_runtime::retry::Clock;
use specwright_runtime::webhook::{SharedSecret, Verifier};

fn parse(path: &str, payload: &Value) -> Trigger {
    let body = payload.to_string();
    Trigger::parse(path, &HeaderMap::new(), body.as_bytes()).unwrap()
}

/// The event at the path of the document, after a check that it is found otherwise as well.
fn trigger(event: &str, payload: Value) -> Trigger {
    let trigger = parse(&format!("/webhooks/claude-api/{event}"), &payload);
    assert_eq!(trigger.event(), event);
    assert_eq!(
        parse(&format!("/mounted/here/{event}/?token=1"), &payload),
        trigger
    );
    let mut headers = HeaderMap::new();
    headers.insert("webhook-event", HeaderValue::from_str(event).unwrap());
    let body = payload.to_string();
    let by_header = Trigger::parse("/hook", &headers, body.as_bytes()).unwrap();
    assert_eq!(by_header, trigger);
    assert_eq!(Trigger::from_event(event, payload).unwrap(), trigger);
    trigger
}

#[test]
fn messages_created() {
    let payload = json!({
        "id": "msg_1",
        "content": [{"type": "text", "text": "Ripe."}],
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "usage": {"input_tokens": 5, "output_tokens": 2},
        "orchard": 7,
    });
    let Trigger::MessageCreated(message) = trigger("messages.created", payload) else {
        panic!("another event");
    };
    assert_eq!(message.id.as_deref(), Some("msg_1"));
    assert_eq!(message.content.as_deref(), Some("Ripe."));
    assert_eq!(message.role.as_deref(), Some("assistant"));
    assert_eq!(message.model.as_deref(), Some("claude-haiku-4-5"));
    assert_eq!(message.usage_input_tokens, Some(5));
    assert_eq!(message.usage_output_tokens, Some(2));
    assert_eq!(message.raw()["orchard"], 7);
}

#[test]
fn message_batches_ended() {
    let payload = json!({
        "id": "msgbatch_1",
        "processing_status": "ended",
        "ended_at": "2026-09-03T06:00:00Z",
        "results_url": "https://example.org/results",
    });
    let Trigger::MessageBatchEnded(batch) = trigger("message_batches.ended", payload) else {
        panic!("another event");
    };
    assert_eq!(batch.id.as_deref(), Some("msgbatch_1"));
    assert_eq!(batch.processing_status.as_deref(), Some("ended"));
    assert_eq!(batch.ended_at.unwrap().timestamp(), 1_788_415_200);
    assert_eq!(
        batch.results_url.as_deref(),
        Some("https://example.org/results")
    );
}

#[test]
fn message_batches_expired() {
    let payload = json!({"id": "msgbatch_1", "expires_at": "2026-09-03T06:00:00Z"});
    let Trigger::MessageBatchExpired(batch) = trigger("message_batches.expired", payload) else {
        panic!("another event");
    };
    assert_eq!(batch.id.as_deref(), Some("msgbatch_1"));
    assert_eq!(batch.expires_at.unwrap().timestamp(), 1_788_415_200);
}

#[test]
fn models_created() {
    let payload = json!({"id": "m", "display_name": "M", "created_at": "2026-09-03T06:00:00Z"});
    let Trigger::ModelCreated(model) = trigger("models.created", payload) else {
        panic!("another event");
    };
    assert_eq!(
        (model.id.as_deref(), model.display_name.as_deref()),
        (Some("m"), Some("M"))
    );
    assert_eq!(model.created_at.unwrap().timestamp(), 1_788_415_200);
}

#[test]
fn files_created_and_deleted() {
    let payload = json!({
        "id": "file_1", "file_name": "harvest.csv", "purpose": "user_data",
        "created_at": "2026-09-03T06:00:00Z",
    });
    let Trigger::FileCreated(file) = trigger("files.created", payload) else {
        panic!("another event");
    };
    assert_eq!(file.id.as_deref(), Some("file_1"));
    assert_eq!(file.file_name.as_deref(), Some("harvest.csv"));
    assert_eq!(file.purpose.as_deref(), Some("user_data"));
    assert_eq!(file.created_at.unwrap().timestamp(), 1_788_415_200);

    let Trigger::FileDeleted(file) = trigger("files.deleted", json!({"id": "file_1"})) else {
        panic!("another event");
    };
    assert_eq!(file.id.as_deref(), Some("file_1"));
}

#[test]
fn skills_created_and_deleted() {
    let payload = json!({"id": "skill_1", "name": "prune", "created_at": "2026-09-03T06:00:00Z"});
    let Trigger::SkillCreated(skill) = trigger("skills.created", payload) else {
        panic!("another event");
    };
    assert_eq!(
        (skill.id.as_deref(), skill.name.as_deref()),
        (Some("skill_1"), Some("prune"))
    );
    assert_eq!(skill.created_at.unwrap().timestamp(), 1_788_415_200);

    let Trigger::SkillDeleted(skill) = trigger("skills.deleted", json!({"id": "skill_1"})) else {
        panic!("another event");
    };
    assert_eq!(skill.id.as_deref(), Some("skill_1"));
}

#[test]
fn the_body_can_name_the_event() {
    for member in ["event", "type", "event_type"] {
        let payload = json!({member: "files.deleted", "id": "file_1"});
        assert_eq!(parse("/hook", &payload).event(), "files.deleted");
    }
}

#[test]
fn an_event_that_is_not_known_is_kept() {
    let payload = json!({"id": "tree_1", "rings": [1, 2]});
    let trigger = trigger("trees.felled", payload.clone());
    let Trigger::Unknown {
        event,
        payload: kept,
    } = trigger
    else {
        panic!("{trigger:?}");
    };
    assert_eq!(event, "trees.felled");
    assert_eq!(kept, payload);
}

#[test]
fn what_is_no_event_is_refused() {
    let parse = |path: &str, body: &[u8]| Trigger::parse(path, &HeaderMap::new(), body);
    let path = "/webhooks/claude-api/files.deleted";
    for body in [b"{\"id\":".as_slice(), b"", b"id=file_1", b"\xff\xfe"] {
        let error = parse(path, body).unwrap_err();
        assert!(matches!(error, WebhookError::Malformed(_)), "{error:?}");
    }
    let error = parse("/hook", b"{\"id\":\"file_1\"}").unwrap_err();
    assert!(matches!(error, WebhookError::Unnamed), "{error:?}");

    let error = parse(
        "/webhooks/claude-api/models.created",
        b"{\"created_at\":\"soon\"}",
    )
    .unwrap_err();
    let WebhookError::Payload { event, source } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(event, "models.created");
    assert!(source.to_string().contains("`created_at`"), "{source}");
}

#[test]
fn a_body_is_taken_up_to_four_megabytes() {
    const LIMIT: usize = 4 * 1024 * 1024;
    let body = |bytes: usize| {
        let mut body = b"{\"id\":\"file_1\"}".to_vec();
        body.resize(bytes, b' ');
        Trigger::parse("/files.deleted", &HeaderMap::new(), &body)
    };
    assert_eq!(body(LIMIT).unwrap().event(), "files.deleted");
    let error = body(LIMIT + 1).unwrap_err();
    let WebhookError::TooLarge { bytes, limit } = error else {
        panic!("{error:?}");
    };
    assert_eq!((bytes, limit), (LIMIT + 1, LIMIT));
}

/// Where the secret is right, and where it is wrong.
fn with_secret(secret: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-hook-secret", HeaderValue::from_static(secret));
    headers
}

#[test]
fn nothing_is_read_of_what_is_not_to_be_trusted() {
    let verifier = SharedSecret::new("x-hook-secret", "orchard-7").unwrap();
    let path = "/webhooks/claude-api/files.deleted";
    let parse =
        |secret, body: &[u8]| Trigger::parse_verified(&verifier, path, &with_secret(secret), body);
    let trigger = parse("orchard-7", b"{\"id\":\"file_1\"}").unwrap();
    assert_eq!(trigger.event(), "files.deleted");
    for (secret, body, status) in [
        ("orchard-8", b"{\"id\":\"file_1\"}".to_vec(), 401),
        ("orchard-8", b"no JSON".to_vec(), 401),
        ("orchard-7", b"no JSON".to_vec(), 400),
        ("orchard-8", vec![b' '; 4 * 1024 * 1024 + 1], 413),
    ] {
        let error = parse(secret, &body).unwrap_err();
        assert_eq!(error.status(), status, "{error}");
        assert!(!format!("{error} {error:?}").contains("orchard"), "{error}");
    }
}

#[test]
fn a_signed_trigger() {
    let key = b"an orchard of secrets";
    let signing_key = format!("whsec_{}", STANDARD.encode(key));
    let verifier = Verifier::new(&signing_key).unwrap();
    let verify_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let body = br#"{"id":"model_1","display_name":"M"}"#;
    // Computed with Python's hmac module from the key, id, time and body here.
    let signature = "v1,o3bkTSlQfeMm4qfpL+IJttSd/iqpYaWlzw806/HBWac=";
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", "1790000000"),
        ("webhook-signature", signature),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let verifier = verifier.clock(At(verify_at));
    let parse = |body: &[u8]| Trigger::parse_verified(&verifier, "/models.created", &headers, body);
    assert_eq!(parse(body).unwrap().event(), "models.created");
    let error = parse(br#"{"id":"model_2","display_name":"M"}"#).unwrap_err();
    assert!(matches!(error, WebhookError::WrongSignature), "{error:?}");
}

/// A clock that stands still.
#[derive(Debug)]
struct At(SystemTime);

impl Clock for At {
    fn now(&self) -> SystemTime {
        self.0
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

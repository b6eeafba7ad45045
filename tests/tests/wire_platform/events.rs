//! Webhooks of the platform, as a server gets them.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claude_typed::platform::webhooks::WebhookEvent;
use claude_typed::webhooks::WebhookReceiver;
use serde_json::{Value, json};
use specwright_runtime::http::HeaderMap;
use specwright_runtime::webhook::WebhookError;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_KEY: &str = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";
const SENT: u64 = 1_795_000_000;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// HMAC-SHA256, from its definition: the receiver must not check what it has made itself.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |byte: u8| block.map(|key| key ^ byte);
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(message)
        .finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner);
    outer.finalize().to_vec()
}

fn signature(key: &str, body: &[u8]) -> String {
    let key = STANDARD.decode(key.trim_start_matches("whsec_")).unwrap();
    let signed = [format!("msg_1.{SENT}.").as_bytes(), body].concat();
    format!("v1,{}", STANDARD.encode(hmac(&key, &signed)))
}

fn headers(signatures: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "msg_1".parse().unwrap());
    headers.insert("webhook-timestamp", SENT.into());
    headers.insert("webhook-signature", signatures.parse().unwrap());
    headers
}

fn event(data: Value) -> Vec<u8> {
    let envelope = json!({
        "type": "event", "id": "evt_1", "created_at": "2026-11-18T00:00:00Z", "data": data,
    });
    envelope.to_string().into_bytes()
}

fn receive(body: &[u8]) -> Result<WebhookEvent, WebhookError> {
    let receiver = WebhookReceiver::new(KEY).unwrap();
    receiver.receive_at(&headers(&signature(KEY, body)), body, at(SENT + 10))
}

/// Every event of the document is read into a variant of its own, with what it adds.
#[test]
fn every_event_has_its_type() {
    let document = include_str!("../../../spec/claude-platform/openapi.yaml");
    let webhooks = document.split("\nwebhooks:\n").nth(1).unwrap();
    let names = webhooks
        .lines()
        .take_while(|line| !line.starts_with("components:"));
    let names = names.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let names: Vec<&str> = names.filter(|name| name.contains('.')).collect();
    assert_eq!(names.len(), 49);
    for name in names {
        let body = event(json!({
            "type": name, "id": "res_1", "organization_id": "org_1", "workspace_id": "wrkspc_1",
            "session_thread_id": "thread_1", "vault_id": "vault_1",
            "enforcement_action_id": "enf_1", "shade": "blue",
        }));
        let event = receive(&body).unwrap();
        assert_eq!(event.event(), name);
        assert!(!matches!(event, WebhookEvent::Unknown { .. }), "{name}");
    }
}

#[test]
fn an_event_has_what_it_adds() {
    let thread = json!({
        "type": "session.thread_created", "id": "sesn_1", "organization_id": "org_1",
        "workspace_id": "wrkspc_1", "session_thread_id": "thread_1", "shade": "blue",
    });
    let WebhookEvent::SessionThreadCreated(event) = receive(&event(thread)).unwrap() else {
        panic!();
    };
    assert_eq!(event.id, "evt_1");
    assert_eq!(event.created_at.timestamp(), 1_794_960_000);
    assert_eq!(event.data.id, "sesn_1");
    assert_eq!(event.data.session_thread_id, "thread_1");
    assert_eq!(event.data.extra["shade"], "blue");
}

#[test]
fn an_unknown_event_is_kept() {
    let data = json!({"type": "kitchen.closed", "id": "k", "organization_id": "o"});
    let event = receive(&event(data)).unwrap();
    let WebhookEvent::Unknown { event, payload } = event else {
        panic!("{event:?}");
    };
    assert_eq!(event, "kitchen.closed");
    assert_eq!(payload["data"]["id"], "k");
}

#[test]
fn what_is_not_signed_says_nothing() {
    let body = event(json!({"type": "vault.deleted", "id": "v", "organization_id": "o"}));
    let mut headers = headers(&signature(KEY, &body));
    headers.insert("webhook-event", "agent.created".parse().unwrap());
    let receiver = WebhookReceiver::new(KEY).unwrap();
    let event = receiver.receive_at(&headers, &body, at(SENT)).unwrap();
    assert_eq!(event.event(), "vault.deleted");
}

#[test]
fn what_is_not_the_platforms_is_refused() {
    let body = event(json!({"type": "vault.deleted", "id": "v", "organization_id": "o"}));
    let good = headers(&signature(KEY, &body));
    let receiver = WebhookReceiver::new(KEY).unwrap();
    let refused = |headers: &HeaderMap, body: &[u8], now| {
        receiver.receive_at(headers, body, at(now)).unwrap_err()
    };
    assert!(matches!(
        refused(&good, b"{}", SENT),
        WebhookError::WrongSignature
    ));
    assert!(matches!(
        refused(&good, &body, SENT + 301),
        WebhookError::TooOld
    ));
    assert!(matches!(
        refused(&good, &body, SENT - 301),
        WebhookError::TooNew
    ));
    let other = headers(&signature(OTHER_KEY, &body));
    assert!(matches!(
        refused(&other, &body, SENT),
        WebhookError::WrongSignature
    ));
    let missing = HeaderMap::new();
    assert!(matches!(
        refused(&missing, &body, SENT),
        WebhookError::MissingHeader(_)
    ));
    // Signed, but no event.
    let thread = event(json!({"type": "session.thread_idled", "id": "s", "organization_id": "o"}));
    let error = receive(&thread).unwrap_err();
    assert_eq!(error.status().as_u16(), 422);
    assert!(error.to_string().contains("session_thread_id"), "{error}");
}

/// While a key is being replaced the sender signs with both, or the receiver takes both.
#[test]
fn keys_are_replaced_without_a_gap() {
    let body = event(json!({"type": "vault.deleted", "id": "v", "organization_id": "o"}));
    let both = format!(
        "{} {} v2,x",
        signature(OTHER_KEY, &body),
        signature(KEY, &body)
    );
    let receiver = WebhookReceiver::new(KEY).unwrap();
    receiver
        .receive_at(&headers(&both), &body, at(SENT))
        .unwrap();

    let receiver = receiver.or_key(OTHER_KEY).unwrap();
    for key in [KEY, OTHER_KEY] {
        let headers = headers(&signature(key, &body));
        receiver.receive_at(&headers, &body, at(SENT)).unwrap();
    }
    assert!(!format!("{receiver:?}").contains("MfKQ9r8G"));
}

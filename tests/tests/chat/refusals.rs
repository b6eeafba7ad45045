//! Why the site refuses.

use claude_typed::Error;
use claude_typed::chat::Refusal;
use claude_typed::claude_ai::{CompletionRequest, MessageLimit};
use serde_json::{Value, json};
use specwright_tests::socket::{Answer, Server};

use crate::support::{CONVERSATION, client};

async fn error(answer: Answer) -> Error {
    let server = Server::start([answer]).await;
    let prompt = CompletionRequest::first("?");
    let conversations = client(&server).conversations();
    let error = conversations
        .completion(CONVERSATION, prompt)
        .await
        .unwrap_err();
    assert_eq!(server.received().len(), 1);
    error
}

fn envelope(kind: &str, message: &str, code: Option<&str>) -> Value {
    let details = code.map(|code| json!({"error_code": code}));
    json!({"type": "error", "error": {"type": kind, "message": message, "details": details}})
}

async fn refusal(status: u16, body: &Value) -> Refusal {
    Refusal::of(&error(Answer::json(status, body)).await).unwrap()
}

#[tokio::test]
async fn the_table_of_errors() {
    let permission = |code| envelope("permission_error", "No.", code);
    let invalid = |message| envelope("invalid_request_error", message, None);
    for (status, body, expected) in [
        (
            403,
            permission(Some("account_session_invalid")),
            Refusal::SessionInvalid,
        ),
        (
            401,
            envelope("authentication_error", "Who?", None),
            Refusal::NotSignedIn,
        ),
        (
            403,
            envelope("authentication_error", "Who?", None),
            Refusal::NotSignedIn,
        ),
        (403, permission(None), Refusal::PermissionDenied),
        (
            403,
            permission(Some("model_not_allowed")),
            Refusal::ModelNotAllowed,
        ),
        (403, permission(Some("read_only_mode")), Refusal::ReadOnly),
        (
            403,
            permission(Some("subscription_past_due")),
            Refusal::SubscriptionPastDue,
        ),
        (
            403,
            permission(Some("seat_minimum_reached")),
            Refusal::SeatMinimumReached,
        ),
        (
            403,
            permission(Some("brand_new_code")),
            Refusal::PermissionDenied,
        ),
        (
            404,
            envelope("not_found_error", "Not found", None),
            Refusal::NotFound,
        ),
        (400, invalid("org is no UUID"), Refusal::InvalidRequest),
        (
            400,
            invalid("prompt is too long: 9 tokens"),
            Refusal::PromptTooLong,
        ),
        (413, invalid("large"), Refusal::PromptTooLong),
        (409, invalid("taken"), Refusal::Conflict),
        (
            429,
            envelope("rate_limit_error", "Slower.", None),
            Refusal::TooManyAtOnce,
        ),
        (
            529,
            envelope("overloaded_error", "Overloaded", None),
            Refusal::Unavailable,
        ),
        (
            500,
            envelope("api_error", "Oops", None),
            Refusal::Unavailable,
        ),
        (503, json!({}), Refusal::Unavailable),
        (402, json!({}), Refusal::Other),
    ] {
        assert_eq!(refusal(status, &body).await, expected, "{status} {body}");
    }
    let opus = envelope(
        "rate_limit_error",
        "No.",
        Some("opus_messages_rate_limit_exceeded"),
    );
    assert_eq!(
        refusal(429, &opus).await,
        Refusal::LimitExceeded { limit: None }
    );
}

/// A limit decodes to the one type whether it is text in the message or the whole body.
#[tokio::test]
async fn a_limit_comes_with_a_refusal() {
    let limit = |claim| {
        json!({
            "type": "exceeded_limit", "resetsAt": 1_795_316_400, "representativeClaim": claim,
            "windows": {"5h": {"status": "exceeded_limit", "utilization": 1.14}},
        })
    };
    let expected: MessageLimit = serde_json::from_value(limit("five_hour")).unwrap();
    let wrapped = envelope("rate_limit_error", &limit("five_hour").to_string(), None);
    for body in [wrapped, limit("five_hour")] {
        let error = error(Answer::json(429, &body)).await;
        assert_eq!(MessageLimit::of(&error).as_ref(), Some(&expected));
        let limit = Some(Box::new(expected.clone()));
        assert_eq!(Refusal::of(&error), Some(Refusal::LimitExceeded { limit }));
    }
    let concurrent = envelope("rate_limit_error", &limit("concurrents").to_string(), None);
    assert_eq!(refusal(429, &concurrent).await, Refusal::TooManyAtOnce);
    let plain = error(Answer::json(
        429,
        &envelope("rate_limit_error", "Slower.", None),
    ))
    .await;
    assert_eq!(MessageLimit::of(&plain), None);
}

/// The page of the edge says nothing about the session, and asking again does not help.
#[tokio::test]
async fn a_challenge_is_no_refused_session() {
    for status in [403, 503, 302] {
        let page = Answer::new(status).header("content-type", "text/html");
        let page = page
            .header("cf-mitigated", "challenge")
            .body("<html>robot?</html>");
        let error = error(page).await;
        assert_eq!(Refusal::of(&error), Some(Refusal::Challenge), "{status}");
        assert!(!error.is_retryable(), "{status}");
        assert!(error.to_string().contains("challenge"), "{error}");
    }
}

/// An answer that is broken off by an error event has the same reasons.
#[tokio::test]
async fn an_error_event_is_a_refusal_too() {
    let limit = json!({"type": "exceeded_limit", "resetsAt": 7}).to_string();
    for (kind, message, expected) in [
        ("overloaded_error", "Overloaded", Refusal::Unavailable),
        ("permission_error", "No.", Refusal::PermissionDenied),
        (
            "rate_limit_error",
            limit.as_str(),
            Refusal::LimitExceeded {
                limit: serde_json::from_str(&limit).unwrap(),
            },
        ),
    ] {
        let event = format!("event: error\ndata: {}\n\n", envelope(kind, message, None));
        let server = Server::start([Answer::events([event])]).await;
        let conversations = client(&server).conversations();
        let prompt = CompletionRequest::first("?");
        let stream = conversations
            .stream_completion(CONVERSATION, prompt)
            .await
            .unwrap();
        let failure = stream.final_completion().await.unwrap_err();
        assert_eq!(Refusal::of(failure.error()), Some(expected));
    }
}

#[tokio::test]
async fn a_broken_connection_is_no_refusal() {
    let error = error(Answer::nothing(specwright_tests::socket::End::Close)).await;
    assert_eq!(Refusal::of(&error), None);
    assert_eq!(MessageLimit::of(&error), None);
}

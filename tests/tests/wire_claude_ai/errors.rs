//! Errors of the site that are more than a status.

use claude_typed::Error;
use claude_typed::claude_ai::{
    ApiError, CompletionRequest, ErrorCode, ErrorResponse, ErrorType, ErrorVisibility, LimitClaim,
    LimitKind, LimitSeverity, MessageLimit, MessageLimitType,
};
use serde_json::json;
use specwright_tests::wire::{REQUEST_ID, Reply, answer};

use crate::support::{CONVERSATION, client};

/// The error of listing projects that the server answers so.
async fn failure(reply: Reply) -> Error {
    let exchange = answer("claude_ai.listProjects", reply).await;
    let error = client(exchange.url()).projects().list().await.unwrap_err();
    exchange.requests(1).await;
    error
}

fn api(error: Error) -> Box<ApiError> {
    match error {
        Error::Api(error) => error,
        other => panic!("not an API error: {other:?}"),
    }
}

#[tokio::test]
async fn an_invalid_session_has_a_code() {
    let body = json!({
        "type": "error",
        "error": {
            "type": "permission_error",
            "message": "Invalid authorization",
            "details": {"error_visibility": "user_facing", "error_code": "account_session_invalid"},
        },
        "request_id": "req_011InBody",
    });
    let error = failure(Reply::json(body).status(403)).await;
    assert!(!error.is_retryable());
    let error = api(error);
    assert_eq!(error.status().as_u16(), 403);
    assert_eq!(error.kind(), Some("permission_error"));
    assert_eq!(error.error_code(), Some("account_session_invalid"));
    assert_eq!(error.message(), "Invalid authorization");
    assert_eq!(error.request_id(), Some(REQUEST_ID));
    assert!(!error.is_challenge());
    let body: ErrorResponse = error.decode().unwrap();
    assert_eq!(body.error.r#type, Some(ErrorType::PermissionError));
    let details = body.error.details.unwrap();
    assert_eq!(details.error_code, Some(ErrorCode::AccountSessionInvalid));
    assert_eq!(details.error_visibility, Some(ErrorVisibility::UserFacing));
    assert_eq!(body.request_id.as_deref(), Some("req_011InBody"));
}

/// The edge's page is not a refused session: the message says so, and nothing reads it as JSON.
#[tokio::test]
async fn a_challenge_is_its_own_kind() {
    const PAGE: &str = "<!DOCTYPE html><title>One moment</title><body>Are you a browser?</body>";
    for status in [403, 503] {
        let reply = Reply::text("text/html; charset=UTF-8", PAGE)
            .status(status)
            .header("cf-mitigated", "challenge")
            .header("cf-ray", "8f00-LIS");
        let error = api(failure(reply).await);
        assert!(error.is_challenge());
        assert_eq!(error.status().as_u16(), status);
        assert_eq!((error.kind(), error.error_code()), (None, None));
        assert_eq!(error.message(), "the edge asks for a browser challenge");
        assert_eq!(error.body().as_ref(), PAGE.as_bytes());
        assert!(error.decode::<ErrorResponse>().is_err());
    }
    let blocked = Reply::text("text/html", "<p>Forbidden</p>").status(403);
    let error = api(failure(blocked).await);
    assert!(!error.is_challenge());
    assert_eq!(error.message(), "Forbidden");
}

#[tokio::test]
async fn a_page_of_markup_with_status_200_is_a_decode_error() {
    let error = failure(Reply::text("text/html", "<html>signed out</html>")).await;
    let Error::Decode(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.content_type(), Some("text/html"));
    assert_eq!(error.body().as_ref(), b"<html>signed out</html>");
    assert!(error.to_string().contains("text/html"), "{error}");
}

/// A limit comes as JSON text in the message, or as the whole body.
#[tokio::test]
async fn a_usage_limit_can_be_read() {
    let limit = json!({
        "type": "exceeded_limit",
        "resetsAt": 1_793_660_400,
        "remaining": 0,
        "perModelLimit": null,
        "representativeClaim": "seven_day_opus",
        "overageInUse": false,
        "windows": {"5h": {"status": "exceeded_limit", "resets_at": 1_793_660_400, "utilization": 1.2}},
        "resolved": {
            "status": "exceeded",
            "limit": {"kind": "weekly", "group": "opus", "percent": 100, "severity": "critical"},
        },
    });
    let wrapped = Reply::json(json!({
        "type": "error",
        "error": {"type": "rate_limit_error", "message": limit.to_string(), "details": null},
    }));
    for (reply, in_message) in [(wrapped, true), (Reply::json(limit), false)] {
        let exchange = answer("claude_ai.streamCompletion", reply.status(429)).await;
        let prompt = CompletionRequest::new("?");
        let conversations = client(exchange.url()).conversations();
        let error = conversations
            .completion(CONVERSATION, prompt)
            .await
            .unwrap_err();
        exchange.requests(1).await;
        assert!(error.is_retryable());
        let error = api(error);
        assert_eq!(error.status().as_u16(), 429);
        let limit: MessageLimit = if in_message {
            assert_eq!(error.kind(), Some("rate_limit_error"));
            serde_json::from_str(error.message()).unwrap()
        } else {
            error.decode().unwrap()
        };
        assert_eq!(limit.r#type, Some(MessageLimitType::ExceededLimit));
        assert_eq!(limit.resets_at, Some(1_793_660_400));
        assert_eq!(limit.representative_claim, Some(LimitClaim::SevenDayOpus));
        assert_eq!(limit.windows.unwrap()["5h"].utilization, Some(1.2));
        let resolved = limit.resolved.unwrap().limit.unwrap();
        assert_eq!(resolved.kind, Some(LimitKind::Weekly));
        assert_eq!(resolved.severity, Some(LimitSeverity::Critical));
        assert_eq!(resolved.percent, Some(100));
    }
}

#[tokio::test]
async fn a_reply_of_another_shape_says_where() {
    let error = failure(Reply::json(json!([{"uuid": "not-a-uuid"}]))).await;
    let Error::Decode(error) = error else {
        panic!("{error:?}");
    };
    assert!(error.to_string().contains("[0].uuid"), "{error}");
    assert_eq!(error.body().as_ref(), br#"[{"uuid":"not-a-uuid"}]"#);
}

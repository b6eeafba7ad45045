//! Google integrations and the ingestion of their content.

use serde_json::json;
use specwright_tests::wire::{Reply, answer, refused};

use crate::support::{client, get};

#[tokio::test]
async fn gmail_status() {
    let reply = Reply::json(json!({"is_authenticated": true, "email": "noor@example.org"}));
    let exchange = answer("claude_ai.retrieveGmailSyncStatus", reply).await;
    let status = client(exchange.url()).sync().gmail_status().await.unwrap();
    exchange.expect(get("/sync/gmail/status")).await;
    assert_eq!(status.is_authenticated, Some(true));
    assert_eq!(status.email.as_deref(), Some("noor@example.org"));

    refused(
        "claude_ai.retrieveGmailSyncStatus",
        404,
        "not_found_error",
        async |url| client(url).sync().gmail_status().await,
    )
    .await;
}

#[tokio::test]
async fn gcal_status() {
    let reply = Reply::json(json!({"authenticated": false, "status": "revoked", "since": 3}));
    let exchange = answer("claude_ai.retrieveCalendarSyncStatus", reply).await;
    let status = client(exchange.url()).sync().gcal_status().await.unwrap();
    exchange.expect(get("/sync/gcal/status")).await;
    assert_eq!(status.authenticated, Some(false));
    assert_eq!(status.status.as_deref(), Some("revoked"));
    assert_eq!(status.extra["since"], 3);

    refused(
        "claude_ai.retrieveCalendarSyncStatus",
        403,
        "permission_error",
        async |url| client(url).sync().gcal_status().await,
    )
    .await;
}

#[tokio::test]
async fn drive_status() {
    let exchange = answer(
        "claude_ai.retrieveDriveSyncStatus",
        Reply::json(json!({"connected": true})),
    )
    .await;
    let status = client(exchange.url()).sync().drive_status().await.unwrap();
    exchange.expect(get("/sync/drive/status")).await;
    assert_eq!(status.connected, Some(true));
    assert_eq!(
        (status.is_authenticated, status.email.as_deref()),
        (None, None)
    );

    refused(
        "claude_ai.retrieveDriveSyncStatus",
        401,
        "authentication_error",
        async |url| client(url).sync().drive_status().await,
    )
    .await;
}

#[tokio::test]
async fn ingestion_progress() {
    let reply = Reply::json(json!({
        "status": "running", "progress": 0.25, "total_files": 8, "processed_files": 2, "eta": "1h",
    }));
    let exchange = answer("claude_ai.retrieveIngestionProgress", reply).await;
    let sync = client(exchange.url()).sync();
    let progress = sync.ingestion_progress("g/drive ü?").await.unwrap();
    exchange
        .expect(get("/sync/ingestion/g%2Fdrive%20%C3%BC%3F/progress"))
        .await;
    assert_eq!(progress.status.as_deref(), Some("running"));
    assert_eq!(progress.progress, Some(0.25));
    assert_eq!(
        (progress.processed_files, progress.total_files),
        (Some(2), Some(8))
    );
    assert_eq!(progress.extra["eta"], "1h");

    refused(
        "claude_ai.retrieveIngestionProgress",
        404,
        "not_found_error",
        async |url| client(url).sync().ingestion_progress("gdrive").await,
    )
    .await;
}

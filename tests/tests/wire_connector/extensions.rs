//! The operations that only the extended format can say: uploads, and an operation with a record
//! of its own.

use claude_typed::connector::Upload;
use futures::stream;
use serde_json::json;
use specwright_tests::wire::{Part, Reply, answer, answers, refused};

use crate::support::{HOSTILE, client, post};

#[tokio::test]
async fn count_tokens() {
    let replies = [42, 7].map(|tokens| Reply::json(json!({"input_tokens": tokens})));
    let exchange = answers("connector.messages.count_tokens", replies).await;
    let messages = client(exchange.url()).messages();
    let estimate = messages.count_tokens("claude-haiku-4-5", "Ripe?").await;
    assert_eq!(estimate.unwrap().input_tokens, Some(42));
    let estimate = messages.count_tokens("m", HOSTILE[1]).await.unwrap();
    assert_eq!(estimate.raw(), &json!({"input_tokens": 7}));
    let sent = |model: &str, content: &str| {
        let messages = json!([{"role": "user", "content": content}]);
        post("/v1/messages/count_tokens").json(json!({"model": model, "messages": messages}))
    };
    exchange
        .expect_all([sent("claude-haiku-4-5", "Ripe?"), sent("m", HOSTILE[1])])
        .await;

    refused(
        "connector.messages.count_tokens",
        400,
        "invalid_request_error",
        async |url| client(url).messages().count_tokens("m", "?").await,
    )
    .await;
}

#[tokio::test]
async fn files_upload() {
    let uploaded = Reply::json(json!({
        "id": "file_1", "type": "file", "filename": "harvest.csv", "mime_type": "text/csv",
        "size_bytes": 9, "created_at": "2026-09-01T00:00:00Z", "expires_at": null,
    }));
    let exchange = answers("connector.files.upload", [uploaded.clone(), uploaded]).await;
    let files = client(exchange.url()).files();
    let file = Upload::bytes("tree,kg\n1").file_name("harvest.csv");
    let uploaded = files.upload(file).await.unwrap();
    assert_eq!(uploaded.id.as_deref(), Some("file_1"));
    assert_eq!(uploaded.filename.as_deref(), Some("harvest.csv"));
    assert_eq!(uploaded.mime_type.as_deref(), Some("text/csv"));
    assert_eq!(uploaded.size_bytes, Some(9));
    assert_eq!(uploaded.created_at.unwrap().timestamp(), 1_788_220_800);
    assert_eq!(uploaded.expires_at, None);

    // A stream can be read once, and is read when it is sent: refining the request leaves it be.
    let chunks = ["tree", ",kg\n", "1"].map(|chunk| Ok(chunk.into()));
    let stream = Upload::stream(stream::iter(chunks), None)
        .file_name("harvest.csv")
        .content_type("text/plain");
    let upload = files.upload(stream).expires_in_seconds(3600);
    upload.expires_in_seconds(7200).await.unwrap();
    let file = |kind| Part::file("file", "harvest.csv", kind, "tree,kg\n1");
    exchange
        .expect_all([
            post("/v1/files").parts([file("text/csv")]),
            post("/v1/files").parts([file("text/plain"), Part::text("expires_in_seconds", "7200")]),
        ])
        .await;

    refused(
        "connector.files.upload",
        413,
        "request_too_large",
        async |url| client(url).files().upload(Upload::bytes("x")).await,
    )
    .await;
}

#[tokio::test]
async fn skills_create() {
    let reply = Reply::json(json!({
        "id": "skill_1", "type": "skill", "display_name": "Prune",
        "latest_version_id": "skillver_1", "created_at": "2026-09-01T00:00:00Z",
    }));
    let exchange = answer("connector.skills.create", reply).await;
    let files = [
        Upload::text("# Prune")
            .file_name("prune/SKILL.md")
            .content_type("text/markdown"),
        Upload::bytes("print(1)")
            .file_name("prune/run.py")
            .content_type("text/x-python"),
    ];
    let skills = client(exchange.url()).skills();
    let created = skills
        .create(files)
        .display_name("Prune \"{{x}}\"")
        .await
        .unwrap();
    assert_eq!(created.id.as_deref(), Some("skill_1"));
    assert_eq!(created.display_name.as_deref(), Some("Prune"));
    assert_eq!(created.latest_version_id.as_deref(), Some("skillver_1"));
    assert_eq!(created.created_at.unwrap().timestamp(), 1_788_220_800);
    let parts = [
        Part::file("files[]", "prune/SKILL.md", "text/markdown", "# Prune"),
        Part::file("files[]", "prune/run.py", "text/x-python", "print(1)"),
        Part::text("display_name", "Prune \"{{x}}\""),
    ];
    exchange.expect(post("/v1/skills").parts(parts)).await;

    refused(
        "connector.skills.create",
        400,
        "invalid_request_error",
        async |url| client(url).skills().create([Upload::text("?")]).await,
    )
    .await;
}

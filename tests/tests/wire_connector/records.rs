//! Models, files and skills.

use serde_json::json;
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{client, delete, get};

#[tokio::test]
async fn models_list() {
    let reply = Reply::json(json!({
        "data": [
            {"type": "model", "id": "claude-haiku-4-5", "display_name": "Claude Haiku 4.5", "created_at": "2025-10-15T00:00:00Z"},
            {"type": "model", "id": "claude-next"},
        ],
        "has_more": true,
        "last_id": "claude-next",
    }));
    let exchange = answer("connector.models.list", reply).await;
    let page = client(exchange.url())
        .models()
        .list()
        .query("limit", "2")
        .await
        .unwrap();
    exchange.expect(get("/v1/models").query("limit", "2")).await;
    let [haiku, next] = &page[..] else {
        panic!("{page:?}");
    };
    assert_eq!(haiku.id.as_deref(), Some("claude-haiku-4-5"));
    assert_eq!(haiku.display_name.as_deref(), Some("Claude Haiku 4.5"));
    assert_eq!(haiku.created_at.unwrap().timestamp(), 1_760_486_400);
    assert_eq!(next.id.as_deref(), Some("claude-next"));
    assert_eq!(
        (next.display_name.as_deref(), next.created_at),
        (None, None)
    );
    assert_eq!(page.rest()["last_id"], "claude-next");

    refused(
        "connector.models.list",
        529,
        "overloaded_error",
        async |url| client(url).models().list().await,
    )
    .await;
}

#[tokio::test]
async fn models_read() {
    let reply = Reply::json(json!({
        "id": "claude-haiku-4-5", "display_name": "Claude Haiku 4.5",
        "created_at": "2025-10-15T00:00:00Z", "max_tokens": 64000,
    }));
    let exchange = answer("connector.models.read", reply).await;
    let model = client(exchange.url())
        .models()
        .read("claude haiku")
        .await
        .unwrap();
    exchange.expect(get("/v1/models/claude%20haiku")).await;
    assert_eq!(model.id.as_deref(), Some("claude-haiku-4-5"));
    assert_eq!(model.display_name.as_deref(), Some("Claude Haiku 4.5"));
    assert_eq!(model.raw()["max_tokens"], 64000);

    refused(
        "connector.models.read",
        404,
        "not_found_error",
        async |url| client(url).models().read("none").await,
    )
    .await;
}

/// The API of today names some of the values otherwise; those are reached through the reply.
#[tokio::test]
async fn files_list() {
    let reply = Reply::json(json!({
        "data": [
            {"id": "file_1", "file_name": "harvest.csv", "purpose": "user_data", "bytes": 512, "created_at": "2026-09-01T00:00:00Z"},
            {"id": "file_2", "filename": "frost.txt", "size_bytes": 9},
        ],
        "has_more": false,
    }));
    let exchange = answer("connector.files.list", reply).await;
    let page = client(exchange.url()).files().list().await.unwrap();
    exchange.expect(get("/v1/files")).await;
    let [harvest, frost] = &page[..] else {
        panic!("{page:?}");
    };
    assert_eq!(harvest.id.as_deref(), Some("file_1"));
    assert_eq!(harvest.file_name.as_deref(), Some("harvest.csv"));
    assert_eq!(harvest.purpose.as_deref(), Some("user_data"));
    assert_eq!(harvest.bytes, Some(512));
    assert_eq!(harvest.created_at.unwrap().timestamp(), 1_788_220_800);
    assert_eq!((frost.file_name.as_deref(), frost.bytes), (None, None));
    assert_eq!(frost.raw()["filename"], "frost.txt");

    refused(
        "connector.files.list",
        403,
        "permission_error",
        async |url| client(url).files().list().await,
    )
    .await;
}

#[tokio::test]
async fn files_read() {
    let reply = Reply::json(json!({"id": "file_1", "file_name": "harvest.csv", "bytes": 512}));
    let exchange = answer("connector.files.read", reply).await;
    let file = client(exchange.url()).files().read("file_1").await.unwrap();
    exchange.expect(get("/v1/files/file_1")).await;
    assert_eq!(file.id.as_deref(), Some("file_1"));
    assert_eq!(
        (file.file_name.as_deref(), file.bytes),
        (Some("harvest.csv"), Some(512))
    );

    refused(
        "connector.files.read",
        404,
        "not_found_error",
        async |url| client(url).files().read("file_1").await,
    )
    .await;
}

#[tokio::test]
async fn files_delete() {
    let replies = [
        Reply::json(json!({"id": "file_1", "type": "file_deleted"})),
        Reply::empty(204),
    ];
    let exchange = answers("connector.files.delete", replies).await;
    let files = client(exchange.url()).files();
    let deleted = files.delete("file_1").await.unwrap();
    assert_eq!(deleted.id.as_deref(), Some("file_1"));
    assert_eq!(deleted.raw()["type"], "file_deleted");
    let silent = files.delete("file_1").await.unwrap();
    assert_eq!(silent.status().as_u16(), 204);
    assert_eq!(silent.id, None);
    exchange
        .expect_all(["/v1/files/file_1"; 2].map(delete))
        .await;

    refused(
        "connector.files.delete",
        404,
        "not_found_error",
        async |url| client(url).files().delete("file_1").await,
    )
    .await;
}

#[tokio::test]
async fn skills_list() {
    let reply = Reply::json(json!({
        "data": [{
            "id": "skill_1", "name": "prune", "description": "Prunes trees",
            "created_at": "2026-09-01T00:00:00Z", "display_name": "Prune",
        }],
        "has_more": false,
        "next_page": null,
    }));
    let exchange = answer("connector.skills.list", reply).await;
    let page = client(exchange.url()).skills().list().await.unwrap();
    exchange.expect(get("/v1/skills")).await;
    let [prune] = &page[..] else {
        panic!("{page:?}");
    };
    assert_eq!(prune.id.as_deref(), Some("skill_1"));
    assert_eq!(prune.name.as_deref(), Some("prune"));
    assert_eq!(prune.description.as_deref(), Some("Prunes trees"));
    assert_eq!(prune.created_at.unwrap().timestamp(), 1_788_220_800);

    refused("connector.skills.list", 500, "api_error", async |url| {
        client(url).skills().list().await
    })
    .await;
}

#[tokio::test]
async fn skills_read() {
    let reply = Reply::json(
        json!({"id": "skill_1", "display_name": "Prune", "created_at": "2026-09-01T00:00:00Z"}),
    );
    let exchange = answer("connector.skills.read", reply).await;
    let skill = client(exchange.url())
        .skills()
        .read("skill_1")
        .await
        .unwrap();
    exchange.expect(get("/v1/skills/skill_1")).await;
    assert_eq!(skill.id.as_deref(), Some("skill_1"));
    assert_eq!(skill.name, None);
    assert_eq!(skill.raw()["display_name"], "Prune");

    refused(
        "connector.skills.read",
        404,
        "not_found_error",
        async |url| client(url).skills().read("skill_1").await,
    )
    .await;
}

#[tokio::test]
async fn skills_delete() {
    let reply = Reply::json(json!({"id": "skill_1", "type": "skill_deleted"}));
    let exchange = answer("connector.skills.delete", reply).await;
    let deleted = client(exchange.url())
        .skills()
        .delete("skill_1")
        .await
        .unwrap();
    exchange.expect(delete("/v1/skills/skill_1")).await;
    assert_eq!(deleted.id.as_deref(), Some("skill_1"));
    assert_eq!(deleted.raw()["type"], "skill_deleted");

    refused(
        "connector.skills.delete",
        400,
        "invalid_request_error",
        async |url| client(url).skills().delete("skill_1").await,
    )
    .await;
}

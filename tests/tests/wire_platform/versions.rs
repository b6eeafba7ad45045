use claude_typed::platform::{CreateSkillVersionRequest, Upload};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{Part, Reply, answer, answers, delete, get, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain};

const SKILL: &str = "skill_01Report";

fn version(id: &str) -> Value {
    json!({
        "id": id,
        "type": "skill_version",
        "skill_id": SKILL,
        "name": "quarterly-report",
        "description": "Writes the report.",
        "created_at": "2026-10-20T12:30:00Z",
    })
}

#[tokio::test]
async fn create() {
    let exchange = answer("platform.createSkillVersion", Reply::json(version("v2"))).await;
    let zip = Upload::bytes("PK")
        .file_name("report.zip")
        .content_type("application/zip");
    let form = CreateSkillVersionRequest::new([zip]);
    let request = client(exchange.url())
        .skills()
        .versions()
        .create(SKILL, form);
    let made = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(made.id, "v2");
    assert_eq!(made.skill_id.as_deref(), Some(SKILL));
    assert_eq!(made.name.as_deref(), Some("quarterly-report"));
    assert_eq!(made.description.as_deref(), Some("Writes the report."));
    assert_eq!(
        made.created_at.unwrap().to_rfc3339(),
        "2026-10-20T12:30:00+00:00"
    );
    let parts = [Part::file("files[]", "report.zip", "application/zip", "PK")];
    exchange
        .expect(full(post("/v1/skills/skill_01Report/versions")).parts(parts))
        .await;
    refused(
        "platform.createSkillVersion",
        404,
        "not_found_error",
        async |url| {
            let zip = Upload::bytes("PK").file_name("report.zip");
            let form = CreateSkillVersionRequest::new([zip]);
            client(url)
                .skills()
                .versions()
                .create("skill_0", form)
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn list() {
    let body =
        json!({"data": [version("v2"), version("v1")], "next_page": null, "has_more": false});
    let exchange = answer("platform.listSkillVersions", Reply::json(body)).await;
    let request = client(exchange.url())
        .skills()
        .versions()
        .list(SKILL)
        .page("p")
        .limit(5);
    let page = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    let ids: Vec<&str> = page
        .data
        .iter()
        .map(|version| version.id.as_str())
        .collect();
    assert_eq!(ids, ["v2", "v1"]);
    assert_eq!(
        (page.next_page.as_deref(), page.has_more),
        (None, Some(false))
    );
    let expected = full(get("/v1/skills/skill_01Report/versions"));
    exchange
        .expect(expected.query("page", "p").query("limit", "5"))
        .await;
    refused(
        "platform.listSkillVersions",
        404,
        "not_found_error",
        async |url| client(url).skills().versions().list("skill_0").await,
    )
    .await;
}

#[tokio::test]
async fn pages() {
    let page =
        |id, next: Option<&str>| Reply::json(json!({"data": [version(id)], "next_page": next}));
    let exchange = answers(
        "platform.listSkillVersions",
        [page("v2", Some("p2")), page("v1", None)],
    )
    .await;
    let items = client(exchange.url())
        .skills()
        .versions()
        .list(SKILL)
        .items();
    let ids: Vec<String> = items
        .map_ok(|version| version.id)
        .try_collect()
        .await
        .unwrap();

    assert_eq!(ids, ["v2", "v1"]);
    let first = plain(get("/v1/skills/skill_01Report/versions"));
    exchange
        .expect_all([first.clone(), first.query("page", "p2")])
        .await;
}

/// A version as the older beta said it.
#[tokio::test]
async fn retrieve() {
    let mut body = version("v2");
    body["version"] = json!("1759178010641129");
    body["directory"] = json!("report");
    let exchange = answer("platform.retrieveSkillVersion", Reply::json(body)).await;
    let request = client(exchange.url())
        .skills()
        .versions()
        .retrieve("my skill", "latest");
    let found = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(found.version.as_deref(), Some("1759178010641129"));
    assert_eq!(found.directory.as_deref(), Some("report"));
    exchange
        .expect(full(get("/v1/skills/my%20skill/versions/latest")))
        .await;
    refused(
        "platform.retrieveSkillVersion",
        404,
        "not_found_error",
        async |url| client(url).skills().versions().retrieve(SKILL, "v0").await,
    )
    .await;
}

#[tokio::test]
async fn delete_one() {
    let body = json!({"id": "v1", "type": "skill_version_deleted"});
    let exchange = answer("platform.deleteSkillVersion", Reply::json(body.clone())).await;
    let request = client(exchange.url())
        .skills()
        .versions()
        .delete(SKILL, "v1");
    let deleted = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(serde_json::to_value(deleted.into_inner()).unwrap(), body);
    exchange
        .expect(full(delete("/v1/skills/skill_01Report/versions/v1")))
        .await;
    refused(
        "platform.deleteSkillVersion",
        400,
        "invalid_request_error",
        async |url| {
            client(url)
                .skills()
                .versions()
                .delete(SKILL, "latest")
                .await
        },
    )
    .await;
}

/// Values that would change the path are refused before anything is sent.
#[tokio::test]
async fn a_path_that_would_be_another() {
    let exchange = answers("platform.deleteSkillVersion", []).await;
    let versions = client(exchange.url()).skills().versions();
    for (skill, version, named) in [
        (SKILL, "", "version"),
        (SKILL, "..", "version"),
        (".", "v1", "skill_id"),
    ] {
        let error = versions.delete(skill, version).await.unwrap_err();
        let claude_typed::Error::InvalidRequest(why) = error else {
            panic!("{error:?}");
        };
        assert!(why.message().contains(named), "{}", why.message());
    }
    exchange.expect_all([]).await;
}

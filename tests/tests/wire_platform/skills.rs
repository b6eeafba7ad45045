use claude_typed::platform::{CreateSkillRequest, SkillSourceType, Upload};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{Part, Reply, answer, answers, delete, get, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain};

fn skill() -> Value {
    json!({
        "id": "skill_01Report",
        "type": "skill",
        "display_name": "Quarterly report",
        "source": {"type": "custom"},
        "latest_version_id": "skillver_02",
        "created_at": "2026-10-01T12:00:00Z",
        "updated_at": "2026-10-20T12:30:00Z",
    })
}

#[tokio::test]
async fn create() {
    let exchange = answer("platform.createSkill", Reply::json(skill())).await;
    let text = Upload::text("# Report")
        .file_name("report/SKILL.md")
        .content_type("text/markdown");
    let script = Upload::bytes("print(1)")
        .file_name("report/run.py")
        .content_type("text/x-python");
    let form = CreateSkillRequest::new([text, script]).display_name("Quarterly report");
    let request = client(exchange.url()).skills().create(form);
    let skill = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(skill.id, "skill_01Report");
    assert_eq!(skill.display_name.as_deref(), Some("Quarterly report"));
    let source = skill
        .source
        .as_ref()
        .and_then(|source| source.as_info())
        .unwrap();
    assert_eq!(source.r#type, SkillSourceType::Custom);
    assert_eq!(skill.latest_version_id.as_deref(), Some("skillver_02"));
    assert_eq!(
        skill.created_at.unwrap().to_rfc3339(),
        "2026-10-01T12:00:00+00:00"
    );
    assert_eq!(
        skill.updated_at.unwrap().to_rfc3339(),
        "2026-10-20T12:30:00+00:00"
    );

    let parts = [
        Part::file("files[]", "report/SKILL.md", "text/markdown", "# Report"),
        Part::file("files[]", "report/run.py", "text/x-python", "print(1)"),
        Part::text("display_name", "Quarterly report"),
    ];
    exchange.expect(full(post("/v1/skills")).parts(parts)).await;
    refused(
        "platform.createSkill",
        400,
        "invalid_request_error",
        async |url| {
            let file = Upload::text("# Report").file_name("report/SKILL.md");
            client(url)
                .skills()
                .create(CreateSkillRequest::new([file]))
                .await
        },
    )
    .await;
}

/// One skill as it is, and one as the older beta said it, with the source as a text.
#[tokio::test]
async fn list() {
    let old = json!({
        "id": "pdf", "type": "skill", "display_title": "PDF", "source": "anthropic",
        "latest_version": "1759178010641129", "created_at": "2025-09-29T00:00:00Z",
    });
    let body = json!({"data": [skill(), old], "next_page": "page_2"});
    let exchange = answer("platform.listSkills", Reply::json(body)).await;
    let request = client(exchange.url())
        .skills()
        .list()
        .page("page_1")
        .limit(10)
        .source("plugin");
    let page = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(page.next_page.as_deref(), Some("page_2"));
    let [new, old] = page.data.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(new.id, "skill_01Report");
    assert_eq!(old.display_title.as_deref(), Some("PDF"));
    let source = old.source.as_ref().and_then(|source| source.as_type());
    assert_eq!(source, Some(&SkillSourceType::Anthropic));
    assert_eq!(old.latest_version.as_deref(), Some("1759178010641129"));

    let expected = full(get("/v1/skills")).query("page", "page_1");
    exchange
        .expect(expected.query("limit", "10").query("source", "plugin"))
        .await;
    refused(
        "platform.listSkills",
        401,
        "authentication_error",
        async |url| client(url).skills().list().await,
    )
    .await;
}

#[tokio::test]
async fn pages() {
    let page = |next: Option<&str>| Reply::json(json!({"data": [skill()], "next_page": next}));
    let exchange = answers("platform.listSkills", [page(Some("p2")), page(None)]).await;
    let list = client(exchange.url())
        .skills()
        .list()
        .source(SkillSourceType::Custom);
    let skills: Vec<_> = list.items().try_collect().await.unwrap();

    assert_eq!(skills.len(), 2);
    let first = plain(get("/v1/skills")).query("source", "custom");
    exchange
        .expect_all([first.clone(), first.query("page", "p2")])
        .await;
}

#[tokio::test]
async fn retrieve() {
    let exchange = answer("platform.retrieveSkill", Reply::json(skill())).await;
    let request = client(exchange.url()).skills().retrieve("skill_01Report");
    let found = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(found.id, "skill_01Report");
    assert_eq!(found.display_title, None);
    assert_eq!(serde_json::to_value(found.into_inner()).unwrap(), skill());
    exchange
        .expect(full(get("/v1/skills/skill_01Report")))
        .await;
    refused(
        "platform.retrieveSkill",
        409,
        "conflict_error",
        async |url| client(url).skills().retrieve("skill_01Report").await,
    )
    .await;
}

#[tokio::test]
async fn delete_one() {
    let body = json!({"id": "skill_01Report", "type": "skill_deleted"});
    let exchange = answer("platform.deleteSkill", Reply::json(body.clone())).await;
    let request = client(exchange.url()).skills().delete("skill_01Report");
    let deleted = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(serde_json::to_value(deleted.into_inner()).unwrap(), body);
    exchange
        .expect(full(delete("/v1/skills/skill_01Report")))
        .await;
    refused(
        "platform.deleteSkill",
        403,
        "permission_error",
        async |url| client(url).skills().delete("pdf").await,
    )
    .await;
}

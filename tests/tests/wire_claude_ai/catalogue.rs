//! Artifacts, extensions and skills.

use claude_typed::claude_ai::{ArtifactType, SkillCreatorType};
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{client, get};

#[tokio::test]
async fn artifacts() {
    let reply = Reply::json(json!([
        {
            "published_artifact_uuid": "pa-1",
            "artifact_identifier": "beam-plan",
            "artifact_type": "image/svg+xml",
            "code_language": null,
            "message_uuid": "019b0000-0000-7000-8000-00000000000b",
            "title": "Beam plan",
            "deleted": false,
        },
        {"artifact_type": "application/vnd.ant.lamp", "artifact_content": "<svg/>", "views": 4},
    ]));
    let exchange = answer("claude_ai.listPublishedArtifacts", reply).await;
    let artifacts = client(exchange.url()).artifacts().list().await.unwrap();
    exchange.expect(get("/published_artifacts")).await;
    let [plan, lamp] = artifacts.as_slice() else {
        panic!("{artifacts:?}");
    };
    assert_eq!(plan.artifact_type, Some(ArtifactType::ImageSvgXml));
    assert_eq!(plan.title.as_deref(), Some("Beam plan"));
    assert_eq!(
        (plan.deleted, plan.code_language.as_deref()),
        (Some(false), None)
    );
    let kind = lamp.artifact_type.as_ref().unwrap();
    assert_eq!(kind.as_str(), "application/vnd.ant.lamp");
    assert_eq!(lamp.artifact_content.as_deref(), Some("<svg/>"));
    assert_eq!(lamp.extra["views"], 4);

    refused(
        "claude_ai.listPublishedArtifacts",
        404,
        "not_found_error",
        async |url| client(url).artifacts().list().await,
    )
    .await;
}

fn extension() -> Value {
    json!({
        "id": "ant.dir.gh.lighthouse.tides",
        "icon_url": "https://example.org/t.png",
        "download_count": 12,
        "signature_info": {"verified": true},
        "is_blocklisted": false,
        "is_internal": false,
        "is_allowlisted": true,
        "manifest": {
            "manifest_version": "0.2",
            "name": "tides",
            "version": "2.0.1",
            "description": "Tide tables",
            "author": {"name": "Noor Visser", "email": "noor@example.org"},
            "tools": [{"name": "tide_table", "description": "Tides of a day"}],
            "server": {"type": "node", "entry_point": "index.js", "mcp_config": {"command": "node"}},
            "keywords": ["sea"],
        },
    })
}

/// The list comes bare, under `extensions` or under `data`.
#[tokio::test]
async fn extensions() {
    let replies = [
        json!({"extensions": [extension()], "limit": 10, "offset": 20, "total": 21}),
        json!({"data": [extension()], "has_more": false}),
        json!([extension()]),
    ];
    let exchange = answers("claude_ai.listExtensions", replies.map(Reply::json)).await;
    let extensions = client(exchange.url()).extensions();
    let list = || {
        let list = extensions.list().limit(10).offset(20);
        list.search("tide & time").sort_by("downloads")
    };
    let wrapped = list().await.unwrap().into_inner();
    let data = list().await.unwrap().into_inner();
    let bare = list().await.unwrap().into_inner();
    let expected = get("/dxt/extensions")
        .query("limit", "10")
        .query("offset", "20")
        .query("search", "tide & time")
        .query("sort_by", "downloads");
    exchange
        .expect_all([expected.clone(), expected.clone(), expected])
        .await;

    let page = wrapped.as_extension_page().unwrap();
    assert_eq!(
        (page.limit, page.offset, page.total),
        (Some(10), Some(20), Some(21))
    );
    let page_of_data = data.as_extension_data_page().unwrap();
    assert_eq!(page_of_data.has_more, Some(false));
    for list in [
        &page.extensions,
        &page_of_data.data,
        bare.as_list().unwrap(),
    ] {
        let [only] = list.as_slice() else {
            panic!("{list:?}");
        };
        assert_eq!(only.id.as_str(), "ant.dir.gh.lighthouse.tides");
        assert_eq!(only.download_count, Some(12));
        assert_eq!(only.signature_info.as_ref().unwrap().verified, Some(true));
        let manifest = only.manifest.as_ref().unwrap();
        assert_eq!(manifest.version.as_deref(), Some("2.0.1"));
        let author = manifest.author.as_ref().unwrap();
        assert_eq!(author.email.as_deref(), Some("noor@example.org"));
        let tool = &manifest.tools.as_ref().unwrap()[0];
        assert_eq!(tool.name.as_deref(), Some("tide_table"));
        let server = manifest.server.as_ref().unwrap();
        assert_eq!(server.mcp_config, Some(json!({"command": "node"})));
    }

    refused(
        "claude_ai.listExtensions",
        401,
        "authentication_error",
        async |url| client(url).extensions().list().await,
    )
    .await;
}

#[tokio::test]
async fn skills() {
    let skill = json!({
        "id": "skill_01Lamp",
        "name": "trim-wicks",
        "description": "Trims wicks",
        "enabled": true,
        "source": {"kind": "upload"},
        "creator_type": "organization",
        "partition_by": "organization",
        "is_public_provisioned": false,
        "is_shared": true,
        "user_invocable": false,
        "enable_count": 2,
        "updated_at": "2026-10-01T00:00:00.1Z",
    });
    let replies = [json!({"skills": [skill]}), json!([skill])];
    let exchange = answers("claude_ai.listSkills", replies.map(Reply::json)).await;
    let skills = client(exchange.url()).skills();
    let wrapped = skills.list().await.unwrap().into_inner();
    let bare = skills.list().await.unwrap().into_inner();
    let path = "/skills/list-skills";
    exchange.expect_all([get(path), get(path)]).await;
    for list in [
        &wrapped.as_skill_collection().unwrap().skills,
        bare.as_list().unwrap(),
    ] {
        let [only] = list.as_slice() else {
            panic!("{list:?}");
        };
        assert_eq!(only.id.as_str(), "skill_01Lamp");
        assert_eq!(only.name.as_deref(), Some("trim-wicks"));
        assert_eq!(only.enabled, Some(true));
        assert_eq!(only.creator_type, Some(SkillCreatorType::Organization));
        assert_eq!(only.enable_count, Some(2));
        assert_eq!(only.created_at, None);
        assert_eq!(only.updated_at.unwrap().timestamp(), 1_790_812_800);
    }

    refused(
        "claude_ai.listSkills",
        403,
        "permission_error",
        async |url| client(url).skills().list().await,
    )
    .await;
}

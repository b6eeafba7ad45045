//! Projects, and who may do what with them.

use claude_typed::claude_ai::{
    Consistency, CreateProjectRequest, ProjectCreatorFilter, ProjectOrder, ProjectPermission,
    ProjectPermissions, ProjectRole,
};
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{PROJECT, client, get, post};

fn project() -> Value {
    json!({
        "uuid": "e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e",
        "name": "Lighthouse",
        "description": "Keeping the lamp lit",
        "is_private": true,
        "is_starred": false,
        "is_starter_project": false,
        "type": null,
        "subtype": null,
        "settings": {"beam": "white"},
        "archived_at": null,
        "archiver": null,
        "created_at": "2026-05-01T06:00:00.000007Z",
        "updated_at": "2026-05-02T06:00:00Z",
        "creator": {"uuid": "u-1", "full_name": "Noor Visser"},
        "permissions": ["chat_project:owner:manage"],
        "docs_count": 3,
        "files_count": null,
        "tide": "low",
    })
}

#[tokio::test]
async fn list() {
    let exchange = answer("claude_ai.listProjects", Reply::json(json!([project()]))).await;
    let page = client(exchange.url())
        .projects()
        .list()
        .limit(5)
        .offset(10)
        .starred(false)
        .order_by(ProjectOrder::LatestChat)
        .include_harmony_projects(true)
        .creator_filter(ProjectCreatorFilter::IsNotCreator)
        .consistency(Consistency::Eventual)
        .await
        .unwrap();
    exchange
        .expect(
            get("/projects")
                .query("limit", "5")
                .query("offset", "10")
                .query("starred", "false")
                .query("order_by", "latest_chat")
                .query("include_harmony_projects", "true")
                .query("creator_filter", "is_not_creator")
                .query("consistency", "eventual"),
        )
        .await;
    let [only] = page.as_list().unwrap().as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(only.uuid, PROJECT);
    assert_eq!(only.name.as_deref(), Some("Lighthouse"));
    assert_eq!(only.is_private, Some(true));
    assert_eq!(only.settings.as_ref().unwrap()["beam"], "white");
    assert_eq!(only.created_at.unwrap().timestamp_subsec_micros(), 7);
    let creator = only.creator.as_ref().unwrap();
    assert_eq!(creator.full_name.as_deref(), Some("Noor Visser"));
    assert_eq!(
        only.permissions.as_deref().unwrap(),
        ["chat_project:owner:manage"]
    );
    assert_eq!((only.docs_count, only.files_count), (Some(3), None));
    assert_eq!(only.extra["tide"], "low");

    refused(
        "claude_ai.listProjects",
        400,
        "invalid_request_error",
        async |url| client(url).projects().list().await,
    )
    .await;
}

#[tokio::test]
async fn create() {
    let replies = [Reply::json(project()).status(201), Reply::json(project())];
    let exchange = answers("claude_ai.createProject", replies).await;
    let projects = client(exchange.url()).projects();
    let plain = CreateProjectRequest::new("Lighthouse", "Keeping the lamp lit", true);
    let created = projects.create(&plain).await.unwrap();
    assert_eq!(created.status().as_u16(), 201);
    assert_eq!(created.uuid, PROJECT);
    assert_eq!(created.description.as_deref(), Some("Keeping the lamp lit"));
    let from_template = plain.template("tower");
    let created = projects.create(from_template).await.unwrap();
    assert_eq!(created.status().as_u16(), 200);
    let mut body = json!({
        "name": "Lighthouse", "description": "Keeping the lamp lit", "is_private": true,
    });
    let first = post("/projects").json(body.clone());
    body["template"] = json!("tower");
    exchange
        .expect_all([first, post("/projects").json(body)])
        .await;

    refused(
        "claude_ai.createProject",
        403,
        "permission_error",
        async |url| {
            let body = CreateProjectRequest::new("", "", false);
            client(url).projects().create(body).await
        },
    )
    .await;
}

#[tokio::test]
async fn retrieve() {
    let mut reply = project();
    reply["prompt_template"] = json!("Answer like a keeper.");
    let exchange = answer("claude_ai.retrieveProject", Reply::json(reply)).await;
    let project = client(exchange.url())
        .projects()
        .retrieve(PROJECT)
        .consistency(Consistency::Strong)
        .await
        .unwrap();
    exchange
        .expect(
            get("/projects/e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e").query("consistency", "strong"),
        )
        .await;
    assert_eq!(
        project.prompt_template.as_deref(),
        Some("Answer like a keeper.")
    );
    assert_eq!(project.archived_at, None);

    refused(
        "claude_ai.retrieveProject",
        404,
        "not_found_error",
        async |url| client(url).projects().retrieve(PROJECT).await,
    )
    .await;
}

/// The shape of the reply is not known for certain; all that are likely decode.
#[tokio::test]
async fn permissions() {
    let texts = json!(["chat_project:owner:manage"]);
    let objects = json!([{"action": "manage"}, 7]);
    let flags = json!({"can_edit": true, "can_delete": false, "can_light": true});
    let odd = json!("none");
    let replies = [&texts, &objects, &flags, &odd].map(|body| Reply::json(body.clone()));
    let exchange = answers("claude_ai.retrieveProjectPermissions", replies).await;
    let projects = client(exchange.url()).projects();
    let mut replies = Vec::new();
    for _ in 0..4 {
        replies.push(projects.permissions(PROJECT).await.unwrap().into_inner());
    }
    let path = "/projects/e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e/permissions";
    exchange.expect_all([path; 4].map(get)).await;
    assert_eq!(
        replies[0],
        ProjectPermissions::List(vec![ProjectPermission::Text(
            "chat_project:owner:manage".to_owned()
        )])
    );
    let list = replies[1].as_list().unwrap();
    assert_eq!(list[0].as_map().unwrap()["action"], "manage");
    assert_eq!(list[1], ProjectPermission::Unknown(json!(7)));
    let read = replies[2].as_project_permission_flags().unwrap();
    assert_eq!((read.can_edit, read.can_delete), (Some(true), Some(false)));
    assert_eq!(read.can_manage_members, None);
    assert_eq!(read.extra["can_light"], true);
    assert_eq!(replies[3], ProjectPermissions::Unknown(odd.clone()));
    for (read, came) in replies.iter().zip([texts, objects, flags, odd]) {
        assert_eq!(serde_json::to_value(read).unwrap(), came);
    }

    refused(
        "claude_ai.retrieveProjectPermissions",
        403,
        "permission_error",
        async |url| client(url).projects().permissions(PROJECT).await,
    )
    .await;
}

#[tokio::test]
async fn accounts() {
    let reply = Reply::json(json!([
        {
            "project_uuid": "e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e",
            "role": "viewer",
            "account": {"uuid": "u-2", "full_name": "Ada Blom", "email_address": "ada@example.org"},
        },
        {"role": "stoker"},
    ]));
    let exchange = answer("claude_ai.listProjectAccounts", reply).await;
    let accounts = client(exchange.url())
        .projects()
        .accounts(PROJECT)
        .await
        .unwrap();
    exchange
        .expect(get(
            "/projects/e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e/accounts",
        ))
        .await;
    let [viewer, stoker] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    assert_eq!(viewer.role, Some(ProjectRole::Viewer));
    let account = viewer.account.as_ref().unwrap();
    assert_eq!(account.uuid, "u-2");
    assert_eq!(account.email_address.as_deref(), Some("ada@example.org"));
    assert_eq!(stoker.role, Some(ProjectRole::Unknown("stoker".to_owned())));
    assert_eq!(stoker.account, None);

    refused(
        "claude_ai.listProjectAccounts",
        404,
        "not_found_error",
        async |url| client(url).projects().accounts(PROJECT).await,
    )
    .await;
}

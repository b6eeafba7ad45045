use claude_typed::platform::{
    CreateUserProfileActionUrlRequest, CreateUserProfileRequest, EnforcementAction,
    EnforcementReason, EnforcementStatus, EnrollEndUserAction, ExternalUserDetails,
    ExternalUserEntityType, Maybe, UpdateUserProfileRequest, UserProfileAccessType,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{Reply, answer, answers, delete, get, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain};

const ID: &str = "uprof_01Shop";

fn profile(id: &str) -> Value {
    json!({
        "id": id, "type": "user_profile", "access_type": "application", "name": "Corner shop",
        "enforcement_status": "restricted",
        "enforcement_actions": [{
            "type": "restriction", "id": "enf_1", "action": "verify", "reason": "fraud_or_abuse",
            "opened_at": "2026-10-01T00:00:00Z", "expires_at": null,
        }],
        "external_user_details": {
            "account_status": "active", "country": "EC", "email_hash": null,
            "entity_type": "business", "name_hash": null,
            "onboarded_at": "2026-10-01T00:00:00Z", "reference_id": "customer-17",
        },
        "metadata": {"plan": "basic"},
        "programs": {
            "cyber": {"status": "active", "requirements": null, "tiers": {"base": {"status": "active"}}},
            "efs": null,
        },
        "created_at": "2026-11-05T10:00:00Z", "updated_at": "2026-11-05T10:00:00Z",
    })
}

#[tokio::test]
async fn create() {
    let exchange = answer("platform.createUserProfile", Reply::json(profile(ID))).await;
    let details = ExternalUserDetails::new()
        .entity_type(ExternalUserEntityType::Business)
        .reference_id("customer-17");
    let body = CreateUserProfileRequest::new()
        .access_type(UserProfileAccessType::Application)
        .name("Corner shop")
        .external_user_details(details)
        .metadata([("plan".to_owned(), "basic".to_owned())]);
    let request = client(exchange.url()).user_profiles().create(&body);
    let made = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(made.id, ID);
    assert_eq!(made.enforcement_status, Some(EnforcementStatus::Restricted));
    let actions = made.enforcement_actions.as_deref().unwrap();
    let [EnforcementAction::Restriction(action)] = actions else {
        panic!("{actions:?}");
    };
    assert_eq!(action.reason, Some(EnforcementReason::FraudOrAbuse));
    let programs = made.programs.as_ref().unwrap();
    let tiers = programs.cyber.as_ref().unwrap().tiers.as_ref().unwrap();
    assert_eq!(tiers["base"].status.as_ref().unwrap().as_str(), "active");
    assert_eq!(programs.efs, None);

    let sent = json!({
        "access_type": "application", "name": "Corner shop", "metadata": {"plan": "basic"},
        "external_user_details": {"entity_type": "business", "reference_id": "customer-17"},
    });
    exchange
        .expect(full(post("/v1/user_profiles")).json(sent))
        .await;
    refused(
        "platform.createUserProfile",
        400,
        "invalid_request_error",
        async |url| {
            client(url)
                .user_profiles()
                .create(CreateUserProfileRequest::new())
                .await
        },
    )
    .await;
}

/// An empty page is not the last while it names another.
#[tokio::test]
async fn list() {
    let page = |data: Value, next: Value| Reply::json(json!({"data": data, "next_page": next}));
    let pages = [
        page(json!([profile("u1")]), json!("page_2")),
        page(json!([]), json!("page_3")),
        page(json!([profile("u2")]), Value::Null),
    ];
    let exchange = answers("platform.listUserProfiles", pages).await;
    let list = client(exchange.url()).user_profiles().list().limit(1);
    let list = list
        .enforcement_status(["pending", "restricted"])
        .order("desc")
        .order_by("name");
    let list = list.betas(BETAS).workspace_id(WORKSPACE);
    let profiles: Vec<_> = list.items().try_collect().await.unwrap();

    let ids: Vec<&str> = profiles.iter().map(|profile| profile.id.as_str()).collect();
    assert_eq!(ids, ["u1", "u2"]);
    let first = full(get("/v1/user_profiles"))
        .query("limit", "1")
        .query("enforcement_status[]", "pending")
        .query("enforcement_status[]", "restricted")
        .query("order", "desc")
        .query("order_by", "name");
    let next = |token| first.clone().query("page", token);
    exchange
        .expect_all([first.clone(), next("page_2"), next("page_3")])
        .await;
    refused(
        "platform.listUserProfiles",
        403,
        "permission_error",
        async |url| client(url).user_profiles().list().page("page_1").await,
    )
    .await;
}

#[tokio::test]
async fn retrieve() {
    let exchange = answer("platform.retrieveUserProfile", Reply::json(profile(ID))).await;
    let request = client(exchange.url()).user_profiles().retrieve(ID);
    let found = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();
    let details = found.external_user_details.as_ref().unwrap();
    assert_eq!(details.email_hash, Maybe::Null);
    exchange
        .expect(full(get("/v1/user_profiles/uprof_01Shop")))
        .await;
    refused(
        "platform.retrieveUserProfile",
        404,
        "not_found_error",
        async |url| client(url).user_profiles().retrieve("uprof_0").await,
    )
    .await;
}

/// What is to be emptied is sent as null, what is left out is not sent.
#[tokio::test]
async fn update() {
    let exchange = answer("platform.updateUserProfile", Reply::json(profile(ID))).await;
    let body = UpdateUserProfileRequest::new().null_name();
    let request = client(exchange.url()).user_profiles().update(ID, &body);
    let changed = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();
    assert_eq!(changed.name.as_deref(), Some("Corner shop"));
    let expected = full(post("/v1/user_profiles/uprof_01Shop"));
    exchange.expect(expected.json(json!({"name": null}))).await;
    refused(
        "platform.updateUserProfile",
        409,
        "conflict_error",
        async |url| {
            let body = UpdateUserProfileRequest::new();
            client(url).user_profiles().update(ID, body).await
        },
    )
    .await;
}

#[tokio::test]
async fn delete_profile() {
    let receipt = json!({"id": ID, "type": "user_profile_deleted"});
    let exchange = answer("platform.deleteUserProfile", Reply::json(receipt)).await;
    let deleted = client(exchange.url())
        .user_profiles()
        .delete(ID)
        .await
        .unwrap();
    assert_eq!(deleted.id, ID);
    exchange
        .expect(plain(delete("/v1/user_profiles/uprof_01Shop")))
        .await;
    refused(
        "platform.deleteUserProfile",
        404,
        "not_found_error",
        async |url| client(url).user_profiles().delete("uprof_0").await,
    )
    .await;
}

#[tokio::test]
async fn create_action_url() {
    let address = json!({
        "type": "user_profile_action_url", "url": "https://console.example.com/enroll/1",
        "expires_at": "2026-11-05T11:00:00Z",
    });
    let exchange = answer("platform.createUserProfileActionUrl", Reply::json(address)).await;
    let body = CreateUserProfileActionUrlRequest::new(EnrollEndUserAction::new());
    let profiles = client(exchange.url()).user_profiles();
    let made = profiles.create_action_url(ID, &body).await.unwrap();
    assert_eq!(made.url, "https://console.example.com/enroll/1");
    assert_eq!(made.expires_at.to_rfc3339(), "2026-11-05T11:00:00+00:00");
    let expected = plain(post("/v1/user_profiles/uprof_01Shop/action_urls"));
    exchange
        .expect(expected.json(json!({"action": {"type": "enroll_end_user"}})))
        .await;
    refused(
        "platform.createUserProfileActionUrl",
        402,
        "billing_error",
        async |url| {
            client(url)
                .user_profiles()
                .create_action_url(ID, &body)
                .await
        },
    )
    .await;
}

//! What a client carries from call to call: the organization, the session, the device.

use claude_typed::Error;
use claude_typed::claude_ai::{
    Client, OrganizationCapability, OrganizationPlanType, RateLimitTier,
};
use serde_json::json;
use specwright_runtime::middleware::ConcurrencyLimit;
use specwright_tests::wire::{self, Reply, answer, answers, refused};
use uuid::{Uuid, uuid};

use crate::support::{ORG, SESSION, builder, client, get, with_headers};

/// The one operation that needs no organization, and tells which there are.
#[tokio::test]
async fn organizations_are_listed_without_one() {
    let reply = Reply::json(json!([{
        "uuid": "4d0c7c1e-52aa-4a0e-9c55-6b1d1c0f7a01",
        "id": 72,
        "name": "Lighthouse",
        "join_token": "join-me",
        "created_at": "2026-01-05T10:00:00.123Z",
        "capabilities": ["chat", "claude_max", "raven", "night_watch"],
        "active_flags": [],
        "settings": {"beam": "white"},
        "rate_limit_tier": "default_claude_max_20x",
        "billing_type": "stripe_subscription",
        "raven_type": "team",
        "keepers": 2,
    }]));
    let exchange = answer("claude_ai.listOrganizations", reply).await;
    let client = builder(exchange.url()).build().unwrap();
    let organizations = client.organizations().list().await.unwrap();
    let expected = with_headers(wire::get("/api/organizations"));
    exchange
        .expect(expected.header("accept", "application/json"))
        .await;
    let [only] = organizations.as_slice() else {
        panic!("{organizations:?}");
    };
    assert_eq!(only.uuid, ORG);
    assert_eq!(only.id, Some(72));
    assert_eq!(only.join_token.as_ref().unwrap().expose(), "join-me");
    assert_eq!(
        only.capabilities.as_deref().unwrap(),
        [
            OrganizationCapability::Chat,
            OrganizationCapability::ClaudeMax,
            OrganizationCapability::Raven,
            OrganizationCapability::Unknown("night_watch".to_owned()),
        ]
    );
    assert_eq!(
        only.rate_limit_tier,
        Some(RateLimitTier::DefaultClaudeMax20x)
    );
    assert_eq!(only.raven_type, Some(OrganizationPlanType::Team));
    assert_eq!(only.extra["keepers"], 2);

    refused(
        "claude_ai.listOrganizations",
        403,
        "permission_error",
        async |url| {
            let client = builder(url).build().unwrap();
            client.organizations().list().await
        },
    )
    .await;
}

#[tokio::test]
async fn a_call_without_an_organization_is_not_sent() {
    let exchange = answers("claude_ai.listSkills", []).await;
    let client = builder(exchange.url()).build().unwrap();
    let error = client.skills().list().await.unwrap_err();
    let Error::InvalidRequest(error) = error else {
        panic!("{error:?}");
    };
    for part in ["listSkills", "`org_uuid`", "`organization(..)`"] {
        assert!(error.message().contains(part), "{error} lacks {part}");
    }
    exchange.requests(0).await;
}

/// A client is made for another organization without connecting anew.
#[tokio::test]
async fn another_organization_is_one_clone_away() {
    let reply = Reply::json(json!([]));
    let exchange = answers("claude_ai.listSkills", [reply.clone(), reply]).await;
    let first = client(exchange.url());
    let second = first.organization(uuid!("99999999-8888-4777-8666-555555555555").into());
    second.skills().list().await.unwrap();
    first.skills().list().await.unwrap();
    let other = "/api/organizations/99999999-8888-4777-8666-555555555555/skills/list-skills";
    exchange
        .expect_all([with_headers(wire::get(other)), get("/skills/list-skills")])
        .await;
}

/// Without one of the caller's own a client makes up a device, once.
#[tokio::test]
async fn the_device_stays_the_same() {
    let reply = Reply::json(json!([]));
    let replies = vec![reply; 3];
    let exchange = answers("claude_ai.listSkills", replies).await;
    let make = || {
        Client::builder()
            .base_url(exchange.url())
            .session_key(SESSION)
            .organization(ORG)
            .build()
            .unwrap()
    };
    let client = make();
    client.skills().list().await.unwrap();
    client.clone().skills().list().await.unwrap();
    make().skills().list().await.unwrap();
    let sent = exchange.requests(3).await;
    let device = |index: usize| -> Uuid {
        let value = &sent[index].headers["anthropic-device-id"];
        value.to_str().unwrap().parse().unwrap()
    };
    assert_eq!(device(0).get_version_num(), 4);
    assert_eq!(device(0), device(1));
    assert_ne!(device(0), device(2));
}

#[tokio::test]
async fn optional_headers_are_sent_when_given() {
    let reply = Reply::json(json!([]));
    let exchange = answers("claude_ai.listSkills", [reply.clone(), reply]).await;
    let sitting = uuid!("12345678-1234-4234-8234-123456781234");
    let client = builder(exchange.url())
        .organization(ORG)
        .client_sha("0a1b2c")
        .anonymous_id("claudeai.v1.77777777-6666-4555-8444-333333333333")
        .activity_session_id(sitting)
        .client_version("2.0.0")
        .default_header("referer", "https://claude.ai/new")
        .user_agent("Lighthouse/1.0")
        .build()
        .unwrap();
    client.skills().list().await.unwrap();
    client
        .with_client_platform("desktop_app")
        .with_client_sha("ffffff")
        .skills()
        .list()
        .header("referer", "https://claude.ai/projects")
        .await
        .unwrap();
    let path = format!("/api/organizations/{ORG}/skills/list-skills");
    let both = wire::get(path)
        .header(
            "anthropic-anonymous-id",
            "claudeai.v1.77777777-6666-4555-8444-333333333333",
        )
        .header(
            "x-activity-session-id",
            "12345678-1234-4234-8234-123456781234",
        )
        .header("anthropic-client-version", "2.0.0")
        .header("user-agent", "Lighthouse/1.0");
    exchange
        .expect_all([
            both.clone()
                .header("anthropic-client-platform", "web_claude_ai")
                .header("anthropic-client-sha", "0a1b2c")
                .header("referer", "https://claude.ai/new"),
            both.header("anthropic-client-platform", "desktop_app")
                .header("anthropic-client-sha", "ffffff")
                .header("referer", "https://claude.ai/projects"),
        ])
        .await;
}

/// A request that waits for its place is sent with the session there is when it gets it.
#[tokio::test]
async fn a_session_rotated_during_a_wait_is_used() {
    let reply = Reply::json(json!([]));
    let rotated = reply
        .clone()
        .header("set-cookie", "sessionKey=sk-ant-sid02-second; Path=/");
    let exchange = answers("claude_ai.listSkills", [rotated, reply]).await;
    let client = builder(exchange.url())
        .organization(ORG)
        .middleware(ConcurrencyLimit::new(1))
        .build()
        .unwrap();
    let both = [client.skills().list().send(), client.skills().list().send()];
    for reply in futures::future::join_all(both).await {
        reply.unwrap();
    }
    let sent = exchange.requests(2).await;
    assert_eq!(sent[1].headers["cookie"], "sessionKey=sk-ant-sid02-second");
}

/// The server may rotate the session in any reply; the newest one counts, for clones too. Other
/// cookies are not kept, and the session is never deleted.
#[tokio::test]
async fn a_rotated_session_is_used_from_then_on() {
    let reply = Reply::json(json!([]));
    let refusal = Reply::json(json!({"type": "error", "error": {"type": "api_error"}})).status(500);
    let replies = [
        reply
            .clone()
            .header("set-cookie", "__cf_bm=edge; path=/; HttpOnly")
            .header(
                "set-cookie",
                "sessionKey=sk-ant-sid02-second; Path=/; Secure; HttpOnly",
            ),
        refusal.header("set-cookie", "sessionKey=sk-ant-sid02-third; Path=/"),
        reply.clone().header("set-cookie", "sessionKey=; Max-Age=0"),
        reply,
    ];
    let exchange = answers("claude_ai.listSkills", replies).await;
    let client = client(exchange.url());
    client.skills().list().await.unwrap();
    client.clone().skills().list().await.unwrap_err();
    client.organization(ORG).skills().list().await.unwrap();
    client.skills().list().await.unwrap();
    let sent = exchange.requests(4).await;
    let cookies: Vec<&str> = sent
        .iter()
        .map(|request| request.headers["cookie"].to_str().unwrap())
        .collect();
    assert_eq!(
        cookies,
        [
            "sessionKey=sk-ant-sid02-lighthouse-keeper",
            "sessionKey=sk-ant-sid02-second",
            "sessionKey=sk-ant-sid02-third",
            "sessionKey=sk-ant-sid02-third",
        ]
    );
}

//! Notification preferences and push channels.

use claude_typed::claude_ai::{
    ChannelStatus, ChannelType, FeaturePreference, RegisterChannelRequest,
};
use serde_json::json;
use specwright_tests::wire::{Reply, answer, refused};
use uuid::uuid;

use crate::support::{client, get, post};

#[tokio::test]
async fn preferences() {
    let reply = Reply::json(json!({
        "account_id": 71,
        "organization_id": 72,
        "preferences": {"feature_preference": {
            "completion": {"enable_email": false, "enable_push": true},
            "orbit_insight": {"enable_push": null},
            "dispatch": null,
        }},
        "push_reachability": {
            "has_active_channel": false, "platforms": ["ios"], "most_recent_token_refresh": null,
        },
    }));
    let exchange = answer("claude_ai.retrieveNotificationPreferences", reply).await;
    let read = client(exchange.url())
        .notifications()
        .preferences()
        .await
        .unwrap();
    exchange.expect(get("/notification/preferences")).await;
    assert_eq!(
        (read.account_id, read.organization_id),
        (Some(71), Some(72))
    );
    let set = read.preferences.as_ref().unwrap();
    let features = set.feature_preference.as_ref().unwrap();
    let of = |feature: &str| -> Option<&FeaturePreference> { features[feature].as_ref() };
    assert_eq!(of("completion").unwrap().enable_email, Some(false));
    assert_eq!(of("completion").unwrap().enable_push, Some(true));
    assert_eq!(of("orbit_insight").unwrap().enable_push, None);
    assert_eq!(of("dispatch"), None);
    let reachability = read.push_reachability.as_ref().unwrap();
    assert_eq!(reachability.platforms.as_deref().unwrap(), ["ios"]);
    assert_eq!(reachability.most_recent_token_refresh, None);

    refused(
        "claude_ai.retrieveNotificationPreferences",
        401,
        "authentication_error",
        async |url| client(url).notifications().preferences().await,
    )
    .await;
}

#[tokio::test]
async fn register_channel() {
    let reply = Reply::json(json!({
        "uuid": "0c1d2e3f-4051-4263-8748-596a7b8c9dae",
        "account_id": 71,
        "organization_id": 72,
        "channel_type": "FCM",
        "status": "ACTIVE",
        "registration_token": "fcm-lamp-token",
        "device_id": "tower",
        "client_platform": "web_claude_ai",
        "client_app_name": "claude-ai-web",
        "last_token_refresh_time": "2026-11-02T21:00:00Z",
        "last_successful_delivery_time": null,
    }));
    let exchange = answer("claude_ai.registerNotificationChannel", reply.status(201)).await;
    let body = RegisterChannelRequest::new(ChannelType::Fcm, "fcm-lamp-token")
        .device_id(uuid!("11112222-3333-4444-8555-666677778888").into())
        .client_platform("web_claude_ai")
        .client_app_name("claude-ai-web");
    let channel = client(exchange.url())
        .notifications()
        .register_channel(&body)
        .await
        .unwrap();
    exchange
        .expect(post("/notification/channels").json(json!({
            "channel_type": "FCM",
            "registration_token": "fcm-lamp-token",
            "device_id": "11112222-3333-4444-8555-666677778888",
            "client_platform": "web_claude_ai",
            "client_app_name": "claude-ai-web",
        })))
        .await;
    assert_eq!(channel.status().as_u16(), 201);
    let channel = channel.into_inner();
    assert_eq!(
        channel.uuid,
        uuid!("0c1d2e3f-4051-4263-8748-596a7b8c9dae").into()
    );
    assert_eq!(channel.channel_type, Some(ChannelType::Fcm));
    assert_eq!(channel.status, Some(ChannelStatus::Active));
    assert_eq!(
        channel.registration_token.as_ref().unwrap().expose(),
        "fcm-lamp-token"
    );
    assert_eq!(channel.device_id.as_deref(), Some("tower"));
    assert_eq!(
        channel.last_token_refresh_time.unwrap().timestamp(),
        1_793_653_200
    );
    assert_eq!(channel.last_successful_delivery_time, None);

    refused(
        "claude_ai.registerNotificationChannel",
        400,
        "invalid_request_error",
        async |url| {
            let body = RegisterChannelRequest::new(ChannelType::Fcm, "fcm-lamp-token");
            client(url).notifications().register_channel(body).await
        },
    )
    .await;
}

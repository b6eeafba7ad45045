//! Feature switches, in-app messages, models and response styles.

use claude_typed::claude_ai::{PaprikaMode, StyleType};
use serde_json::json;
use specwright_tests::wire::{Reply, answer, answers, refused};

use crate::support::{client, get};

#[tokio::test]
async fn features() {
    let reply = Reply::json(json!({
        "disabled_features": ["moonlight"],
        "forced_settings": [{"feature": "artifacts", "forced_state": "off"}],
    }));
    let exchange = answer("claude_ai.retrieveFeatureSettings", reply).await;
    let features = client(exchange.url()).features().retrieve().await.unwrap();
    exchange.expect(get("/feature_settings")).await;
    assert_eq!(
        features.disabled_features.as_deref().unwrap(),
        ["moonlight"]
    );
    let forced = &features.forced_settings.as_ref().unwrap()[0];
    assert_eq!(forced.feature.as_deref(), Some("artifacts"));
    assert_eq!(forced.forced_state.as_deref(), Some("off"));

    refused(
        "claude_ai.retrieveFeatureSettings",
        404,
        "not_found_error",
        async |url| client(url).features().retrieve().await,
    )
    .await;
}

#[tokio::test]
async fn experiences() {
    let reply = Reply::json(json!({
        "experiences": [{
            "id": "x-1", "key": "new-lamp", "placement_key": "spotlight", "variant_key": "a",
            "exp_id": "", "enabled": true, "template_key": "card",
            "content": {"title": "Brighter"}, "config": {"platform": {"web": true}},
        }],
        "rules": {
            "global": {
                "rate_limit": {"remaining": 1, "reset_at": "2026-11-03T00:00:00Z"},
                "cooldown": {"seconds": 60},
            },
            "placements": {"spotlight": {"rate_limit": null, "cooldown": null}},
            "tiers": {"a": 1},
        },
    }));
    let exchange = answer("claude_ai.listExperiences", reply).await;
    let list = client(exchange.url())
        .experiences()
        .list()
        .locale("pt-PT")
        .await
        .unwrap();
    exchange
        .expect(get("/experiences").query("locale", "pt-PT"))
        .await;
    let only = &list.experiences.as_ref().unwrap()[0];
    assert_eq!(only.id, "x-1");
    assert_eq!(only.content, Some(json!({"title": "Brighter"})));
    assert_eq!(only.config.as_ref().unwrap()["platform"]["web"], true);
    let rules = list.rules.as_ref().unwrap();
    let global = rules.global.as_ref().unwrap();
    let limit = global.rate_limit.as_ref().unwrap();
    assert_eq!(limit.remaining, Some(1));
    assert_eq!(
        limit.reset_at.unwrap().to_rfc3339(),
        "2026-11-03T00:00:00+00:00"
    );
    assert_eq!(global.cooldown, Some(json!({"seconds": 60})));
    let spotlight = &rules.placements.as_ref().unwrap()["spotlight"];
    assert_eq!(spotlight.rate_limit, None);

    refused(
        "claude_ai.listExperiences",
        400,
        "invalid_request_error",
        async |url| client(url).experiences().list().await,
    )
    .await;
}

/// An array of models, or their configurations by model.
#[tokio::test]
async fn models() {
    let list = json!([{
        "model": "claude-opus-4-7",
        "name": "Claude Opus 4.7",
        "inactive": false,
        "knowledgeCutoff": "January 2026",
        "slow_kb_warning_threshold": 0.5,
        "paprika_modes": ["extended", "turbo"],
        "thinking_modes": [{"id": "extended", "title": "Extended", "mode": null, "is_default": true}],
        "capabilities": {"mm_pdf": true, "compass": false},
        "watts": 60,
    }]);
    let map =
        json!({"claude-haiku-4-5": {"image_in": true, "pdf_in": false, "max_tokens_cap": 8192}});
    let exchange = answers("claude_ai.listModelConfigs", [list, map].map(Reply::json)).await;
    let models = client(exchange.url()).models();
    let list = models.list().await.unwrap().into_inner();
    let map = models.list().await.unwrap().into_inner();
    exchange.expect_all(["/model_configs"; 2].map(get)).await;
    let opus = &list.as_list().unwrap()[0];
    assert_eq!(opus.name.as_deref(), Some("Claude Opus 4.7"));
    assert_eq!(opus.knowledge_cutoff.as_deref(), Some("January 2026"));
    assert_eq!(opus.slow_kb_warning_threshold, Some(0.5));
    assert_eq!(
        opus.paprika_modes.as_deref().unwrap(),
        [
            PaprikaMode::Extended,
            PaprikaMode::Unknown("turbo".to_owned())
        ]
    );
    let mode = &opus.thinking_modes.as_ref().unwrap()[0];
    assert_eq!(
        (mode.id.as_str(), mode.is_default),
        ("extended", Some(true))
    );
    assert_eq!(opus.capabilities.as_ref().unwrap().compass, Some(false));
    assert_eq!(opus.extra["watts"], 60);
    let haiku = &map.as_map().unwrap()["claude-haiku-4-5"];
    assert_eq!((haiku.image_in, haiku.pdf_in), (Some(true), Some(false)));
    assert_eq!(haiku.max_tokens_cap, Some(8192));

    refused(
        "claude_ai.listModelConfigs",
        404,
        "not_found_error",
        async |url| client(url).models().list().await,
    )
    .await;
}

/// An object with both lists, or one bare array.
#[tokio::test]
async fn styles() {
    let keeper = json!({
        "uuid": "st-1", "key": "keeper", "type": "custom", "name": "Keeper",
        "prompt": "Be calm.", "attributes": [{"name": "calm", "percentage": 90}],
    });
    let formal = json!({
        "key": "Formal", "type": "default", "name": "Formal", "nameKey": "formal_style_name",
        "prompt": "Formal", "summary": "Polished", "summaryKey": "formal_style_summary",
        "isDefault": true,
    });
    let replies = [
        json!({"defaultStyles": [formal], "customStyles": [keeper], "text": "Styles"}),
        json!([keeper]),
    ];
    let exchange = answers("claude_ai.listStylePresets", replies.map(Reply::json)).await;
    let styles = client(exchange.url()).styles();
    let collection = styles.list().await.unwrap().into_inner();
    let bare = styles.list().await.unwrap().into_inner();
    exchange.expect_all(["/style-presets"; 2].map(get)).await;
    let collection = collection.as_style_collection().unwrap();
    let formal = &collection.default_styles.as_ref().unwrap()[0];
    assert_eq!(formal.r#type, Some(StyleType::Default));
    assert_eq!(formal.name_key.as_deref(), Some("formal_style_name"));
    assert_eq!(
        formal.summary.as_ref().map(String::as_str),
        Some("Polished")
    );
    assert_eq!(formal.is_default, Some(true));
    let keeper = &collection.custom_styles.as_ref().unwrap()[0];
    assert_eq!(keeper, &bare.as_list().unwrap()[0]);
    assert_eq!(keeper.uuid.as_deref(), Some("st-1"));
    let attribute = &keeper.attributes.as_ref().unwrap()[0];
    assert_eq!(
        (attribute.name.as_deref(), attribute.percentage),
        (Some("calm"), Some(90.0))
    );

    refused(
        "claude_ai.listStylePresets",
        403,
        "permission_error",
        async |url| client(url).styles().list().await,
    )
    .await;
}

//! The platform API.

use claude_typed::platform::{
    Client, CountTokensRequest, CreateMessageBatchRequest, CreateMessageRequest,
    CreateUserProfileActionUrlRequest, CreateUserProfileRequest, Error, UpdateUserProfileRequest,
};
use serde_json::json;

use crate::progenitor_platform::Client as Progenitor;
use crate::table::{cases, read};

const VERSION: &str = "2026-10-21";
const BETAS: [&str; 2] = ["context-1m-2025-08-07", "a-beta-of-tomorrow"];
const BETAS_TEXT: Option<&str> = Some("context-1m-2025-08-07,a-beta-of-tomorrow");
const WORKSPACE: &str = "wrkspc_01Oracle";
const PROFILE: &str = "user profile/1";
/// An id that has to be escaped.
const ODD: &str = "a b/ü?%#[1]+&=";

pub(crate) fn ours(url: &str) -> Result<Client, Error> {
    Client::builder()
        .base_url(url)
        .api_key("sk-oracle")
        .api_version(VERSION)
        // progenitor sends what that version does not take.
        .checks(false)
        .build()
}

cases! { Client, Progenitor, |ours, body|
    messages_create: ours.messages().create(read::<CreateMessageRequest>(&body))
        => (None, None, VERSION, None, &read(&body)) [
            json!({
                "model": "a-model-of-tomorrow", "max_tokens": 5, "temperature": 0.25, "top_k": 3, "top_p": 0.5,
                "system": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }],
                "stop_sequences": ["END"], "metadata": { "user_id": null }, "service_tier": "auto",
                "thinking": { "type": "enabled", "budget_tokens": 1024 },
                "tool_choice": { "type": "tool", "name": "look" },
                "tools": [{ "name": "look", "input_schema": { "type": "object", "properties": {}, "x": [1, null] } }],
                "messages": [
                    { "role": "user", "content": [
                        { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "aGk=" } },
                        { "type": "text", "text": "What is \"this\"?\n" },
                    ] },
                    { "role": "assistant", "content": [
                        { "type": "tool_use", "id": "toolu_1", "name": "look", "input": { "n": 18446744073709551615_u64 } },
                    ] },
                    { "role": "user", "content": [
                        { "type": "tool_result", "tool_use_id": "toolu_1", "content": "Ω", "is_error": false },
                        { "type": "a_block_of_tomorrow", "depth": { "n": 1.5 } },
                    ] },
                ],
            }),
        ];
    messages_create: ours.messages().create(read::<CreateMessageRequest>(&body))
            .betas(BETAS).workspace_id(WORKSPACE).user_profile_id(PROFILE)
        => (BETAS_TEXT, Some(PROFILE), VERSION, Some(WORKSPACE), &read(&body));
    messages_count_tokens: ours.messages().count_tokens(read::<CountTokensRequest>(&body))
            .betas(BETAS).workspace_id(WORKSPACE).user_profile_id(PROFILE)
        => (BETAS_TEXT, Some(PROFILE), VERSION, Some(WORKSPACE), &read(&body));
    messages_batches_create: ours.messages().batches().create(read::<CreateMessageBatchRequest>(&body))
            .betas(BETAS).workspace_id(WORKSPACE).user_profile_id(PROFILE)
        => (BETAS_TEXT, Some(PROFILE), VERSION, Some(WORKSPACE), &read(&body));
    messages_batches_list: ours.messages().batches().list()
        => (None, None, None, None, VERSION, None);
    messages_batches_list: ours.messages().batches().list()
            .after_id(ODD).before_id("msgbatch_2").limit(20).betas(BETAS).workspace_id(WORKSPACE)
        => (Some(ODD), Some("msgbatch_2"), Some(20), BETAS_TEXT, VERSION, Some(WORKSPACE));
    messages_batches_retrieve: ours.messages().batches().retrieve(ODD).betas(BETAS).workspace_id(WORKSPACE)
        => (ODD, BETAS_TEXT, VERSION, Some(WORKSPACE));
    messages_batches_delete: ours.messages().batches().delete("msgbatch_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("msgbatch_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    messages_batches_cancel: ours.messages().batches().cancel("msgbatch_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("msgbatch_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    models_list: ours.models().list()
        => (None, None, None, None, None, VERSION, None);
    models_list: ours.models().list()
            .after_id("model-1").before_id(ODD).lifecycle(["active", "asleep"]).limit(1000)
            .betas(BETAS).workspace_id(WORKSPACE)
        => (
            Some("model-1"), Some(ODD), Some(&vec!["active".into(), "asleep".into()]), Some(1000),
            BETAS_TEXT, VERSION, Some(WORKSPACE),
        );
    models_retrieve: ours.models().retrieve("claude-sonnet-5-5")
        => ("claude-sonnet-5-5", None, VERSION, None);
    models_retrieve: ours.models().retrieve(ODD).betas(BETAS).workspace_id(WORKSPACE)
        => (ODD, BETAS_TEXT, VERSION, Some(WORKSPACE));
    files_list: ours.files().list().ids(["file_1", ODD]).limit(3).page("p=1&q").betas(BETAS).workspace_id(WORKSPACE)
        => (
            Some(&vec!["file_1".into(), ODD.into()]), Some(3), Some("p=1&q"),
            BETAS_TEXT, VERSION, Some(WORKSPACE),
        );
    files_retrieve: ours.files().retrieve("file_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("file_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    files_delete: ours.files().delete("file_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("file_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    files_download: ours.files().download("file_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("file_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_list: ours.skills().list().limit(7).page("page_1").source("custom").betas(BETAS).workspace_id(WORKSPACE)
        => (Some(7), Some("page_1"), Some("custom"), BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_retrieve: ours.skills().retrieve("pdf").betas(BETAS).workspace_id(WORKSPACE)
        => ("pdf", BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_delete: ours.skills().delete("skill_1").betas(BETAS).workspace_id(WORKSPACE)
        => ("skill_1", BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_versions_list: ours.skills().versions().list("skill_1").limit(7).page("page_1")
            .betas(BETAS).workspace_id(WORKSPACE)
        => ("skill_1", Some(7), Some("page_1"), BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_versions_retrieve: ours.skills().versions().retrieve("skill_1", ODD).betas(BETAS).workspace_id(WORKSPACE)
        => ("skill_1", ODD, BETAS_TEXT, VERSION, Some(WORKSPACE));
    skills_versions_delete: ours.skills().versions().delete("skill_1", "latest").betas(BETAS).workspace_id(WORKSPACE)
        => ("skill_1", "latest", BETAS_TEXT, VERSION, Some(WORKSPACE));
    user_profiles_create: ours.user_profiles().create(read::<CreateUserProfileRequest>(&body))
            .betas(BETAS).workspace_id(WORKSPACE)
        => (BETAS_TEXT, VERSION, Some(WORKSPACE), &read(&body));
    user_profiles_list: ours.user_profiles().list().enforcement_status(["pending", "asleep"]).limit(2)
            .order("desc").order_by("name").page("p=1&q").betas(BETAS).workspace_id(WORKSPACE)
        => (
            Some(&vec!["pending".into(), "asleep".into()]), Some(2), Some("desc"), Some("name"),
            Some("p=1&q"), BETAS_TEXT, VERSION, Some(WORKSPACE),
        );
    user_profiles_retrieve: ours.user_profiles().retrieve(ODD)
        => (ODD, None, VERSION, None);
    user_profiles_update: ours.user_profiles().update(ODD, read::<UpdateUserProfileRequest>(&body))
        => (ODD, None, VERSION, None, &read(&body));
    user_profiles_delete: ours.user_profiles().delete(ODD).betas(BETAS).workspace_id(WORKSPACE)
        => (ODD, BETAS_TEXT, VERSION, Some(WORKSPACE));
    user_profiles_create_action_url: ours.user_profiles()
            .create_action_url(ODD, read::<CreateUserProfileActionUrlRequest>(&body))
        => (ODD, None, VERSION, None, &read(&body));
}

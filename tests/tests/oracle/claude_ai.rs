//! The claude.ai web API.

use claude_typed::claude_ai::{
    Client, ConversationUuid, CreateConversationRequest, CreateProjectRequest, Error,
    GenerateTitleRequest, OrganizationUuid, ProjectUuid, RegisterChannelRequest,
};
use uuid::{Uuid, uuid};

use crate::progenitor_claude_ai::Client as Progenitor;
use crate::table::{cases, read};

const ORGANIZATION: OrganizationUuid =
    OrganizationUuid::new(uuid!("1f0c8a52-6d3e-4b7a-9c41-2e5d7f8a9b10"));
const CONVERSATION: ConversationUuid =
    ConversationUuid::new(uuid!("6f1c2a0e-3b5d-4c8e-9a7f-0d1e2f3a4b5c"));
const PROJECT: ProjectUuid = ProjectUuid::new(uuid!("0b9d4c1e-5a6f-4e2d-8c3b-7a1f2e4d6c80"));

/// What the client sends with every request.
const ANONYMOUS: Option<&str> = Some("claudeai.v1.0b9d4c1e");
const PLATFORM: &str = "web_claude_ai";
const SHA: Option<&str> = Some("4f2a9c");
const VERSION: &str = "1.2.3";
const DEVICE: &Uuid = &uuid!("7d5b1c9e-2f4a-4d6b-8e0c-3a1b5c7d9e2f");
const SESSION: Option<&Uuid> = Some(&uuid!("e3c5a7b9-1d2f-4a6c-9b8d-0f1e2d3c4b5a"));

/// The platform is left to its default.
pub(crate) fn ours(url: &str) -> Result<Client, Error> {
    Client::builder()
        .base_url(url)
        .session_key("sk-ant-sid01-oracle")
        .organization(ORGANIZATION)
        .client_version(VERSION)
        .client_sha("4f2a9c")
        .anonymous_id("claudeai.v1.0b9d4c1e")
        .device_id((*DEVICE).into())
        .activity_session_id(uuid!("e3c5a7b9-1d2f-4a6c-9b8d-0f1e2d3c4b5a"))
        .build()
}

cases! { Client, Progenitor, |ours, body|
    organizations_list: ours.organizations().list()
        => (ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_list: ours.conversations().list()
        => (&ORGANIZATION.as_uuid(), None, None, None, None, None, ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_list: ours.conversations().list().consistency("strong").limit(30).offset(60).project_uuid(PROJECT).starred(false)
        => (&ORGANIZATION.as_uuid(), Some("strong"), Some(30), Some(60), Some(&PROJECT.as_uuid()), Some(false), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_create: ours.conversations().create(read::<CreateConversationRequest>(&body))
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION, &read(&body));
    conversations_retrieve: ours.conversations().retrieve(CONVERSATION)
        => (&ORGANIZATION.as_uuid(), &CONVERSATION.as_uuid(), None, None, None, None, ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_retrieve: ours.conversations().retrieve(CONVERSATION).consistency("eventual").render_all_tools(true).rendering_mode("messages").tree("True")
        => (&ORGANIZATION.as_uuid(), &CONVERSATION.as_uuid(), Some("eventual"), Some(true), Some("messages"), Some("True"), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_delete: ours.conversations().delete(CONVERSATION)
        => (&ORGANIZATION.as_uuid(), &CONVERSATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    conversations_generate_title: ours.conversations().generate_title(CONVERSATION, read::<GenerateTitleRequest>(&body))
        => (&ORGANIZATION.as_uuid(), &CONVERSATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION, &read(&body));
    conversations_list_files: ours.conversations().list_files(CONVERSATION).prefix("/mnt/user data/ü")
        => (&ORGANIZATION.as_uuid(), &CONVERSATION.as_uuid(), Some("/mnt/user data/ü"), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    projects_list: ours.projects().list()
        => (&ORGANIZATION.as_uuid(), None, None, None, None, None, None, None, ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    projects_list: ours.projects().list().consistency("strong").creator_filter("is_creator").include_harmony_projects(true).limit(5).offset(0).order_by("latest_chat").starred(true)
        => (&ORGANIZATION.as_uuid(), Some("strong"), Some("is_creator"), Some(true), Some(5), Some(0), Some("latest_chat"), Some(true), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    projects_create: ours.projects().create(read::<CreateProjectRequest>(&body))
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION, &read(&body));
    projects_retrieve: ours.projects().retrieve(PROJECT).consistency("strong")
        => (&ORGANIZATION.as_uuid(), &PROJECT.as_uuid(), Some("strong"), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    projects_permissions: ours.projects().permissions(PROJECT)
        => (&ORGANIZATION.as_uuid(), &PROJECT.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    projects_accounts: ours.projects().accounts(PROJECT)
        => (&ORGANIZATION.as_uuid(), &PROJECT.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    artifacts_list: ours.artifacts().list()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    extensions_list: ours.extensions().list().limit(10).offset(20).search("a & b").sort_by("popular")
        => (&ORGANIZATION.as_uuid(), Some(10), Some(20), Some("a & b"), Some("popular"), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    skills_list: ours.skills().list()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    sync_gmail_status: ours.sync().gmail_status()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    sync_gcal_status: ours.sync().gcal_status()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    sync_drive_status: ours.sync().drive_status()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    sync_ingestion_progress: ours.sync().ingestion_progress("a b/c")
        => (&ORGANIZATION.as_uuid(), "a b/c", ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    features_retrieve: ours.features().retrieve()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    experiences_list: ours.experiences().list().locale("pt-PT")
        => (&ORGANIZATION.as_uuid(), Some("pt-PT"), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    models_list: ours.models().list()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    styles_list: ours.styles().list()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    notifications_preferences: ours.notifications().preferences()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    notifications_register_channel: ours.notifications().register_channel(read::<RegisterChannelRequest>(&body))
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION, &read(&body));
    billing_payment_method: ours.billing().payment_method()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
    billing_prepaid_credits: ours.billing().prepaid_credits()
        => (&ORGANIZATION.as_uuid(), ANONYMOUS, PLATFORM, SHA, VERSION, DEVICE, SESSION);
}

//! A client of a server, and what all its requests have in common.

use claude_typed::claude_ai::{
    Client, ClientBuilder, ConversationUuid, DeviceUuid, OrganizationUuid, ProjectUuid,
};
use specwright_tests::wire::{self, Expected};
use uuid::uuid;

pub const ORG: OrganizationUuid =
    OrganizationUuid::new(uuid!("4d0c7c1e-52aa-4a0e-9c55-6b1d1c0f7a01"));
pub const SESSION: &str = "sk-ant-sid02-lighthouse-keeper";
pub const CONVERSATION: ConversationUuid =
    ConversationUuid::new(uuid!("b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10"));
pub const PROJECT: ProjectUuid = ProjectUuid::new(uuid!("e5f0a9d8-7c6b-4a53-9e12-1f0a9b8c7d6e"));
const DEVICE: DeviceUuid = DeviceUuid::new(uuid!("0f9e8d7c-6b5a-4948-b726-150493827160"));

/// A client of one organization, which never asks twice.
pub fn client(url: &str) -> Client {
    builder(url).organization(ORG).build().unwrap()
}

/// The settings of a client without an organization.
pub fn builder(url: &str) -> ClientBuilder {
    Client::builder()
        .base_url(url)
        .session_key(SESSION)
        .device_id(DEVICE)
        .max_retries(0)
}

/// A `GET` for JSON of a path below the organization.
pub fn get(path: &str) -> Expected {
    let expected = with_headers(wire::get(below_organization(path)));
    expected
        .header("accept", "application/json")
        .no_header("content-type")
}

/// A `POST` for JSON to a path below the organization.
pub fn post(path: &str) -> Expected {
    with_headers(wire::post(below_organization(path))).header("accept", "application/json")
}

/// A `POST` for events to a path below the organization.
pub fn post_for_events(path: &str) -> Expected {
    with_headers(wire::post(below_organization(path))).header("accept", "text/event-stream")
}

/// A `DELETE` of a path below the organization.
pub fn delete(path: &str) -> Expected {
    let expected = with_headers(wire::delete(below_organization(path)));
    expected.header("accept", "application/json, */*")
}

fn below_organization(path: &str) -> String {
    format!("/api/organizations/{ORG}{path}")
}

/// The headers of every request. Those of the platform API are not among them.
pub fn with_headers(expected: Expected) -> Expected {
    expected
        .header("anthropic-client-platform", "web_claude_ai")
        .header("anthropic-client-version", "1.0.0")
        .header(
            "anthropic-device-id",
            "0f9e8d7c-6b5a-4948-b726-150493827160",
        )
        .header("cookie", "sessionKey=sk-ant-sid02-lighthouse-keeper")
        .no_header("authorization")
        .no_header("x-api-key")
        .no_header("anthropic-version")
        .no_header("anthropic-client-sha")
        .no_header("anthropic-anonymous-id")
        .no_header("x-activity-session-id")
}

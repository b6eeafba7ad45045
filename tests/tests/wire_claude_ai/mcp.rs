//! What the MCP servers offer, event by event.

use claude_typed::claude_ai::McpBootstrapEvent;
use futures::TryStreamExt;
use serde_json::json;
use specwright_tests::wire::{REQUEST_ID, Reply, answer, refused};

use crate::support::{client, post_for_events};

#[tokio::test]
async fn bootstrap() {
    let reply = Reply::events(&[
        (
            "server_list",
            json!({"servers": [{"uuid": "s-1", "name": "Tides", "url": "https://example.org/mcp"}]}),
        ),
        (
            "server_base",
            json!({
                "uuid": "s-1", "name": "Tides", "url": "https://example.org/mcp",
                "connected": false, "usedAuthentication": true, "authStatus": "required",
                "authErrorType": "expired", "authErrorSubtype": null,
                "custom_oauth_client_id": null,
            }),
        ),
        (
            "tools",
            json!({"server_uuid": "s-1", "tools": [{
                "name": "tide_table", "description": "Tides of a day",
                "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true},
            }]}),
        ),
        (
            "resources",
            json!({"server_uuid": "s-1", "resources": [
                {"uri": "tide://today", "name": "Today", "mimeType": "text/plain"},
            ]}),
        ),
        (
            "prompts",
            json!({"server_uuid": "s-1", "prompts": [{"name": "warn", "arguments": [{"name": "ship"}]}]}),
        ),
        ("first_pass_complete", json!({})),
        ("buoy", json!({"lit": true})),
        ("completed", json!({})),
    ]);
    let exchange = answer("claude_ai.bootstrapMcp", reply).await;
    let stream = client(exchange.url()).mcp().bootstrap().await.unwrap();
    assert_eq!(stream.request_id(), Some(REQUEST_ID));
    let events: Vec<_> = stream.into_inner().try_collect().await.unwrap();
    exchange
        .expect(post_for_events("/mcp/v2/bootstrap").no_header("content-type"))
        .await;

    let [
        McpBootstrapEvent::ServerList(list),
        McpBootstrapEvent::ServerBase(server),
        McpBootstrapEvent::Tools(tools),
        McpBootstrapEvent::Resources(resources),
        McpBootstrapEvent::Prompts(prompts),
        McpBootstrapEvent::FirstPassComplete,
        McpBootstrapEvent::Unknown(buoy),
        McpBootstrapEvent::Completed,
    ] = events.as_slice()
    else {
        panic!("{events:#?}");
    };
    let listed = &list.servers.as_ref().unwrap()[0];
    assert_eq!(
        (listed.uuid.as_str(), listed.name.as_deref()),
        ("s-1", Some("Tides"))
    );
    assert_eq!(server.connected, Some(false));
    assert_eq!(server.used_authentication, Some(true));
    assert_eq!(server.auth_status.as_deref(), Some("required"));
    assert_eq!(server.auth_error_type.as_deref(), Some("expired"));
    assert_eq!(tools.server_uuid.as_deref(), Some("s-1"));
    let tool = &tools.tools.as_ref().unwrap()[0];
    assert_eq!(tool.name, "tide_table");
    assert_eq!(tool.input_schema, Some(json!({"type": "object"})));
    let resource = &resources.resources.as_ref().unwrap()[0];
    assert_eq!(resource.uri.as_deref(), Some("tide://today"));
    assert_eq!(resource.mime_type.as_deref(), Some("text/plain"));
    let prompt = &prompts.prompts.as_ref().unwrap()[0];
    assert_eq!(prompt.name, "warn");
    assert_eq!(buoy.name, "buoy");
    assert_eq!(
        buoy.json::<serde_json::Value>().unwrap(),
        json!({"lit": true})
    );

    refused(
        "claude_ai.bootstrapMcp",
        401,
        "authentication_error",
        async |url| client(url).mcp().bootstrap().await,
    )
    .await;
}

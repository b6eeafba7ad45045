//! The automation connector: an action, a query, and a trigger that arrives at a webhook.
//!
//! `cargo run --example connector` talks to a server it starts on loopback. With `-- --live` it
//! talks to the real API with the key in `ANTHROPIC_API_KEY`.

use anyhow::{Context, Result};
use claude_typed::connector::Client;
use claude_typed::connector::webhooks::Trigger;
use futures::TryStreamExt;
use serde_json::json;
use specwright_examples::server::{API_KEY, Server};

#[tokio::main]
async fn main() -> Result<()> {
    let live = std::env::args().any(|argument| argument == "--live");
    let server = if live {
        None
    } else {
        Some(Server::start().await?)
    };
    let client = match &server {
        // The connector's base url ends with the version of the API.
        Some(server) => Client::builder()
            .api_key(API_KEY)
            .base_url(format!("{}/v1", server.base_url()))
            .build()?,
        None => Client::from_env().context("--live talks to the real API")?,
    };

    println!("== query: models");
    let mut model = None;
    let mut models = client.models().list().items();
    while let Some(record) = models.try_next().await? {
        let id = record.id.clone().unwrap_or_default();
        println!(
            "  {id}  {}",
            record.display_name.as_deref().unwrap_or_default()
        );
        model.get_or_insert(id);
    }
    let model = model.context("the API lists no model")?;

    println!("\n== action: send a message");
    let message = client
        .messages()
        .create(&model, 256, "Quotes \" and {{braces}} stay where they are")
        .await?;
    println!(
        "{}",
        message
            .content
            .as_deref()
            .unwrap_or("(the first block is no text)")
    );

    println!("\n== action: estimate token usage, by name as a host of automations does");
    let inputs = json!({ "model": model, "content": "How long am I?" });
    let call = client.call("messages.count_tokens", inputs)?;
    println!("{}", call.operation().description);
    for outputs in call.await?.into_inner() {
        println!("{}", serde_json::to_string(&outputs.values)?);
    }

    println!("\n== action: send a batch, and cancel it");
    let batch = client
        .message_batches()
        .create("request-1", &model, 256, "Hello")
        .await?;
    let id = batch.id.as_deref().context("the batch has no id")?;
    let batch = client.message_batches().delete(id).await?;
    println!(
        "{id}: {}",
        batch.processing_status.as_deref().unwrap_or_default()
    );

    println!("\n== trigger: a batch ended");
    let body = br#"{"id": "msgbatch_1", "processing_status": "ended", "ended_at": "2026-11-22T10:00:00Z"}"#;
    let path = "/webhooks/claude-api/message_batches.ended";
    match Trigger::parse(path, &Default::default(), body)? {
        Trigger::MessageBatchEnded(payload) => {
            println!(
                "{} ended at {:?}",
                payload.id.as_deref().unwrap_or_default(),
                payload.ended_at
            );
        }
        other => println!("another trigger: {other:?}"),
    }
    Ok(())
}

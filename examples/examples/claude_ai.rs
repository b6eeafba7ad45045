//! The claude.ai web API: find the organization, begin a conversation, stream an answer with its
//! thinking apart, show the usage limits.
//!
//! `cargo run --example claude_ai` talks to a server it starts on loopback. With
//! `-- --live` it talks to claude.ai with the session key in `CLAUDE_AI_SESSION_KEY`. That API is
//! unofficial and may change or refuse at any time; its terms are yours to check.

use std::io::Write;

use anyhow::{Context, Result};
use claude_typed::claude_ai::{
    Client, CompletionRequest, ConversationUuid, CreateConversationRequest, MessageLimit,
    RenderingMode,
};
use claude_typed::streaming::completion::{Completion, CompletionUpdate};
use futures::TryStreamExt;
use specwright_examples::server::{SESSION_KEY, Server};

#[tokio::main]
async fn main() -> Result<()> {
    let live = std::env::args().any(|argument| argument == "--live");
    let server = if live {
        None
    } else {
        Some(Server::start().await?)
    };
    let client = match &server {
        Some(server) => Client::builder()
            .session_key(SESSION_KEY)
            .base_url(server.base_url())
            .build()?,
        None => Client::from_env().context("--live talks to claude.ai")?,
    };

    let organizations = client.organizations().list().await?;
    let organization = organizations
        .first()
        .context("the account is in no organization")?;
    println!(
        "organization: {}",
        organization.name.as_deref().unwrap_or("(no name)")
    );
    let client = client.organization(organization.uuid);

    let conversation = ConversationUuid::new_v4();
    let new = CreateConversationRequest::new(conversation).name("An example");
    client.conversations().create(&new).await?;

    let completion = chat(&client, conversation, "Hello, Claude").await?;
    if let Some(limit) = &completion.limit {
        print_limits(limit);
    }

    println!("\n== conversations");
    let mut conversations = client.conversations().list().limit(10).items();
    while let Some(conversation) = conversations.try_next().await? {
        println!(
            "  {}  {}",
            conversation.uuid,
            conversation.name.as_deref().unwrap_or_default()
        );
    }
    client.conversations().delete(conversation).await?;
    Ok(())
}

/// Prints thinking and text as they arrive; returns the whole answer.
async fn chat(client: &Client, conversation: ConversationUuid, prompt: &str) -> Result<Completion> {
    let request = CompletionRequest::new(prompt).rendering_mode(RenderingMode::Messages);
    let mut updates = client
        .conversations()
        .stream_completion(conversation, &request)
        .await?;
    let mut out = std::io::stdout();
    let mut thinking = false;
    while let Some(update) = updates.try_next().await? {
        match update {
            CompletionUpdate::Thinking { thinking: text, .. } => {
                if !thinking {
                    write!(out, "\n(thinking) ")?;
                }
                thinking = true;
                write!(out, "{text}")?;
            }
            CompletionUpdate::Text { text, .. } => {
                if thinking {
                    write!(out, "\n\n")?;
                }
                thinking = false;
                write!(out, "{text}")?;
            }
            _ => {}
        }
        out.flush()?;
    }
    writeln!(out)?;
    updates
        .snapshot()
        .cloned()
        .context("the stream had no answer")
}

/// The windows of a limit as bars.
fn print_limits(limit: &MessageLimit) {
    const WIDTH: usize = 30;
    println!("\n== usage limits");
    for (name, window) in limit.windows.iter().flatten() {
        let used = window.utilization.unwrap_or_default().clamp(0.0, 1.0);
        let filled = (used * WIDTH as f64).round() as usize;
        println!(
            "  {name:>4} [{:<WIDTH$}] {:.0} %",
            "#".repeat(filled),
            used * 100.0
        );
    }
}

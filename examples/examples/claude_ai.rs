//! The claude.ai web API: find the organization, begin a conversation, stream an answer with its
//! thinking apart, show the usage limits, ask the first question in another way, and go on from
//! that branch.
//!
//! `cargo run --example claude_ai` talks to a server it starts on loopback. With
//! `-- --live` it talks to claude.ai with the session key in `CLAUDE_AI_SESSION_KEY`. That API is
//! unofficial and may change or refuse at any time; its terms are yours to check.

use std::io::Write;

use anyhow::{Context, Result};
use claude_typed::chat::{ConversationTree, Refusal};
use claude_typed::claude_ai::{
    ChatMessage, Client, CompletionRequest, ContentBlock, ConversationUuid,
    CreateConversationRequest, MessageLimit,
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

    let new = CreateConversationRequest::unnamed().name("An example");
    let conversation = client.conversations().create(&new).await?.uuid;

    let prompt = CompletionRequest::first("Hello, Claude");
    let first = chat(&client, conversation, prompt).await?;
    if let Some(limit) = &first.limit {
        print_limits(limit);
    }
    branch(&client, conversation).await?;

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

/// Asks the first question in another way, and another question after its answer.
async fn branch(client: &Client, conversation: ConversationUuid) -> Result<()> {
    let conversations = client.conversations();
    let tree = conversations.retrieve_tree(conversation).await?;
    let path = tree.current_path();
    let question = path.first().context("the conversation is empty")?.uuid;
    let edited = CompletionRequest::instead_of(question, &tree, "Good morning, Claude")
        .context("the question is not there")?;
    println!("\n== the same, asked in another way");
    chat(client, conversation, edited).await?;

    let tree = conversations.retrieve_tree(conversation).await?;
    println!("\n== and on from there");
    let next = CompletionRequest::next_in(&tree, "And good night");
    chat(client, conversation, next).await?;
    print_tree(
        &conversations
            .retrieve_tree(conversation)
            .await?
            .into_inner(),
    );
    Ok(())
}

/// Prints thinking and text as they arrive; returns the whole answer.
async fn chat(
    client: &Client,
    conversation: ConversationUuid,
    prompt: CompletionRequest,
) -> Result<Completion> {
    println!("\n> {}", prompt.prompt);
    let stream = client
        .conversations()
        .stream_completion(conversation, &prompt)
        .await;
    let mut updates = match stream {
        Ok(updates) => updates,
        Err(error) => return Err(explained(error)),
    };
    let mut out = std::io::stdout();
    let mut thinking = false;
    while let Some(update) = updates.try_next().await? {
        match update {
            CompletionUpdate::Thinking { thinking: text, .. } => {
                if !thinking {
                    write!(out, "(thinking) ")?;
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

/// A refusal in words a person can do something with.
fn explained(error: claude_typed::Error) -> anyhow::Error {
    let words = match Refusal::of(&error) {
        Some(Refusal::Challenge) => "the edge of the site asks for a browser".to_owned(),
        Some(Refusal::SessionInvalid) => "the session has ended: sign in again".to_owned(),
        Some(Refusal::LimitExceeded { limit }) => match limit.and_then(|limit| limit.resets_at()) {
            Some(time) => format!("the usage limit is reached until {time}"),
            None => "the usage limit is reached".to_owned(),
        },
        _ => "the prompt was not taken".to_owned(),
    };
    anyhow::Error::new(error).context(words)
}

/// The windows of a limit as bars.
fn print_limits(limit: &MessageLimit) {
    const WIDTH: usize = 30;
    println!("\n== usage limits");
    for (name, window) in limit.windows.iter().flatten() {
        let used = window.utilization.unwrap_or_default().clamp(0.0, 1.0);
        let filled = (used * WIDTH as f64).round() as usize;
        let resets = window
            .resets_at()
            .map_or_else(String::new, |time| format!(", anew at {time}"));
        println!(
            "  {name:>4} [{:<WIDTH$}] {:.0} %{resets}",
            "#".repeat(filled),
            used * 100.0
        );
    }
    if limit.is_exceeded() {
        println!("  no further message before {:?}", limit.resets_at());
    }
}

/// All branches, those that are shown marked.
fn print_tree(tree: &ConversationTree) {
    println!("\n== branches");
    let shown = tree.current_path();
    for (depth, message) in tree.walk() {
        let mark = match shown.iter().any(|one| one.uuid == message.uuid) {
            true => '*',
            false => ' ',
        };
        println!("  {mark} {}{}", "  ".repeat(depth), beginning(message));
    }
}

/// The beginning of a message's text.
fn beginning(message: &ChatMessage) -> String {
    let blocks = message.content.iter().flatten();
    let texts = blocks.filter_map(ContentBlock::as_text);
    let text: String = texts.filter_map(|block| block.text.as_deref()).collect();
    text.chars().take(40).collect()
}

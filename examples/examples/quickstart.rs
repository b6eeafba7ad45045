//! The platform API in one go: models page by page, a message, the same one token by token.
//!
//! `cargo run --example quickstart` needs nothing but this repository: it talks to a server it
//! starts on loopback. `cargo run --example quickstart -- --live` talks to the real API with the
//! key in `ANTHROPIC_API_KEY`.

use std::io::Write;

use anyhow::{Context, Result};
use claude_typed::platform::{
    Client, CreateMessageRequest, Message, MessageParam, MessageRole, Model,
};
use futures::TryStreamExt;
use specwright_examples::platform_client;

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _server) = platform_client().await?;

    let model = list_models(&client).await?;
    let question = MessageParam::new(MessageRole::User, "Hello, Claude. Say something short.");
    let request = CreateMessageRequest::new(model, 256_u64, [question]);

    println!("\n== a message");
    let message = client.messages().create(&request).await?;
    println!("{}", message.text());
    println!("request id: {}", message.request_id().unwrap_or("none"));

    println!("\n== the same, token by token");
    let message = stream(&client, &request).await?;
    print_usage(&message);
    Ok(())
}

/// Prints all models, two to a page, and returns the first.
async fn list_models(client: &Client) -> Result<Model> {
    println!("== models, page by page");
    let mut first = None;
    let mut pages = client.models().list().limit(2).pages();
    let mut number = 0;
    while let Some(page) = pages.try_next().await? {
        number += 1;
        println!("page {number}");
        for model in &page.data {
            println!("  {}  {}", model.id, model.display_name);
            first.get_or_insert_with(|| model.id.clone());
        }
    }
    first.context("the API lists no model")
}

/// Prints the text as it arrives and returns the whole message.
async fn stream(client: &Client, request: &CreateMessageRequest) -> Result<Message> {
    let mut text = client
        .messages()
        .stream_message(request)
        .await?
        .text_stream();
    let mut out = std::io::stdout();
    while let Some(piece) = text.try_next().await? {
        write!(out, "{piece}")?;
        out.flush()?;
    }
    writeln!(out)?;
    text.snapshot()
        .cloned()
        .context("the stream had no message")
}

fn print_usage(message: &Message) {
    let usage = &message.usage;
    println!("\n== usage");
    println!("input tokens:  {}", usage.input_tokens);
    println!("output tokens: {}", usage.output_tokens);
    if let Some(reason) = &message.stop_reason {
        println!("stop reason:   {reason}");
    }
}

//! Any number of requests through batches: a run is stopped in the middle and started again.
//!
//! `cargo run --example bulk` needs nothing but this repository. A server on loopback plays the
//! API; the batches are small, so that there are many of them.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use claude_typed::bulk::{Bulk, BulkRun};
use claude_typed::platform::{
    Client, CreateMessageRequest, MessageBatchRequest, MessageParam, MessageRole, Model,
};
use futures::{StreamExt, stream};
use specwright_examples::server::{API_KEY, Server};

const REQUESTS: u32 = 25_000;

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::start().await?;
    let client = Client::builder()
        .api_key(API_KEY)
        .base_url(server.base_url())
        .build()?;
    let folder = std::env::temp_dir().join(format!("bulk-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (journal, results) = (folder.join("journal"), folder.join("results.jsonl"));

    println!("== a run that stops in the middle");
    let mut run = start(&client, &journal).await?;
    let mut seen = 0;
    while let Some(result) = run.next().await {
        let result = result?;
        seen += 1;
        if seen == 1 {
            println!("first result: {} of {}", result.custom_id, result.batch_id);
        }
        if seen == 8_000 {
            break;
        }
    }
    println!("{seen} results were handed out, none was acknowledged");
    drop(run);

    println!("\n== the same journal, the same requests");
    let summary = loop {
        match start(&client, &journal).await {
            Ok(run) => break run.save_to(&results).await?,
            // The first run needs a moment to let go of the journal.
            Err(claude_typed::bulk::BulkError::Locked { .. }) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    println!("{} of {} succeeded", summary.succeeded, summary.total());
    let lines = std::fs::read_to_string(&results)?.lines().count();
    let batches = client.messages().batches().list().items().count().await;
    println!("{lines} lines in the file of results, {batches} batches at the server");
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

async fn start(client: &Client, journal: &Path) -> Result<BulkRun, claude_typed::bulk::BulkError> {
    let requests = stream::iter(0..REQUESTS).map(|number| {
        let question = MessageParam::new(MessageRole::User, format!("Describe product {number}."));
        let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 256_u64, [question]);
        MessageBatchRequest::new(format!("product/{number}"), params)
    });
    Bulk::new(client)
        .max_requests(1_000)
        .settle(Duration::from_secs(2))
        .poll_interval(Duration::from_millis(20), Duration::from_millis(200))
        .start(journal, requests)
        .await
}

//! Bulk runs: what comes out, what the journal keeps, and what is refused.

mod journal;
mod results;
mod submission;

use std::path::Path;
use std::time::Duration;

use claude_typed::bulk::{Bulk, BulkError, BulkResult, BulkRun};
use claude_typed::platform::{
    Client, CreateMessageRequest, MessageBatchRequest, MessageParam, MessageRole, Model,
};
use futures::{Stream, StreamExt, stream};

fn bulk(url: &str) -> Bulk {
    let client = Client::builder().api_key("sk-ant-api03-test").base_url(url);
    let client = client.max_retries(0).build().unwrap();
    Bulk::new(&client)
        .max_requests(10)
        .settle(Duration::from_millis(50))
        .poll_interval(Duration::from_millis(1), Duration::from_millis(5))
}

fn request(index: usize) -> MessageBatchRequest {
    let question = MessageParam::new(MessageRole::User, format!("question {index}"));
    let params = CreateMessageRequest::new(Model::ClaudeHaiku55, 16_u64, [question]);
    MessageBatchRequest::new(format!("id {index}"), params)
}

fn requests(count: usize) -> impl Stream<Item = MessageBatchRequest> + Send + 'static {
    stream::iter(0..count).map(request)
}

/// Starts a run. One that was dropped just before may need a moment to let go of the journal.
async fn start(
    bulk: &Bulk,
    journal: &Path,
    requests: impl Fn() -> stream::BoxStream<'static, MessageBatchRequest>,
) -> Result<BulkRun, BulkError> {
    loop {
        match bulk.clone().start(journal, requests()).await {
            Err(BulkError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(1)).await,
            other => return other,
        }
    }
}

/// Everything that comes: the results by index, and the errors.
async fn all(mut run: BulkRun) -> (Vec<BulkResult>, Vec<BulkError>) {
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    while let Some(item) = run.next().await {
        match item {
            Ok(result) => results.push(result),
            Err(error) => errors.push(error),
        }
    }
    results.sort_by_key(|result| result.index);
    (results, errors)
}

fn indexes(results: &[BulkResult]) -> Vec<u64> {
    results.iter().map(|result| result.index).collect()
}

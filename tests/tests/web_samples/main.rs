//! The samples of claude.ai through its client: every reply served to the operation it belongs to,
//! every stream in pieces of any size and every compression, every usage limit as one type.

mod operations;
mod streams;

use std::path::Path;
use std::process::ExitCode;

use claude_typed::claude_ai::{Client, ConversationUuid};
use specwright_tests::data::{self, Report};
use uuid::Uuid;

fn main() -> ExitCode {
    data::main("web_samples", "SAMPLES", "samples", run)
}

fn run(folder: &Path, report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for file in data::files(&folder.join("claude-ai")) {
        let (name, bytes) = (data::name(&file), std::fs::read(&file).expect("a sample"));
        if name.ends_with(".sse") {
            runtime.block_on(streams::check(&name, &bytes, report));
        } else {
            runtime.block_on(operations::check(&name, &bytes, report));
        }
    }
}

fn client(url: &str) -> Client {
    Client::builder()
        .session_key("sk-ant-sid01-samples")
        .organization(Uuid::from_u128(1).into())
        .base_url(url)
        .max_retries(0)
        .build()
        .expect("a client")
}

fn conversation() -> ConversationUuid {
    Uuid::from_u128(2).into()
}

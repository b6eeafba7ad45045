//! What the examples share: an embedded server on loopback that speaks the wire formats of the
//! Claude platform API and of the claude.ai web API, so that every example runs with nothing but
//! this repository.

pub mod server;

use anyhow::{Context, Result};
use claude_typed::platform::Client;

use server::{API_KEY, Server};

/// A client of the embedded server, which runs as long as the second value is kept; or, with
/// `--live` on the command line, of the real API with the key in `ANTHROPIC_API_KEY`.
pub async fn platform_client() -> Result<(Client, Option<Server>)> {
    if std::env::args().any(|argument| argument == "--live") {
        let client = Client::from_env().context("--live talks to the real API")?;
        return Ok((client, None));
    }
    let server = Server::start().await?;
    let builder = Client::builder().api_key(API_KEY);
    let client = builder.base_url(server.base_url()).build()?;
    Ok((client, Some(server)))
}

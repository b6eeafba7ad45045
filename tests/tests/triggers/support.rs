//! A client of a server.

use claude_typed::connector::{Client, ClientBuilder};

/// A client that never asks twice by itself.
pub fn client(url: &str) -> ClientBuilder {
    Client::builder()
        .base_url(format!("{url}/v1"))
        .api_key("key")
        .max_retries(0)
}

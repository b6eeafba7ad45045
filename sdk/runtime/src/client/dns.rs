//! Looking up the names of servers.

use std::net::ToSocketAddrs;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::DnsError;

/// Asks the system, as the HTTP client does by itself, and says by a type of its own when that
/// fails: from the client's error nobody could tell it.
pub(super) struct SystemLookup;

impl Resolve for SystemLookup {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The system's call blocks. The port is put in by the HTTP client.
            let lookup = move || (name.as_str(), 0).to_socket_addrs();
            let found = tokio::task::spawn_blocking(lookup).await?;
            Ok(Box::new(found.map_err(DnsError)?) as Addrs)
        })
    }
}

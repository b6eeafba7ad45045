//! Looking up the names of servers.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::DnsError;

/// Asks the system, as the HTTP client does by itself, and says by a type of its own when that
/// fails: from the client's error nobody could tell it.
pub(super) struct SystemLookup;

impl Resolve for SystemLookup {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in by the HTTP client.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<_> = found.map_err(DnsError)?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

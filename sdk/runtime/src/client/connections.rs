//! The connections, behind a trait object.

/// Gives out the HTTP client. What holds this does not show what that is made of: its some hundred
/// types would be part of the debug information of every future of a program that holds a client.
pub(crate) trait Connections: Send + Sync {
    fn http(&self) -> &reqwest::Client;
}

impl Connections for reqwest::Client {
    fn http(&self) -> &reqwest::Client {
        self
    }
}

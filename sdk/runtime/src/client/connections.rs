//! The connections, behind a trait object.

use futures_core::future::BoxFuture;

/// What sends requests. Nothing that holds a client shows what the HTTP client is made of: its some
/// hundred types would be part of the debug information of every future of a program that uses one.
pub(crate) trait Connections: Send + Sync {
    fn execute(
        &self,
        request: reqwest::Request,
    ) -> BoxFuture<'static, Result<reqwest::Response, reqwest::Error>>;
}

impl Connections for reqwest::Client {
    fn execute(
        &self,
        request: reqwest::Request,
    ) -> BoxFuture<'static, Result<reqwest::Response, reqwest::Error>> {
        Box::pin(self.execute(request))
    }
}

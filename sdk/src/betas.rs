//! Beta features for all requests of a client.

use crate::platform::{BetaFeature, ClientBuilder};

impl ClientBuilder {
    /// Switches beta features on for every request. What a request itself switches on is added.
    ///
    /// ```
    /// # fn main() -> Result<(), claude_typed::Error> {
    /// use claude_typed::platform::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("sk-ant-api03-example")
    ///     .betas(["context-management-2025-06-27"])
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn betas(self, betas: impl IntoIterator<Item = impl Into<BetaFeature>>) -> Self {
        let betas: Vec<String> = betas
            .into_iter()
            .map(|beta| beta.into().to_string())
            .collect();
        self.default_header("anthropic-beta", betas.join(","))
    }
}

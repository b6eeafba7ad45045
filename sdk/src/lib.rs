//! Strongly typed SDK for Claude: the platform API, the claude.ai web API and the automation
//! connector.
//!
//! | module | feature | what it is |
//! |---|---|---|
//! | [`platform`] | `platform` (default) | messages, batches, models, files and skills at `api.anthropic.com` |
//! | [`claude_ai`] | `claude-ai` | the web application's API at `claude.ai`: unofficial, may change at any time |
//! | [`chat`] | with `claude-ai-conversations` | claude.ai: the conversation tree, prompts, usage limits, refusals, waiting |
//! | [`connector`] | `connector` | the automation connector: actions, queries and trigger payloads |
//! | [`batches`], [`files`] | with `platform-messages`, `platform-files` | what is checked before it is sent; waiting for a batch |
//! | [`bulk`] | `bulk` | any number of requests through batches, with a journal on disk |
//! | [`triggers`] | `triggers` | events of the connector, by webhook and by polling |
//! | [`streaming`] | with `platform-messages`, `claude-ai-conversations` | streams accumulated into messages |
//! | [`structured`] | `structured` | answers of a Rust type |
//! | [`tools`] | `tools` (default) | tools the caller runs: typed inputs, and the loop that runs them |
//! | [`errors`] | with any of `platform` | the platform's errors as its own types |
//! | [`checks`] | with `platform-messages` | requests that fail before they are sent |
//! | `webhooks` | `webhooks` | the platform's webhooks, verified and typed |
//!
//! Each resource of a module has a feature, too, so that a program compiles what it uses:
//! `platform-models` brings `client.models()` and its types. `platform`, `claude-ai` and `connector`
//! enable all of theirs.
//!
//! ```no_run
//! # #[cfg(all(feature = "platform-messages", feature = "platform-models"))]
//! # async fn example() -> Result<(), claude_typed::Error> {
//! use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole, Model};
//! use futures_util::{StreamExt, TryStreamExt};
//!
//! let client = Client::from_env()?;
//!
//! // Every list is one page when awaited, and a stream over all pages.
//! let mut models = client.models().list().items();
//! while let Some(model) = models.try_next().await? {
//!     println!("{}", model.id);
//! }
//!
//! let question = MessageParam::new(MessageRole::User, "Hello, Claude");
//! let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 1024_u64, [question]);
//! let message = client.messages().create(&request).await?;
//! println!("{message:?}, request {:?}", message.request_id());
//!
//! // The same request, token by token.
//! let mut text = client.messages().stream_message(&request).await?.text_stream();
//! while let Some(piece) = text.next().await {
//!     print!("{}", piece.map_err(|failure| failure.into_error())?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every list, error, retry and timeout behaves the same in all three modules; that is the
//! business of [`specwright_runtime`], whose types are re-exported by each of them.

#[cfg(feature = "platform-messages")]
pub mod batches;
#[cfg(feature = "bulk")]
pub mod bulk;
// Generated modules are formatted by the generator, whose formatter is not rustfmt.
#[cfg(feature = "claude-ai-conversations")]
pub mod chat;
#[cfg(feature = "_claude-ai")]
#[rustfmt::skip]
pub mod claude_ai;
#[cfg(feature = "_connector")]
#[rustfmt::skip]
pub mod connector;
#[cfg(feature = "_platform")]
mod betas;
#[cfg(feature = "platform-messages")]
pub mod checks;
#[cfg(feature = "platform-messages")]
mod conversation;
#[cfg(feature = "_platform")]
pub mod errors;
#[cfg(any(feature = "platform-files", feature = "platform-skills"))]
pub mod files;
#[cfg(feature = "claude-ai-sync")]
mod ingestion;
#[cfg(feature = "_platform")]
#[rustfmt::skip]
pub mod platform;
#[cfg(feature = "platform-skills")]
mod skills;
#[cfg(any(feature = "platform-messages", feature = "claude-ai-conversations"))]
pub mod streaming;
#[cfg(feature = "structured")]
pub mod structured;
#[cfg(feature = "tools")]
pub mod tools;
#[cfg(feature = "triggers")]
pub mod triggers;
#[cfg(feature = "webhooks")]
pub mod webhooks;

/// What the clients stand on: the types that their settings take, such as
/// `runtime::retry::RetryPolicy` and `runtime::middleware::Pace`.
pub use specwright_runtime as runtime;
pub use specwright_runtime::Error;

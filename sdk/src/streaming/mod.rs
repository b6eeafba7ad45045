//! Streams accumulated into messages.
//!
//! The generated modules yield the events of a stream as they come. Here they grow into the
//! message they are parts of: [`MessageStream`] for the platform API, [`CompletionStream`] for
//! claude.ai. Both give the events with what they add, the message so far, the text alone, or the
//! final message; a stream that ends early is an error that carries the message so far.

#[cfg(feature = "claude-ai-conversations")]
pub mod completion;
mod content;
mod failure;
#[cfg(feature = "platform-messages")]
pub mod message;
pub mod partial_json;
mod stream;

#[cfg(feature = "claude-ai-conversations")]
pub use completion::CompletionStream;
pub use content::InvalidInput;
pub use failure::StreamingError;
#[cfg(feature = "platform-messages")]
pub use message::MessageStream;
pub use stream::{Accumulate, AccumulatedStream, TextStream};

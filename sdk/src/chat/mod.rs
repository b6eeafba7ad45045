//! What a chat on claude.ai needs beside its requests.
//!
//! The generated module [`claude_ai`](crate::claude_ai) has the requests and the shapes. Here are
//! the conversation as a [tree](ConversationTree), [prompts](crate::claude_ai::CompletionRequest::first)
//! that know what they answer to, [usage limits](crate::claude_ai::MessageLimit::is_exceeded) that
//! a program can act on, [refusals](Refusal) by their reason, and
//! [pollers](crate::claude_ai::Conversations::poll_title) for what the server does later.
//!
//! The API is **unofficial**: nobody promises it, it may change at any time, and the terms of the
//! claude.ai site apply to whoever uses it. The answer itself is accumulated by
//! [`streaming`](crate::streaming).

mod limit;
mod prompt;
mod refusal;
mod title;
mod tree;

pub use self::refusal::Refusal;
pub use self::tree::{ConversationTree, Defect, Walk};

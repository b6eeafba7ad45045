//! Chats on claude.ai: the tree of a conversation, prompts, limits, refusals, waiting.

mod limits;
mod prompts;
mod refusals;
mod support;
mod tree;
mod tree_walks;
mod waiting;

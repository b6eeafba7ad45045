//! Streams that grow into messages: what they add, how they end, how they fail, and what becomes of
//! the connection.

mod completion;
mod connection;
mod failures;
mod message;
mod support;

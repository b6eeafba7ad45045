//! Every operation of the claude.ai module against a real server: the request that goes out, the
//! reply as a value, and an error reply as a typed error.

mod billing;
mod catalogue;
mod client;
mod completion;
mod conversations;
mod errors;
mod mcp;
mod notifications;
mod paging;
mod projects;
mod routes;
mod settings;
mod support;
mod sync;

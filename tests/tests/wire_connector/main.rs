//! Every operation of the connector against a real server, and every event it can be told of.

use claude_typed::connector;

mod automation;
mod batches;
mod extensions;
mod messages;
mod paging;
mod records;
mod support;
mod webhooks;

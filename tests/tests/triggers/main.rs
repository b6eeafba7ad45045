//! The events of the connector by polling, against a server whose lists change all the time.

mod deletions;
mod json_file;
mod limits;
mod messages;
mod restarts;
mod support;
mod world;

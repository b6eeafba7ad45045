//! What the benchmarks of this crate share: bytes to decode, a server to call, and counters.
//!
//! Run them with `cargo bench -p specwright-bench`: `decode` and `calls` are times of criterion,
//! `figures` are instructions, allocations and CPU beside those of the peers.

pub mod corpus;
pub mod counters;
pub mod server;

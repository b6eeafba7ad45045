//! What the test targets share.

pub mod batches;
pub mod coding;
pub mod data;
pub mod documents;
pub mod json;
pub mod krate;
pub mod program;
pub mod recorded;
pub mod socket;
pub mod turns;
pub mod wire;

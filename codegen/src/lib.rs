//! Turns API specifications into strongly typed Rust SDK crates.
//!
//! `read → document → model → normalize → emit → write`, in one direction.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod connector;
pub mod diagnostics;
pub mod emit;
pub mod model;
pub mod normalize;
pub mod openapi;
pub mod origin;
pub mod plan;
pub mod source;
pub mod write;

//! Every kind of finding on a document that has it: as people and as programs read it.
//!
//! A folder for each code holds the input (an OpenAPI document with its overlay, the half of a
//! connector that differs from `good/`, or a plan) and what is told about it. With
//! `UPDATE_DIAGNOSTICS=1` what is told is written there, and so is the index `DIAGNOSTICS.md`.

mod cases;
mod index;
mod one_run;

//! What the command does beyond the library.

pub(crate) mod diff;

//! What the command does beyond the library.

pub(crate) mod diff;
pub(crate) mod new;
pub(crate) mod part;
pub(crate) mod progress;

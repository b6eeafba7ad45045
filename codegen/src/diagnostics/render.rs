//! Prints diagnostics with the source lines they are about.

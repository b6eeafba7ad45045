//! What the examples share: an embedded server on loopback that speaks the wire formats of the
//! Claude platform API and of the claude.ai web API, so that every example runs with nothing but
//! this repository.

pub mod server;

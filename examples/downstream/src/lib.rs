//! A crate that generates the client of an API in its `build.rs`.

/// The client of `bookshop.yaml`.
pub mod bookshop {
    include!(concat!(env!("OUT_DIR"), "/bookshop.rs"));
}

//! What must hold for any bytes. The fuzz targets and the property tests (`tests/properties.rs`)
//! call the same functions; each panics when it does not hold.
#![allow(dead_code, unreachable_pub)] // a module of several crates, each of which uses a part

pub(crate) mod address;
pub(crate) mod events;
pub(crate) mod json_lines;
pub(crate) mod multipart;
#[cfg(feature = "webhook")]
pub(crate) mod webhook;

/// The input as texts: it is cut at its zero bytes.
fn texts(input: &[u8]) -> Vec<String> {
    let pieces = input.split(|byte| *byte == 0);
    pieces
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect()
}

//! Faults in the body of a reply that is read as a whole.

use std::time::Duration;

use serde_json::json;
use specwright_tests::coding::encode;
use specwright_tests::socket::{Answer, End};

use crate::harness::{Fault, Row};

fn ok() -> Answer {
    Answer::new(200).header("content-type", "application/json")
}

/// JSON that does not compress to nothing.
fn text() -> Vec<u8> {
    let numbers: Vec<u64> = (0..2000_u64)
        .map(|n| n.wrapping_mul(0x9e37_79b9) % 99_991)
        .collect();
    json!(numbers).to_string().into_bytes()
}

/// The body without its last bytes, in a message that is whole.
fn truncated(encoding: &str) -> Row {
    let mut body = encode(encoding, &text());
    body.truncate(body.len() - 5);
    let answer = ok().header("content-encoding", encoding).body(body);
    let injected = format!("a body of {encoding} without its last five bytes");
    Fault::new(&injected, answer).peak_kib(512).json()
}

pub(crate) fn truncated_gzip() -> Row {
    truncated("gzip")
}

pub(crate) fn truncated_brotli() -> Row {
    truncated("br")
}

pub(crate) fn truncated_zstd() -> Row {
    truncated("zstd")
}

pub(crate) fn not_compressed_at_all() -> Row {
    let answer = ok().header("content-encoding", "gzip").body("[1, 2]");
    Fault::new("a body that is not the gzip it is said to be", answer).json()
}

pub(crate) fn reset_in_the_middle() -> Row {
    let answer = ok().short_body(100, "[1, 2").end(End::Reset);
    Fault::new("the connection is reset in the middle of the body", answer).json()
}

pub(crate) fn half_closed() -> Row {
    let answer = ok().chunks(["[1, 2"]).end(End::HalfClose);
    Fault::new(
        "the server closes its half in the middle of a chunked body",
        answer,
    )
    .json()
}

pub(crate) fn stalled() -> Row {
    let answer = ok().short_body(100, "[1, 2").end(End::Silence);
    Fault::new("stall: the body stops half-way", answer)
        .in_vain()
        .json()
}

pub(crate) fn slow_drip() -> Row {
    let drips = (0..1000).map(|_| "1");
    let answer = ok().chunks(drips).pause(Duration::from_millis(10));
    let fault = Fault::new("slow drip: a byte every 10 ms, without end", answer);
    fault.in_vain().json()
}

pub(crate) fn content_length_too_long() -> Row {
    let answer = ok().short_body(100, "[1, 2]").end(End::HalfClose);
    Fault::new("`content-length` says more than comes", answer).json()
}

pub(crate) fn content_length_too_short() -> Row {
    let answer = ok().short_body(3, "[1, 2]");
    Fault::new("`content-length` says less than comes", answer).json()
}

pub(crate) fn html_instead_of_json() -> Row {
    let page = "<!doctype html><title>Sign in</title>";
    let answer = Answer::new(200)
        .header("content-type", "text/html")
        .body(page);
    Fault::new("a page of HTML with status 200", answer).json()
}

pub(crate) fn oversize() -> Row {
    let chunks = (0..1024).map(|_| vec![b' '; 64 << 10]);
    let fault = Fault::new(
        "a body of 64 MiB, with a limit of 256 KiB",
        ok().chunks(chunks),
    );
    fault.peak_kib(1024).json()
}

pub(crate) fn decompression_bomb() -> Row {
    let bomb = encode("gzip", &vec![b' '; 64 << 20]);
    let answer = ok().header("content-encoding", "gzip").body(bomb);
    let fault = Fault::new(
        "decompression bomb: 64 MiB of spaces in 64 KiB of gzip",
        answer,
    );
    fault.peak_kib(1024).json()
}

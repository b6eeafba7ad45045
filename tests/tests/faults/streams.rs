//! Faults of a stream that has begun.

use std::time::Duration;

use serde_json::json;
use specwright_tests::coding::encode;
use specwright_tests::socket::{Answer, End};

use crate::harness::{Fault, Row};

fn two_events() -> [&'static str; 2] {
    ["data: 1\n\n", "data: 2\n\n"]
}

pub(crate) fn reset_in_mid_event() -> Row {
    let answer = Answer::events(["data: 1\n\n", "data: 2"]).pause(Duration::from_millis(20));
    let fault = Fault::new(
        "the connection is reset in the middle of an event",
        answer.end(End::Reset),
    );
    // A reset may overtake what was sent before it.
    fault.events()
}

pub(crate) fn closed_between_chunks() -> Row {
    let answer = Answer::events(two_events()).end(End::Close);
    Fault::new("the connection is closed between two events", answer).events()
}

pub(crate) fn half_closed() -> Row {
    let answer = Answer::events(["data: 1\n\n", "data: 2"]).end(End::HalfClose);
    Fault::new(
        "the server closes its half in the middle of an event",
        answer,
    )
    .events()
}

pub(crate) fn stalled_between_events() -> Row {
    let answer = Answer::events(two_events()).end(End::Silence);
    Fault::new("stall: nothing comes after two events", answer)
        .idle_in_vain()
        .events()
}

pub(crate) fn slow_drip() -> Row {
    let bytes = "data: 1\n\ndata: 2\n\n".bytes().map(|byte| vec![byte]);
    let answer = Answer::events(bytes).pause(Duration::from_millis(5));
    Fault::new("slow drip: two events, a byte every 5 ms", answer).events()
}

/// Events without the last bytes of their compression, in a message that is whole.
fn truncated(encoding: &str) -> Row {
    let events: String = (0..500_u64)
        .map(|n| format!("data: {}\n\n", n.wrapping_mul(0x9e37_79b9) % 99_991))
        .collect();
    let mut body = encode(encoding, events.as_bytes());
    body.truncate(body.len() / 2);
    let answer = Answer::events([body]).header("content-encoding", encoding);
    let injected = format!("events in {encoding}, cut in the middle");
    Fault::new(&injected, answer)
        .peak_kib(512)
        .met_by(|client| async move {
            let outcome = crate::harness::events(client).await;
            let (count, rest) = outcome
                .split_once(" events, then ")
                .unwrap_or(("0", &outcome));
            assert!(count.parse::<u32>().unwrap() < 500);
            format!("events, then {rest}")
        })
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

pub(crate) fn html_instead_of_events() -> Row {
    let page = "<!doctype html><title>Sign in</title>";
    let answer = Answer::new(200).header("content-type", "text/html");
    // Were the page complete, it would depend on when it arrives whether the connection is kept.
    let answer = answer.chunks([page]).end(End::Silence);
    Fault::new("a page of HTML instead of events", answer).events()
}

pub(crate) fn error_event() -> Row {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}});
    let error = format!("event: error\ndata: {error}\n\n");
    let answer = Answer::events(["data: 1\n\n", &error]).end(End::Silence);
    Fault::new("status 200, then an event that reports an error", answer).events()
}

pub(crate) fn oversize_event() -> Row {
    let data = format!("data: {}\n", "1".repeat(16 << 10));
    let pieces = std::iter::repeat_n(data, 2048);
    let fault = Fault::new(
        "an event of 32 MiB, with a limit of 64 KiB",
        Answer::events(pieces),
    );
    fault.peak_kib(512).events()
}

pub(crate) fn oversize_line() -> Row {
    let pieces = std::iter::repeat_n("1".repeat(16 << 10), 2048);
    let answer = Answer::new(200).chunks(pieces);
    let fault = Fault::new("a line of JSON of 32 MiB, with a limit of 64 KiB", answer);
    fault.peak_kib(512).lines()
}

pub(crate) fn decompression_bomb() -> Row {
    let bomb = encode(
        "gzip",
        &[b"data: 1\n\ndata: ".as_slice(), &vec![b'1'; 64 << 20]].concat(),
    );
    let answer = Answer::events([bomb]).header("content-encoding", "gzip");
    let fault = Fault::new(
        "decompression bomb: an event of 64 MiB in 64 KiB of gzip",
        answer,
    );
    fault.peak_kib(512).events()
}

pub(crate) fn dropped_by_the_caller() -> Row {
    let answer = Answer::events(two_events()).end(End::Silence);
    let fault = Fault::new("the caller drops the stream after the first event", answer);
    fault.first_event()
}

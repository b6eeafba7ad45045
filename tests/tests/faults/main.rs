//! Every fault of a network and of a server, on real sockets: what the caller gets, and whether
//! connections and memory are given back.
//!
//! Each fault here is a line of `sdk/runtime/FAULTS.md`. A line that is not what is observed fails;
//! with `UPDATE_FAULTS=1` the table is written anew.

mod bodies;
mod cancelled;
mod connections;
mod harness;
mod many;
mod streams;
mod table;

use std::process::ExitCode;

use harness::Row;

/// A fault, and its name.
type Fault = (&'static str, fn() -> Row);

macro_rules! faults {
    ($($room:ident::$name:ident),* $(,)?) => {
        &[$((concat!(stringify!($room), "::", stringify!($name)), $room::$name)),*]
    };
}

const FAULTS: &[Fault] = faults![
    connections::refused,
    connections::dns_failure,
    connections::self_signed_certificate,
    connections::plain_text_on_a_tls_port,
    connections::reset_before_headers,
    connections::closed_before_headers,
    connections::stalled_headers,
    connections::oversize_header,
    connections::redirect_to_another_host,
    bodies::reset_in_the_middle,
    bodies::half_closed,
    bodies::stalled,
    bodies::slow_drip,
    bodies::content_length_too_long,
    bodies::content_length_too_short,
    bodies::truncated_gzip,
    bodies::truncated_brotli,
    bodies::truncated_zstd,
    bodies::not_compressed_at_all,
    bodies::html_instead_of_json,
    bodies::oversize,
    bodies::decompression_bomb,
    streams::reset_in_mid_event,
    streams::closed_between_chunks,
    streams::half_closed,
    streams::stalled_between_events,
    streams::slow_drip,
    streams::truncated_gzip,
    streams::truncated_brotli,
    streams::truncated_zstd,
    streams::html_instead_of_events,
    streams::error_event,
    streams::oversize_event,
    streams::oversize_line,
    streams::decompression_bomb,
    streams::dropped_by_the_caller,
    cancelled::json_call,
    cancelled::retries,
    cancelled::upload,
    cancelled::stream,
    cancelled::pages,
    cancelled::download,
    many::streams_at_once,
];

fn main() -> ExitCode {
    table::main(FAULTS)
}

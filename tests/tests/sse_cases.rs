//! The rules of event streams: each input gives its events however its bytes are cut.

use std::path::Path;
use std::process::ExitCode;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use specwright_runtime::events::Decoder;
use specwright_tests::data::{self, Report};

fn main() -> ExitCode {
    data::main("sse_cases", "SSE_CASES", "golden/sse-cases.json", run)
}

#[derive(Deserialize)]
struct Case {
    name: String,
    input_base64: String,
    #[serde(default)]
    chunks_base64: Vec<String>,
    expected: Vec<Dispatched>,
    expected_retry_ms: Option<u64>,
    expected_final_last_event_id: String,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Dispatched {
    event: String,
    data: String,
    last_event_id: String,
}

fn run(file: &Path, report: &mut Report) {
    let text = std::fs::read_to_string(file).expect("the file of cases");
    let cases: Vec<Case> = serde_json::from_str(&text).expect("cases");
    for case in cases {
        report.case(&case.name, check(&case));
    }
}

fn check(case: &Case) -> Result<(), String> {
    let input = decode(&case.input_base64)?;
    try_pieces(case, "whole", [&input[..]])?;
    for at in 0..=input.len() {
        let (head, tail) = input.split_at(at);
        try_pieces(case, &format!("cut at {at}"), [head, tail])?;
    }
    try_pieces(case, "byte by byte", input.chunks(1))?;
    if !case.chunks_base64.is_empty() {
        let chunks: Result<Vec<Vec<u8>>, _> = case.chunks_base64.iter().map(decode).collect();
        let chunks = chunks?;
        try_pieces(case, "in its chunks", chunks.iter().map(Vec::as_slice))?;
    }
    Ok(())
}

fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, String> {
    let decoded = BASE64_STANDARD.decode(text);
    decoded.map_err(|error| format!("the case is not base64: {error}"))
}

fn try_pieces<'a>(
    case: &Case,
    how: &str,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), String> {
    let mut decoder = Decoder::new();
    let mut dispatched = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        while let Some(event) = decoder.next().map_err(|error| format!("{how}: {error}"))? {
            dispatched.push(Dispatched {
                event: event.name.to_owned(),
                data: event.data.to_owned(),
                last_event_id: event.id.to_owned(),
            });
        }
    }
    let expected = (
        &case.expected,
        case.expected_retry_ms,
        case.expected_final_last_event_id.as_str(),
    );
    let found = (&dispatched, decoder.retry(), decoder.last_event_id());
    match expected == found {
        true => Ok(()),
        false => Err(format!("{how}: expected {expected:?}, found {found:?}")),
    }
}

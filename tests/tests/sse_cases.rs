//! The rules of event streams: each input gives its events however its bytes are cut.

use std::collections::BTreeMap;
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
    every_split(case, &input)?;
    if !case.chunks_base64.is_empty() {
        let chunks: Result<Vec<Vec<u8>>, _> = case.chunks_base64.iter().map(decode).collect();
        let mut state = State::default();
        for chunk in chunks? {
            state = state.fed(case, &chunk)?;
        }
        state.check_end(case)?;
    }
    Ok(())
}

/// Tries all ways to cut the input. There are 2 to the power of its length, but few states that a
/// decoder can be in after so many bytes, and what comes of the rest depends on nothing else: each
/// state is reached once, and goes on with every next chunk.
fn every_split(case: &Case, input: &[u8]) -> Result<(), String> {
    let mut reached: Vec<BTreeMap<String, State>> = vec![BTreeMap::new(); input.len() + 1];
    let start = State::default();
    reached[0].insert(start.key(), start);
    for from in 0..input.len() {
        for state in std::mem::take(&mut reached[from]).into_values() {
            for to in from + 1..=input.len() {
                let next = state.fed(case, &input[from..to])?;
                reached[to].entry(next.key()).or_insert(next);
            }
        }
    }
    let ends = std::mem::take(&mut reached[input.len()]);
    ends.values().try_for_each(|state| state.check_end(case))
}

fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, String> {
    let decoded = BASE64_STANDARD.decode(text);
    decoded.map_err(|error| format!("the case is not base64: {error}"))
}

/// A decoder somewhere in the input of a case, all events so far taken.
#[derive(Clone, Default)]
struct State {
    decoder: Decoder,
    /// How many events there were; they are those that are expected.
    dispatched: usize,
    /// The lengths of the chunks that led here, for messages.
    chunks: Vec<usize>,
}

impl State {
    /// Equal for two states from which the same follows: the decoder derives `Debug`, which shows
    /// all that it knows.
    fn key(&self) -> String {
        format!("{} {:?}", self.dispatched, self.decoder)
    }

    fn fed(&self, case: &Case, chunk: &[u8]) -> Result<Self, String> {
        let mut next = self.clone();
        next.chunks.push(chunk.len());
        let Self {
            decoder,
            dispatched,
            chunks,
        } = &mut next;
        decoder.feed(chunk);
        loop {
            let event = match decoder.next() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(next),
                Err(error) => return Err(format!("in chunks of {chunks:?}: {error}")),
            };
            let found = Dispatched {
                event: event.name.to_owned(),
                data: event.data.to_owned(),
                last_event_id: event.id.to_owned(),
            };
            let expected = case.expected.get(*dispatched);
            if expected != Some(&found) {
                return Err(format!(
                    "in chunks of {chunks:?}: expected {expected:?}, found {found:?}"
                ));
            }
            *dispatched += 1;
        }
    }

    fn check_end(&self, case: &Case) -> Result<(), String> {
        let expected = (
            case.expected.len(),
            case.expected_retry_ms,
            case.expected_final_last_event_id.as_str(),
        );
        let decoder = &self.decoder;
        let found = (self.dispatched, decoder.retry(), decoder.last_event_id());
        match expected == found {
            true => Ok(()),
            false => Err(format!(
                "in chunks of {:?}: expected (events, retry, last id) {expected:?}, found {found:?}",
                self.chunks
            )),
        }
    }
}

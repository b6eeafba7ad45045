//! Recorded event streams: served over a real socket in the chunks of the record, they give the
//! events, snapshots, final message and error that the official client gives, but for its known
//! faults.

mod deviations;
mod ours;
mod record;

use std::path::Path;
use std::process::ExitCode;

use claude_typed::Error;
use claude_typed::platform::Message;
use claude_typed::streaming::StreamingError;
use serde_json::{Value, json};
use specwright_runtime::StreamCause;
use specwright_tests::data::{self, Report};
use specwright_tests::recorded::same;

use deviations::Deviation;
use record::Record;

fn main() -> ExitCode {
    data::main("golden_streams", "GOLDEN_STREAMS", "golden/streams", run)
}

fn run(folder: &Path, report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for name in record::names(folder) {
        let outcome = Record::read(folder, &name).and_then(|record| {
            runtime.block_on(async {
                match deviations::of(&name) {
                    Some(Deviation::ClaudeAi) => ours::check_claude_ai(&record).await,
                    deviation => check(&record, deviation).await,
                }
            })
        });
        report.case(&name, outcome);
    }
}

async fn check(record: &Record, deviation: Option<Deviation>) -> Result<(), String> {
    let ours = ours::accumulated(record).await?;
    match deviation {
        None => {
            raw_events(record).await?;
            helper_events(record, &ours.events)?;
            as_recorded(record, ours.result)
        }
        Some(Deviation::Whole) => {
            let message = complete(ours.result)?;
            let text = record.sent_text();
            match message.text() == text && message.stop_reason.is_some() {
                true => Ok(()),
                false => Err(format!("expected the text {text:?}, found {message:?}")),
            }
        }
        Some(Deviation::Refused(cause)) => failed(ours.result, &[cause]).map(drop),
        Some(Deviation::SentInput) => {
            let message = json!(complete(ours.result)?);
            same("content", &record.content_as_sent()?, &message["content"])
        }
        Some(Deviation::AtStop) => {
            let events = &record.helper.events;
            let stop = events.iter().find(|event| event["type"] == "message_stop");
            let stop = stop.ok_or("the record has no message_stop")?;
            same("message", &stop["message"], &json!(complete(ours.result)?))
        }
        Some(Deviation::ClaudeAi) => Err("not a stream of the platform API".to_owned()),
    }
}

/// The typed events, written out again, are those of the official client's plain iterator.
async fn raw_events(record: &Record) -> Result<(), String> {
    let ours = ours::typed(record).await?;
    match &record.raw_stream.events {
        Some(events) => same("events", &json!(events), &json!(ours)),
        None if record.raw_stream.count == Some(ours.len()) => Ok(()),
        None => Err(format!(
            "expected {:?} events, found {}",
            record.raw_stream.count,
            ours.len()
        )),
    }
}

/// What the official helper adds to the events: each piece with the block so far.
fn helper_events(record: &Record, ours: &[Value]) -> Result<(), String> {
    const ADDED: [&str; 6] = [
        "text",
        "thinking",
        "signature",
        "citation",
        "input_json",
        "content_block_stop",
    ];
    let events = record.helper.events.iter();
    let added = |event: &&Value| ADDED.iter().any(|name| event["type"] == *name);
    let mut recorded: Vec<Value> = events.filter(added).cloned().collect();
    // The official client leaves an open string out of a snapshot, where we show its beginning.
    for (recorded, ours) in recorded.iter_mut().zip(ours) {
        if recorded["type"] == "input_json" && is_part(&recorded["snapshot"], &ours["snapshot"]) {
            recorded["snapshot"] = ours["snapshot"].clone();
        }
    }
    same("helper events", &json!(recorded), &json!(ours))
}

/// The final message or error is the recorded one. A body that ends early but cleanly is an error
/// here: the official client passes the unfinished message off as the final one.
fn as_recorded(
    record: &Record,
    ours: Result<Message, StreamingError<Message>>,
) -> Result<(), String> {
    let helper = &record.helper;
    if let Some(error) = &helper.error {
        let failure = failed(ours, error.causes())?;
        error.compare(failure.error())?;
        return partial(&helper.snapshot_at_error, &failure);
    }
    if !record.is_complete() {
        let failure = failed(ours, &[StreamCause::Truncated])?;
        return partial(&helper.final_message, &failure);
    }
    let message = complete(ours)?;
    same("final message", &helper.final_message, &json!(message))?;
    match &helper.final_text {
        Some(text) => same("final text", text, &json!(message.text())),
        None => Ok(()),
    }
}

/// The message so far. Of a tool input that was cut off ours may say more.
fn partial(recorded: &Value, failure: &StreamingError<Message>) -> Result<(), String> {
    let ours = failure
        .partial()
        .map_or(Value::Null, |message| json!(message));
    let mut recorded = recorded.clone();
    let blocks = recorded["content"].as_array_mut().into_iter().flatten();
    for (block, ours) in blocks.zip(ours["content"].as_array().into_iter().flatten()) {
        if is_part(&block["input"], &ours["input"]) {
            block["input"] = ours["input"].clone();
        }
    }
    same("message at the error", &recorded, &ours)
}

fn complete(ours: Result<Message, StreamingError<Message>>) -> Result<Message, String> {
    ours.map_err(|failure| format!("failed: {failure}"))
}

fn failed(
    ours: Result<Message, StreamingError<Message>>,
    causes: &[StreamCause],
) -> Result<StreamingError<Message>, String> {
    let failure = match ours {
        Ok(message) => return Err(format!("succeeded: {message:?}")),
        Err(failure) => failure,
    };
    match failure.error() {
        Error::Stream(error) if causes.contains(&error.cause()) => Ok(failure),
        Error::Decode(_) if causes.is_empty() => Ok(failure),
        error => Err(format!("expected {causes:?}, found {error:?}")),
    }
}

/// Whether `whole` says all that `part` says, which may end earlier.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().all(|(key, part)| {
            let whole = whole.get(key);
            whole.is_some_and(|whole| is_part(part, whole))
        }),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_part(part, whole))
        }
        (part, whole) => part == whole,
    }
}

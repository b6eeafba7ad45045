//! Recorded failures: as many attempts and as long waits as the official client makes, and the
//! same outcome. The clock of the client only notes the waits.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use claude_typed::Error;
use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::json;
use specwright_runtime::StreamCause;
use specwright_runtime::retry::{Clock, RetryPolicy};
use specwright_tests::data::{self, Report};
use specwright_tests::socket::{Answer, End, Received, Server};

fn main() -> ExitCode {
    data::main(
        "golden_retries",
        "GOLDEN_RETRIES",
        "golden/retries.json",
        run,
    )
}

#[derive(Deserialize)]
struct File {
    cases: Recorded,
}

#[derive(Deserialize)]
struct Recorded {
    backoff_without_header: Vec<Backoff>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Backoff {
    retry: u32,
    min_s: f64,
    max_s: f64,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    setup: String,
    outcome: String,
    #[serde(default)]
    error_class: String,
    #[serde(default)]
    message: String,
    attempts: usize,
    slept: Vec<f64>,
    same_body_every_attempt: bool,
}

fn run(file: &Path, report: &mut Report) {
    let text = std::fs::read_to_string(file).expect("the file of cases");
    let file: File = serde_json::from_str(&text).expect("cases");
    for backoff in &file.cases.backoff_without_header {
        let name = format!("backoff_{}", backoff.retry);
        report.case(&name, check_backoff(backoff));
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for case in &file.cases.cases {
        match script(case) {
            Some(script) => report.case(&case.name, runtime.block_on(check(case, script))),
            None => report.skip(&case.name, &format!("no script for {:?}", case.setup)),
        }
    }
}

/// The recorded waits lie between the shortest and the longest of ours.
fn check_backoff(recorded: &Backoff) -> Result<(), String> {
    let longest = full_wait(recorded.retry - 1);
    let ours = longest * 0.75..=longest;
    match ours.contains(&recorded.min_s) && ours.contains(&recorded.max_s) {
        true => Ok(()),
        false => Err(format!(
            "{} s to {} s are not in {ours:?}",
            recorded.min_s, recorded.max_s
        )),
    }
}

/// The wait before retry `attempt` (0 is the first) without jitter, in seconds.
fn full_wait(attempt: u32) -> f64 {
    RetryPolicy::default()
        .jitter(0.0)
        .backoff(attempt)
        .as_secs_f64()
}

/// How to bring a case about.
struct Script {
    call: Call,
    answers: Vec<Answer>,
    max_retries: Option<u32>,
    timeout: Option<Duration>,
    header: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Call {
    Create,
    Stream,
    Get,
    List,
    Delete,
    /// To a port where nobody listens.
    Nowhere,
}

impl Script {
    fn new(answers: Vec<Answer>) -> Self {
        Self {
            call: Call::Create,
            answers,
            max_retries: None,
            timeout: None,
            header: None,
        }
    }
}

/// What the recorded server did, as the name of the case and its setup say.
fn script(case: &Case) -> Option<Script> {
    let words: Vec<&str> = case.name.split('_').collect();
    let ok = case.name.ends_with("_ok");
    Some(match words.as_slice() {
        ["status", ..] => Script::new(answers(statuses(&words), ok)),
        ["max", "retries", count, ..] => Script {
            max_retries: Some(count.parse().ok()?),
            ..Script::new(vec![refusal(500)])
        },
        ["op", operation, status] => Script {
            call: match *operation {
                "get" => Call::Get,
                "list" => Call::List,
                "delete" => Call::Delete,
                "stream" => Call::Stream,
                "create" => Call::Create,
                _ => return None,
            },
            ..Script::new(vec![refusal(status.parse().ok()?)])
        },
        ["x", "should", "retry", ..] => {
            let refusals = vec![headers(&case.setup)?];
            Script::new(then(refusals, ok))
        }
        ["retry", "after", ..] => Script {
            max_retries: Some(1),
            ..Script::new(then(vec![headers(&case.setup)?], ok))
        },
        ["reset", ..] => Script::new(then(vec![Answer::nothing(End::Reset)], ok)),
        ["close", ..] => Script::new(then(vec![Answer::nothing(End::Close)], ok)),
        ["connection", "refused"] => Script {
            call: Call::Nowhere,
            ..Script::new(Vec::new())
        },
        ["drop", "mid", "body", how @ ..] => {
            let dropped = match how {
                ["chunked", ..] => Answer::new(200)
                    .header("content-type", "application/json")
                    .chunks([r#"{"id": "msg_"#]),
                ["error", status, ..] => {
                    Answer::new(status.parse().ok()?).short_body(200, r#"{"type": "#)
                }
                _ => Answer::new(200)
                    .header("content-type", "application/json")
                    .short_body(200, r#"{"id": "msg_"#),
            };
            Script::new(then(vec![dropped.end(End::Close)], ok))
        }
        ["stream", "drop", how, ..] => {
            let end = match *how {
                "rst" => End::Reset,
                _ => End::Close,
            };
            Script {
                call: Call::Stream,
                ..Script::new(vec![half_a_stream().end(end)])
            }
        }
        ["timeout", how @ ..] => Script {
            timeout: Some(Duration::from_millis(300)),
            call: match how {
                ["mid", "stream"] => Call::Stream,
                _ => Call::Create,
            },
            ..Script::new(then(
                vec![match how {
                    ["mid", "stream"] => half_a_stream().end(End::Silence),
                    ["mid", "body"] => Answer::new(200)
                        .short_body(200, r#"{"id": "ms"#)
                        .end(End::Silence),
                    _ => Answer::nothing(End::Silence),
                }],
                ok,
            ))
        },
        ["redirect", status] => {
            let redirect = Answer::new(status.parse().ok()?).header("location", "/elsewhere");
            Script::new(vec![redirect, message()])
        }
        ["idempotency", ..] => Script {
            header: Some(("idempotency-key", "abc")),
            ..Script::new(vec![refusal(500), message()])
        },
        _ => return None,
    })
}

/// The statuses in a name such as `status_529_529_ok`.
fn statuses(words: &[&str]) -> Vec<u16> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}

fn answers(statuses: Vec<u16>, ok: bool) -> Vec<Answer> {
    then(statuses.into_iter().map(refusal).collect(), ok)
}

/// These failures; then success, or the last of them for ever.
fn then(mut failures: Vec<Answer>, ok: bool) -> Vec<Answer> {
    if ok {
        failures.push(message());
    }
    failures
}

fn refusal(status: u16) -> Answer {
    let body = json!({"type": "error", "error": {"type": "x", "message": "m"}});
    Answer::json(status, &body)
}

fn message() -> Answer {
    let message = json!({
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    });
    Answer::json(200, &message)
}

fn half_a_stream() -> Answer {
    Answer::events(["event: message_start\ndata: {\"type\": \"message_start\", \"mess"])
}

/// A refusal with headers, from words such as `429 + retry-after: '1'`, `404 + x-should-retry:
/// true, then 200`, `retry-after-ms: abc and retry-after: 9`.
fn headers(setup: &str) -> Option<Answer> {
    let setup = setup.split(", then").next()?;
    let (status, rest) = match setup.split_once(" + ") {
        Some((status, rest)) => (status.parse().ok()?, rest),
        None => (429, setup),
    };
    let mut answer = refusal(status);
    for header in rest.split(" and ").flat_map(|header| header.split(" + ")) {
        let (name, value) = header.split_once(": ")?;
        let unquoted = value
            .strip_prefix('\'')
            .and_then(|value| value.strip_suffix('\''));
        let value = match value.strip_prefix("HTTP date ") {
            Some(when) => date(when)?,
            None => unquoted.unwrap_or(value).to_owned(),
        };
        answer = answer.header(name, &value);
    }
    Some(answer)
}

/// The time of the client's clock. It is a whole second, as dates in headers are.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// `90 s ahead` or `100 s ago`, as a date in a header.
fn date(when: &str) -> Option<String> {
    let (seconds, direction) = when.split_once(" s ")?;
    let seconds = chrono::TimeDelta::seconds(seconds.parse().ok()?);
    let now = chrono::DateTime::<chrono::Utc>::from(now());
    let then = match direction {
        "ahead" => now + seconds,
        _ => now - seconds,
    };
    Some(then.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// Notes the waits instead of waiting.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<Duration>>>);

impl Clock for Notes {
    fn now(&self) -> SystemTime {
        now()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().expect("the notes").push(wait);
        Box::pin(std::future::ready(()))
    }
}

async fn check(case: &Case, script: Script) -> Result<(), String> {
    let server = Server::start(script.answers.clone()).await;
    let notes = Notes::default();
    let outcome = call(&script, &server, &notes).await;
    let received = server.received();
    let waits = notes.0.lock().expect("the notes").clone();

    if received.len() != case.attempts {
        return Err(format!(
            "expected {} attempts, found {}: {outcome:?}",
            case.attempts,
            received.len()
        ));
    }
    compare_waits(case, &waits)?;
    compare_outcome(case, &outcome)?;
    compare_requests(case, &script, &received)
}

async fn call(script: &Script, server: &Server, notes: &Notes) -> Result<(), Error> {
    let url = match script.call {
        Call::Nowhere => "http://127.0.0.1:1",
        _ => server.url(),
    };
    let mut builder = Client::builder()
        .api_key("sk-ant-golden")
        .base_url(url)
        .clock(notes.clone());
    if let Some(retries) = script.max_retries {
        builder = builder.max_retries(retries);
    }
    if let Some(timeout) = script.timeout {
        builder = builder.timeout(timeout).idle_timeout(timeout);
    }
    if let Some((name, value)) = script.header {
        builder = builder.default_header(name, value);
    }
    let client = builder.build()?;
    let question = MessageParam::new(MessageRole::User, "Hello");
    let request = CreateMessageRequest::new("claude-sonnet-4-5", 16_u64, [question]);
    match script.call {
        Call::Create | Call::Nowhere => client.messages().create(&request).await.map(drop),
        Call::Stream => {
            let mut events = client.messages().stream(&request).await?;
            while let Some(event) = events.next().await {
                event?;
            }
            Ok(())
        }
        Call::Get => client
            .models()
            .retrieve("claude-sonnet-4-5")
            .await
            .map(drop),
        Call::List => client.models().list().await.map(drop),
        Call::Delete => client.files().delete("file_1").await.map(drop),
    }
}

fn compare_waits(case: &Case, ours: &[Duration]) -> Result<(), String> {
    let ours: Vec<f64> = ours.iter().map(Duration::as_secs_f64).collect();
    let attempts = 0_u32..;
    let same = case.slept.len() == ours.len()
        && attempts
            .zip(case.slept.iter().zip(&ours))
            .all(|(attempt, (recorded, ours))| same_wait(case, attempt, *recorded, *ours));
    match same {
        true => Ok(()),
        false => Err(format!(
            "expected waits of {:?} s, found {ours:?}",
            case.slept
        )),
    }
}

/// Both are the wait a header asks for, or both are chosen by the clients themselves.
fn same_wait(case: &Case, attempt: u32, recorded: f64, ours: f64) -> bool {
    let longest = full_wait(attempt);
    let chosen = longest * 0.75..=longest;
    if chosen.contains(&recorded) {
        return chosen.contains(&ours);
    }
    // The recorded clock was somewhere within the second before the date.
    let slack = if case.setup.contains("HTTP date") {
        1.0
    } else {
        0.0005
    };
    (recorded - 0.0005..=recorded + slack).contains(&ours)
}

fn compare_outcome(case: &Case, ours: &Result<(), Error>) -> Result<(), String> {
    let same = match ours {
        Ok(()) => case.outcome == "ok",
        Err(_) if case.outcome != "error" => false,
        Err(Error::Api(error)) => {
            let status = case.message.strip_prefix("Error code: ");
            status.is_some_and(|status| status.starts_with(error.status().as_str()))
        }
        Err(Error::Timeout(_)) => case.error_class == "APITimeoutError",
        Err(Error::Transport(_)) => case.error_class == "APIConnectionError",
        Err(Error::Stream(error)) => match case.error_class.as_str() {
            "ReadTimeout" => error.cause() == StreamCause::IdleTimeout,
            _ => error.cause() == StreamCause::Transport,
        },
        Err(_) => false,
    };
    match same {
        true => Ok(()),
        false => Err(format!(
            "expected {} {} {:?}, found {ours:?}",
            case.outcome, case.error_class, case.message
        )),
    }
}

fn compare_requests(case: &Case, script: &Script, received: &[Received]) -> Result<(), String> {
    let Some(first) = received.first() else {
        return Ok(());
    };
    let same = received.iter().all(|request| request.body == first.body);
    if same != case.same_body_every_attempt {
        return Err(format!("the bodies are the same: {same}"));
    }
    let key = script.header.map(|(_, value)| value);
    let kept = received
        .iter()
        .all(|request| request.header("idempotency-key") == key);
    match kept {
        true => Ok(()),
        false => Err("an attempt has another idempotency-key".to_owned()),
    }
}

//! Sample replies: each decodes into the type it stands for, says the same when it is written out
//! again, and has nothing in it that our documents do not know. Streams run through the
//! accumulators, and errors become typed errors.

use std::fmt::Debug;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use claude_typed::claude_ai::{self, CompletionRequest, McpBootstrapEvent};
use claude_typed::platform::{self, CreateMessageRequest, MessageParam, MessageRole};
use claude_typed::streaming::StreamingError;
use claude_typed::{Error, streaming};
use futures::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use specwright_runtime::http::{HeaderMap, HeaderName, HeaderValue};
use specwright_runtime::webhook::Verifier;
use specwright_runtime::{ApiError, StreamCause};
use specwright_tests::data::{self, Report};
use specwright_tests::recorded::same;
use specwright_tests::socket::{Answer, Server};
use uuid::Uuid;

fn main() -> ExitCode {
    data::main("samples", "SAMPLES", "samples", run)
}

fn run(folder: &Path, report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for api in ["platform", "claude-ai"] {
        let entries = std::fs::read_dir(folder.join(api)).into_iter().flatten();
        let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut files: Vec<String> = files.collect();
        files.sort();
        for file in files {
            let name = format!("{api}/{file}");
            let bytes = std::fs::read(folder.join(&name)).expect("a sample");
            match runtime.block_on(check(&name, &bytes)) {
                Some(outcome) => report.case(&name, outcome),
                None => report.skip(&name, "it is not known what it stands for"),
            }
        }
    }
}

/// `None` when the name does not tell what the sample is.
async fn check(name: &str, bytes: &[u8]) -> Option<Result<(), String>> {
    let (api, file) = name.split_once('/')?;
    Some(match (api, file) {
        (_, file) if file.starts_with("error-") => check_error(file, bytes).await,
        ("platform", "webhook.json") => check_webhook(bytes),
        ("platform", file) if file.ends_with(".sse") => check_message(bytes).await,
        ("claude-ai", file) if file.starts_with("mcp-bootstrap") => check_bootstrap(bytes).await,
        ("claude-ai", file) if file.ends_with(".sse") => check_completion(bytes).await,
        _ => decoder(name)?(bytes),
    })
}

type Decoder = fn(&[u8]) -> Result<(), String>;

/// What the samples stand for, by how their names begin; the longer beginnings come first.
const REPLIES: [(&str, Decoder); 24] = [
    (
        "platform/batch-results",
        lines::<platform::MessageBatchIndividualResponse>,
    ),
    ("platform/batches-page", reply::<platform::MessageBatchPage>),
    ("platform/batch-", reply::<platform::MessageBatch>),
    ("platform/count-tokens", reply::<platform::TokenCount>),
    ("platform/files-page", reply::<platform::FilePage>),
    ("platform/file-", reply::<platform::FileMetadata>),
    ("platform/message-", reply::<platform::Message>),
    ("platform/models-page", reply::<platform::ModelPage>),
    ("platform/model-", reply::<platform::ModelInfo>),
    (
        "platform/skill-versions-page",
        reply::<platform::SkillVersionPage>,
    ),
    ("platform/skills-page", reply::<platform::SkillPage>),
    ("platform/skill", reply::<platform::Skill>),
    (
        "claude-ai/conversations-",
        reply::<claude_ai::ConversationList>,
    ),
    ("claude-ai/conversation-", reply::<claude_ai::Conversation>),
    ("claude-ai/experiences", reply::<claude_ai::ExperienceList>),
    (
        "claude-ai/feature-settings",
        reply::<claude_ai::FeatureSettings>,
    ),
    ("claude-ai/list-files", reply::<claude_ai::FileListing>),
    ("claude-ai/list-styles", reply::<claude_ai::StyleList>),
    (
        "claude-ai/notification-channel",
        reply::<claude_ai::NotificationChannel>,
    ),
    (
        "claude-ai/notification-preferences",
        reply::<claude_ai::NotificationPreferences>,
    ),
    (
        "claude-ai/payment-method",
        reply::<claude_ai::PaymentMethod>,
    ),
    (
        "claude-ai/prepaid-credits",
        reply::<claude_ai::PrepaidCredits>,
    ),
    ("claude-ai/projects", reply::<claude_ai::ProjectList>),
    ("claude-ai/skills-list", reply::<claude_ai::SkillList>),
];

fn decoder(name: &str) -> Option<Decoder> {
    let found = REPLIES.iter().find(|(start, _)| name.starts_with(start));
    found.map(|(_, decoder)| *decoder)
}

fn reply<T: DeserializeOwned + Serialize + Debug>(bytes: &[u8]) -> Result<(), String> {
    let decoded: T = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let sample: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    same("written out again", &sample, &json!(decoded))?;
    known(&decoded)
}

fn lines<T: DeserializeOwned + Serialize + Debug>(bytes: &[u8]) -> Result<(), String> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.trim_ascii().is_empty())
        .try_for_each(reply::<T>)
}

/// Fails when some union or enum in it has a member that our documents do not know.
fn known(decoded: &impl Debug) -> Result<(), String> {
    let text = format!("{decoded:?}");
    match text.find("Unknown(") {
        Some(at) => Err(format!(
            "{}…",
            text[at..].chars().take(80).collect::<String>()
        )),
        None => Ok(()),
    }
}

fn message_request() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Hello");
    CreateMessageRequest::new("claude-sonnet-5-5", 1024_u64, [question])
}

fn platform_client(server: &Server) -> platform::Client {
    let builder = platform::Client::builder().api_key("sk-ant-sample");
    let builder = builder.base_url(server.url()).max_retries(0);
    builder.build().expect("a client")
}

fn claude_ai_client(server: &Server) -> claude_ai::Client {
    let builder = claude_ai::Client::builder().session_key("sk-ant-sid01-sample");
    let builder = builder.organization(Uuid::from_u128(1).into());
    let builder = builder.base_url(server.url()).max_retries(0);
    builder.build().expect("a client")
}

/// The bytes in pieces that are aligned with nothing.
async fn serve(bytes: &[u8]) -> Server {
    Server::start([Answer::events(bytes.chunks(7))]).await
}

async fn check_message(bytes: &[u8]) -> Result<(), String> {
    let server = serve(bytes).await;
    let client = platform_client(&server);
    let stream = client.messages().stream_message(message_request()).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let said = Said::of(bytes);
    let result = stream.final_message().await;
    let text = match &result {
        Ok(message) => message.text(),
        Err(failure) => failure
            .partial()
            .map(platform::Message::text)
            .unwrap_or_default(),
    };
    said.compare(&text, result)
}

async fn check_completion(bytes: &[u8]) -> Result<(), String> {
    let server = serve(bytes).await;
    let conversations = claude_ai_client(&server).conversations();
    let request = CompletionRequest::new("Hello");
    let stream = conversations
        .stream_completion(Uuid::from_u128(2).into(), &request)
        .await;
    let stream = stream.map_err(|error| error.to_string())?;
    let said = Said::of(bytes);
    let result = stream.final_completion().await;
    let text = match &result {
        Ok(completion) => completion.text(),
        Err(failure) => failure
            .partial()
            .map(streaming::completion::Completion::text)
            .unwrap_or_default(),
    };
    if let (Ok(completion), true) = (&result, said.limit) {
        completion.limit.as_ref().ok_or("the limits are missing")?;
    }
    said.compare(&text, result)
}

/// What a stream says, read from its lines without any of our types.
struct Said {
    text: String,
    limit: bool,
    end: SaidEnd,
}

#[derive(Debug, PartialEq)]
enum SaidEnd {
    Complete,
    Error { kind: String, message: String },
    Early,
}

impl Said {
    fn of(bytes: &[u8]) -> Self {
        let sample = String::from_utf8_lossy(bytes);
        let lines = sample
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        let mut said = Self {
            text: String::new(),
            limit: false,
            end: SaidEnd::Early,
        };
        let mut stopped = false;
        for line in lines {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            let text = |place: &str| event.pointer(place).and_then(Value::as_str);
            for place in ["/delta/text", "/completion"] {
                said.text.push_str(text(place).unwrap_or_default());
            }
            stopped |= text("/delta/stop_reason").is_some();
            said.limit |= !event["message_limit"].is_null();
            match text("/type") {
                Some("error") => {
                    said.end = SaidEnd::Error {
                        kind: text("/error/type").unwrap_or_default().to_owned(),
                        message: text("/error/message").unwrap_or_default().to_owned(),
                    };
                }
                Some("message_stop") => said.end = SaidEnd::Complete,
                Some("message_limit") if stopped => said.end = SaidEnd::Complete,
                Some("completion") if text("/stop_reason").is_some() => {
                    said.end = SaidEnd::Complete;
                }
                _ => {}
            }
        }
        said
    }

    fn compare<M: Debug>(
        &self,
        text: &str,
        result: Result<M, StreamingError<M>>,
    ) -> Result<(), String> {
        if text != self.text {
            return Err(format!("expected the text {:?}, found {text:?}", self.text));
        }
        let end = match &result {
            Ok(_) => SaidEnd::Complete,
            Err(failure) => match failure.error() {
                Error::Stream(error) if error.cause() == StreamCause::ErrorEvent => {
                    SaidEnd::Error {
                        kind: error.kind().unwrap_or_default().to_owned(),
                        message: error.message().to_owned(),
                    }
                }
                Error::Stream(error) if error.cause() == StreamCause::Truncated => SaidEnd::Early,
                error => return Err(format!("another failure: {error:?}")),
            },
        };
        match end == self.end {
            true => Ok(()),
            false => Err(format!("expected {:?}, found {result:?}", self.end)),
        }
    }
}

async fn check_bootstrap(bytes: &[u8]) -> Result<(), String> {
    let server = serve(bytes).await;
    let stream = claude_ai_client(&server).mcp().bootstrap().await;
    let stream = stream.map_err(|error| error.to_string())?.into_inner();
    let events: Vec<McpBootstrapEvent> = stream
        .map_err(|error| error.to_string())
        .try_collect()
        .await?;
    let sent = bytes.windows(6).filter(|bytes| bytes == b"event:").count();
    if events.len() != sent {
        return Err(format!("expected {sent} events, found {}", events.len()));
    }
    known(&events)
}

/// An error as it is served: the status is in the name of the file, unless the sample has status,
/// headers and body.
async fn check_error(file: &str, bytes: &[u8]) -> Result<(), String> {
    let mut words = file.split(['-', '.']);
    let status: u16 = words
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or("no status")?;
    let Ok(sample) = serde_json::from_slice::<Value>(bytes) else {
        let page = Answer::new(status)
            .header("content-type", "text/html; charset=UTF-8")
            .header("cf-mitigated", "challenge");
        let error = refusal(page.body(bytes)).await?;
        return match error.is_challenge() && error.kind().is_none() && error.body() == bytes {
            true => Ok(()),
            false => Err(format!("not a challenge: {error:?}")),
        };
    };
    let body = match &sample["body"] {
        Value::Null => &sample,
        body => body,
    };
    let mut answer = Answer::json(status, body);
    for (name, value) in sample["headers"].as_object().into_iter().flatten() {
        answer = answer.header(name, value.as_str().unwrap_or_default());
    }
    let error = refusal(answer).await?;
    let text = |place: &str| body.pointer(place).and_then(Value::as_str);
    let expected = (
        status,
        text("/error/type"),
        text("/error/message"),
        text("/error/details/error_code"),
        text("/request_id").or(sample["headers"]["request-id"].as_str()),
    );
    let found = (
        error.status().as_u16(),
        error.kind(),
        Some(error.message()),
        error.error_code(),
        error.request_id(),
    );
    if expected != found {
        return Err(format!("expected {expected:?}, found {found:?}"));
    }
    reply::<platform::ErrorResponse>(body.to_string().as_bytes()).or(reply::<
        claude_ai::ErrorResponse,
    >(
        body.to_string().as_bytes()
    ))
}

async fn refusal(answer: Answer) -> Result<Box<ApiError>, String> {
    let server = Server::start([answer]).await;
    let client = platform_client(&server);
    match client.messages().create(message_request()).await {
        Err(Error::Api(error)) => Ok(error),
        other => Err(format!("not refused: {other:?}")),
    }
}

/// The signature is right, and is wrong for any other body.
fn check_webhook(bytes: &[u8]) -> Result<(), String> {
    let sample: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in sample["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        let value = HeaderValue::try_from(text(value)).map_err(|error| error.to_string())?;
        headers.insert(name, value);
    }
    let seconds = text(&sample["headers"]["webhook-timestamp"]).parse();
    let sent = Duration::from_secs(seconds.map_err(|_| "no time")?);
    let sent = SystemTime::UNIX_EPOCH + sent;
    let verifier =
        Verifier::new(&text(&sample["signing_key"])).map_err(|error| error.to_string())?;
    let body = text(&sample["raw_body"]);
    let verify = |body: &str| verifier.verify_at(&headers, body.as_bytes(), sent);
    verify(&body).map_err(|error| error.to_string())?;
    match verify(&body.replace("session", "Session")) {
        Ok(()) => Err("another body passes".to_owned()),
        Err(_) => Ok(()),
    }
}

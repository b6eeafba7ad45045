//! Secrets are sent, and appear nowhere else: not in `Debug` or `Display` of anything, not in an
//! error of any kind, a panic, a hook, a span or a log, even when the server sends them back.

mod faults;
mod output;

use std::time::Duration;

use claude_typed::claude_ai::{self, ChannelType, CompletionRequest, RegisterChannelRequest};
use claude_typed::platform::{self, CreateMessageRequest, MessageParam, MessageRole, Model};
use claude_typed::{connector, platform::Upload, platform::UploadFileRequest};
use specwright_runtime::retry::RetryPolicy;
use specwright_runtime::{Credential, Secret};
use specwright_tests::socket::{Answer, Received, Server};
use uuid::Uuid;

use output::{Output, Watch};

const API_KEY: &str = "sk-ant-api03-Hunter2-Platform-Key";
const TOKEN: &str = "sk-ant-oat01-Hunter2-Bearer-Token";
const SESSION: &str = "sk-ant-sid02-Hunter2-Session-Cookie";
const REGISTRATION: &str = "fcm:Hunter2-Registration-Token";

/// Makes every fault happen to some calls of a client that knows `secret`.
///
/// The calls get the base url, how long to wait, and where to put what can be seen.
async fn suffer(secret: &str, calls: impl AsyncFn(&str, Duration, &Output)) {
    output::listen();
    let (mut faults, mut failed) = (0, 0);
    for (name, answer, patience) in faults::all(secret) {
        let output = Output::default();
        let server = Server::start([answer]).await;
        calls(server.url(), patience, &output).await;
        let was_sent = |request: &Received| {
            let body = String::from_utf8_lossy(&request.body);
            let mut headers = request.headers.iter();
            body.contains(secret) || headers.any(|(_, value)| value.contains(secret))
        };
        assert!(
            server.received().iter().any(was_sent),
            "{name}: not even sent"
        );
        output.assert_without(secret, name);
        faults += 1;
        failed += usize::from(output.errors() > 0);
    }
    // Records and streams are content with some of the replies.
    assert!(failed * 4 > faults * 3, "{failed} of {faults} failed");
    output::assert_logs_without(secret);
}

macro_rules! settings {
    ($builder:expr, $url:expr, $patience:expr, $output:expr) => {
        $builder
            .base_url($url)
            .timeout($patience)
            .idle_timeout($patience)
            .max_retries(1)
            .retry_policy(at_once())
            .on_retry({
                let output = $output.clone();
                move |retry| output.value(retry.error)
            })
            .middleware(Watch($output.clone()))
    };
}

fn at_once() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.initial = Duration::ZERO;
    policy
}

fn question() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Hello");
    CreateMessageRequest::new(Model::ClaudeSonnet55, 16_u64, [question])
}

#[tokio::test]
async fn an_api_key() {
    suffer(API_KEY, async |url, patience, output| {
        let builder = settings!(platform::Client::builder(), url, patience, output);
        let builder = builder.api_key(API_KEY);
        output.value(&builder);
        let client = builder.build().unwrap();
        output.value(&client);
        output.value(&client.models());
        platform_calls(&client, output).await;
    })
    .await;
}

#[tokio::test]
async fn a_bearer_token() {
    suffer(TOKEN, async |url, patience, output| {
        let builder = settings!(platform::Client::builder(), url, patience, output);
        let builder = builder.auth_token(TOKEN);
        output.value(&builder);
        let client = builder.build().unwrap();
        output.value(&client);
        platform_calls(&client, output).await;
    })
    .await;
}

async fn platform_calls(client: &platform::Client, output: &Output) {
    let request = client.models().list().limit(2);
    output.value(&request);
    output.reply(request.await);
    let items = client.models().list().items();
    output.value(&items);
    output.stream(items).await;
    output.stream(client.models().list().pages()).await;
    output.reply(client.models().retrieve("m").await);
    output.reply(client.messages().create(question()).await);
    output
        .events(client.messages().stream(question()).await)
        .await;
    match client.messages().stream_message(question()).await {
        Err(error) => output.error(&error),
        Ok(stream) => {
            output.value(&stream);
            output.failure(stream.final_message().await);
        }
    }
    let results = client.messages().batches().results("b").await;
    output.events(results).await;
    let files = client.files();
    match files.download("f").await {
        Err(error) => output.error(&error),
        Ok(download) => {
            output.value(download.head());
            output.result(download.into_inner().collect().await);
        }
    }
    let upload = UploadFileRequest::new(Upload::text("x").file_name("x.txt"));
    output.reply(files.upload(upload).await);
}

#[tokio::test]
async fn a_session() {
    suffer(SESSION, async |url, patience, output| {
        let builder = settings!(claude_ai::Client::builder(), url, patience, output);
        let builder = builder
            .session_key(SESSION)
            .organization(Uuid::nil().into());
        output.value(&builder);
        let client = builder.build().unwrap();
        output.value(&client);
        let request = client.skills().list();
        output.value(&request);
        output.reply(request.await);
        output.reply(client.billing().prepaid_credits().await);
        output.stream(client.conversations().list().items()).await;
        let prompt = CompletionRequest::new("?");
        let conversations = client.conversations();
        let stream = conversations.completion(Uuid::nil().into(), &prompt).await;
        output.events(stream).await;
        match conversations
            .stream_completion(Uuid::nil().into(), &prompt)
            .await
        {
            Err(error) => output.error(&error),
            Ok(stream) => output.failure(stream.final_completion().await),
        }
        output.events(client.mcp().bootstrap().await).await;
    })
    .await;
}

/// A secret of the caller in a body.
#[tokio::test]
async fn a_registration_token() {
    suffer(REGISTRATION, async |url, patience, output| {
        let builder = settings!(claude_ai::Client::builder(), url, patience, output);
        let builder = builder
            .session_key(SESSION)
            .organization(Uuid::nil().into());
        let client = builder.build().unwrap();
        let body = RegisterChannelRequest::new(ChannelType::Fcm, REGISTRATION);
        output.value(&body);
        let request = client.notifications().register_channel(&body);
        output.value(&request);
        output.reply(request.await);
    })
    .await;
}

#[tokio::test]
async fn a_key_of_the_connector() {
    suffer(API_KEY, async |url, patience, output| {
        let builder = settings!(connector::Client::builder(), url, patience, output);
        let builder = builder.api_key(API_KEY);
        output.value(&builder);
        let client = builder.build().unwrap();
        output.value(&client);
        output.reply(client.messages().create("m", 1, "?").await);
        output.reply(client.models().list().await);
        output.stream(client.files().list().items()).await;
        output.reply(client.skills().delete("s").await);
    })
    .await;
}

/// What the server hands out is as secret as what the caller gives.
#[tokio::test]
async fn secrets_of_replies() {
    let channel = serde_json::json!({
        "uuid": Uuid::nil(), "registration_token": REGISTRATION, "status": "ACTIVE",
    });
    let organization = serde_json::json!([{"uuid": Uuid::nil(), "join_token": REGISTRATION}]);
    let output = Output::default();
    for body in [&channel, &organization] {
        let cookie = format!("sessionKey={SESSION}-2; Path=/");
        let answer = Answer::json(200, body);
        let server = Server::start([answer.header("set-cookie", &cookie)]).await;
        let client = claude_ai::Client::builder()
            .base_url(server.url())
            .session_key("first-session-key")
            .organization(Uuid::nil().into())
            .build()
            .unwrap();
        if body.is_array() {
            output.value(&client.organizations().list().await.unwrap());
        } else {
            let body = RegisterChannelRequest::new(ChannelType::Fcm, "other");
            let channel = client.notifications().register_channel(body).await.unwrap();
            let token = channel.registration_token.clone().unwrap();
            assert_eq!(token.expose(), REGISTRATION);
            output.value(&channel);
            output.text(token.to_string());
        }
        output.value(&client);
    }
    output.assert_without(REGISTRATION, "a reply");
    output.assert_without(SESSION, "a rotated cookie");
}

/// Settings that are refused are not quoted where they may be secret.
#[test]
fn settings_that_cannot_be() {
    output::listen();
    let newline = format!("{API_KEY}\n");
    let output = Output::default();
    let platform = || platform::Client::builder().api_key(API_KEY);
    for builder in [
        platform::Client::builder().api_key(newline.as_str()),
        platform::Client::builder().auth_token(newline.as_str()),
        platform().default_header("authorization", &newline),
        platform().proxy(format!("not a proxy {API_KEY}")),
        platform().base_url(format!("https://user:{API_KEY}@example.org")),
        platform().base_url(API_KEY),
        platform().base_url(format!("{API_KEY}:x")),
        platform().user_agent(&newline),
    ] {
        output.value(&builder);
        output.error(&builder.build().unwrap_err());
    }
    for session in [
        newline.as_str(),
        &format!("{API_KEY};"),
        &format!("\"{API_KEY}\""),
    ] {
        let builder = claude_ai::Client::builder().session_key(session);
        output.error(&builder.build().unwrap_err());
    }
    let client = platform().build().unwrap();
    output.value(&client.models().list().header("x-api-key", &newline));
    output.value(&Secret::from(API_KEY));
    output.value(&Credential::basic("user", API_KEY.into()));
    assert_eq!(output.errors(), 11);
    output.assert_without(API_KEY, "settings");
}

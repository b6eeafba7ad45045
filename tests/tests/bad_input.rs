//! What cannot be sent is refused before anything is sent, with a message that says what is wrong
//! and where.

use std::collections::BTreeMap;

use claude_typed::claude_ai::{self, CompletionRequest};
use claude_typed::platform::{
    self, CreateMessageRequest, CreateSkillVersionRequest, MessageParam, MessageRole, Model,
    Upload, UploadFileRequest,
};
use claude_typed::{Error, connector};
use futures::StreamExt;
use specwright_runtime::{QueryStyle, Request};
use specwright_tests::socket::{Answer, Server};
use uuid::Uuid;

#[track_caller]
fn assert_says(error: &Error, words: &[&str]) {
    let Error::InvalidRequest(invalid) = error else {
        panic!("another error: {error:?}");
    };
    for word in words {
        assert!(invalid.message().contains(word), "{error} lacks {word}");
    }
    assert!(!error.is_retryable());
    assert_eq!((error.status(), error.request_id()), (None, None));
}

/// A server that must not be asked.
struct Unasked(Server);

impl Unasked {
    async fn start() -> Self {
        Self(Server::start([Answer::json(200, &serde_json::json!({}))]).await)
    }

    fn platform(&self) -> platform::Client {
        let builder = platform::Client::builder().api_key("key");
        builder.base_url(self.0.url()).build().unwrap()
    }

    fn claude_ai(&self) -> claude_ai::Client {
        let builder = claude_ai::Client::builder().session_key("session");
        let builder = builder
            .organization(Uuid::nil().into())
            .base_url(self.0.url());
        builder.build().unwrap()
    }

    fn connector(&self) -> connector::Client {
        let builder = connector::Client::builder().api_key("key");
        builder.base_url(self.0.url()).build().unwrap()
    }

    #[track_caller]
    fn refuses<T>(&self, result: Result<T, Error>, words: &[&str]) {
        let Err(error) = result else {
            panic!("it was sent: {:?}", self.0.received());
        };
        assert_says(&error, words);
        assert_eq!(self.0.received(), []);
    }
}

fn question() -> CreateMessageRequest {
    let question = MessageParam::new(MessageRole::User, "Hello");
    CreateMessageRequest::new(Model::ClaudeSonnet55, 16_u64, [question])
}

#[test]
fn a_missing_credential_names_the_setters_and_the_variables() {
    let error = platform::Client::builder().build().unwrap_err();
    assert_says(
        &error,
        &[
            "`api_key(..)`",
            "ANTHROPIC_API_KEY",
            "`auth_token(..)`",
            "ANTHROPIC_AUTH_TOKEN",
        ],
    );
    let error = claude_ai::Client::builder().build().unwrap_err();
    assert_says(&error, &["`session_key(..)`", "CLAUDE_AI_SESSION_KEY"]);
    let error = connector::Client::builder().build().unwrap_err();
    assert_says(&error, &["`api_key(..)`", "ANTHROPIC_API_KEY"]);
}

#[test]
fn an_empty_credential_is_none() {
    for empty in ["", " ", "\t"] {
        let error = platform::Client::new(empty).unwrap_err();
        assert_says(&error, &["`x-api-key`", "empty"]);
        let error = platform::Client::builder().auth_token(empty).build();
        assert_says(&error.unwrap_err(), &["`bearer`", "empty"]);
        let error = claude_ai::Client::new(empty).unwrap_err();
        assert_says(&error, &["`sessionKey`", "empty"]);
        let error = connector::Client::new(empty).unwrap_err();
        assert_says(&error, &["`x-api-key`", "empty"]);
    }
    let error = claude_ai::Client::new("one; two=three").unwrap_err();
    assert_says(&error, &["`sessionKey`", "characters"]);
}

#[test]
fn a_base_url_is_a_url_of_the_web() {
    let of_platform = |url: &str| {
        platform::Client::builder()
            .api_key("k")
            .base_url(url)
            .build()
            .err()
    };
    let of_claude_ai = |url: &str| {
        claude_ai::Client::builder()
            .session_key("k")
            .base_url(url)
            .build()
            .err()
    };
    let of_connector = |url: &str| {
        connector::Client::builder()
            .api_key("k")
            .base_url(url)
            .build()
            .err()
    };
    for url in [
        "",
        "api.example.org",
        "/v1",
        "http://",
        "https://[::1",
        "http://example.org:99999",
        "ftp://example.org",
        "file:///etc/hosts",
        "data:text/plain,x",
        "https://user:password@example.org",
    ] {
        for error in [of_platform(url), of_claude_ai(url), of_connector(url)] {
            assert_says(
                &error.unwrap_or_else(|| panic!("{url} is taken")),
                &["base URL"],
            );
        }
    }
    for url in [
        "http://localhost",
        " https://example.org/a/b/ ",
        "http://[::1]:8080",
    ] {
        assert!(of_platform(url).is_none(), "{url}");
    }
}

#[test]
fn other_settings_that_cannot_be() {
    let builder = || platform::Client::builder().api_key("key");
    for (builder, words) in [
        (
            builder().default_header("x-team", "a\nb"),
            ["header", "`x-team`"],
        ),
        (
            builder().default_header("x team", "a"),
            ["header", "`x team`"],
        ),
        (builder().default_header("", "a"), ["header", "``"]),
        (
            builder().user_agent("a\r\nb: c"),
            ["header", "`user-agent`"],
        ),
        (
            builder().api_version("2023\n"),
            ["header", "`anthropic-version`"],
        ),
        (builder().proxy("not a url"), ["proxy", "URL"]),
        (builder().api_key("a\nb"), ["header", "`x-api-key`"]),
    ] {
        assert_says(&builder.build().unwrap_err(), &words);
    }
}

/// An id that is empty, `.` or `..` would make the path that of another operation: the list
/// instead of a row, or a deletion of more than one thing.
#[tokio::test]
async fn an_id_never_leads_to_another_operation() {
    let server = Unasked::start().await;
    let platform = server.platform();
    let (models, files, skills) = (platform.models(), platform.files(), platform.skills());
    let (batches, versions) = (platform.messages().batches(), skills.versions());
    for (id, what) in [("", "is empty"), (".", "is `.`"), ("..", "is `..`")] {
        server.refuses(models.retrieve(id).await, &["`model_id`", what]);
        server.refuses(files.retrieve(id).await, &["`file_id`", what]);
        server.refuses(files.delete(id).await, &["`file_id`", what]);
        server.refuses(files.download(id).await, &["`file_id`", what]);
        server.refuses(batches.retrieve(id).await, &["`message_batch_id`", what]);
        server.refuses(batches.delete(id).await, &["`message_batch_id`", what]);
        server.refuses(batches.cancel(id).await, &["`message_batch_id`", what]);
        server.refuses(batches.results(id).await, &["`message_batch_id`", what]);
        server.refuses(skills.retrieve(id).await, &["`skill_id`", what]);
        server.refuses(skills.delete(id).await, &["`skill_id`", what]);
        server.refuses(versions.list(id).await, &["`skill_id`", what]);
        let file = Upload::text("x").file_name("s/SKILL.md");
        let body = CreateSkillVersionRequest::new([file]);
        server.refuses(versions.create(id, body).await, &["`skill_id`", what]);
        server.refuses(versions.retrieve(id, "1").await, &["`skill_id`", what]);
        server.refuses(versions.retrieve("s", id).await, &["`version`", what]);
        server.refuses(versions.delete(id, "1").await, &["`skill_id`", what]);
        server.refuses(versions.delete("s", id).await, &["`version`", what]);

        let sync = server.claude_ai().sync();
        server.refuses(sync.ingestion_progress(id).await, &["`ingestion_id`", what]);

        let connector = server.connector();
        server.refuses(connector.models().read(id).await, &["`model_id`", what]);
        server.refuses(connector.files().read(id).await, &["`file_id`", what]);
        server.refuses(connector.files().delete(id).await, &["`file_id`", what]);
        server.refuses(connector.skills().read(id).await, &["`skill_id`", what]);
        server.refuses(connector.skills().delete(id).await, &["`skill_id`", what]);
        let batches = connector.message_batches();
        server.refuses(batches.read(id).await, &["`batch_id`", what]);
        server.refuses(batches.delete(id).await, &["`batch_id`", what]);
    }
}

/// Whatever else an id holds, it stays one segment of the path.
#[tokio::test]
async fn an_odd_id_stays_in_its_place() {
    for (id, sent) in [
        ("a/b", "a%2Fb"),
        ("../models", "..%2Fmodels"),
        ("..%2f", "..%252f"),
        ("%2e%2e", "%252e%252e"),
        ("?beta=true#x", "%3Fbeta%3Dtrue%23x"),
        ("\\..\\", "%5C..%5C"),
        (" ", "%20"),
        ("\n", "%0A"),
        ("...", "..."),
        ("é", "%C3%A9"),
    ] {
        let server = Server::start([Answer::new(404)]).await;
        let client = connector::Client::builder()
            .api_key("key")
            .base_url(server.url());
        let files = client.build().unwrap().files();
        assert!(files.delete(id).await.is_err());
        let received = server.received();
        assert_eq!(received[0].target, format!("/files/{sent}"), "{id:?}");
    }
}

#[tokio::test]
async fn a_call_without_an_organization_says_how_to_give_one() {
    let server = Unasked::start().await;
    let builder = claude_ai::Client::builder().session_key("session");
    let client = builder.base_url(server.0.url()).build().unwrap();
    let words = ["`org_uuid`", "`organization(..)`"];
    server.refuses(client.projects().list().await, &words);
    server.refuses(client.mcp().bootstrap().await, &words);
    let prompt = CompletionRequest::new("?");
    let completion = client
        .conversations()
        .completion(Uuid::nil().into(), prompt);
    server.refuses(completion.await, &words);
    let first = client.conversations().list().items().next().await.unwrap();
    server.refuses(first, &words);
}

#[tokio::test]
async fn a_header_has_one_line() {
    let server = Unasked::start().await;
    let client = server.platform();
    for value in ["a\nb", "a\r\nx-admin: 1", "a\0b", "\u{7f}"] {
        let request = client.models().list().header("x-trace", value);
        server.refuses(request.await, &["header", "`x-trace`"]);
        let request = client.models().list().workspace_id(value);
        server.refuses(request.await, &["header", "`anthropic-workspace-id`"]);
        let request = client.models().list().betas([value]);
        server.refuses(request.await, &["header", "`anthropic-beta`"]);
        let bound = client.with_api_version(value);
        server.refuses(
            bound.models().list().await,
            &["header", "`anthropic-version`"],
        );
        let bound = server.claude_ai().with_client_sha(value);
        server.refuses(
            bound.skills().list().await,
            &["header", "`anthropic-client-sha`"],
        );
    }
    for name in ["", "a b", "a:b", "a\nb", "ü"] {
        let request = client.models().list().header(name, "x");
        server.refuses(request.await, &["no header name"]);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_not_sent() {
    let server = Unasked::start().await;
    let messages = server.platform().messages();
    let no_object = BTreeMap::from([((1, 2), "keys of JSON are text")]);
    let create = || messages.create(question()).body_field("map", &no_object);
    server.refuses(
        create().await,
        &["body field `map`", "key must be a string"],
    );
    let stream = messages.stream(question()).body_field("map", &no_object);
    server.refuses(stream.await, &["body field `map`", "key must be a string"]);
    // The first fault counts, and is not mended by a good value after it.
    let twice = create().body_field("map", 1).header("x", "\n");
    server.refuses(twice.await, &["body field `map`"]);

    let client = server.platform();
    let raw = Request::<()>::new(client.inner(), &RAW);
    server.refuses(
        raw.clone().json_body(&no_object).await,
        &["the body cannot be serialised", "key must be a string"],
    );
    server.refuses(
        raw.clone().form_body(&no_object).await,
        &["the form body cannot be serialised"],
    );
    server.refuses(raw.clone().form_body(&[1]).await, &["form body", "object"]);
    server.refuses(
        raw.clone().json_body(&[1]).body_field("x", 1).await,
        &["body field", "not a JSON object"],
    );
    let query = raw.query_param("filter", QueryStyle::DeepObject, &no_object);
    server.refuses(
        query.await,
        &["query parameter `filter`", "key must be a string"],
    );
}

static RAW: specwright_runtime::Operation =
    specwright_runtime::Operation::new("raw", specwright_runtime::Method::Post, "/raw");

#[tokio::test]
async fn a_field_needs_a_body_to_be_in() {
    let server = Unasked::start().await;
    let client = server.platform();
    let words = ["body field", "not a JSON object"];
    server.refuses(client.models().list().body_field("x", 1).await, &words);
    let upload = UploadFileRequest::new(Upload::text("x").file_name("x.txt"));
    server.refuses(
        client.files().upload(upload).body_field("x", 1).await,
        &words,
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_uploaded() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.txt");
    let error = Upload::file(&missing).await.unwrap_err();
    assert_says(&error, &["cannot read", "missing.txt"]);
    let error = Upload::file(folder.path()).await.unwrap_err();
    assert_says(&error, &["cannot read", "directory"]);
}

/// Streams of pages and accumulated streams give the error once, and end.
#[tokio::test]
async fn streams_end_with_what_cannot_be_sent() {
    let server = Unasked::start().await;
    let client = server.platform();
    let mut items = client.models().list().header("x-trace", "\n").items();
    server.refuses(items.next().await.unwrap(), &["`x-trace`"]);
    assert!(items.next().await.is_none());
    let mut pages = client.models().list().workspace_id("\n").pages();
    server.refuses(pages.next().await.unwrap(), &["`anthropic-workspace-id`"]);
    assert!(pages.next().await.is_none());
    let bound = client.with_api_version("\n");
    let stream = bound.messages().stream_message(question()).await;
    server.refuses(stream, &["`anthropic-version`"]);
}

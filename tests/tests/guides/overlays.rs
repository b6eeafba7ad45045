//! The overlays over the documents that `CORPUS` names when the tests are compiled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use specwright::diagnostics::{Diagnostics, Severity};
use specwright::model::{Api, PageStyle};
use specwright::source::Sources;
use specwright::{Input, model};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod replicate {
    include!(concat!(env!("OUT_DIR"), "/replicate.rs"));
}

#[expect(dead_code, unused_imports, reason = "the tests do not use all of it")]
mod groq {
    include!(concat!(env!("OUT_DIR"), "/groq.rs"));
}

mod says_nothing {
    use super::{groq, replicate};

    include!(concat!(env!("OUT_DIR"), "/a-document-that-says-nothing.rs"));
}

/// What becomes of a document, with its overlay or as it is; and the warnings.
fn read(document: &str, overlaid: bool) -> (Api, Vec<String>) {
    let corpus = Path::new(env!("CORPUS_OF_GUIDES")).join(document);
    let name = Path::new(document).with_extension("yaml");
    let overlay = Path::new("../codegen/guides/overlays").join(name);
    let input = Input {
        overlays: overlaid
            .then_some(overlay)
            .into_iter()
            .collect::<Vec<PathBuf>>(),
        ..Input::file(corpus)
    };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let api = model(&input, &mut sources, &mut diagnostics);
    let warnings = diagnostics
        .iter()
        .filter(|it| it.severity != Severity::Note);
    let warnings = warnings.map(|it| format!("{} {}", it.code.id, it.message));
    (api.unwrap(), warnings.collect())
}

/// The methods of an API, by operation id: `models.versions.get`.
fn methods(api: &Api) -> BTreeMap<&str, String> {
    let method = |operation: &specwright::model::Operation| {
        format!("{}.{}", operation.resource.join("."), operation.name)
    };
    let operations = api.operations.iter();
    operations.map(|it| (it.id.as_str(), method(it))).collect()
}

/// The operations with page streams.
fn paged(api: &Api) -> Vec<&str> {
    let paged = |operation: &&specwright::model::Operation| {
        let pagination = operation.pagination.as_ref();
        pagination.is_some_and(|it| matches!(it.style, PageStyle::Url { .. }))
    };
    api.operations
        .iter()
        .filter(paged)
        .map(|it| it.id.as_str())
        .collect()
}

/// The methods that ask for streams.
fn streams(api: &Api) -> Vec<&str> {
    let streams = api.operations.iter().filter_map(|it| it.stream.as_ref());
    streams.map(|stream| stream.method.as_str()).collect()
}

#[test]
fn replicate_has_page_streams_and_resources_below_others() {
    let (plain, before) = read("replicate.json", false);
    let (api, after) = read("replicate.json", true);
    assert_eq!(before, after, "the overlay brings no warnings");
    assert!(paged(&plain).is_empty());
    let mut paged = paged(&api);
    paged.sort_unstable();
    let lists = [
        "collections.list",
        "deployments.list",
        "files.list",
        "models.examples.list",
        "models.list",
        "predictions.list",
        "trainings.list",
    ];
    assert_eq!(paged, lists);
    assert_eq!(
        methods(&plain)["models.versions.get"],
        "models.versions_get"
    );
    let methods = methods(&api);
    for id in [
        "models.versions.list",
        "models.versions.get",
        "models.versions.delete",
    ] {
        assert_eq!(methods[id], id);
    }
}

#[test]
fn groq_has_an_event_stream() {
    let (plain, before) = read("groq.yaml", false);
    let (api, after) = read("groq.yaml", true);
    assert_eq!(before, after, "the overlay brings no warnings");
    assert_eq!((streams(&plain).len(), streams(&api)), (0, vec!["stream"]));
    assert_eq!(
        methods(&api)["createChatCompletion"],
        "chat.completions.create"
    );
}

#[test]
fn ollama_has_a_resource_of_models() {
    let (plain, before) = read("ollama.yaml", false);
    let (api, after) = read("ollama.yaml", true);
    assert_eq!(before, after, "the overlay brings no warnings");
    let of_models = |api| {
        let methods = methods(api).into_values().collect::<Vec<_>>();
        methods
            .into_iter()
            .filter(|it| it.starts_with("models."))
            .count()
    };
    assert_eq!((of_models(&plain), of_models(&api)), (0, 8));
    assert_eq!(methods(&api)["ps"], "models.running");
    assert!(
        streams(&api).contains(&"pull_progress"),
        "{:?}",
        streams(&api)
    );
    let names: Vec<&str> = api
        .types
        .ids()
        .map(|id| api.types.get(id).name.as_str())
        .collect();
    assert!(names.contains(&"RunningModel"), "{names:?}");
}

#[tokio::test]
async fn the_code_about_pages_works() {
    let server = MockServer::start().await;
    let base = server.uri();
    let prediction = |id: &str, error: serde_json::Value| {
        json!({
            "id": id, "error": error, "created_at": "2026-01-01T00:00:00Z", "data_removed": false,
            "input": {}, "model": "m", "status": "failed", "version": "v", "output": null, "urls": {
                "cancel": "https://x.example", "get": "https://x.example", "web": "https://x.example"
            }
        })
    };
    let answer = move |request: &Request| {
        let second = request.url.query().is_some();
        let next = (!second).then(|| format!("{base}/predictions?cursor=2"));
        let results = match second {
            false => vec![prediction("a", json!(null)), prediction("b", json!("boom"))],
            true => vec![prediction("c", json!("boom"))],
        };
        ResponseTemplate::new(200).set_body_json(json!({ "next": next, "results": results }))
    };
    Mock::given(path("/predictions"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let version = json!({ "id": "v1", "created_at": "2026-01-01T00:00:00Z" });
    Mock::given(path("/models/stability-ai/sdxl/versions/v1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(version))
        .mount(&server)
        .await;
    let client = replicate::Client::builder()
        .base_url(server.uri())
        .bearer_auth("secret");
    let client = client.build().unwrap();
    let failed = says_nothing::failed(&client).await.unwrap();
    let failed: Vec<&str> = failed
        .iter()
        .map(|prediction| prediction.id.as_str())
        .collect();
    assert_eq!(failed, ["b", "c"]);
    assert!(says_nothing::exists(&client, "v1").await.unwrap());
}

#[tokio::test]
async fn the_code_about_streams_works() {
    let server = MockServer::start().await;
    let chunk = |text: &str| {
        let chunk = json!({
            "id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk",
            "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }]
        });
        format!("data: {chunk}\n\n")
    };
    let events = format!("{}{}data: [DONE]\n\n", chunk("Michael "), chunk("Ende"));
    let answer = move |request: &Request| {
        let body: serde_json::Value = request.body_json().unwrap();
        let status = if body["stream"] == json!(true) {
            200
        } else {
            400
        };
        ResponseTemplate::new(status).set_body_raw(events.clone(), "text/event-stream")
    };
    Mock::given(path("/openai/v1/chat/completions"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let client = groq::Client::builder()
        .base_url(server.uri())
        .api_key("secret");
    let answer = says_nothing::answer(&client.build().unwrap()).await;
    assert_eq!(answer.unwrap(), "Michael Ende");
}

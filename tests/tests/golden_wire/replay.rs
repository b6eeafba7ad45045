//! The recorded calls, made with our client.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use claude_typed::Error;
use claude_typed::platform::{
    Client, CountTokensRequest, CreateMessageBatchRequest, CreateMessageRequest,
    CreateSkillRequest, CreateSkillVersionRequest, Upload, UploadFileRequest,
};
use futures::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use specwright_runtime::{ByteStream, Method, Operation, Request, format};

use crate::record::{Call, Record};

/// Arguments that are no part of the body.
const ASIDE: [&str; 4] = ["betas", "extra_headers", "extra_query", "extra_body"];

/// There is no such operation without beta, so our document has none: it is made as a user makes a
/// request of their own.
static DOWNLOAD: Operation = Operation::new(
    "downloadSkillVersion",
    Method::Get,
    "/v1/skills/{skill_id}/versions/{version}/content",
)
.accept("application/binary");

/// What came of a call.
pub(crate) type Outcome = Result<Value, Error>;

/// Adds what any call may have to a request, whatever its type.
macro_rules! refined {
    ($call:expr, $request:expr) => {{
        let call = $call;
        let mut request = $request;
        let betas = call.strings("betas");
        if !betas.is_empty() {
            request = request.betas(betas);
        }
        for (name, value) in call.pairs("extra_headers") {
            request = request.header(name, value);
        }
        for (name, value) in call.pairs("extra_query") {
            request = request.query(name, value);
        }
        for (name, value) in call.object("extra_body") {
            request = request.body_field(name, value);
        }
        request
    }};
}

/// Sets the parameters of a list that were given.
macro_rules! with_params {
    ($call:expr, $request:expr, $($text:ident),*) => {{
        let call = $call;
        let mut request = refined!(call, $request);
        if let Some(limit) = call.arguments.get("limit").and_then(Value::as_u64) {
            request = request.limit(limit as u32);
        }
        $(if let Some(value) = call.text(stringify!($text)) {
            request = request.$text(value);
        })*
        request
    }};
}

/// Makes the call.
///
/// # Errors
/// The call cannot be made with our client.
pub(crate) async fn replay(record: &Record, url: &str) -> Result<Outcome, String> {
    let client = client(&record.call, url)?;
    let call = &record.call;
    let (files, models) = (client.files(), client.models());
    let (skills, messages) = (client.skills(), client.messages());
    let (versions, batches) = (skills.versions(), messages.batches());

    macro_rules! reply {
        ($request:expr) => {
            refined!(call, $request)
                .await
                .map(|reply| json!(reply.into_inner()))
        };
    }
    // All items where the record has them, else the page.
    macro_rules! listed {
        ($request:expr) => {
            match record.parsed.get("items") {
                Some(_) => {
                    let items: Result<Vec<_>, Error> = $request.items().try_collect().await;
                    items.map(|items| json!({ "items": items }))
                }
                None => $request.await.map(|page| json!({ "page": page.into_inner() })),
            }
        };
    }
    Ok(match record.operation() {
        "messages.create" => {
            let body: CreateMessageRequest = call.body()?;
            reply!(messages.create(&body))
        }
        "messages.stream" => {
            let body: CreateMessageRequest = call.body()?;
            final_message(refined!(call, messages.stream(&body)).await).await
        }
        "messages.count_tokens" => {
            reply!(messages.count_tokens(call.body::<CountTokensRequest>()?))
        }
        "messages.batches.create" => {
            reply!(batches.create(call.body::<CreateMessageBatchRequest>()?))
        }
        "messages.batches.list" => {
            listed!(with_params!(call, batches.list(), before_id, after_id))
        }
        "messages.batches.retrieve" => reply!(batches.retrieve(call.id("message_batch_id")?)),
        "messages.batches.cancel" => reply!(batches.cancel(call.id("message_batch_id")?)),
        "messages.batches.delete" => reply!(batches.delete(call.id("message_batch_id")?)),
        "messages.batches.results" => {
            let request = refined!(call, batches.results(call.id("message_batch_id")?));
            match request.await {
                Ok(lines) => {
                    let items: Result<Vec<_>, Error> = lines.into_inner().try_collect().await;
                    items.map(|items| json!({ "items": items }))
                }
                Err(error) => Err(error),
            }
        }
        "models.list" => {
            let mut request = with_params!(call, models.list(), before_id, after_id);
            let lifecycle = call.strings("lifecycle");
            if !lifecycle.is_empty() {
                request = request.lifecycle(lifecycle);
            }
            listed!(request)
        }
        "models.retrieve" => reply!(models.retrieve(call.id("model_id")?)),
        "files.upload" => {
            let mut body = UploadFileRequest::new(upload(&call.arguments["file"])?);
            if let Some(seconds) = call.arguments.get("expires_in_seconds") {
                body = body.expires_in_seconds(seconds.as_u64().ok_or("no seconds")? as u32);
            }
            reply!(files.upload(body))
        }
        "files.list" => {
            let mut request = with_params!(call, files.list(), page);
            let ids = call.strings("ids");
            if !ids.is_empty() {
                request = request.ids(ids);
            }
            listed!(request)
        }
        "files.retrieve_metadata" => reply!(files.retrieve(call.id("file_id")?)),
        "files.delete" => reply!(files.delete(call.id("file_id")?)),
        "files.download" => match refined!(call, files.download(call.id("file_id")?)).await {
            Ok(content) => bytes(content.into_inner()).await,
            Err(error) => Err(error),
        },
        "skills.create" => {
            let mut body = CreateSkillRequest::new(uploads(call)?);
            let name = call.text("display_name").or(call.text("display_title"));
            if let Some(name) = name {
                body = body.display_name(name);
            }
            reply!(skills.create(body))
        }
        "skills.list" => {
            let mut request = with_params!(call, skills.list(), page);
            if let Some(source) = call.text("source") {
                request = request.source(source.as_str());
            }
            listed!(request)
        }
        "skills.retrieve" => reply!(skills.retrieve(call.id("skill_id")?)),
        "skills.delete" => reply!(skills.delete(call.id("skill_id")?)),
        "skills.versions.create" => {
            let body = CreateSkillVersionRequest::new(uploads(call)?);
            reply!(versions.create(call.id("skill_id")?, body))
        }
        "skills.versions.list" => {
            listed!(with_params!(
                call,
                versions.list(call.id("skill_id")?),
                page
            ))
        }
        "skills.versions.retrieve" => {
            reply!(versions.retrieve(call.id("skill_id")?, call.id("version")?))
        }
        "skills.versions.delete" => {
            reply!(versions.delete(call.id("skill_id")?, call.id("version")?))
        }
        "skills.versions.download" => {
            let request = Request::<ByteStream, format::Download>::new(client.inner(), &DOWNLOAD)
                .path_param("skill_id", call.id("skill_id")?)
                .path_param("version", call.id("version")?);
            match request.await {
                Ok(content) => bytes(content.into_inner()).await,
                Err(error) => Err(error),
            }
        }
        operation => return Err(format!("{operation} is not one of our operations")),
    })
}

fn client(call: &Call, url: &str) -> Result<Client, String> {
    let settings = &call.client;
    let mut builder = Client::builder().base_url(format!("{url}{}", settings.base_url_suffix));
    if let Some(key) = &settings.api_key {
        builder = builder.api_key(key.as_str());
    }
    if let Some(token) = &settings.auth_token {
        builder = builder.auth_token(token.as_str());
    }
    if let Some(retries) = settings.max_retries {
        builder = builder.max_retries(retries);
    }
    for (name, value) in &settings.default_headers {
        builder = builder.default_header(name, value);
    }
    for (name, value) in &settings.default_query {
        builder = builder.default_query(name, value);
    }
    builder
        .build()
        .map_err(|error| format!("no client: {error}"))
}

type Events = claude_typed::platform::EventStream<claude_typed::platform::MessageStreamEvent>;

async fn final_message(stream: Result<claude_typed::platform::Response<Events>, Error>) -> Outcome {
    let stream = claude_typed::streaming::MessageStream::from(stream?);
    let message = stream.final_message().await?;
    Ok(json!({ "final": message }))
}

async fn bytes(content: ByteStream) -> Outcome {
    let content: Vec<bytes::Bytes> = content.try_collect().await?;
    Ok(json!({ "bytes_base64": BASE64_STANDARD.encode(content.concat()) }))
}

fn uploads(call: &Call) -> Result<Vec<Upload>, String> {
    let files = call.arguments.get("files").and_then(Value::as_array);
    files.into_iter().flatten().map(upload).collect()
}

/// `{"$file": {filename, text | base64, content_type}}`
fn upload(argument: &Value) -> Result<Upload, String> {
    let file = argument.get("$file").ok_or("no file")?;
    let text = |key: &str| file.get(key).and_then(Value::as_str);
    let content = match (text("text"), text("base64")) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(text)) => BASE64_STANDARD
            .decode(text)
            .map_err(|error| error.to_string())?,
        (None, None) => return Err("a file without content".to_owned()),
    };
    let mut upload = Upload::bytes(content);
    if let Some(name) = text("filename") {
        upload = upload.file_name(name);
    }
    if let Some(kind) = text("content_type") {
        upload = upload.content_type(kind);
    }
    Ok(upload)
}

impl Call {
    /// The arguments as the body of the request.
    fn body<T: DeserializeOwned>(&self) -> Result<T, String> {
        let mut body = self.arguments.clone();
        body.retain(|name, _| !ASIDE.contains(&name.as_str()));
        serde_json::from_value(Value::Object(body))
            .map_err(|error| format!("the arguments are no body: {error}"))
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.arguments.get(name)?.as_str()?.to_owned())
    }

    fn id(&self, name: &str) -> Result<String, String> {
        self.text(name).ok_or_else(|| format!("no argument {name}"))
    }

    pub(crate) fn strings(&self, name: &str) -> Vec<String> {
        let strings = self.arguments.get(name).and_then(Value::as_array);
        let strings = strings.into_iter().flatten().filter_map(Value::as_str);
        strings.map(str::to_owned).collect()
    }

    fn object(&self, name: &str) -> Map<String, Value> {
        let object = self.arguments.get(name).and_then(Value::as_object);
        object.cloned().unwrap_or_default()
    }

    fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let object = self.object(name).into_iter();
        object
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                value => (name, value.to_string()),
            })
            .collect()
    }
}

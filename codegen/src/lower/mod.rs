//! Lowers an API to a plain OpenAPI 3.0 document that progenitor 0.15 generates a client from.
//!
//! progenitor reads a narrow part of OpenAPI 3.0: it panics on some documents and emits code that
//! does not compile from others. What it cannot express is left out here, and named with the
//! reason, so that the rest of any document can be used with it.

mod names;
mod operations;
mod parameters;
mod responses;
mod schemas;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::model::{Api, CredentialKind};
use names::Names;
use schemas::Schemas;

/// A lowered API.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// An OpenAPI 3.0.3 document.
    pub document: Value,
    /// What the document does not express, in the order of operations and then types.
    pub left_out: Vec<LeftOut>,
}

/// A part of an API that its lowered document does not express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What it belongs to: the id of an operation in the lowered document, or the name of a type.
    pub subject: String,
    /// The part.
    pub part: String,
    /// Why it is not there, or what stands in its place.
    pub reason: String,
}

/// Lowers a normalized API.
///
/// Operation ids are made of resource and method (`messages_batches_create`). Client parameters are
/// ordinary parameters of each operation; open enums are plain strings, so that values added later
/// pass; unions are free JSON.
///
/// ```
/// use specwright::{diagnostics::Diagnostics, lower::lower, normalize, openapi, source::Sources};
///
/// let text = "
/// openapi: 3.1.0
/// info: { title: Weather, version: '1' }
/// paths:
///   /stations:
///     get: { tags: [stations], responses: { '204': { description: None } } }
/// ";
/// let mut diagnostics = Diagnostics::default();
/// let sources = Sources::from_text("weather.yaml", text.into(), &mut diagnostics).unwrap();
/// let mut api = openapi::read(&sources, &mut diagnostics).unwrap();
/// normalize::run(&mut api, &mut diagnostics);
/// let lowered = lower(&api);
/// assert_eq!(lowered.document["openapi"], "3.0.3");
/// assert_eq!(lowered.document["paths"]["/stations"]["get"]["operationId"], "stations_list");
/// assert!(lowered.left_out.is_empty());
/// ```
pub fn lower(api: &Api) -> Lowered {
    let mut left_out = Vec::new();
    let schemas = Schemas::new(api);
    let paths = operations::paths(api, &schemas, &mut left_out);
    let components = schemas.components(&mut left_out);
    let mut document = Map::new();
    document.insert("openapi".into(), "3.0.3".into());
    document.insert("info".into(), info(api));
    if let Some(url) = &api.base_url {
        document.insert("servers".into(), json!([{ "url": url }]));
    }
    let (schemes, security) = security(api);
    document.insert("paths".into(), paths);
    document.insert(
        "components".into(),
        json!({ "schemas": components, "securitySchemes": schemes }),
    );
    document.insert("security".into(), security);
    Lowered {
        document: Value::Object(document),
        left_out,
    }
}

fn info(api: &Api) -> Value {
    // The version becomes a header of every request, and a bad header value is a panic there.
    let version: String = api.version.chars().filter(char::is_ascii_graphic).collect();
    let mut info = Map::new();
    info.insert("title".into(), api.title.as_str().into());
    info.insert(
        "version".into(),
        if version.is_empty() {
            "0".into()
        } else {
            version.into()
        },
    );
    describe(&mut info, api.description.as_deref());
    Value::Object(info)
}

/// The ways to authenticate, and that any one of them does. progenitor reads neither; its user sets
/// the headers on the HTTP client.
fn security(api: &Api) -> (Value, Value) {
    let mut names = Names::default();
    let (mut schemes, mut security) = (Map::new(), Vec::new());
    for credential in &api.credentials {
        let key = |place: &str, name: &str| json!({ "type": "apiKey", "in": place, "name": name });
        let scheme = match &credential.kind {
            CredentialKind::Header { name, .. } => key("header", name),
            CredentialKind::Query(name) => key("query", name),
            CredentialKind::Cookie(name) => key("cookie", name),
            CredentialKind::Bearer => json!({ "type": "http", "scheme": "bearer" }),
            CredentialKind::Basic { .. } => json!({ "type": "http", "scheme": "basic" }),
        };
        let name = names.unique(&credential.name);
        security.push(json!({ name.as_str(): [] }));
        schemes.insert(name, scheme);
    }
    (Value::Object(schemes), Value::Array(security))
}

/// Adds a description, if there is one.
fn describe(object: &mut Map<String, Value>, description: Option<&str>) {
    if let Some(description) = description {
        object.insert("description".into(), description.into());
    }
}

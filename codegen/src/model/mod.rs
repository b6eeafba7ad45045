//! The model every document becomes: plain data, no serde, no tokens.
//!
//! Front ends ([`openapi`](crate::openapi), [`connector`](crate::connector)) fill it as the
//! document says; the passes of [`normalize`](crate::normalize) bring it into the form that
//! [`emit`](crate::emit) turns into Rust without a decision left to make.

mod features;
mod operation;
mod sample;
mod template;
mod types;
mod visit;

pub use features::*;
pub use operation::*;
pub use template::*;
pub use types::*;

use crate::origin::Origin;

/// One API: what one SDK module is made from.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// Title of the document.
    pub title: String,
    /// Version of the document.
    pub version: String,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Base url requests go to when the caller gives none.
    pub base_url: Option<String>,
    /// Environment variable that overrides the base url.
    pub base_url_env: Option<String>,
    /// Environment variable with headers for every request, one `Name: value` a line.
    pub headers_env: Option<String>,
    /// Ways to authenticate; a client needs one of them if any operation is authenticated.
    pub credentials: Vec<Credential>,
    /// Parameters bound once per client: scopes, versions, device ids.
    pub client_parameters: Vec<ClientParameter>,
    /// Headers sent with every request, fixed by the document.
    pub headers: Vec<(String, String)>,
    /// Resources, in the document's order; [`normalize`](crate::normalize) sorts them into a tree.
    pub resources: Vec<Resource>,
    /// Every operation, in the document's order.
    pub operations: Vec<Operation>,
    /// Every named or inline type.
    pub types: Types,
    /// Events the service sends to a webhook of the caller.
    pub webhooks: Vec<Webhook>,
    /// Its cargo features; `None` when its users compile all of it.
    pub features: Option<Features>,
}

/// A group of operations: one client struct.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Path of snake_case names from the client, `["messages", "batches"]`.
    pub path: Vec<String>,
    /// Rust name of its client struct, set by the names pass; empty before.
    pub type_name: String,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document introduces it.
    pub origin: Origin,
}

impl Resource {
    /// Name of the method that leads to this resource from its parent.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// A way to authenticate.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Name of the builder's setter, snake_case.
    pub name: String,
    /// How it is put on a request.
    pub kind: CredentialKind,
    /// Environment variable it is read from.
    pub env: Option<String>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

/// How a credential is put on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// The value of a header; `prefix` and `suffix` surround it (`Token {{key}}`).
    Header {
        /// Header name.
        name: String,
        /// Text before the secret.
        prefix: String,
        /// Text after the secret.
        suffix: String,
    },
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
    /// `Authorization: Bearer …`.
    Bearer,
    /// `Authorization: Basic …`; the setter takes user and password. A document may fix either.
    Basic {
        /// User name, when the document fixes it.
        user: Option<String>,
        /// Password, when the document fixes it.
        password: Option<String>,
    },
}

/// A parameter bound once per client.
#[derive(Clone, Debug)]
pub struct ClientParameter {
    /// Name on the wire: header name, or the name in path templates.
    pub wire: String,
    /// Name of the setter, snake_case.
    pub name: String,
    /// Path or header.
    pub location: Location,
    /// Type of the value.
    pub ty: TypeRef,
    /// Value sent when the caller gives none.
    pub default: Option<String>,
    /// A version 4 uuid is made for each client when the caller gives none.
    pub generated_uuid: bool,
    /// Environment variable it is read from.
    pub env: Option<String>,
    /// Whether a client cannot be built without it.
    pub required: bool,
    /// Whether the value is a secret.
    pub secret: bool,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

/// An event the service sends to a webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Event name, `messages.created`.
    pub event: String,
    /// Path it is sent to, if the document says one.
    pub path: Option<String>,
    /// Type of the payload.
    pub payload: TypeRef,
    /// Handle of its resource in the document (connectors).
    pub resource: Option<String>,
    /// Name of the variant in the event enum, set by the names pass.
    pub variant: String,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

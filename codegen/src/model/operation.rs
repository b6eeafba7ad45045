//! Operations: what a caller can do, and what comes back.

use serde_json::Value;

use super::{Part, Selector, Template, TypeRef};
use crate::origin::Origin;

/// One call.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Operation id: the document's, or derived when it has none.
    pub id: String,
    /// Path of the resource it belongs to, snake_case.
    pub resource: Vec<String>,
    /// Rust method name, snake_case.
    pub name: String,
    /// Rust name of the request struct, when it needs one; set by the names pass.
    pub request_name: String,
    /// HTTP method.
    pub method: HttpMethod,
    /// Path template with `{name}` for path parameters.
    pub path: String,
    /// One line.
    pub summary: Option<String>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Its parameters, in the document's order; those bound by the client are not here.
    pub parameters: Vec<Parameter>,
    /// Its body.
    pub body: Option<Body>,
    /// What comes back.
    pub outcomes: Outcomes,
    /// How its result is paged.
    pub pagination: Option<Pagination>,
    /// A second method that asks for a stream instead.
    pub stream: Option<StreamSwitch>,
    /// Requests the service makes in turn, to addresses the caller gave.
    pub callbacks: Vec<Callback>,
    /// How long it usually takes.
    pub latency: Option<Latency>,
    /// Whether credentials are sent.
    pub authenticated: bool,
    /// Whether it is never repeated by itself.
    pub never_retry: bool,
    /// Its event stream can be opened again with `last-event-id`.
    pub reconnects: bool,
    /// Whether the body has a hand-written method `check`, which is asked before it is sent.
    pub check_body: bool,
    /// Where else it is served.
    pub routes: Vec<Route>,
    /// What an automation sees in it (connectors); one with this is listed as data and can be
    /// called by name.
    pub automation: Option<Automation>,
    /// The function, as a Rust path, that checks its requests before they are sent.
    pub check: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

impl Operation {
    /// Parameters a caller must give, as arguments, in order.
    pub fn required_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(|parameter| parameter.required)
    }

    /// Parameters a caller may give, as setters, in order.
    pub fn optional_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(|parameter| !parameter.required)
    }
}

/// A request that the service makes in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// Its name in the document.
    pub name: String,
    /// HTTP method.
    pub method: HttpMethod,
    /// Where it goes: an expression over the call, `{$request.body#/callback_url}`.
    pub address: String,
    /// Type of its body, if it has one.
    pub payload: Option<TypeRef>,
    /// Description, Markdown.
    pub description: Option<String>,
}

/// Another method and path of an operation, which some deployments serve it at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Name of it, snake_case.
    pub name: String,
    /// HTTP method.
    pub method: HttpMethod,
    /// Path template, with parameters that the operation has.
    pub path: String,
    /// Description, Markdown.
    pub description: Option<String>,
}

/// What an automation sees in an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automation {
    /// What it is for.
    pub kind: AutomationKind,
    /// Handle of its resource in the document.
    pub resource: String,
}

/// What an operation of an automation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutomationKind {
    /// It does something.
    Action,
    /// It looks something up.
    Query,
}

/// HTTP methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum HttpMethod {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
}

impl HttpMethod {
    /// The method of this name, in whichever case.
    pub fn named(name: &str) -> Option<Self> {
        const ALL: [HttpMethod; 8] = [
            HttpMethod::Get,
            HttpMethod::Put,
            HttpMethod::Post,
            HttpMethod::Delete,
            HttpMethod::Options,
            HttpMethod::Head,
            HttpMethod::Patch,
            HttpMethod::Trace,
        ];
        let mut all = ALL.into_iter();
        all.find(|method| method.as_str().eq_ignore_ascii_case(name))
    }

    /// `GET`, `PUT`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Name on the wire.
    pub wire: String,
    /// Rust name (no `r#`), set by the names pass; before, a hint (`x-specwright-name`) or empty.
    pub name: String,
    /// Name of the input of an automation it is (connectors); `None` when it is none.
    pub input: Option<String>,
    /// Where it goes.
    pub location: Location,
    /// How it is written.
    pub style: Style,
    /// Its type.
    pub ty: TypeRef,
    /// Whether a caller must give it.
    pub required: bool,
    /// Default the document states; for connectors it is sent when the caller gives none.
    pub default: Option<Value>,
    /// Whether the default is sent by the client rather than assumed by the server.
    pub send_default: bool,
    /// Whether the body template holds the value as well (connectors).
    pub in_body: bool,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Limits worth a line in the docs.
    pub constraints: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Where the document says it.
    pub origin: Origin,
}

impl Parameter {
    /// Whether a body is built from it.
    pub fn is_in_body(&self) -> bool {
        self.in_body || self.location == Location::Body
    }
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Into the path template.
    Path,
    /// Into the query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// Into the body template or a part of the form (connectors).
    Body,
}

/// How a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Comma-joined in path and headers.
    Simple,
    /// `name=a,b`.
    Form,
    /// `name=a&name=b`, objects as `key=value` pairs.
    FormExplode,
    /// `name=a%20b`.
    SpaceDelimited,
    /// `name=a|b`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
    /// One JSON text (`content: application/json`).
    Json,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether a caller must give it.
    pub required: bool,
    /// The forms it can be sent in, best first: the first is the plain method, each other a
    /// method variant.
    pub forms: Vec<BodyForm>,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Where the document says it.
    pub origin: Origin,
}

/// A form of a body.
#[derive(Clone, Debug)]
pub struct BodyForm {
    /// Media type as sent.
    pub media_type: String,
    /// What is sent.
    pub content: BodyContent,
    /// Examples in the document.
    pub examples: Vec<Value>,
}

/// What a body is made from.
#[derive(Clone, Debug)]
pub enum BodyContent {
    /// JSON of this type.
    Json(TypeRef),
    /// `application/x-www-form-urlencoded` of this type.
    Form(TypeRef),
    /// Multipart; the type is an object whose fields are the parts: binary fields are file parts,
    /// lists are repeated parts, other objects JSON parts.
    Multipart(TypeRef),
    /// Text.
    Text,
    /// Raw bytes.
    Bytes,
    /// JSON built from a template and the operation's body parameters (connectors).
    Template(Template),
    /// Multipart of these parts, built from the operation's body parameters (connectors).
    Parts(Vec<Part>),
}

/// What comes back.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// Success by status, in the document's order.
    pub success: Vec<Outcome>,
    /// Errors by status.
    pub errors: Vec<Outcome>,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The statuses it stands for.
    pub status: StatusRange,
    /// What the body is.
    pub payload: Payload,
    /// Description, Markdown.
    pub description: Option<String>,
    /// Examples of the body in the document.
    pub examples: Vec<Value>,
}

/// Statuses an outcome stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusRange {
    /// One status.
    Code(u16),
    /// A hundred of them: `4XX` is `Class(4)`.
    Class(u8),
    /// Every status not named otherwise.
    Default,
}

/// What the body of an answer is.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Nothing.
    Empty,
    /// JSON.
    Json(TypeRef),
    /// JSON, or nothing at some success statuses. Set by the outcomes pass.
    MaybeJson(TypeRef),
    /// Text.
    Text,
    /// Bytes, streamed.
    Bytes,
    /// Server-sent events; the type is a [`Shape::Events`](super::Shape::Events).
    Events(TypeRef),
    /// One JSON value a line.
    JsonLines(TypeRef),
    /// A record picked from the reply (connectors): `T`, format `record::Picked`. A reply without
    /// a body is a record without values. The type is a [`Shape::Record`](super::Shape::Record).
    Record(TypeRef),
    /// A list of records (connectors): `record::RecordPage<T>`, format `Json`, which is a page
    /// already. The type is that of one record.
    Records(TypeRef),
}

/// How a result is paged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// How the next page is asked for.
    pub style: PageStyle,
    /// Property of the reply that holds the items; `None` when the reply is the list itself.
    pub items: Option<String>,
    /// Query parameter with the size of a page.
    pub limit: Option<String>,
}

/// Items of a page when neither the caller nor the document says how many.
pub const DEFAULT_PAGE_SIZE: u32 = 20;

/// How the next page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStyle {
    /// With the id of the last (or first) item.
    Cursor {
        /// Query parameter: items after this id.
        after: String,
        /// Query parameter: items before this id.
        before: Option<String>,
        /// Property of the reply with the id of the first item.
        first: Option<String>,
        /// Property of the reply with the id of the last item.
        last: String,
        /// Property of the reply that says whether more follow.
        more: Option<String>,
    },
    /// With a token from the reply.
    Token {
        /// Query parameter.
        token: String,
        /// Property of the reply.
        next: String,
    },
    /// With a token from a place of the reply that the document declares (connectors).
    TokenAt {
        /// Query parameter.
        token: String,
        /// Steps from the root of the reply.
        next: Vec<Selector>,
    },
    /// With a number of items to skip.
    Offset {
        /// Query parameter.
        offset: String,
        /// Items of a page when the caller sets no limit; [`DEFAULT_PAGE_SIZE`] when the document
        /// does not say it either.
        page_size: u32,
        /// Properties of the reply that say whether more follow, the first that is there; `a.b` is
        /// the property `b` of the object `a`.
        more: Vec<String>,
        /// Property of an item that tells it from others: then items that move between two pages
        /// are neither doubled nor skipped.
        key: Option<String>,
    },
    /// With the number of the page.
    Page {
        /// Query parameter.
        page: String,
        /// Number of the first page; `None` when the reply says its own number.
        first: Option<u32>,
        /// What the reply says, if anything.
        counts: Counts,
    },
    /// With an address in the reply.
    Url {
        /// Property of the reply; `a.b` is the property `b` of the object `a`.
        next: String,
    },
    /// With the `Link` header of the reply.
    Link,
    /// As the reply itself shows: `next_page`, or `has_more` and `last_id`.
    Recognised,
}

impl PageStyle {
    /// The part of it that is in the reply: what pages of one type must have in common.
    pub fn of_reply(&self) -> Self {
        let mut style = self.clone();
        match &mut style {
            Self::Cursor { after, before, .. } => (*after, *before) = (String::new(), None),
            Self::Token { token, .. } | Self::TokenAt { token, .. } => token.clear(),
            Self::Offset {
                offset, page_size, ..
            } => (*offset, *page_size) = (String::new(), 0),
            Self::Page { page, first, .. } => (*page, *first) = (String::new(), None),
            Self::Url { .. } | Self::Link | Self::Recognised => {}
        }
        style
    }
}

/// Properties with which a numbered page says where in the list it is; `a.b` is the property `b` of
/// the object `a`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of the page.
    pub number: Option<String>,
    /// Whether more follow.
    pub more: Option<String>,
    /// The number of all pages.
    pub pages: Option<String>,
    /// The number of all items.
    pub total: Option<String>,
}

/// A second method that asks the same operation for a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamSwitch {
    /// Rust method name.
    pub method: String,
    /// Body members it sets.
    pub set: Vec<(String, Value)>,
    /// What comes back.
    pub payload: Payload,
}

/// How long an operation usually takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Latency {
    /// 50 to 150 ms.
    Fast,
    /// 150 to 300 ms.
    Medium,
    /// 300 to 850 ms.
    Slow,
    /// Seconds; the body streams.
    Streaming,
}

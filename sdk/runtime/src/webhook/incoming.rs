//! Which event a webhook request is, and its payload, before anything is typed.

use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Verify, WebhookError};
use crate::json;

/// Larger bodies are refused, in bytes.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Headers in which services name the event.
const HEADERS: [&str; 5] = [
    "webhook-event",
    "x-webhook-event",
    "x-event",
    "x-event-type",
    "x-github-event",
];

/// Members of the body in which services name the event.
const MEMBERS: [&str; 4] = ["/event", "/type", "/event_type", "/data/type"];

/// What an envelope says of itself, which is not the name of an event.
const ENVELOPE: &str = "event";

/// An event that a document names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownEvent {
    /// Its name, `messages.created`.
    pub name: &'static str,
    /// The path it is sent to, where the document says one.
    pub path: Option<&'static str>,
}

impl KnownEvent {
    /// An event.
    pub const fn new(name: &'static str, path: Option<&'static str>) -> Self {
        Self { name, path }
    }
}

/// The body of a webhook request with the name of its event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Incoming {
    /// The event. Not always one of those that were expected.
    pub event: String,
    /// The body.
    pub payload: Value,
}

impl Incoming {
    /// An event that came in another way than by a request: from a queue, or
    /// noticed by asking.
    pub fn new(event: impl Into<String>, payload: Value) -> Self {
        Self {
            event: event.into(),
            payload,
        }
    }

    /// Reads a webhook request.
    ///
    /// The event is, in this order, what the path says (the whole of it as the
    /// document does, or its last segment), what a header says
    /// (`webhook-event`, `x-webhook-event`, `x-event`, `x-event-type`,
    /// `x-github-event`), or what the body says in `event`, `type`, `event_type`
    /// or, inside `data`, `type`. A name that is `known` goes before one that is not;
    /// `issues` with an `action` of `opened` in the body is also
    /// `issues.opened`.
    ///
    /// The path may have a query, which says nothing here.
    ///
    /// # Errors
    /// When the body is larger than [`MAX_BODY_BYTES`] or is not JSON, or when
    /// nothing names the event.
    ///
    /// ```
    /// use specwright_runtime::http::HeaderMap;
    /// use specwright_runtime::webhook::{Incoming, KnownEvent};
    ///
    /// const KNOWN: &[KnownEvent] = &[KnownEvent::new("files.created", None)];
    ///
    /// let incoming = Incoming::read(KNOWN, "/hooks/files.created", &HeaderMap::new(), b"{}")?;
    /// assert_eq!(incoming.event, "files.created");
    /// # Ok::<(), specwright_runtime::webhook::WebhookError>(())
    /// ```
    #[inline]
    pub fn read(
        known: &[KnownEvent],
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, WebhookError> {
        check_size(body)?;
        let payload: Value = serde_json::from_slice(body).map_err(WebhookError::Malformed)?;
        match event(known, path, headers, &payload) {
            Some(event) => Ok(Self { event, payload }),
            None => Err(WebhookError::Unnamed),
        }
    }

    /// Verifies a webhook request, then reads it as [`read`](Self::read) does.
    /// Nothing of a request that is not to be trusted is read.
    ///
    /// # Errors
    /// When the body is too large or the request is not to be trusted, and as
    /// [`read`](Self::read).
    pub fn read_verified(
        verifier: &(impl Verify + ?Sized),
        known: &[KnownEvent],
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, WebhookError> {
        check_size(body)?;
        verifier.verify(headers, body)?;
        Self::read(known, path, headers, body)
    }

    /// The payload as a `T`.
    ///
    /// # Errors
    /// [`WebhookError::Payload`] when it is something else.
    pub fn into_payload<T: DeserializeOwned>(self) -> Result<T, WebhookError> {
        let Self { event, payload } = self;
        json::from_value::<T, serde_json::Error>(payload)
            .map_err(|source| WebhookError::Payload { event, source })
    }
}

#[inline]
fn check_size(body: &[u8]) -> Result<(), WebhookError> {
    match body.len() {
        bytes if bytes > MAX_BODY_BYTES => Err(WebhookError::TooLarge {
            bytes,
            limit: MAX_BODY_BYTES,
        }),
        _ => Ok(()),
    }
}

#[inline]
fn event(known: &[KnownEvent], path: &str, headers: &HeaderMap, payload: &Value) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    if let Some(event) = known.iter().find(|event| event.path == Some(path)) {
        return Some(event.name.to_owned());
    }
    let segment = path.rsplit('/').next().filter(|last| last.contains('.'));
    let header = HEADERS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok());
    let members = MEMBERS
        .iter()
        .filter_map(|pointer| payload.pointer(pointer)?.as_str());
    let action = payload.get("action").and_then(Value::as_str);
    let names: Vec<&str> = [segment, header]
        .into_iter()
        .flatten()
        .chain(members)
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != ENVELOPE)
        .collect();
    let is_known = |name: &str| known.iter().any(|event| event.name == name);
    let precise = names
        .iter()
        .flat_map(|name| {
            let with_action = action.map(|action| format!("{name}.{action}"));
            [Some((*name).to_owned()), with_action]
        })
        .flatten()
        .find(|name| is_known(name));
    precise.or_else(|| names.first().map(|name| (*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    const KNOWN: &[KnownEvent] = &[
        KnownEvent::new("files.created", Some("/webhooks/claude-api/files.created")),
        KnownEvent::new("issues.opened", None),
        KnownEvent::new("odd.place", Some("/hooks/elsewhere")),
    ];

    fn name(path: &str, header: Option<(&'static str, &'static str)>, body: Value) -> String {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let body = body.to_string();
        Incoming::read(KNOWN, path, &headers, body.as_bytes())
            .unwrap()
            .event
    }

    #[test]
    fn the_event_is_found_where_it_is_named() {
        let none = json!({});
        assert_eq!(
            name("/webhooks/claude-api/files.created", None, none.clone()),
            "files.created"
        );
        assert_eq!(
            name("/mounted/files.created/?x=1", None, none.clone()),
            "files.created"
        );
        assert_eq!(name("/hooks/elsewhere", None, none.clone()), "odd.place");
        assert_eq!(
            name("/h", Some(("webhook-event", "files.created")), none),
            "files.created"
        );
        assert_eq!(
            name("/h", None, json!({"type": "files.created"})),
            "files.created"
        );
        // An envelope names the event inside.
        for inside in ["files.created", "files.renamed"] {
            let envelope = json!({"type": "event", "id": "1", "data": {"type": inside}});
            assert_eq!(name("/h", None, envelope), inside);
        }
        let action = json!({"action": "opened"});
        assert_eq!(
            name("/h", Some(("x-github-event", "issues")), action),
            "issues.opened"
        );
        // What is known goes before what is not.
        assert_eq!(
            name("/v1.2", None, json!({"event": "files.created"})),
            "files.created"
        );
        assert_eq!(
            name("/h/files.renamed", None, json!({"type": "other"})),
            "files.renamed"
        );
    }

    #[test]
    fn what_cannot_be_taken_is_refused() {
        let read = |path: &str, body: &[u8]| Incoming::read(KNOWN, path, &HeaderMap::new(), body);
        let large = vec![b' '; MAX_BODY_BYTES + 1];
        assert!(matches!(
            read("/files.created", &large),
            Err(WebhookError::TooLarge { .. })
        ));
        assert!(matches!(
            read("/files.created", b"{"),
            Err(WebhookError::Malformed(_))
        ));
        assert!(matches!(
            read("/files.created", b"\xff"),
            Err(WebhookError::Malformed(_))
        ));
        assert!(matches!(read("/hook", b"[1]"), Err(WebhookError::Unnamed)));
    }

    #[test]
    fn a_payload_of_another_shape_is_located() {
        let incoming = Incoming::new("files.created", json!([1, "x"]));
        let error = incoming.into_payload::<Vec<u8>>().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`files.created`: `[1]`: invalid type"),
            "{error}"
        );
    }
}

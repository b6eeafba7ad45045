//! What the server answers.

use serde_json::Value;
use wiremock::ResponseTemplate;

use super::REQUEST_ID;

/// An answer, of status 200 unless it says another.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Option<(&'static str, Vec<u8>)>,
}

impl Reply {
    /// A JSON body.
    pub fn json(body: Value) -> Self {
        Self::text("application/json", &body.to_string())
    }

    /// A body of text.
    pub fn text(content_type: &'static str, body: &str) -> Self {
        Self::bytes(content_type, body.as_bytes())
    }

    /// A body of bytes.
    pub fn bytes(content_type: &'static str, body: &[u8]) -> Self {
        Self {
            body: Some((content_type, body.to_vec())),
            ..Self::empty(200)
        }
    }

    /// A body of server-sent events, each with its name and its JSON.
    pub fn events(events: &[(&str, Value)]) -> Self {
        let text: String = events
            .iter()
            .map(|(name, data)| format!("event: {name}\ndata: {data}\n\n"))
            .collect();
        Self::text("text/event-stream; charset=utf-8", &text)
    }

    /// No body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: vec![("request-id", REQUEST_ID.to_owned())],
            body: None,
        }
    }

    /// Another status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// One more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Reply> for ResponseTemplate {
    fn from(reply: Reply) -> Self {
        let mut template = Self::new(reply.status);
        for (name, value) in reply.headers {
            template = template.append_header(name, value);
        }
        match reply.body {
            Some((content_type, body)) => template.set_body_raw(body, content_type),
            None => template,
        }
    }
}

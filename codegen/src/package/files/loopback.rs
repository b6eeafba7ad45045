//! A server on loopback that gives every request the same answer and keeps what it is sent.

#![allow(dead_code, reason = "an API need not use all that a server can check")]

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use specwright_runtime::chrono::DateTime;
use specwright_runtime::Error;
use specwright_runtime::reqwest::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server and its one answer.
pub struct Loopback(MockServer);

/// A server that answers with JSON.
pub async fn start(status: u16, body: &Value) -> Loopback {
    with(status, "application/json", body.to_string()).await
}

/// A server that answers with text.
pub async fn text(status: u16, body: &str) -> Loopback {
    with(status, "text/plain", body.to_owned()).await
}

/// A server that answers without a body.
pub async fn empty(status: u16) -> Loopback {
    answering(ResponseTemplate::new(status)).await
}

/// A server that answers with events, each a name, which may be empty, and its data.
pub async fn events(status: u16, events: &[(&str, Value)]) -> Loopback {
    let mut stream = String::new();
    for (name, data) in events {
        if !name.is_empty() {
            stream.push_str(&format!("event: {name}\n"));
        }
        stream.push_str(&format!("data: {data}\n\n"));
    }
    with(status, "text/event-stream", stream).await
}

/// A server that answers with a JSON value on each line.
pub async fn lines(status: u16, lines: [&Value; 2]) -> Loopback {
    let text = lines.map(|line| format!("{line}\n")).concat();
    with(status, "application/jsonl", text).await
}

async fn with(status: u16, content_type: &str, body: String) -> Loopback {
    answering(ResponseTemplate::new(status).set_body_raw(body, content_type)).await
}

async fn answering(answer: ResponseTemplate) -> Loopback {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    Loopback(server)
}

impl Loopback {
    /// The address of the server.
    pub fn uri(&self) -> String {
        self.0.uri()
    }

    /// The one request that arrived.
    pub async fn request(&self) -> Received {
        let mut requests = self.0.received_requests().await.unwrap_or_default();
        assert_eq!(requests.len(), 1, "one request");
        Received(requests.remove(0))
    }
}

/// A request as it arrived.
pub struct Received(Request);

impl Received {
    /// Method and path, percent-encoded.
    #[track_caller]
    pub fn is(&self, method: &str, path: &str) {
        assert_eq!(self.0.method.as_str(), method);
        assert_eq!(self.0.url.path(), path);
    }

    /// These pairs in the query and no others, in any order.
    #[track_caller]
    pub fn has_query(&self, pairs: &[(&str, &str)]) {
        assert_pairs(self.0.url.query().unwrap_or_default(), pairs);
    }

    /// A header with this value.
    #[track_caller]
    pub fn has_header(&self, name: &str, value: &str) {
        let found = self.0.headers.get(name);
        let found = found.map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
        assert_eq!(found.as_deref(), Some(value), "header {name}");
    }

    /// A cookie, written `name=value`.
    #[track_caller]
    pub fn has_cookie(&self, pair: &str) {
        let found = self.0.headers.get("cookie");
        let found = found.and_then(|found| found.to_str().ok()).unwrap_or_default();
        assert!(found.split("; ").any(|cookie| cookie == pair), "{pair} in {found}");
    }

    /// A body that is this JSON.
    #[track_caller]
    pub fn has_json(&self, expected: &Value) {
        match serde_json::from_slice::<Value>(&self.0.body) {
            Ok(found) => assert!(same(&found, expected), "sent {found:#}\nexpected {expected:#}"),
            Err(error) => panic!("the body is no JSON: {error}"),
        }
    }

    /// A body that is this text.
    #[track_caller]
    pub fn has_body(&self, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&self.0.body), expected);
    }

    /// A form with these pairs and no others, in any order.
    #[track_caller]
    pub fn has_form(&self, pairs: &[(&str, &str)]) {
        self.has_header("content-type", "application/x-www-form-urlencoded");
        assert_pairs(&String::from_utf8_lossy(&self.0.body), pairs);
    }

    /// A multipart form with parts of these names, in this order.
    #[track_caller]
    pub fn has_parts(&self, names: &[&str]) {
        let kind = self.0.headers.get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
        let body = String::from_utf8_lossy(&self.0.body);
        let found = body
            .lines()
            .filter(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))
            .filter_map(|line| line.split("; name=\"").nth(1)?.split('"').next());
        assert_eq!(found.collect::<Vec<_>>(), names);
    }
}

/// JSON from its text.
#[track_caller]
pub fn json(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => panic!("the test itself has no JSON: {error}"),
    }
}

/// A decoded value is this JSON when it is written again.
#[track_caller]
pub fn assert_json(value: &(impl Serialize + Debug), expected: &Value) {
    match serde_json::to_value(value) {
        Ok(found) => assert!(same(&found, expected), "decoded {found:#}\nexpected {expected:#}"),
        Err(error) => panic!("{value:?} cannot be written: {error}"),
    }
}

/// A call was refused with this status, and this body of a type `T`.
#[track_caller]
pub fn assert_refused<T>(error: &Error, status: u16, expected: &Value)
where
    T: Serialize + DeserializeOwned + Debug,
{
    let Some(refusal) = error.as_api() else {
        panic!("not a refusal: {error:?}");
    };
    assert_eq!(refusal.status(), status);
    match refusal.decode::<T>() {
        Ok(body) => assert_json(&body, expected),
        Err(error) => panic!("the body of the error is another one: {error:?}"),
    }
}

#[track_caller]
fn assert_pairs(text: &str, expected: &[(&str, &str)]) {
    let Ok(url) = Url::parse(&format!("http://localhost/?{text}")) else {
        panic!("no pairs: {text}");
    };
    let mut found: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected = expected.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let mut expected: Vec<(String, String)> = expected.collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Whether two values say the same: numbers and instants may be written in different ways.
fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let is_member = |(key, value)| found.get(key).is_some_and(|found| same(found, value));
            found.len() == expected.len() && expected.iter().all(is_member)
        }
        (Value::Array(found), Value::Array(expected)) => {
            let mut both = found.iter().zip(expected);
            found.len() == expected.len() && both.all(|(found, expected)| same(found, expected))
        }
        (Value::Number(found), Value::Number(expected)) => {
            let (one, other) = (found.as_f64(), expected.as_f64());
            found == expected
                || one.zip(other).is_some_and(|(one, other)| {
                    (one - other).abs() <= other.abs() * f64::from(f32::EPSILON)
                })
        }
        (Value::String(found), Value::String(expected)) if found != expected => {
            let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            instant(found).is_some_and(|found| instant(expected) == Some(found))
        }
        _ => found == expected,
    }
}

//! Whatever text is given for an input of a connector's operation arrives at the server exactly as
//! it was given, in its place, and nowhere else.
//!
//! An operation is called twice: with marks, and with texts. What the second request holds must be
//! what the first one holds with the texts in place of the marks, once both are parsed.

use std::sync::{Arc, Mutex};

use claude_typed::connector;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use specwright_runtime::Error;
use specwright_runtime::automation::{Call, CallError, Kind, Operation, ValueType};
use specwright_tests::wire::Part;
use tokio::runtime::Runtime;
use wiremock::matchers;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::places;

/// Texts of all kinds, and such as are made of what means something to somebody on the way.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let special = "[\"'\\\\{}<>\\[\\]%/?#&=+;:.,|ae0\u{0}\u{1f}\r\n\t \u{7f}é\u{2028}🍏]{0,12}";
    let braces = "(\\{\\{(first|q|alone|model|content)\\}\\}|\", \"x\": \"|%2e%2E|\\.\\.?)";
    let text = prop_oneof![any::<String>(), special, braces];
    prop::collection::vec(text, 16)
}

#[test]
fn of_every_place() {
    check(places::automation::OPERATIONS, |url| {
        let builder = places::Client::builder().base_url(url).max_retries(0);
        let client = builder.api_key("k&=").build().unwrap();
        move |operation, inputs| client.call(operation, inputs)
    });
}

#[test]
fn of_the_claude_connector() {
    check(connector::automation::OPERATIONS, |url| {
        let builder = connector::Client::builder().base_url(url).max_retries(0);
        let client = builder.api_key("k").build().unwrap();
        move |operation, inputs| client.call(operation, inputs)
    });
}

/// Calls every operation with every input, and with as few as possible.
fn check<C: Fn(&'static str, Value) -> Result<Call, CallError>>(
    operations: &'static [Operation],
    client: impl FnOnce(String) -> C,
) {
    let runtime = Runtime::new().unwrap();
    let sent = Sent::default();
    let server = runtime.block_on(async {
        let builder = MockServer::builder().disable_request_recording();
        let server = builder.start().await;
        Mock::given(matchers::any())
            .respond_with(sent.clone())
            .mount(&server)
            .await;
        server
    });
    let call = client(server.uri());
    let called = operations.iter().filter(|it| it.kind != Kind::Trigger);
    for (operation, all) in called.flat_map(|operation| [(operation, true), (operation, false)]) {
        let send = |texts: &[String]| {
            let inputs = inputs(operation, all, texts);
            let call = call(operation.handle, inputs).unwrap();
            let result = runtime.block_on(async { call.await });
            (result.err(), sent.take())
        };
        let marks: Vec<String> = (0..16).map(|number| format!("mark-{number}-")).collect();
        let (error, marked) = send(&marks);
        assert!(
            error.is_none() && marked.len() == 1,
            "{operation:?}: {error:?}"
        );
        let marked = Parsed::read(&marked[0]);
        let credential = ("key".to_owned(), "k&=".to_owned());
        let is_claude = marked.headers.iter().any(|(name, _)| name == "x-api-key");
        assert!(
            is_claude || marked.query.contains(&credential),
            "{marked:?}"
        );
        let mut runner = TestRunner::new(Config::with_cases(48));
        let outcome = runner.run(&texts(), |texts| {
            let (error, found) = send(&texts);
            if marked.refuses(&marks, &texts) {
                prop_assert!(matches!(error, Some(Error::InvalidRequest(_))), "{error:?}");
                prop_assert!(found.is_empty());
                return Ok(());
            }
            prop_assert!(error.is_none(), "{error:?}");
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(Parsed::read(&found[0]), marked.with(&marks, &texts));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", operation.handle);
        }
    }
}

/// The inputs of an operation, with these texts in turn.
fn inputs(operation: &Operation, all: bool, texts: &[String]) -> Value {
    let given = operation
        .inputs
        .iter()
        .filter(|input| all || input.required);
    let inputs = given.zip(texts).map(|(input, text)| {
        let file = || json!({ "name": "a.txt", "content_type": "text/plain", "text": text });
        let value = match input.ty {
            ValueType::String => json!(text),
            ValueType::Integer => json!(7),
            ValueType::Float => json!(0.5),
            ValueType::Boolean => json!(true),
            ValueType::DateTime => json!("2026-01-31"),
            ValueType::Json => json!({ "here": [text] }),
            ValueType::Array => json!([text, 1, text]),
            ValueType::File => file(),
            ValueType::Files => json!([file(), file()]),
            other => panic!("{other:?} is new"),
        };
        (input.name.to_owned(), value)
    });
    Value::Object(inputs.collect::<Map<_, _>>())
}

/// Keeps what is sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Request>>>);

impl Sent {
    fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Respond for Sent {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().push(request.clone());
        ResponseTemplate::new(200).set_body_json(json!({}))
    }
}

/// A request as a server understands it.
#[derive(Clone, Debug, PartialEq)]
struct Parsed {
    method: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Clone, Debug, PartialEq)]
enum Body {
    None,
    Json(Value),
    Parts(Vec<Part>),
}

impl Parsed {
    fn read(request: &Request) -> Self {
        let decode = |segment: &str| {
            let bytes = percent_encoding::percent_decode_str(segment);
            bytes.decode_utf8().unwrap().into_owned()
        };
        let content_type = request.headers.get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap());
        let body = match request.body.as_slice() {
            [] => Body::None,
            bytes if content_type.starts_with("multipart/") => {
                Body::Parts(Part::read(content_type, bytes).unwrap())
            }
            bytes => Body::Json(serde_json::from_slice(bytes).unwrap()),
        };
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .filter(|(name, _)| *name != "content-length")
            .map(|(name, value)| {
                let value = value.to_str().unwrap().split("; boundary=").next();
                (name.to_string(), value.unwrap_or_default().to_owned())
            })
            .collect();
        headers.sort();
        Self {
            method: request.method.to_string(),
            segments: request.url.path().split('/').map(decode).collect(),
            query: request.url.query_pairs().into_owned().collect(),
            headers,
            body,
        }
    }

    /// The same request with texts in place of marks.
    fn with(&self, marks: &[String], texts: &[String]) -> Self {
        let text = |text: &String| replace(text, marks, texts);
        let mut parsed = self.clone();
        parsed.segments = self.segments.iter().map(text).collect();
        for (_, value) in &mut parsed.query {
            *value = text(value);
        }
        match &mut parsed.body {
            Body::None => {}
            Body::Json(value) => *value = in_json(value, &text),
            Body::Parts(parts) => {
                for part in parts {
                    part.content = text(&part.content);
                }
            }
        }
        parsed
    }

    /// Whether texts are refused because of what they would make of the path: a value that is
    /// empty would lead elsewhere, and so would one that is `.` or `..` and all of a segment.
    fn refuses(&self, marks: &[String], texts: &[String]) -> bool {
        let given = marks.iter().zip(texts);
        let mut in_path =
            given.filter(|(mark, _)| self.segments.iter().any(|segment| segment.contains(*mark)));
        in_path.any(|(_, text)| matches!(text.as_str(), "" | "." | ".."))
    }
}

/// A text with others in place of the marks in it. What was put in is not looked at again.
fn replace(text: &str, marks: &[String], texts: &[String]) -> String {
    let found = marks.iter().zip(texts);
    let found = found.filter_map(|(mark, given)| Some((text.split_once(mark)?, given)));
    let first = found.min_by_key(|((before, _), _)| before.len());
    match first {
        Some(((before, after), given)) => before.to_owned() + given + &replace(after, marks, texts),
        None => text.to_owned(),
    }
}

fn in_json(value: &Value, text: &impl Fn(&String) -> String) -> Value {
    match value {
        Value::String(string) => text(string).into(),
        Value::Array(items) => items.iter().map(|item| in_json(item, text)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (text(key), in_json(value, text)))
            .collect(),
        other => other.clone(),
    }
}

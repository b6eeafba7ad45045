//! The vectors of a document: requests as a server receives them, and what is picked of replies.

use std::path::Path;

use heck::ToSnakeCase;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use specwright_tests::data::Report;
use wiremock::Request;

use crate::driver::{Document, Driver};
use crate::server::Server;

/// The file of vectors.
#[derive(Deserialize)]
pub(crate) struct Vectors {
    #[serde(default)]
    credentials: Map<String, Value>,
    #[serde(default)]
    requests: Vec<RequestVector>,
    #[serde(default)]
    extractions: Vec<Extraction>,
}

#[derive(Deserialize)]
struct RequestVector {
    resource: String,
    operation: String,
    inputs: Map<String, Value>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    method: String,
    url: String,
    headers: Map<String, Value>,
    body: Value,
}

#[derive(Deserialize)]
struct Extraction {
    resource: String,
    webhook_event: Option<String>,
    document: Value,
    expected_raw_values: Map<String, Value>,
}

impl Vectors {
    /// Reads the vectors beside a pair of documents.
    pub(crate) fn read(pair: &str) -> Result<Self, String> {
        let path = format!("{pair}.vectors.json");
        let text = std::fs::read_to_string(Path::new(&path));
        let text = text.map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }

    /// Drops the vectors that a document has no operation or record for: one with a defect.
    pub(crate) fn retain(&mut self, document: &Document) {
        let operations = &document.api.operations;
        self.requests.retain(|vector| {
            let handle = format!("{}.{}", vector.resource, vector.operation);
            operations.iter().any(|operation| operation.id == handle)
        });
        self.extractions.retain(|vector| {
            let event = vector.webhook_event.as_deref();
            document.record(&vector.resource, event).is_some()
        });
    }

    /// The secrets as the program asks for them. Of basic authentication the document tells which
    /// is which.
    pub(crate) fn secrets(&self, pair: &str) -> Value {
        let named = self.credentials.iter();
        let mut secrets: Map<String, Value> = named
            .map(|(name, secret)| (name.to_snake_case(), secret.clone()))
            .collect();
        let service = std::fs::read_to_string(format!("{pair}.service.json")).unwrap_or_default();
        let service: Value = serde_json::from_str(&service).unwrap_or_default();
        for (key, name) in [("username", "user"), ("password", "password")] {
            let place = format!("/service/auth/params/basic/{key}/value");
            let text = service.pointer(&place).and_then(Value::as_str);
            let placeholder = text.and_then(|text| text.strip_prefix("{{")?.strip_suffix("}}"));
            if let Some(secret) = placeholder.and_then(|it| self.credentials.get(it.trim())) {
                secrets.insert(name.to_owned(), secret.clone());
            }
        }
        Value::Object(secrets)
    }

    /// Checks every vector.
    pub(crate) fn check(
        &self,
        document: &Document,
        secrets: &Value,
        (driver, server): (&mut Driver, &Server),
        report: &mut Report,
    ) {
        for (index, vector) in self.requests.iter().enumerate() {
            let (resource, operation) = (&vector.resource, &vector.operation);
            let name = format!("{}: request {index}, {resource}.{operation}", document.name);
            report.case(&name, vector.check(document, secrets, driver, server));
        }
        for (index, vector) in self.extractions.iter().enumerate() {
            let name = format!("{}: extraction {index}, {}", document.name, vector.resource);
            report.case(&name, vector.check(document, driver));
        }
    }
}

impl RequestVector {
    fn check(
        &self,
        document: &Document,
        secrets: &Value,
        driver: &mut Driver,
        server: &Server,
    ) -> Result<(), String> {
        let base = document.api.base_url.as_deref().unwrap_or_default();
        if !self.expected.url.starts_with(base) {
            return Err(format!("{} is not below {base}", self.expected.url));
        }
        let handle = format!("{}.{}", self.resource, self.operation);
        let inputs = self.inputs(document, &handle);
        let url = server.in_place_of(base)?;
        driver.call(document, &url, secrets, &handle, &inputs)?;
        let sent = server.take()?;
        let [sent] = sent.as_slice() else {
            return Err(format!("{} requests were sent", sent.len()));
        };
        let lines = self.expected.differences(sent)?;
        if lines.is_empty() {
            Ok(())
        } else {
            Err(lines.join("; "))
        }
    }

    /// The inputs, under the names that the document has for them: a document that differs from
    /// that of the vectors in how a name is written still has the same inputs.
    fn inputs(&self, document: &Document, handle: &str) -> Value {
        let mut operations = document.api.operations.iter();
        let operation = operations.find(|operation| operation.id == handle);
        let parameters = operation.iter().flat_map(|it| &it.parameters);
        let names: Vec<&String> = parameters.filter_map(|it| it.input.as_ref()).collect();
        let inputs = self.inputs.iter().map(|(name, value)| {
            let same = names.iter().find(|it| it.to_snake_case() == *name);
            let name = if names.contains(&name) {
                name
            } else {
                same.unwrap_or(&name)
            };
            (name.clone(), value.clone())
        });
        Value::Object(inputs.collect())
    }
}

impl Expected {
    fn differences(&self, sent: &Request) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let mut compare = |what: &str, expected: &str, found: &str| {
            if expected != found {
                lines.push(format!("{what}: expected {expected}, found {found}"));
            }
        };
        let url = Url::parse(&self.url).map_err(|error| error.to_string())?;
        compare("method", &self.method, sent.method.as_str());
        compare("path", url.path(), sent.url.path());
        compare("query", &query(&url), &query(&sent.url));
        for (name, expected) in &self.headers {
            let found = sent.headers.get(name).and_then(|value| value.to_str().ok());
            let expected = expected.as_str().unwrap_or_default();
            compare(name, expected, found.unwrap_or("nothing"));
        }
        // Of these an absence in the vectors means that they are not sent.
        for name in ["authorization", "content-type", "cookie"] {
            if !self.headers.contains_key(name) && sent.headers.contains_key(name) {
                compare(name, "nothing", "a value");
            }
        }
        let body: Value = match sent.body.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).map_err(|error| error.to_string())?,
        };
        if !same(&self.body, &body) {
            compare("body", &self.body.to_string(), &body.to_string());
        }
        Ok(lines)
    }
}

/// The pairs of a query in the order of their names, numbers in one form.
fn query(url: &Url) -> String {
    let mut pairs: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| match value.parse::<f64>() {
            Ok(number) => format!("{name}={number}"),
            Err(_) => format!("{name}={value}"),
        })
        .collect();
    pairs.sort();
    format!("[{}]", pairs.join(" & "))
}

/// Whether two values are the same JSON; `0` and `0.0` are.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

impl Extraction {
    fn check(&self, document: &Document, driver: &mut Driver) -> Result<(), String> {
        let event = self.webhook_event.as_deref();
        let Some(record) = document.record(&self.resource, event) else {
            return Err("the document has no such record".to_owned());
        };
        let picked = driver.pick(document, record, &self.document)?;
        let expected = Value::Object(self.expected_raw_values.clone());
        if !same(&expected, &picked["raw"]) {
            return Err(format!("expected {expected}, found {}", picked["raw"]));
        }
        self.check_values(&picked)
    }

    /// What is accepted has all that is there; what is refused is there, and named.
    fn check_values(&self, picked: &Value) -> Result<(), String> {
        let raw = &self.expected_raw_values;
        let Some(values) = picked["values"].as_object() else {
            let field = picked["field"].as_str().unwrap_or_default();
            let located = raw.get(field).is_some_and(|value| !value.is_null());
            return match located {
                true => Ok(()),
                false => Err(format!("the error names no value: {}", picked["error"])),
            };
        };
        let lost = raw.iter().find(|(name, value)| {
            let accepted = values.get(*name).unwrap_or(&Value::Null);
            accepted.is_null() != value.is_null()
        });
        match lost {
            Some((name, value)) => Err(format!("`{name}` is not {value}: {}", json!(values))),
            None => Ok(()),
        }
    }
}

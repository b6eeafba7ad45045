//! Our requests and what we make of the replies, compared with the record.

use std::collections::BTreeSet;

use claude_typed::Error;
use serde_json::{Value, json};
use specwright_tests::recorded::{same, sha256};
use specwright_tests::socket::Received;

use crate::record::{Record, Sent};
use crate::replay::Outcome;

/// Headers that belong to the client or the connection.
const OWN: [&str; 6] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
    "user-agent",
];

pub(crate) fn requests(record: &Record, ours: &[Received]) -> Result<(), String> {
    let recorded = record.requests();
    if recorded.len() != ours.len() {
        let (recorded, ours) = (recorded.len(), ours.len());
        return Err(format!("expected {recorded} requests, found {ours}"));
    }
    recorded
        .iter()
        .zip(ours)
        .try_for_each(|(recorded, ours)| request(record, recorded, ours))
}

fn request(record: &Record, recorded: &Sent, ours: &Received) -> Result<(), String> {
    let (path, query) = ours.target.split_once('?').unwrap_or((&ours.target, ""));
    equal("method", &recorded.method, &ours.method)?;
    equal("path", recorded.path.as_str(), path)?;

    let beta = ("beta".to_owned(), "true".to_owned());
    let pairs = recorded.query.pairs.iter();
    let pairs = pairs.filter(|pair| !record.is_beta() || **pair != beta);
    let pairs: BTreeSet<(String, String)> = pairs.cloned().collect();
    equal("query", pairs, decoded(query)?)?;

    headers(record, recorded, ours)?;
    body(&recorded.body, ours)
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, recorded: T, ours: T) -> Result<(), String> {
    match recorded == ours {
        true => Ok(()),
        false => Err(format!("{what}: expected {recorded:?}, found {ours:?}")),
    }
}

fn decoded(query: &str) -> Result<BTreeSet<(String, String)>, String> {
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}"));
    let url = url.map_err(|error| format!("{query}: {error}"))?;
    Ok(url.query_pairs().into_owned().collect())
}

fn headers(record: &Record, recorded: &Sent, ours: &Received) -> Result<(), String> {
    let counts = |name: &str| !OWN.contains(&name) && !name.starts_with("x-stainless-");
    let names = recorded.headers.keys().map(String::as_str);
    let names = names.chain(ours.headers.iter().map(|(name, _)| name.as_str()));
    let names: BTreeSet<&str> = names.filter(|name| counts(name)).collect();
    for name in names {
        let expected = recorded.headers.get(name).map(String::as_str);
        let found = ours.header(name);
        match name {
            "anthropic-beta" if record.is_beta() => {
                // The official client adds names of its own.
                let asked = record.call.strings("betas");
                let extra = record.call.arguments.get("extra_headers");
                let extra = extra.and_then(|headers| headers["anthropic-beta"].as_str());
                let expected = match extra {
                    Some(extra) => names_in(extra),
                    None => asked.iter().map(String::as_str).collect(),
                };
                equal(name, expected, names_in(found.unwrap_or_default()))?;
            }
            // What is asked for is a stream; the official client says JSON all the same.
            "accept" if record.operation() == "messages.stream" => {
                equal(name, Some("text/event-stream"), found)?;
            }
            // What is asked for is JSON lines, and the reply says that it is; the official client
            // asks for any bytes.
            "accept" if record.operation() == "messages.batches.results" => {
                let found = found.unwrap_or_default().split(',').next();
                equal(name, Some("application/x-jsonl"), found)?;
            }
            // Nothing is sent, so it has no type; the official client gives it one.
            "content-type" if recorded.body.is_null() => equal(name, None, found)?,
            // The record leaves the boundary out.
            "content-type" if expected == Some("multipart/form-data") => {
                let found = found.and_then(|found| found.split(';').next());
                equal(name, expected, found)?;
            }
            _ => equal(name, expected, found)?,
        }
    }
    Ok(())
}

fn names_in(header: &str) -> BTreeSet<&str> {
    let names = header.split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

fn body(recorded: &Value, ours: &Received) -> Result<(), String> {
    if let Some(parts) = recorded.get("multipart").and_then(Value::as_array) {
        let kind = ours.header("content-type").unwrap_or_default();
        let found = parts_of(kind, &ours.body).ok_or("the body is no form")?;
        let expected = parts.iter().map(|part| {
            let fields = ["name", "filename", "content_type", "size", "sha256"];
            json!(fields.map(|field| &part[field])).to_string()
        });
        let expected: BTreeSet<String> = expected.collect();
        return equal("parts", expected, found);
    }
    let found = match ours.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&ours.body).map_err(|error| format!("body: {error}"))?,
    };
    // A null that is sent is not the same as nothing, so this is a plain comparison.
    match specwright_tests::json::differences(recorded, &found).as_slice() {
        [] => Ok(()),
        differences => Err(format!("body: {}", differences.join("; "))),
    }
}

/// Name, file name, content type, size and digest of each part.
fn parts_of(content_type: &str, body: &[u8]) -> Option<BTreeSet<String>> {
    let boundary = content_type.split_once("boundary=")?.1.trim_matches('"');
    let mut rest = body.strip_prefix(format!("--{boundary}").as_bytes())?;
    let delimiter = format!("\r\n--{boundary}");
    let mut parts = BTreeSet::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let blank = find(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&part[..blank]).ok()?;
        let content = &part[blank + 4..];
        let end = find(content, delimiter.as_bytes())?;
        rest = &content[end + delimiter.len()..];
        let content = &content[..end];
        let attribute = |name: &str| {
            let start = head.find(&format!("; {name}=\""))? + name.len() + 4;
            Some(&head[start..start + head[start..].find('"')?])
        };
        let kind = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-type").then_some(value)
        });
        let part = json!([
            attribute("name"),
            attribute("filename"),
            kind,
            content.len(),
            sha256(content),
        ]);
        parts.insert(part.to_string());
    }
    (rest == b"--\r\n" || rest == b"--").then_some(parts)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

pub(crate) fn outcome(record: &Record, url: &str, ours: Outcome) -> Result<(), String> {
    let parsed = record.parsed.to_string().replace("{{base_url}}", url);
    let parsed: Value = serde_json::from_str(&parsed).map_err(|error| error.to_string())?;
    let recorded = &parsed["error"];
    let ours = match (recorded.is_null(), ours) {
        (true, Ok(reply)) => reply,
        (true, Err(error)) => return Err(format!("failed: {error}")),
        (false, Ok(reply)) => return Err(format!("succeeded: {reply}")),
        (false, Err(error)) => return failure(recorded, &error),
    };
    for key in ["page", "items", "final"] {
        if let Some(recorded) = parsed.get(key) {
            return same(key, recorded, &ours[key]);
        }
    }
    same("reply", &parsed, &ours)
}

fn failure(recorded: &Value, ours: &Error) -> Result<(), String> {
    let text = |place: &str| recorded.pointer(place).and_then(Value::as_str);
    match ours {
        Error::Decode(_) if text("/class") == Some("JSONDecodeError") => Ok(()),
        Error::Api(ours) => {
            let found = (
                Some(u64::from(ours.status().as_u16())),
                ours.kind(),
                ours.request_id(),
            );
            let status = recorded["status_code"].as_u64();
            equal("error", (status, text("/type"), text("/request_id")), found)?;
            match text("/body/error/message") {
                Some(message) => equal("message", message, ours.message()),
                None => Ok(()),
            }
        }
        ours => Err(format!("another error: {ours:?}")),
    }
}

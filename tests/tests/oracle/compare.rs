//! What differs between two requests.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use wiremock::Request;

use crate::explained::HEADERS;

/// A part of a request that differs, and how.
pub(crate) struct Difference {
    pub(crate) part: String,
    pub(crate) how: String,
}

/// What differs between our request, progenitor's and the JSON body both were given.
pub(crate) fn differences(ours: &Request, theirs: &Request, given: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |part: String, ours: String, theirs: String| {
        if ours != theirs {
            let how = format!("ours is `{ours}`, progenitor's `{theirs}`");
            found.push(Difference { part, how });
        }
    };
    compare(
        "method".into(),
        ours.method.to_string(),
        theirs.method.to_string(),
    );
    compare("path".into(), path(ours), path(theirs));
    compare("query".into(), query(ours), query(theirs));
    let (our_headers, their_headers) = (headers(ours), headers(theirs));
    for name in our_headers
        .keys()
        .chain(their_headers.keys())
        .collect::<BTreeSet<_>>()
    {
        let value = |headers: &BTreeMap<String, Vec<String>>| {
            headers.get(name).map(|values| values.join("; "))
        };
        let show = |value: Option<String>| value.unwrap_or("(absent)".into());
        compare(
            format!("header {name}"),
            show(value(&our_headers)),
            show(value(&their_headers)),
        );
    }
    bodies(ours, theirs, given, &mut found);
    found
}

/// The segments, decoded: the two need not escape the same characters.
fn path(request: &Request) -> String {
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let segments: Vec<String> = request.url.path().split('/').map(decode).collect();
    format!("{segments:?}")
}

/// The pairs as a set, decoded.
fn query(request: &Request) -> String {
    let mut pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    pairs.sort();
    format!("{pairs:?}")
}

fn headers(request: &Request) -> BTreeMap<String, Vec<String>> {
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &request.headers {
        if !HEADERS
            .iter()
            .any(|(explained, _)| name.as_str() == *explained)
        {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers
                .entry(name.as_str().to_owned())
                .or_default()
                .push(value);
        }
    }
    headers
}

fn bodies(ours: &Request, theirs: &Request, given: &Value, found: &mut Vec<Difference>) {
    if ours.body.is_empty() && theirs.body.is_empty() {
        return;
    }
    match (
        serde_json::from_slice(&ours.body),
        serde_json::from_slice(&theirs.body),
    ) {
        (Ok(ours), Ok(theirs)) => {
            members("the body given", &ours, given, found);
            members(
                "progenitor's body",
                &without_nulls(ours),
                &without_nulls(theirs),
                found,
            );
        }
        _ => found.push(Difference {
            part: "body".into(),
            how: "one of them is not JSON".into(),
        }),
    }
}

/// Without the members that typify cannot say; see [`explained`](crate::explained).
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(key, value)| (key, without_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Where our body differs from another one.
fn members(other_name: &str, ours: &Value, other: &Value, found: &mut Vec<Difference>) {
    let mut places = Vec::new();
    places_that_differ("", ours, other, &mut places);
    for (place, ours, other) in places {
        let how = format!("ours has {ours}, {other_name} has {other}");
        found.push(Difference {
            part: format!("body {place}"),
            how,
        });
    }
}

fn places_that_differ(
    place: &str,
    ours: &Value,
    other: &Value,
    found: &mut Vec<(String, String, String)>,
) {
    let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    let mut inside = |key: String, ours: Option<&Value>, other: Option<&Value>| match (ours, other)
    {
        (Some(ours), Some(other)) => places_that_differ(&key, ours, other, found),
        _ => found.push((key, show(ours), show(other))),
    };
    match (ours, other) {
        (Value::Object(ours), Value::Object(other)) => {
            for key in ours.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                inside(format!("{place}/{key}"), ours.get(key), other.get(key));
            }
        }
        (Value::Array(ours), Value::Array(other)) => {
            for index in 0..ours.len().max(other.len()) {
                inside(
                    format!("{place}/{index}"),
                    ours.get(index),
                    other.get(index),
                );
            }
        }
        _ if ours == other => {}
        _ => found.push((place.to_owned(), ours.to_string(), other.to_string())),
    }
}

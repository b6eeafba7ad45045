//! What differs between two requests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::DateTime;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;
use wiremock::Request;

use crate::explained::HEADERS;

/// A difference.
#[derive(Debug)]
pub(crate) struct Difference {
    /// `method`, `path`, `query`, `header NAME`, `body`, `reply`, `request`, `outcome`.
    pub(crate) part: String,
    /// JSON pointer in a body or reply.
    pub(crate) place: String,
    /// What ours is compared with.
    pub(crate) with: With,
    /// What ours has there.
    pub(crate) ours: Option<Value>,
    /// What the other has there.
    pub(crate) other: Option<Value>,
}

/// What ours is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// What was given: to both clients to send, or by the server.
    Given,
    /// What progenitor makes of it.
    Progenitor,
}

impl Difference {
    /// Two texts that are not the same.
    fn unequal(part: &str, ours: String, theirs: String) -> Option<Self> {
        (ours != theirs).then(|| Self::whole(part, Some(ours.into()), Some(theirs.into())))
    }

    /// A part that differs as a whole from progenitor's.
    pub(crate) fn whole(part: &str, ours: Option<Value>, other: Option<Value>) -> Self {
        Self {
            part: part.to_owned(),
            place: String::new(),
            with: With::Progenitor,
            ours,
            other,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| {
            let value = value.as_ref();
            value.map_or("nothing".to_owned(), Value::to_string)
        };
        let other = match self.with {
            With::Given => "the one given",
            With::Progenitor => "progenitor's",
        };
        let (ours, theirs) = (show(&self.ours), show(&self.other));
        let Self { part, place, .. } = self;
        write!(f, "{part} {place}: ours has {ours}, {other} {theirs}")
    }
}

/// What differs between our request, progenitor's and the JSON body both were given.
pub(crate) fn differences(ours: &Request, theirs: &Request, given: &Value) -> Vec<Difference> {
    let method = |request: &Request| request.method.to_string();
    let mut found = Vec::new();
    found.extend(Difference::unequal("method", method(ours), method(theirs)));
    found.extend(Difference::unequal("path", path(ours), path(theirs)));
    found.extend(Difference::unequal("query", query(ours), query(theirs)));
    let (our_headers, their_headers) = (headers(ours), headers(theirs));
    let names = our_headers.keys().chain(their_headers.keys());
    for name in names.collect::<BTreeSet<_>>() {
        let value = |headers: &BTreeMap<String, Vec<String>>| {
            headers.get(name).map(|values| values.join("; ").into())
        };
        let (ours, theirs) = (value(&our_headers), value(&their_headers));
        if ours != theirs {
            found.push(Difference::whole(&format!("header {name}"), ours, theirs));
        }
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
    pairs(request.url.query_pairs())
}

fn pairs(pairs: form_urlencoded::Parse<'_>) -> String {
    let mut pairs: Vec<(String, String)> = pairs.into_owned().collect();
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
    let is_form = |request: &Request| {
        let media_type = request.headers.get("content-type");
        media_type.is_some_and(|media_type| media_type == "application/x-www-form-urlencoded")
    };
    let text = |request: &Request| match is_form(request) {
        true => pairs(form_urlencoded::parse(&request.body)),
        false => String::from_utf8_lossy(&request.body).into_owned(),
    };
    match (
        serde_json::from_slice(&ours.body),
        serde_json::from_slice(&theirs.body),
    ) {
        (Ok(ours), Ok(theirs)) => members("body", given, &ours, theirs, found),
        _ => found.extend(Difference::unequal("body", text(ours), text(theirs))),
    }
}

/// Where our JSON differs from what was given and from progenitor's. typify cannot say `null` for
/// an optional member; ours has to have it exactly where what was given has it.
pub(crate) fn members(
    part: &str,
    given: &Value,
    ours: &Value,
    theirs: Value,
    found: &mut Vec<Difference>,
) {
    let plain = without_nulls(ours.clone());
    for (with, ours, other) in [
        (With::Given, ours, given),
        (With::Progenitor, &plain, &without_nulls(theirs)),
    ] {
        let mut places = Vec::new();
        places_that_differ("", Some(ours), Some(other), &mut places);
        found.extend(places.into_iter().map(|(place, ours, other)| Difference {
            part: part.to_owned(),
            place,
            with,
            ours: ours.cloned(),
            other: other.cloned(),
        }));
    }
}

/// Without the members that typify cannot say.
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

/// A place, and what the two have there.
type Place<'a> = (String, Option<&'a Value>, Option<&'a Value>);

fn places_that_differ<'a>(
    place: &str,
    ours: Option<&'a Value>,
    other: Option<&'a Value>,
    found: &mut Vec<Place<'a>>,
) {
    match (ours, other) {
        (Some(Value::Object(ours)), Some(Value::Object(other))) => {
            for key in ours.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                let inside = format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
                places_that_differ(&inside, ours.get(key), other.get(key), found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(other))) => {
            for index in 0..ours.len().max(other.len()) {
                let inside = format!("{place}/{index}");
                places_that_differ(&inside, ours.get(index), other.get(index), found);
            }
        }
        (Some(one), Some(another)) if is_same(one, another) => {}
        (None, None) => {}
        _ => found.push((place.to_owned(), ours, other)),
    }
}

/// Whether two scalars say the same: numbers and times may be written in several ways.
fn is_same(ours: &Value, other: &Value) -> bool {
    let time = |value: &Value| DateTime::parse_from_rfc3339(value.as_str()?).ok();
    match (ours, other) {
        (Value::Number(ours), Value::Number(other)) => {
            ours == other || ours.as_f64() == other.as_f64()
        }
        _ => ours == other || time(ours).is_some_and(|ours| time(other) == Some(ours)),
    }
}

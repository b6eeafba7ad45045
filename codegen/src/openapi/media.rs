//! Media types: what a `content` entry stands for.

use std::cmp::Reverse;

use serde_json::Value;

use super::Reader;
use super::schemas::is_small;
use crate::source::Node;

/// What a media type stands for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// JSON.
    Json,
    /// `*/*`: JSON when a schema says so, else bytes.
    Any,
    /// Server-sent events.
    Events,
    /// One JSON value a line.
    JsonLines,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/*`.
    Multipart,
    /// Text.
    Text,
    /// Anything else.
    Bytes,
}

/// What a media type stands for.
pub(super) fn classify(media_type: &str) -> Media {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "*/*" | "application/*" => Media::Any,
        "text/event-stream" => Media::Events,
        "application/jsonl"
        | "application/x-jsonl"
        | "application/jsonlines"
        | "application/x-jsonlines"
        | "application/ndjson"
        | "application/x-ndjson"
        | "application/json-seq"
        | "application/stream+json"
        | "text/jsonl"
        | "text/x-ndjson" => Media::JsonLines,
        "application/x-www-form-urlencoded" => Media::Form,
        "application/json" | "text/json" | "application/x-json" => Media::Json,
        "application/yaml" | "application/x-yaml" | "application/graphql" => Media::Text,
        other if other.ends_with("+json") || other.starts_with("application/json+") => Media::Json,
        other if other.starts_with("multipart/") => Media::Multipart,
        // XML is handed over as it came: its encoding is its own business.
        other if other == "text/xml" || other.ends_with("+xml") => Media::Bytes,
        other if other.starts_with("text/") => Media::Text,
        _ => Media::Bytes,
    }
}

/// An entry of a `content` map.
#[derive(Clone, Debug)]
pub(super) struct Content<'a> {
    /// The media type as written.
    pub(super) media_type: &'a str,
    /// What it stands for.
    pub(super) media: Media,
    /// The media type object.
    pub(super) node: Node<'a>,
}

impl<'a> Content<'a> {
    /// The schema of the whole body.
    pub(super) fn schema(&self) -> Option<Node<'a>> {
        self.node.get("schema").filter(|schema| !schema.is_null())
    }

    /// The schema of one item of a stream (3.2).
    pub(super) fn item_schema(&self) -> Option<Node<'a>> {
        self.node
            .get("itemSchema")
            .filter(|schema| !schema.is_null())
    }
}

impl<'a> Reader<'a, '_> {
    /// The entries of the `content` of a body, parameter or response, the preferred first.
    pub(super) fn contents(&mut self, node: &Node<'a>) -> Vec<Content<'a>> {
        let content = node.object("content", self.diagnostics);
        let Some(content) = content.and_then(|content| self.follow(&content)) else {
            return Vec::new();
        };
        let mut contents = Vec::new();
        for (media_type, entry) in content.entries() {
            // 3.2 has media types among the components.
            let Some(entry) = self.follow(&entry) else {
                continue;
            };
            if entry.is_object() {
                contents.push(Content {
                    media_type,
                    media: classify(media_type),
                    node: entry,
                });
            } else {
                entry.warn_kind("a media type object", self.diagnostics);
            }
        }
        contents.sort_by_key(|content| Reverse(preference(content)));
        contents
    }

    /// The examples of a media type object or a parameter, as JSON values.
    pub(super) fn examples(&mut self, node: &Node<'a>) -> Vec<Value> {
        let one = node
            .value()
            .get("example")
            .into_iter()
            .filter(|example| is_small(example))
            .cloned();
        let mut examples: Vec<Value> = one.collect();
        let named = node.get("examples").filter(Node::is_object);
        for (_, example) in named.iter().flat_map(Node::entries) {
            let Some(example) = self.follow(&example) else {
                continue;
            };
            let value = ["value", "dataValue", "serializedValue"]
                .iter()
                .find_map(|key| example.value().get(*key));
            examples.extend(value.filter(|value| is_small(value)).cloned());
        }
        examples
    }
}

/// Typed before raw, exact before variants, whole before streamed: a stream beside another form
/// gets a method of its own.
fn preference(content: &Content<'_>) -> u8 {
    match content.media {
        Media::Json if content.media_type.eq_ignore_ascii_case("application/json") => 9,
        Media::Json => 8,
        Media::Any if content.schema().is_some() => 7,
        Media::Multipart => 6,
        Media::Form => 5,
        Media::Text => 3,
        Media::Bytes | Media::Any => 2,
        Media::Events | Media::JsonLines => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        let cases = [
            ("application/json; charset=utf-8", Media::Json),
            ("application/problem+json", Media::Json),
            ("application/x-ndjson", Media::JsonLines),
            ("TEXT/Event-Stream", Media::Events),
            ("multipart/form-data", Media::Multipart),
            ("application/xml", Media::Bytes),
            ("text/csv", Media::Text),
            ("image/png", Media::Bytes),
            ("*/*", Media::Any),
        ];
        for (media_type, expected) in cases {
            assert_eq!(classify(media_type), expected, "{media_type}");
        }
    }
}

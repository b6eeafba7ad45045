//! Responses: what comes back, by status.

use serde_json::Value;

use super::media::{Content, Media};
use super::naming::joined;
use super::{Reader, pointers, upgrade};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Outcome, Outcomes, PageStyle, Pagination, Payload, StatusRange, TypeRef};
use crate::source::Node;

/// Query parameters that limit a page.
const LIMITS: &[&str] = &["per_page", "limit", "page_size", "pageSize", "perPage"];

/// What the responses of an operation give.
#[derive(Default)]
pub(super) struct Answers<'a> {
    /// What comes back.
    pub(super) outcomes: Outcomes,
    /// The stream that a success offers beside another form.
    pub(super) stream: Option<Payload>,
    /// The first success.
    pub(super) success: Option<Node<'a>>,
}

/// A response before it is known whether it counts as success.
struct Answer<'a> {
    outcome: Outcome,
    stream: Option<Payload>,
    node: Node<'a>,
}

impl<'a> Reader<'a, '_> {
    /// The answers of an operation; `owner` is the operation's name in PascalCase.
    pub(super) fn responses(&mut self, operation: &Node<'a>, owner: &str) -> Answers<'a> {
        let mut read = Vec::new();
        let responses = operation.object("responses", self.diagnostics);
        for (status, response) in responses.iter().flat_map(Node::entries) {
            if status.starts_with("x-") {
                continue;
            }
            match parse_status(status) {
                Some(status) => read.extend(self.answer(status, &response, owner)),
                None => self.diagnostics.push(
                    Diagnostic::warning(
                        codes::BAD_RESPONSE,
                        response.origin(),
                        format!(
                            "`{status}` is no HTTP status, no class such as `4XX` and not `default`"
                        ),
                    )
                    .action("this response is left out"),
                ),
            }
        }
        sort(read)
    }

    fn answer(
        &mut self,
        status: StatusRange,
        written: &Node<'a>,
        owner: &str,
    ) -> Option<Answer<'a>> {
        let node = self.follow(written)?;
        if !node.is_object() {
            node.warn_kind("a response", self.diagnostics);
            return None;
        }
        let shared = pointers::shared_name(written, &node);
        let hint = shared.unwrap_or_else(|| joined(owner, &status_word(status)));
        let contents = self.contents(&node);
        let preferred = contents.first().filter(|_| !is_bodiless(status));
        let payload = preferred.map_or(Payload::Empty, |content| self.payload(content, &hint));
        let streams =
            |content: &&Content<'a>| matches!(content.media, Media::Events | Media::JsonLines);
        let stream = contents
            .iter()
            .skip(1)
            .find(streams)
            .map(|content| self.payload(content, &joined(owner, "Stream")));
        if preferred.is_some() {
            self.note_other_media(&contents, &node);
        }
        let outcome = Outcome {
            status,
            payload,
            description: self.text(&node, "description"),
            examples: preferred
                .map(|content| self.examples(&content.node))
                .unwrap_or_default(),
        };
        Some(Answer {
            outcome,
            stream,
            node,
        })
    }

    /// Tells of forms of the answer that are not asked for.
    fn note_other_media(&mut self, contents: &[Content<'a>], node: &Node<'a>) {
        let others = contents.iter().skip(1);
        let others = others.filter(|other| {
            !matches!(
                other.media,
                Media::Json | Media::Events | Media::JsonLines | Media::Any
            )
        });
        let others: Vec<&str> = others.map(|other| other.media_type).collect();
        if !others.is_empty() {
            self.note_ignored(
                node,
                format!(
                    "this answer also comes as {}, which is not asked for",
                    others.join(", ")
                ),
            );
        }
    }

    fn payload(&mut self, content: &Content<'a>, hint: &str) -> Payload {
        let schema = content.schema();
        let raw = schema
            .as_ref()
            .is_some_and(|schema| upgrade::is_binary(schema.value()));
        match content.media {
            Media::Json | Media::Any | Media::Text if raw => Payload::Bytes,
            Media::Any if schema.is_none() => Payload::Bytes,
            Media::Json | Media::Any => {
                Payload::Json(schema.map_or(TypeRef::Any, |schema| self.schema(&schema, hint)))
            }
            Media::Text => Payload::Text,
            Media::Events => Payload::Events(self.events(content, hint)),
            Media::JsonLines => Payload::JsonLines(self.line(content, hint)),
            Media::Form | Media::Multipart | Media::Bytes => Payload::Bytes,
        }
    }

    fn events(&mut self, content: &Content<'a>, hint: &str) -> TypeRef {
        let hint = joined(hint.strip_suffix("Response").unwrap_or(hint), "Event");
        if let Some(item) = content.item_schema() {
            return self.stream_type(&item, &hint);
        }
        match content.schema().map(|schema| item_of(&schema)) {
            Some(schema) if upgrade::kinds(schema.value()).names != ["string"] => {
                self.note_ignored(&content.node, "`schema` of an event stream is read as the schema of each event's data; `itemSchema` says so");
                self.stream_type(&schema, &hint)
            }
            _ => self.untyped_stream(&content.node, &hint),
        }
    }

    fn line(&mut self, content: &Content<'a>, hint: &str) -> TypeRef {
        let item = content
            .item_schema()
            .or_else(|| content.schema().map(|schema| item_of(&schema)));
        match item {
            // The file as a whole described as text says nothing about its lines.
            Some(item) if upgrade::kinds(item.value()).names != ["string"] => {
                self.schema(&item, &joined(hint, "Line"))
            }
            _ => TypeRef::Any,
        }
    }

    /// Paging by `Link`, when the success declares that header and holds a list.
    pub(super) fn link_pages(&mut self, response: &Node<'a>, query: &[&str]) -> Option<Pagination> {
        let headers = response.get("headers")?;
        headers
            .entries()
            .find(|(name, _)| name.eq_ignore_ascii_case("link"))?;
        let contents = self.contents(response);
        let schema = contents
            .first()
            .filter(|content| content.media == Media::Json)?
            .schema()?;
        let schema = self.sources.follow(&schema).ok()?;
        let items = match self.list_property(&schema) {
            Some(items) => Some(items),
            None if is_list(schema.value()) => None,
            None => return None,
        };
        let limit = LIMITS
            .iter()
            .find(|limit| query.contains(limit))
            .map(|limit| (*limit).to_owned());
        Some(Pagination {
            style: PageStyle::Link,
            items,
            limit,
        })
    }

    /// The one property of an object that holds a list.
    fn list_property(&self, schema: &Node<'a>) -> Option<String> {
        let properties = schema.get("properties")?;
        let mut lists = properties.entries().filter(|(_, property)| {
            self.sources
                .follow(property)
                .is_ok_and(|property| is_list(property.value()))
        });
        let (name, _) = lists.next()?;
        lists.next().is_none().then(|| name.to_owned())
    }
}

/// Success and errors apart.
fn sort(answers: Vec<Answer<'_>>) -> Answers<'_> {
    let explicit = answers
        .iter()
        .any(|answer| is_success(answer.outcome.status));
    let mut sorted = Answers::default();
    let mut redirects = false;
    for answer in answers {
        match answer.outcome.status {
            StatusRange::Code(100..=199) | StatusRange::Class(1) => {}
            StatusRange::Code(300..=399) | StatusRange::Class(3) => redirects = true,
            status if is_success(status) || (status == StatusRange::Default && !explicit) => {
                sorted.stream = sorted.stream.or(answer.stream);
                sorted.success.get_or_insert(answer.node);
                sorted.outcomes.success.push(answer.outcome);
            }
            _ => sorted.outcomes.errors.push(answer.outcome),
        }
    }
    if sorted.outcomes.success.is_empty() {
        // Redirects are followed: what comes back is what they lead to.
        let payload = if redirects {
            Payload::Bytes
        } else {
            Payload::Empty
        };
        let status = StatusRange::Class(2);
        sorted.outcomes.success.push(Outcome {
            status,
            payload,
            description: None,
            examples: Vec::new(),
        });
    }
    sorted
}

fn is_success(status: StatusRange) -> bool {
    matches!(status, StatusRange::Code(200..=299) | StatusRange::Class(2))
}

fn is_bodiless(status: StatusRange) -> bool {
    matches!(status, StatusRange::Code(204 | 205 | 304))
}

/// `200`, `4XX`, `default`.
fn parse_status(text: &str) -> Option<StatusRange> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("default") {
        return Some(StatusRange::Default);
    }
    if let Some(class) = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx")) {
        return class
            .parse()
            .ok()
            .filter(|class| (1..=5).contains(class))
            .map(StatusRange::Class);
    }
    text.parse()
        .ok()
        .filter(|code| (100..=599).contains(code))
        .map(StatusRange::Code)
}

/// What a type made for an answer without a name is called after its operation.
fn status_word(status: StatusRange) -> String {
    match status {
        status if is_success(status) => "Response".to_owned(),
        StatusRange::Code(code) => format!("Error{code}"),
        StatusRange::Class(class) => format!("Error{class}xx"),
        StatusRange::Default => "DefaultResponse".to_owned(),
    }
}

/// The schema of one item when a stream is described as a list of them.
fn item_of<'a>(schema: &Node<'a>) -> Node<'a> {
    let list = is_list(schema.value());
    schema
        .get("items")
        .filter(|items| list && items.is_object())
        .unwrap_or_else(|| schema.clone())
}

fn is_list(schema: &Value) -> bool {
    upgrade::kinds(schema).names == ["array"]
}

//! Names and sentences made from handles.

use std::collections::HashMap;

use heck::{ToPascalCase, ToSnakeCase};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::HttpMethod;
use crate::normalize::names::singular;
use crate::origin::Origin;

/// The record type of a resource: `message_batches` has `MessageBatch`. A handle without plural
/// leaves its own name to the client of the resource: `forecast` has `ForecastRecord`.
pub(super) fn record_type(handle: &str) -> String {
    let plural = handle.to_snake_case();
    let singular = singular(&plural);
    let suffix = if singular == plural { "Record" } else { "" };
    format!("{}{suffix}", singular.to_pascal_case())
}

/// The payload type and variant of an event: `message_batches.ended` is `MessageBatchEnded`.
pub(super) fn event_type(event: &str) -> String {
    let (resource, action) = event.rsplit_once('.').unwrap_or(("", event));
    format!("{}_{action}", singular(&resource.to_snake_case())).to_pascal_case()
}

/// The record of an operation whose reply is not about its resource: `count_tokens` of `messages`
/// has `MessageCountTokens`.
pub(super) fn operation_type(handle: &str, operation: &str) -> String {
    format!("{}_{operation}", singular(&handle.to_snake_case())).to_pascal_case()
}

/// A handle in prose: `message_batches` is `message batches`.
pub(super) fn words(handle: &str) -> String {
    handle.to_snake_case().replace('_', " ")
}

/// What an operation does, when the document does not say: `Lists message batches.`
pub(super) fn summary(resource: &str, operation: &str, method: HttpMethod, path: &str) -> String {
    let many = words(resource);
    let one = singular(&many);
    let article = if one.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    match operation {
        "list" => format!("Lists {many}."),
        "read" | "get" => format!("Reads {article} {one}."),
        "create" => format!("Creates {article} {one}."),
        "update" => format!("Updates {article} {one}."),
        "delete" if method == HttpMethod::Delete => format!("Deletes {article} {one}."),
        // The verb alone would hide that a "delete" is a POST to `…/cancel`.
        _ => format!("`{operation}` of {many}: {} `{path}`.", method.as_str()),
    }
}

/// Names of one kind that must stay apart in Rust.
pub(super) struct Scope<'a> {
    /// `field`, `placeholder`, …
    kind: &'a str,
    /// By snake_case: the name as written, and where.
    taken: HashMap<String, (String, Origin)>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: &'a str) -> Self {
        Self {
            kind,
            taken: HashMap::new(),
        }
    }

    /// Claims a name. `false`, with an error told, when it is no name, is taken, or would give
    /// the same Rust identifier as another.
    pub(super) fn claim(&mut self, name: &str, at: &Origin, diagnostics: &mut Diagnostics) -> bool {
        let kind = self.kind;
        let snake = name.to_snake_case();
        if !snake.chars().any(char::is_alphabetic) {
            let message = format!("{kind} name {name:?} has no letter to make a Rust name from");
            diagnostics.push(Diagnostic::error(codes::CONNECTOR_NAME, at, message));
            return false;
        }
        let Some((first, place)) = self.taken.get(&snake) else {
            self.taken.insert(snake, (name.to_owned(), at.clone()));
            return true;
        };
        let (message, odd) = if first == name {
            let message = format!(
                "{kind} name `{name}` is used twice (first at {})",
                place.pointer()
            );
            (message, false)
        } else {
            let message = format!(
                "{kind} names `{first}` and `{name}` give the same Rust identifier `{snake}`"
            );
            // The one that is not written like an identifier is the one to rename.
            (message, name == snake)
        };
        let (here, there) = if odd { (place, at) } else { (at, place) };
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_DUPLICATE, here, message)
                .related(there, "the other is here")
                .help("rename one of them"),
        );
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_become_singular_types() {
        let cases = [
            ("messages", "Message"),
            ("message_batches", "MessageBatch"),
            ("status", "StatusRecord"),
            ("entries", "Entry"),
            ("databases", "Database"),
            ("archive", "ArchiveRecord"),
            ("bus-addresses", "BusAddress"),
        ];
        for (handle, expected) in cases {
            assert_eq!(record_type(handle), expected);
        }
        assert_eq!(event_type("message_batches.ended"), "MessageBatchEnded");
    }

    #[test]
    fn a_delete_that_is_none_says_what_it_does() {
        let summary = |method, path| summary("message_batches", "delete", method, path);
        assert_eq!(
            summary(HttpMethod::Delete, "/x"),
            "Deletes a message batch."
        );
        assert!(summary(HttpMethod::Post, "/x/{id}/cancel").contains("POST `/x/{id}/cancel`"));
    }
}

//! Multipart bodies: parts with places for files and texts.

use super::placeholders::Placeholders;
use super::scan::{Piece, scan};
use super::{format, keys};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Part, PartContent, TextPart};
use crate::source::Node;

/// Compiles `node`, the `multipart` of the operation `what`; also returns the placeholders in it,
/// in order. `None`, with the reason told, when there is nothing to send.
pub(super) fn compile(
    node: &Node<'_>,
    what: &str,
    placeholders: &mut Placeholders,
    diagnostics: &mut Diagnostics,
) -> Option<(Vec<Part>, Vec<String>)> {
    let by = format!("`multipart` of {what}");
    keys::required(node, &by, "parts", diagnostics)?;
    let mut compiler = Compiler {
        by: &by,
        placeholders,
        diagnostics,
        names: Vec::new(),
    };
    let items = keys::items(node, &by, "parts", compiler.diagnostics);
    let parts: Vec<Option<Part>> = items.iter().map(|item| compiler.part(item)).collect();
    let names = compiler.names;
    if parts.is_empty() {
        let message = format!("{by} has no parts");
        let place = node.origin().key("parts");
        diagnostics.push(
            Diagnostic::error(codes::CONNECTOR_TEMPLATE, &place, message)
                .help("list the parts like `{ \"name\": \"file\", \"value\": \"{{file}}\" }`"),
        );
        return None;
    }
    let parts: Option<Vec<Part>> = parts.into_iter().collect();
    Some((parts?, names))
}

struct Compiler<'a> {
    by: &'a str,
    placeholders: &'a mut Placeholders,
    diagnostics: &'a mut Diagnostics,
    names: Vec<String>,
}

impl Compiler<'_> {
    fn part(&mut self, node: &Node<'_>) -> Option<Part> {
        let what = format!("a part of {}", self.by);
        if !keys::object::<format::Part>(node, &what, self.diagnostics) {
            return None;
        }
        let name = keys::required_string(node, &what, "name", self.diagnostics);
        let value = keys::required_string(node, &what, "value", self.diagnostics);
        let ((name, _), (value, place)) = (name?, value?);
        let pieces = match scan(value) {
            Ok(pieces) => pieces,
            Err(problem) => {
                let message = format!("the part `{name}` of {} cannot be read: {problem}", self.by);
                let code = codes::CONNECTOR_PLACEHOLDER;
                self.diagnostics
                    .push(Diagnostic::error(code, place.origin(), message));
                return None;
            }
        };
        Some(Part {
            name: name.to_owned(),
            content: self.content(&pieces, &place)?,
        })
    }

    fn content(&mut self, pieces: &[Piece<'_>], place: &Node<'_>) -> Option<PartContent> {
        if let [Piece::Placeholder(name)] = pieces
            && self.placeholders.is_file(name)
        {
            self.placeholders.use_file(name);
            self.names.push((*name).to_owned());
            return Some(PartContent::File((*name).to_owned()));
        }
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => TextPart::Literal((*text).to_owned()),
                Piece::Placeholder(name) => {
                    let (by, at) = (self.by, place.origin());
                    self.placeholders.using(name, by, at, self.diagnostics)?;
                    self.names.push((*name).to_owned());
                    TextPart::Argument((*name).to_owned())
                }
            });
        }
        if parts.is_empty() {
            parts.push(TextPart::Literal(String::new()));
        }
        Some(PartContent::Text(parts))
    }
}

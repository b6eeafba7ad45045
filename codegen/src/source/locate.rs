//! Finds the line and column of a place, only when a diagnostic is printed.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser};
use toml::de::{DeTable, DeValue};

use super::load::is_toml;
use super::{SourceFile, Sources};
use crate::origin::{Origin, Token};

/// Where in a text something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The bytes of the text: the key of a member, or the value where there is no key.
    pub span: Range<usize>,
    /// Line of the end of `span`, from 1.
    pub end_line: usize,
    /// Column behind the last character of `span`, from 1.
    pub end_column: usize,
}

impl Sources {
    /// Where `origin` stands in its file. Where the text does not hold the place itself, because
    /// an alias or a merge key brings it in, the nearest place around it.
    pub fn locate(&self, origin: &Origin) -> Location {
        let Some(entry) = self.entry(origin.file()) else {
            return Location {
                line: 1,
                column: 1,
                span: 0..0,
                end_line: 1,
                end_column: 1,
            };
        };
        let span = match &entry.fault {
            Some(fault) => fault.clone(),
            None => entry
                .spans
                .get_or_init(|| SpanTree::new(entry))
                .find(&origin.tokens()),
        };
        let lines = entry.lines.get_or_init(|| {
            let newlines = entry.text.match_indices('\n').map(|(index, _)| index + 1);
            std::iter::once(0).chain(newlines).collect()
        });
        let place = |at: usize| {
            let line = lines.partition_point(|start| *start <= at);
            let start = lines.get(line.saturating_sub(1)).copied();
            let before = entry.text.get(start.unwrap_or_default()..at);
            (line, before.unwrap_or_default().chars().count() + 1)
        };
        let (line, column) = place(span.start);
        let (end_line, end_column) = place(span.end);
        Location {
            line,
            column,
            span,
            end_line,
            end_column,
        }
    }
}

/// The places of all members and elements of a text.
#[derive(Debug, Default)]
pub(super) struct SpanTree {
    nodes: Vec<SpanNode>,
}

#[derive(Debug, Default)]
struct SpanNode {
    /// The key of a member, the value of an element.
    span: Range<usize>,
    children: HashMap<Token, usize>,
}

impl SpanTree {
    fn new(file: &SourceFile) -> Self {
        let text = &file.text;
        let mut builder = TreeBuilder {
            tree: Self {
                nodes: vec![SpanNode::default()],
            },
            open: vec![],
        };
        if is_toml(&file.path) {
            builder.toml(text);
        } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            builder.json(text);
        } else {
            builder.yaml(text);
        }
        // A document is too long to be pointed at as a whole.
        if let Some(root) = builder.tree.nodes.first_mut() {
            let rest = text.get(root.span.start..).unwrap_or_default();
            let first = rest.chars().next().map_or(0, char::len_utf8);
            root.span.end = root.span.start + first;
        }
        builder.tree
    }

    /// The span of the longest part of the way that is in the text.
    fn find(&self, tokens: &[Token]) -> Range<usize> {
        let mut index = 0;
        for token in tokens {
            match self
                .nodes
                .get(index)
                .and_then(|node| node.children.get(token))
            {
                Some(child) => index = *child,
                None => break,
            }
        }
        self.nodes.get(index).map_or(0..0, |node| node.span.clone())
    }
}

struct TreeBuilder {
    tree: SpanTree,
    open: Vec<Open>,
}

/// A collection that is being read.
struct Open {
    node: usize,
    /// The key whose value comes next, and its span.
    key: Option<(String, Range<usize>)>,
    /// How many elements an array had so far; `None` for an object.
    elements: Option<usize>,
    /// The key this collection is, of an entry that the reader leaves out.
    odd_key: Option<Range<usize>>,
}

impl TreeBuilder {
    fn scalar(&mut self, text: &str, span: Range<usize>) {
        match self.open.last_mut() {
            Some(Open {
                key: key @ None,
                elements: None,
                ..
            }) => *key = Some((text.to_owned(), span)),
            _ => drop(self.value(span)),
        }
    }

    fn start(&mut self, array: bool, span: Range<usize>) {
        let is_key = matches!(
            self.open.last(),
            Some(Open {
                key: None,
                elements: None,
                ..
            })
        );
        let odd_key = is_key.then(|| span.clone());
        let node = if is_key {
            self.add(span)
        } else {
            self.value(span)
        };
        self.open.push(Open {
            node,
            key: None,
            elements: array.then_some(0),
            odd_key,
        });
    }

    fn end(&mut self) {
        let odd_key = self.open.pop().and_then(|closed| closed.odd_key);
        if let (Some(span), Some(parent)) = (odd_key, self.open.last_mut()) {
            parent.key = Some((String::new(), span));
        }
    }

    /// Adds the value that comes next and returns its node.
    fn value(&mut self, span: Range<usize>) -> usize {
        let Some(open) = self.open.last_mut() else {
            if let Some(root) = self.tree.nodes.first_mut() {
                root.span = span;
            }
            return 0;
        };
        let (parent, token, span) = match (&mut open.elements, open.key.take()) {
            (Some(count), _) => {
                *count += 1;
                (open.node, Token::Index(*count - 1), span)
            }
            (None, Some((key, key_span))) => (open.node, Token::Key(key.into()), key_span),
            (None, None) => (open.node, Token::Key("".into()), span),
        };
        let child = self.add(span);
        if let Some(parent) = self.tree.nodes.get_mut(parent) {
            parent.children.insert(token, child);
        }
        child
    }

    fn add(&mut self, span: Range<usize>) -> usize {
        self.tree.nodes.push(SpanNode {
            span,
            children: HashMap::new(),
        });
        self.tree.nodes.len() - 1
    }

    fn toml(&mut self, text: &str) {
        if let Ok(table) = DeTable::parse(text) {
            self.start(false, table.span());
            self.toml_table(table.get_ref());
        }
    }

    fn toml_table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.scalar(key.get_ref(), key.span());
            self.toml_value(value.get_ref(), value.span());
        }
        self.end();
    }

    // Recursion ends: the TOML parser limits nesting.
    fn toml_value(&mut self, value: &DeValue<'_>, span: Range<usize>) {
        match value {
            DeValue::Table(table) => {
                self.start(false, span);
                self.toml_table(table);
            }
            DeValue::Array(items) => {
                self.start(true, span);
                for item in items.iter() {
                    self.toml_value(item.get_ref(), item.span());
                }
                self.end();
            }
            _ => self.scalar("", span),
        }
    }

    fn yaml(&mut self, text: &str) {
        let chars = CharIndex::new(text);
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            let span = chars.byte(span.start.index())..chars.byte(span.end.index());
            match event {
                Event::Scalar(value, ..) => self.scalar(&value, span),
                Event::Alias(_) => self.scalar("", span),
                Event::SequenceStart(..) => self.start(true, span),
                Event::MappingStart(..) => self.start(false, span),
                Event::SequenceEnd | Event::MappingEnd => self.end(),
                Event::DocumentEnd => return,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_) => {}
            }
        }
    }

    /// Reads the tokens of a text that is known to be JSON.
    fn json(&mut self, text: &str) {
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let length = json_token(rest);
            let (span, token) = (at..at + length, rest.get(..length).unwrap_or_default());
            at = span.end;
            match token {
                "{" => self.start(false, span),
                "[" => self.start(true, span),
                "}" | "]" => self.end(),
                "," | ":" => {}
                _ if token.trim_start().is_empty() => {}
                _ => self.scalar(
                    &serde_json::from_str::<String>(token).unwrap_or_default(),
                    span,
                ),
            }
        }
    }
}

/// Length of the JSON token, or of the white space, `text` begins with.
fn json_token(text: &str) -> usize {
    let bytes = text.as_bytes();
    let run = |in_run: fn(&u8) -> bool| {
        bytes
            .iter()
            .position(|byte| !in_run(byte))
            .unwrap_or(bytes.len())
    };
    match bytes.first() {
        Some(b'"') => {
            let mut escaped = false;
            let closing = bytes.iter().skip(1).position(|byte| {
                let closes = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                closes
            });
            closing.map_or(bytes.len(), |closing| closing + 2)
        }
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
        Some(b' ' | b'\n' | b'\r' | b'\t') => run(u8::is_ascii_whitespace),
        _ => run(|byte| !byte.is_ascii_whitespace() && !b",:]}".contains(byte)).max(1),
    }
}

/// Turns positions in characters, as the YAML parser counts, into bytes.
pub(super) struct CharIndex {
    length: usize,
    /// Byte of each character; empty for ASCII, where both are the same.
    bytes: Vec<usize>,
}

impl CharIndex {
    pub(super) fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(byte, _)| byte).collect()
        };
        Self {
            length: text.len(),
            bytes,
        }
    }

    pub(super) fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            return character.min(self.length);
        }
        self.bytes.get(character).copied().unwrap_or(self.length)
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::Diagnostics;
    use crate::origin::{FileId, Origin};
    use crate::source::Sources;

    fn at(text: &str, origin: &Origin) -> (usize, usize, String) {
        let mut diagnostics = Diagnostics::default();
        let sources = Sources::from_text("t", text.to_owned(), &mut diagnostics).unwrap();
        let location = sources.locate(origin);
        (
            location.line,
            location.column,
            text[location.span].to_owned(),
        )
    }

    #[test]
    fn members_and_elements_of_json() {
        let text = "{\n  \"a\\\"\": [1, {\"ü\": true}],\n\t\"b\": -1.5e3\n}";
        let root = Origin::root(FileId(0));
        assert_eq!(at(text, &root), (1, 1, "{".into()));
        assert_eq!(at(text, &root.key("a\"")), (2, 3, "\"a\\\"\"".into()));
        assert_eq!(at(text, &root.key("a\"").index(0)), (2, 11, "1".into()));
        assert_eq!(
            at(text, &root.key("a\"").index(1).key("ü")),
            (2, 15, "\"ü\"".into())
        );
        assert_eq!(at(text, &root.key("b")), (3, 2, "\"b\"".into()));
        assert_eq!(
            at(text, &root.key("b").key("absent")),
            (3, 2, "\"b\"".into())
        );
    }

    #[test]
    fn members_and_elements_of_yaml() {
        let text = "ä: &x\n  - one\r\n  - {b: 2}\nc: *x\nd:\n  <<: {e: 1}\n  f: 'g'\n";
        let root = Origin::root(FileId(0));
        assert_eq!(at(text, &root.key("ä").index(0)), (2, 5, "one".into()));
        assert_eq!(
            at(text, &root.key("ä").index(1).key("b")),
            (3, 6, "b".into())
        );
        assert_eq!(at(text, &root.key("c").index(0)), (4, 1, "c".into()));
        assert_eq!(at(text, &root.key("d").key("f")), (7, 3, "f".into()));
        assert_eq!(at(text, &root.key("d").key("e")), (5, 1, "d".into()));
    }

    #[test]
    fn the_last_of_two_duplicates_is_meant() {
        let root = Origin::root(FileId(0));
        assert_eq!(at("a: 1\nb: 2\na: 3\n", &root.key("a")), (3, 1, "a".into()));
    }

    #[test]
    fn members_and_elements_of_toml() {
        let text = "a = 1\n[[b]]\nc = ['x', 'y']\n[[b]]\nd.e = 2\n";
        let mut diagnostics = Diagnostics::default();
        let sources = Sources::from_text("t.toml", text.to_owned(), &mut diagnostics).unwrap();
        let line = |origin: Origin| sources.locate(&origin).line;
        let root = Origin::root(FileId(0));
        assert_eq!(line(root.key("a")), 1);
        assert_eq!(line(root.key("b").index(0).key("c").index(1)), 3);
        assert_eq!(line(root.key("b").index(1).key("d").key("e")), 5);
    }
}

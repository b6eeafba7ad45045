//! Reads YAML 1.2 into JSON values: merge keys, aliases within limits, duplicate keys told.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr::Scalar;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Map, Number, Value};

use super::json::duplicate_key;
use super::load::{Fault, MAX_DEPTH};
use super::locate::CharIndex;
use super::mend::{mend, under_indented};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::{FileId, Origin};

/// Values that anchors and aliases may add to a document.
const MAX_ALIASED: usize = 2_000_000;

/// How often the indentation of a text is mended before it counts as broken.
const MAX_MENDED: usize = 500;

/// The value of the first document of a YAML text, and the text it was read from; an empty text
/// is `null`. Lines that are indented too little are mended.
pub(super) fn read(
    text: String,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Result<(Value, String), (Fault, String)> {
    let mut text = text;
    let mut first_mended = None;
    for mended in 0.. {
        let mut found = Diagnostics::default();
        match read_strictly(&text, file, &mut found) {
            Ok(value) => {
                found.extend(first_mended.map(|line| under_indented(file, line)));
                found.iter().for_each(|one| diagnostics.push(one.clone()));
                return Ok((value, text));
            }
            Err(fault) => match mend(&text, &fault).filter(|_| mended < MAX_MENDED) {
                Some(mended) => {
                    first_mended.get_or_insert_with(|| line(&text, fault.span.start));
                    text = mended;
                }
                None => return Err((fault, text)),
            },
        }
    }
    Ok((Value::Null, text))
}

/// The line, from 1, of byte `at`.
fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}

fn read_strictly(text: &str, file: FileId, diagnostics: &mut Diagnostics) -> Result<Value, Fault> {
    let mut builder = Builder {
        frames: Vec::new(),
        root: Value::Null,
        anchors: HashMap::new(),
        aliased: 0,
        file,
        diagnostics,
    };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| fault(text, &error))?;
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
        }
        if documents > 1 {
            builder.several_documents(span.start.line());
            break;
        }
        builder.event(event).map_err(|message| {
            let error = ScanError::new(span.start, message);
            fault(text, &error)
        })?;
    }
    Ok(builder.root)
}

fn fault(text: &str, error: &ScanError) -> Fault {
    let start = CharIndex::new(text).byte(error.marker().index());
    let end = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    Fault {
        message: error.info().to_owned(),
        span: start..start + end,
    }
}

/// Builds the value from events, without recursion.
struct Builder<'d> {
    frames: Vec<Frame>,
    root: Value,
    anchors: HashMap<usize, Anchored>,
    /// Values copied for anchors and aliases so far.
    aliased: usize,
    file: FileId,
    diagnostics: &'d mut Diagnostics,
}

/// A collection that is being read.
struct Frame {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Array(Vec<Value>),
    Object {
        members: Map<String, Value>,
        key: Key,
        merged: Vec<Value>,
    },
}

/// Which part of an entry comes next.
enum Key {
    /// A key.
    Awaited,
    /// The value of this key.
    Member(String),
    /// The value of `<<`.
    Merge,
    /// The value of a key that cannot be used.
    Unusable,
}

/// What an anchor names.
struct Anchored {
    value: Value,
    size: Size,
}

#[derive(Clone, Copy)]
struct Size {
    values: usize,
    depth: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag),
            Event::SequenceStart(anchor, _) => {
                return self.open(anchor, Kind::Array(Vec::new()));
            }
            Event::MappingStart(anchor, _) => {
                let kind = Kind::Object {
                    members: Map::new(),
                    key: Key::Awaited,
                    merged: Vec::new(),
                };
                return self.open(anchor, kind);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let value = self.alias(anchor);
                self.place(value);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
    ) {
        if let Some(Frame {
            kind:
                Kind::Object {
                    key: key @ Key::Awaited,
                    ..
                },
            ..
        }) = self.frames.last_mut()
        {
            // Keys stay as they are written: `200` and `null` are names here.
            let merge = style == ScalarStyle::Plain && text == "<<";
            if anchor != 0 {
                let value = Value::String(text.clone().into_owned());
                let size = Size {
                    values: 1,
                    depth: 0,
                };
                self.anchors.insert(anchor, Anchored { value, size });
            }
            *key = if merge {
                Key::Merge
            } else {
                Key::Member(text.into_owned())
            };
            return;
        }
        let value = scalar(text, style, tag.as_ref());
        self.anchor(anchor, &value);
        self.place(value);
    }

    fn open(&mut self, anchor: usize, kind: Kind) -> Result<(), String> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(format!("values nest more than {MAX_DEPTH} deep"));
        }
        self.frames.push(Frame { anchor, kind });
        Ok(())
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let value = match frame.kind {
            Kind::Array(items) => Value::Array(items),
            Kind::Object {
                mut members,
                merged,
                ..
            } => {
                for (key, value) in merged.into_iter().flat_map(members_of) {
                    members.entry(key).or_insert(value);
                }
                Value::Object(members)
            }
        };
        self.anchor(frame.anchor, &value);
        self.place(value);
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, value: Value) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = value;
            return;
        };
        match &mut frame.kind {
            Kind::Array(items) => items.push(value),
            Kind::Object {
                members,
                key,
                merged,
            } => match std::mem::replace(key, Key::Awaited) {
                Key::Awaited => self.key(value),
                Key::Merge => merged.push(value),
                Key::Unusable => {}
                Key::Member(name) => {
                    if members.insert(name.clone(), value).is_some() {
                        let origin = self.origin().key(&name);
                        duplicate_key(&origin, self.diagnostics);
                    }
                }
            },
        }
    }

    /// Takes a value that is not written as a scalar as the key of an entry.
    fn key(&mut self, value: Value) {
        let next = match value {
            Value::String(name) => Key::Member(name),
            Value::Number(number) => Key::Member(number.to_string()),
            Value::Bool(value) => Key::Member(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => Key::Unusable,
        };
        if matches!(next, Key::Unusable) {
            let message = "a key is not a scalar";
            self.diagnostics.push(
                Diagnostic::warning(codes::KEY_KIND, &self.origin(), message)
                    .action("the entry is left out"),
            );
        }
        if let Some(Frame {
            kind: Kind::Object { key, .. },
            ..
        }) = self.frames.last_mut()
        {
            *key = next;
        }
    }

    fn anchor(&mut self, anchor: usize, value: &Value) {
        if anchor == 0 {
            return;
        }
        let size = size(value);
        if self.spend(size.values) {
            self.anchors.insert(
                anchor,
                Anchored {
                    value: value.clone(),
                    size,
                },
            );
        }
    }

    fn alias(&mut self, anchor: usize) -> Value {
        let depth = self.frames.len();
        let problem = match self.anchors.get(&anchor).map(|anchored| anchored.size) {
            None => "an alias stands inside what it names, or for too much",
            Some(size) if depth + size.depth > MAX_DEPTH => "an alias makes values nest too deep",
            Some(size) if !self.spend(size.values) => "the aliases stand for too many values",
            Some(_) => {
                return self
                    .anchors
                    .get(&anchor)
                    .map_or(Value::Null, |known| known.value.clone());
            }
        };
        let origin = self.origin();
        self.diagnostics
            .push(Diagnostic::warning(codes::ALIAS, &origin, problem).action("it is read as null"));
        Value::Null
    }

    fn spend(&mut self, values: usize) -> bool {
        self.aliased = self.aliased.saturating_add(values);
        self.aliased <= MAX_ALIASED
    }

    fn several_documents(&mut self, line: usize) {
        let origin = Origin::root(self.file);
        let message = format!("another YAML document begins in line {line}");
        self.diagnostics.push(
            Diagnostic::warning(codes::SEVERAL_DOCUMENTS, &origin, message)
                .action("only the first is read")
                .help("write it to a file of its own"),
        );
    }

    /// The place of the value that is being read.
    fn origin(&self) -> Origin {
        self.frames
            .iter()
            .fold(Origin::root(self.file), |origin, frame| match &frame.kind {
                Kind::Array(items) => origin.index(items.len()),
                Kind::Object {
                    key: Key::Member(key),
                    ..
                } => origin.key(key),
                Kind::Object { .. } => origin,
            })
    }
}

fn members_of(value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(members) => members.into_iter().collect(),
        Value::Array(items) => items.into_iter().flat_map(members_of).collect(),
        _ => Vec::new(),
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Cow<'_, Tag>>) -> Value {
    // The library reads integers as `i64` and what is larger as a float.
    if style == ScalarStyle::Plain
        && tag.is_none()
        && let Ok(number) = text.parse::<u64>()
    {
        return number.into();
    }
    match Scalar::parse_from_cow_and_metadata(text.clone(), style, tag) {
        Some(Scalar::Null) => Value::Null,
        Some(Scalar::Boolean(value)) => Value::Bool(value),
        Some(Scalar::Integer(value)) => value.into(),
        Some(Scalar::FloatingPoint(value)) => {
            Number::from_f64(value.into_inner()).map_or_else(|| text.into(), Value::Number)
        }
        Some(Scalar::String(value)) => value.into(),
        None => text.into(),
    }
}

// Recursion ends: values nest at most `MAX_DEPTH` deep.
fn size(value: &Value) -> Size {
    let fold = |sum: Size, child: &Value| {
        let child = size(child);
        Size {
            values: sum.values + child.values,
            depth: sum.depth.max(child.depth + 1),
        }
    };
    let one = Size {
        values: 1,
        depth: 0,
    };
    match value {
        Value::Array(items) => items.iter().fold(one, fold),
        Value::Object(members) => members.values().fold(one, fold),
        _ => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        let mut diagnostics = Diagnostics::default();
        let value = read(text.to_owned(), FileId(0), &mut diagnostics)
            .unwrap()
            .0;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        value
    }

    fn codes(text: &str) -> (Value, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let value = read(text.to_owned(), FileId(0), &mut diagnostics)
            .unwrap()
            .0;
        let found = diagnostics.iter();
        (
            value,
            found
                .map(|one| format!("{} {}", one.code.id, one.origin.pointer()))
                .collect(),
        )
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        assert_eq!(
            value(
                "[1, -2, 18446744073709551615, 1.5, 1e3, true, no, ~, null, '1', \"a\\nb\", 0x1F, \
                 2020-01-01, .inf, !!str 5, 1.2.3]"
            ),
            json!([
                1,
                -2,
                18446744073709551615_u64,
                1.5,
                1000.0,
                true,
                "no",
                null,
                null,
                "1",
                "a\nb",
                31,
                "2020-01-01",
                ".inf",
                "5",
                "1.2.3"
            ])
        );
    }

    #[test]
    fn keys_stay_as_written() {
        assert_eq!(
            value("200: a\n'404': b\nnull: c\n1.0: d\ntrue: e"),
            json!({"200": "a", "404": "b", "null": "c", "1.0": "d", "true": "e"})
        );
    }

    #[test]
    fn scalars_over_several_lines() {
        assert_eq!(
            value("a: 'one\n  two'\nb: |\n  x\n  y\nc: >-\n  x\n  y\nd: plain\n  more"),
            json!({"a": "one two", "b": "x\ny\n", "c": "x y", "d": "plain more"})
        );
    }

    #[test]
    fn aliases_and_merge_keys() {
        assert_eq!(
            value("a: &a { x: 1, y: 2 }\nb: { <<: *a, y: 3 }\nc: { <<: [*a, { z: 4 }] }\nd: *a"),
            json!({
                "a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": {"x": 1, "y": 2, "z": 4},
                "d": {"x": 1, "y": 2}
            })
        );
    }

    #[test]
    fn alias_bombs_are_defused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        let (_, codes) = codes(&text);
        assert!(
            codes.iter().all(|code| code.starts_with("SW0004")),
            "{codes:?}"
        );
        assert!(!codes.is_empty());
    }

    #[test]
    fn an_alias_inside_what_it_names_is_null() {
        assert_eq!(
            codes("a: &a { b: *a }"),
            (json!({"a": {"b": null}}), vec!["SW0004 /a/b".into()])
        );
    }

    #[test]
    fn duplicates_second_documents_and_odd_keys_are_told() {
        assert_eq!(
            codes("a: { b: 1, b: 2 }"),
            (json!({"a": {"b": 2}}), vec!["SW0003 /a/b".into()])
        );
        assert_eq!(
            codes("a: 1\n---\nb: 2"),
            (json!({"a": 1}), vec!["SW0007 ".into()])
        );
        assert_eq!(
            codes("? [a]\n: 1\nb: 2"),
            (json!({"b": 2}), vec!["SW0006 ".into()])
        );
    }

    #[test]
    fn depth_is_limited() {
        let flow = "[".repeat(1000) + &"]".repeat(1000);
        assert!(read(flow, FileId(0), &mut Diagnostics::default()).is_err());
        let block: String = (0..200).map(|depth| " ".repeat(depth) + "a:\n").collect();
        let (fault, _) = read(block, FileId(0), &mut Diagnostics::default()).unwrap_err();
        assert!(fault.message.contains("128"), "{}", fault.message);
        let mut aliased = "a0: &a0 x\n".to_owned();
        for level in 1..200 {
            aliased.push_str(&format!("a{level}: &a{level} {{ b: *a{} }}\n", level - 1));
        }
        assert!(
            codes(&aliased)
                .1
                .iter()
                .all(|code| code.starts_with("SW0004"))
        );
    }

    #[test]
    fn faults_point_to_the_place() {
        let text = "ü: 1\nb: [1, 2\nc: 3\n";
        let (fault, _) = read(text.to_owned(), FileId(0), &mut Diagnostics::default()).unwrap_err();
        assert!(fault.span.start > text.find('b').unwrap(), "{fault:?}");
    }

    #[test]
    fn lines_indented_too_little_are_read() {
        let text =
            "a:\n  b: 'it''s\n one'\n  c: \"x\\\"\n y\"\n  d: {\n e: [\n1,\n2\n ]\n}\nf: 1\n";
        let (value, codes) = codes(text);
        assert_eq!(
            value,
            json!({"a": {"b": "it's one", "c": "x\" y", "d": {"e": [1, 2]}}, "f": 1})
        );
        assert_eq!(codes, ["SW0008 "]);
    }
}

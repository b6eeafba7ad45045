//! Reads JSON and notes members that are given twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::load::Fault;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::origin::{FileId, Origin};

/// The value of a JSON text. Nesting is limited by `serde_json` itself, to 128.
pub(super) fn read(
    text: &str,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Result<Value, Fault> {
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reader = Reader {
        path: Path::Root,
        duplicates: &mut duplicates,
        file,
    };
    let value = reader.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    let value = value.map_err(|error| fault(text, &error))?;
    for origin in duplicates {
        duplicate_key(&origin, diagnostics);
    }
    Ok(value)
}

/// Warns about a member that is given more than once.
pub(super) fn duplicate_key(origin: &Origin, diagnostics: &mut Diagnostics) {
    let key = match origin.last() {
        Some(crate::origin::Token::Key(key)) => key.as_ref(),
        _ => "",
    };
    diagnostics.push(
        Diagnostic::warning(
            codes::DUPLICATE_KEY,
            origin,
            format!("`{key}` is given more than once"),
        )
        .action("the last one counts")
        .help("remove or rename all but one"),
    );
}

fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let line_start = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let mut start = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let message = error.to_string();
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned();
    Fault {
        message,
        span: start..start + width,
    }
}

/// The way from the root to the value being read; made into an origin only when needed.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn origin(&self, file: FileId) -> Origin {
        match self {
            Self::Root => Origin::root(file),
            Self::Key(parent, key) => parent.origin(file).key(key),
            Self::Index(parent, index) => parent.origin(file).index(*index),
        }
    }
}

struct Reader<'a> {
    path: Path<'a>,
    duplicates: &'a mut Vec<Origin>,
    file: FileId,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let path = Path::Index(&self.path, items.len());
            let reader = Reader {
                path,
                duplicates: &mut *self.duplicates,
                file: self.file,
            };
            match elements.next_element_seed(reader)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let path = Path::Key(&self.path, &key);
            let reader = Reader {
                path,
                duplicates: &mut *self.duplicates,
                file: self.file,
            };
            let value = members.next_value_seed(reader)?;
            match object.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut given) => {
                    let path = Path::Key(&self.path, given.key());
                    self.duplicates.push(path.origin(self.file));
                    given.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_serde_json_reads_them() {
        let text = r#"{"a": [1, -2, 3.5, "x", null, true, {"b": 18446744073709551615}]}"#;
        let value = read(text, FileId(0), &mut Diagnostics::default()).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn duplicates_are_told_and_the_last_counts() {
        let mut diagnostics = Diagnostics::default();
        let value = read(r#"{"a": [{"b": 1, "b": 2}]}"#, FileId(0), &mut diagnostics).unwrap();
        assert_eq!(value["a"][0]["b"], 2);
        let origins: Vec<_> = diagnostics
            .iter()
            .map(|found| found.origin.pointer())
            .collect();
        assert_eq!(origins, ["/a/0/b"]);
    }

    #[test]
    fn faults_point_to_the_place() {
        let text = "{\n  \"a\": 1,\n  \"ü\": ?\n}";
        let fault = read(text, FileId(0), &mut Diagnostics::default()).unwrap_err();
        assert_eq!(&text[fault.span], "?");
        let text = "{ü}";
        let fault = read(text, FileId(0), &mut Diagnostics::default()).unwrap_err();
        assert_eq!(&text[fault.span], "ü");
        let deep = "[".repeat(1000);
        assert!(read(&deep, FileId(0), &mut Diagnostics::default()).is_err());
    }
}

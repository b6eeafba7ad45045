//! The types a connector document knows.

use serde_json::Value;

use super::keys;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::{Primitive, TypeRef};
use crate::source::Node;

/// Types of fields.
pub(super) const OF_FIELDS: [&str; 7] = [
    "String", "Integer", "Float", "Boolean", "DateTime", "Json", "Array",
];

/// Types of placeholders: those of fields, and files.
pub(super) const NAMES: [&str; 9] = [
    "String", "Integer", "Float", "Boolean", "DateTime", "Json", "Array", "File", "Files",
];

/// Type of a field or a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Integer,
    Float,
    Boolean,
    DateTime,
    Json,
    Array,
    File,
    Files,
}

impl Kind {
    /// The required `type` of `node`, which is `what`: one of `known`.
    pub(super) fn read(
        node: &Node<'_>,
        what: &str,
        known: &[&str],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (name, place) = keys::required_string(node, what, "type", diagnostics)?;
        let kind = Self::named(name).filter(|_| known.contains(&name));
        if kind.is_none() {
            let message = format!("unknown type `{name}` of {what}");
            let diagnostic = Diagnostic::error(codes::CONNECTOR_TYPE, place.origin(), message);
            diagnostics.push(keys::suggest(diagnostic, name, known));
        }
        kind
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "Integer" => Self::Integer,
            "Float" => Self::Float,
            "Boolean" => Self::Boolean,
            "DateTime" => Self::DateTime,
            "Json" => Self::Json,
            "Array" => Self::Array,
            "File" => Self::File,
            "Files" => Self::Files,
            _ => return None,
        })
    }

    /// Its name in the document, with an article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::String => "a String",
            Self::Integer => "an Integer",
            Self::Float => "a Float",
            Self::Boolean => "a Boolean",
            Self::DateTime => "a DateTime",
            Self::Json => "Json",
            Self::Array => "an Array",
            Self::File => "a File",
            Self::Files => "Files",
        }
    }

    /// Whether a caller gives files.
    pub(super) fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Files)
    }

    /// What a caller gives.
    pub(super) fn argument(self) -> TypeRef {
        match self {
            // A date, an instant, an offset: what is sent is what was given.
            Self::DateTime => TypeRef::Primitive(Primitive::Timestamp),
            other => other.value(),
        }
    }

    /// What is picked from a reply.
    pub(super) fn value(self) -> TypeRef {
        match self {
            Self::String => TypeRef::Primitive(Primitive::String),
            Self::Integer => TypeRef::Primitive(Primitive::Int64),
            Self::Float => TypeRef::Primitive(Primitive::Double),
            Self::Boolean => TypeRef::Primitive(Primitive::Bool),
            Self::DateTime => TypeRef::Primitive(Primitive::DateTime),
            Self::Json => TypeRef::Any,
            Self::Array => TypeRef::List(Box::new(TypeRef::Any)),
            Self::File => TypeRef::Primitive(Primitive::Upload),
            Self::Files => TypeRef::List(Box::new(TypeRef::Primitive(Primitive::Upload))),
        }
    }

    /// Whether a default of the document is of this type.
    pub(super) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Float => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::DateTime => value.as_str().is_some_and(is_date),
            Self::Json => true,
            Self::Array => value.is_array(),
            Self::File | Self::Files => false,
        }
    }
}

/// Whether a text begins with a date (`2026-01-31`) and goes on with a time or not at all.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = |at: usize, byte: &u8| match at {
        4 | 7 => *byte == b'-',
        10 => matches!(byte, b'T' | b't' | b' '),
        _ => at > 10 || byte.is_ascii_digit(),
    };
    let date = bytes.len() >= 10 && bytes.iter().enumerate().all(|(at, byte)| shape(at, byte));
    date && (bytes.len() == 10 || bytes.len() >= 16)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_checked() {
        assert!(Kind::Integer.accepts(&json!(3)) && !Kind::Integer.accepts(&json!("3")));
        assert!(!Kind::Integer.accepts(&json!(0.5)) && Kind::Float.accepts(&json!(1)));
        assert!(Kind::DateTime.accepts(&json!("2026-01-31")));
        assert!(Kind::DateTime.accepts(&json!("2026-01-31T10:00:00Z")));
        assert!(!Kind::DateTime.accepts(&json!("tomorrow")));
        assert!(Kind::Array.accepts(&json!([])) && !Kind::Array.accepts(&json!({})));
    }
}

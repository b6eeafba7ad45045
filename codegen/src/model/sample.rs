//! Values where a document has no example.

use serde_json::Value;

use super::{Primitive, Tagging, Union, Variant};

impl Primitive {
    /// A value of it; texts are `name`.
    pub fn sample(self, name: &str) -> Value {
        match self {
            Self::Bool => true.into(),
            Self::Int32 | Self::Int64 | Self::Uint32 | Self::Uint64 => 1.into(),
            Self::Double | Self::Float => 1.0.into(),
            Self::DateTime | Self::Timestamp => "2026-01-31T12:00:00Z".into(),
            Self::Date => "2026-01-31".into(),
            Self::Uuid => "01234567-89ab-4cde-8f01-23456789abcd".into(),
            // "content"
            Self::Base64 | Self::Binary => "Y29udGVudA==".into(),
            Self::String | Self::Secret | Self::Upload => name.into(),
        }
    }
}

impl Union {
    /// A value of a variant, with the text that tells it from the others.
    pub fn told(&self, variant: &Variant, mut value: Value) -> Value {
        if let (Tagging::Property(tag), Some(object), Some(text)) =
            (&self.tagging, value.as_object_mut(), variant.tags.first())
        {
            object.insert(tag.clone(), text.as_str().into());
        }
        value
    }
}
